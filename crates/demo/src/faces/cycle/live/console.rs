//! The console websocket: the workload's output with up to 128 KiB of backlog, and on Enter a shell.
//!
//! Cycle documents its console as output, and that is what it is: what a client sends is read and dropped. Where the
//! cloud was asked for consoles that take keys they work as a serial line with `askfirst`: to the first thing
//! a client sends, were it only its size, the socket answers once that Enter opens a shell, so that one who merely
//! reads a log is never asked. After Enter the socket shows the instance's shell, which all attached
//! clients share, and which stays when they leave: one that comes back and says something at once, were it only its
//! size, is in it again.
//! `CSI 8 ; rows ; columns t` from the client, in one frame, resizes the terminal and goes no further. A client that
//! does not read for ten seconds while there is much to read is closed with 1008.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::ticket::Opening;
use crate::credentials::Ticket;
use crate::engine::Engine;
use crate::faces::AppState;
use crate::faces::cycle::problem::Problem;
use crate::faces::socket::{Gone, Receiver, Sender, Typed, typed};
use crate::process::machine::Machine;
use crate::process::output::Piece;
use crate::process::session::Session;

/// The most bytes of earlier output that a new client is sent.
const BACKLOG: u64 = 128 * 1024;
/// The largest frame sent.
const FRAME: usize = 16 * 1024;
/// Time for which a client may say that it wants the shell that runs, before it is sent the log.
const REJOIN_WAIT: std::time::Duration = std::time::Duration::from_millis(100);
const PROMPT: &str = "\r\nPlease press Enter to activate this console.\r\n";

/// The websocket itself.
pub(crate) async fn attach(State(app): State<AppState>, opening: Opening) -> Result<Response, Problem> {
    let instance = opening.instance;
    opening.redeem(&app, Ticket::Console(instance))?;
    let machine = app.engine.look(instance).await.map_err(Problem::internal)?;
    let machine = machine.ok_or_else(|| Problem::missing("404.instance"))?;
    Ok(opening.open(move |sender, stream| async move {
        let stopped = app.engine.stopped().clone();
        let takes_input = app.console_input;
        let console = Console {
            sender,
            stream,
            machine,
            engine: app.engine,
            instance,
            size: None,
            asked: false,
            takes_input,
        };
        stopped.run_until_cancelled(console.run()).await;
    }))
}

/// One attached client.
struct Console {
    sender: Sender,
    stream: Receiver,
    machine: Arc<Machine>,
    engine: Engine,
    instance: u32,
    size: Option<(u16, u16)>,
    /// True if it was asked to press Enter.
    asked: bool,
    /// True if keys lead to a shell.
    takes_input: bool,
}

impl Console {
    /// The shell, which only a running instance has.
    async fn shell(&self) -> Result<Arc<Session>, String> {
        if !self.engine.is_running(self.instance) {
            return Err("the instance is not running".to_owned());
        }
        let machine = self.machine.clone();
        let size = self.size.unwrap_or((24, 80));
        tokio::task::spawn_blocking(move || machine.shell(size)).await.map_err(|e| e.to_string())?
    }

    async fn run(mut self) {
        if !self.takes_input {
            // It ends when the client is gone.
            let _ = self.show_output().await;
            return;
        }
        let Ok(mut rejoined) = self.rejoin().await else {
            return;
        };
        let mut backlog = BACKLOG;
        loop {
            let keys = match rejoined.take() {
                Some(keys) => Ok(keys),
                None => self.show_log(backlog).await,
            };
            let Ok(keys) = keys else {
                return;
            };
            backlog = 0;
            let ended = match self.shell().await {
                Ok(shell) => self.show_shell(&shell, keys).await,
                Err(error) => self.sender.bytes(format!("\r\nno shell: {error}\r\n").into_bytes()).await,
            };
            if ended.is_err() {
                return;
            }
        }
    }

    /// Sends the workload's output, and drops what the client sends.
    async fn show_output(&mut self) -> Result<(), Gone> {
        let mut follower = self.machine.log.follow(BACKLOG);
        let (sender, stream) = (&mut self.sender, &mut self.stream);
        let showing = async {
            loop {
                send(sender, follower.next(FRAME).await).await?;
            }
        };
        let dropping = async {
            loop {
                typed(stream).await?;
            }
        };
        tokio::select! {
            shown = showing => shown,
            dropped = dropping => dropped,
        }
    }

    /// Puts a client into the shell that runs, if it says something at once; returns what it typed. One that merely
    /// reads the log says nothing.
    async fn rejoin(&mut self) -> Result<Option<Vec<u8>>, Gone> {
        if self.machine.running_shell().is_none() {
            return Ok(None);
        }
        let Ok(said) = tokio::time::timeout(REJOIN_WAIT, typed(&mut self.stream)).await else {
            return Ok(None);
        };
        let mut keys = Vec::new();
        for typed in said? {
            match typed {
                Typed::Resize(rows, columns) => self.size = Some((rows, columns)),
                Typed::Keys(typed) => keys.extend(typed),
            }
        }
        Ok(Some(keys))
    }

    /// Sends the workload's output until the client presses Enter, and returns what was typed after it.
    async fn show_log(&mut self, backlog: u64) -> Result<Vec<u8>, Gone> {
        let mut follower = self.machine.log.follow(backlog);
        while let Some(piece) = follower.take(FRAME) {
            send(&mut self.sender, piece).await?;
        }
        let (sender, stream, size) = (&mut self.sender, &mut self.stream, &mut self.size);
        let asked = &mut self.asked;
        let ask = tokio::sync::Notify::new();
        let showing = async {
            loop {
                tokio::select! {
                    biased;
                    () = ask.notified() => sender.bytes(PROMPT.into()).await?,
                    piece = follower.next(FRAME) => send(sender, piece).await?,
                }
            }
        };
        let waiting = async {
            loop {
                for typed in typed(stream).await? {
                    match typed {
                        Typed::Resize(rows, columns) => *size = Some((rows, columns)),
                        Typed::Keys(keys) => {
                            if let Some(at) = keys.iter().position(|k| matches!(k, b'\r' | b'\n')) {
                                return Ok(keys.get(at + 1..).unwrap_or_default().to_vec());
                            }
                        }
                    }
                    if !std::mem::replace(asked, true) {
                        ask.notify_one();
                    }
                }
            }
        };
        tokio::select! {
            shown = showing => shown,
            pressed = waiting => pressed,
        }
    }

    /// The shell until it exits. Keys and output go their ways side by side, so that neither waits for the other.
    async fn show_shell(&mut self, shell: &Arc<Session>, keys: Vec<u8>) -> Result<(), Gone> {
        if let Some((rows, columns)) = self.size {
            shell.resize(rows, columns);
        }
        let (sender, stream, size) = (&mut self.sender, &mut self.stream, &mut self.size);
        let mut follower = shell.output.follow(BACKLOG);
        let showing = async {
            loop {
                tokio::select! {
                    piece = follower.next(FRAME) => send(sender, piece).await?,
                    outcome = shell.ended() => {
                        while let Some(piece) = follower.take(FRAME) {
                            send(sender, piece).await?;
                        }
                        return sender.bytes(format!("\r\n[the shell {outcome}] Press Enter for another.\r\n").into_bytes()).await;
                    }
                }
            }
        };
        let typing = async {
            if !keys.is_empty() {
                shell.type_in(keys).await;
            }
            loop {
                for typed in typed(stream).await? {
                    match typed {
                        Typed::Keys(keys) => {
                            // Keys for a shell that has just ended have nowhere to go.
                            shell.type_in(keys).await;
                        }
                        Typed::Resize(rows, columns) => {
                            *size = Some((rows, columns));
                            shell.resize(rows, columns);
                        }
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
        Piece::Bytes(bytes, _) => sender.bytes(bytes).await,
        Piece::TooSlow => {
            sender.close(1008, "this client read too slowly").await;
            Err(Gone)
        }
    }
}
