//! Differences that are meant, with their reasons.

use std::sync::LazyLock;

use regex::bytes::Regex;

/// Replies that name the terminal or its own colours: a pattern of the reply, and why ours is another.
const REPLIES: &[(&str, &str)] = &[
    (r"\x1b\[[?>=][0-9;]*c", "device attributes: ours claim what this terminal has, not what a VT420 has"),
    (r"\x1bP!\|[0-9A-F]*\x1b\\", "the unit's identity"),
    (r"\x1bP>\|[^\x1b]*\x1b\\", "the name and version of the terminal"),
    (
        r"\x1b\][0-9;]*;rgb:[0-9a-f/]*(\x07|\x1b\\)",
        "the default colours and palette of the user's own terminal",
    ),
    (r"\x1bP[01]\+r[^\x1b]*\x1b\\", "terminfo strings: ours name the capabilities of this terminal"),
    (r"\x1bP1\$r[0-6] q\x1b\\", "the cursor's style is the user's until an application sets it"),
    (r"\x1b\[\?[0-9]+u", "the kitty keyboard, which this xterm lacks"),
    (
        r"\x1b\[\?1007;[0-9]\$y",
        "the wheel is keys on the alternate screen from the start, which xterm leaves to a resource",
    ),
    (r"\x1b\[[0-9;]+t", "window operations: sizes in pixels and the window's place"),
];

/// The default colours and the palette are the user's own.
const COLOURS: &str = r"\x1b\][0-9;]*;rgb:[0-9a-f/]*(\x07|\x1b\\)";

static MEANT_REPLIES: LazyLock<Regex> = LazyLock::new(|| {
    let all: Vec<&str> = REPLIES.iter().map(|(pattern, _)| *pattern).collect();
    Regex::new(&format!("(?-u:{})", all.join("|"))).unwrap()
});
static MEANT_COLOURS: LazyLock<Regex> = LazyLock::new(|| Regex::new(&format!("(?-u:{COLOURS})")).unwrap());

/// The replies without those that are meant to differ; colours are among them unless the case set them.
pub(crate) fn without_meant(replies: &[u8], with_colours: bool) -> Vec<u8> {
    let replies = MEANT_REPLIES.replace_all(replies, &b""[..]);
    if with_colours {
        replies.into_owned()
    } else {
        MEANT_COLOURS.replace_all(&replies, &b""[..]).into_owned()
    }
}

/// Sequences after which xterm differs by a fault of its own: a pattern of the case, and why.
const SEQUENCES: &[(&str, &str)] = &[
    (
        r"\x1b\[4h.*\x1b\[\?69h|\x1b\[\?69h.*\x1b\[4h",
        "insert mode left of the margins: xterm decides once for all the text that it has read at a time",
    ),
    (r"8[;:]2[;:].*\$[xz]", "a filled rectangle keeps half of the direct colour that was there"),
    (
        "[漢字あい😀].*\x1b\\[[0-9]*(@|P| @| A|'~|'\\}|M)|[漢字あい😀].*\x1b9",
        "inserted and deleted columns of wide characters: xterm erases a cell too many by what stood there before",
    ),
    (
        "[漢字あい😀].*(\n|\x0b|\x0c|\x1b[DEM]|\x1b\\[[0-9]*[LMSTb])|\x1b\\[[0-9]*[LMST].*[漢字あい😀]",
        "before a scroll is drawn, xterm leaves halves of wide characters",
    ),
    (
        r"\x1b\[\?7l.*[漢字あい😀]",
        "without autowrap the last wide character stays, as where xterm reads all of them at once; else it drops them",
    ),
    (
        r"\x1b\[!p.*(\x1b8|\x1b\[u|\x1b\[\?104[89]l)",
        "a soft reset forgets to reset faint, strike and double underline, which come back with the cursor",
    ),
    (
        "(\x1bV|\x1b\\[1\"q).*[漢字あい😀]",
        "writing over half of a protected wide character: xterm takes the other half for protected, too",
    ),
    (
        r"\x1b\[\?45h.*\x1b\[\?6h|\x1b\[\?6h.*\x1b\[\?45h",
        "a cursor that reverse wraparound brought above the origin is reported on row zero or less",
    ),
    (
        r"\x1b\[[\x00-\x1f]*\?[0-9;]*m",
        "queries for resources of the keyboard that this terminal does not have",
    ),
    (
        r"(\x1b[\]P_]).*\x1b[\x00-\x17]",
        "a control behind the escape that would end a string: xterm waits on for the rest of the string's end",
    ),
    (
        r"\x1b\[\?6h.*(\x1b8|\x1b\[u|\x1b\[\?104[89]l)",
        "a cursor that was saved above the origin is reported on row zero or less",
    ),
    (
        "\x1b#[346][^\x1b]*[a-z]{11}",
        "a text that wraps behind a line of double width: xterm breaks the rest of it at half the width, too",
    ),
    (
        r"\x1b[()]4.*[\[|]",
        "the Dutch set has two characters above U+00FF, which xterm leaves as they are in ASCII",
    ),
    (r"\x1bc.*\x1b\[\?(47|1047)h", "a full reset clears the alternate screen, too, as later xterms do"),
    (r"\x7f", "DEL shows nothing; xterm prints it once a set of 96 characters is designated"),
    (r"\x1b[NO]-", "a soft hyphen shows nothing"),
];

/// Between the pieces of a pattern may be any bytes, such that are no UTF-8 too.
static MEANT_SEQUENCES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let compiled = SEQUENCES
        .iter()
        .map(|(pattern, reason)| (Regex::new(&pattern.replace(".*", "(?s-u:.)*")).unwrap(), *reason));
    compiled.collect()
});

/// The reason why a case may differ.
pub(crate) fn reason(case: &[u8]) -> Option<&'static str> {
    MEANT_SEQUENCES.iter().find(|(pattern, _)| pattern.is_match(case)).map(|(_, reason)| *reason)
}
