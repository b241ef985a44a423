//! Requests to Quasarch: signing in by e-mail and password or with a token, and once more when a token is refused.

use base64::Engine as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::wire;
use crate::kit::sign_in::SignIn;
use crate::mapping::lenient::{Number, Text};
use qdeck_config::Credentials;
use qdeck_model::{Problem, ProblemKind, Secret, Timestamp};
use qdeck_net::{Client, NetError, Request};

/// Rows asked for a page; neither a default nor a maximum is documented (a sample shows 100).
pub(super) const ROWS: usize = 100;

/// A token is renewed so long before it ends.
const EARLY_SECONDS: i64 = 30;

/// A token, and what it says of itself.
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

impl Session {
    fn new(token: Secret) -> Self {
        let claims = claims(token.expose()).unwrap_or_default();
        Self { token, claims }
    }

    fn is_over(&self, now: Timestamp) -> bool {
        self.claims.exp.is_some_and(|exp| exp.saturating_sub(EARLY_SECONDS) <= now.as_millis() / 1000)
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

/// The door to one account.
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
        let session = self.session().await?;
        let request = self.request(path, query)?;
        match self.client.json(&request.clone().bearer(&session.token)).await {
            Err(refusal) if refusal.status == Some(401) => {
                self.refused(&session.token);
                let fresh = self.session().await?;
                if fresh.token.expose() == session.token.expose() {
                    return Err(refusal.into());
                }
                self.client.read(&request.bearer(&fresh.token)).await
            }
            other => other.map_err(Problem::from),
        }
    }

    /// A page of a list and whether another follows.
    pub(super) async fn page<T: DeserializeOwned>(
        &self,
        path: &[&str],
        number: usize,
    ) -> Result<(wire::List<T>, bool), Problem> {
        let (page, rows) = (number.to_string(), ROWS.to_string());
        let list: wire::List<T> = self.get(path, &[("page", &page), ("rows", &rows)]).await?;
        let sent = list.items.sent;
        let more = match (*list.total, *list.rows_per_page) {
            (Some(total), Some(rows @ 1..)) => sent > 0 && number.saturating_mul(rows) < total,
            _ => sent >= ROWS,
        };
        Ok((list, more))
    }

    /// Every row of a list.
    pub(super) async fn all<T: DeserializeOwned>(&self, path: &[&str]) -> Result<Vec<T>, Problem> {
        let mut all = Vec::new();
        for number in 1.. {
            let (list, more) = self.page(path, number).await?;
            all.extend(list.items.good);
            if !more {
                break;
            }
        }
        Ok(all)
    }

    pub(super) fn request(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Request, Problem> {
        let url = crate::kit::join_url(&self.base, path.iter().copied())?;
        let mut request = Request::get(url);
        for (name, value) in query {
            request = request.query(name, value);
        }
        Ok(request)
    }

    /// The session at hand, or a new one.
    pub(super) async fn session(&self) -> Result<Session, Problem> {
        let now = Timestamp::now();
        // Only a password can renew a token that is over; a token of the user's own is tried whatever it says.
        if matches!(self.credentials, Credentials::Password { .. }) {
            self.signed.forget_if(|session| session.is_over(now));
        }
        self.signed.get(|| self.sign_in()).await
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
            Credentials::KeyPair { .. } => Err(Problem::new(
                ProblemKind::Local,
                "Quasarch signs in with a token, or an e-mail and a password",
            )),
            Credentials::Password { email, password } => {
                let password = password.resolve().await?;
                let request = self.request(&["v1", "users", "token"], &[])?.basic(email, &password);
                let login: wire::Login = self.client.json(&request).await.map_err(not_signed_in)?;
                Ok(Session::new(login.token.0))
            }
        }
    }
}

/// An unknown e-mail address is answered with 404, a wrong password with 401: both mean the same to a person.
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
