//! Properties that hold for any bytes.

use proptest::prelude::*;

use super::Emulator;
use crate::Size;

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

/// The emulator's whole observable state.
fn state(
    emulator: &mut Emulator,
) -> (String, Vec<u8>, Option<String>, super::Cursor, super::input::InputModes, u64) {
    (
        emulator.screen().contents_formatted(),
        emulator.take_replies(),
        emulator.title().map(str::to_owned),
        emulator.cursor(),
        emulator.input_modes(),
        emulator.history(),
    )
}

/// A tiny screen, where edges are everywhere.
const SMALL: Size = Size { columns: 9, rows: 5 };

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn where_a_stream_is_cut_changes_nothing(bytes in stream(), cuts in proptest::collection::vec(1_usize..9, 1..40)) {
        let mut whole = Emulator::new(SMALL, 20);
        whole.feed(&bytes);
        let mut cut = Emulator::new(SMALL, 20);
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
        streams in proptest::collection::vec((stream(), 0_u16..40, 0_u16..12, 0_usize..30), 1..6),
    ) {
        let mut emulator = Emulator::new(SMALL, 20);
        for (bytes, columns, rows, back) in streams {
            emulator.feed(&bytes);
            emulator.resize(Size { columns, rows });
            let area = ratatui::layout::Rect::new(3, 1, 20, 6);
            let mut buf = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, 30, 8));
            emulator.draw(area, &mut buf, back);
            for cell in &buf.content {
                prop_assert!(cell.symbol().chars().all(super::sanitise::is_visible));
            }
            prop_assert!(emulator.scrollback() <= 20);
            prop_assert!(emulator.take_replies().len() <= 64 * 1024);
        }
    }
}

#[test]
fn the_sequence_that_breaks_vt100_breaks_nothing() {
    let bytes = "\x1b[24;80H\u{2764}\u{fe0f}\x1b[23;80Hx";
    let size = Size { columns: 80, rows: 24 };
    let bare = super::guard::guarded(|| {
        let (rows, columns) =
            (std::num::NonZeroU16::new(24).unwrap(), std::num::NonZeroU16::new(80).unwrap());
        vt100::Parser::new(rows, columns, 0).process(bytes.as_bytes());
    });
    assert!(bare.is_none(), "vt100 no longer panics: the guard against U+FE0F may go");
    let mut emulator = Emulator::new(size, 0);
    emulator.feed(bytes.as_bytes());
    for byte in bytes.as_bytes() {
        emulator.feed(&[*byte]);
    }
    assert_eq!(emulator.line(22).trim_start(), "x");
    assert_eq!(emulator.line(23).trim_start(), "\u{2764}");
}

#[test]
fn a_panic_keeps_the_text_and_is_reported() {
    let mut emulator = Emulator::new(Size { columns: 80, rows: 24 }, 100);
    emulator.feed(b"\x1b]0;title\x07precious\r\n\x1b[6n");
    emulator.unguard();
    emulator.feed("\x1b[24;80H\u{2764}\u{fe0f}\x1b[23;80Hx".as_bytes());
    let text = emulator.lines();
    assert_eq!(text[0], "precious");
    assert!(text.iter().any(|line| line.contains("the screen was rebuilt")), "{text:?}");
    emulator.feed(b"goes on");
    assert!((0..24).any(|row| emulator.line(row).contains("goes on")));
    assert_eq!(emulator.title(), Some("title"));
    assert_eq!(emulator.take_replies(), b"\x1b[2;1R");
    // The guard is back.
    let before = emulator.history();
    emulator.feed("\x1b[24;80H\u{2764}\u{fe0f}\x1b[23;80Hx".as_bytes());
    assert!(emulator.line(22).ends_with('x'));
    assert_eq!(emulator.history(), before);
}

#[test]
fn concealed_text_is_not_kept() {
    for (reveal, saved) in [("\x1b[28m", ""), ("\x1b[m", ""), ("\x1b[0;1m", ""), ("\x1b8", "\x1b7")] {
        for cut in [1, 3, 64] {
            let mut emulator = Emulator::new(SMALL, 20);
            let bytes = format!("{saved}a\x1b[1;8mpw\x1b[31m\u{6f22}\x1b[2b{reveal}z");
            for part in bytes.as_bytes().chunks(cut) {
                emulator.feed(part);
            }
            let text = emulator.lines().join("\n");
            assert!(!text.contains(['p', 'w', '\u{6f22}']), "{text:?}");
            let shown = if saved.is_empty() { "a      z" } else { "z" };
            assert_eq!(emulator.line(0), shown, "{bytes:?} by {cut}");
        }
    }
    let mut emulator = Emulator::new(SMALL, 20);
    emulator.feed(b"\x1b[38;5;8mgrey");
    assert_eq!(emulator.line(0), "grey", "an eight inside a colour conceals nothing");
}
