//! Requests to Quasarch: signing in by e-mail and password or with a token, and once more when a token is refused.

use std::sync::Arc;

use base64::Engine as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::PLATFORM;
use super::wire;
use crate::kit::pages::{Row, key_of};
use crate::kit::{self, CachedWalk, Page, PageAt, PageWalk, ReadPage, Rest, RowsAt, SignIn, Walked};
use crate::mapping::lenient::{Number, Rows, Text, read_row};
use qdeck_config::Credentials;
use qdeck_model::{PreparedRequest, Problem, ProblemKind, Resource, Secret, Timestamp};
use qdeck_net::{Client, Intake, JsonText, NetError, Request};

/// Rows asked for a page; neither a default nor a maximum is documented (a sample shows 100).
pub(super) const PAGE_SIZE: usize = 100;

/// The status of a refused token.
const UNAUTHORIZED: u16 = 401;

/// A token is renewed so long before it ends.
const RENEWED_EARLY_SECONDS: i64 = 30;

/// A token and its claims.
#[derive(Clone)]
pub(super) struct Session {
    pub(super) token: Secret,
    claims: Claims,
}

/// Of a JSON web token, unverified: it is the server's business to verify it, ours to come back in time. That the
/// token is one, and these claims in it, is a guess of the API sheet; without them nothing is lost.
#[derive(Clone, Default, Deserialize)]
struct Claims {
    exp: Number<i64>,
    sub: Text,
}

/// Two sessions are the same if their tokens are.
impl PartialEq for Session {
    fn eq(&self, other: &Self) -> bool {
        self.token.expose() == other.token.expose()
    }
}

impl Session {
    fn new(token: Secret) -> Self {
        let claims = claims(token.expose()).unwrap_or_default();
        Self { token, claims }
    }

    fn is_over(&self, now: Timestamp) -> bool {
        self.claims.exp.is_some_and(|exp| exp.saturating_sub(RENEWED_EARLY_SECONDS) <= now.as_millis() / 1000)
    }

    /// When it ends.
    fn ends(&self) -> Option<Timestamp> {
        Timestamp::from_millis((*self.claims.exp)?.checked_mul(1000)?)
    }

    /// The user's id.
    pub(super) fn user(&self) -> Option<&str> {
        self.claims.sub.as_deref()
    }
}

fn claims(token: &str) -> Option<Claims> {
    let middle = token.split('.').nth(1)?;
    let json = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(middle.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&json).ok()
}

/// The client of one account.
pub(super) struct Api {
    pub(super) client: Client,
    pub(super) base: Url,
    pub(super) credentials: Credentials,
    pub(super) signed: SignIn<Session>,
}

impl Api {
    /// Reads `path` with this query. A refused token is renewed and the read tried once more.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, Problem> {
        self.read(path, query, |request| async move { self.client.json(&request).await }).await
    }

    /// The same of what an intake makes of the answer, while that arrives.
    async fn take<I: Intake>(
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
        let request = self.request(path, query)?;
        self.forget_expired();
        let send = |session: Session| send(request.clone().bearer(&session.token));
        self.signed.send(|| self.sign_in(), send).await
    }

    /// A page of a list whose rows are cached: `map` makes a row of what was sent and of nothing else.
    pub(super) async fn cached_page<T: DeserializeOwned>(
        &self,
        path: &[&str],
        at: PageAt,
        walk: &CachedWalk<Resource>,
        map: impl Fn(&T) -> Resource,
    ) -> Result<Walked<Resource>, Problem> {
        let version = 0;
        let (page, rows) = (at.number.to_string(), PAGE_SIZE.to_string());
        let envelope = |text: JsonText<'_>| {
            let list: wire::Envelope = text.decode()?;
            Ok(list.total.map_or(Rest::Unsaid, Rest::Total))
        };
        let row = |text: &str| Ok(Arc::new(map(&read_row(text)?)));
        let begin = || walk.arriving(at.number, version, RowsAt::Member("items"), row, envelope);
        Ok(match self.take(path, &[("page", &page), ("rows", &rows)], begin).await? {
            ReadPage::Known(page) => page,
            ReadPage::Changed(page) => {
                walk.keep(at.number, version, &page, Arc::clone, |row| key_of(&row.id().id)).await
            }
        })
    }

    /// A page of a list.
    pub(super) async fn page<T: DeserializeOwned>(
        &self,
        path: &[&str],
        at: PageAt,
    ) -> Result<Page<T>, Problem> {
        let (page, rows) = (at.number.to_string(), PAGE_SIZE.to_string());
        let list: wire::List<T> = self.get(path, &[("page", &page), ("rows", &rows)]).await?;
        let rest = list.total.map_or(Rest::Unsaid, Rest::Total);
        Ok(Page::new(list.items, rest))
    }

    /// Every row of a list.
    pub(super) async fn all<T: DeserializeOwned + Row>(&self, path: &[&str]) -> Result<Rows<T>, Problem> {
        walk(path).all(|at| self.page(path, at)).await
    }

    /// The address of a call.
    pub(super) fn address(&self, path: &[&str]) -> Result<String, Problem> {
        Ok(kit::join_url(&self.base, path.iter().copied())?.into())
    }

    /// Sends a prepared request, once: a token that is refused is forgotten, and the refusal returned.
    pub(super) async fn write(&self, prepared: &PreparedRequest) -> Result<Value, Problem> {
        let request = Request::prepared(prepared)?;
        let session = self.session().await?;
        let answer = self.client.json(&request.bearer(&session.token)).await;
        if let Err(refusal) = &answer
            && refusal.status == Some(UNAUTHORIZED)
        {
            self.refused(&session.token);
        }
        answer.map_err(Problem::from)
    }

    pub(super) fn request(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Request, Problem> {
        kit::read_request(&self.base, path, query)
    }

    /// The session at hand, or a new one.
    pub(super) async fn session(&self) -> Result<Session, Problem> {
        self.forget_expired();
        self.signed.get(|| self.sign_in()).await
    }

    /// Forgets a token that is over if a password can renew it; a token of the user's own is tried whatever its claims.
    fn forget_expired(&self) {
        let now = Timestamp::now();
        if matches!(self.credentials, Credentials::Password { .. }) {
            self.signed.forget_if(|session| session.is_over(now));
        }
    }

    /// When the token at hand ends, if no password can renew it.
    pub(super) fn session_ends(&self) -> Option<Timestamp> {
        match &self.credentials {
            Credentials::Token(_) => self.signed.peek()?.ends(),
            _ => None,
        }
    }

    /// Forgets the session of this token, if it is still the one at hand.
    pub(super) fn refused(&self, token: &Secret) {
        self.signed.forget_if(|session| session.token.expose() == token.expose());
    }

    async fn sign_in(&self) -> Result<Session, Problem> {
        match &self.credentials {
            Credentials::Token(token) => Ok(Session::new(token.resolve().await?)),
            Credentials::KeyPair { .. } => Err(kit::wrong_credentials(
                PLATFORM,
                "a token, or an e-mail and a password",
                "a `token`, or an `email` and a `password`",
            )),
            Credentials::Password { email, password } => {
                let password = password.resolve().await?;
                let request = self.request(&["v1", "users", "token"], &[])?.basic(email, &password);
                let login: wire::Login = self.client.json(&request).await.map_err(not_signed_in)?;
                let token = login.token.0;
                qdeck_model::hide_token(&token);
                Ok(Session::new(token))
            }
        }
    }
}

/// The walk over a list.
pub(super) fn walk(path: &[&str]) -> PageWalk {
    PageWalk::new(kit::request_name("GET", path), PAGE_SIZE)
}

/// An unknown e-mail address is answered with 404, a wrong password with 401: both mean the same to the user.
fn not_signed_in(error: NetError) -> Problem {
    let refused = matches!(error.status, Some(401 | 403 | 404));
    let mut problem = Problem::from(error);
    if refused {
        problem.kind = ProblemKind::Unauthorized;
        problem.hint =
            Some("Check the context's `email` and `password`, and that base_url is the API's".into());
    }
    problem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tokens_end_is_read_from_it() {
        // {"exp": 1700000000, "sub": "u-1"}
        let middle =
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(r#"{"exp":1700000000,"sub":"u-1"}"#);
        let session = Session::new(Secret::new(format!("aaaa.{middle}.cccc")));
        assert_eq!(session.user(), Some("u-1"));
        assert_eq!(session.ends(), Timestamp::from_millis(1_700_000_000_000));
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1000).unwrap();
        assert!(!session.is_over(at(1_699_999_960)));
        assert!(session.is_over(at(1_699_999_975)), "renewed half a minute early");
        for plain in ["opaque-token", "a.b.c", "a.!!.c", ""] {
            let session = Session::new(Secret::new(plain));
            assert!(!session.is_over(at(4_000_000_000)) && session.user().is_none(), "{plain}");
        }
    }
}
