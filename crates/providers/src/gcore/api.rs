//! Requests to Gcore: addresses, the key of every call, whole lists, and refusals in Gcore's words.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::wire::List;
use crate::kit::sign_in::SignIn;
use qdeck_config::SecretRef;
use qdeck_model::{Problem, ProblemKind, Secret};
use qdeck_net::{Cause, Client, NetError, Request};

/// Rows asked for a page, the most there may be. Always sent: some lists give 10 without it.
pub(crate) const LIMIT: usize = 1000;

/// Pages of one list asked for at once, once the first tells how many there are.
const AHEAD: usize = 3;

/// A page must be there after so long, tries and waits counted, or its region is told as failed: the next listing
/// begins only when this one has ended, and a region that hangs must not keep the others from it.
const PATIENCE: Duration = Duration::from_secs(30);

/// A query, name by name; a name may be repeated.
pub(crate) type Query<'a> = [(&'a str, &'a str)];

/// Requests at once to one region, which has a lane of its own: one that hangs holds up no other.
const IN_REGION: usize = 2;

/// The door to one account, or to one region of it. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) client: Client,
    shared: Arc<Shared>,
}

struct Shared {
    base: Url,
    key: SecretRef,
    signed: SignIn<Secret>,
    lanes: Mutex<HashMap<u64, Client>>,
}

impl Api {
    pub(crate) fn new(client: Client, base: Url, key: SecretRef) -> Self {
        let shared = Shared { base, key, signed: SignIn::new(), lanes: Mutex::default() };
        Self { client, shared: Arc::new(shared) }
    }

    /// The door to one region.
    pub(crate) fn region(&self, id: u64) -> Self {
        let mut lanes = self.shared.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes.entry(id).or_insert_with(|| self.client.lane(IN_REGION));
        Self { client: lane.clone(), shared: self.shared.clone() }
    }

    /// Reads `path`, given in parts that are escaped.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &Query<'_>,
    ) -> Result<T, Problem> {
        let mut request = Request::get(self.url(path)?);
        for (name, value) in query {
            request = request.query(name, value);
        }
        self.answer(request, path).await
    }

    /// A search by `POST`: it changes nothing, and is not tried again by itself.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &Query<'_>,
        body: &impl Serialize,
    ) -> Result<T, Problem> {
        let mut request = Request::post(self.url(path)?, body).reading();
        for (name, value) in query {
            request = request.query(name, value);
        }
        self.answer(request, path).await
    }

    /// One page of a list.
    pub(crate) async fn page<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &Query<'_>,
        offset: usize,
    ) -> Result<List<T>, Problem> {
        let (limit, offset) = (LIMIT.to_string(), offset.to_string());
        let mut whole = query.to_vec();
        whole.extend([("limit", &*limit), ("offset", &*offset)]);
        let asked = self.get(path, &whole);
        let late = || {
            let seconds = PATIENCE.as_secs();
            let problem = Problem::new(ProblemKind::Unreachable, format!("no answer within {seconds} s"));
            Err(problem.request(format!("GET /{}", path.join("/"))))
        };
        tokio::time::timeout(PATIENCE, asked).await.unwrap_or_else(|_| late())
    }

    /// Every page of a list, told to `tell` as they come, with how many rows there will be in all. It ends early when
    /// `tell` says `false`.
    ///
    /// The next page begins after the rows that were sent, while that is less than `count`; an empty page is the last.
    /// Where the first page was full, those after it are asked for at once.
    pub(crate) async fn pages<T, F, W>(
        &self,
        path: &[&str],
        query: &Query<'_>,
        mut tell: F,
    ) -> Result<(), Problem>
    where
        T: DeserializeOwned + Send,
        F: FnMut(Vec<T>, Option<usize>) -> W + Send,
        W: Future<Output = bool> + Send,
    {
        let first = self.page::<T>(path, query, 0).await?;
        let (sent, count) = (first.results.sent, *first.count);
        let mut next = sent;
        if !tell(first.results.good, count).await || sent == 0 {
            return Ok(());
        }
        let Some(count) = count else {
            return Ok(());
        };
        if sent == LIMIT {
            let offsets = futures_util::stream::iter((sent..count).step_by(LIMIT));
            let mut rest = offsets.map(|offset| self.page::<T>(path, query, offset)).buffered(AHEAD);
            while let Some(page) = rest.next().await {
                let page = page?;
                if page.results.sent == 0 || !tell(page.results.good, *page.count).await {
                    break;
                }
            }
            return Ok(());
        }
        while next < count {
            let page = self.page::<T>(path, query, next).await?;
            next += page.results.sent;
            if page.results.sent == 0 || !tell(page.results.good, *page.count).await {
                break;
            }
        }
        Ok(())
    }

    /// Every row of a list.
    pub(crate) async fn all<T: DeserializeOwned + Send>(
        &self,
        path: &[&str],
        query: &Query<'_>,
    ) -> Result<Vec<T>, Problem> {
        let mut all = Vec::new();
        self.pages(path, query, |rows: Vec<T>, _| {
            all.extend(rows);
            std::future::ready(true)
        })
        .await?;
        Ok(all)
    }

    pub(crate) fn sign_in_again(&self) {
        self.shared.signed.forget_if(|_| true);
    }

    async fn answer<T: DeserializeOwned>(&self, request: Request, path: &[&str]) -> Result<T, Problem> {
        let shared = &self.shared;
        let key = shared.signed.get(|| shared.key.resolve()).await?;
        // The scheme's word matters: a permanent token after `Bearer` is refused.
        let request = request.authorization(&format!("APIKey {}", key.expose()), &key);
        let answer = self.client.json(&request).await;
        answer.map_err(|error| problem(error, path))
    }

    fn url(&self, path: &[&str]) -> Result<Url, Problem> {
        crate::kit::join_url(&self.shared.base, path.iter().copied())
    }
}

/// The problem with what Gcore's error body adds: `{exception_class, message, request_id, info?, invalid_fields?}`. A
/// gateway before it may answer in a shape of its own; then the words are those of the body as it came.
fn problem(error: NetError, path: &[&str]) -> Problem {
    let body = match &*error.cause {
        Cause::Status { body, .. } => serde_json::from_slice(body).unwrap_or_default(),
        _ => Value::Null,
    };
    let mut problem = Problem::from(error);
    let word = |name: &str| body.get(name).and_then(Value::as_str);
    if let Some(id) = word("request_id") {
        problem.request_id = Some(id.into());
    }
    if let Some(fields) = body.get("invalid_fields").and_then(invalid_fields) {
        problem.message = format!("{}: {fields}", problem.message).into();
    }
    if let Some(hint) = hint(problem.status, word("exception_class"), &body, path) {
        problem.hint = Some(hint.into());
    }
    problem
}

/// `{"name": ["too long"], …}` in one line.
fn invalid_fields(fields: &Value) -> Option<String> {
    let told = |value: &Value| match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let lines: Vec<String> =
        fields.as_object()?.iter().map(|(name, why)| format!("{name}: {}", told(why))).collect();
    (!lines.is_empty()).then(|| lines.join("; "))
}

/// What to do about a refusal, where Gcore's own class or the call says more than its status.
fn hint(status: Option<u16>, class: Option<&str>, body: &Value, path: &[&str]) -> Option<String> {
    let number = |name: &str| {
        let value = body.pointer("/info")?.get(name)?;
        Some(value.to_string().trim_matches('"').to_owned())
    };
    Some(match (status?, class) {
        (_, Some("QuotaLimitExceed")) => {
            let known = |name| number(name).unwrap_or_else(|| "?".to_owned());
            format!(
                "Quota `{}`: {} of {} in use, {} asked for",
                known("attribute"),
                known("current_usage"),
                known("limit"),
                known("requested_usage")
            )
        }
        (403, Some("ForbiddenError")) if says_capacity(body) => {
            "The region has no more room for this flavor: take another region or flavor".to_owned()
        }
        (403, _) => format!(
            "The token's user may not read {}: the role needs that right in this project",
            subject(path)
        ),
        (401, _) => {
            "Check the context's API token: the whole of it, `$` included, and not expired or deleted. \
                     It is sent as `Authorization: APIKey`"
                .to_owned()
        }
        (409, _) if path.last() == Some(&"get_console") => {
            "Another console session holds the lock: try again in a moment".to_owned()
        }
        _ => return None,
    })
}

/// `ForbiddenError` is what a region that is full answers, too.
fn says_capacity(body: &Value) -> bool {
    let message = body.get("message").and_then(Value::as_str);
    message.is_some_and(|text| text.contains("limit of flavor"))
}

/// What a path reads, in the words of the API: the capability that a refused token lacks.
fn subject(path: &[&str]) -> String {
    let is_word = |part: &&&str| {
        part.chars().any(|c| c.is_ascii_alphabetic())
            && part.chars().all(|c| c.is_ascii_lowercase() || c == '_')
    };
    let words: Vec<&str> = path.iter().filter(is_word).copied().filter(|part| *part != "cloud").collect();
    match words[..] {
        [] => "this".to_owned(),
        ref words => format!("`{}`", words.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn refusals_say_what_is_missing() {
        let capacity = json!({"message": "Region has reached the limit of flavor g1-gpu"});
        let path = ["cloud", "v3", "inference", "7", "deployments", "My-app", "logs"];
        let told = |class, body: &Value| hint(Some(403), class, body, &path).unwrap();
        assert!(told(Some("ForbiddenError"), &capacity).contains("no more room"));
        assert!(told(None, &Value::Null).contains("`inference deployments logs`"));
        let quota =
            json!({"info": {"attribute": "cpu", "current_usage": 4, "requested_usage": 8, "limit": 10}});
        let told = hint(Some(400), Some("QuotaLimitExceed"), &quota, &path).unwrap();
        assert_eq!(told, "Quota `cpu`: 4 of 10 in use, 8 asked for");
        assert_eq!(hint(Some(404), Some("NotFoundError"), &Value::Null, &path), None);
        let fields = json!({"name": ["too long", "odd"], "size": "too small"});
        assert_eq!(invalid_fields(&fields).unwrap(), "name: too long, odd; size: too small");
    }
}
