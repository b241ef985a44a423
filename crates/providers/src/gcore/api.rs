//! Requests to Gcore: addresses, the key of every call, whole lists, and refusals in Gcore's words.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::Stream;
use parking_lot::Mutex;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::wire::{Envelope, List};
use crate::kit::pages::{Row, key_of};
use crate::kit::{self, CachedWalk, Page, PageAt, PageWalk, ReadPage, Rest, RowsAt, SignIn, Walked};
use crate::mapping::lenient::{Rows, read_row};
use qdeck_config::SecretRef;
use qdeck_model::{Method, PreparedRequest, Problem, Resource, Secret};
use qdeck_net::{Client, JsonText, NetError, Request};

/// Rows asked for a page, the most there may be. Always sent: some lists give 10 without it.
pub(crate) const MAX_PAGE_ROWS: usize = 1000;

/// Pages of one list asked for at once, when a full first page has the number of rows.
const PAGES_AT_ONCE: usize = 3;

/// The time for a page, retries and waits counted, before its region counts as failed: the next listing begins only
/// when this one has ended, and a region that hangs must not keep the others from it.
const PAGE_TIMEOUT: Duration = Duration::from_secs(30);

/// A query, name by name; a name may be repeated.
pub(crate) type Query<'a> = [(&'a str, &'a str)];

/// A list whose rows are cached.
pub(crate) struct CachedList<'a> {
    pub(crate) path: &'a [&'a str],
    pub(crate) query: &'a Query<'a>,
    pub(crate) walk: CachedWalk<Resource>,
    /// Of whatever else its rows are mapped with.
    pub(crate) version: u64,
}

/// Requests at once to one region, which has a lane of its own: one that hangs holds up no other.
const REQUESTS_AT_ONCE_IN_REGION: usize = 2;

/// The client of one account, or of one region of it. Cheap to clone.
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
    /// The address that paths are below.
    pub(crate) fn base(&self) -> &Url {
        &self.shared.base
    }

    pub(crate) fn new(client: Client, base: Url, key: SecretRef) -> Self {
        let shared = Shared { base, key, signed: SignIn::new(), lanes: Mutex::default() };
        Self { client, shared: Arc::new(shared) }
    }

    /// The client of one region.
    pub(crate) fn region(&self, id: u64) -> Self {
        let mut lanes = self.shared.lanes.lock();
        let lane = lanes.entry(id).or_insert_with(|| self.client.lane(REQUESTS_AT_ONCE_IN_REGION));
        Self { client: lane.clone(), shared: self.shared.clone() }
    }

    /// Reads `path`, given in parts that are escaped.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &Query<'_>,
    ) -> Result<T, Problem> {
        self.answer(kit::read_request(&self.shared.base, path, query)?, path).await
    }

    /// A search by `POST`: it changes nothing, and is not tried again by itself.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &Query<'_>,
        body: &impl Serialize,
    ) -> Result<T, Problem> {
        let url = kit::join_url(&self.shared.base, path.iter().copied())?;
        let request = kit::with_query(Request::post(url, body).reading(), query);
        self.answer(request, path).await
    }

    /// A request that changes something, to be shown before it is sent by [`Api::write`].
    pub(crate) fn prepare(
        &self,
        method: Method,
        path: &[&str],
        query: &Query<'_>,
    ) -> Result<PreparedRequest, Problem> {
        let mut url = kit::join_url(&self.shared.base, path.iter().copied())?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(PreparedRequest::new(method, url.as_str()))
    }

    /// Sends a prepared request once. `Value::Null` is an answer without content.
    pub(crate) async fn write(&self, prepared: &PreparedRequest) -> Result<Value, Problem> {
        let request = self.authorized(Request::prepared(prepared)?).await?;
        let answer = self.client.json(&request).await;
        answer.map_err(|error| {
            let url = Url::parse(&prepared.url).ok();
            let path: Vec<&str> = url.as_ref().and_then(Url::path_segments).into_iter().flatten().collect();
            problem(error, "change", &path)
        })
    }

    /// A page of a list. Lists without a `count` have no pages.
    pub(crate) async fn page<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &Query<'_>,
        at: PageAt,
    ) -> Result<Page<T>, Problem> {
        let (limit, offset) = (MAX_PAGE_ROWS.to_string(), at.offset.to_string());
        let query = [query, &[("limit", &limit), ("offset", &offset)]].concat();
        let request = kit::request_name("GET", path);
        let List::<T> { count, results } =
            kit::within(PAGE_TIMEOUT, &request, self.get(path, &query)).await?;
        Ok(Page::new(results, count.map_or(Rest::Last, Rest::Total)))
    }

    /// A page of a list whose rows are cached: `map` makes a row of what was sent, with whatever else has this `version`.
    async fn cached_page<T: DeserializeOwned>(
        &self,
        list: &CachedList<'_>,
        at: PageAt,
        map: &(impl Fn(&T) -> Resource + Sync),
    ) -> Result<Walked<Resource>, Problem> {
        let CachedList { path, query, ref walk, version } = *list;
        let (limit, offset) = (MAX_PAGE_ROWS.to_string(), at.offset.to_string());
        let query = [query, &[("limit", &limit), ("offset", &offset)]].concat();
        let request = kit::read_request(&self.shared.base, path, &query)?;
        let envelope = |text: JsonText<'_>| {
            let list: Envelope = text.decode()?;
            Ok(list.count.map_or(Rest::Last, Rest::Total))
        };
        let row = |text: &str| Ok(Arc::new(map(&read_row(text)?)));
        let begin = || walk.arriving(at.number, version, RowsAt::Member("results"), row, envelope);
        let take = async {
            let answer = self.client.take_json(&self.authorized(request).await?, begin).await;
            answer.map_err(|error| problem(error, "read", path))
        };
        Ok(match kit::within(PAGE_TIMEOUT, &kit::request_name("GET", path), take).await? {
            ReadPage::Known(page) => page,
            ReadPage::Changed(page) => {
                walk.keep(at.number, version, &page, Arc::clone, |row| key_of(&row.id().id)).await
            }
        })
    }

    /// The pages of a list whose rows are cached, in order.
    pub(crate) fn cached_pages<'a, T: DeserializeOwned + 'a>(
        &'a self,
        list: &'a CachedList<'a>,
        map: &'a (impl Fn(&T) -> Resource + Sync),
    ) -> impl Stream<Item = Result<Walked<Resource>, Problem>> + 'a {
        walk(list.path).pages(move |at| self.cached_page(list, at, map))
    }

    /// The pages of a list in order.
    pub(crate) fn pages<'a, T: DeserializeOwned + Row + 'a>(
        &'a self,
        path: &'a [&'a str],
        query: &'a Query<'a>,
    ) -> impl Stream<Item = Result<Page<T>, Problem>> + 'a {
        walk(path).pages(move |at| self.page(path, query, at))
    }

    /// Every row of a list, and how many could not be read.
    pub(crate) async fn all<T: DeserializeOwned + Row>(
        &self,
        path: &[&str],
        query: &Query<'_>,
    ) -> Result<Rows<T>, Problem> {
        walk(path).all(|at| self.page(path, query, at)).await
    }

    pub(crate) fn sign_in_again(&self) {
        self.shared.signed.forget();
    }

    async fn answer<T: DeserializeOwned>(&self, request: Request, path: &[&str]) -> Result<T, Problem> {
        let request = self.authorized(request).await?;
        let answer = self.client.json(&request).await;
        answer.map_err(|error| problem(error, "read", path))
    }

    async fn authorized(&self, request: Request) -> Result<Request, Problem> {
        let shared = &self.shared;
        let key = shared.signed.get(|| shared.key.resolve()).await?;
        // The scheme's word matters: a permanent token after `Bearer` is refused.
        Ok(request.authorization(&format!("APIKey {}", key.expose()), &key))
    }
}

/// The walk over a list.
fn walk(path: &[&str]) -> PageWalk {
    PageWalk::new(kit::request_name("GET", path), MAX_PAGE_ROWS).ahead(PAGES_AT_ONCE)
}

/// The problem with what Gcore's error body adds: `{exception_class, message, request_id, info?, invalid_fields?}`. A
/// gateway before it may answer in a shape of its own; then the words are those of the body as it came.
fn problem(error: NetError, verb: &str, path: &[&str]) -> Problem {
    let body = kit::refusal_json(&error).unwrap_or_default();
    let mut problem = Problem::from(error);
    let word = |name: &str| body.get(name).and_then(Value::as_str);
    if let Some(id) = word("request_id") {
        problem.request_id = Some(id.into());
    }
    if let Some(fields) = body.get("invalid_fields").and_then(invalid_fields) {
        problem.message = format!("{}: {fields}", problem.message).into();
    }
    if let Some(hint) = hint(problem.status, word("exception_class"), &body, verb, path) {
        problem.hint = Some(hint.into());
    }
    problem
}

/// `{"name": ["too long"], …}` in one line.
fn invalid_fields(fields: &Value) -> Option<String> {
    let text = |value: &Value| match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let lines: Vec<String> =
        fields.as_object()?.iter().map(|(name, why)| format!("{name}: {}", text(why))).collect();
    (!lines.is_empty()).then(|| lines.join("; "))
}

/// The hint for a refusal, where Gcore's own class or the call is more precise than its status.
fn hint(status: Option<u16>, class: Option<&str>, body: &Value, verb: &str, path: &[&str]) -> Option<String> {
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
        (403, Some("ForbiddenError")) if is_capacity(body) => {
            "The region has no more room for this flavor: take another region or flavor".to_owned()
        }
        (403, _) => format!(
            "The token's user may not {verb} {}: the role needs that right in this project",
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
fn is_capacity(body: &Value) -> bool {
    let message = body.get("message").and_then(Value::as_str);
    message.is_some_and(|text| text.contains("limit of flavor"))
}

/// The object that a path reads, in the words of the API: the capability that a refused token lacks.
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
    fn refusals_name_what_is_missing() {
        let capacity = json!({"message": "Region has reached the limit of flavor g1-gpu"});
        let path = ["cloud", "v3", "inference", "7", "deployments", "My-app", "logs"];
        let hint_of = |class, body: &Value| hint(Some(403), class, body, "read", &path).unwrap();
        assert!(hint_of(Some("ForbiddenError"), &capacity).contains("no more room"));
        assert!(hint_of(None, &Value::Null).contains("`inference deployments logs`"));
        let quota =
            json!({"info": {"attribute": "cpu", "current_usage": 4, "requested_usage": 8, "limit": 10}});
        let quota_hint = hint(Some(400), Some("QuotaLimitExceed"), &quota, "change", &path).unwrap();
        assert_eq!(quota_hint, "Quota `cpu`: 4 of 10 in use, 8 asked for");
        assert_eq!(hint(Some(404), Some("NotFoundError"), &Value::Null, "read", &path), None);
        let fields = json!({"name": ["too long", "odd"], "size": "too small"});
        assert_eq!(invalid_fields(&fields).unwrap(), "name: too long, odd; size: too small");
    }
}
