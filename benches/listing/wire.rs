//! A wire to a server that writes down every request that passes.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A request as it passed: method, path with query, headers without the hop's own.
#[derive(Debug, Clone)]
pub struct Passed {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
}

/// Lays a wire to `HOST:PORT`; gives its near end and what passes.
pub async fn lay(to: String) -> (String, Arc<Mutex<Vec<Passed>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let near = listener.local_addr().expect("an address").to_string();
    let passed = Arc::new(Mutex::new(Vec::new()));
    let notes = passed.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (to, notes) = (to.clone(), notes.clone());
            tokio::spawn(async move {
                let Ok(far) = TcpStream::connect(&to).await else {
                    return;
                };
                carry(stream, far, &notes).await;
            });
        }
    });
    (near, passed)
}

/// Carries both ways, reading heads on their way out. Lists are asked for without bodies.
async fn carry(near: TcpStream, far: TcpStream, notes: &Mutex<Vec<Passed>>) {
    let (mut asks, mut answers) = near.into_split();
    let (mut back, mut out) = far.into_split();
    let backward = tokio::spawn(async move { tokio::io::copy(&mut back, &mut answers).await });
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 8192];
        let count = asks.read(&mut chunk).await.unwrap_or(0);
        if count == 0 || out.write_all(&chunk[..count]).await.is_err() {
            break;
        }
        bytes.extend_from_slice(&chunk[..count]);
        while let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            notes.lock().expect("no thread panicked").extend(read(&head));
            bytes.drain(..end + 4);
        }
    }
    backward.abort();
}

fn read(head: &str) -> Option<Passed> {
    let mut lines = head.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .filter(|(name, _)| !name.eq_ignore_ascii_case("host"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Some(Passed { method, target, headers })
}
