//! Queries for modes, settings and states: the replies are xterm's.

use crate::compare::{Case, Comparison};

fn check(cases: impl IntoIterator<Item = String>) {
    let cases: Vec<Case> = cases.into_iter().map(|text| Case::new(&text, text.as_bytes())).collect();
    Comparison::new(20, 6).check(&cases);
}

#[test]
#[rustfmt::skip]
fn modes_report_whether_they_are_set() {
    // 12 shows what xterm sends, its replies too.
    let ansi = (1..=22).filter(|mode| ![3, 12].contains(mode)).flat_map(|mode| {
        [format!("\x1b[{mode}$p"), format!("\x1b[{mode}h\x1b[{mode}$p"), format!("\x1b[{mode}l\x1b[{mode}$p")]
    });
    // 3 changes the width of the window, 38 opens another one, 46 a file, 1046 turns off the alternate screen for good.
    // 1045 is newer than this xterm. Of the others this terminal has nothing: scrollbar, margin bell, sixel graphics, pixels,
    // selections, keyboards, readline.
    let lacking = [
        2, 3, 13, 14, 38, 46, 80, 1014, 1016, 1041, 1044, 1045, 1046, 1050, 1051, 1052, 1053, 1060, 1061, 1070, 2001, 2002, 2003,
        2005, 2006,
    ];
    let private = (1..=110).chain(1000..=1070).chain(2000..=2010).filter(|mode| !lacking.contains(mode));
    let private = private.flat_map(|mode| {
        [
            format!("\x1b[?{mode}$p"),
            format!("\x1b[?{mode}h\x1b[?{mode}$p\x1b[?{mode}l"),
            format!("\x1b[?{mode}h\x1b[?{mode}l\x1b[?{mode}$p"),
        ]
    });
    let saved = [1, 5, 6, 7, 25, 40, 41, 45, 47, 69, 1000, 1004, 1049, 2004];
    let private = private.chain(saved.map(|mode| {
        format!("\x1b[?{mode}h\x1b[?{mode}s\x1b[?{mode}l\x1b[?{mode}r\x1b[?{mode}$p\x1b[?{mode}l")
    }));
    check(ansi.chain(private));
}

#[test]
#[rustfmt::skip]
fn settings_are_reported_as_they_were_made() {
    let settings = [
        ("m", "\x1b[1;4;7m"), ("m", "\x1b[31;44m"), ("m", "\x1b[91;102m"), ("m", "\x1b[38;5;200;48;5;17m"),
        ("m", "\x1b[38;2;1;2;3m"), ("m", "\x1b[2;3;5;9m"), ("m", "\x1b[8m"), ("m", "\x1b[21m"), ("m", ""), ("r", ""),
        ("r", "\x1b[2;4r"), ("s", ""), ("s", "\x1b[?69h\x1b[3;9s"), (" q", "\x1b[3 q"), (" q", "\x1b[6 q"), ("\"q", ""),
        ("\"q", "\x1b[1\"q"), ("\"q", "\x1bV"), ("\"p", ""), ("\"p", "\x1b[65;1\"p"), ("\"p", "\x1b[63;1\"p"),
        ("\"p", "\x1b[62;2\"p"), ("\"p", "\x1b[62;1\"p\x1b[65;1\"p"), ("\"p", "\x1b[63;1\"p\x1b[66;1\"p"), ("t", ""),
        ("$|", ""), ("*|", ""), ("+q", ""), ("*}", ""), 
        ("+r", ""), ("x", ""), ("", ""), ("mm", ""),
    ];
    check(settings.into_iter().map(|(setting, before)| format!("{before}\x1bP$q{setting}\x1b\\")));
}

#[test]
#[rustfmt::skip]
fn checksums_are_taken_in_all_their_forms() {
    let texts = ["", "A", "AB", "a\x1b[1mb\x1b[4mc\x1b[7md\x1b[5me", "é漢x", "\x1b[1\"qp", "\x1b[44m\x1b[Kx", "\x1b#8", "abc\x1b[2J", "abc\x1b[4P"];
    // Where a blank was drawn or erased is known to xterm alone, which counts it among others.
    let blanks = [" ", "A B", "abc\x1b[1K", "abc\r\x1b[2X", "x\x1b[1;1;6;20$z", "\x1b[32;1;1;6;20$x"];
    let cells = ["1;1;1;1", "1;2;1;2", "1;3;1;3", "3;3;3;3"];
    let areas = ["1;1;1;3", "1;1;6;20", ""];
    let screens = texts.into_iter().flat_map(|text| cells.into_iter().chain(areas).map(move |area| (text, area)));
    let screens = screens.chain(blanks.into_iter().flat_map(|text| cells.into_iter().map(move |area| (text, area))));
    let forms = ["", "\x1b[1#y", "\x1b[2#y", "\x1b[3#y", "\x1b[4#y", "\x1b[7#y", "\x1b[23#y", "\x1b[55#y"];
    check(screens.flat_map(|(screen, area)| forms.map(|form| format!("{screen}{form}\x1b[7;1;{area}*y"))));
}

#[test]
#[rustfmt::skip]
fn status_reports_say_what_xterm_says() {
    let numbers = [0, 5, 6, 7, 15, 25, 26, 56, 62, 63, 75, 85, 99];
    let plain = numbers.into_iter().map(|number| format!("\x1b[{number}n"));
    let private = numbers.into_iter().map(|number| format!("\x1b[?{number}n"));
    let sums = ["63;1", "63;123", "63"].into_iter().map(|number| format!("\x1b[?{number}n"));
    let others = ["\x1b[x", "\x1b[1x", "\x1b[?4m", "\x1b[>4;2m\x1b[?4m", "\x1b[#S", "\x1b[99n"];
    check(plain.chain(private).chain(sums).chain(others.map(str::to_owned)));
}

#[test]
#[rustfmt::skip]
fn replies_take_their_eight_bit_form_on_request() {
    let queries = ["\x1b[6n", "\x1b[5n", "\x1b[?6n", "\x1bP$qm\x1b\\", "\x1b[4$p", "\x1b[?7$p", "\x1b]4;1;#010203\x07\x1b]4;1;?\x1b\\"];
    let forms = ["\x1b G", "\x1b G\x1b F", "\x1b[62\"p", "\x1b[62;0\"p", "\x1b[62;2\"p", "\x1b[64\"p", "\x1b[61\"p"];
    check(forms.into_iter().flat_map(|form| queries.into_iter().map(move |query| format!("{form}{query}"))));
}

#[test]
#[rustfmt::skip]
fn features_come_and_go_with_the_conformance_level() {
    let features = [
        "\x1b[4$p", "\x1b[?7$p", "\x1b[?69h\x1b[5;9s\x1b[3;1Habcdefghijkl\x1b[6n", "\x1b[65;1;1;3;3$x", "\x1b[1;1;3;3$z",
        "abc\x1b[1;1;1;3;1;2;1;1$v", "abc\x1b[1;1;1;3;7$r", "abc\r\x1b[2'}", "abc\r\x1b['~", "abc\r\x1b6", "abc\r\x1b9",
        "abc\x1b[ @", "\x1b[1\"qab\x1b[?2K", "\x1bP$qm\x1b\\", "a\x1b[3b", "\x1b[?6n", "\x1b[1;31mab\x1b[!pc", "abc\r\x1b[2X", "\x1b[?2Kab",
        "\x1b*0\x1bNq", "ab\x1b[4hcd\x1b[He", "\x1b[?95h\x1b[?95$p",
    ];
    check([61, 62, 63, 64, 65].into_iter().flat_map(|level| {
        // What the highest level adds is not here: a change of columns that keeps the screen (95).
        let count = features.len() - usize::from(level == 65);
        features.into_iter().take(count).map(move |feature| format!("\x1b[{level};1\"p{feature}\x1b[64;1\"p"))
    }));
}

#[test]
#[rustfmt::skip]
fn colours_that_were_set_are_reported_until_they_are_reset() {
    let cases = [
            "\x1b]4;1;rgb:1/2/3\x07\x1b]4;1;?\x07",
            "\x1b]4;1;rgb:11/22/33\x1b\\\x1b]4;1;?\x1b\\",
            "\x1b]4;1;rgb:1111/2222/3333\x07\x1b]4;1;?\x07",
            "\x1b]4;1;#123\x07\x1b]4;1;?\x07",
            "\x1b]4;1;#112233\x07\x1b]4;1;?\x07",
            "\x1b]4;1;#111222333\x07\x1b]4;1;?\x07",
            "\x1b]4;1;#111122223333\x07\x1b]4;1;?\x07",
            "\x1b]4;1;#112233;2;#445566\x07\x1b]4;1;?;2;?\x07",
            "\x1b]4;300;#112233\x07\x1b]4;300;?\x07",
            "\x1b]4;1;nonsense\x07",
            "\x1b]10;#112233\x07\x1b]10;?\x07",
            "\x1b]11;#112233;#445566\x07\x1b]11;?;?\x07",
            "\x1b]12;#112233\x07\x1b]12;?\x1b\\",
            "\x1b]13;#112233\x07\x1b]13;?\x07",
            "\x1b]17;#112233\x07\x1b]17;?\x07\x1b]19;#445566\x07\x1b]19;?\x07",
            "\x1b]5;0;#112233\x07\x1b]5;0;?\x07",
            "\x1b]5;1;#112233;2;#445566\x07\x1b]5;1;?;2;?\x07",
            "\x1b]4;256;#112233\x07\x1b]4;256;?\x07",
    ];
    let cases: Vec<Case> = cases.into_iter().map(|text| Case::new(text, text.as_bytes())).collect();
    Comparison::new(20, 6).with_colours().check(&cases);
}
