//! The console proxy: tokens for a minute, and the websocket behind them that carries VNC.
//!
//! The description of `get-console-proxy-url` states no more than "signed url valid for 60 seconds to connect via
//! console-proxy websocket to VM VNC console". Chosen here: a token opens its console any number of times within them, no
//! subprotocol or `binary`, frames of bytes as they come, and 403 for every other token.

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Extension, Query, State};
use axum::response::Response;
use serde::Deserialize;
use tokio::time::Instant;

use super::Office;
use super::problem::Problem;
use crate::credentials::random_hex;
use crate::faults::CutSocket;
use crate::vnc::{self, Viewer};

/// The lifetime of a token.
const TOKEN_LIFE: Duration = Duration::from_secs(60);
/// The most tokens that are kept: asking for them without using them must not grow memory.
const MAX_TOKENS: usize = 128;

/// The tokens that open a machine's screen now.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    /// When each of them ends, and its machine.
    known: HashMap<String, (Instant, u32)>,
}

impl Tokens {
    /// A new one for a machine.
    pub(super) fn issue(&mut self, machine: u32, now: Instant) -> Result<String, String> {
        let token = random_hex(24)?;
        self.known.retain(|_, (end, _)| *end > now);
        if self.known.len() >= MAX_TOKENS {
            let oldest = self.known.iter().min_by_key(|(_, (end, _))| *end).map(|(token, _)| token.clone());
            oldest.and_then(|token| self.known.remove(&token));
        }
        self.known.insert(token.clone(), (now + TOKEN_LIFE, machine));
        Ok(token)
    }

    /// The machine whose screen a token opens.
    fn machine(&self, token: &str, now: Instant) -> Option<u32> {
        self.known.get(token).filter(|(end, _)| *end > now).map(|(_, machine)| *machine)
    }
}

/// The query of the websocket's address.
#[derive(Deserialize)]
pub(super) struct Opening {
    #[serde(default)]
    token: String,
}

/// `GET /{zone}/console-proxy`: the websocket.
pub(super) async fn attach(
    State(office): State<Office>,
    Query(opening): Query<Opening>,
    cut: Option<Extension<CutSocket>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = upgrade.map_err(|e| Problem::state(e.to_string()))?;
    let key = office.account.lock().screens.machine(&opening.token, Instant::now());
    let key = key.ok_or_else(|| Problem::forbidden("The token is invalid or has expired"))?;
    let engine = office.app.engine.clone();
    let machine = engine.look(key).await.map_err(|e| Problem::internal(&e))?;
    let machine = machine.ok_or_else(|| Problem::missing("The instance"))?;
    let name =
        engine.read(|fleet| fleet.instances.get(key).map(|it| fleet.name(key, it))).unwrap_or_default();
    let stopped = engine.stopped().clone();
    let viewer = Viewer { engine, key, name, machine };
    Ok(vnc::upgrade(upgrade).on_upgrade(move |socket| async move {
        stopped.run_until_cancelled(viewer.run(socket, cut.map(|Extension(cut)| cut))).await;
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_its_machine_for_a_minute() {
        let mut tokens = Tokens::default();
        let start = Instant::now();
        let token = tokens.issue(7, start).expect("a token");
        assert_eq!(tokens.machine(&token, start + Duration::from_secs(59)), Some(7));
        assert_eq!(tokens.machine(&token, start + Duration::from_secs(60)), None);
        assert_eq!(tokens.machine("", start), None);
        for number in 0..1000 {
            tokens.issue(number, start).expect("a token");
        }
        assert_eq!(tokens.known.len(), MAX_TOKENS);
    }
}
