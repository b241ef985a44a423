//! Questions to the terminal, and its answers, which are taken out of what is typed: its background by OSC 11, its name and
//! graphics by strings of other kinds. A terminal that does not answer costs nothing.
//!
//! Only questions are asked whose answers are strings: crossterm makes keys of these. Of other reports it keeps nothing,
//! neither of device attributes (DA1, `CSI ? 62 ; 4 c`) nor of the size of a cell (`CSI 6 ; h ; w t`), so that sixel is found
//! by the terminal's name, and the size by the system.

use std::io;
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use parking_lot::{Condvar, Mutex};

use crate::tui::theme::Background;
use crate::vnc::draw::kitty;

/// The question for the background.
const QUESTION: &[u8] = b"\x1b]11;?\x1b\\";
/// The same in a wrapping that GNU screen takes off and passes on to the terminal it is in. It ends with a bell: the end of
/// a string would end the wrapping. tmux needs none: it answers itself.
const QUESTION_THROUGH_SCREEN: &[u8] = b"\x1bP\x1b]11;?\x07\x1b\\";
/// The questions for graphics: whether it knows kitty's protocol, what it is called (XTVERSION), and which model of a VT it
/// is by its level of conformance (DECRQSS of DECSCL).
const GRAPHICS_QUESTIONS: [&[u8]; 3] = [kitty::QUERY, b"\x1b[>0q", b"\x1bP$q\"p\x1b\\"];
/// The beginning of the answer for the background.
const BACKGROUND_BEGINNING: &str = "\x1b]11;";
/// The beginnings of all answers.
const ANSWER_BEGINNINGS: [&str; 5] = [BACKGROUND_BEGINNING, "\x1b_Gi=31;", "\x1bP>|", "\x1bP1$r", "\x1bP0$r"];
/// An answer is not longer: a name and a version.
const MAX_ANSWER_BYTES: usize = 80;
/// Time that a key which may be the beginning of an answer waits for the next one: those of an answer come together.
const KEY_HOLD: Duration = Duration::from_millis(50);
/// The same once it is clear that an answer has begun.
const ANSWER_HOLD: Duration = Duration::from_secs(1);
/// Time after the question in which leaving waits for the answer: one that comes later is typed into the shell.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(300);

/// Instant of the questions while some of so many answers may still come. Process-wide, as the terminal is, so that every
/// way out finds it.
static ASKED: Mutex<Option<(Instant, usize)>> = Mutex::new(None);
/// Notified when the last answer has come.
static ANSWERED: Condvar = Condvar::new();

/// Returns true if the terminal can be asked: the Linux console and the simplest terminals would draw the question.
pub fn can_ask(variable: impl Fn(&str) -> Option<String>) -> bool {
    let term = variable("TERM").unwrap_or_default();
    !(term.is_empty() || ["linux", "dumb", "vt", "cons"].iter().any(|simple| term.starts_with(simple)))
}

/// An answer of the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Its background.
    Background(Background),
    /// Whether it knows kitty's graphics.
    Kitty(bool),
    /// Its name and version, as `XTerm(379)`.
    Version(String),
    /// The level of conformance: 63 is that of a VT340.
    Level(u16),
    /// An answer that says nothing of use.
    Nothing,
}

/// Asks for the background, for graphics or for both. The answers come among the keys: see [`AnswerFilter`].
///
/// # Errors
/// When the terminal is gone.
pub fn ask(variable: impl Fn(&str) -> Option<String>, background: bool, graphics: bool) -> io::Result<()> {
    let in_screen = variable("STY").is_some() && variable("TMUX").is_none();
    let mut questions = Vec::new();
    if graphics {
        questions.extend(GRAPHICS_QUESTIONS);
    }
    if background {
        questions.push(if in_screen { QUESTION_THROUGH_SCREEN } else { QUESTION });
    }
    if questions.is_empty() {
        return Ok(());
    }
    *ASKED.lock() = Some((Instant::now(), questions.len()));
    super::write(&questions.concat())
}

/// Returns true while the answer may come: keys are to be looked through for it.
pub fn is_answer_expected() -> bool {
    ASKED.lock().is_some()
}

/// Takes note of an answer that has come. The last one ends the wait.
pub fn note_answer() {
    let mut asked = ASKED.lock();
    *asked = asked.and_then(|(at, count)| Some((at, count.checked_sub(1).filter(|left| *left > 0)?)));
    if asked.is_none() {
        ANSWERED.notify_all();
    }
}

/// Waits until the answer has come or is not to be expected soon, so that it is not typed into the shell which gets the
/// terminal next.
pub(super) fn settle() {
    let mut asked = ASKED.lock();
    while let Some((at, _)) = *asked {
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
    /// Takes an event. Returns those that are to be handled now and the answer, where one was complete.
    pub fn take(&mut self, event: Event) -> (Vec<Event>, Option<Answer>) {
        if event == Event::Key(KeyCode::Esc.into()) && body(&self.text).is_none() {
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
        if let Some(answer) = answered(&self.text) {
            self.held.clear();
            self.text.clear();
            return (Vec::new(), Some(answer));
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
        let has_begun = body(&self.text).is_some_and(|(_, body)| !body.is_empty());
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
        // A capital counts as one with Shift.
        (KeyCode::Char(c), modifiers)
            if c.is_ascii() && modifiers - KeyModifiers::SHIFT == KeyModifiers::ALT =>
        {
            text.extend(['\x1b', *c]);
        }
        (KeyCode::Char(c), KeyModifiers::NONE | KeyModifiers::SHIFT) if c.is_ascii() => text.push(*c),
        _ => return false,
    }
    true
}

/// The beginning of an answer and what follows it.
fn body(text: &str) -> Option<(&'static str, &str)> {
    ANSWER_BEGINNINGS.into_iter().find_map(|beginning| Some((beginning, text.strip_prefix(beginning)?)))
}

fn may_become_answer(text: &str) -> bool {
    match body(text) {
        None => ANSWER_BEGINNINGS.iter().any(|beginning| beginning.starts_with(text)),
        Some((beginning, body)) => {
            let body = body.strip_suffix('\x1b').unwrap_or(body);
            let is_color = |c: char| c.is_ascii_alphanumeric() || ":/#".contains(c);
            let is_printable = |c: char| c == ' ' || c.is_ascii_graphic();
            let fits = if beginning == BACKGROUND_BEGINNING { is_color } else { is_printable };
            text.len() <= MAX_ANSWER_BYTES && body.chars().all(fits)
        }
    }
}

/// The answer, where the text is a whole one.
fn answered(text: &str) -> Option<Answer> {
    let (beginning, body) = body(text)?;
    let body = body.strip_suffix('\x07').or_else(|| body.strip_suffix("\x1b\\"))?;
    let answer = match beginning {
        BACKGROUND_BEGINNING => background(body).map(Answer::Background),
        "\x1b_Gi=31;" => Some(Answer::Kitty(body == "OK")),
        "\x1bP>|" => Some(Answer::Version(body.to_owned())),
        _ => body.split_once(';').and_then(|(level, _)| level.parse().ok()).map(Answer::Level),
    };
    Some(answer.unwrap_or(Answer::Nothing))
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
    use proptest::prelude::*;

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
                    Some(next) if next.is_uppercase() => key(next, KeyModifiers::ALT | KeyModifiers::SHIFT),
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

    /// The rest of some events, and the answers among them that say something.
    fn filtered(events: impl IntoIterator<Item = Event>) -> (Vec<Event>, Vec<Answer>) {
        let mut filter = AnswerFilter::default();
        let (mut left, mut answers) = (Vec::new(), Vec::new());
        for event in events {
            let (events, answer) = filter.take(event);
            left.extend(events);
            answers.extend(answer.filter(|answer| *answer != Answer::Nothing));
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
                assert_eq!(answers, [Answer::Background(background)], "{answer:?} {whole}");
            }
        }
    }

    #[test]
    fn answers_about_graphics_are_taken_out_too() {
        for (answer, expected) in [
            ("\x1b_Gi=31;OK\x1b\\", Some(Answer::Kitty(true))),
            ("\x1b_Gi=31;ENOTSUP:no graphics\x1b\\", Some(Answer::Kitty(false))),
            ("\x1bP>|XTerm(379)\x1b\\", Some(Answer::Version("XTerm(379)".to_owned()))),
            ("\x1bP>|foot(1.16.2)\x1b\\", Some(Answer::Version("foot(1.16.2)".to_owned()))),
            ("\x1bP1$r63;1\"p\x1b\\", Some(Answer::Level(63))),
            ("\x1bP0$r\x1b\\", None),
        ] {
            let mut events = typed("j", true);
            events.extend(typed(answer, true));
            events.extend(typed("k", true));
            assert_eq!(filtered(events), (typed("jk", true), expected.into_iter().collect()), "{answer:?}");
        }
        for text in ["\x1bP", "\x1b_G", "\x1bP>", "\x1bP1$"] {
            assert_eq!(filtered(typed(text, true)), (typed(text, true), vec![]), "typed: {text:?}");
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
        let long = format!("\x1b]11;{}\x07", "a".repeat(100));
        assert_eq!(filtered(typed(&long, true)), (typed(&long, true), vec![]), "no answer is as long");
    }

    #[test]
    fn an_answer_after_an_escape_and_with_a_new_size_inside_is_still_found() {
        let mut events = vec![Event::Key(KeyCode::Esc.into())];
        events.extend(typed("\x1b]11;rgb:ffff/ffff/ffff\x1b\\", true));
        events.insert(5, Event::Resize(80, 24));
        let left = vec![Event::Key(KeyCode::Esc.into()), Event::Resize(80, 24)];
        assert_eq!(filtered(events), (left, vec![Answer::Background(Background::Light)]));
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
        assert_eq!(filtered(events), (vec![escape()], vec![Answer::Background(Background::Light)]));
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

    /// What comes from the terminal.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Part {
        Typed(u8),
        Answer(&'static str),
    }

    const ANSWERS: [&str; 7] = [
        "\x1b]11;rgb:0000/0000/0000\x1b\\",
        "\x1b]11;rgb:ffff/ffff/ffff\x07",
        "\x1b_Gi=31;OK\x1b\\",
        "\x1b_Gi=31;ENOTSUP:no graphics\x1b\\",
        "\x1bP>|foot(1.16.2)\x1b\\",
        "\x1bP1$r63;1\"p\x1b\\",
        "\x1bP0$r\x1b\\",
    ];

    /// The events that crossterm makes of bytes that are read in these pieces: an escape with something behind it in the
    /// same piece is Alt with that, two of them are one key, and one at the end of a piece is a key.
    fn parsed(pieces: &[Vec<u8>]) -> Vec<Event> {
        let mut events = Vec::new();
        for piece in pieces {
            let mut bytes = piece.iter().copied();
            while let Some(byte) = bytes.next() {
                events.push(match (byte, byte == 0x1b) {
                    (_, true) => match bytes.next() {
                        Some(0x1b) | None => Event::Key(KeyCode::Esc.into()),
                        Some(next) => plain_key(next, KeyModifiers::ALT),
                    },
                    (0x07, _) => key('g', KeyModifiers::CONTROL),
                    _ => plain_key(byte, KeyModifiers::NONE),
                });
            }
        }
        events
    }

    fn plain_key(byte: u8, modifiers: KeyModifiers) -> Event {
        let shift = if byte.is_ascii_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
        // With Alt the filter does not look at Shift, which crossterm sets for a letter that is large.
        let modifiers = if modifiers.is_empty() { shift } else { modifiers };
        key(char::from(byte), modifiers)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn no_key_is_lost_or_out_of_order_however_answers_come_in_between(
            parts in prop::collection::vec(
                prop_oneof![
                    3 => prop::sample::select(b"jkq/GP_]>1;\\".as_slice()).prop_map(Part::Typed),
                    2 => Just(Part::Typed(0x1b)),
                    2 => prop::sample::select(ANSWERS.as_slice()).prop_map(Part::Answer),
                ],
                1..8,
            ),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            let mut bytes = Vec::new();
            let mut ends = Vec::new();
            let mut starts_of_answers = Vec::new();
            for (number, part) in parts.iter().enumerate() {
                match part {
                    Part::Typed(byte) => {
                        bytes.push(*byte);
                        // What is typed behind an escape comes later than that: else it would be Alt with it.
                        let is_typed_next = matches!(parts.get(number + 1), Some(Part::Typed(_)));
                        if *byte == 0x1b && is_typed_next {
                            ends.push(bytes.len());
                        }
                    }
                    Part::Answer(answer) => {
                        starts_of_answers.push(bytes.len());
                        bytes.extend(answer.as_bytes());
                    }
                }
            }
            ends.extend(cuts.iter().map(|cut| cut.index(bytes.len() + 1)));
            ends.extend([0, bytes.len()]);
            ends.sort_unstable();
            ends.dedup();
            let pieces: Vec<Vec<u8>> = ends.windows(2).map(|pair| bytes[pair[0]..pair[1]].to_vec()).collect();
            let (left, _) = filtered(parsed(&pieces));
            // An answer that is cut behind its first byte begins with what looks like the key.
            let cut_answers = starts_of_answers.iter().filter(|start| ends.contains(&(*start + 1))).count();
            let is_escape = |event: &Event| *event == Event::Key(KeyCode::Esc.into());
            let typed: Vec<u8> = parts
                .iter()
                .filter_map(|part| if let Part::Typed(byte) = part { Some(*byte) } else { None })
                .collect();
            let letters: Vec<Event> =
                typed.iter().filter(|byte| **byte != 0x1b).map(|byte| plain_key(*byte, KeyModifiers::NONE)).collect();
            let seen: Vec<Event> = left.iter().filter(|event| !is_escape(event)).cloned().collect();
            prop_assert_eq!(&seen, &letters, "{:?} in {:?}", parts, pieces);
            // Between two letters: at least the escapes that were typed there, and no more than those and cut answers.
            let runs = |events: Vec<bool>| -> Vec<usize> {
                events.split(|is_escape| !is_escape).map(<[bool]>::len).collect()
            };
            let expected = runs(typed.iter().map(|byte| *byte == 0x1b).collect());
            let found = runs(left.iter().map(is_escape).collect());
            let surplus: Option<usize> = found
                .iter()
                .zip(&expected)
                .map(|(found, expected)| found.checked_sub(*expected))
                .sum();
            prop_assert!(
                surplus.is_some_and(|surplus| surplus <= cut_answers),
                "{:?} for {:?}: {:?} in {:?}", found, expected, parts, pieces
            );
        }
    }
}
