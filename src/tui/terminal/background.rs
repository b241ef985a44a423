//! The terminal's background, light or dark: asked by OSC 11, and the answer taken out of what is typed. A terminal that
//! does not answer costs nothing.

use std::io;
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use parking_lot::{Condvar, Mutex};

use crate::tui::theme::Background;

/// The question.
const QUESTION: &[u8] = b"\x1b]11;?\x1b\\";
/// The same in a wrapping that GNU screen takes off and passes on to the terminal it is in. It ends with a bell: the end of
/// a string would end the wrapping. tmux needs none: it answers itself.
const QUESTION_THROUGH_SCREEN: &[u8] = b"\x1bP\x1b]11;?\x07\x1b\\";
/// The beginning of the answer.
const ANSWER_BEGINNING: &str = "\x1b]11;";
/// An answer is not longer: `\x1b]11;rgba:` and four numbers.
const MAX_ANSWER_BYTES: usize = 40;
/// Time that a key which may be the beginning of an answer waits for the next one: those of an answer come together.
const KEY_HOLD: Duration = Duration::from_millis(50);
/// The same once it is clear that an answer has begun.
const ANSWER_HOLD: Duration = Duration::from_secs(1);
/// Time after the question in which leaving waits for the answer: one that comes later is typed into the shell.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(300);

/// Instant of the question while its answer may still come. Process-wide, as the terminal is, so that every way out finds it.
static ASKED: Mutex<Option<Instant>> = Mutex::new(None);
/// Notified when the answer has come.
static ANSWERED: Condvar = Condvar::new();

/// Returns true if the terminal can be asked: the Linux console and the simplest terminals would draw the question.
pub fn can_ask(variable: impl Fn(&str) -> Option<String>) -> bool {
    let term = variable("TERM").unwrap_or_default();
    !(term.is_empty() || ["linux", "dumb", "vt", "cons"].iter().any(|simple| term.starts_with(simple)))
}

/// Asks. The answer comes among the keys: see [`AnswerFilter`].
///
/// # Errors
/// When the terminal is gone.
pub fn ask(variable: impl Fn(&str) -> Option<String>) -> io::Result<()> {
    let in_screen = variable("STY").is_some() && variable("TMUX").is_none();
    *ASKED.lock() = Some(Instant::now());
    super::write(if in_screen { QUESTION_THROUGH_SCREEN } else { QUESTION })
}

/// Returns true while the answer may come: keys are to be looked through for it.
pub fn is_answer_expected() -> bool {
    ASKED.lock().is_some()
}

/// Ends the wait for the answer: it has come.
pub fn note_answer() {
    *ASKED.lock() = None;
    ANSWERED.notify_all();
}

/// Waits until the answer has come or is not to be expected soon, so that it is not typed into the shell which gets the
/// terminal next.
pub(super) fn settle() {
    let mut asked = ASKED.lock();
    while let Some(at) = *asked {
        if ANSWERED.wait_until(&mut asked, at + ANSWER_TIMEOUT).timed_out() {
            return;
        }
    }
}

/// Takes the answer out of the keys, as which it is read. Keys that turn out to be none of it are given back in order.
#[derive(Debug, Default)]
pub struct AnswerFilter {
    held: Vec<Event>,
    text: String,
}

impl AnswerFilter {
    /// Takes an event. Returns those that are to be handled now and, where one was complete, the answer.
    pub fn take(&mut self, event: Event) -> (Vec<Event>, Option<Background>) {
        if event == Event::Key(KeyCode::Esc.into()) && !self.text.starts_with(ANSWER_BEGINNING) {
            // A key of its own, or the beginning of an answer that comes in pieces: crossterm makes one key of both when
            // one follows the other. It is not held, so that no key is lost or late.
            let mut events = self.release();
            events.push(event);
            self.text.push('\x1b');
            return (events, None);
        }
        let before = self.text.len();
        let is_key = push_bytes(&event, &mut self.text);
        if !is_key {
            // The mouse, a new size and the focus come in between.
            if !matches!(event, Event::Key(_) | Event::Paste(_)) {
                return (vec![event], None);
            }
            let mut events = self.release();
            events.push(event);
            return (events, None);
        }
        if let Some(color) = answered_color(&self.text) {
            let answer = background(color);
            self.held.clear();
            self.text.clear();
            return (Vec::new(), answer);
        }
        if may_become_answer(&self.text) {
            self.held.push(event);
            return (Vec::new(), None);
        }
        // It may be the beginning of one itself.
        let own = self.text.split_off(before);
        let mut events = self.release();
        if before > 0 && may_become_answer(&own) {
            self.text = own;
            self.held.push(event);
        } else {
            events.push(event);
        }
        (events, None)
    }

    /// The time after which what is held is to be released; `None` while nothing is.
    pub fn hold(&self) -> Option<Duration> {
        let has_begun = self.text.len() > ANSWER_BEGINNING.len();
        (!self.held.is_empty()).then_some(if has_begun { ANSWER_HOLD } else { KEY_HOLD })
    }

    /// Gives back what is held: it was typed.
    pub fn release(&mut self) -> Vec<Event> {
        self.text.clear();
        std::mem::take(&mut self.held)
    }
}

/// Appends the bytes that were read as this event; returns false where they cannot be of an answer.
fn push_bytes(event: &Event, text: &mut String) -> bool {
    let Event::Key(KeyEvent { code, modifiers, kind: KeyEventKind::Press, .. }) = event else { return false };
    match (code, *modifiers) {
        (KeyCode::Esc, KeyModifiers::NONE) => text.push('\x1b'),
        (KeyCode::Char('g'), KeyModifiers::CONTROL) => text.push('\x07'),
        (KeyCode::Char(c), KeyModifiers::ALT) if c.is_ascii() => text.extend(['\x1b', *c]),
        (KeyCode::Char(c), KeyModifiers::NONE | KeyModifiers::SHIFT) if c.is_ascii() => text.push(*c),
        _ => return false,
    }
    true
}

fn may_become_answer(text: &str) -> bool {
    let body = text.strip_prefix(ANSWER_BEGINNING);
    match body {
        None => ANSWER_BEGINNING.starts_with(text),
        Some(body) => {
            let body = body.strip_suffix('\x1b').unwrap_or(body);
            text.len() <= MAX_ANSWER_BYTES
                && body.chars().all(|c| c.is_ascii_alphanumeric() || ":/#".contains(c))
        }
    }
}

/// The colour where the text is a whole answer.
fn answered_color(text: &str) -> Option<&str> {
    let body = text.strip_prefix(ANSWER_BEGINNING)?;
    body.strip_suffix('\x07').or_else(|| body.strip_suffix("\x1b\\"))
}

/// The background by its colour as X11 writes it: `rgb:RRRR/GGGG/BBBB` of one to four digits each, or `#RRGGBB`.
fn background(color: &str) -> Option<Background> {
    let parts: Vec<&str> = match color.strip_prefix('#') {
        Some(hex) if !hex.is_empty() && hex.len().is_multiple_of(3) => {
            let digits = hex.len() / 3;
            vec![hex.get(..digits)?, hex.get(digits..2 * digits)?, hex.get(2 * digits..)?]
        }
        Some(_) => return None,
        None => color.split_once(':')?.1.split('/').take(3).collect(),
    };
    let share = |part: &&str| {
        let most = 16_u32.checked_pow(u32::try_from(part.len()).ok()?)?.checked_sub(1)?;
        let value = u32::from_str_radix(part, 16).ok()?;
        Some(f64::from(value) / f64::from(most))
    };
    let shares: Vec<f64> = parts.iter().filter_map(share).collect();
    let [red, green, blue] = shares[..] else { return None };
    // The brightness of ITU-R BT.601, which counts green most as the eye does.
    let brightness = 0.299 * red + 0.587 * green + 0.114 * blue;
    Some(if brightness > 0.5 { Background::Light } else { Background::Dark })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(c: char, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(KeyCode::Char(c), modifiers))
    }

    /// The events that crossterm makes of these bytes; `whole` where they come in one piece.
    fn typed(bytes: &str, whole: bool) -> Vec<Event> {
        let mut events = Vec::new();
        let mut letters = bytes.chars();
        while let Some(letter) = letters.next() {
            events.push(match letter {
                '\x1b' if whole => match letters.next() {
                    Some(next) => key(next, KeyModifiers::ALT),
                    None => Event::Key(KeyCode::Esc.into()),
                },
                '\x1b' => Event::Key(KeyCode::Esc.into()),
                '\x07' => key('g', KeyModifiers::CONTROL),
                letter if letter.is_uppercase() => key(letter, KeyModifiers::SHIFT),
                letter => key(letter, KeyModifiers::NONE),
            });
        }
        events
    }

    /// The rest of some events, and the answers among them.
    fn filtered(events: impl IntoIterator<Item = Event>) -> (Vec<Event>, Vec<Background>) {
        let mut filter = AnswerFilter::default();
        let (mut left, mut answers) = (Vec::new(), Vec::new());
        for event in events {
            let (events, answer) = filter.take(event);
            left.extend(events);
            answers.extend(answer);
        }
        left.extend(filter.release());
        (left, answers)
    }

    #[test]
    fn an_answer_is_taken_out_of_the_keys_whole_or_in_pieces() {
        for (answer, background) in [
            ("\x1b]11;rgb:0000/0000/0000\x1b\\", Background::Dark),
            ("\x1b]11;rgb:FfFf/fFff/fffF\x07", Background::Light),
            ("\x1b]11;rgb:fdfd/f6f6/e3e3\x1b\\", Background::Light),
            ("\x1b]11;rgb:00/2b/36\x07", Background::Dark),
            ("\x1b]11;rgba:ffff/ffff/ffff/ffff\x1b\\", Background::Light),
            ("\x1b]11;#fbf1c7\x1b\\", Background::Light),
        ] {
            for whole in [true, false] {
                let around = |events: Vec<Event>| {
                    let mut all = typed("j", true);
                    all.extend(events);
                    all.extend(typed("k", true));
                    all
                };
                let (left, answers) = filtered(around(typed(answer, whole)));
                // In pieces its first byte looks like the key.
                let rest = if whole { typed("jk", true) } else { typed("j\x1bk", false) };
                assert_eq!(left, rest, "{answer:?} {whole}");
                assert_eq!(answers, [background], "{answer:?} {whole}");
            }
        }
    }

    #[test]
    fn an_answer_without_a_colour_is_swallowed_too() {
        for answer in ["\x1b]11;rgb:zz/00/00\x1b\\", "\x1b]11;#12345\x07", "\x1b]11;\x07"] {
            assert_eq!(filtered(typed(answer, true)), (vec![], vec![]), "{answer:?}");
        }
    }

    #[test]
    fn what_is_typed_comes_through_in_order() {
        for text in
            ["hello", "\x1b]", "\x1b]1", "\x1b]11;rgb", "\x1b\x1b]x", "]11;rgb:0/0/0\x07", "\x1b\x1b\x1b"]
        {
            for whole in [true, false] {
                let events = typed(text, whole);
                assert_eq!(filtered(events.clone()), (events, vec![]), "{text:?} {whole}");
            }
        }
        let long = format!("\x1b]11;{}\x07", "a".repeat(60));
        assert_eq!(filtered(typed(&long, true)), (typed(&long, true), vec![]), "no answer is as long");
    }

    #[test]
    fn an_answer_after_an_escape_and_with_a_new_size_inside_is_still_found() {
        let mut events = vec![Event::Key(KeyCode::Esc.into())];
        events.extend(typed("\x1b]11;rgb:ffff/ffff/ffff\x1b\\", true));
        events.insert(5, Event::Resize(80, 24));
        let left = vec![Event::Key(KeyCode::Esc.into()), Event::Resize(80, 24)];
        assert_eq!(filtered(events), (left, vec![Background::Light]));
    }

    #[test]
    fn an_escape_is_neither_held_nor_lost() {
        let escape = || Event::Key(KeyCode::Esc.into());
        let mut filter = AnswerFilter::default();
        assert_eq!(filter.take(escape()).0, [escape()]);
        assert_eq!(filter.hold(), None);
        // Esc and the answer right behind it, as crossterm reads `ESC ESC ]11;…`.
        let mut events = vec![escape()];
        events.extend(typed("]11;rgb:ffff/ffff/ffff\x07", true));
        assert_eq!(filtered(events), (vec![escape()], vec![Background::Light]));
    }

    #[test]
    fn simple_terminals_are_not_asked() {
        let asks = |term: &'static str| can_ask(move |name| (name == "TERM").then(|| term.to_owned()));
        for term in ["linux", "dumb", "vt100", "vt220", ""] {
            assert!(!asks(term), "{term}");
        }
        for term in ["xterm-256color", "tmux-256color", "screen", "foot"] {
            assert!(asks(term), "{term}");
        }
    }
}
