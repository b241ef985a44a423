//! CPU time of decoding a screen of 1920x1080 that is sent whole, ten times a second: `cargo bench -p qdeck-vnc --bench
//! decode`. Prints the time of an update and the share of a core.

#[path = "kit/encode.rs"]
mod encode;
#[path = "kit/screens.rs"]
mod screens;

use std::hint::black_box;
use std::time::Duration;

use encode::{Encoder, Encoding, Screen};
use qdeck_vnc::{Client, Options, ProtocolError};
use screens::{HEIGHT, WIDTH, screen};

/// Different pictures, so that no update is like the one before.
const PICTURES: usize = 4;
const UPDATES: u16 = 40;
const UPDATES_PER_SECOND: f64 = 10.0;

/// CPU time of this thread.
fn cpu_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|it| it.parse().ok()).unwrap_or_default())
}

#[expect(clippy::print_stdout, reason = "it is what a bench is for")]
fn main() -> Result<(), ProtocolError> {
    let pictures: Vec<_> = (0..PICTURES).map(screen).collect();
    for encoding in Encoding::ALL {
        let mut encoder = Encoder::new(encoding);
        let updates: Vec<_> = (0..usize::from(UPDATES))
            .map(|at| {
                let pixels = &pictures[at % PICTURES];
                let (count, rectangles) = encoder.screen(&Screen { width: WIDTH, pixels });
                encode::update(count, &rectangles)
            })
            .collect();
        let bytes: usize = updates.iter().map(Vec::len).sum::<usize>() / usize::from(UPDATES);
        let mut client = Client::new(Options::default());
        client.feed(&encode::greeting(WIDTH, HEIGHT).concat())?;
        let before = cpu_time();
        for update in &updates {
            for slice in update.chunks(64 << 10) {
                client.feed(slice)?;
            }
            client.request_update();
            black_box((client.take_events(), client.take_output()));
        }
        let took = cpu_time().saturating_sub(before).as_secs_f64() / f64::from(UPDATES);
        let name = encoding.name();
        let is_right = (0..HEIGHT).all(|y| {
            let start = usize::from(y) * usize::from(WIDTH);
            client.framebuffer().row(y)
                == &pictures[usize::from(UPDATES - 1) % PICTURES][start..start + usize::from(WIDTH)]
        });
        assert!(is_right, "{name}: another picture");
        println!(
            "{name}: {:.1} ms an update of {} KiB, {:.0} % of a core at {UPDATES_PER_SECOND} a second",
            took * 1000.0,
            bytes / 1024,
            took * UPDATES_PER_SECOND * 100.0
        );
    }
    Ok(())
}
