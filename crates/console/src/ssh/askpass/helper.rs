//! The side that ssh starts: this binary by the link beside the socket, with a question as its argument.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use super::wire::{Answer, MAX_MESSAGE_BYTES, Question};
use super::{LINK_NAME, SOCKET_NAME};

/// Time for the exchange: the other side is on this machine.
const EXCHANGE_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest line that is read from the terminal.
const MAX_ANSWER_BYTES: u64 = 4096;
/// How ssh states the kind of a question: `confirm` is answered by the exit code, `none` is a notice.
const KIND_VARIABLE: &str = "SSH_ASKPASS_PROMPT";

/// Answers a question of ssh, if ssh started this process to answer one; else `None`. To be called first of all: neither
/// arguments nor environment are those of the program.
pub fn run_if_asked(arguments: &[OsString]) -> Option<ExitCode> {
    let [program, rest @ ..] = arguments else { return None };
    let program = Path::new(program);
    let socket = program.with_file_name(SOCKET_NAME);
    if program.file_name()? != LINK_NAME || !program.is_absolute() || !is_socket(&socket) {
        return None;
    }
    let question = rest.first().map(|words| words.to_string_lossy().into_owned()).unwrap_or_default();
    let answered = answer(&socket, &question);
    Some(if answered.unwrap_or(false) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn is_socket(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    std::fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket())
}

/// Answers on standard output, which ssh reads. Returns false where there is no answer.
fn answer(socket: &Path, question: &str) -> io::Result<bool> {
    let kind = std::env::var(KIND_VARIABLE).unwrap_or_default();
    let wanted =
        if kind.is_empty() { exchange(socket, question).unwrap_or(Answer::Ask) } else { Answer::Ask };
    match wanted {
        Answer::Password(password) => print(password.expose()),
        Answer::Refuse => Ok(false),
        Answer::Ask => {
            let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
            match &*kind {
                "none" => notify(&terminal, question).map(|()| true),
                "confirm" => Ok(ask(&terminal, question, true)?.is_some_and(|line| is_yes(&line))),
                _ => match ask(&terminal, question, is_shown(question))? {
                    Some(line) => print(&line),
                    None => Ok(false),
                },
            }
        }
    }
}

fn print(line: &str) -> io::Result<bool> {
    let mut out = io::stdout();
    out.write_all(format!("{line}\n").as_bytes())?;
    out.flush().map(|()| true)
}

fn exchange(socket: &Path, question: &str) -> Option<Answer> {
    let mut stream = UnixStream::connect(socket).ok()?;
    stream.set_read_timeout(Some(EXCHANGE_TIMEOUT)).ok()?;
    stream.set_write_timeout(Some(EXCHANGE_TIMEOUT)).ok()?;
    let process = rustix::process::getppid()?.as_raw_nonzero().get();
    let question = Question { process: u32::try_from(process).ok()?, words: question.to_owned() };
    stream.write_all(&question.encode()).ok()?;
    stream.shutdown(Shutdown::Write).ok()?;
    let mut bytes = Vec::new();
    stream.take(MAX_MESSAGE_BYTES).read_to_end(&mut bytes).ok()?;
    Answer::decode(&bytes)
}

/// The answer to a question about a host's key is shown while it is typed, as by ssh; passwords are not.
fn is_shown(question: &str) -> bool {
    question.contains("(yes/no")
}

fn is_yes(line: &str) -> bool {
    matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

/// A question for the terminal: line ends stay, other control characters of a remote side do not.
fn plain(question: &str) -> String {
    question.chars().filter(|c| *c == '\n' || !c.is_control()).collect()
}

fn notify(mut terminal: &File, notice: &str) -> io::Result<()> {
    terminal.write_all(format!("{}\n", plain(notice)).as_bytes())
}

/// Asks on the terminal; `None` where its end was typed.
fn ask(mut terminal: &File, question: &str, shown: bool) -> io::Result<Option<String>> {
    let _hidden = if shown { None } else { Hidden::new(terminal) };
    terminal.write_all(plain(question).as_bytes())?;
    let mut line = String::new();
    let read = BufReader::new(terminal.take(MAX_ANSWER_BYTES)).read_line(&mut line)?;
    if !shown {
        terminal.write_all(b"\n")?;
    }
    Ok((read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
}

/// What is typed does not show until this is dropped.
struct Hidden<'a> {
    terminal: &'a File,
    before: Termios,
}

impl<'a> Hidden<'a> {
    fn new(terminal: &'a File) -> Option<Self> {
        let before = tcgetattr(terminal).ok()?;
        let mut modes = before.clone();
        modes.local_modes.remove(LocalModes::ECHO);
        tcsetattr(terminal, OptionalActions::Flush, &modes).ok()?;
        Some(Self { terminal, before })
    }
}

impl Drop for Hidden<'_> {
    fn drop(&mut self) {
        // A terminal that is gone has no modes.
        let _ = tcsetattr(self.terminal, OptionalActions::Now, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_link_beside_a_socket_is_asked() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join(LINK_NAME);
        let run = |program: &Path| run_if_asked(&[program.into(), "u@h's password: ".into()]);
        assert!(run(Path::new("/usr/bin/qdeck")).is_none());
        assert!(run(Path::new("askpass")).is_none());
        assert!(run(&link).is_none(), "there is no socket");
        std::fs::write(folder.path().join(SOCKET_NAME), "").unwrap();
        assert!(run(&link).is_none(), "a file is none");
        assert!(run_if_asked(&[]).is_none());
    }

    #[test]
    fn a_question_has_no_controls_and_a_host_key_is_answered_in_sight() {
        assert_eq!(plain("Are you\x1b]0;x\x07 sure\n(yes/no)? "), "Are you]0;x sure\n(yes/no)? ");
        assert!(is_shown("Are you sure you want to continue connecting (yes/no/[fingerprint])? "));
        assert!(!is_shown("Enter passphrase for key 'a': "));
        assert!(is_yes("Yes") && is_yes("y") && !is_yes("") && !is_yes("no"));
    }
}
