//! `GET /v1/containers/:id/logs`: the workload's lines as an event stream.
//!
//! The pages document neither the events nor a resume. Here each line is one event whose `id` is the offset just
//! after it, `Last-Event-ID` goes on from there, and `data` is the plain line without its line end.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use super::super::AppState;
use super::lists::find;
use super::problem::Problem;
use crate::engine::Engine;
use crate::process::output::{Follower, Piece};

/// The most bytes of earlier output that a new client is sent.
const BACKLOG: u64 = 128 * 1024;
/// The most bytes of one line.
const MAX_LINE_BYTES: usize = 256 * 1024;
/// The most bytes of lines gathered into one chunk.
const CHUNK: usize = 16 * 1024;

struct Tail {
    engine: Engine,
    follower: Follower,
    /// The beginning of a line whose end has not come.
    partial: Vec<u8>,
    /// A resumed stream starts at a line's beginning; another may start in the middle of one.
    whole: bool,
}

/// Follows a container's output until the client leaves or the cloud ends.
pub(super) async fn follow(
    State(app): State<AppState>,
    Path(text): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let key = app.engine.read(|fleet| find(fleet, &text).map(|(_, c)| c.instances.first().copied()))?;
    let looked = app.engine.look(key.ok_or_else(Problem::missing)?).await;
    let machine = looked.map_err(|_| Problem::internal())?.ok_or_else(Problem::missing)?;
    let last = headers.get("last-event-id").and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<u64>().ok());
    let follower = match last {
        Some(offset) => machine.log.follow_from(offset),
        None => machine.log.follow(BACKLOG),
    };
    let whole = last.is_some() || follower.at_start();
    let tail = Tail { engine: app.engine, follower, partial: Vec::new(), whole };
    let events = futures_util::stream::unfold(tail, async |mut tail| {
        let chunk = tail.next().await?;
        Some((Ok::<Bytes, Infallible>(chunk), tail))
    });
    let mut answer = Response::new(Body::from_stream(events));
    let fields = answer.headers_mut();
    fields.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    fields.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(answer)
}

impl Tail {
    /// The next chunk of whole events; `None` ends the stream.
    async fn next(&mut self) -> Option<Bytes> {
        let stopped = self.engine.stopped().clone();
        loop {
            let Piece::Bytes(bytes, at) = stopped.run_until_cancelled(self.follower.next(CHUNK)).await?
            else {
                // The client read too slowly: ending the stream lets it resume.
                return None;
            };
            let events = self.events(&bytes, at);
            if !events.is_empty() {
                return Some(events.into());
            }
        }
    }

    fn events(&mut self, bytes: &[u8], at: u64) -> Vec<u8> {
        let mut events = Vec::with_capacity(bytes.len() * 2);
        let mut offset = at - bytes.len() as u64;
        for part in bytes.split_inclusive(|b| *b == b'\n') {
            offset += part.len() as u64;
            self.partial.extend_from_slice(part);
            // A line that never ends is cut.
            if !part.ends_with(b"\n") && self.partial.len() < MAX_LINE_BYTES {
                break;
            }
            let line = std::mem::take(&mut self.partial);
            if std::mem::replace(&mut self.whole, true) {
                let text = String::from_utf8_lossy(&line);
                // A carriage return would end the field; inside a line it is of no use to a reader.
                let text = text.trim_end_matches(['\n', '\r']).replace('\r', "");
                events.extend_from_slice(format!("id: {offset}\ndata: {text}\n\n").as_bytes());
            }
        }
        events
    }
}
