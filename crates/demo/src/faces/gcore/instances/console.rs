//! The console: its address, and the websocket behind it, of a serial line or of the screen by VNC.
//!
//! The platform's own proxies are those of its compute service: a token in the query that opens the console for ten
//! minutes and any number of times, no subprotocol or `binary`, raw bytes both ways: of the guest's terminal, or of its VNC
//! server. A serial
//! line has no size; this one still takes a terminal's size report as one, as a guest that asks for the size does.

use std::sync::Arc;

use axum::Json;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use serde_json::json;

use super::super::state::{FaceState, Line};
use super::super::wire::{Answer, Problem, Query, Target};
use crate::credentials::random_hex;
use crate::engine::fleet::Phase;
use crate::faces::socket::{Gone, Receiver, Sender, Typed, authority_for, split, typed};
use crate::faults::CutSocket;
use crate::process::machine::Machine;
use crate::process::output::Piece;
use crate::process::session::Session;
use crate::vnc::{self, Viewer};

/// The most bytes of the shell's output that a new client is sent.
const BACKLOG: u64 = 16 * 1024;
/// The largest frame sent.
const FRAME: usize = 16 * 1024;
/// The size of a serial line before a client reports one.
const SIZE: (u16, u16) = (24, 80);
/// Between a shell's end and the next one.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(200);

/// A token in the form of a UUID.
pub(crate) fn token() -> Result<String, Problem> {
    let hex = random_hex(16).map_err(Problem::internal)?;
    Ok(format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..]))
}

/// `GET .../get_console`.
pub(crate) async fn address(
    State(face): State<FaceState>,
    target: Target,
    headers: HeaderMap,
    query: Query,
) -> Answer {
    let kind = query.text("console_type").unwrap_or("novnc");
    if !matches!(kind, "serial" | "novnc") || (kind == "serial" && !target.region.has_serial()) {
        return Err(Problem::wrong(format!("Unavailable console type {kind}")));
    }
    let phase = face
        .look(|view| view.machine(target.key).map(|vm| vm.row.phase))
        .ok_or_else(|| Problem::no("Instance", &target.id))?;
    if !matches!(phase, Phase::Running | Phase::Migrating) {
        return Err(Problem::conflict(format!("Console locked: instance {} is not ready", target.id)));
    }
    let line = if kind == "serial" { Line::Serial } else { Line::Screen };
    let token = face.admit(target.key, line)?;
    let authority = authority_for(&headers, &face.authority);
    let console = if line == Line::Serial {
        json!({
            "protocol": "serial",
            "type": "serial",
            "url": format!("ws://{authority}/gcore/console/?token={token}"),
        })
    } else {
        json!({
            "protocol": "vnc",
            "type": "novnc",
            // A client of this page opens the path below the root of the page's server, not beside the page.
            "url": format!(
                "http://{authority}/gcore/console/vnc_auto.html?path=gcore%2Fconsole%2F%3Ftoken%3D{token}"
            ),
        })
    };
    Ok(Json(json!({ "remote_console": console })))
}

/// `vnc_auto.html`: the page that a browser is sent to. The platform's is a VNC client; this one names the websocket that
/// such a client opens.
pub(crate) async fn page(State(face): State<FaceState>, query: Query) -> Response {
    let path = query.text("path").unwrap_or_default().to_owned();
    let token = path.rsplit_once("token=").map(|(_, token)| token.to_owned());
    let name = token
        .and_then(|token| face.opens(&token))
        .and_then(|(key, _)| face.look(|view| view.machine(key).map(|vm| view.name(&vm))));
    let Some(name) = name else {
        return (
            StatusCode::FORBIDDEN,
            Html("<!DOCTYPE html><title>Console</title><p>The token is invalid or has expired.</p>"),
        )
            .into_response();
    };
    let safe: String =
        name.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ')).collect();
    Html(format!(
        "<!DOCTYPE html><html><head><title>{safe}</title></head><body><h1>{safe}</h1>\
         <p>The screen is served by VNC, as a websocket of this server: <code>/</code> with the page's own \
         <code>path</code>.</p></body></html>"
    ))
    .into_response()
}

/// The websocket. A subprotocol other than `binary` is refused.
pub(crate) async fn attach(
    State(face): State<FaceState>,
    query: Query,
    headers: HeaderMap,
    cut: Option<Extension<CutSocket>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = upgrade.map_err(|e| Problem::wrong(e.to_string()))?;
    let text = |name: header::HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
    if text(header::SEC_WEBSOCKET_PROTOCOL).is_some_and(|offered| offered != "binary") {
        return Err(Problem::wrong("Invalid protocol selected"));
    }
    let cookie = text(header::COOKIE).and_then(|all| {
        all.split(';').find_map(|pair| pair.trim().strip_prefix("token=").map(ToOwned::to_owned))
    });
    let token = query.text("token").map(ToOwned::to_owned).or(cookie);
    let Some((key, line)) = token.and_then(|token| face.opens(&token)) else {
        return Ok((StatusCode::FORBIDDEN, "The token is invalid or has expired").into_response());
    };
    let machine = face.engine.look(key).await.map_err(Problem::internal)?;
    let machine = machine.ok_or_else(|| Problem::missing("Instance not found"))?;
    let cut = cut.map(|Extension(cut)| cut);
    let stopped = face.engine.stopped().clone();
    if line == Line::Screen {
        let name = face.look(|view| view.machine(key).map(|vm| view.name(&vm))).unwrap_or_default();
        let viewer = Viewer { engine: face.engine.clone(), key, name, machine };
        return Ok(vnc::upgrade(upgrade).on_upgrade(move |socket| async move {
            stopped.run_until_cancelled(viewer.run(socket, cut)).await;
        }));
    }
    Ok(upgrade.protocols(["binary"]).on_upgrade(move |socket| async move {
        let line = SerialLine::new(socket, cut, machine, face, key);
        stopped.run_until_cancelled(line.run()).await;
    }))
}

/// One client at a serial line.
struct SerialLine {
    sender: Sender,
    stream: Receiver,
    machine: Arc<Machine>,
    face: FaceState,
    key: u32,
}

impl SerialLine {
    fn new(
        socket: WebSocket,
        cut: Option<CutSocket>,
        machine: Arc<Machine>,
        face: FaceState,
        key: u32,
    ) -> Self {
        let (sender, stream) = split(socket, cut);
        Self { sender, stream, machine, face, key }
    }

    /// The guest's shell, and a new one whenever it ends, as on a line after a logout. It ends when the
    /// machine goes down.
    async fn run(mut self) {
        while let Some(shell) = self.shell().await {
            if self.show(&shell).await.is_err() {
                return;
            }
            // A client that logs out again and again must not start shells without a pause.
            tokio::time::sleep(PAUSE).await;
        }
        self.sender.close(1000, "the guest has gone down").await;
    }

    async fn shell(&self) -> Option<Arc<Session>> {
        let engine = &self.face.engine;
        if !engine.is_running(self.key) {
            return None;
        }
        let machine = self.machine.clone();
        let shell = tokio::task::spawn_blocking(move || machine.shell(SIZE)).await;
        shell.ok()?.ok()
    }

    async fn show(&mut self, shell: &Arc<Session>) -> Result<(), Gone> {
        let (sender, stream) = (&mut self.sender, &mut self.stream);
        let mut follower = shell.output.follow(BACKLOG);
        let showing = async {
            loop {
                tokio::select! {
                    piece = follower.next(FRAME) => send(sender, piece).await?,
                    _ = shell.ended() => {
                        while let Some(piece) = follower.take(FRAME) {
                            send(sender, piece).await?;
                        }
                        return sender.binary(b"\r\n".to_vec()).await;
                    }
                }
            }
        };
        let typing = async {
            loop {
                for typed in typed(stream).await? {
                    match typed {
                        Typed::Keys(keys) => {
                            // Keys for a shell that has just ended have nowhere to go.
                            shell.type_in(keys).await;
                        }
                        Typed::Resize(rows, columns) => shell.resize(rows, columns),
                    }
                }
            }
        };
        tokio::select! {
            shown = showing => shown,
            typed = typing => typed,
        }
    }
}

async fn send(sender: &mut Sender, piece: Piece) -> Result<(), Gone> {
    match piece {
        Piece::Bytes(bytes, _) => sender.binary(bytes).await,
        Piece::TooSlow => {
            sender.close(1008, "this client read too slowly").await;
            Err(Gone)
        }
    }
}
