//! Requests to Exoscale: signed, each to the zone it is about, and refusals in Exoscale's words.

mod refusal;
mod signature;
mod write;
mod zones;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::de::DeserializeOwned;
use url::Url;

use crate::kit::{self, SignIn};
use qdeck_config::SecretRef;
use qdeck_model::{Problem, Timestamp};
use qdeck_net::{Client, Intake, NetError, Request};
use signature::Pair;
pub(super) use signature::{SIGNATURE_LIFETIME_SECONDS, signed_query};
pub(super) use zones::{Found, Zone, Zones};

/// The client of one organisation.
pub(super) struct Api {
    pub(super) client: Client,
    pub(super) base: Url,
    pub(super) key: SecretRef,
    pub(super) secret: SecretRef,
    pub(super) signed: SignIn<Arc<Pair>>,
    /// Some signed request was answered: key, secret and clock are good.
    pub(super) accepted: AtomicBool,
}

/// One read: what the API's description calls it (which is what permissions are named by), its path below the zone's
/// endpoint, and its query.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    operation: &'static str,
    path: Vec<String>,
    query: Vec<(&'static str, String)>,
}

impl Ask {
    /// The request as problems name it.
    pub(super) fn name(&self) -> String {
        format!("GET /{}", self.path.join("/"))
    }

    pub(super) fn new(operation: &'static str, path: &[&str]) -> Self {
        Self { operation, path: path.iter().map(|&part| part.to_owned()).collect(), query: Vec::new() }
    }

    /// The same with one more value in the query. No name may come twice and no value may be empty: they could not be
    /// signed.
    pub(super) fn query(mut self, name: &'static str, value: &str) -> Self {
        self.query.push((name, value.to_owned()));
        self
    }
}

impl Api {
    /// Reads from a zone.
    pub(super) async fn get<T: DeserializeOwned>(&self, zone: &Zone, ask: &Ask) -> Result<T, Problem> {
        let request = self.signed_request(zone, ask).await?;
        self.answered(zone, ask, zone.lane.json(&request).await)
    }

    /// Reads from a zone what an intake makes of the answer, while that arrives.
    pub(super) async fn take<I: Intake>(
        &self,
        zone: &Zone,
        ask: &Ask,
        begin: impl Fn() -> I,
    ) -> Result<I::Output, Problem> {
        let request = self.signed_request(zone, ask).await?;
        self.answered(zone, ask, zone.lane.take_json(&request, begin).await)
    }

    async fn signed_request(&self, zone: &Zone, ask: &Ask) -> Result<Request, Problem> {
        let endpoint = zone.endpoint.as_ref().map_err(Clone::clone)?;
        let url = url(endpoint, ask)?;
        let pair = self.pair().await?;
        let expires = Timestamp::now().as_millis() / 1000 + SIGNATURE_LIFETIME_SECONDS;
        let value = signature::authorization(&pair, "GET", &url, b"", expires);
        Ok(Request::get(url).authorization(&value, &pair.secret))
    }

    fn answered<T>(&self, zone: &Zone, ask: &Ask, answer: Result<T, NetError>) -> Result<T, Problem> {
        match &answer {
            Ok(_) => self.accepted.store(true, Ordering::Relaxed),
            Err(error) => tracing::debug!(zone = &*zone.name, operation = ask.operation, %error, "refused"),
        }
        answer.map_err(|error| refusal::problem(error, ask.operation, self.accepted()))
    }

    /// Asks for the zones, which anybody may: signed, a restricted key would be refused.
    async fn unsigned<T: DeserializeOwned>(&self, ask: &Ask) -> Result<T, Problem> {
        let request = Request::get(url(&self.base, ask)?);
        let answer = self.client.json(&request).await;
        answer.map_err(|error| refusal::problem(error, ask.operation, true))
    }

    /// The key's public half: who is signed in where nothing else may be read.
    pub(super) async fn key_id(&self) -> Result<String, Problem> {
        Ok(self.pair().await?.key.expose().to_owned())
    }

    /// True once the key was accepted.
    pub(super) fn accepted(&self) -> bool {
        self.accepted.load(Ordering::Relaxed)
    }

    pub(super) fn sign_in_again(&self) {
        self.signed.forget();
        self.accepted.store(false, Ordering::Relaxed);
    }

    async fn pair(&self) -> Result<Arc<Pair>, Problem> {
        let resolve = || async {
            let (key, secret) = (self.key.resolve().await?, self.secret.resolve().await?);
            Ok(Arc::new(Pair { key, secret }))
        };
        self.signed.get(resolve).await
    }
}

fn url(endpoint: &Url, ask: &Ask) -> Result<Url, Problem> {
    let mut url = kit::join_url(endpoint, ask.path.iter().map(String::as_str))?;
    for (name, value) in &ask.query {
        url.query_pairs_mut().append_pair(name, value);
    }
    Ok(url)
}
