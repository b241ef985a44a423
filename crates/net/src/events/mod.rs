//! Event streams that resume: connect, decode, and connect again from where the last one broke.

mod decode;
mod lines;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::hash::{DefaultHasher, Hasher};
use std::time::{Duration, Instant};

use futures_util::stream::BoxStream;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, HeaderValue};
use tokio::sync::mpsc;

pub use decode::{Event, EventDecoder};
pub use lines::LineSplitter;

use super::cause::{Cause, Phase};
use super::error::NetError;
use super::http::body::{self, cut_reason};
use super::{Backoff, Client, Request, produce};
use qdeck_model::Problem;

/// Limits and pauses of an event stream. The defaults fit a log.
#[derive(Debug, Clone)]
pub struct EventOptions {
    /// The longest event that is kept, in bytes; the rest of a longer one is dropped and counted.
    pub event_limit: usize,
    /// Silence after which the connection is taken for dead. There is no limit on the whole.
    pub idle: Duration,
    /// The pause before the first reconnect; it grows while connections do not last. A `retry:` of the server replaces
    /// it.
    pub first_wait: Duration,
    /// The longest pause between two tries, unless the server asks for more.
    pub longest_wait: Duration,
    /// The longest pause before a stream is opened again that its server ended in good order, each time with the same.
    pub longest_finished_wait: Duration,
}

impl Default for EventOptions {
    fn default() -> Self {
        Self {
            event_limit: 1 << 20,
            idle: Duration::from_secs(300),
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(30),
            longest_finished_wait: Duration::from_secs(300),
        }
    }
}

/// An item of an event stream.
#[derive(Debug, Clone)]
pub enum StreamEvent {
    /// The server has accepted; what it sends follows.
    Open {
        /// A connection after the first, in which events may be repeated.
        again: bool,
    },
    /// Events in order, one or many at once.
    Events(Vec<Event>),
    /// A plain line that is still being sent, as far as it has come. The next of these replaces it, and the next event
    /// completes it.
    Partial(String),
    /// The server ended the stream in good order; another try follows by itself, ever more rarely while each brings the
    /// same.
    Finished,
    /// The connection broke, or could not be made; another try follows by itself.
    Lost(NetError),
    /// It cannot be followed any more. The last item of the stream.
    Ended(Problem),
}

impl Client {
    /// Follows an event stream. `request` makes the request of each connection; it gets the refusal when the one
    /// before was answered with 401, so that it can sign in anew once. Ends when dropped, or after
    /// [`StreamEvent::Ended`].
    pub fn events<R, F>(&self, options: EventOptions, request: R) -> BoxStream<'static, StreamEvent>
    where
        R: FnMut(Option<NetError>) -> F + Send + 'static,
        F: Future<Output = Result<Request, Problem>> + Send + 'static,
    {
        let client = self.clone();
        produce(move |out| async move {
            let mut follow = Follow {
                decoder: EventDecoder::new(options.event_limit),
                backoff: Backoff::new(options.first_wait, options.longest_wait),
                finished: Backoff::new(options.first_wait, options.longest_finished_wait),
                received: 0,
                client,
                options,
                out,
                opened: false,
            };
            // The receiver may be gone, which is an end as well.
            if let Some(problem) = follow.run(request).await {
                let _ = follow.out.send(StreamEvent::Ended(problem)).await;
            }
        })
    }
}

struct Follow {
    client: Client,
    options: EventOptions,
    out: mpsc::Sender<StreamEvent>,
    decoder: EventDecoder,
    backoff: Backoff,
    /// The pauses after streams that ended in good order, and a hash of what the last of them sent.
    finished: Backoff,
    received: u64,
    opened: bool,
}

/// The end of a connection.
enum End {
    /// The server ended it in good order, having sent what has this hash.
    Finished(u64),
    Lost(NetError),
}

/// A plain line that is still being sent is reported at most this often.
const PARTIAL_INTERVAL: Duration = Duration::from_millis(50);

impl Follow {
    async fn run<R, F>(&mut self, mut request: R) -> Option<Problem>
    where
        R: FnMut(Option<NetError>) -> F,
        F: Future<Output = Result<Request, Problem>>,
    {
        let mut refused = None;
        loop {
            let again = refused.is_some();
            let request = match request(refused.take()).await {
                Ok(request) => self.with_stream_headers(request),
                Err(problem) => return Some(problem),
            };
            let end = match self.connect(&request).await {
                Ok(response) => {
                    let opened = Instant::now();
                    let end = self.read(&request, response).await?;
                    self.backoff.lasted(opened.elapsed());
                    end
                }
                Err(error) if error.status == Some(401) && !again => {
                    refused = Some(error);
                    continue;
                }
                Err(error) if !error.may_pass() => return Some(error.into()),
                Err(error) => End::Lost(error),
            };
            let (event, pause) = match end {
                End::Lost(error) => {
                    let pause = self.pause(error.retry_after);
                    (StreamEvent::Lost(error), pause)
                }
                End::Finished(hash) => {
                    if std::mem::replace(&mut self.received, hash) != hash {
                        self.finished.reset();
                    }
                    (StreamEvent::Finished, self.finished.next_pause(self.decoder.retry()))
                }
            };
            self.out.send(event).await.ok()?;
            tokio::time::sleep(pause).await;
        }
    }

    /// The pause before the next connection.
    fn pause(&mut self, retry_after: Option<Duration>) -> Duration {
        let longest = self.options.longest_wait;
        match self.decoder.retry() {
            // Not shorter than the server asks for, and it does not grow.
            Some(asked) => Backoff::new(asked.min(longest), longest * 2).next_pause(retry_after),
            None => self.backoff.next_pause(retry_after),
        }
    }

    fn with_stream_headers(&self, mut request: Request) -> Request {
        let accept = HeaderValue::from_static("text/event-stream, text/plain;q=0.9, */*;q=0.5");
        request.headers.insert(ACCEPT, accept);
        // A compressor in between holds lines back until it has enough of them.
        request.headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        // An id that no header can hold came from a server that cannot resume by it anyway.
        if let Some(id) = self.decoder.last_id().and_then(|id| HeaderValue::from_str(id).ok()) {
            request.headers.insert("last-event-id", id);
        }
        request
    }

    async fn connect(&self, request: &Request) -> Result<reqwest::Response, NetError> {
        let _slot = self.client.slot().await;
        let limit = self.client.options().timeout;
        let open = tokio::time::timeout(limit, self.client.open(request, false));
        let response = open.await.unwrap_or_else(|_| {
            let cause = Cause::Timeout { phase: Phase::Answer, after: limit };
            Err(self.client.failed(request, cause, None))
        })?;
        if !response.status().is_success() {
            return Err(self.client.refusal(request, response).await);
        }
        if body::is_page(response.headers()) {
            let status = Some(response.status().as_u16());
            return Err(self.client.failed(request, Cause::Page { title: None }, status));
        }
        Ok(response)
    }

    /// Reads until the connection ends; `None` when the receiver is gone.
    async fn read(&mut self, request: &Request, mut response: reqwest::Response) -> Option<End> {
        let open = StreamEvent::Open { again: self.opened };
        self.out.send(open).await.ok()?;
        self.opened = true;
        self.decoder.restart();
        let (mut received, mut hash) = (0, DefaultHasher::new());
        let idle = self.options.idle;
        let mut silent_at = tokio::time::Instant::now() + idle;
        // When the line that is being sent is to be reported.
        let mut partial_at = None;
        let cause = loop {
            let due = partial_at.unwrap_or(silent_at).min(silent_at);
            match tokio::time::timeout_at(due, response.chunk()).await {
                Ok(Ok(Some(chunk))) => {
                    received += chunk.len();
                    hash.write(&chunk);
                    silent_at = tokio::time::Instant::now() + idle;
                    let events = self.decoder.feed(&chunk);
                    if !events.is_empty() {
                        partial_at = None;
                        self.out.send(StreamEvent::Events(events)).await.ok()?;
                    }
                    partial_at = partial_at.or_else(|| Some(tokio::time::Instant::now() + PARTIAL_INTERVAL));
                }
                Ok(Ok(None)) => {
                    if let Some(event) = self.decoder.finish() {
                        self.out.send(StreamEvent::Events(vec![event])).await.ok()?;
                    }
                    return Some(End::Finished(hash.finish()));
                }
                Ok(Err(error)) => {
                    let why = cut_reason(&error);
                    break Cause::Cut { received, why };
                }
                Err(_) if partial_at.take().is_some() => {
                    if let Some(line) = self.decoder.partial() {
                        self.out.send(StreamEvent::Partial(line)).await.ok()?;
                    }
                }
                Err(_) => break Cause::Timeout { phase: Phase::Stream, after: idle },
            }
        };
        Some(End::Lost(self.client.failed(request, cause, None)))
    }
}
