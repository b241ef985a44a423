//! A web server with its own few customers: it really serves over a loopback port and prints an access log.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use super::{rest, say};

const PATHS: [&str; 10] = [
    "/",
    "/products",
    "/products/42",
    "/products/77",
    "/cart",
    "/checkout",
    "/api/stock?sku=1138",
    "/favicon.ico",
    "/search?q=anchor",
    "/health",
];

pub(super) fn run(dice: &mut fastrand::Rng) -> std::io::Result<()> {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let address = listener.local_addr()?;
    say("INFO", &format!("listening on http://{address}"))?;
    let mut customers = fastrand::Rng::with_seed(dice.u64(..));
    std::thread::spawn(move || {
        loop {
            // A few visits in a row, then a pause, as people are.
            for _ in 0..customers.u32(1..6) {
                let path = PATHS[customers.usize(..PATHS.len())];
                // A visit that fails is seen in the log of the server, or not at all.
                let _ = visit(address, path);
                rest(&mut customers, 40..400);
            }
            rest(&mut customers, 900..4500);
        }
    });
    for stream in listener.incoming() {
        serve(stream?, dice)?;
    }
    Ok(())
}

/// Sockets as files: read(2) and write(2) are counted in the process's transfer, recv(2) and send(2) are not.
fn as_file(stream: TcpStream) -> std::io::Result<File> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    Ok(File::from(OwnedFd::from(stream)))
}

fn visit(address: SocketAddr, path: &str) -> std::io::Result<()> {
    let mut stream = as_file(TcpStream::connect_timeout(&address, Duration::from_secs(2))?)?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: shop.example.com\r\nConnection: close\r\n\r\n"
    )?;
    let mut page = Vec::new();
    stream.take(1024 * 1024).read_to_end(&mut page)?;
    Ok(())
}

fn serve(stream: TcpStream, dice: &mut fastrand::Rng) -> std::io::Result<()> {
    let began = Instant::now();
    let Ok(peer) = stream.peer_addr() else {
        return Ok(());
    };
    let mut stream = as_file(stream)?;
    let mut request = [0_u8; 2048];
    // A customer who hangs up is no reason to stop.
    let Ok(count) = stream.read(&mut request) else {
        return Ok(());
    };
    let text = String::from_utf8_lossy(&request[..count]);
    let path = text.split(' ').nth(1).unwrap_or("/").to_owned();
    let (status, reason) = match dice.u32(0..100) {
        0..3 => (500, "Internal Server Error"),
        3..8 => (404, "Not Found"),
        8..12 => (304, "Not Modified"),
        _ => (200, "OK"),
    };
    let body = "harbour ".repeat(if status == 200 { dice.usize(20..900) } else { 4 });
    let head = format!(
        "HTTP/1.1 {status} {reason}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let _ = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(body.as_bytes()));
    let (level, colour) = match status {
        500 => ("ERROR", 31),
        404 => ("WARN", 33),
        _ => ("INFO", 32),
    };
    let took = began.elapsed().as_micros();
    say(
        level,
        &format!(
            "{} \x1b[1mGET {path}\x1b[0m \x1b[{colour}m{status}\x1b[0m {}B {took}µs",
            peer.ip(),
            body.len()
        ),
    )?;
    if status == 500 {
        say(
            "ERROR",
            "upstream `stock` timed out after 1 attempt; served the error page",
        )?;
    }
    Ok(())
}
