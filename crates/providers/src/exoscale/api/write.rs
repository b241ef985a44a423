//! Requests that change something: signed as they were prepared, and sent once.

use serde_json::Value;
use std::sync::atomic::Ordering;
use url::Url;

use super::signature::{self, SIGNATURE_LIFETIME_SECONDS};
use super::{Api, Ask, Zone, refusal};
use qdeck_model::{PreparedRequest, Problem, Timestamp};
use qdeck_net::Request;

impl Api {
    /// The address of a call in a zone.
    pub(in crate::exoscale) fn address(zone: &Zone, ask: &Ask) -> Result<Url, Problem> {
        super::url(zone.endpoint.as_ref().map_err(Clone::clone)?, ask)
    }

    /// Sends a prepared request. `operation` is the call's name in the API's description, by which permissions are named.
    pub(in crate::exoscale) async fn write(
        &self,
        zone: &Zone,
        operation: &'static str,
        prepared: &PreparedRequest,
    ) -> Result<Value, Problem> {
        let request = Request::prepared(prepared)?;
        let pair = self.pair().await?;
        let expires = Timestamp::now().as_millis() / 1000 + SIGNATURE_LIFETIME_SECONDS;
        let value = signature::authorization(&pair, request.method(), request.url(), request.body(), expires);
        let answer = zone.lane.json(&request.authorization(&value, &pair.secret)).await;
        match &answer {
            Ok(_) => self.accepted.store(true, Ordering::Relaxed),
            Err(error) => tracing::debug!(zone = &*zone.name, operation, %error, "refused"),
        }
        answer.map_err(|error| refusal::problem(error, operation, self.accepted()))
    }
}
