mod drawing;
mod fake;
mod larger;
mod mouse;
mod properties;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

use super::*;
use crate::tui::Command;
use crate::tui::KeyContext;
use crate::tui::command::CopyCommand;
use crate::tui::effect::{ScreenEffect, TerminalEffect, View, Work};
use crate::tui::keymap::{Chord, Keymap, Lookup};
use fake::Fake;

const fn at(line: u64, column: u32) -> Place {
    Place { line, column }
}

/// Copy mode, and keys as the default keymap has them.
struct Scene {
    text: Fake,
    copy: CopyMode,
    keymap: Keymap,
    /// The effects with which it was left.
    left: Option<Vec<Effect>>,
}

impl Scene {
    fn new(text: Fake) -> Self {
        let size = text.size();
        Self::in_area(text, size)
    }

    /// The same in an area that is not of the size of the screen.
    fn in_area(text: Fake, size: Size) -> Self {
        let copy = CopyMode::enter(&text, size, "web-1");
        Self { text, copy, keymap: Keymap::default(), left: None }
    }

    /// The same with the cursor on a place.
    fn on(text: &str, width: u32, place: Place) -> Self {
        let mut scene = Self::new(Fake::new(text, width, 10));
        scene.copy.go(&scene.text, place);
        scene
    }

    fn key(&mut self, key: KeyEvent, count: &mut Option<u32>) {
        let after = if self.copy.takes_text() {
            self.copy.type_event(&Event::Key(key), &self.text)
        } else {
            let chord = Chord::of(key);
            let digit = chord.digit().filter(|digit| *digit > 0 || count.is_some());
            if let Some(digit) = digit {
                *count = Some(count.unwrap_or(0) * 10 + digit);
                return;
            }
            let Lookup::Bound(command) = self.keymap.look_up(KeyContext::CopyMode, &[chord]) else {
                panic!("{chord} is bound to nothing");
            };
            let command = CopyCommand::of(command).expect("a command of copy mode");
            self.copy.perform(command, count.take(), &self.text).expect("done by copy mode")
        };
        if let After::Leave(effects) = after {
            self.left = Some(effects);
        }
    }

    /// Presses keys: letters, and with `^` before them, control keys; `⏎` and `⎋` are Enter and Esc.
    fn press(&mut self, keys: &str) -> &mut Self {
        let mut count = None;
        let mut keys = keys.chars();
        while let Some(c) = keys.next() {
            let event = match c {
                '⏎' => KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE),
                '⎋' => KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE),
                '⌃' => KeyEvent::new(KeyCode::Char(keys.next().unwrap()), KeyModifiers::CONTROL),
                c => KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE),
            };
            self.key(event, &mut count);
        }
        self
    }

    fn cursor(&self) -> (u64, u32) {
        (self.copy.cursor.line, self.copy.cursor.column)
    }

    /// The text that was copied when it was left.
    fn copied(&self) -> &str {
        match self.left.as_deref() {
            Some([Effect::Work(Work::Copy(text, _))]) => text,
            other => panic!("{other:?}"),
        }
    }
}

const CODE: &str = "fn main() {\n    let x = foo(a, [b, c]);\n\n\n    print(x);\n}\n日本 word x";

#[test]
fn movements_are_those_of_vi() {
    for (from, keys, to) in [
        ((1, 4), "w", (1, 8)),
        ((1, 4), "3w", (1, 12)),
        ((1, 12), "w", (1, 15)),
        ((1, 12), "W", (1, 19)),
        ((1, 25), "w", (2, 0)),
        ((2, 0), "w", (3, 0)),
        ((3, 0), "w", (4, 4)),
        ((6, 10), "w", (6, 10)),
        ((4, 4), "b", (3, 0)),
        ((3, 0), "b", (2, 0)),
        ((2, 0), "b", (1, 24)),
        ((1, 19), "B", (1, 12)),
        ((0, 0), "b", (0, 0)),
        ((1, 4), "e", (1, 6)),
        ((1, 6), "e", (1, 8)),
        ((1, 24), "e", (1, 26)),
        ((1, 26), "e", (4, 8)),
        ((1, 12), "E", (1, 17)),
        ((1, 20), "0", (1, 0)),
        ((1, 20), "^", (1, 4)),
        ((1, 4), "$", (1, 26)),
        ((1, 4), "$j", (2, 0)),
        ((1, 4), "$jjjj", (5, 0)),
        ((1, 6), "jjj", (4, 6)),
        ((1, 0), "h", (1, 0)),
        ((1, 0), "3l", (1, 3)),
        ((6, 0), "l", (6, 2)),
        ((6, 2), "l", (6, 4)),
        ((6, 4), "h", (6, 2)),
        ((0, 0), "}", (2, 0)),
        ((2, 0), "}", (6, 10)),
        ((5, 0), "{", (3, 0)),
        ((3, 0), "{", (0, 0)),
        ((0, 5), "gj", (1, 0)),
        ((4, 2), "G", (6, 10)),
        ((0, 0), "3G", (2, 0)),
        ((0, 0), "5g", (4, 0)),
        ((1, 4), "fo", (1, 13)),
        ((1, 4), "2fo", (1, 14)),
        ((1, 4), "to", (1, 12)),
        ((1, 4), "to;", (1, 13)),
        ((1, 4), "fo;", (1, 14)),
        ((1, 26), "Fo", (1, 14)),
        ((1, 26), "To", (1, 15)),
        ((1, 4), "fo;,", (1, 13)),
        ((1, 4), "fz", (1, 4)),
        ((0, 10), "%", (5, 0)),
        ((5, 0), "%", (0, 10)),
        ((1, 15), "%", (1, 25)),
        ((1, 19), "%", (1, 24)),
        ((1, 0), "%", (1, 25)),
        ((3, 0), "H", (0, 0)),
        ((3, 0), "2H", (1, 0)),
        ((0, 0), "M", (3, 0)),
        ((0, 0), "L", (6, 0)),
        ((1, 4), "mG'", (1, 4)),
        ((1, 4), "mG''", (6, 10)),
    ] {
        let mut scene = Scene::on(CODE, 80, at(from.0, from.1));
        scene.press(keys);
        assert_eq!(scene.cursor(), to, "{keys} from {from:?}");
    }
}

#[test]
fn rows_of_a_wrapped_line_are_moved_over_one_by_one() {
    let mut scene = Scene::on("0123456789abcdefghij\nshort\nABCDEFGHIJKLMNO", 8, at(0, 3));
    for (keys, to) in
        [("j", (0, 11)), ("j", (0, 19)), ("j", (1, 3)), ("j", (2, 3)), ("k", (1, 3)), ("k", (0, 19))]
    {
        scene.press(keys);
        assert_eq!(scene.cursor(), to, "{keys}");
    }
    scene.press("0");
    assert_eq!(scene.cursor(), (0, 0));
    scene.press("$");
    assert_eq!(scene.cursor(), (0, 19));
}

#[test]
fn pages_move_view_and_cursor() {
    let mut scene = Scene::new(Fake::counted(100, 80, 10));
    assert_eq!((scene.cursor(), scene.copy.view.top), ((99, 6), at(90, 0)));
    for (keys, cursor, top) in [
        ("⌃b", 90, 81),
        ("⌃u", 85, 76),
        ("⌃d", 90, 81),
        ("⌃y", 89, 80),
        ("2⌃y", 87, 78),
        ("⌃e", 87, 79),
        ("g", 0, 0),
        ("⌃e", 1, 1),
        ("⌃f", 10, 10),
        ("G", 99, 90),
    ] {
        scene.press(keys);
        assert_eq!((scene.cursor().0, scene.copy.view.top.line), (cursor, top), "{keys}");
    }
}

#[test]
fn prompts_are_gone_to_or_reported_missing() {
    let mut scene = Scene::new(Fake::counted(20, 80, 5));
    scene.press("[");
    assert_eq!(scene.copy.notice.as_deref(), Some("no prompts marked: the shell sends no OSC 133"));
    scene.text.prompts = [3, 9, 15].into();
    for (keys, line) in [("[", 15), ("2[", 3), ("]", 9), ("[[", 3)] {
        scene.press(keys);
        assert_eq!(scene.cursor().0, line, "{keys}");
    }
    assert_eq!(scene.copy.notice.as_deref(), Some("no earlier prompt"));
}

#[test]
fn what_is_copied_is_clean_text() {
    const TEXT: &str = "one two   three\n日本語 wide\nplain      \n0123456789abcdefghij";
    for (from, keys, copied) in [
        ((0, 0), "vey", "one"),
        ((0, 0), "v$y", "one two   three"),
        // The blanks at the end of a line are not part of it.
        ((0, 4), "v5ly", "two"),
        ((0, 4), "vj0y", "two   three\n日"),
        ((1, 4), "v⏎", "語"),
        ((0, 0), "Vjj⏎", "one two   three\n日本語 wide\nplain"),
        ((2, 0), "Y", "plain"),
        ((0, 3), "3Y", "one two   three\n日本語 wide\nplain"),
        ((0, 0), "VjY", "one two   three\n日本語 wide"),
        ((0, 0), "c", "one two   three"),
        // Rows of a wrapped line are joined.
        ((3, 0), "v$y", "0123456789abcdefghij"),
        ((2, 0), "vG$y", "plain\n0123456789abcdefghij"),
        // A rectangle of the screen takes wide characters whole.
        ((0, 1), "⌃vljy", "ne\n日本"),
        ((0, 1), "⌃vjjlly", "ne\n日本\nlai"),
        ((3, 2), "⌃vjly", "23\nhi"),
        ((0, 4), "vllolhy", "two"),
        ((0, 4), "vllohhhy", "ne two"),
        ((0, 4), "Vvy", "t"),
    ] {
        let mut scene = Scene::on(TEXT, 15, at(from.0, from.1));
        scene.press(keys);
        assert_eq!(scene.copied(), copied, "{keys} from {from:?}");
    }
}

#[test]
fn the_message_names_what_was_copied() {
    let what = |keys: &str| {
        let mut scene = Scene::on("one two\nthree\n", 80, at(0, 0));
        match scene.press(keys).left.take().as_deref() {
            Some([Effect::Work(Work::Copy(_, what))]) => what.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!([what("vy"), what("vey"), what("Vjy")], ["1 character", "3 characters", "2 lines"]);
}

#[test]
fn escape_ends_the_selection_first_and_then_copy_mode() {
    let mut scene = Scene::on("one", 80, at(0, 0));
    scene.press("y");
    assert_eq!((scene.copy.notice.as_deref(), &scene.left), (Some("nothing is selected"), &None));
    scene.press("v⎋");
    assert_eq!((scene.copy.selection, &scene.left), (None, &None));
    scene.press("vv");
    assert_eq!(scene.copy.selection, None);
    scene.press("⎋");
    assert_eq!(scene.left, Some(Vec::new()));
    for key in ["q", "v⌃c⌃c", "vq"] {
        let mut scene = Scene::on("one", 80, at(0, 0));
        assert_eq!(scene.press(key).left, Some(Vec::new()), "{key}");
    }
}

#[test]
fn a_search_goes_its_way_as_it_is_typed_and_back_with_escape() {
    let mut scene = Scene::new(Fake::counted(100, 80, 10));
    scene.press("g").press("/line 5");
    assert_eq!((scene.cursor(), scene.copy.search.as_ref().unwrap().count()), ((5, 0), "1/11".to_owned()));
    scene.press("7");
    assert_eq!((scene.cursor(), scene.copy.search.as_ref().unwrap().count()), ((57, 0), "1/1".to_owned()));
    scene.press("⎋");
    assert_eq!((scene.cursor(), scene.copy.view.top), ((0, 0), at(0, 0)));
    assert!(scene.copy.search.is_none());

    scene.press("/9$⏎");
    assert_eq!(scene.cursor(), (9, 5));
    for (keys, line, count) in [("n", 19, "2/10"), ("3n", 49, "5/10"), ("N", 39, "4/10"), ("5N", 89, "9/10")]
    {
        scene.press(keys);
        let search = scene.copy.search.as_ref().unwrap();
        assert_eq!((scene.cursor().0, search.count().as_str()), (line, count), "{keys}");
    }
    assert_eq!(scene.copy.notice.as_deref(), Some("continued from the end"));
    scene.press("/nowhere⏎");
    assert_eq!((scene.cursor().0, scene.copy.notice.as_deref()), (89, None), "the count shows it");
    scene.press("n");
    assert_eq!(scene.copy.notice, None);
}

#[test]
fn a_search_from_the_end_finds_the_nearest_line_whichever_key_began_it() {
    for keys in ["?7$⏎", "/7$⏎"] {
        let mut scene = Scene::new(Fake::counted(100, 80, 10));
        scene.press(keys);
        assert_eq!(scene.cursor(), (97, 6), "{keys}");
    }
    let mut scene = Scene::new(Fake::counted(100, 80, 10));
    scene.press("?7$⏎n");
    assert_eq!(scene.cursor(), (87, 6));
    scene.press("N");
    assert_eq!(scene.cursor(), (97, 6));
    scene.press("/⏎");
    assert_eq!((scene.cursor(), scene.copy.notice.as_deref()), ((7, 5), Some("continued from the start")));
}

#[test]
fn the_word_under_the_cursor_is_searched_for_whole() {
    let mut scene = Scene::on("cat concat\n  cat\ncats cat", 80, at(0, 1));
    for (keys, to) in [("*", (1, 2)), ("n", (2, 5)), ("n", (0, 0)), ("#", (2, 5)), ("n", (1, 2))] {
        scene.press(keys);
        assert_eq!(scene.cursor(), to, "{keys}");
    }
    let mut scene = Scene::on("--", 80, at(0, 0));
    scene.press("*");
    assert_eq!(scene.copy.notice.as_deref(), Some("no word under the cursor"));
}

#[test]
fn a_selection_grows_with_a_search() {
    let mut scene = Scene::on("alpha beta\ngamma delta", 80, at(0, 6));
    scene.press("v/delta⏎y");
    assert_eq!(scene.copied(), "beta\ngamma d");
}

#[test]
fn all_of_the_text_is_saved_or_opened_in_the_editor() {
    let mut scene = Scene::on("one\n  two\n\n", 80, at(0, 0));
    let After::Stay(effects) = scene.copy.perform(CopyCommand::Save, None, &scene.text).unwrap() else {
        panic!()
    };
    assert_eq!(effects, [Effect::from(Work::Save("web-1.txt".to_owned(), b"one\n  two\n".to_vec()))]);
    let after = scene.copy.perform(CopyCommand::OpenText, None, &scene.text).unwrap();
    let After::Stay(effects) = after else { panic!() };
    let [Effect::Terminal(TerminalEffect::Edit(request))] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((request.name.as_str(), request.text.as_str()), ("web-1.txt", "one\n  two\n"));
}

#[test]
fn the_link_under_the_cursor_is_shown_before_it_is_opened() {
    let text = "see https://a.example/x. then\nhere\nhttps://münchen.example/ü\nhttps://[/";
    let long = format!("https://a.example/{}", "x".repeat(2048));
    for (place, link, expected) in [
        (at(0, 4), None, Ok("https://a.example/x")),
        (at(0, 22), None, Ok("https://a.example/x")),
        (at(0, 23), None, Err("no link under the cursor")),
        (at(1, 0), None, Err("no link under the cursor")),
        (at(1, 3), Some("https://b.example/"), Ok("https://b.example/")),
        (at(0, 4), Some("HTTP://b.example"), Ok("http://b.example/")),
        (at(1, 0), Some("mailto:a@b.example"), Err("a link to mailto: only http and https are opened")),
        (at(2, 0), None, Ok("https://xn--mnchen-3ya.example/%C3%BC")),
        (at(3, 0), None, Err("not a web address: invalid IPv6 address")),
        (at(4, 0), None, Err("the link has more than 2048 bytes: it is not opened")),
    ] {
        let mut scene = Scene::on(&format!("{text}\n{long}"), 4000, place);
        scene.text.link = link.map(|uri| (place.line, uri));
        let after = scene.copy.perform(CopyCommand::OtherEnd, None, &scene.text).unwrap();
        let shown = match &after {
            After::Stay(effects) if effects.is_empty() => Err(scene.copy.notice.as_deref().unwrap()),
            After::Stay(effects) => match &effects[..] {
                [Effect::Screen(ScreenEffect::Open(View::Link(address)))] => Ok(address.0.expose()),
                other => panic!("{other:?}"),
            },
            After::Leave(effects) => panic!("{effects:?}"),
        };
        assert_eq!(shown, expected, "{place:?}, {link:?}");
        assert_eq!(scene.cursor(), (place.line, place.column));
    }
    // With a selection the key is that of vi.
    let mut scene = Scene::on(text, 80, at(0, 4));
    scene.press("vllo");
    assert_eq!((scene.cursor(), scene.copy.notice.as_deref()), ((0, 4), None));
}

#[test]
fn the_text_stays_while_output_goes_on_and_is_trimmed() {
    let mut scene = Scene::new(Fake::counted(100, 80, 10));
    scene.press("⌃b");
    let before = (scene.copy.view.top, scene.cursor());
    for line in 0..120 {
        scene.text.push(&format!("more {line}"));
    }
    scene.copy.settle(&scene.text, scene.text.size());
    assert_eq!((scene.copy.view.top, scene.cursor()), before);
    assert_eq!(scene.copy.new_lines(&scene.text), 120);

    scene.text.trim(150);
    scene.copy.settle(&scene.text, scene.text.size());
    assert_eq!((scene.copy.view.top, scene.cursor()), (at(150, 0), (150, 0)));
    assert_eq!(scene.copy.notice.as_deref(), Some("older lines were dropped: the history is full"));

    // At the end it follows, until something is selected.
    scene.press("G");
    scene.text.push("last");
    scene.copy.settle(&scene.text, scene.text.size());
    assert_eq!((scene.cursor(), scene.copy.new_lines(&scene.text)), ((220, 3), 0));
    scene.press("v");
    scene.text.push("after");
    scene.copy.settle(&scene.text, scene.text.size());
    assert_eq!((scene.cursor(), scene.copy.new_lines(&scene.text)), ((220, 3), 1));
}

#[test]
fn every_command_of_copy_mode_can_be_done_on_any_text() {
    let texts =
        ["", "x", "\n\n", CODE].map(|text| Fake::new(if text.is_empty() { "\n" } else { text }, 7, 3));
    for text in texts {
        for entry in crate::tui::command::ENTRIES {
            let Some(command) = CopyCommand::of(entry.command) else { continue };
            let mut scene = Scene::new(text.clone());
            for count in [None, Some(3), Some(999_999)] {
                scene.copy.perform(command, count, &scene.text);
                scene.copy.settle(&scene.text, scene.text.size());
            }
        }
    }
    let bound = |command| Keymap::default().first_keys(KeyContext::CopyMode, command).is_some();
    assert!(bound(Command::CopySelection) && bound(Command::OpenText));
}
