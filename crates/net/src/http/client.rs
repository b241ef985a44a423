//! The HTTP client of one context: limits, timeouts, retries of reads, and counters.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Once, OnceLock};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::body::{self, Answer, Intake, LargeAnswers};
use super::pace::RequestPace;
use super::request::Request;
use super::retry::Retries;
use super::wire::Way;
use super::{fail_fast, redirect, wire};
use crate::address;
use crate::cause::{Cause, Phase};
use crate::error::NetError;
use qdeck_model::Problem;

/// Limits and permissions of a client. The defaults fit an API.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// The context's name, for the log.
    pub name: String,
    /// Allows `http://` and `ws://` to other hosts than this machine.
    pub insecure: bool,
    /// Accepts any certificate for any name: anyone in between can read and change everything.
    pub insecure_tls: bool,
    /// Sends nothing that may change something; see [`Request::is_write`].
    pub read_only: bool,
    /// Concurrent requests; event streams and websockets count only until they are open.
    pub concurrency: usize,
    /// Requests a second in the long run. Ten seconds' worth may come at once.
    pub requests_per_second: u32,
    /// Time for name, connection and TLS.
    pub connect_timeout: Duration,
    /// Time to the first byte of the answer of a read, once there is a connection or not. Writes have the whole of
    /// `timeout`: their outcome matters more than the wait.
    pub answer_timeout: Duration,
    /// Time for one try, to the last byte of its answer. Event streams and websockets have no such limit once open.
    pub timeout: Duration,
    /// The longest answer that is read, in bytes after decompression.
    pub body_limit: usize,
    /// Retries of a failed read.
    pub retries: usize,
    /// The pause before the first retry; it doubles.
    pub first_wait: Duration,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            name: String::new(),
            insecure: false,
            insecure_tls: false,
            read_only: false,
            concurrency: 8,
            requests_per_second: 50,
            connect_timeout: Duration::from_secs(5),
            answer_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
            body_limit: 64 << 20,
            retries: 3,
            first_wait: Duration::from_millis(200),
        }
    }
}

/// Counts of the requests of a client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Requests sent, retries counted.
    pub requests: u64,
    /// Of them, retries.
    pub retries: u64,
    /// Time to the first byte of the latest answer.
    pub latency: Option<Duration>,
}

/// The HTTP client of one context. Cheap to clone; clones share connections, limits and counters.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
    slots: Arc<Semaphore>,
}

struct Inner {
    options: ClientOptions,
    wires: [OnceLock<Result<reqwest::Client, String>>; 6],
    pace: RequestPace,
    large_answers: LargeAnswers,
    requests: AtomicU64,
    retries: AtomicU64,
    latency_micros: AtomicU64,
    /// An answer was read before: there is an API at the other end.
    understood: AtomicBool,
}

impl Client {
    /// Creates a client. Does no I/O and cannot fail: a set-up that does not work is an error of the first request.
    pub fn new(options: ClientOptions) -> Self {
        // The only process-wide step: reqwest is built without a default TLS provider. An error means that one is
        // already installed, which is as good.
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        Self {
            slots: slots(options.concurrency),
            inner: Arc::new(Inner {
                pace: RequestPace::new(options.requests_per_second),
                large_answers: LargeAnswers::default(),
                options,
                wires: [const { OnceLock::new() }; 6],
                requests: AtomicU64::new(0),
                retries: AtomicU64::new(0),
                latency_micros: AtomicU64::new(u64::MAX),
                understood: AtomicBool::new(false),
            }),
        }
    }

    /// The same client with a limit of its own on requests at once: for a part of a platform that may hang (a zone, a
    /// region) and must not hold up the others.
    #[must_use]
    pub fn lane(&self, concurrency: usize) -> Self {
        Self { inner: self.inner.clone(), slots: slots(concurrency) }
    }

    /// Counts of its requests so far.
    pub fn counters(&self) -> Counters {
        let micros = self.inner.latency_micros.load(Ordering::Relaxed);
        Counters {
            requests: self.inner.requests.load(Ordering::Relaxed),
            retries: self.inner.retries.load(Ordering::Relaxed),
            latency: (micros != u64::MAX).then(|| Duration::from_micros(micros)),
        }
    }

    /// Sends a request and reads its answer whole. A `GET` that failed in passing is retried, unless it is a write.
    pub async fn send(&self, request: &Request) -> Result<Answer, NetError> {
        self.answer(request, |answer| Ok(answer.clone())).await
    }

    /// Sends a request and decodes its answer from JSON. A `GET` whose answer is cut or garbled is retried, too.
    pub async fn json<T: DeserializeOwned>(&self, request: &Request) -> Result<T, NetError> {
        let may_be_empty = request.is_write();
        self.answer(request, |answer| answer.decode(may_be_empty)).await
    }

    /// Sends a request and returns what has become of its JSON answer in an intake, of which each try begins a new one. A
    /// `GET` whose answer is cut or garbled is retried.
    pub async fn take_json<I: Intake>(
        &self,
        request: &Request,
        begin: impl Fn() -> I,
    ) -> Result<I::Output, NetError> {
        let begin = &begin;
        self.retried(request, || async move {
            let take = async |response: reqwest::Response| {
                body::take_json(response, self.options().body_limit, &self.inner.large_answers, begin()).await
            };
            let output = self.once(request, take).await?;
            self.inner.understood.store(true, Ordering::Relaxed);
            Ok(output)
        })
        .await
    }

    async fn answer<T>(
        &self,
        request: &Request,
        read: impl Fn(&Answer) -> Result<T, Cause>,
    ) -> Result<T, NetError> {
        let read = &read;
        self.retried(request, || async move {
            let answer = self.once(request, async |response| self.whole(response).await).await?;
            let value = read(&answer).map_err(|cause| self.failed(request, cause, Some(answer.status)))?;
            if !answer.page {
                self.inner.understood.store(true, Ordering::Relaxed);
            }
            Ok(value)
        })
        .await
    }

    async fn whole(&self, response: reqwest::Response) -> Result<Answer, Cause> {
        let (status, page) = (response.status().as_u16(), body::is_page(response.headers()));
        let (body, turn) = body::read(response, self.options().body_limit, &self.inner.large_answers).await?;
        Ok(Answer { status, body, page, _turn: turn.map(Arc::new) })
    }

    /// Tries until it succeeds, or until another try would change nothing.
    async fn retried<T, F>(&self, request: &Request, attempt: impl Fn() -> F) -> Result<T, NetError>
    where
        F: Future<Output = Result<T, NetError>>,
    {
        let is_read = request.method == reqwest::Method::GET && !request.is_write();
        let may_repeat = is_read && fail_fast::limit().is_none();
        let options = self.options();
        let mut retries = Retries::new(options.retries, options.first_wait);
        loop {
            let failure = match attempt().await {
                Ok(value) => return Ok(value),
                Err(failure) => failure,
            };
            // A server that stalls is reported at once: it is asked again with the next listing, not four times for this one.
            let stalled =
                matches!(*failure.cause, Cause::Timeout { phase: Phase::Answer | Phase::WholeAnswer, .. });
            let pause = if may_repeat && !stalled && self.may_pass(&failure) {
                retries.next_pause(failure.retry_after)
            } else {
                None
            };
            let Some(pause) = pause else {
                return Err(failure);
            };
            tracing::debug!(context = options.name, %failure, ?pause, "retrying");
            self.inner.retries.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(pause).await;
        }
    }

    /// One try with its time limit, holding one of the slots. `take` reads the body of an answer of success.
    async fn once<T>(
        &self,
        request: &Request,
        take: impl AsyncFnOnce(reqwest::Response) -> Result<T, Cause>,
    ) -> Result<T, NetError> {
        let _slot = self.slot().await;
        if let Some(cause) = fail_fast::unreachable(&request.url) {
            return Err(self.failed(request, cause, None));
        }
        let own = self.options().timeout;
        let limit = fail_fast::limit().map_or(own, |limit| limit.min(own));
        let late = || {
            let cause = Cause::Timeout { phase: Phase::WholeAnswer, after: limit };
            Err(self.failed(request, cause, None))
        };
        let answer =
            tokio::time::timeout(limit, self.try_once(request, take)).await.unwrap_or_else(|_| late());
        if let Err(failure) = &answer {
            fail_fast::note_unreachable(&request.url, &failure.cause);
        }
        answer
    }

    async fn try_once<T>(
        &self,
        request: &Request,
        take: impl AsyncFnOnce(reqwest::Response) -> Result<T, Cause>,
    ) -> Result<T, NetError> {
        let response = self.open(request, false).await?;
        let status = response.status();
        if !status.is_success() {
            return Err(self.refusal(request, response).await);
        }
        let led_to = response.url().clone();
        let taken = take(response).await;
        taken.map_err(|cause| self.failed(request, cause, Some(status.as_u16())).at(&led_to))
    }

    /// Sends the request and returns when the head of the answer is there, whatever its status. Redirects within the
    /// origin are followed. `upgrade` asks for HTTP/1.1, which websockets need.
    pub(crate) async fn open(&self, request: &Request, upgrade: bool) -> Result<reqwest::Response, NetError> {
        let mut response = self.open_once(request, upgrade).await?;
        let mut sent = std::borrow::Cow::Borrowed(request);
        for followed in 0.. {
            let status = response.status();
            let next = redirect::target(&sent, status, response.headers()).and_then(|next| match next {
                Some(_) if followed == redirect::MAX_REDIRECTS => {
                    let from = address::redacted(&request.url);
                    let why = format!("there were {followed} of them, beginning at {from}");
                    Err(Cause::Redirect(why))
                }
                next => Ok(next),
            });
            let Some(next) = next.map_err(|cause| self.failed(&sent, cause, Some(status.as_u16())))? else {
                break;
            };
            self.inner.pace.turn().await;
            response = self.open_once(&next, upgrade).await?;
            sent = std::borrow::Cow::Owned(next);
        }
        Ok(response)
    }

    /// Sends the request and returns when the head of the answer is there, be it a redirect.
    async fn open_once(&self, request: &Request, upgrade: bool) -> Result<reqwest::Response, NetError> {
        let method = request.method.as_str();
        address::permit(method, &request.url, self.options().insecure)?;
        request.check()?;
        if self.options().read_only && request.is_write() {
            let context = self.options().name.clone();
            return Err(self.failed(request, Cause::ReadOnly { context }, None));
        }
        let wire = self
            .wire(address::is_loopback(&request.url), Way::of(request, upgrade))
            .map_err(|why| self.failed(request, Cause::SetUp(why), None))?;
        let mut ready =
            wire.request(request.method.clone(), request.url.clone()).headers(request.headers.clone());
        if let Some(body) = &request.body {
            ready = ready.body(body.clone());
        }
        self.inner.requests.fetch_add(1, Ordering::Relaxed);
        let began = Instant::now();
        let limit = if request.is_write() || upgrade { Duration::MAX } else { self.options().answer_timeout };
        let sent = tokio::time::timeout(limit, ready.send()).await;
        let took = began.elapsed();
        let Ok(result) = sent else {
            tracing::debug!(
                context = self.options().name,
                method,
                url = address::redacted(&request.url),
                ?took,
                "no answer"
            );
            return Err(self.failed(request, Cause::Timeout { phase: Phase::Answer, after: limit }, None));
        };
        let status = result.as_ref().ok().map(|r| r.status().as_u16());
        tracing::debug!(
            context = self.options().name,
            method,
            url = address::redacted(&request.url),
            status,
            ?took,
            "request"
        );
        let response = result.map_err(|error| {
            NetError::from_reqwest(method, &request.url, error, self.options().connect_timeout)
        })?;
        fail_fast::note_answer(&request.url);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX - 1);
        self.inner.latency_micros.store(micros, Ordering::Relaxed);
        Ok(response)
    }

    /// The error of an answer that is no success: its message, its request id, and when to retry.
    pub(crate) async fn refusal(&self, request: &Request, response: reqwest::Response) -> NetError {
        /// No message of a refusal is longer.
        const MAX_REFUSAL_BYTES: usize = 64 << 10;
        let status = response.status().as_u16();
        let led_to = response.url().clone();
        let (retry_after, request_id) = body::refusal_head(response.headers());
        let page = body::is_page(response.headers());
        // A refusal whose body breaks off or is endless is still a refusal.
        let reading = body::read(response, MAX_REFUSAL_BYTES, &self.inner.large_answers);
        let body = match tokio::time::timeout(Duration::from_secs(5), reading).await {
            Ok(Ok((body, _))) => body,
            Ok(Err(_)) | Err(_) => bytes::Bytes::new(),
        };
        // A server may repeat the token it refuses.
        let secrets = request.all_secrets();
        let body = bytes::Bytes::from(address::redact(&String::from_utf8_lossy(&body), &secrets));
        let message = body::message(&body, page);
        let retry_after = retry_after.or_else(|| body::retry_after_in(&body));
        let mut error = self.failed(request, Cause::Status { message, body, page }, Some(status)).at(&led_to);
        error.retry_after = retry_after;
        error.request_id = request_id.map(|id| address::redact(&id, &secrets).into());
        error
    }

    /// Returns whether the same read may work a moment later. A web page where no answer was ever read means a wrong address;
    /// later it is what a gateway shows while the API restarts.
    pub(crate) fn may_pass(&self, failure: &NetError) -> bool {
        let page = matches!(*failure.cause, Cause::Page { .. });
        failure.may_pass() && (!page || self.inner.understood.load(Ordering::Relaxed))
    }

    #[expect(clippy::unused_self, reason = "callers have a client and no other source of errors")]
    pub(crate) fn failed(&self, request: &Request, cause: Cause, status: Option<u16>) -> NetError {
        let mut error = NetError::new(request.method.as_str(), &request.url, cause);
        error.status = status;
        error
    }

    pub(crate) fn options(&self) -> &ClientOptions {
        &self.inner.options
    }

    /// Waits for one of the slots of concurrent requests, and then for its turn by the ceiling on requests.
    pub(crate) async fn slot(&self) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed, so this always gives one.
        let slot = self.slots.clone().acquire_owned().await.ok();
        self.inner.pace.turn().await;
        slot
    }

    /// The connection pool for this kind of request, made when first needed: this machine is reached without the
    /// proxy of the environment.
    fn wire(&self, loopback: bool, way: Way) -> Result<&reqwest::Client, String> {
        let at = usize::from(loopback) * 3 + way as usize;
        self.inner.wires[at]
            .get_or_init(|| wire::build(self.options(), loopback, way))
            .as_ref()
            .map_err(Clone::clone)
    }
}

fn slots(concurrency: usize) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(concurrency.clamp(1, Semaphore::MAX_PERMITS)))
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Client({})", self.inner.options.name)
    }
}

impl Client {
    /// [`Client::json`] for callers that return a [`Problem`].
    pub async fn read<T: DeserializeOwned>(&self, request: &Request) -> Result<T, Problem> {
        self.json(request).await.map_err(Problem::from)
    }
}
