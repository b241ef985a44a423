//! Messages to the user: the latest for some seconds in the hint line, all of them in a list.

use std::collections::VecDeque;
use std::time::Duration;

use crate::model::Timestamp;

/// Messages kept at most.
const MAX_MESSAGES: usize = 500;
/// Time that a message stays in the hint line; a failure stays longer.
const NOTICE_TIME: Duration = Duration::from_secs(4);
const FAILURE_TIME: Duration = Duration::from_secs(10);

/// A message to the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// When.
    pub at: Timestamp,
    /// True if it reports a failure.
    pub bad: bool,
    /// The words.
    pub text: String,
}

/// All messages, the oldest first.
#[derive(Debug, Default)]
pub struct Messages {
    list: VecDeque<Message>,
    dismissed: bool,
    /// The latest answers a key: it is about what was in front then.
    is_answer: bool,
}

impl Messages {
    /// Adds one. Control characters are put aside: a remote's words may be in it.
    pub fn add(&mut self, at: Timestamp, bad: bool, text: impl AsRef<str>) {
        if self.list.len() == MAX_MESSAGES {
            self.list.pop_front();
        }
        let text = super::super::widgets::ansi::plain(text.as_ref());
        self.list.push_back(Message { at, bad, text });
        self.dismissed = false;
        self.is_answer = false;
    }

    /// Adds one that answers a key, as why there is no such thing here.
    pub fn answer(&mut self, at: Timestamp, bad: bool, text: impl AsRef<str>) {
        self.add(at, bad, text);
        self.is_answer = true;
    }

    /// Takes a failure off the hint line that answered a key, once something else is in front.
    pub fn dismiss_answer(&mut self, now: Timestamp) {
        if self.is_answer {
            self.dismiss(now);
        }
    }

    /// All of them, the oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.list.iter()
    }

    /// The one to show in the hint line now.
    pub fn toast(&self, now: Timestamp) -> Option<&Message> {
        self.list.back().filter(|_| self.toast_ends_in(now).is_some())
    }

    /// When that ends.
    pub fn toast_ends_in(&self, now: Timestamp) -> Option<Duration> {
        let last = self.list.back().filter(|_| !self.dismissed)?;
        let lasts = if last.bad { FAILURE_TIME } else { NOTICE_TIME };
        lasts.checked_sub(now.since(last.at)).filter(|left| !left.is_zero())
    }

    /// Takes the latest off the hint line. Returns whether there was one.
    pub fn dismiss(&mut self, now: Timestamp) -> bool {
        let shown = self.toast(now).is_some_and(|message| message.bad);
        self.dismissed |= shown;
        shown
    }
}
