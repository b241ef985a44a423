//! Bytes, and the rows and the cursor that they leave behind.

use super::*;

/// Name, bytes, rows from the top without trailing blanks, cursor from one. The screen is 10 columns by 5 rows.
type Case = (&'static str, &'static str, &'static [&'static str], (u16, u16));

const SCREENS: &[Case] = &[
    ("text wraps", "0123456789ab", &["0123456789", "ab"], (2, 3)),
    ("a wrap waits", "0123456789", &["0123456789"], (1, 10)),
    ("back from a waiting wrap", "0123456789\x08x", &["01234567x9"], (1, 10)),
    ("left from a waiting wrap", "0123456789\x1b[Dx", &["01234567x9"], (1, 10)),
    // Character sets. `LC_ALL=C whiptail` draws its boxes like this.
    ("lines by G0", "\x1b(0lqk\x1b(Bq", &["┌─┐q"], (1, 5)),
    ("lines by G1 and SO", "\x1b)0a\x0exqx\x0fx", &["a│─│x"], (1, 6)),
    ("british", "\x1b(A#\x1b(B#", &["£#"], (1, 3)),
    ("a national set", "\x1b[?42h\x1b(K[]~@\x1b(B[", &["ÄÜß§["], (1, 6)),
    ("a national set of two bytes", "\x1b[?42h\x1b(%6[\x1b(6[", &["ÃÆ"], (1, 3)),
    ("no national set without its mode", "\x1b(K[\x1b[?42h\x1b(K\x1b[?42l[", &["[Ä"], (1, 3)),
    ("single shift", "\x1b*0\x1bNqq", &["─q"], (1, 3)),
    ("locking shift two", "\x1b*0\x1bnqq\x0fq", &["──q"], (1, 4)),
    ("save keeps the set", "\x1b(0\x1b7\x1b(B\x1b8q", &["─"], (1, 2)),
    // Line feeds and their kin.
    ("index", "ab\x1bDc", &["ab", "  c"], (2, 4)),
    ("next line", "ab\x1bEc", &["ab", "c"], (2, 2)),
    ("reverse index scrolls", "a\r\nb\x1b[H\x1bMc", &["c", "a", "b"], (1, 2)),
    ("new-line mode", "\x1b[20hab\nc\x1b[20l\nd", &["ab", "c", " d"], (3, 3)),
    // TabStops.
    ("own stop", "\x1b[4G\x1bH\r\tx", &["   x"], (1, 5)),
    ("no stops", "\x1b[3g\tx", &["         x"], (1, 10)),
    ("cleared stop", "\x1b[9G\x1b[g\r\tx", &["         x"], (1, 10)),
    ("forward and back tabs", "\x1b[Ia\x1b[2Zb", &["b       a"], (1, 2)),
    ("tab in a sequence", "a\x1b[\t1Cb", &["a        b"], (1, 10)),
    // Cursor.
    ("ANSI save and restore", "ab\x1b[sXY\x1b[uc", &["abcY"], (1, 4)),
    ("relative", "\x1b[2a\x1b[1ex", &["", "  x"], (2, 4)),
    ("row in origin mode", "\x1b[2;4r\x1b[?6h\x1b[2dx", &["", "", "x"], (3, 2)),
    ("origin mode homes to the margin", "\x1b[2;4r\x1b[?6hx", &["", "x"], (2, 2)),
    ("margins home the cursor", "ab\x1b[2;4rx", &["xb"], (1, 2)),
    ("a wrong margin is none", "\x1b[4;2rab", &["ab"], (1, 3)),
    // Scroll regions.
    ("scroll in a region", "a\r\nb\r\nc\r\nd\r\ne\x1b[2;4r\x1b[4;1H\nx", &["a", "c", "d", "x", "e"], (4, 2)),
    (
        "insert a line in a region",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[2;4r\x1b[2H\x1b[L",
        &["a", "", "b", "c", "e"],
        (2, 1),
    ),
    (
        "delete a line in a region",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[2;4r\x1b[2H\x1b[M",
        &["a", "c", "d", "", "e"],
        (2, 1),
    ),
    // Insert, no wrap.
    ("insert mode", "abc\r\x1b[4hXY\x1b[4lZ", &["XYZbc"], (1, 4)),
    ("insert wide", "abc\r\x1b[4h漢", &["漢abc"], (1, 3)),
    ("insert at the margin", "\x1b[4h0123456789ab", &["0123456789", "ab"], (2, 3)),
    ("no wrap", "\x1b[?7l0123456789ab", &["012345678b"], (1, 10)),
    ("no wrap, wide", "\x1b[?7l01234567漢字", &["01234567字"], (1, 10)),
    ("wrap again", "\x1b[?7l0123456789ab\x1b[?7hcd", &["012345678b", "cd"], (2, 3)),
    ("repeat", "ab\x1b[3b", &["abbbb"], (1, 6)),
    // Whole screens.
    (
        "alignment",
        "\x1b[31m\x1b[2;3r\x1b#8",
        &["EEEEEEEEEE", "EEEEEEEEEE", "EEEEEEEEEE", "EEEEEEEEEE", "EEEEEEEEEE"],
        (1, 1),
    ),
    // Lines of double width: five of the ten columns.
    ("double width wraps in the middle", "\x1b#6abcdefg", &["abcde", "fg"], (2, 3)),
    ("double height is two rows", "\x1b#3ab\r\n\x1b#4ab", &["ab", "ab"], (2, 5)),
    ("single again shows what was hidden", "abcdefgh\r\x1b#6\x1b#5", &["abcdefgh"], (1, 1)),
    ("the cursor stops in the middle", "\x1b#6\x1b[99Cx", &["    x"], (1, 9)),
    ("text behind the edge is lost", "\x1b#6a\x1b[9Gb\x1b[2Gc", &["ac"], (1, 5)),
    ("an erased display is single", "\x1b#6\x1b[2Jabcdefg", &["abcdefg"], (1, 8)),
    ("an erased line stays double", "\x1b#6ab\x1b[2K\rabcdefg", &["abcde", "fg"], (2, 3)),
    ("no double width beside margins", "\x1b[?69h\x1b#6abcdefg", &["abcdefg"], (1, 8)),
    ("1049 comes back", "main\x1b[?1049h\x1b[Halt\x1b[?1049l!", &["main!"], (1, 6)),
    ("1049 begins blank, cursor stays", "main\x1b[?1049hx", &["    x"], (1, 6)),
    ("47 keeps the other screen", "m\x1b[?47h\ra\x1b[?47l\x1b[?47hb", &["ab"], (1, 3)),
    ("1047 clears the other screen", "m\x1b[?1047h\ra\x1b[?1047l\x1b[?1047hb", &[" b"], (1, 3)),
    ("1048 is the cursor alone", "ab\x1b[?1048hcd\x1b[?1048lX", &["abXd"], (1, 4)),
    (
        "soft reset keeps text and cursor",
        "ab\x1b[4h\x1b[?6h\x1b[2;3r\x1b[2;2H\x1b[!pc",
        &["ab", "", " c"],
        (3, 3),
    ),
    ("reset of the alternate screen", "m\x1b[?47h\x1b[Ha\x1bc\x1b[?47h", &[], (1, 1)),
    ("reset", "ab\x1b(0\x1b[4h\x1b[?1049hx\x1bcq", &["q"], (1, 2)),
    // Output that is not shown.
    ("an emoji asked for in colour", "a\u{2764}\u{fe0f}b", &["a\u{2764}b"], (1, 4)),
    ("strings are swallowed", "a\x1b_x\x1b\\b\x1b^y\x1b\\c\x1bXz\x1b\\d", &["abcd"], (1, 5)),
    ("odd sequences are swallowed", "a\x1b[1?2zb\x1b[>4;2mc\x1b[=1ud\x1b[<ue", &["abcde"], (1, 6)),
    ("a cancelled sequence", "a\x1b[31\x18b\x1b]0;t\x1ac", &["abc"], (1, 4)),
    ("an escape in a sequence begins anew", "a\x1b[3\x1b[2Cb", &["a  b"], (1, 5)),
    ("a control in a sequence acts", "ab\x1b[\r2Cc", &["abc"], (1, 4)),
    ("no text after a cut escape is lost", "a\x1bé", &["aé"], (1, 3)),
    ("C1 controls show nothing", "a\u{9b}31mb", &["a31mb"], (1, 6)),
];

#[test]
fn screens_match_those_of_a_real_terminal() {
    for (name, bytes, expected, place) in SCREENS {
        let mut emulator = emulator(10, 5);
        emulator.feed(bytes.as_bytes());
        assert_eq!(rows(&emulator), *expected, "{name}");
        assert_eq!(cursor(&emulator), *place, "{name}");
        assert!(replies(&mut emulator).is_empty(), "{name}");

        let mut by_byte = Emulator::new(emulator.size());
        for byte in bytes.as_bytes() {
            by_byte.feed(&[*byte]);
        }
        assert_eq!(rows(&by_byte), *expected, "{name}, byte by byte");
        assert_eq!(cursor(&by_byte), *place, "{name}, byte by byte");
    }
}
