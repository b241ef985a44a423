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

/// Returns whether a variable is one that a client may set: those of the usual `AcceptEnv`.
pub(super) fn is_taken(name: &str, value: &str) -> bool {
    let usual = ["LANG", "COLORTERM", "NO_COLOR"].contains(&name) || name.starts_with("LC_");
    let fits = name.len() + value.len() <= MAX_VARIABLE_BYTES;
    usual && fits && !name.contains(['=', '\0']) && !value.contains('\0')
}

/// The text of a command, unless it is none that a shell can be given.
pub(super) fn command(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    (text.len() <= MAX_COMMAND_BYTES && !text.contains('\0')).then_some(text)
}

impl Asked {
    fn set(&mut self, name: String, value: String) {
        if self.env.len() < MAX_VARIABLES && is_taken(&name, &value) {
            self.env.push((name, value));
        }
    }
}

/// Serves a channel until its process has ended or the client has closed it. The requests were answered already.
pub(super) async fn serve(engine: Engine, instance: u32, mut channel: Channel<Msg>, handle: Handle) {
    let mut asked = Asked::default();
    while let Some(message) = channel.wait().await {
        match message {
            ChannelMsg::RequestPty { term, col_width, row_height, .. } => {
                let valid =
                    !term.is_empty() && term.len() <= 64 && term.bytes().all(|b| b.is_ascii_graphic());
                let term = if valid { term } else { "dumb".to_owned() };
                asked.terminal = Some(Terminal { term, size: size(row_height, col_width) });
            }
            ChannelMsg::WindowChange { col_width, row_height, .. } => {
                if let Some(terminal) = &mut asked.terminal {
                    terminal.size = size(row_height, col_width);
                }
            }
            ChannelMsg::SetEnv { variable_name, variable_value, .. } => {
                asked.set(variable_name, variable_value);
            }
            ChannelMsg::RequestShell { .. } => {
                return start(engine, instance, channel, handle, asked, None).await;
            }
            ChannelMsg::Exec { command: bytes, .. } => {
                if let Some(command) = command(&bytes) {
                    let command = Some(command.to_owned());
                    return start(engine, instance, channel, handle, asked, command).await;
                }
            }
            ChannelMsg::Close => return,
            _ => {}
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
        // It is printed, as by a shell that finds no program.
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
        assert!(is_taken("LC_ALL", "C"));
        assert!(!is_taken("LD_PRELOAD", "/tmp/x.so"));
        assert!(!is_taken("LC_A=B", "C"));
        assert!(!is_taken("LC_BIG", &"x".repeat(MAX_VARIABLE_BYTES)));
        asked.set("PATH".into(), "/tmp".into());
        for nth in 0..100 {
            asked.set(format!("LC_{nth}"), "C".into());
        }
        assert_eq!(asked.env.len(), MAX_VARIABLES);
        assert!(asked.env.iter().all(|(name, _)| name.starts_with("LC_")));
    }

    #[test]
    fn a_command_is_text_without_its_end_in_it() {
        assert_eq!(command("echo é".as_bytes()), Some("echo é"));
        assert_eq!(command(b"echo\0"), None);
        assert_eq!(command(&[0xff, 0xfe]), None);
        assert_eq!(command(&vec![b'x'; MAX_COMMAND_BYTES + 1]), None);
    }

    #[test]
    fn a_size_is_one_that_a_terminal_can_have() {
        assert_eq!(size(0, 0), (24, 80));
        assert_eq!(size(50, 132), (50, 132));
        assert_eq!(size(u32::MAX, 70_000), (1000, 1000));
    }
}
