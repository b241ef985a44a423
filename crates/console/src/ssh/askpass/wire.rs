//! What goes over the socket: a question with the process that asks it, and what to do about it.

use qdeck_model::Secret;

/// The longest question or answer.
pub(super) const MAX_MESSAGE_BYTES: u64 = 16 * 1024;

/// A question of ssh.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Question {
    /// The process that asks: ssh, or what ssh started to go through another host.
    pub(super) process: u32,
    /// Its words.
    pub(super) words: String,
}

/// What to do about it.
#[derive(Debug)]
pub(super) enum Answer {
    /// Give ssh this password.
    Password(Secret),
    /// Ask the user.
    Ask,
    /// Give no answer: the password was given before, and was refused.
    Refuse,
}

impl Question {
    /// `PROCESS\nWORDS`
    pub(super) fn encode(&self) -> Vec<u8> {
        format!("{}\n{}", self.process, self.words).into_bytes()
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let (process, words) = text.split_once('\n')?;
        Some(Self { process: process.parse().ok()?, words: words.to_owned() })
    }
}

impl Answer {
    /// A letter, and the password behind its own.
    pub(super) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Password(password) => [b"P", password.expose().as_bytes()].concat(),
            Self::Ask => b"A".to_vec(),
            Self::Refuse => b"R".to_vec(),
        }
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        match bytes.split_first()? {
            (b'P', password) => Some(Self::Password(Secret::new(std::str::from_utf8(password).ok()?))),
            (b'A', []) => Some(Self::Ask),
            (b'R', []) => Some(Self::Refuse),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_and_answers_are_read_as_they_were_written() {
        let question = Question { process: 4711, words: "two\nlines? ".to_owned() };
        assert_eq!(Question::decode(&question.encode()), Some(question));
        assert_eq!(Question::decode(b"ssh\nwords"), None);
        assert_eq!(Question::decode(b"4711"), None);
        let password = Answer::Password(Secret::new("fake"));
        assert!(!format!("{password:?}").contains("fake"));
        let read = Answer::decode(&password.encode());
        assert!(matches!(read, Some(Answer::Password(read)) if read.expose() == "fake"));
        assert!(matches!(Answer::decode(&Answer::Ask.encode()), Some(Answer::Ask)));
        assert!(matches!(Answer::decode(&Answer::Refuse.encode()), Some(Answer::Refuse)));
        assert!(Answer::decode(b"").is_none() && Answer::decode(b"Ask").is_none());
    }
}
