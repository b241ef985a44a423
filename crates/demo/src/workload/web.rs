//! A web server with its own few customers: it really serves over a loopback port and prints an access log.
//!
//! Customers come in bursts that differ from instance to instance; pages cost real work, and some wait for something.

use std::fs::File;
use std::hash::{DefaultHasher, Hasher as _};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use super::{rest, say, watched};

/// A page: its path, how often it is asked for, the work to make it in microseconds, the wait in milliseconds for
/// what is behind it, and its size in units of eight bytes.
type Page = (&'static str, u32, u64, u64, usize);

const PAGES: [Page; 12] = [
    ("/", 18, 1400, 0, 900),
    ("/products", 12, 2600, 3, 1500),
    ("/products/{}", 26, 900, 4, 700),
    ("/search?q=anchor", 3, 5200, 14, 1100),
    ("/search?q=lantern&page={}", 4, 6800, 22, 1300),
    ("/cart", 8, 700, 6, 240),
    ("/checkout", 4, 1100, 48, 180),
    ("/api/stock?sku={}", 14, 300, 9, 30),
    ("/api/orders/{}", 5, 450, 12, 60),
    ("/static/app.css", 6, 60, 0, 420),
    ("/favicon.ico", 3, 20, 0, 40),
    ("/health", 4, 10, 0, 2),
];

pub(super) fn run(dice: &mut fastrand::Rng) -> std::io::Result<()> {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let address = listener.local_addr()?;
    say("INFO", &format!("listening on http://{address}"))?;
    let customers = fastrand::Rng::with_seed(dice.u64(..));
    std::thread::spawn(move || come(address, customers));
    for stream in listener.incoming() {
        serve(stream?, dice)?;
    }
    Ok(())
}

/// A few visits in a row, then a pause, as people are; how many and how long is this instance's own.
fn come(address: SocketAddr, mut dice: fastrand::Rng) {
    let (crowd, pause) = (dice.u32(6..22), dice.u64(1500..5500));
    loop {
        for _ in 0..dice.u32(crowd / 3..crowd) {
            // A visit that fails is seen in the log of the server, or not at all.
            let _ = ctx(address, &choose(&mut dice));
            rest(&mut dice, 10..90);
        }
        let pause = if watched() { pause } else { pause * 6 };
        rest(&mut dice, pause / 2..pause * 3 / 2);
    }
}

/// A path, with a number in it where one belongs.
fn choose(dice: &mut fastrand::Rng) -> String {
    let total = PAGES.iter().map(|page| page.1).sum();
    let mut at = dice.u32(0..total);
    let found = PAGES.iter().find(|page| {
        let here = at < page.1;
        at = at.saturating_sub(page.1);
        here
    });
    let path = found.map_or("/", |page| page.0);
    path.replace("{}", &dice.u32(2..1200).to_string())
}

/// The page a path leads to.
fn page(path: &str) -> Page {
    let stem = |pattern: &'static str| pattern.split_once("{}").map_or(pattern, |(stem, _)| stem);
    let fits = |page: &&Page| path == page.0 || page.0 != stem(page.0) && path.starts_with(stem(page.0));
    PAGES.iter().find(fits).copied().unwrap_or(PAGES[0])
}

/// Sockets as files: read(2) and write(2) are counted in the process's transfer, recv(2) and send(2) are not.
fn as_file(stream: TcpStream) -> std::io::Result<File> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    Ok(File::from(OwnedFd::from(stream)))
}

fn ctx(address: SocketAddr, path: &str) -> std::io::Result<()> {
    let mut stream = as_file(TcpStream::connect_timeout(&address, Duration::from_secs(2))?)?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: shop.example.com\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut page = Vec::new();
    stream.take(1024 * 1024).read_to_end(&mut page)?;
    Ok(())
}

/// The path of a request, whose head may come in pieces.
fn asked(stream: &mut File) -> Option<String> {
    let mut request = Vec::new();
    let mut piece = [0_u8; 1024];
    while !request.ends_with(b"\r\n\r\n") && request.len() < 8 * 1024 {
        let count = stream.read(&mut piece).ok().filter(|count| *count > 0)?;
        request.extend_from_slice(piece.get(..count)?);
    }
    let path = String::from_utf8_lossy(&request).split(' ').nth(1)?.to_owned();
    path.starts_with('/').then_some(path)
}

fn serve(stream: TcpStream, dice: &mut fastrand::Rng) -> std::io::Result<()> {
    let began = Instant::now();
    let Ok(peer) = stream.peer_addr() else {
        return Ok(());
    };
    let mut stream = as_file(stream)?;
    // A customer who hangs up is no reason to stop.
    let Some(path) = asked(&mut stream) else {
        return Ok(());
    };
    let (status, reason) = match dice.u32(0..1000) {
        0..9 => (500, "Internal Server Error"),
        9..40 => (404, "Not Found"),
        40..110 => (304, "Not Modified"),
        _ => (200, "OK"),
    };
    let body = make(&path, status, dice);
    let head = format!("HTTP/1.1 {status} {reason}\r\nContent-Length: {}\r\n\r\n", body.len());
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
    drop(stream);
    let (level, colour) = match status {
        500 => ("ERROR", 31),
        404 => ("WARN", 33),
        _ => ("INFO", 32),
    };
    let took = began.elapsed().as_secs_f64() * 1000.0;
    say(
        level,
        &format!(
            "{} \x1b[1mGET {path}\x1b[0m \x1b[{colour}m{status}\x1b[0m {} B {took:.1} ms",
            peer.ip(),
            body.len()
        ),
    )?;
    if status == 500 {
        say("ERROR", "upstream `stock` timed out after 1 attempt; served the error page")?;
    }
    Ok(())
}

/// Makes a page: real work, and for some a wait as for a database.
fn make(path: &str, status: u32, dice: &mut fastrand::Rng) -> String {
    let (_, _, work, wait, size) = page(path);
    if status != 200 {
        return "harbour ".repeat(if status == 304 { 0 } else { 6 });
    }
    if wait > 0 {
        rest(dice, wait / 2..wait * 2 + 1);
    }
    let until = Duration::from_micros(dice.u64(work / 2..work * 2));
    let began = Instant::now();
    let mut hasher = DefaultHasher::new();
    while began.elapsed() < until {
        (0..64_u64).for_each(|n| hasher.write_u64(n));
    }
    let size = dice.usize(size / 2..=size * 3 / 2);
    format!("{:016x}\n{}", hasher.finish(), "harbour ".repeat(size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_chosen_leads_to_its_page() {
        let mut dice = fastrand::Rng::with_seed(5);
        let mut seen = std::collections::HashSet::new();
        for _ in 0..2000 {
            let path = choose(&mut dice);
            assert!(path.starts_with('/') && !path.contains('{'), "{path}");
            seen.insert(page(&path).0);
        }
        assert_eq!(seen.len(), PAGES.len());
        assert_eq!(page("/products").0, "/products");
        assert_eq!(page("/products/7").0, "/products/{}");
    }
}
