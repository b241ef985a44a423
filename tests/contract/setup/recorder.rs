//! A loopback server that answers from a function and records every request.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A request as it came over the wire.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Method, path and decoded query, the query in the order of its names.
    pub line: String,
    /// Headers by lower-case name.
    pub headers: BTreeMap<String, String>,
    pub body: Value,
}

/// The answer to a path (after the base), given the server's own address; `None` is 404.
pub type Answers = fn(&str, SocketAddr) -> Option<Value>;

/// An answer with its status and headers.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    /// Header lines beside the length, each with its line end.
    pub headers: String,
    pub body: String,
}

impl Reply {
    pub fn new(status: u16, media: &str, body: impl Into<String>) -> Self {
        Self { status, headers: format!("content-type: {media}\r\n"), body: body.into() }
    }

    pub fn json(body: &Value) -> Self {
        Self::new(200, "application/json", body.to_string())
    }

    pub fn refusal(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }
}

/// Answers a request, which is given as [`Asked::line`] without the base.
type Answerer = Arc<dyn Fn(&str, SocketAddr) -> Reply + Send + Sync>;

pub struct Recorder {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    task: JoinHandle<()>,
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Recorder {
    pub async fn start(answers: Answers) -> Self {
        Self::start_with(move |line, address| {
            let path = line.split(' ').nth(1).unwrap_or_default();
            match answers(path, address) {
                Some(body) => Reply::json(&body),
                None => Reply::refusal(404, &json!({"error": {"code": "404.thing"}})),
            }
        })
        .await
    }

    /// Starts a recorder whose function is given method, path after the base, and decoded query.
    pub async fn start_with(answer: impl Fn(&str, SocketAddr) -> Reply + Send + Sync + 'static) -> Self {
        let answer: Answerer = Arc::new(answer);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let notes = asked.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (notes, answer) = (notes.clone(), answer.clone());
                tokio::spawn(async move {
                    // A client may close the connection in the middle.
                    let _ = serve(stream, address, &answer, &notes).await;
                });
            }
        });
        Self { address, asked, task }
    }

    /// The requests since the last call, in order.
    pub fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.asked.lock().expect("no test panics with it"))
    }

    /// The lines of the requests since the last call, in order.
    pub fn lines(&self) -> Vec<String> {
        self.take().into_iter().map(|asked| asked.line).collect()
    }
}

async fn serve(
    mut stream: TcpStream,
    address: SocketAddr,
    answer: &Answerer,
    notes: &Mutex<Vec<Asked>>,
) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.get("content-length").and_then(|it| it.parse().ok()).unwrap_or(0);
    while bytes.len() < end + 4 + length {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
    }
    let url = url::Url::parse(&format!("http://{address}{target}")).expect("a target");
    let mut query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    query.sort();
    let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let line = format!("{method} {} {}", url.path(), query.join("&"));
    let line = line.trim_end().to_owned();
    notes.lock().expect("no test panics with it").push(Asked {
        line: line.clone(),
        headers,
        body: serde_json::from_slice(&bytes[end + 4..]).unwrap_or_default(),
    });
    let reply = answer(&line.replacen(" /base/", " /", 1), address);
    let answer = format!(
        "HTTP/1.1 {} Recorded\r\n{}content-length: {}\r\nconnection: close\r\n\r\n{}",
        reply.status,
        reply.headers,
        reply.body.len(),
        reply.body
    );
    stream.write_all(answer.as_bytes()).await
}
