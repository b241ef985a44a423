//! Queries and the replies to them.

use super::*;

const REPLIES: &[(&str, &str, &str)] = &[
    ("DA1", "\x1b[c\x1b[0c\x1bZ", "\x1b[?64;6;21;22;28c\x1b[?64;6;21;22;28c\x1b[?64;6;21;22;28c"),
    ("DA2", "\x1b[>c", "\x1b[>41;4000;0c"),
    ("DA3", "\x1b[=c", "\x1bP!|00000000\x1b\\"),
    ("status", "\x1b[5n", "\x1b[0n"),
    ("cursor", "ab\x1b[6n", "\x1b[1;3R"),
    ("cursor while a wrap waits", "0123456789\x1b[6n", "\x1b[1;10R"),
    ("cursor in origin mode", "\x1b[2;4r\x1b[?6h\x1b[2;3H\x1b[6n", "\x1b[2;3R"),
    ("extended cursor", "\x1b[?6n", "\x1b[?1;1;1R"),
    ("mode set", "\x1b[?2004h\x1b[?2004$p", "\x1b[?2004;1$y"),
    ("mode reset", "\x1b[?1$p\x1b[4$p", "\x1b[?1;2$y\x1b[4;2$y"),
    ("unknown mode", "\x1b[?31337$p\x1b[99$p", "\x1b[?31337;0$y\x1b[99;0$y"),
    ("wrap and synchronised", "\x1b[?7$p\x1b[?2026$p", "\x1b[?7;1$y\x1b[?2026;2$y"),
    ("rendition", "\x1b[1;31m\x1bP$qm\x1b\\", "\x1bP1$r0;1;31m\x1b\\"),
    ("plain rendition", "\x1bP$qm\x1b\\", "\x1bP1$r0m\x1b\\"),
    ("margins", "\x1b[2;4r\x1bP$qr\x1b\\", "\x1bP1$r2;4r\x1b\\"),
    ("cursor style", "\x1b[4 q\x1bP$q q\x1b\\", "\x1bP1$r4 q\x1b\\"),
    (
        "conformance level",
        "\x1b[62;1\"p\x1b[65;1\"p\x1bP$q\"p\x1b\\\x1b[4$p",
        "\x1bP1$r65;1\"p\x1b\\\x1b[4;2$y",
    ),
    ("conformance level, unknown", "\x1b[63;1\"p\x1b[66;1\"p\x1bP$q\"p\x1b\\", "\x1bP1$r63;1\"p\x1b\\"),
    ("unknown setting", "\x1bP$qx\x1b\\", "\x1bP0$r\x1b\\"),
    ("terminfo, unknown", "\x1bP+q544e\x1b\\\x1bP+q4\x1b\\", "\x1bP0+r\x1b\\\x1bP0+r\x1b\\"),
    (
        "terminfo, colours",
        "\x1bP+q436F;636f6c6f7273\x1b\\",
        "\x1bP1+r436F=323536\x1b\\\x1bP1+r636F6C6F7273=323536\x1b\\",
    ),
    (
        "terminfo, direct colours",
        "\x1bP+q5463;524742\x1b\\",
        "\x1bP1+r5463\x1b\\\x1bP1+r524742=382F382F38\x1b\\",
    ),
    ("special colours", "\x1b]5;1;#010203\x07\x1b]4;257;?\x07", "\x1b]4;257;rgb:0101/0202/0303\x07"),
    ("special colours by OSC 4", "\x1b]4;256;#010203\x07\x1b]5;0;?\x07", "\x1b]5;0;rgb:0101/0202/0303\x07"),
    (
        "special colours reset",
        "\x1b]4;256;#010203\x07\x1b]105;0\x07\x1b]4;256;?\x07",
        "\x1b]4;256;rgb:e5e5/e5e5/e5e5\x07",
    ),
    ("no further colours", "\x1b]4;261;?;1;?\x07\x1b]5;5;?\x07\x1b]4;65535;?\x07\x1b]5;65535;?\x07", ""),
    (
        "extended reverse wraparound",
        "\x1b[?1045h\x1b[2;1H\x08\x1b[6n\x1b[?1045$p\x1b[!p\x1b[?1045$p",
        "\x1b[1;10R\x1b[?1045;1$y\x1b[?1045;2$y",
    ),
    ("size in cells", "\x1b[18t", "\x1b[8;5;10t"),
    ("size in pixels", "\x1b[14t\x1b[16t", "\x1b[4;80;80t\x1b[6;16;8t"),
    ("background", "\x1b]11;?\x07", "\x1b]11;rgb:0000/0000/0000\x07"),
    (
        "foreground and background at once",
        "\x1b]10;?;?\x1b\\",
        "\x1b]10;rgb:e5e5/e5e5/e5e5\x1b\\\x1b]11;rgb:0000/0000/0000\x1b\\",
    ),
    ("palette", "\x1b]4;1;?\x1b\\", "\x1b]4;1;rgb:cdcd/0000/0000\x1b\\"),
    ("palette set", "\x1b]4;1;#010203\x07\x1b]4;1;?\x07", "\x1b]4;1;rgb:0101/0202/0303\x07"),
    ("the title is never sent back", "\x1b]2;rm -rf\x07\x1b[21t", "\x1b]l\x1b\\"),
    ("the clipboard is never sent back", "\x1b]52;c;?\x07", ""),
    ("checksum", "AB\x1b[7;1;1;1;1;2*y", "\x1bP7!~FF7D\x1b\\"),
];

#[test]
fn queries_are_answered_once_however_they_are_cut() {
    for (name, bytes, expected) in REPLIES {
        let mut whole = emulator(10, 5);
        whole.feed(bytes.as_bytes());
        assert_eq!(replies(&mut whole), *expected, "{name}");
        let mut cut = emulator(10, 5);
        for byte in bytes.as_bytes() {
            cut.feed(&[*byte]);
        }
        assert_eq!(replies(&mut cut), *expected, "{name}, byte by byte");
    }
}

#[test]
fn replies_to_a_flood_of_queries_are_bounded() {
    let mut emulator = emulator(10, 5);
    emulator.feed("\x1b[c".repeat(100_000).as_bytes());
    assert!(emulator.take_replies().len() <= 64 * 1024);
}

#[test]
fn the_version_is_reported() {
    let mut emulator = emulator(10, 5);
    emulator.feed(b"\x1b[>q");
    let reply = replies(&mut emulator);
    assert!(reply.starts_with("\x1bP>|Quarterdeck(") && reply.ends_with(")\x1b\\"), "{reply:?}");
}
