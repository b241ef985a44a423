//! Streams that overfill what a terminal keeps, or that cost it most.

use std::fmt::Write as _;

/// Hostile streams, by what they overfill or cost.
#[expect(clippy::too_many_lines, reason = "a table")]
pub fn streams() -> Vec<(&'static str, Vec<u8>)> {
    let million = 1_000_000;
    let numbered = |count: u32, piece: &dyn Fn(u32) -> String| {
        (0..count).fold(String::new(), |mut all, number| {
            let _ = write!(all, "{}", piece(number));
            all
        })
    };
    let text = [
        ("a long title", format!("\x1b]0;{}\x07", "t".repeat(million))),
        ("a title of controls", format!("\x1b]2;{}\x07", "\u{202e}\x01\u{9b}31m".repeat(50_000))),
        ("saved titles", numbered(20_000, &|number| format!("\x1b]2;title {number}\x07\x1b[22;0t"))),
        ("a large clipboard offer", format!("\x1b]52;c;{}\x07", "QUJD".repeat(million))),
        ("many clipboard offers", numbered(20_000, &|_| "\x1b]52;c;QUJD\x07".to_owned())),
        ("a clipboard query", "\x1b]52;c;?\x07".repeat(1000)),
        ("a setting of a million bytes", format!("\x1bP$q{}\x1b\\", "m".repeat(million))),
        ("settings without end", "\x1bP$qm\x1b\\\x1bP$qr\x1b\\".repeat(20_000)),
        ("capabilities without names", format!("\x1bP+q{}\x1b\\", ";".repeat(500_000))),
        ("special colours without numbers", format!("\x1b]105{}\x07", ";".repeat(500_000))),
        ("queries without end", "\x1b[c\x1b[>c\x1b[6n\x1b[?7$p\x1b]10;?\x07\x1b[18t".repeat(20_000)),
        ("a parameter of a million digits", format!("\x1b[{}A", "9".repeat(million))),
        ("a million parameters", format!("\x1b[{}m", "38;5;".repeat(200_000))),
        ("a million subparameters", format!("\x1b[{}m", "4:".repeat(500_000))),
        ("a million intermediates", format!("\x1b[{}p", "!".repeat(million))),
        ("repeats", "x\x1b[65535b".repeat(2000)),
        ("repeats of wide characters between margins", "\x1b[?69h\x1b[3;5s漢\x1b[65535b".repeat(2000)),
        ("repeats while inserting", "\x1b[4hx\x1b[65535b漢\x1b[65535b".repeat(1000)),
        ("repeats between margins", "\x1b[?69h\x1b[2s\x1b[9999Hx\x1b[65535b".repeat(1000)),
        ("repeats in two columns", "\x1b[?69h\x1b[1;2s\x1b[9999Hx\x1b[65535b".repeat(1000)),
        (
            "repeats in each style",
            numbered(2000, &|number| format!("\x1b[38;5;{}mx\x1b[65535b", number % 256)),
        ),
        (
            "large edits",
            "\x1b[65535@\x1b[65535P\x1b[65535L\x1b[65535M\x1b[65535X\x1b[65535S\x1b[65535T".repeat(2000),
        ),
        (
            "large movements",
            "\x1b[65535;65535H\x1b[65535A\x1b[65535B\x1b[65535C\x1b[65535D\x1b[65535I\x1b[65535Z"
                .repeat(2000),
        ),
        ("reverse wraps", "\x1b[?45h\x1b[65535D\x1b[4294967296D".repeat(2000)),
        (
            "large rectangles",
            "\x1b[88;1;1;65535;65535$x\x1b[1;1;65535;65535;1;2;2;1$v\x1b[1;1;65535;65535*y".repeat(200),
        ),
        ("columns in and out", "\x1b[65535'}\x1b[65535'~\x1b[65535 @\x1b[65535 A".repeat(2000)),
        ("an endless OSC", format!("\x1b]0;{}", "x".repeat(8 * million))),
        ("an endless DCS", format!("\x1bP{}", "x".repeat(8 * million))),
        ("an endless APC", format!("\x1b_{}", "x".repeat(8 * million))),
        ("a sixel bomb", format!("\x1bPq\"1;1;99999;99999{}\x1b\\", "#0!65535~-".repeat(100_000))),
        ("a kitty image", "\x1b_Gf=32,s=10000,v=10000,m=1;AAAA\x1b\\".repeat(20_000)),
        ("marks without end on one character", format!("a{}", "\u{301}".repeat(million))),
        (
            "marks of every kind on every cell",
            numbered(60_000, &|number| {
                let mark = char::from_u32(0x300 + number % 0x70).unwrap_or('\u{301}');
                let other = char::from_u32(0x300 + number / 0x70 % 0x70).unwrap_or('\u{301}');
                format!("{}{mark}{other}", char::from(b'a' + (number % 26) as u8))
            }),
        ),
        ("keyboard modes", "\x1b[>31u".repeat(10_000)),
        ("keyboard modes of both screens", "\x1b[>1u\x1b[?1049h\x1b[>1u\x1b[?1049l".repeat(10_000)),
        ("keyboard modes taken back", "\x1b[<65535u".repeat(10_000)),
        ("unknown modes", numbered(65_535, &|number| format!("\x1b[?{number}h\x1b[{number}h"))),
        ("saved modes", numbered(65_535, &|number| format!("\x1b[?{number}s"))),
        ("widths", "\x1b[?40h\x1b[?3h\x1b[?3l".repeat(500)),
        (
            "links",
            numbered(50_000, &|number| format!("\x1b]8;id={number};https://example.com/{number}\x07x")),
        ),
        ("a long link", format!("\x1b]8;;https://example.com/{}\x07x", "y".repeat(million))),
        (
            "underline colours",
            numbered(50_000, &|number| {
                format!("\x1b[4;58:2::{}:{}:{}mx", number % 251, number / 251 % 251, number % 7)
            }),
        ),
        (
            "palettes",
            numbered(20_000, &|number| {
                format!("\x1b]4;{};#010203;{number};#040506\x07\x1b]5;{number};#010203\x07", number % 256)
            }),
        ),
        ("dynamic colours", numbered(20_000, &|number| format!("\x1b]{};#010203\x07", 10 + number % 200))),
        ("an update that never ends", format!("\x1b[?2026h{}", "line\r\n".repeat(200_000))),
        ("updates that begin and end", "\x1b[?2026hx\x1b[?2026l".repeat(20_000)),
        ("screens", "\x1b[?1049hx\x1b[?47h\x1b[?1047h\x1b[?1049l".repeat(10_000)),
        (
            "columns that change under a screen in colour",
            format!("\x1b[?40h{}", "\x1b[44m\x1b[?3h\x1b#8\x1b[?3l\x1b#8\x1b[?40l\x1b[?40h".repeat(500)),
        ),
        ("resets", "x\x1bc\x1b[!p\x1b#8".repeat(2000)),
        ("lines without end", "a line of a log that goes on and on\r\n".repeat(100_000)),
        ("one line without end", "x".repeat(4 * million)),
        ("blank lines in colour", "\x1b[44m\n".repeat(200_000)),
        (
            "every cell in a colour of its own",
            numbered(200_000, &|number| format!("\x1b[38;2;{};{};1mx", number % 251, number % 241)),
        ),
        ("prompts", "\x1b]133;A\x07$ \r\n".repeat(50_000)),
        ("bells", "\x07".repeat(million)),
    ];
    let mut streams: Vec<_> = text.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    streams.push(("bytes that are no UTF-8", [0xff, 0xc0, 0xe6, 0xbc, 0xf0, 0x9f].repeat(200_000)));
    streams.push(("every byte in turn", (0..=255).cycle().take(million).collect()));
    streams
}
