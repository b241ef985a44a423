//! A visitor's process: input, signals and sizes to it, its output to the client, and its end.

use std::sync::Arc;

use russh::server::{Handle, Msg};
use russh::{Channel, ChannelMsg, ChannelReadHalf, ChannelWriteHalf, Sig};
use rustix::process::Signal;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};

use super::channel::size;
use crate::process::machine::Machine;
use crate::process::output::{Follower, Piece};
use crate::process::session::{Exit, Session};
use crate::process::visit::Terminal;

/// The largest piece of output that is sent at once.
const CHUNK_BYTES: usize = 16 * 1024;
/// More output than a ring keeps.
const FROM_THE_START: u64 = u64::MAX;
/// The key that ends the input of a terminal.
const END_OF_INPUT: u8 = 4;
/// The number of the stream of errors.
const STDERR: u32 = 1;

/// The client is gone.
struct Gone;

impl<E> From<E> for Gone
where
    E: std::error::Error,
{
    fn from(_: E) -> Self {
        Self
    }
}

/// Runs a shell or a command under a PTY. An error is one of its start.
pub(super) async fn run_terminal(
    machine: Arc<Machine>,
    channel: Channel<Msg>,
    handle: &Handle,
    command: Option<String>,
    terminal: Terminal,
    env: Vec<(String, String)>,
) -> Result<(), String> {
    let started =
        tokio::task::spawn_blocking(move || machine.visit(command.as_deref(), &terminal, env)).await;
    let (session, _visit) = started.map_err(|e| e.to_string())??;
    let (input, output) = channel.split();
    // From the start: what it printed before this line is part of it.
    let mut follower = session.output.follow(FROM_THE_START);
    let ended = tokio::select! {
        shown = show(&session, &mut follower, &output) => shown,
        () = type_in(&session, input) => Err(Gone),
    };
    if let Ok(exit) = ended {
        end(handle, &output, &exit).await;
    }
    Ok(())
}

/// Sends what a session prints until it has ended and all is sent.
async fn show(
    session: &Session,
    follower: &mut Follower,
    output: &ChannelWriteHalf<Msg>,
) -> Result<Exit, Gone> {
    loop {
        tokio::select! {
            biased;
            piece = follower.next(CHUNK_BYTES) => send(piece, output).await?,
            exit = session.ended() => {
                while let Some(piece) = follower.take(CHUNK_BYTES) {
                    send(piece, output).await?;
                }
                return Ok(exit);
            }
        }
    }
}

async fn send(piece: Piece, output: &ChannelWriteHalf<Msg>) -> Result<(), Gone> {
    match piece {
        Piece::Bytes(bytes, _) => Ok(output.data_bytes(bytes).await?),
        Piece::TooSlow => Err(Gone),
    }
}

/// Passes on what the client sends, until it is gone.
async fn type_in(session: &Session, mut input: ChannelReadHalf) {
    while let Some(message) = input.wait().await {
        match message {
            ChannelMsg::Data { data } => {
                // Keys for a process that has just ended have nowhere to go.
                session.type_in(data.to_vec()).await;
            }
            ChannelMsg::Eof => {
                session.type_in(vec![END_OF_INPUT]).await;
            }
            ChannelMsg::WindowChange { col_width, row_height, .. } => {
                let (rows, columns) = size(row_height, col_width);
                session.resize(rows, columns);
            }
            ChannelMsg::Signal { signal } => {
                if let Some(signal) = to_system(&signal) {
                    session.signal(signal);
                }
            }
            ChannelMsg::Close => return,
            _ => {}
        }
    }
}

/// Runs a command with pipes. An error is one of its start.
pub(super) async fn run_piped(
    machine: &Arc<Machine>,
    channel: Channel<Msg>,
    handle: &Handle,
    command: Option<&str>,
    env: Vec<(String, String)>,
) -> Result<(), String> {
    let (mut piped, _visit) = machine.execute(command, env)?;
    let (input, output) = channel.split();
    let signal = piped.signaller();
    let (stdin, stdout, stderr) = (piped.input.take(), piped.output.take(), piped.errors.take());
    let ended = tokio::select! {
        shown = async {
            tokio::try_join!(copy(stdout, &output, None), copy(stderr, &output, Some(STDERR)))?;
            Ok::<_, Gone>(piped.ended().await)
        } => shown,
        () = feed(stdin, signal, input) => Err(Gone),
    };
    if let Ok(exit) = ended {
        end(handle, &output, &exit).await;
    }
    Ok(())
}

/// Sends what comes out of a pipe until it is closed.
async fn copy(
    pipe: Option<impl AsyncRead + Unpin>,
    output: &ChannelWriteHalf<Msg>,
    stream: Option<u32>,
) -> Result<(), Gone> {
    let Some(mut pipe) = pipe else { return Ok(()) };
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        let bytes = match pipe.read(&mut buffer).await {
            Ok(0) | Err(_) => return Ok(()),
            Ok(count) => buffer.get(..count).unwrap_or_default().to_vec(),
        };
        match stream {
            Some(stream) => output.extended_data_bytes(stream, bytes).await?,
            None => output.data_bytes(bytes).await?,
        }
    }
}

/// Passes on what the client sends to a command, until it is gone.
async fn feed(
    mut stdin: Option<tokio::process::ChildStdin>,
    signal: impl Fn(Signal),
    mut input: ChannelReadHalf,
) {
    while let Some(message) = input.wait().await {
        match message {
            ChannelMsg::Data { data } => {
                if let Some(pipe) = &mut stdin
                    && pipe.write_all(&data).await.is_err()
                {
                    // It has closed its input; its output goes on.
                    stdin = None;
                }
            }
            ChannelMsg::Eof => stdin = None,
            ChannelMsg::Signal { signal: wanted } => {
                if let Some(wanted) = to_system(&wanted) {
                    signal(wanted);
                }
            }
            ChannelMsg::Close => return,
            _ => {}
        }
    }
}

/// Reports how the process ended, and closes the channel.
async fn end(handle: &Handle, output: &ChannelWriteHalf<Msg>, exit: &Exit) {
    let id = output.id();
    let _ = match exit {
        Exit::Code(code) => handle.exit_status_request(id, *code).await,
        Exit::Signal(words) => {
            handle.exit_signal_request(id, by_words(words), false, words.clone(), String::new()).await
        }
        Exit::Unknown => Ok(()),
    };
    let _ = handle.eof(id).await;
    let _ = handle.close(id).await;
}

/// The signals of RFC 4254, 6.10, with the system's words for them.
const SIGNALS: [(Sig, Signal, &str); 12] = [
    (Sig::ABRT, Signal::ABORT, "Aborted"),
    (Sig::ALRM, Signal::ALARM, "Alarm clock"),
    (Sig::FPE, Signal::FPE, "Floating point exception"),
    (Sig::HUP, Signal::HUP, "Hangup"),
    (Sig::ILL, Signal::ILL, "Illegal instruction"),
    (Sig::INT, Signal::INT, "Interrupt"),
    (Sig::KILL, Signal::KILL, "Killed"),
    (Sig::PIPE, Signal::PIPE, "Broken pipe"),
    (Sig::QUIT, Signal::QUIT, "Quit"),
    (Sig::SEGV, Signal::SEGV, "Segmentation fault"),
    (Sig::TERM, Signal::TERM, "Terminated"),
    (Sig::USR1, Signal::USR1, "User defined signal 1"),
];

fn to_system(wanted: &Sig) -> Option<Signal> {
    let is_wanted = |name: &Sig| std::mem::discriminant(name) == std::mem::discriminant(wanted);
    SIGNALS.iter().find(|(name, ..)| is_wanted(name)).map(|(_, signal, _)| *signal)
}

/// The name of a signal by the system's words for it, which some systems follow with its number.
fn by_words(words: &str) -> Sig {
    let found = SIGNALS.iter().find(|(.., known)| words.split(':').next() == Some(*known));
    found.map_or_else(|| Sig::Custom("OTHER@quarterdeck".to_owned()), |(name, ..)| name.clone())
}
