//! The answer to a question about a write, key by key: `y`, the action's own letter, or a text to be typed.
//!
//! Enter, a paste, a key that is held down and one that comes too soon after another never send anything.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::super::card::{Line, piece};
use crate::model::{Question, Timestamp};
use crate::tui::Look;

/// No key counts before it has been quiet for so long: a key that was held down, typed ahead or pasted is no answer.
const QUIET_BEFORE_ANSWER: Duration = Duration::from_millis(300);
/// Characters that are typed at most: no name is longer.
const MAX_TYPED_CHARS: usize = 300;

/// The answer so far.
#[derive(Debug)]
pub(in super::super) struct Answering {
    question: Question,
    /// The action's letter.
    letter: char,
    /// The text to be typed, where one is.
    wanted: String,
    typed: String,
    /// When the latest key came, or the question itself.
    disturbed: Timestamp,
}

/// What a key comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Answered {
    /// It is for whatever keys are bound to.
    Other,
    /// Nothing.
    Nothing,
    /// Nothing, and this is why.
    Hint(String),
    /// Nothing is to be sent.
    No,
    /// It is to be sent.
    Yes,
}

/// The words of the answers.
pub(in super::super) struct Words<'a> {
    /// The action: `delete`.
    pub action: &'a str,
    /// What sending means: `this request is sent`.
    pub sent: &'a str,
}

impl Answering {
    /// A question that appears `now`, of an action with this letter. `wanted` is what is typed where a text is.
    pub(in super::super) fn new(question: Question, letter: char, wanted: &str, now: Timestamp) -> Self {
        Self { question, letter, wanted: wanted.to_owned(), typed: String::new(), disturbed: now }
    }

    /// The key that sends.
    fn key_of_yes(&self) -> char {
        if self.question == Question::Yes { 'y' } else { self.letter }
    }

    /// Returns true if a text is to be typed.
    pub(in super::super) fn is_typed(&self) -> bool {
        self.question == Question::Name
    }

    /// Returns true if the text is complete, or none is needed.
    fn is_complete(&self) -> bool {
        !self.is_typed() || self.typed == self.wanted
    }

    /// A paste came: it is no answer, and no key counts for a while.
    pub(in super::super) fn paste(&mut self, now: Timestamp) -> Answered {
        self.disturbed = now;
        Answered::Hint("a paste is no answer: use the keys".to_owned())
    }

    /// Takes a key.
    pub(in super::super) fn key(&mut self, key: KeyEvent, now: Timestamp) -> Answered {
        let was_quiet = now.since(self.disturbed) >= QUIET_BEFORE_ANSWER;
        self.disturbed = now;
        let is_held = key.kind == KeyEventKind::Repeat;
        let is_plain = key.modifiers.difference(KeyModifiers::SHIFT).is_empty();
        match key.code {
            // They only scroll.
            KeyCode::Up
            | KeyCode::Down
            | KeyCode::PageUp
            | KeyCode::PageDown
            | KeyCode::Home
            | KeyCode::End => Answered::Other,
            KeyCode::Backspace if self.is_typed() => {
                self.typed.pop();
                Answered::Nothing
            }
            _ if is_held => Answered::Nothing,
            KeyCode::Esc => Answered::No,
            KeyCode::Enter if self.is_typed() && !self.typed.is_empty() => self.enter(),
            KeyCode::Char(letter) if self.is_typed() => self.type_letter(letter, key.modifiers, was_quiet),
            _ if !was_quiet => Answered::Nothing,
            KeyCode::Enter => Answered::No,
            KeyCode::Char(letter) if is_plain && self.is_yes(letter) => Answered::Yes,
            KeyCode::Char('n' | 'N') if is_plain => Answered::No,
            _ => Answered::Other,
        }
    }

    fn is_yes(&self, letter: char) -> bool {
        match self.question {
            Question::Yes => matches!(letter, 'y' | 'Y'),
            _ => letter == self.letter,
        }
    }

    /// Enter behind a text: it sends nothing, and does not close what was typed into.
    fn enter(&self) -> Answered {
        Answered::Hint(if self.is_complete() {
            format!("Enter sends nothing: press {}", self.letter)
        } else {
            format!("type {} exactly", self.wanted)
        })
    }

    fn type_letter(&mut self, letter: char, modifiers: KeyModifiers, was_quiet: bool) -> Answered {
        if modifiers.contains(KeyModifiers::CONTROL) {
            if matches!(letter, 'u' | 'w') {
                self.typed.clear();
                return Answered::Nothing;
            }
            return Answered::Other;
        }
        if modifiers.intersects(KeyModifiers::ALT | KeyModifiers::SUPER | KeyModifiers::META) {
            return Answered::Nothing;
        }
        if self.is_complete() && letter == self.letter {
            return if was_quiet { Answered::Yes } else { Answered::Nothing };
        }
        if self.typed.chars().count() < MAX_TYPED_CHARS {
            self.typed.push(letter);
        }
        Answered::Nothing
    }

    /// The lines of the answers, the one that has the focus, and where the cursor belongs in the first one.
    pub(in super::super) fn lines(
        &self,
        words: &Words<'_>,
        look: &Look<'_>,
    ) -> (Vec<Line>, usize, Option<usize>) {
        let theme = look.theme;
        let is_letter_n = self.letter.eq_ignore_ascii_case(&'n') && self.question != Question::Yes;
        let no = if self.is_typed() || is_letter_n { "esc" } else { "n" };
        let yes = self.key_of_yes().to_string();
        let (keys, names) = (no.width().max(yes.width()), words.action.width().max(2));
        let row = |key: &str, name: &str, what: &str, is_on: bool, weight: Style| {
            let (of_key, of_name) = if is_on { (theme.key, weight) } else { (theme.off, theme.off) };
            vec![
                piece(format!("{key:<keys$}  "), of_key),
                piece(format!("{name:<names$}  "), of_name),
                piece(what, if is_on { theme.dim } else { theme.off }),
            ]
        };
        let is_heavy = matches!(self.question, Question::Letter | Question::Name);
        let weight = if is_heavy { theme.bad } else { theme.text }.add_modifier(Modifier::BOLD);
        let answers = [
            row(no, "no", "nothing is sent", true, theme.text),
            row(&yes, words.action, words.sent, self.is_complete(), weight),
        ];
        if !self.is_typed() {
            return (answers.into(), 0, None);
        }
        let ask = format!("type {}, then {}: ", self.wanted, self.letter);
        let style = if self.wanted.starts_with(&self.typed) { theme.good } else { theme.bad };
        let cursor = piece(&ask, theme.text).0.width() + piece(&self.typed, style).0.width();
        let prompt = vec![piece(&ask, theme.text), piece(&self.typed, style)];
        ([prompt].into_iter().chain(answers).collect(), 1, Some(cursor))
    }

    /// The keys, for the lower border.
    pub(in super::super) fn foot(&self, action: &str) -> String {
        match self.question {
            Question::Yes => "y do it  n, enter, esc send nothing".to_owned(),
            Question::Name => "esc send nothing".to_owned(),
            _ if self.letter == 'n' => format!("n {action}  enter, esc send nothing"),
            _ => format!("{} {action}  n, enter, esc send nothing", self.letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LETTERS: [char; 6] = ['d', 'w', 'e', 'b', '-', '1'];

    fn start() -> Timestamp {
        Timestamp::parse("2026-11-21T12:00:00Z").unwrap()
    }

    fn after(now: Timestamp, millis: i64) -> Timestamp {
        Timestamp::from_millis(now.as_millis() + millis).unwrap()
    }

    fn press(letter: char) -> KeyEvent {
        KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE)
    }

    fn of(question: Question) -> Answering {
        Answering::new(question, 'd', "web-1", start())
    }

    #[test]
    fn the_letter_of_the_action_answers_and_no_other_does() {
        let later = after(start(), 400);
        for letter in ['y', 'D', 'x', ' '] {
            assert_ne!(of(Question::Letter).key(press(letter), later), Answered::Yes, "{letter}");
        }
        assert_eq!(of(Question::Letter).key(press('d'), later), Answered::Yes);
        assert_eq!(of(Question::Letter).key(press('d'), after(start(), 200)), Answered::Nothing, "too soon");
    }

    #[test]
    fn the_name_is_typed_exactly_before_the_letter_counts() {
        let mut answering = of(Question::Name);
        let mut now = start();
        for letter in "Web-1".chars() {
            now = after(now, 50);
            assert_eq!(answering.key(press(letter), now), Answered::Nothing);
        }
        now = after(now, 400);
        assert_eq!(answering.key(press('d'), now), Answered::Nothing, "a capital is another name");
        answering.key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL), now);
        for letter in "web-1".chars() {
            now = after(now, 50);
            assert_eq!(answering.key(press(letter), now), Answered::Nothing);
        }
        let enter = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
        assert!(
            matches!(answering.key(enter, after(now, 400)), Answered::Hint(text) if text.contains("press d"))
        );
        assert_eq!(answering.key(press('d'), after(now, 500)), Answered::Nothing, "too soon after Enter");
        assert_eq!(answering.key(press('d'), after(now, 900)), Answered::Yes);
    }

    #[test]
    fn a_longer_name_is_not_answered_by_its_beginning() {
        let mut answering = Answering::new(Question::Name, 'd', "web-1", start());
        for letter in "web-10".chars() {
            answering.key(press(letter), after(start(), 10_000));
        }
        assert_eq!(answering.key(press('d'), after(start(), 20_000)), Answered::Nothing);
    }

    proptest::proptest! {
        /// Enter, held keys and pastes in any order and at any pace.
        #[test]
        fn enter_held_keys_and_pastes_never_send(
            level in 0..3usize,
            steps in proptest::collection::vec((0..5u8, 0..LETTERS.len(), 0..2000i64), 0..80),
        ) {
            let question = [Question::Yes, Question::Letter, Question::Name][level];
            let mut answering = of(question);
            let mut now = start();
            for (what, letter, pause) in steps {
                now = after(now, pause);
                let held = |code| KeyEvent::new_with_kind(code, KeyModifiers::NONE, KeyEventKind::Repeat);
                let answered = match what {
                    0 => answering.key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE), now),
                    1 => answering.key(held(KeyCode::Enter), now),
                    2 => answering.key(held(KeyCode::Char(LETTERS[letter])), now),
                    3 => answering.key(held(KeyCode::Char('y')), now),
                    _ => answering.paste(now),
                };
                proptest::prop_assert_ne!(answered, Answered::Yes);
            }
        }

        /// Whatever is typed, level 3 is answered only behind the exact name, after a pause.
        #[test]
        fn only_the_exact_name_and_the_letter_after_a_pause_send(
            steps in proptest::collection::vec((0..LETTERS.len(), 0..600i64), 0..60),
        ) {
            let mut answering = of(Question::Name);
            let mut now = start();
            for (letter, pause) in steps {
                now = after(now, pause);
                let before = answering.typed.clone();
                let answered = answering.key(press(LETTERS[letter]), now);
                let may = before == "web-1" && LETTERS[letter] == 'd' && pause >= 300;
                proptest::prop_assert_eq!(answered == Answered::Yes, may);
            }
        }
    }
}
