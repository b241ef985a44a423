//! Loopback servers that behave badly on purpose, and a cable that can be pulled.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// Accepts connections on a loopback port until dropped.
pub struct Listener {
    pub address: SocketAddr,
    stop: Arc<AtomicBool>,
    /// The open connections, so that they can be cut.
    open: Arc<Mutex<Vec<TcpStream>>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Listener {
    /// Serves each connection in a thread of its own; port 0 finds a free one.
    pub fn start(address: SocketAddr, serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let stop = Arc::new(AtomicBool::new(false));
        let open = Arc::new(Mutex::new(Vec::new()));
        let serve = Arc::new(serve);
        let thread = std::thread::spawn({
            let (stop, open) = (stop.clone(), open.clone());
            move || {
                for stream in listener.incoming() {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    let Ok(stream) = stream else { continue };
                    let Ok(twin) = stream.try_clone() else { continue };
                    open.lock().expect("no thread panicked").push(twin);
                    let serve = serve.clone();
                    std::thread::spawn(move || serve(stream));
                }
            }
        });
        Self { address, stop, open, thread: Some(thread) }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread up, so that the port is free when this returns.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        for stream in self.open.lock().expect("no thread panicked").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// A server that gives every request the same answer.
pub struct Server {
    listener: Listener,
}

impl Server {
    /// Answers with these bytes, head and all, and closes.
    pub fn start(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        let serve = move |mut stream: TcpStream| {
            read_head(&mut stream);
            // A client that hangs up early is welcome to.
            let _ = stream.write_all(&answer).and_then(|()| stream.flush());
            let _ = stream.shutdown(Shutdown::Write);
            // What it still sends is taken, lest the answer be lost to a reset.
            let _ = std::io::copy(&mut stream, &mut std::io::sink());
        };
        Self { listener: Listener::start(([127, 0, 0, 1], 0).into(), serve) }
    }

    /// Its base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.listener.address)
    }
}

/// The head of a request, or as much of it as came.
pub fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && head.len() < 64 << 10 {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => break,
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// A whole answer with a right length.
pub fn answer(status: &str, kind: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// A cable between the program and a server: pulled, the server is gone for the program; plugged again, it is back
/// on the same port.
pub struct Cable {
    to: String,
    address: SocketAddr,
    listener: Option<Listener>,
}

impl Cable {
    /// Lays a cable to `HOST:PORT`.
    pub fn to(server: &str) -> Self {
        let mut cable = Self { to: server.to_owned(), address: ([127, 0, 0, 1], 0).into(), listener: None };
        cable.plug();
        cable
    }

    /// Where its near end is: `127.0.0.1:PORT`.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Cuts every connection and refuses new ones.
    pub fn pull(&mut self) {
        self.listener = None;
    }

    /// Lets connections through.
    pub fn plug(&mut self) {
        let to = self.to.clone();
        let listener = Listener::start(self.address, move |near| carry(&near, &to));
        self.address = listener.address;
        self.listener = Some(listener);
    }
}

/// Carries bytes both ways until both ends have hung up.
fn carry(near: &TcpStream, to: &str) {
    let Ok(far) = TcpStream::connect(to) else {
        let _ = near.shutdown(Shutdown::Both);
        return;
    };
    copy_both_ways(near, &far);
}

/// Copies until both ends have hung up.
pub fn copy_both_ways(near: &TcpStream, far: &TcpStream) {
    let copy = |from: &TcpStream, into: &TcpStream| {
        if let (Ok(mut from), Ok(mut into)) = (from.try_clone(), into.try_clone()) {
            let _ = std::io::copy(&mut from, &mut into);
            let _ = into.shutdown(Shutdown::Write);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| copy(near, far));
        copy(far, near);
        // The near end may have been cut from outside: the far end must not go on for nobody.
        let _ = far.shutdown(Shutdown::Both);
    });
}

/// A configuration of Cycle contexts by name and base URL, with a secret that is none.
pub fn contexts(urls: &[(&str, String)]) -> String {
    let sections: Vec<String> = urls
        .iter()
        .map(|(name, url)| {
            format!(
                "[contexts.{name}]\nplatform = \"cycle\"\nbase_url = \"{url}\"\n\
                 hub = \"651586fca6078e98982dbd90\"\ntoken = {{ command = [\"echo\", \"fake-token\"] }}\n"
            )
        })
        .collect();
    sections.join("\n")
}
