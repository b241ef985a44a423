//! Servers whose lists have no end: rows, memory and keys.

use std::io::Write as _;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::deck::{Deck, keys};
use crate::network::{Listener, Server, answer, contexts, read_head};

/// Answers every request with 100 rows that no request has had before. Returns the number of requests, too.
fn ever_new_rows() -> (Listener, Arc<AtomicUsize>) {
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = requests.clone();
    let serve = move |mut stream: TcpStream| {
        read_head(&mut stream);
        let request = counted.fetch_add(1, Ordering::SeqCst);
        let row = |n: usize| format!(r#"{{"id":"r{request}-{n}","name":"web-{request}-{n}"}}"#);
        let rows: Vec<String> = (0..100).map(row).collect();
        let body = format!(r#"{{"data":[{}]}}"#, rows.join(","));
        // A client that hangs up early is welcome to.
        let _ = stream.write_all(answer("200 OK", "application/json", &body).as_bytes());
        let _ = stream.shutdown(Shutdown::Write);
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    };
    (Listener::start(([127, 0, 0, 1], 0).into(), serve), requests)
}

#[test]
fn a_list_without_an_end_is_shown_up_to_its_bound() {
    let (server, requests) = ever_new_rows();
    let url = format!("http://{}", server.address);
    let text = format!("listing_rows = 1000\n{}", contexts(&[("endless", url)]));
    let deck = Deck::configured(&text);
    deck.wait_for("first 1,000 shown (listing_rows)");
    deck.type_keys("@");
    deck.wait_for("first 1,000 shown, the listing ended at 1000 rows");
    let requests = requests.load(Ordering::SeqCst);
    // Ten pages a kind, those asked for ahead of the bound, and the ceiling over all.
    assert!(requests < 500, "{requests} requests");
}

/// Of a process of this machine.
#[cfg(target_os = "linux")]
fn most_resident_mib(pid: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a line");
    line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") / 1024
}

/// Presses keys until the screen shows a text, and asserts that most of them were answered meanwhile: a screen that waits for
/// the rows answers them when all are there. How fast a key is, is for the benchmarks: a machine may do other work beside.
#[cfg(target_os = "linux")]
#[expect(clippy::print_stdout, reason = "the figures are of interest where the test is run by hand")]
fn assert_keys_go_on_until(deck: &Deck, text: &str) {
    let mut latencies = Vec::new();
    let began = Instant::now();
    let is_shown = || deck.screen().contains(text);
    loop {
        assert!(began.elapsed() < Duration::from_secs(120), "{}", deck.screen());
        let pressed = Instant::now();
        deck.type_keys("@");
        deck.wait_for("─ contexts ─");
        latencies.push(pressed.elapsed());
        if is_shown() {
            break;
        }
        deck.type_keys(keys::ESC);
        deck.wait_gone("─ contexts ─");
    }
    let whole = began.elapsed();
    latencies.sort();
    let (median, p95) = (latencies[latencies.len() / 2], latencies[latencies.len() * 95 / 100]);
    let mib = most_resident_mib(deck.pid());
    println!(
        "{median:?} for half of {} keys, {p95:?} for 95 of 100, of {whole:?}; {mib} MiB at most",
        latencies.len()
    );
    assert!(median < QUICK.max(whole / 4), "{median:?} for half of {} keys, of {whole:?}", latencies.len());
}

/// What takes no longer than this holds up no key, whatever part of the whole it is.
#[cfg(target_os = "linux")]
const QUICK: Duration = Duration::from_secs(2);

#[cfg(target_os = "linux")]
#[test]
fn five_million_tiny_rows_are_refused_while_keys_go_on() {
    let rows = r#"{"id":"1"},"#.repeat(5_000_000);
    let body = format!(r#"{{"data":[{}]}}"#, rows.trim_end_matches(','));
    let server = Server::start(answer("200 OK", "application/json", &body));
    drop((rows, body));
    let deck = Deck::configured(&contexts(&[("tiny", server.url())]));
    deck.wait_for("tiny");
    assert_keys_go_on_until(&deck, "more than 100000 rows");
    assert!(most_resident_mib(deck.pid()) < 700);
}

#[cfg(target_os = "linux")]
#[test]
fn a_hundred_thousand_tiny_rows_are_shown_while_keys_go_on() {
    let rows: Vec<String> = (0..30_000).map(|n| format!(r#"{{"id":"{n}"}}"#)).collect();
    let body = format!(r#"{{"data":[{}]}}"#, rows.join(","));
    let server = Server::start(answer("200 OK", "application/json", &body));
    drop((rows, body));
    // Each of the containers has as many instances again.
    let text = format!("listing_rows = 100000\n{}", contexts(&[("tiny", server.url())]));
    let deck = Deck::configured(&text);
    deck.wait_for("tiny");
    assert_keys_go_on_until(&deck, "first 100,000 shown");
    assert!(most_resident_mib(deck.pid()) < 900);
}
