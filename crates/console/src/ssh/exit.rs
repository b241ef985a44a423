//! The end of ssh, judged: a shell that was left, a link that broke, or a session that never began.

use qdeck_model::{Problem, ProblemKind, Reason};

/// The exit code of ssh for errors of its own.
const OWN_ERROR: u32 = 255;
/// The output in which the last line is searched for.
const MAX_TAIL_BYTES: usize = 2048;
const MAX_SHOWN_CHARS: usize = 200;

/// The newest output, for the line with which ssh ends.
#[derive(Debug, Default)]
pub(super) struct Tail(Vec<u8>);

impl Tail {
    /// Takes in output.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let bytes = &bytes[bytes.len().saturating_sub(MAX_TAIL_BYTES)..];
        let excess = (self.0.len() + bytes.len()).saturating_sub(MAX_TAIL_BYTES);
        self.0.drain(..excess);
        self.0.extend_from_slice(bytes);
    }

    /// The lines that have text, the last one first, without control characters.
    fn lines(&self) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.0);
        let lines = text.rsplit(['\n', '\r']).map(|line| {
            line.chars()
                .filter(|c| !c.is_control())
                .take(MAX_SHOWN_CHARS)
                .collect::<String>()
                .trim()
                .to_owned()
        });
        lines.filter(|line| !line.is_empty()).collect()
    }

    /// The line that gives the reason, and whether ssh left a session that had a terminal. It ends such a session with a
    /// line that gives none; the one before it may be the far side's reason, or only what a shell printed last.
    fn reason(&self, was_established: bool) -> (String, bool) {
        let lines = self.lines();
        let Some(last) = lines.first() else { return (String::new(), false) };
        let Some(closing) = closing(last) else { return (last.clone(), false) };
        let before = if closing == last { lines.get(1) } else { None };
        let is_reason = |line: &&String| !was_established || lines.len() == 2 || is_of_ssh(line);
        (before.filter(is_reason).cloned().unwrap_or_else(|| closing.to_owned()), true)
    }
}

/// The words with which OpenSSH leaves any session that had a terminal, `Connection to HOST closed.`, where a line ends in them.
/// A prompt may stand before them.
fn closing(line: &str) -> Option<&str> {
    let start = line.rfind("Connection to ")?;
    line.get(start..).filter(|words| words.ends_with(" closed."))
}

/// Returns whether a line is a message of OpenSSH about its link.
fn is_of_ssh(line: &str) -> bool {
    ["Connection to ", "client_loop: ", "Timeout, server "].iter().any(|start| line.starts_with(start))
}

/// How ssh ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exit {
    /// Its exit code.
    pub(super) code: u32,
    /// It had a session: the far side's terminal was open.
    pub(super) was_established: bool,
}

impl Exit {
    /// Why the session is over; `None` where the far side ended it in an orderly way, whatever the code.
    pub(super) fn problem(self, tail: &Tail, notes: &[String]) -> Option<Problem> {
        if self.code != OWN_ERROR {
            return None;
        }
        let (line, ended_session) = tail.reason(self.was_established);
        let because = if line.is_empty() { String::from("it gave no reason") } else { line };
        if self.was_established || ended_session {
            let message = format!("the SSH connection broke: {because}");
            return Some(Problem::new(ProblemKind::Unreachable, message));
        }
        let (kind, reason, hint) = judge(&because);
        let problem = Problem::new(kind, format!("ssh could not sign in: {because}"));
        let problem = reason.into_iter().fold(problem, Problem::reason);
        let advice: Vec<&str> = hint.into_iter().chain(notes.iter().map(String::as_str)).collect();
        Some(if advice.is_empty() { problem } else { problem.hint(advice.join(". ")) })
    }
}

/// What the last line of ssh means. The words are those of OpenSSH's messages.
fn judge(line: &str) -> (ProblemKind, Option<Reason>, Option<&'static str>) {
    let has = |text: &str| line.contains(text);
    if has("Host key verification failed") {
        let hint = "Compare the new key with the machine's own; `ssh-keygen -R HOST` forgets the old one";
        return (ProblemKind::Refused, None, Some(hint));
    }
    if has("Permission denied") || has("Too many authentication failures") {
        let hint = "No key, agent or password was accepted: check the user and which keys the machine has";
        return (ProblemKind::Unauthorized, None, Some(hint));
    }
    if has("Could not resolve hostname") {
        return (ProblemKind::Unreachable, Some(Reason::Dns), None);
    }
    if has("Connection refused") {
        let hint = "Its SSH server does not run or listens elsewhere, or a security group refuses the port";
        return (ProblemKind::Unreachable, Some(Reason::ConnectionRefused), Some(hint));
    }
    if has("timed out") {
        let hint = "Check that a security group lets port 22 in, and that the address is reached from here";
        return (ProblemKind::Unreachable, Some(Reason::ConnectTimeout), Some(hint));
    }
    let is_link = [
        "kex_exchange_identification",
        "banner exchange",
        "Connection closed",
        "Connection reset",
        "No route to host",
        "unreachable",
    ];
    if is_link.iter().any(|text| has(text)) {
        return (ProblemKind::Unreachable, None, None);
    }
    (ProblemKind::Refused, None, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(code: u32, was_established: bool, output: &str) -> Option<Problem> {
        let mut tail = Tail::default();
        tail.push(output.as_bytes());
        Exit { code, was_established }.problem(&tail, &["Set `user`".to_owned()])
    }

    #[test]
    fn a_shell_that_was_left_ends_in_order_whatever_its_code() {
        for code in [0, 1, 130, 254] {
            assert_eq!(ended(code, true, "bye\r\n"), None, "{code}");
        }
    }

    #[test]
    fn a_link_that_broke_may_be_opened_again() {
        let output = "$ \r\nclient_loop: send disconnect: Broken pipe\r\r\n";
        let problem = ended(255, true, output).unwrap();
        assert!(problem.kind.may_pass(), "{problem}");
        assert_eq!(&*problem.message, "the SSH connection broke: client_loop: send disconnect: Broken pipe");
    }

    #[test]
    fn a_session_that_ended_at_once_may_be_opened_again_and_names_the_far_ends_reason() {
        let closed = "Connection to 127.0.0.1 closed.\r\n";
        for (output, because) in [
            ("no shell: the instance is not running\r\n", "no shell: the instance is not running"),
            (
                "Connection to 127.0.0.1 closed by remote host.\r\n",
                "Connection to 127.0.0.1 closed by remote host.",
            ),
            ("", "Connection to 127.0.0.1 closed."),
        ] {
            // Whether its terminal was noticed in that moment or not.
            for was_established in [false, true] {
                let problem = ended(255, was_established, &format!("{output}{closed}")).unwrap();
                assert!(problem.kind.may_pass(), "{problem}");
                assert_eq!(&*problem.message, format!("the SSH connection broke: {because}"));
            }
        }
    }

    #[test]
    fn what_a_shell_printed_last_is_no_reason() {
        for (output, because) in [
            ("Linux web-1\r\n# tail -f log\r\nall is well\r\n", "Connection to b closed."),
            ("Linux web-1\r\n# ", "Connection to b closed."),
            ("Linux\r\n# Connection to b closed by remote host.\r\n", "Connection to b closed."),
            ("# ls\r\nConnection to b closed by remote host.\r\n", "Connection to b closed by remote host."),
        ] {
            let problem = ended(255, true, &format!("{output}Connection to b closed.\r\n")).unwrap();
            assert_eq!(&*problem.message, format!("the SSH connection broke: {because}"));
        }
    }

    #[test]
    fn a_session_that_never_began_names_the_reason_and_what_to_do() {
        for (line, kind, advice) in [
            ("a@b: Permission denied (publickey).", ProblemKind::Unauthorized, "keys"),
            ("Host key verification failed.", ProblemKind::Refused, "ssh-keygen -R"),
            (
                "ssh: connect to host b port 22: Connection refused",
                ProblemKind::Unreachable,
                "security group",
            ),
            (
                "ssh: connect to host b port 22: Connection timed out",
                ProblemKind::Unreachable,
                "security group",
            ),
            (
                "ssh: Could not resolve hostname b: Name or service not known",
                ProblemKind::Unreachable,
                "user",
            ),
            ("command-line: line 0: Bad configuration option: nope", ProblemKind::Refused, "user"),
        ] {
            let problem = ended(255, false, &format!("{line}\r\n")).unwrap();
            assert_eq!(problem.kind, kind, "{problem}");
            assert!(problem.message.contains(line), "{problem}");
            let hint = problem.hint.unwrap();
            assert!(hint.contains(advice) && hint.contains("Set `user`"), "{hint}");
        }
    }

    #[test]
    fn the_tail_is_bounded_and_its_line_has_no_controls() {
        let mut tail = Tail::default();
        for _ in 0..100 {
            tail.push(&[b'x'; 1000]);
        }
        assert_eq!(tail.0.len(), MAX_TAIL_BYTES);
        tail.push("\n\x1b]0;title\x07last \x1b[31mline\r\n\n".as_bytes());
        assert_eq!(tail.reason(false).0, "]0;titlelast [31mline");
        assert_eq!(Tail::default().reason(false).0, "");
    }
}
