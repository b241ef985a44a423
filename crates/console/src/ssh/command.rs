//! The command line of ssh for a target. Nothing that a remote side reports can become an option, a second line of a
//! configuration, or a word of a shell.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::Path;

use qdeck_model::{Problem, ProblemKind, SshTarget};

/// A name in the DNS has at most 253 characters.
const MAX_HOST_BYTES: usize = 253;
const MAX_USER_BYTES: usize = 255;
/// The characters that mean something to a shell: ssh puts the user's name into commands of its configuration, such as
/// `ProxyCommand`.
const SHELL_CHARACTERS: &str = "'\"`$\\;&<>|(){}*?!#~";

/// The options of a session whose password is at hand: nothing else is tried, and only once.
const PASSWORD_OPTIONS: [&str; 4] = [
    "PreferredAuthentications=password,keyboard-interactive",
    // An agent with many keys would use up the server's attempts.
    "PubkeyAuthentication=no",
    "NumberOfPasswordPrompts=1",
    "BatchMode=no",
];

/// A command line of ssh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine(Vec<OsString>);

impl CommandLine {
    /// The command line for a target, with a command to run there if there is one.
    ///
    /// # Errors
    /// A part of the target cannot be put on a command line; the problem names it.
    pub fn new(target: &SshTarget, command: &[OsString]) -> Result<Self, Problem> {
        check_host(&target.host)?;
        let mut arguments: Vec<OsString> = Vec::new();
        let mut option = |name: &str, value: OsString| arguments.extend([name.into(), value]);
        if target.password.is_some() {
            for value in PASSWORD_OPTIONS {
                option("-o", value.into());
            }
        }
        for value in &target.options {
            check_option(value)?;
            option("-o", value.into());
        }
        if let Some(jump) = &target.jump {
            check_jump(jump)?;
            option("-J", jump.into());
        }
        for identity in &target.identities {
            option("-i", literal_path(identity)?);
        }
        if let Some(port) = target.port {
            option("-p", port.to_string().into());
        }
        if let Some(user) = &target.user {
            check_user(user)?;
            option("-l", user.into());
        }
        // What follows is no option, whatever it begins with.
        arguments.extend(["--".into(), OsString::from(&target.host)]);
        arguments.extend(command.iter().cloned());
        Ok(Self(arguments))
    }

    /// The arguments.
    pub fn arguments(&self) -> &[OsString] {
        &self.0
    }

    /// As it can be typed into a shell. Holds no secret.
    pub fn shown(&self) -> String {
        let words = self.0.iter().map(|word| quoted(word));
        std::iter::once("ssh".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
    }
}

fn refused(what: &str, found: &str, expected: &str) -> Problem {
    let shown: String = found.chars().take(80).collect();
    let message =
        format!("ssh was not started: {what} is `{}`, which is not {expected}", shown.escape_debug());
    Problem::new(ProblemKind::Refused, message)
}

/// A host name, an IPv4 or an IPv6 address, which may have a zone.
fn check_host(host: &str) -> Result<(), Problem> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':');
    let (name, zone) = host.split_once('%').map_or((host, None), |(name, zone)| (name, Some(zone)));
    let is_zone = |zone: &str| !zone.is_empty() && zone.chars().all(|c| c.is_ascii_alphanumeric());
    let fits = !name.is_empty()
        && host.len() <= MAX_HOST_BYTES
        && !name.starts_with('-')
        && name.chars().all(is_plain)
        && zone.is_none_or(is_zone);
    if fits { Ok(()) } else { Err(refused("the host", host, "a host name or an address")) }
}

fn check_user(user: &str) -> Result<(), Problem> {
    let is_strange = |c: char| c.is_control() || c.is_whitespace() || SHELL_CHARACTERS.contains(c);
    let fits = !user.is_empty()
        && user.len() <= MAX_USER_BYTES
        && !user.starts_with('-')
        && !user.contains(is_strange);
    if fits { Ok(()) } else { Err(refused("the user", user, "the name of a user")) }
}

fn check_option(option: &str) -> Result<(), Problem> {
    let end = option.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(option.len());
    let (name, value) = option.split_at(end);
    let fits = !name.is_empty() && value.starts_with(['=', ' ']) && !option.contains(char::is_control);
    if fits { Ok(()) } else { Err(refused("an option", option, "a name and a value in one line")) }
}

/// ssh starts a shell with the hosts to go through.
fn check_jump(jump: &str) -> Result<(), Problem> {
    let is_strange = |c: char| c.is_control() || c.is_whitespace() || SHELL_CHARACTERS.contains(c);
    let is_hop = |hop: &str| !hop.is_empty() && !hop.starts_with('-') && !hop.contains("@-");
    let fits = !jump.contains(is_strange) && jump.split(',').all(is_hop);
    if fits { Ok(()) } else { Err(refused("the jump host", jump, "`[user@]host[:port]`")) }
}

/// The path of a key; ssh would expand a `%` in it.
fn literal_path(path: &Path) -> Result<OsString, Problem> {
    let bytes = path.as_os_str().as_bytes();
    if !path.is_absolute() || bytes.contains(&b'\n') {
        return Err(refused("a key file", &path.to_string_lossy(), "an absolute path in one line"));
    }
    let mut literal = Vec::with_capacity(bytes.len());
    for byte in bytes {
        literal.extend(std::iter::repeat_n(*byte, if *byte == b'%' { 2 } else { 1 }));
    }
    Ok(OsString::from_vec(literal))
}

/// A word for a shell.
fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use proptest::prelude::*;
    use qdeck_model::Secret;

    use super::*;

    fn target(host: &str) -> SshTarget {
        SshTarget { host: host.to_owned(), ..SshTarget::default() }
    }

    fn line(target: &SshTarget, command: &[&str]) -> String {
        let command: Vec<OsString> = command.iter().map(OsString::from).collect();
        CommandLine::new(target, &command).unwrap().shown()
    }

    #[test]
    fn a_target_becomes_a_command_line() {
        assert_eq!(line(&target("192.0.2.7"), &[]), "ssh -- 192.0.2.7");
        let full = SshTarget {
            port: Some(2222),
            user: Some("ubuntu".to_owned()),
            identities: vec![PathBuf::from("/home/a b/100%/id_rsa")],
            jump: Some("admin@bastion:2022,inner".to_owned()),
            options: vec!["ServerAliveInterval=15".to_owned(), "SendEnv LANG".to_owned()],
            ..target("2001:db8::7")
        };
        assert_eq!(
            line(&full, &["echo", "it's", "-n"]),
            "ssh -o ServerAliveInterval=15 -o 'SendEnv LANG' -J admin@bastion:2022,inner \
             -i '/home/a b/100%%/id_rsa' -p 2222 -l ubuntu -- 2001:db8::7 echo 'it'\\''s' -n"
        );
    }

    #[test]
    fn a_password_is_tried_once_and_alone_and_is_not_on_the_command_line() {
        let target = SshTarget {
            user: Some("5cc7".to_owned()),
            password: Some(Secret::new("obviously-fake-password")),
            options: vec!["NumberOfPasswordPrompts=9".to_owned()],
            ..target("console.example.com")
        };
        let line = line(&target, &[]);
        assert!(!line.contains("obviously"), "{line}");
        let (once, nine) = (line.find("Prompts=1").unwrap(), line.find("Prompts=9").unwrap());
        assert!(once < nine, "ssh takes the first: {line}");
        assert!(line.contains("PubkeyAuthentication=no"), "{line}");
    }

    #[test]
    fn what_could_be_more_than_a_name_is_refused_and_named() {
        for host in [
            "",
            "-oProxyCommand=true",
            "a b",
            "a\nb",
            "user@host",
            "ssh://host",
            "$(true)",
            "a;b",
            "fe80::1%",
            "fe80::1%e;",
            "%h",
            "häst",
        ] {
            let problem = CommandLine::new(&target(host), &[]).unwrap_err();
            assert!(problem.message.contains("the host"), "{host:?}: {problem}");
        }
        for host in ["fe80::1%eth0", "web-1.example.com", "under_score"] {
            assert!(CommandLine::new(&target(host), &[]).is_ok(), "{host}");
        }
        let mut other = target("host");
        for user in ["", "-oProxyCommand=true", "a b", "a\nb", "$(true)", "a;b", "a'b", "`a`", "a|b"] {
            other.user = Some(user.to_owned());
            let problem = CommandLine::new(&other, &[]).unwrap_err();
            assert!(problem.message.contains("the user"), "{user:?}: {problem}");
        }
        other.user = Some("domain\\name".replace('\\', "+"));
        assert!(CommandLine::new(&other, &[]).is_ok());
        for jump in ["", "-oProxyCommand=true", "a,-b", "a@-b", "a b", "a;b", "$(true)", "a,"] {
            other.jump = Some(jump.to_owned());
            let problem = CommandLine::new(&other, &[]).unwrap_err();
            assert!(problem.message.contains("the jump host"), "{jump:?}: {problem}");
        }
        other.jump = None;
        for option in ["", "-v", "User", "Compression=yes\nProxyCommand=true", "=yes", " Compression=yes"] {
            other.options = vec![option.to_owned()];
            let problem = CommandLine::new(&other, &[]).unwrap_err();
            assert!(problem.message.contains("an option"), "{option:?}: {problem}");
        }
        other.options.clear();
        other.identities = vec![PathBuf::from("-oProxyCommand=true")];
        assert!(CommandLine::new(&other, &[]).unwrap_err().message.contains("a key file"));
    }

    proptest! {
        #[test]
        fn whatever_a_remote_reports_stays_one_word_behind_the_dashes(host in ".*", user in ".*") {
            let target = SshTarget { user: Some(user.clone()), ..target(&host) };
            if let Ok(line) = CommandLine::new(&target, &[]) {
                let arguments = line.arguments();
                prop_assert_eq!(arguments.len(), 4);
                prop_assert_eq!(&arguments[0], "-l");
                prop_assert_eq!(&arguments[2], "--");
                prop_assert!(!host.starts_with('-') && !user.starts_with('-'));
                prop_assert!(!host.contains(char::is_whitespace) && !user.contains(char::is_control));
            }
        }
    }
}
