//! One channel of a visitor: the requests before there is a process, and the process.

use russh::server::{Handle, Msg};
use russh::{Channel, ChannelMsg};

use super::running::{run_piped, run_terminal};
use crate::engine::Engine;
use crate::process::visit::Terminal;

/// The most variables that a client may set, and the most bytes of one with its name.
const MAX_VARIABLES: usize = 32;
const MAX_VARIABLE_BYTES: usize = 1024;
/// The most bytes of a command.
const MAX_COMMAND_BYTES: usize = 64 * 1024;
/// The code of a process that could not be started.
const NOT_STARTED: u32 = 255;

/// The requests of a channel so far.
#[derive(Default)]
struct Asked {
    terminal: Option<Terminal>,
    env: Vec<(String, String)>,
}

impl Asked {
    /// Takes in a variable, if it is one that a client may set: those of the usual `AcceptEnv`.
    fn set(&mut self, name: String, value: String) -> bool {
        let usual = ["LANG", "COLORTERM", "NO_COLOR"].contains(&name.as_str()) || name.starts_with("LC_");
        let fits = self.env.len() < MAX_VARIABLES && name.len() + value.len() <= MAX_VARIABLE_BYTES;
        let clean = !name.contains(['=', '\0']) && !value.contains('\0');
        let taken = usual && fits && clean;
        if taken {
            self.env.push((name, value));
        }
        taken
    }
}

/// Serves a channel until its process has ended or the client has closed it.
pub(super) async fn serve(engine: Engine, instance: u32, mut channel: Channel<Msg>, handle: Handle) {
    let id = channel.id();
    let mut asked = Asked::default();
    while let Some(message) = channel.wait().await {
        let done = match message {
            ChannelMsg::RequestPty { term, col_width, row_height, .. } => {
                let valid =
                    !term.is_empty() && term.len() <= 64 && term.bytes().all(|b| b.is_ascii_graphic());
                let term = if valid { term } else { "dumb".to_owned() };
                asked.terminal = Some(Terminal { term, size: size(row_height, col_width) });
                true
            }
            ChannelMsg::WindowChange { col_width, row_height, .. } => {
                if let Some(terminal) = &mut asked.terminal {
                    terminal.size = size(row_height, col_width);
                }
                continue;
            }
            ChannelMsg::SetEnv { variable_name, variable_value, .. } => {
                asked.set(variable_name, variable_value)
            }
            ChannelMsg::RequestShell { .. } => {
                return start(engine, instance, channel, handle, asked, None).await;
            }
            ChannelMsg::Exec { command, .. } => {
                if command.len() <= MAX_COMMAND_BYTES
                    && let Ok(command) = String::from_utf8(command)
                    && !command.contains('\0')
                {
                    return start(engine, instance, channel, handle, asked, Some(command)).await;
                }
                false
            }
            ChannelMsg::RequestSubsystem { .. }
            | ChannelMsg::RequestX11 { .. }
            | ChannelMsg::AgentForward { .. } => false,
            ChannelMsg::Close => return,
            _ => continue,
        };
        let sent = if done { handle.channel_success(id).await } else { handle.channel_failure(id).await };
        if sent.is_err() {
            return;
        }
    }
}

/// Rows and columns that a PTY can have.
pub(super) fn size(rows: u32, columns: u32) -> (u16, u16) {
    let bound = |cells: u32, usual: u16| match u16::try_from(cells).unwrap_or(u16::MAX).min(1000) {
        0 => usual,
        cells => cells,
    };
    (bound(rows, 24), bound(columns, 80))
}

/// Starts the process and passes everything on until its end.
async fn start(
    engine: Engine,
    instance: u32,
    channel: Channel<Msg>,
    handle: Handle,
    asked: Asked,
    command: Option<String>,
) {
    let id = channel.id();
    let machine = match engine.look(instance).await {
        Ok(Some(machine)) if engine.is_running(instance) => Ok(machine),
        Ok(_) => Err("the instance is not running".to_owned()),
        Err(error) => Err(error),
    };
    let Asked { terminal, env } = asked;
    let ended = match machine {
        Ok(machine) => match terminal {
            Some(terminal) => run_terminal(machine, channel, &handle, command, terminal, env).await,
            None => run_piped(&machine, channel, &handle, command.as_deref(), env).await,
        },
        Err(error) => Err(error),
    };
    if let Err(error) = ended {
        // The request itself was fine: what went wrong is printed, as by a shell that finds no program.
        let _ = handle.channel_success(id).await;
        let _ = handle.extended_data(id, 1, format!("no shell: {error}\r\n").into_bytes()).await;
        let _ = handle.exit_status_request(id, NOT_STARTED).await;
        let _ = handle.eof(id).await;
        let _ = handle.close(id).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_sets_only_the_usual_variables_and_not_without_end() {
        let mut asked = Asked::default();
        assert!(asked.set("LC_ALL".into(), "C".into()));
        assert!(!asked.set("LD_PRELOAD".into(), "/tmp/x.so".into()));
        assert!(!asked.set("LC_A=B".into(), "C".into()));
        assert!(!asked.set("LC_BIG".into(), "x".repeat(MAX_VARIABLE_BYTES)));
        for nth in 0..100 {
            asked.set(format!("LC_{nth}"), "C".into());
        }
        assert_eq!(asked.env.len(), MAX_VARIABLES);
    }

    #[test]
    fn a_size_is_one_that_a_terminal_can_have() {
        assert_eq!(size(0, 0), (24, 80));
        assert_eq!(size(50, 132), (50, 132));
        assert_eq!(size(u32::MAX, 70_000), (1000, 1000));
    }
}
