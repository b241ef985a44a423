//! The ways to the clipboard: into tmux's buffer where the program runs in tmux, else by OSC 52, of which no terminal
//! reports whether it arrived.

use std::io;
use std::process::Stdio;
use std::time::Duration;

use crossterm::clipboard::CopyToClipboard;
use crossterm::queue;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// Time that tmux has to take a text.
const TMUX_TIMEOUT: Duration = Duration::from_secs(2);
/// Bytes of a string that GNU screen passes on to the terminal it is in; some versions drop a longer one.
const SCREEN_CHUNK_BYTES: usize = 240;

/// The way that a text takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clipboard {
    /// To the terminal.
    Terminal,
    /// To the terminal that GNU screen runs in.
    ThroughScreen,
    /// Into the buffer of tmux, which hands it to the terminal's clipboard if it can: what programs in it send by OSC 52
    /// it drops by default.
    Tmux,
    /// The terminal has none.
    Missing,
}

impl Clipboard {
    /// Chooses by the environment.
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
        if is_set("TMUX") {
            Self::Tmux
        } else if is_set("STY") {
            Self::ThroughScreen
        } else if super::background::can_ask(&variable) {
            Self::Terminal
        } else {
            Self::Missing
        }
    }

    /// Copies a text; `what` names it. Returns a message that claims no more than is known.
    ///
    /// # Errors
    /// A message with the reason why it was not even sent.
    pub async fn copy(self, text: &str, what: &str) -> Result<String, String> {
        let sent = match self {
            Self::Tmux => match load_tmux_buffer(text).await {
                Ok(()) => return Ok(format!("copied {what} into tmux's buffer")),
                // An old one does not know the option: what it does with OSC 52 is set by its user.
                Err(_) => super::write(&to_terminal(text)),
            },
            Self::Terminal => super::write(&to_terminal(text)),
            Self::ThroughScreen => super::write(&wrapped_for_screen(&to_terminal(text))),
            Self::Missing => return Err(format!("could not copy {what}: this terminal has no clipboard")),
        };
        match sent {
            Ok(()) => Ok(format!("sent {what} to the terminal's clipboard")),
            Err(error) => Err(format!("could not copy {what}: {error}")),
        }
    }
}

fn to_terminal(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A write into memory does not fail.
    let _ = queue!(bytes, CopyToClipboard::to_clipboard_from(text));
    bytes
}

/// The same in strings that GNU screen passes on as they are. The end of such a string must not be in it.
fn wrapped_for_screen(sequence: &[u8]) -> Vec<u8> {
    let body = sequence.strip_suffix(b"\x1b\\").unwrap_or(sequence);
    let mut whole = body.to_vec();
    if body.len() < sequence.len() {
        whole.push(0x07);
    }
    whole.chunks(SCREEN_CHUNK_BYTES).flat_map(|chunk| [b"\x1bP", chunk, b"\x1b\\"].concat()).collect()
}

async fn load_tmux_buffer(text: &str) -> io::Result<()> {
    let mut command = Command::new("tmux");
    command.args(["load-buffer", "-w", "-"]);
    // It needs to find its server and nothing else.
    command.env_clear();
    for name in ["PATH", "TMUX", "TMUX_TMPDIR", "HOME", "LANG", "LC_ALL", "TERM"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let load = async {
        let mut child = command.spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(text.as_bytes()).await?;
        }
        child.wait().await
    };
    match tokio::time::timeout(TMUX_TIMEOUT, load).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(io::Error::other(status.to_string())),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(variables: &'static [(&'static str, &'static str)]) -> Clipboard {
        let find = |name: &str| variables.iter().find(|(known, _)| *known == name);
        Clipboard::detect(|name| find(name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_way_follows_from_the_environment() {
        assert_eq!(detected(&[("TERM", "xterm-256color")]), Clipboard::Terminal);
        assert_eq!(detected(&[("TERM", "tmux-256color"), ("TMUX", "/tmp/x,1,0")]), Clipboard::Tmux);
        assert_eq!(detected(&[("TERM", "screen"), ("STY", "1.tty")]), Clipboard::ThroughScreen);
        assert_eq!(detected(&[("TERM", "screen"), ("STY", "1.tty"), ("TMUX", "x")]), Clipboard::Tmux);
        for term in ["linux", "vt100", "dumb"] {
            assert_eq!(
                Clipboard::detect(|name| (name == "TERM").then(|| term.to_owned())),
                Clipboard::Missing
            );
        }
    }

    #[test]
    fn what_screen_takes_apart_is_one_sequence_for_the_terminal() {
        let sequence = to_terminal(&"a long text ".repeat(100));
        let wrapped = String::from_utf8(wrapped_for_screen(&sequence)).unwrap();
        let mut passed = String::new();
        for part in wrapped.split_terminator("\x1b\\") {
            let part = part.strip_prefix("\x1bP").expect("the beginning of a string");
            assert!(part.len() <= SCREEN_CHUNK_BYTES);
            passed.push_str(part);
        }
        let sequence = String::from_utf8(sequence).unwrap();
        assert_eq!(passed.trim_end_matches('\x07'), sequence.trim_end_matches("\x1b\\"));
        assert!(passed.starts_with("\x1b]52;c;") && passed.ends_with('\x07'), "{passed:?}");
    }

    #[tokio::test]
    async fn a_terminal_without_a_clipboard_gets_nothing() {
        let failure = Clipboard::Missing.copy("text", "name").await.unwrap_err();
        assert_eq!(failure, "could not copy name: this terminal has no clipboard");
    }
}
