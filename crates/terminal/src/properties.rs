//! Properties that hold for any bytes.

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::input::InputModes;
use crate::{Cursor, Emulator, Size};

/// Sequences that applications send, so that random streams are more than noise.
const PIECES: &[&str] = &[
    "text ",
    "é",
    "漢字",
    "\u{1f600}",
    "e\u{301}",
    "\u{2764}\u{fe0f}",
    "\u{fe0f}",
    "\r\n",
    "\n",
    "\t",
    "\x08",
    "\x0e",
    "\x0f",
    "\x1b[",
    "\x1b]",
    "\x1bP",
    "\x1b\\",
    "\x1b",
    "\x07",
    "\x18",
    "\x1b[H",
    "\x1b[2J",
    "\x1b[K",
    "\x1b[5;5H",
    "\x1b[999;999H",
    "\x1b[31m",
    "\x1b[38:2::1:2:3m",
    "\x1b[58;5;1m",
    "\x1b[m",
    "\x1b(0",
    "\x1b(B",
    "\x1b)0",
    "\x1b[4h",
    "\x1b[4l",
    "\x1b[?7l",
    "\x1b[?7h",
    "\x1b[20h",
    "\x1b[?6h",
    "\x1b[?6l",
    "\x1b[2;4r",
    "\x1b[r",
    "\x1b[?1049h",
    "\x1b[?1049l",
    "\x1b[?47h",
    "\x1b[?1047l",
    "\x1b7",
    "\x1b8",
    "\x1b[s",
    "\x1b[u",
    "\x1b#8",
    "\x1b]133;A\x07",
    "\x1b]133;B\x07",
    "\x1b#3",
    "\x1b#5",
    "\x1b#6",
    "\x1b[!p",
    "\x1bc",
    "\x1bM",
    "\x1bD",
    "\x1bE",
    "\x1bH",
    "\x1b[3g",
    "\x1b[I",
    "\x1b[Z",
    "\x1b[9b",
    "\x1b[3@",
    "\x1b[2P",
    "\x1b[2X",
    "\x1b[2L",
    "\x1b[2M",
    "\x1b[3S",
    "\x1b[3T",
    "\x1b[c",
    "\x1b[6n",
    "\x1b]11;?\x07",
    "\x1b]0;t\x1b\\",
    "\x1b[?2026h",
    "\x1b[?2026l",
    "\x1b[?5h",
    "0123456789abcdef",
    "\x1b[3D",
    "\x1b[2A",
    "\x1b[?25l",
    "\x1b]4;1;#010203\x07",
    "\x1b[18t",
    "\x1b[?1$p",
    "\x1bP$qm\x1b\\",
    "\x1b[1;1;2r",
    ";",
    "1",
];

fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        6 => proptest::sample::select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 1..6),
    ];
    proptest::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())
}

fn text(emulator: &Emulator) -> String {
    let lines: Vec<_> =
        emulator.lines().filter_map(|line| emulator.line(line)).map(|line| line.text).collect();
    lines.join("\n")
}

/// The emulator's whole observable state.
fn state(emulator: &mut Emulator) -> (Buffer, Vec<u8>, Option<String>, Cursor, InputModes, String) {
    let Size { columns, rows } = emulator.size();
    let area = Rect::new(0, 0, columns, rows);
    let mut cells = Buffer::empty(area);
    emulator.draw(area, &mut cells);
    let replies = emulator.take_replies();
    let title = emulator.title().map(str::to_owned);
    (cells, replies, title, emulator.cursor(), emulator.input_modes(), text(emulator))
}

/// A tiny screen, where edges are everywhere.
const SMALL: Size = Size { columns: 9, rows: 5 };

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn where_a_stream_is_cut_changes_nothing(bytes in stream(), cuts in proptest::collection::vec(1_usize..9, 1..40)) {
        let mut whole = Emulator::new(SMALL);
        whole.feed(&bytes);
        let mut cut = Emulator::new(SMALL);
        let mut rest = &bytes[..];
        for length in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (now, later) = rest.split_at((*length).min(rest.len()));
            cut.feed(now);
            rest = later;
        }
        // A picture held by an update that was cut is a matter of drawing, not of the screen.
        let far = std::time::Instant::now() + std::time::Duration::from_secs(9);
        whole.end_overdue_hold(far);
        cut.end_overdue_hold(far);
        prop_assert_eq!(state(&mut whole), state(&mut cut));
    }

    #[test]
    fn no_bytes_and_no_sizes_break_the_emulator(
        streams in proptest::collection::vec((stream(), 0_u16..40, 0_u16..12, -30_i64..30), 1..6),
    ) {
        let mut emulator = Emulator::new(SMALL);
        emulator.set_prompts_redrawn(true);
        for (bytes, columns, rows, step) in streams {
            emulator.feed(&bytes);
            emulator.resize(Size { columns, rows });
            let area = Rect::new(3, 1, 20, 6);
            let mut buf = Buffer::empty(Rect::new(0, 0, 30, 8));
            emulator.draw(area, &mut buf);
            let top = emulator.step_rows(emulator.live_top(), step);
            prop_assert!(top <= emulator.live_top());
            emulator.draw_from(top, area, &mut buf);
            for cell in &buf.content {
                prop_assert!(cell.symbol().chars().all(crate::sanitise::is_visible));
            }
            prop_assert!(emulator.view_rows(top, 6).len() <= 6);
            prop_assert!(emulator.lines().contains(&emulator.cursor_place().line));
            prop_assert!(emulator.take_replies().len() <= 64 * 1024);
            prop_assert!(!text(&emulator).contains("was rebuilt"), "the emulator failed: {}", text(&emulator));
        }
    }

    #[test]
    fn a_narrower_screen_and_back_loses_nothing(
        before in proptest::collection::vec("[a-z\u{6f22} ]{0,30}", 0..12),
        lines in proptest::collection::vec("[a-z\u{6f22} ]{0,30}", 1..12),
        sizes in proptest::collection::vec((2_u16..30, 2_u16..9), 1..4),
    ) {
        let mut emulator = Emulator::new(SMALL);
        if !before.is_empty() {
            // A history, and room on the screen.
            emulator.feed(format!("{}\x1b[H\x1b[J", before.join("\r\n")).as_bytes());
        }
        emulator.feed(lines.join("\r\n").as_bytes());
        let before = (state(&mut emulator), emulator.cursor_place());
        for (columns, rows) in sizes {
            emulator.resize(Size { columns, rows });
            prop_assert_eq!(&text(&emulator), &before.0.5);
            prop_assert_eq!(emulator.cursor_place(), before.1);
        }
        emulator.resize(SMALL);
        prop_assert_eq!((state(&mut emulator), emulator.cursor_place()), before);
    }
}

#[test]
fn a_full_screen_program_comes_back_from_a_smaller_screen() {
    let places = [&b"\x1b[2;3H"[..], b"\x1b[6;9H"];
    for (start, at) in ["", "\x1b[?1049h"].into_iter().flat_map(|start| places.map(|at| (start, at))) {
        let mut emulator = Emulator::new(Size { columns: 20, rows: 6 });
        emulator.feed(start.as_bytes());
        for row in 1..=6 {
            emulator.feed(format!("\x1b[{row};1Hrow {row} of a program").as_bytes());
        }
        // The cursor is where it is in an editor, or at the end.
        emulator.feed(at);
        let before = state(&mut emulator);
        for size in
            [Size { columns: 11, rows: 3 }, Size { columns: 30, rows: 4 }, Size { columns: 20, rows: 6 }]
        {
            emulator.resize(size);
        }
        assert_eq!(state(&mut emulator), before, "{start:?} {at:?}");
        // What is drawn anew takes the place of what was hidden.
        emulator.resize(Size { columns: 20, rows: 3 });
        emulator.feed(b"\x1b[2Jnew");
        emulator.resize(Size { columns: 20, rows: 6 });
        let text = (0..6).map(|row| emulator.row(row)).collect::<Vec<_>>().join("\n");
        assert!(!text.contains(if start.is_empty() { "row 6" } else { "program" }), "{text}");
    }
}

#[test]
fn concealed_text_is_not_kept() {
    for (reveal, saved) in [("\x1b[28m", ""), ("\x1b[m", ""), ("\x1b[0;1m", ""), ("\x1b8", "\x1b7")] {
        for cut in [1, 3, 64] {
            let mut emulator = Emulator::new(SMALL);
            let bytes = format!("{saved}a\x1b[1;8mpw\x1b[31m\u{6f22}\x1b[1b{reveal}z");
            for part in bytes.as_bytes().chunks(cut) {
                emulator.feed(part);
            }
            let text = text(&emulator);
            assert!(!text.contains(['p', 'w', '\u{6f22}']), "{text:?}");
            let shown = if saved.is_empty() { "a      z" } else { "z" };
            assert_eq!(emulator.row(0), shown, "{bytes:?} by {cut}");
        }
    }
    let mut emulator = Emulator::new(SMALL);
    emulator.feed(b"\x1b[38;5;8mgrey");
    assert_eq!(emulator.row(0), "grey", "an eight inside a colour conceals nothing");
}
