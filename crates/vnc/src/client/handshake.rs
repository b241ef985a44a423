//! The start of a connection (RFC 6143, 7.1 to 7.3): version, security, and the size of the screen.

use super::password;
use super::session::Session;
use crate::error::{ProtocolError, Result, malformed};
use crate::input::Input;

/// The length of a version message: `RFB 003.008\n`.
const VERSION_BYTES: usize = 12;
/// The longest reason of a refusal that is read, in bytes.
const MAX_REASON_BYTES: u32 = 1 << 16;
/// The longest reason that is shown, in characters.
const MAX_SHOWN_REASON: usize = 300;

/// The most security types that are shown.
const MAX_SHOWN_TYPES: usize = 6;
/// What the words for a security type without a name begin with.
const UNKNOWN_TYPE: &str = "security type";

/// Security type: none.
const SECURITY_NONE: u8 = 1;
/// Security type: a challenge, encrypted with a password.
const SECURITY_PASSWORD: u8 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Version {
    V3_3,
    V3_7,
    V3_8,
}

/// The place in the handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Version,
    /// A list of security types, of which the client takes one.
    SecurityTypes,
    /// A security type, which the server has taken.
    SecurityType,
    Challenge,
    SecurityResult,
    /// The reason of a refusal.
    Reason,
    ServerInit,
    Done,
}

/// The handshake of a connection.
#[derive(Debug)]
pub(super) struct Handshake {
    step: Step,
    version: Version,
}

impl Handshake {
    pub const fn new() -> Self {
        Self { step: Step::Version, version: Version::V3_8 }
    }

    pub const fn is_done(&self) -> bool {
        matches!(self.step, Step::Done)
    }

    /// Takes one step; returns false where bytes are missing for it.
    pub fn advance(&mut self, input: &mut Input, session: &mut Session) -> Result<bool> {
        let next = match self.step {
            Step::Version => self.version(input, session)?,
            Step::SecurityTypes => self.security_types(input, session)?,
            Step::SecurityType => self.security_type(input, session)?,
            Step::Challenge => challenge(input, session)?,
            Step::SecurityResult => self.security_result(input, session)?,
            Step::Reason => reason(input)?,
            Step::ServerInit => session.server_init(input)?.then_some(Step::Done),
            Step::Done => None,
        };
        if let Some(next) = next {
            self.step = next;
        }
        Ok(next.is_some())
    }

    fn version(&mut self, input: &mut Input, session: &mut Session) -> Result<Option<Step>> {
        const START: &[u8] = b"RFB ";
        let received = input.available();
        let length = received.len().min(START.len());
        if received[..length] != START[..length] {
            let start = &received[..received.len().min(VERSION_BYTES)];
            return Err(ProtocolError::NotVnc(start.escape_ascii().to_string()));
        }
        let Some(message) = input.take_array::<VERSION_BYTES>() else { return Ok(None) };
        let Some(version) = parse_version(message) else {
            return Err(ProtocolError::NotVnc(message.escape_ascii().to_string()));
        };
        self.version = version;
        session.output.extend_from_slice(match version {
            Version::V3_3 => b"RFB 003.003\n",
            Version::V3_7 => b"RFB 003.007\n",
            Version::V3_8 => b"RFB 003.008\n",
        });
        Ok(Some(if version == Version::V3_3 { Step::SecurityType } else { Step::SecurityTypes }))
    }

    fn security_types(&self, input: &mut Input, session: &mut Session) -> Result<Option<Step>> {
        let mut reader = input.reader();
        let Some(count) = reader.u8() else { return Ok(None) };
        let Some(types) = reader.take(count.into()) else { return Ok(None) };
        let next = if types.is_empty() {
            Step::Reason
        } else {
            let chosen = choose(types, session)?;
            session.output.push(chosen);
            self.after_choice(chosen, session)
        };
        let used = reader.position();
        input.consume(used);
        Ok(Some(next))
    }

    fn security_type(&self, input: &mut Input, session: &mut Session) -> Result<Option<Step>> {
        let Some(number) = input.take_u32() else { return Ok(None) };
        let Ok(number) = u8::try_from(number) else {
            return malformed(format!("{number} is not a security type"));
        };
        if number == 0 {
            return Ok(Some(Step::Reason));
        }
        let chosen = choose(&[number], session)?;
        Ok(Some(self.after_choice(chosen, session)))
    }

    fn after_choice(&self, chosen: u8, session: &mut Session) -> Step {
        match chosen {
            SECURITY_PASSWORD => Step::Challenge,
            // Only 3.8 has a result for it.
            _ if self.version == Version::V3_8 => Step::SecurityResult,
            _ => start_session(session),
        }
    }

    fn security_result(&self, input: &mut Input, session: &mut Session) -> Result<Option<Step>> {
        let Some(result) = input.take_u32() else { return Ok(None) };
        match (result, self.version) {
            (0, _) => Ok(Some(start_session(session))),
            (_, Version::V3_8) => Ok(Some(Step::Reason)),
            (2, _) => Err(ProtocolError::Refused("too many attempts. Wait a few minutes".to_owned())),
            _ => Err(ProtocolError::Refused("it gave no reason; check the password".to_owned())),
        }
    }
}

/// Sends `ClientInit`.
fn start_session(session: &mut Session) -> Step {
    session.output.push(u8::from(session.options.shared));
    Step::ServerInit
}

/// The version to answer with: the highest that both have. Versions between the three are 3.3 (RFC 6143, 7.1.1), and
/// later ones, among them the 3.889 of macOS, answer to 3.8.
fn parse_version(message: [u8; VERSION_BYTES]) -> Option<Version> {
    let (major, minor) = message.strip_prefix(b"RFB ")?.strip_suffix(b"\n")?.split_at_checked(3)?;
    let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse::<u16>().ok();
    match (number(major)?, number(minor.strip_prefix(b".")?)?) {
        (3, 7) => Some(Version::V3_7),
        (3, ..=6) => Some(Version::V3_3),
        (3.., _) => Some(Version::V3_8),
        _ => None,
    }
}

/// Chooses a security type.
fn choose(types: &[u8], session: &Session) -> Result<u8> {
    if types.contains(&SECURITY_NONE) {
        Ok(SECURITY_NONE)
    } else if !types.contains(&SECURITY_PASSWORD) {
        Err(ProtocolError::Security(security_names(types)))
    } else if session.options.password.is_some() {
        Ok(SECURITY_PASSWORD)
    } else {
        Err(ProtocolError::PasswordNeeded)
    }
}

/// The security types of a server in words, those with a name first: a few of them, and how many others there are.
fn security_names(types: &[u8]) -> String {
    let mut names: Vec<_> = types.iter().map(|number| security_name(*number)).collect();
    names.sort_by_cached_key(|name| (name.starts_with(UNKNOWN_TYPE), name.clone()));
    names.dedup();
    let others = names.len().saturating_sub(MAX_SHOWN_TYPES);
    names.truncate(MAX_SHOWN_TYPES);
    let names = names.join(", ");
    if others == 0 { names } else { format!("{names} and {others} others") }
}

/// A security type in words, as the registry of rfbproto has them.
fn security_name(number: u8) -> String {
    let name = match number {
        5 | 6 | 13 | 129..=132 => "the encryption of RealVNC (RA2)",
        16 => "the accounts of TightVNC",
        17 => "the accounts of UltraVNC",
        18 => "TLS",
        19 => "TLS or X.509 (VeNCrypt)",
        20 => "SASL",
        22 => "xvp",
        30 | 33 | 35 | 36 => "the accounts of macOS",
        113 => "the accounts of Windows (MSLogon II)",
        other => return format!("{UNKNOWN_TYPE} {other}"),
    };
    name.to_owned()
}

fn challenge(input: &mut Input, session: &mut Session) -> Result<Option<Step>> {
    let Some(challenge) = input.take_array() else { return Ok(None) };
    let Some(password) = session.options.password.as_ref() else {
        return Err(ProtocolError::PasswordNeeded);
    };
    session.output.extend_from_slice(&password::answer(password, challenge));
    Ok(Some(Step::SecurityResult))
}

/// Reads the reason of a refusal, which is the error.
fn reason(input: &Input) -> Result<Option<Step>> {
    let mut reader = input.reader();
    let Some(length) = reader.u32() else { return Ok(None) };
    // What is too long for a reason is not waited for.
    let Some(text) = reader.take(length.min(MAX_REASON_BYTES) as usize) else { return Ok(None) };
    let text: String = String::from_utf8_lossy(text)
        .chars()
        .filter(|character| !character.is_control())
        .take(MAX_SHOWN_REASON)
        .collect();
    let text = if text.trim().is_empty() { "it gave no reason".to_owned() } else { text };
    Err(ProtocolError::Refused(text))
}
