//! Answers: read up to a limit, decoded from JSON, and reduced to their message when they are refusals.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{meter, retry};
use crate::cause::{Cause, innermost};

/// A byte order mark in UTF-8, which some servers put before JSON.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A whole answer with a status of success.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body, decompressed.
    pub body: Bytes,
    pub(crate) page: bool,
    /// Held by a large one until it is dropped.
    pub(super) _turn: Option<Arc<OwnedSemaphorePermit>>,
}

/// The large answers that a client reads at once. Each is in memory whole, as text and then as rows, so that their number
/// times their limit is what a server can make this program hold.
pub(crate) struct LargeAnswers(Arc<Semaphore>);

/// An answer beyond this length is a large one. No page of a list is.
const LARGE_ANSWER_BYTES: usize = 8 << 20;

/// Large answers at once.
const MAX_LARGE_ANSWERS: usize = 2;

impl Default for LargeAnswers {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MAX_LARGE_ANSWERS)))
    }
}

impl Answer {
    /// Decodes the body as JSON. `may_be_empty` as for [`Answer::json`].
    pub(crate) fn decode<T: DeserializeOwned>(&self, may_be_empty: bool) -> Result<T, Cause> {
        self.json(may_be_empty)?.decode()
    }

    /// The body as the text of a JSON document. `may_be_empty` as for [`JsonText::of_body`].
    pub(crate) fn json(&self, may_be_empty: bool) -> Result<JsonText<'_>, Cause> {
        if self.page {
            return Err(Cause::Page { title: page_title(&self.body) });
        }
        JsonText::of_body(&self.body, may_be_empty)
    }
}

/// The text of an answer that is to be a JSON document; nothing of it is decoded yet.
#[derive(Debug, Clone, Copy)]
pub struct JsonText<'a> {
    text: &'a [u8],
    /// The length of the whole body, in bytes.
    length: usize,
}

impl<'a> JsonText<'a> {
    /// A text that is the whole body of an answer.
    pub fn new(text: &'a [u8]) -> Self {
        Self { text, length: text.len() }
    }

    /// The text of a body, without the byte order mark that it may begin with. `may_be_empty`: an empty body reads as `null`,
    /// since some APIs answer changes with nothing. Elsewhere a document is due, and neither is one.
    ///
    /// # Errors
    /// There is no document where one is due.
    pub fn of_body(body: &'a [u8], may_be_empty: bool) -> Result<Self, Cause> {
        let text = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body).trim_ascii();
        if !may_be_empty && (text.is_empty() || text == b"null") {
            return Err(Cause::NoDocument { is_null: !text.is_empty() });
        }
        let text = if text.is_empty() { b"null" } else { text };
        Ok(Self { text, length: body.len() })
    }

    /// Decodes the text. What is decoded may borrow from it.
    ///
    /// # Errors
    /// It is no JSON, or not what is expected, or made to cost memory.
    pub fn decode<T: Deserialize<'a>>(&self) -> Result<T, Cause> {
        let Self { text, length } = *self;
        if is_mostly_punctuation(text) {
            let why = format!("more than {MAX_SHORT_VALUES} values of hardly any length");
            return Err(Cause::Shape { why, length });
        }
        serde_json::from_slice(text).map_err(|error| {
            if looks_like_page(text) {
                return Cause::Page { title: page_title(text) };
            }
            let why = error.to_string();
            if error.is_data() { Cause::Shape { why, length } } else { Cause::Json { why, length } }
        })
    }
}

/// Values of an answer that may be as short as they like.
const MAX_SHORT_VALUES: usize = 1_000_000;

/// The average length of a value where there are more, in bytes with its name and its comma. Documents have 15 and more.
const MIN_VALUE_BYTES: usize = 10;

/// Returns true for JSON that is made to cost memory: `{},{},{},` takes three bytes a value as text, and a hundred once it
/// is read.
fn is_mostly_punctuation(text: &[u8]) -> bool {
    if text.len() < MAX_SHORT_VALUES {
        return false;
    }
    let values = memchr::memchr_iter(b',', text).count();
    values > MAX_SHORT_VALUES && values * MIN_VALUE_BYTES > text.len()
}

/// Takes an answer in as it arrives, so that it need not be in memory whole.
pub trait Intake {
    /// What has become of the answer.
    type Output;

    /// Takes the next bytes of the body.
    ///
    /// # Errors
    /// It is not what is expected: nothing more of it is read.
    fn push(&mut self, part: &[u8]) -> Result<(), Cause>;

    /// The body is over; it had `length` bytes in all.
    ///
    /// # Errors
    /// It is not what is expected, or not all of it.
    fn finish(self, length: usize) -> Result<Self::Output, Cause>;
}

/// Keeps a body as it is.
#[derive(Default)]
struct Whole(BytesMut);

impl Intake for Whole {
    type Output = Bytes;

    fn push(&mut self, part: &[u8]) -> Result<(), Cause> {
        self.0.extend_from_slice(part);
        Ok(())
    }

    fn finish(self, _length: usize) -> Result<Bytes, Cause> {
        Ok(self.0.freeze())
    }
}

/// Reads a body to its end, `limit` bytes at most. `limit` also bounds what a compressed body unfolds to. A large one waits
/// for its turn in the middle, which it returns.
pub(crate) async fn read(
    response: reqwest::Response,
    limit: usize,
    large: &LargeAnswers,
) -> Result<(Bytes, Option<OwnedSemaphorePermit>), Cause> {
    take(response, limit, large, Whole::default()).await
}

/// Reads the body of a JSON document as [`read`] does, into `intake`. A web page is none.
pub(crate) async fn take_json<I: Intake>(
    response: reqwest::Response,
    limit: usize,
    large: &LargeAnswers,
    intake: I,
) -> Result<I::Output, Cause> {
    if is_page(response.headers()) {
        let (body, _) = read(response, limit, large).await?;
        return Err(Cause::Page { title: page_title(&body) });
    }
    Ok(take(response, limit, large, intake).await?.0)
}

async fn take<I: Intake>(
    mut response: reqwest::Response,
    limit: usize,
    large: &LargeAnswers,
    mut intake: I,
) -> Result<(I::Output, Option<OwnedSemaphorePermit>), Cause> {
    let announced = response.content_length().unwrap_or(0);
    if announced > limit as u64 {
        return Err(Cause::TooLarge { limit });
    }
    meter::count_answer();
    let mut length = 0;
    let mut turn = None;
    loop {
        if turn.is_none() && length > LARGE_ANSWER_BYTES {
            // The semaphore is never closed.
            turn = large.0.clone().acquire_owned().await.ok();
        }
        match response.chunk().await {
            Ok(Some(chunk)) => {
                meter::count_bytes(chunk.len());
                length += chunk.len();
                if length > limit {
                    return Err(Cause::TooLarge { limit });
                }
                intake.push(&chunk)?;
            }
            Ok(None) => return Ok((intake.finish(length)?, turn)),
            Err(error) => return Err(Cause::Cut { received: length, why: cut_reason(&error) }),
        }
    }
}

/// The reason why a body broke off, without the URL and the client's own wrapping.
pub(crate) fn cut_reason(error: &reqwest::Error) -> String {
    innermost(error).unwrap_or_else(|| "it ended early".to_owned())
}

/// `Retry-After` and the request id of a refusal.
pub(crate) fn refusal_head(headers: &HeaderMap) -> (Option<Duration>, Option<String>) {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let wait = text("retry-after").and_then(|v| retry::retry_after(v, std::time::SystemTime::now()));
    let id = ["x-request-id", "request-id", "x-correlation-id", "x-trace-id", "x-amzn-requestid", "cf-ray"]
        .into_iter()
        .find_map(text)
        .filter(|id| !id.is_empty())
        .map(|id| printable(id, 80));
    (wait, id)
}

pub(crate) fn is_page(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.trim_start().to_ascii_lowercase().starts_with("text/html"))
}

fn looks_like_page(body: &[u8]) -> bool {
    let start: Vec<u8> =
        body.iter().skip_while(|b| b.is_ascii_whitespace()).take(14).map(u8::to_ascii_lowercase).collect();
    start.starts_with(b"<!doctype html") || start.starts_with(b"<html")
}

fn page_title(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(&body[..body.len().min(4096)]);
    let lower = text.to_ascii_lowercase();
    let from = lower.find("<title>")? + "<title>".len();
    let to = from + lower[from..].find("</title>")?;
    Some(printable(&text[from..to], 80)).filter(|t| !t.is_empty())
}

/// The message of a refusal: the usual fields of JSON error bodies in the order in which they are worth reading, the title
/// of a page, or the text itself. Shortened, on one line, without control characters.
pub(crate) fn message(body: &[u8], page: bool) -> Option<String> {
    if page || looks_like_page(body) {
        return Some(page_title(body).map_or_else(
            || "a web page instead of an answer".to_owned(),
            |title| format!("a web page: \u{201c}{title}\u{201d}"),
        ));
    }
    let text = match serde_json::from_slice::<Value>(body) {
        Ok(value) => json_message(&value)?,
        Err(_) => String::from_utf8_lossy(&body[..body.len().min(2048)]).into_owned(),
    };
    Some(printable(&text, 400)).filter(|t| !t.is_empty())
}

/// `retry_after` of a refusal's body, in seconds: some APIs put it there and not in a header.
pub(crate) fn retry_after_in(body: &[u8]) -> Option<Duration> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let seconds = body.get("retry_after")?.as_f64()?;
    Duration::try_from_secs_f64(seconds.min(86_400.0)).ok()
}

fn json_message(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(fields) => {
            // OAuth has a code in `error` and the sentence beside it.
            let described = fields.get("error_description").and_then(Value::as_str);
            if let Some(text) = described {
                let code = fields.get("error").and_then(Value::as_str);
                return Some(code.map_or_else(|| text.to_owned(), |code| format!("{text} ({code})")));
            }
            let text_of =
                |name: &str| fields.get(name).and_then(json_message).filter(|text| !text.is_empty());
            match (text_of("error"), text_of("title"), text_of("detail")) {
                (Some(inner), ..) => Some(inner),
                (None, Some(title), Some(detail)) if title != detail => Some(format!("{title}: {detail}")),
                (None, title, detail) => title
                    .or(detail)
                    .or_else(|| ["message", "description", "reason", "code"].into_iter().find_map(text_of)),
            }
        }
        Value::Array(items) => items.iter().find_map(json_message),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn printable(text: &str, max_chars: usize) -> String {
    let line: String = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    match line.char_indices().nth(max_chars) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_reduced_to_the_remotes_message() {
        for (body, expected) in [
            (
                r#"{"error":{"status":404,"code":"404.container","title":"No such container","detail":"it was deleted"},"data":null}"#,
                "No such container: it was deleted",
            ),
            (r#"{"error":{"code":"401.auth-invalid","title":"Bad key"}}"#, "Bad key"),
            (r#"{"error":{"code":"429.rate-limiting"}}"#, "429.rate-limiting"),
            (
                r#"{"error":"invalid_token","error_description":"The key expired"}"#,
                "The key expired (invalid_token)",
            ),
            (r#"{"error":"Unauthorized"}"#, "Unauthorized"),
            (r#"{"error":"","message":"no"}"#, "no"),
            (r#"{"message":"too many  \n words"}"#, "too many words"),
            (r#""just text""#, "just text"),
            ("gateway \u{1b}[31mdown", "gateway [31mdown"),
            ("<html><head><TITLE>502 Bad\nGateway</TITLE>", "a web page: “502 Bad Gateway”"),
            ("<!DOCTYPE html><p>", "a web page instead of an answer"),
        ] {
            assert_eq!(message(body.as_bytes(), false).as_deref(), Some(expected), "{body}");
        }
        assert_eq!(message(b"", false), None);
        assert_eq!(message(br#"{"data":null}"#, false), None);
        assert_eq!(message("é".repeat(5000).as_bytes(), false).unwrap().chars().count(), 401);
    }

    #[test]
    fn json_that_is_made_to_cost_memory_is_refused_before_it_is_read() {
        let read = |body: String| {
            let answer = Answer { status: 200, body: body.into(), page: false, _turn: None };
            answer.decode::<serde::de::IgnoredAny>(false).map(drop)
        };
        let list = |value: &str, count: usize| format!("[{}null]", format!("{value},").repeat(count));
        for value in ["{}", "0", r#"{"":1}"#] {
            assert_eq!(read(list(value, 1_000_000)), Ok(()), "{value}");
            let Err(Cause::Shape { why, .. }) = read(list(value, 1_000_001)) else {
                panic!("{value} was read");
            };
            assert!(why.contains("more than 1000000 values"), "{why}");
        }
        assert_eq!(read(list(r#"{"id":1234}"#, 1_500_000)), Ok(()), "short rows are a matter of rows");
    }

    #[test]
    fn a_body_may_hold_the_pause_before_a_retry() {
        let wait = |body: &str| retry_after_in(body.as_bytes());
        assert_eq!(wait(r#"{"error":"slow down","retry_after":2.5}"#), Some(Duration::from_millis(2500)));
        assert_eq!(wait(r#"{"retry_after":1e300}"#), Some(Duration::from_secs(86_400)));
        for odd in [r#"{"retry_after":-1}"#, r#"{"retry_after":"soon"}"#, "[]", "slow down"] {
            assert_eq!(wait(odd), None, "{odd}");
        }
    }
}
