//! The fault switch: late answers, errors, refusals, cut connections and rubbish, on purpose and by measure.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;

/// The frequency of each fault in percent, and the latency of every answer.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Faults {
    /// Added to every answer.
    pub latency: Duration,
    /// 500 instead of an answer.
    pub error: f64,
    /// 429 with `Retry-After: 1`.
    pub refused: f64,
    /// The connection is closed in the middle of the answer; a websocket some bytes or some seconds in.
    pub cut: f64,
    /// HTML or half a JSON document with status 200.
    pub garbage: f64,
    /// 409 instead of every write of this number: with 6 the sixth, the twelfth and so on.
    pub conflict: Option<NonZeroU32>,
    /// A change is made, and the connection closes without an answer.
    pub lost: f64,
    /// A change is not made, and the connection closes without an answer.
    pub dropped: f64,
    /// A change is made, and its answer comes a minute late.
    pub stalled: f64,
    /// Makes the order of faults the same in every run.
    pub seed: Option<u64>,
}

impl std::str::FromStr for Faults {
    type Err = String;

    /// Reads `latency=300ms,error=5%,429=2%,cut=1%,garbage=1%,lost=1%,dropped=1%,stalled=1%,seed=7`, in any order; an
    /// empty text is no faults.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut faults = Self::default();
        for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(|| {
                format!("`{part}` is not a fault: write it as NAME=VALUE, such as error=5%")
            })?;
            match name.trim() {
                "latency" => faults.latency = span(value.trim())?,
                "error" => faults.error = percent(name, value)?,
                "429" => faults.refused = percent(name, value)?,
                "cut" => faults.cut = percent(name, value)?,
                "garbage" => faults.garbage = percent(name, value)?,
                "conflict" => {
                    let every = value.trim().parse();
                    faults.conflict = Some(every.map_err(|_| {
                        format!(
                            "`conflict={value}`: write which writes are refused, such as 6 for every sixth"
                        )
                    })?);
                }
                "lost" => faults.lost = percent(name, value)?,
                "dropped" => faults.dropped = percent(name, value)?,
                "stalled" => faults.stalled = percent(name, value)?,
                "seed" => {
                    let seed = value.trim().parse();
                    faults.seed =
                        Some(seed.map_err(|_| format!("`seed={value}`: a seed is a whole number"))?);
                }
                other => {
                    return Err(format!(
                        "`{other}` is not a fault; known are latency, error, 429, cut, garbage, conflict, lost, dropped, stalled, and seed"
                    ));
                }
            }
        }
        let sum: f64 = faults.percentages().iter().sum();
        if sum > 100.0 {
            return Err(format!("the faults add up to {sum}%; all of them together can be 100% at most"));
        }
        Ok(faults)
    }
}

impl Faults {
    /// The frequencies in the order of [`Switch::draw`].
    const fn percentages(&self) -> [f64; 7] {
        [self.error, self.refused, self.cut, self.garbage, self.lost, self.dropped, self.stalled]
    }
}

fn percent(name: &str, value: &str) -> Result<f64, String> {
    let number = value.trim().strip_suffix('%').and_then(|n| n.trim().parse::<f64>().ok());
    number
        .filter(|n| (0.0..=100.0).contains(n))
        .ok_or_else(|| format!("`{name}={value}`: write a percentage from 0% to 100%, such as {name}=5%"))
}

fn span(value: &str) -> Result<Duration, String> {
    let wrong =
        || format!("`latency={value}`: write milliseconds or seconds up to a minute, such as 300ms or 2s");
    let (number, unit) = match value.strip_suffix("ms") {
        Some(number) => (number, 1),
        None => (value.strip_suffix('s').ok_or_else(wrong)?, 1000),
    };
    let milliseconds =
        number.parse::<u64>().ok().and_then(|n| n.checked_mul(unit)).filter(|ms| *ms <= 60_000);
    milliseconds.map(Duration::from_millis).ok_or_else(wrong)
}

/// The time for which an answer stalls.
const STALL: Duration = Duration::from_secs(60);

/// The switch itself: set while the cloud runs, asked once a request.
#[derive(Debug, Default)]
pub struct Switch {
    set: Mutex<(Faults, fastrand::Rng)>,
    /// The writes so far.
    writes: AtomicU32,
}

/// The fault of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Spared,
    Error,
    Refused,
    Conflict,
    Cut(u16),
    Garbage(bool),
    Lost,
    Dropped,
    Stalled,
}

/// Set on a websocket that is to be cut after so many bytes, or some seconds in where it is silent.
#[derive(Debug, Clone, Copy)]
pub struct CutSocket(pub u16);

impl CutSocket {
    /// When it is cut although fewer bytes were sent.
    pub fn within(self) -> Duration {
        Duration::from_secs(2) + Duration::from_millis(self.0.into())
    }
}

impl Switch {
    /// Sets what happens from the next request on.
    pub fn set(&self, faults: Faults) {
        let dice = faults.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        *self.set.lock() = (faults, dice);
    }

    fn draw(&self, is_write: bool) -> (Duration, Fate) {
        let mut set = self.set.lock();
        let faults = set.0;
        if let (true, Some(every)) = (is_write, faults.conflict)
            && (self.writes.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(every.get())
        {
            return (faults.latency, Fate::Conflict);
        }
        let dice = &mut set.1;
        let at = dice.f64() * 100.0;
        let mut upto = 0.0;
        let struck = faults.percentages().iter().position(|percent| {
            upto += percent;
            at < upto
        });
        let fate = match struck {
            Some(0) => Fate::Error,
            Some(1) => Fate::Refused,
            Some(2) => Fate::Cut(dice.u16(200..6_000)),
            Some(3) => Fate::Garbage(dice.bool()),
            Some(4) => Fate::Lost,
            Some(5) => Fate::Dropped,
            Some(_) => Fate::Stalled,
            None => Fate::Spared,
        };
        (faults.latency, fate)
    }

    /// Runs in front of every face and injects the faults.
    pub async fn inject(&self, mut request: Request, next: Next) -> Response {
        let is_write = !request.method().is_safe();
        let (late, fate) = self.draw(is_write);
        if !late.is_zero() {
            tokio::time::sleep(late).await;
        }
        // A read has nothing to lose.
        let is_read = request.method() == Method::GET;
        match fate {
            Fate::Lost | Fate::Dropped | Fate::Stalled if is_read => next.run(request).await,
            Fate::Spared => next.run(request).await,
            Fate::Dropped => closed(),
            Fate::Lost => {
                next.run(request).await;
                closed()
            }
            Fate::Stalled => {
                let answer = next.run(request).await;
                tokio::time::sleep(STALL).await;
                answer
            }
            Fate::Error => super::faces::failure(request.uri().path(), StatusCode::INTERNAL_SERVER_ERROR),
            Fate::Conflict => super::faces::failure(request.uri().path(), StatusCode::CONFLICT),
            Fate::Refused => {
                let mut answer = super::faces::failure(request.uri().path(), StatusCode::TOO_MANY_REQUESTS);
                answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
                answer
            }
            Fate::Cut(after) => {
                request.extensions_mut().insert(CutSocket(after));
                cut(next.run(request).await, after).await
            }
            Fate::Garbage(html) => garbage(next.run(request).await, html).await,
        }
    }
}

/// An answer of which not a byte leaves: its body fails before its head is written, and the connection closes.
fn closed() -> Response {
    let broken = std::io::Error::new(std::io::ErrorKind::ConnectionReset, "closed on purpose");
    Response::new(Body::from_stream(futures_util::stream::once(async { Err::<Bytes, _>(broken) })))
}

/// Returns whether the answer's body is endless, so that it must not be gathered.
fn streams(answer: &Response) -> bool {
    let kind = answer.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    kind.starts_with("text/event-stream") || answer.status() == StatusCode::SWITCHING_PROTOCOLS
}

/// Half of the body, then the connection breaks. A stream breaks after some bytes.
async fn cut(answer: Response, after: u16) -> Response {
    if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
        return answer;
    }
    let endless = streams(&answer);
    let (parts, body) = answer.into_parts();
    let broken = || std::io::Error::new(std::io::ErrorKind::ConnectionReset, "cut on purpose");
    if endless {
        let mut left = usize::from(after);
        let stream = body.into_data_stream().map(move |chunk| {
            let chunk = chunk.map_err(std::io::Error::other)?;
            left = left.checked_sub(chunk.len()).ok_or_else(broken)?;
            Ok::<Bytes, std::io::Error>(chunk)
        });
        return Response::from_parts(parts, Body::from_stream(stream));
    }
    let whole = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let half = whole.slice(..whole.len() / 2);
    // The pause lets the first half leave before the connection breaks.
    let stream =
        futures_util::stream::once(async move { Ok(half) }).chain(futures_util::stream::once(async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Err(broken())
        }));
    Response::from_parts(parts, Body::from_stream(stream))
}

/// 200 with a proxy's HTML page or half of the JSON. A stream begins well, then there is rubbish in it, and it ends.
async fn garbage(answer: Response, html: bool) -> Response {
    if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
        return answer;
    }
    if streams(&answer) && !html {
        let (parts, body) = answer.into_parts();
        let half = |chunk: Result<Bytes, axum::Error>| chunk.map(|bytes| bytes.slice(..bytes.len() / 2));
        let rubbish = futures_util::stream::once(async { Ok(Bytes::from_static(b"\xff\xfe\0<html")) });
        let stream = body.into_data_stream().take(1).map(half).chain(rubbish);
        return Response::from_parts(parts, Body::from_stream(stream));
    }
    if html {
        let page =
            "<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body>It works!</body></html>\n";
        return (StatusCode::OK, [(header::CONTENT_TYPE, "text/html")], page).into_response();
    }
    let whole = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap_or_default();
    let half = whole.slice(..whole.len() / 2);
    (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], half).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_the_switch_as_documented() {
        let faults: Faults =
            "latency=300ms,error=5%,429=2%, cut=1%,garbage=0.5%,seed=7".parse().expect("all known");
        assert_eq!(faults.latency, Duration::from_millis(300));
        assert_eq!((faults.error, faults.refused, faults.cut, faults.garbage), (5.0, 2.0, 1.0, 0.5));
        let of_changes: Faults = "lost=1%,dropped=2%,stalled=3%".parse().expect("all known");
        assert_eq!((of_changes.lost, of_changes.dropped, of_changes.stalled), (1.0, 2.0, 3.0));
        assert_eq!("".parse(), Ok(Faults::default()));
    }

    #[test]
    fn mistakes_are_reported_in_sentences() {
        for (text, word) in [
            ("latncy=3", "latncy"),
            ("error", "NAME=VALUE"),
            ("error=5", "percentage"),
            ("error=101%", "100%"),
            ("latency=soon", "300ms"),
            ("latency=99999999999999999999s", "minute"),
            ("error=60%,cut=60%", "120%"),
            ("seed=x", "whole number"),
            ("conflict=0", "every sixth"),
        ] {
            let message = text.parse::<Faults>().expect_err("refused");
            assert!(message.contains(word), "{text}: {message}");
        }
    }

    #[test]
    fn every_so_manyth_write_is_refused_and_no_read_is() {
        let switch = Switch::default();
        switch.set("conflict=6".parse().expect("known"));
        let mut refused = 0;
        for _ in 0..20 {
            assert_eq!(switch.draw(false).1, Fate::Spared);
            refused += u32::from(switch.draw(true).1 == Fate::Conflict);
        }
        assert_eq!(refused, 3);
    }

    #[test]
    fn a_seed_makes_the_same_faults() {
        let draw = || {
            let switch = Switch::default();
            switch.set("error=30%,cut=30%,seed=11".parse().expect("known"));
            (0..50).map(|_| switch.draw(false).1).collect::<Vec<Fate>>()
        };
        let fates = draw();
        assert_eq!(fates, draw());
        assert!(fates.contains(&Fate::Error) && fates.contains(&Fate::Spared));
    }
}
