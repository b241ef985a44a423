//! Requests to Cycle: addresses, the two headers of every call, and refusals in Cycle's words.

use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::wire::Pass;
use crate::kit::{self, SignIn};
use qdeck_config::SecretRef;
use qdeck_model::{PreparedRequest, Problem, Reason, Secret};
use qdeck_net::{Client, Intake, NetError, Request, Socket, SocketOptions};

/// The status of a query that a server cannot read.
const UNPROCESSABLE: u16 = 422;

/// Rows asked for a page. The description names neither a default nor a maximum.
pub(super) const PAGE_SIZE: usize = 100;

/// The name of the header that says which hub is meant.
pub(super) const HUB_HEADER: &str = "x-hub-id";

/// The problem of a write, and the capability that a refusal named as missing.
pub(super) struct Refusal {
    pub(super) problem: Problem,
    pub(super) capability: Option<String>,
}

/// The client of one hub.
pub(super) struct Api {
    pub(super) client: Client,
    pub(super) base: Url,
    pub(super) hub: Option<String>,
    pub(super) key: SecretRef,
    pub(super) signed: SignIn<Secret>,
    /// Lists in a query are sent as repeated keys: this server refused them with commas.
    pub(super) repeats_keys: AtomicBool,
}

impl Api {
    /// Reads `path` (without a leading slash) with this query. The prose of the documents has `include` and `meta` as
    /// lists with commas, the schema as repeated keys: a server that answers the first with 422 is asked once more with the
    /// second, and in that way from then on.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, Problem> {
        self.read(path, query, |request| async move { self.client.json(&request).await }).await
    }

    /// The same of what an intake makes of the answer, while that arrives.
    pub(super) async fn take<I: Intake>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        begin: impl Fn() -> I,
    ) -> Result<I::Output, Problem> {
        let begin = &begin;
        self.read(path, query, |request| async move { self.client.take_json(&request, begin).await }).await
    }

    /// Reads it with `send`.
    async fn read<T, Sent: Future<Output = Result<T, NetError>>>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        send: impl Fn(Request) -> Sent,
    ) -> Result<T, Problem> {
        let is_repeated = self.repeats_keys.load(Ordering::Relaxed);
        if is_repeated || !query.iter().any(is_list) {
            return self.read_once(path, &repeated_keys(query), &send).await?.map_err(problem);
        }
        let refusal = match self.read_once(path, query, &send).await? {
            Err(refusal) if refusal.status == Some(UNPROCESSABLE) => refusal,
            answer => return answer.map_err(problem),
        };
        match self.read_once(path, &repeated_keys(query), &send).await? {
            Err(again) if again.status == Some(UNPROCESSABLE) => Err(problem(refusal)),
            answer => {
                self.repeats_keys.store(true, Ordering::Relaxed);
                answer.map_err(problem)
            }
        }
    }

    async fn read_once<Sent: Future>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        send: &impl Fn(Request) -> Sent,
    ) -> Result<Sent::Output, Problem> {
        let request = self.authorize(kit::read_request(&self.base, path, query)?).await?;
        Ok(send(request).await)
    }

    /// A search by `POST`: it changes nothing, and is not tried again by itself.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<T, Problem> {
        let request = self.authorize(Request::post(self.url(path)?, body).reading()).await?;
        self.client.json(&request).await.map_err(problem)
    }

    /// Fetches a pass and opens the websocket it is for: at the address of the pass, or at `path` if it names none.
    pub(super) async fn socket(&self, path: &[&str], options: SocketOptions) -> Result<Socket, Problem> {
        let pass: super::wire::One<Pass> = self.get(path, &[]).await?;
        let Pass { token, address } = pass.data;
        let mut url = match address.0 {
            Some(address) => address.parse().map_err(|_| {
                kit::unexpected_field(
                    kit::request_name("GET", path),
                    "data.address",
                    "the address of a websocket",
                )
            })?,
            None => self.url(path)?,
        };
        url.query_pairs_mut().append_pair("token", token.expose());
        self.client.socket(url, options).await.map_err(problem)
    }

    pub(super) fn sign_in_again(&self) {
        self.signed.forget();
    }

    /// The address of a call.
    pub(super) fn address(&self, path: &[&str]) -> Result<String, Problem> {
        Ok(self.url(path)?.into())
    }

    /// Sends a prepared request once.
    pub(super) async fn write(&self, prepared: &PreparedRequest) -> Result<Value, Refusal> {
        let local = |problem| Refusal { problem, capability: None };
        let request = Request::prepared(prepared).map_err(local)?;
        let request = self.authorize(request).await.map_err(local)?;
        let answer = self.client.json(&request).await;
        answer.map_err(|error| {
            let body = kit::refusal_json(&error).unwrap_or_default();
            Refusal { problem: problem(error), capability: missing_capability(&body).map(str::to_owned) }
        })
    }

    fn url(&self, path: &[&str]) -> Result<Url, Problem> {
        kit::join_url(&self.base, path.iter().copied())
    }

    async fn authorize(&self, request: Request) -> Result<Request, Problem> {
        let key = self.signed.get(|| self.key.resolve()).await?;
        let request = request.bearer(&key);
        Ok(match &self.hub {
            Some(hub) => request.header(HUB_HEADER, hub),
            None => request,
        })
    }
}

/// Returns true for a list with commas that could as well be sent as repeated keys.
fn is_list((name, value): &(&str, &str)) -> bool {
    matches!(*name, "include" | "meta") && value.contains(',')
}

/// The query with each list as repeated keys.
fn repeated_keys<'a>(query: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut keys = Vec::with_capacity(query.len());
    for pair @ &(name, value) in query {
        if is_list(pair) {
            keys.extend(value.split(',').map(|part| (name, part)));
        } else {
            keys.push(*pair);
        }
    }
    keys
}

/// The problem with Cycle's own advice: a missing capability is named by `error.extra.capability`, other refusals by
/// the word after the status in `error.code`.
fn problem(error: NetError) -> Problem {
    let body = kit::refusal_json(&error).unwrap_or_default();
    let mut problem = Problem::from(error);
    if let Some(advice) = advice(&body) {
        problem.hint = Some(advice.into());
    }
    if code(&body).as_deref() == Some(AUTH_EXPIRED) {
        problem.reason = Some(Reason::Expired);
    }
    problem
}

/// `error.code` after the status when the API key has expired.
const AUTH_EXPIRED: &str = "auth-expired";

/// `error.code` without the status in front: `wrong-hub` of `403.wrong-hub`.
fn code(body: &Value) -> Option<String> {
    // Codes were written with underscores in 2022.
    let code = body.pointer("/error/code")?.as_str()?.replace('_', "-");
    Some(code.split_once('.')?.1.to_owned())
}

/// The capability that a refusal names as missing.
fn missing_capability(body: &Value) -> Option<&str> {
    body.pointer("/error/extra/capability")?.as_str()
}

fn advice(body: &Value) -> Option<String> {
    if let Some(capability) = missing_capability(body) {
        return Some(format!("The API key's role lacks the capability `{capability}`"));
    }
    let advice = match code(body)?.as_str() {
        AUTH_EXPIRED => "The API key has expired: make a new one in the portal",
        "wrong-hub" => "The key belongs to another hub: check `hub`",
        "invalid-ip" => "The key may not be used from this address: check its IP restrictions",
        "tier-restricted" => "The hub's tier does not include this",
        _ => return None,
    };
    Some(advice.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_missing_capability_is_named() {
        let body = json!({
            "error": {"code": "403.permissions", "extra": {"capability": "containers-console"}},
            "data": null
        });
        assert!(advice(&body).unwrap().contains("`containers-console`"));
        assert!(advice(&json!({"error": {"code": "403.wrong_hub"}})).unwrap().contains("`hub`"));
        assert_eq!(advice(&json!({"error": "invalid_token"})), None);
        assert_eq!(advice(&Value::Null), None);
    }

    #[test]
    fn an_ended_key_is_known_by_its_code() {
        for (body, is_expired) in [
            (json!({"error": {"code": "401.auth-expired"}}), true),
            (json!({"error": {"code": "401.auth_expired"}}), true),
            (json!({"error": {"code": "401.auth-invalid", "title": "no such key"}}), false),
            (json!({"error": "invalid_token"}), false),
            (Value::Null, false),
        ] {
            assert_eq!(code(&body).as_deref() == Some(AUTH_EXPIRED), is_expired, "{body}");
        }
    }
}
