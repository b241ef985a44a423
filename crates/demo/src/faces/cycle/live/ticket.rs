//! Single-use tokens: handed out for one stream of one instance, redeemed by the websocket that comes with it.

use axum::Json;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use serde_json::json;

use crate::credentials::Ticket;
use crate::faces::AppState;
use crate::faces::cycle::problem::Problem;
use crate::faces::cycle::read::find_instance;
use crate::faces::socket::{Receiver, Sender, authority_for, split};
use crate::faults::CutSocket;

/// `GET .../console` and the like: a token for a stream of an instance, and the address to use it at.
pub(in crate::faces::cycle) fn hand_out(
    stream: &'static str,
    opens: fn(u32) -> Ticket,
) -> MethodRouter<AppState> {
    let answer = async move |State(app): State<AppState>,
                             Path((container, instance)): Path<(String, String)>,
                             headers: HeaderMap| {
        let found = app.engine.read(|fleet| find_instance(fleet, &container, &instance).map(|(key, _)| key));
        let key = found?;
        let token = app.credentials.issue(opens(key)).map_err(Problem::internal)?;
        let address =
            format!("ws://{}/cycle/streams/{stream}/{key}", authority_for(&headers, &app.authority));
        Ok::<_, Problem>(Json(json!({ "data": { "token": token, "address": address } })))
    };
    get(answer)
}

/// The request for a websocket of one instance.
pub(in crate::faces::cycle) struct Opening {
    /// The instance in the path.
    pub(super) instance: u32,
    upgrade: WebSocketUpgrade,
    raw: Option<String>,
    /// The injected fault that will cut the socket.
    cut: Option<CutSocket>,
}

impl<S: Send + Sync> FromRequestParts<S> for Opening {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let upgrade = WebSocketUpgrade::from_request_parts(parts, state).await;
        let instance = Path::<u32>::from_request_parts(parts, state).await;
        Ok(Self {
            instance: instance.map_err(|e| Problem::invalid(e.to_string()))?.0,
            upgrade: upgrade.map_err(|e| Problem::invalid(e.to_string()))?,
            raw: parts.uri.query().map(ToOwned::to_owned),
            cut: parts.extensions.get::<CutSocket>().copied(),
        })
    }
}

impl Opening {
    /// Redeems the single-use token, or refuses with 401.
    pub(super) fn redeem(&self, app: &AppState, ticket: Ticket) -> Result<(), Problem> {
        redeem(app, self.raw.as_deref(), ticket)
    }

    /// Upgrades the connection and runs `serve` on its halves.
    pub(super) fn open<F: Future<Output = ()> + Send + 'static>(
        self,
        serve: impl FnOnce(Sender, Receiver) -> F + Send + 'static,
    ) -> Response {
        let cut = self.cut;
        self.upgrade.on_upgrade(move |socket| {
            let (sender, receiver) = split(socket, cut);
            serve(sender, receiver)
        })
    }
}

/// The single-use token in the query, or 401.
pub(super) fn redeem(app: &AppState, raw: Option<&str>, ticket: Ticket) -> Result<(), Problem> {
    let known = url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes())
        .any(|(key, value)| key == "token" && app.credentials.redeem(&value, ticket));
    if known { Ok(()) } else { Err(Problem::auth("the token is not known, was used before, or has expired")) }
}
