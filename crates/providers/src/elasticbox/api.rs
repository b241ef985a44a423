//! Requests to ElasticBox: the three headers of every call, and refusals in the platform's words.

use arcstr::ArcStr;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::TOKEN_HEADER;
use super::refusal;
use crate::kit::{self, SignIn};
use qdeck_config::{Context, SecretRef};
use qdeck_model::{Method, PreparedRequest, Problem, ProblemKind, Secret};
use qdeck_net::{Cause, Client, Intake, NetError, Request};

/// The only release that any document names.
pub(super) const RELEASE: &str = "4.0";

/// The header that carries the token: the documents of different years name two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenHeader {
    /// `Authorization: Bearer` for a JSON web token, `Elasticbox-Token` for any other.
    Auto,
    /// `Authorization: Bearer`.
    Bearer,
    /// `Elasticbox-Token`.
    ElasticBox,
}

impl TokenHeader {
    /// The one that a context is configured with.
    pub(super) fn of(context: &Context) -> Self {
        match context.settings.text(&TOKEN_HEADER) {
            Some("bearer") => Self::Bearer,
            Some("elasticbox") => Self::ElasticBox,
            _ => Self::Auto,
        }
    }
}

/// The client of one account.
pub(super) struct Api {
    pub(super) client: Client,
    pub(super) base: Url,
    pub(super) token: SecretRef,
    pub(super) header: TokenHeader,
    pub(super) signed: SignIn<Secret>,
}

impl Api {
    /// Reads `/services/` and `path` with this query as JSON.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, Problem> {
        let request = self.request(path, query).await?;
        let answer = self.client.json(&request).await;
        answer.map_err(|error| problem(error, path))
    }

    /// Reads `/services/` and `path` with this query: what an intake makes of the answer, while that arrives.
    pub(super) async fn take<I: Intake>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        begin: impl Fn() -> I,
    ) -> Result<I::Output, Problem> {
        let request = self.request(path, query).await?;
        let answer = self.client.take_json(&request, begin).await;
        answer.map_err(|error| problem(error, path))
    }

    /// Reads it as text, whatever its media type, which for machine logs is not stated. A JSON text is unwrapped.
    pub(super) async fn text(&self, path: &[&str], query: &[(&str, &str)]) -> Result<String, Problem> {
        let request = self.request(path, query).await?.header("accept", "*/*");
        let answer = self.client.send(&request).await;
        let body = answer.map_err(|error| problem(error, path))?.body;
        Ok(serde_json::from_slice::<String>(&body)
            .unwrap_or_else(|_| String::from_utf8_lossy(&body).into_owned()))
    }

    /// Prepares the change of `/services/` and `path`, without a body.
    pub(super) async fn prepare(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<PreparedRequest, Problem> {
        let mut url = self.url(path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let token = self.signed.get(|| self.token.resolve()).await?;
        let credentials: &[&str] =
            if self.is_bearer(&token) { &["authorization"] } else { &["elasticbox-token"] };
        Ok(PreparedRequest {
            headers: vec![
                ("content-type", "application/json".into()),
                ("elasticbox-release", RELEASE.into()),
            ],
            credentials,
            ..PreparedRequest::new(method, url.as_str())
        })
    }

    /// Sends a prepared request. The answers to most changes are empty: those are `null`.
    pub(super) async fn write(&self, prepared: &PreparedRequest) -> Result<Value, Problem> {
        let request = self.sign(Request::prepared(prepared)?).await?;
        let segments = request.url().path_segments().into_iter().flatten();
        let path: Vec<String> =
            segments.skip_while(|it| *it != "services").skip(1).map(str::to_owned).collect();
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let answer = self.client.send(&request).await;
        let body = answer.map_err(|error| refused_write(problem(error, &path)))?.body;
        Ok(serde_json::from_slice(&body).unwrap_or_default())
    }

    fn url(&self, path: &[&str]) -> Result<Url, Problem> {
        kit::join_url(&self.base, ["services"].into_iter().chain(path.iter().copied()))
    }

    async fn request(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Request, Problem> {
        let request = kit::with_query(Request::get(self.url(path)?), query)
            .header("content-type", "application/json")
            .header("elasticbox-release", RELEASE);
        self.sign(request).await
    }

    async fn sign(&self, request: Request) -> Result<Request, Problem> {
        let token = self.signed.get(|| self.token.resolve()).await?;
        Ok(if self.is_bearer(&token) {
            request.bearer(&token)
        } else {
            request.secret_header("elasticbox-token", &token)
        })
    }

    /// Tokens of 2018 and later are JSON web tokens and go where those go; older ones have a header of their own.
    pub(super) fn is_bearer(&self, token: &Secret) -> bool {
        match self.header {
            TokenHeader::Auto => looks_like_jwt(token.expose()),
            TokenHeader::Bearer => true,
            TokenHeader::ElasticBox => false,
        }
    }
}

/// Three parts of base64 for URLs with dots between them.
fn looks_like_jwt(token: &str) -> bool {
    let part = |it: &str| {
        !it.is_empty() && it.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    let mut parts = token.trim().split('.');
    parts.by_ref().take(3).filter(|it| part(it)).count() == 3 && parts.next().is_none()
}

/// The problem in ElasticBox's own words, and what its statuses mean beyond HTTP.
fn problem(error: NetError, path: &[&str]) -> Problem {
    let message = kit::refusal_body(&error).and_then(refusal::words);
    let distrusted = matches!(*error.cause, Cause::Certificate(_));
    let status = error.status;
    let mut problem = Problem::from(error);
    if let Some(message) = message {
        problem.message = message.into();
    }
    let hint = match (status, path) {
        _ if distrusted => {
            "An appliance that signs its own certificate: make this machine trust it, or set `insecure_tls`"
        }
        // An instance that was deleted, or shared no longer, is answered with either.
        (Some(403 | 404), ["instances", _]) => {
            problem.kind = ProblemKind::NotFound;
            "The instance was deleted, or is in no workspace of this token any more"
        }
        (Some(401), _) => {
            "Check the context's token; if it is right, set `token_header` to \"bearer\" or \"elasticbox\""
        }
        (Some(403 | 404), ["workspaces", ..]) => {
            "The token does not reach this workspace: check `workspaces`, or ask to be made a member"
        }
        (Some(409), ["instances", ..]) => {
            "Another operation is running on this instance: operations of one instance exclude each other"
        }
        _ => return problem,
    };
    problem.hint = Some(ArcStr::from(hint));
    problem
}

/// The problem of a change: of an instance that was read a moment ago, 403 is about what may be done to it.
fn refused_write(mut problem: Problem) -> Problem {
    if problem.status == Some(403) {
        problem.kind = ProblemKind::Forbidden;
        problem.hint = Some(ArcStr::from(
            "Your role in its workspace may not allow this, or the instance is protected against it",
        ));
    }
    problem
}

/// The text of a field.
pub(super) fn field<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str().filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_web_token_is_distinguished_from_an_older_one() {
        for (token, jwt) in [
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln", true),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln\n", true),
            ("00000000-0000-0000-0000-000000000000", false),
            ("a.b", false),
            ("a.b.c.d", false),
            ("a..c", false),
            ("a.b!.c", false),
            ("", false),
        ] {
            assert_eq!(looks_like_jwt(token), jwt, "{token}");
        }
    }
}
