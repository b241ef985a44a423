//! CPU time of decoding a screen of 1920x1080 that is sent whole, ten times a second: `cargo bench -p qdeck-vnc --bench
//! decode`. Prints the time of an update and the share of a core.

use std::hint::black_box;
use std::time::Duration;

use flate2::{Compress, Compression, FlushCompress};
use qdeck_vnc::{Client, Options, ProtocolError};

const WIDTH: u16 = 1920;
const HEIGHT: u16 = 1080;
/// Different pictures, so that no update is like the one before.
const PICTURES: usize = 4;
const UPDATES: u16 = 40;
const UPDATES_PER_SECOND: f64 = 10.0;

/// A desktop: text in a few colours at the left, a picture with noise at the right.
fn picture(number: usize) -> Vec<u32> {
    let mut state = u32::try_from(number).unwrap_or_default() * 7919 + 1;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state
    };
    let mut pixels = Vec::with_capacity(usize::from(WIDTH) * usize::from(HEIGHT));
    for y in 0..u32::from(HEIGHT) {
        for x in 0..u32::from(WIDTH) {
            pixels.push(if x < u32::from(WIDTH) / 2 {
                let is_ink = y % 16 < 11 && noise() % 4 == 0;
                if is_ink { 0x00dd_dddd } else { 0x0012_1a24 }
            } else {
                let mut channel = |scale: u32| (x * scale / 9 + y / 3 + noise() % 8) & 0xff;
                channel(3) << 16 | channel(2) << 8 | channel(1)
            });
        }
    }
    pixels
}

fn short(pixel: u32) -> [u8; 3] {
    let [blue, green, red, _] = pixel.to_le_bytes();
    [blue, green, red]
}

/// The colours of some pixels, as long as there are at most `limit`.
fn palette(pixels: &[u32], limit: usize) -> Option<Vec<u32>> {
    let mut colors = Vec::new();
    for pixel in pixels {
        if !colors.contains(pixel) {
            if colors.len() == limit {
                return None;
            }
            colors.push(*pixel);
        }
    }
    Some(colors)
}

fn part(pixels: &[u32], x: usize, y: usize, width: usize, height: usize) -> Vec<u32> {
    (y..y + height).flat_map(|y| &pixels[y * usize::from(WIDTH) + x..][..width]).copied().collect()
}

fn deflate(stream: &mut Compress, plain: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(plain.len() + plain.len() / 8 + 4096);
    let compressed = stream.compress_vec(plain, &mut out, FlushCompress::Sync);
    assert!(compressed.is_ok(), "{compressed:?}");
    out
}

fn rectangle(y: u16, height: u16, encoding: i32, body: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = [0, y, WIDTH, height].into_iter().flat_map(u16::to_be_bytes).collect();
    bytes.extend(encoding.to_be_bytes());
    bytes.extend(body);
    bytes
}

/// Two colours as bits, rows padded to bytes.
fn bits(pixels: &[u32], width: usize, one: u32) -> Vec<u8> {
    let row = |row: &[u32]| -> Vec<u8> {
        let byte = |bits: &[u32]| {
            bits.iter().enumerate().fold(0, |byte, (at, it)| byte | u8::from(*it == one) << (7 - at))
        };
        row.chunks(8).map(byte).collect()
    };
    pixels.chunks(width).flat_map(row).collect()
}

fn zrle(stream: &mut Compress, pixels: &[u32]) -> Vec<u8> {
    let mut plain = Vec::new();
    for y in (0..usize::from(HEIGHT)).step_by(64) {
        for x in (0..usize::from(WIDTH)).step_by(64) {
            let (width, height) = ((usize::from(WIDTH) - x).min(64), (usize::from(HEIGHT) - y).min(64));
            let tile = part(pixels, x, y, width, height);
            if let Some(colors) = palette(&tile, 2).filter(|colors| colors.len() == 2) {
                plain.push(2);
                plain.extend(colors.iter().copied().flat_map(short));
                plain.extend(bits(&tile, width, colors[1]));
            } else {
                plain.push(0);
                plain.extend(tile.into_iter().flat_map(short));
            }
        }
    }
    let compressed = deflate(stream, &plain);
    let length = u32::try_from(compressed.len()).unwrap_or_default().to_be_bytes();
    [&[0, 0, 0, 1][..], &rectangle(0, HEIGHT, 16, &[&length[..], &compressed].concat())].concat()
}

fn tight(stream: &mut Compress, pixels: &[u32]) -> Vec<u8> {
    const STRIP: usize = 60;
    let mut rectangles = Vec::new();
    for y in (0..usize::from(HEIGHT)).step_by(STRIP) {
        for half in 0..2 {
            let (x, width) = (half * usize::from(WIDTH) / 2, usize::from(WIDTH) / 2);
            let strip = part(pixels, x, y, width, STRIP);
            let rgb = |pixel: u32| pixel.to_be_bytes()[1..].to_vec();
            let (mut body, plain) = match palette(&strip, 2).filter(|colors| colors.len() == 2) {
                Some(colors) => (
                    [vec![0x40, 1, 1], rgb(colors[0]), rgb(colors[1])].concat(),
                    bits(&strip, width, colors[1]),
                ),
                None => (vec![0], strip.into_iter().flat_map(rgb).collect()),
            };
            let compressed = deflate(stream, &plain);
            let length = compressed.len();
            let low = |shift: usize| u8::try_from(length >> shift & 0x7f).unwrap_or_default() | 0x80;
            body.extend([low(0), low(7), u8::try_from(length >> 14).unwrap_or_default()]);
            body.extend(compressed);
            let [x, y, width, height] =
                [x, y, width, STRIP].map(|it| u16::try_from(it).unwrap_or_default().to_be_bytes());
            rectangles.push([&x[..], &y, &width, &height, &7i32.to_be_bytes(), &body].concat());
        }
    }
    let count = u16::try_from(rectangles.len()).unwrap_or_default().to_be_bytes();
    [&[0, 0][..], &count, &rectangles.concat()].concat()
}

fn raw(_: &mut Compress, pixels: &[u32]) -> Vec<u8> {
    let body: Vec<u8> = pixels.iter().flat_map(|pixel| pixel.to_le_bytes()).collect();
    [&[0, 0, 0, 1][..], &rectangle(0, HEIGHT, 0, &body)].concat()
}

/// CPU time of this thread.
fn cpu_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|it| it.parse().ok()).unwrap_or_default())
}

fn greeting() -> Vec<u8> {
    let mut bytes = b"RFB 003.008\n\x01\x01\0\0\0\0".to_vec();
    bytes.extend([WIDTH, HEIGHT].into_iter().flat_map(u16::to_be_bytes));
    bytes.extend([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0, 0, 0, 0, 0]);
    bytes
}

type Encode = fn(&mut Compress, &[u32]) -> Vec<u8>;

#[expect(clippy::print_stdout, reason = "it is what a bench is for")]
fn main() -> Result<(), ProtocolError> {
    let pictures: Vec<_> = (0..PICTURES).map(picture).collect();
    for (name, encode) in [("raw", raw as Encode), ("ZRLE", zrle), ("Tight", tight)] {
        let mut stream = Compress::new(Compression::new(2), true);
        let updates: Vec<_> =
            (0..usize::from(UPDATES)).map(|at| encode(&mut stream, &pictures[at % PICTURES])).collect();
        let bytes: usize = updates.iter().map(Vec::len).sum::<usize>() / usize::from(UPDATES);
        let mut client = Client::new(Options::default());
        client.feed(&greeting())?;
        let before = cpu_time();
        for update in &updates {
            for slice in update.chunks(64 << 10) {
                client.feed(slice)?;
            }
            client.request_update();
            black_box((client.take_events(), client.take_output()));
        }
        let took = cpu_time().saturating_sub(before).as_secs_f64() / f64::from(UPDATES);
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
