//! Rectangles, protection, character sets, the alternate screen and resets.

use super::check;
use crate::compare::{Case, Comparison};

#[test]
fn rectangles_are_filled_erased_copied_and_marked() {
    let mut cases = Vec::new();
    for setup in ["", "\x1b[2;5r\x1b[?69h\x1b[4;12s\x1b[?6h"] {
        for operation in [
            "88;2;3;4;9$x",
            "88$x",
            "88;4;9;2;3$x",
            "31;1;1;2;2$x",
            "233;1;1;2;2$x",
            "128;1;1;2;2$x",
            "88;2;3;99;99$x",
            "2;3;4;9$z",
            "$z",
            "2;3;4;9${",
            "${",
            "2;3;4;9;1;4;7;1$v",
            "2;3;4;9;1;3;4;1$v",
            "2;3;4;9;1;1;1;1$v",
            "2;3;4;9;1;6;18;1$v",
            "$v",
            "2;3;4;9;1$r",
            "2;3;4;9;1;4;7$r",
            "2;3;4;9;7$t",
            "$t",
            "2;3;4;9;0$r",
            "2*x\x1b[2;3;4;9;7$t",
            "2*x\x1b[2;3;4;9;4;5$r",
            "1*x\x1b[2;3;4;9;7$t",
            "2;3;4;9;0$t",
        ] {
            cases.push(format!("{{fill}}{setup}\x1b[31;44;1m\x1b[{operation}"));
        }
    }
    for case in [
        "漢字漢字\x1b[1;2;1;3$z",
        "漢字漢字\x1b[88;1;2;1;3$x",
        "漢字漢字\x1b[1;2;1;3;1;2;6;1$v",
        "漢字漢字\x1b[2;1;2;6;1;1;2;1$v",
    ] {
        cases.push(case.to_owned());
    }
    check(&cases.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn protected_cells_outlast_selective_erasures() {
    let mut cases = Vec::new();
    for protect in ["\x1b[1\"q", "\x1bV"] {
        let end = if protect == "\x1bV" { "\x1bW" } else { "\x1b[0\"q" };
        for erase in [
            "\x1b[?K",
            "\x1b[?1K",
            "\x1b[?2K",
            "\x1b[?J",
            "\x1b[?1J",
            "\x1b[?2J",
            "\x1b[K",
            "\x1b[1K",
            "\x1b[2K",
            "\x1b[J",
            "\x1b[1J",
            "\x1b[2J",
            "\x1b[3X",
            "\x1b[1;1;4;9${",
            "\x1b[1;1;4;9$z",
            "\x1b[H\x1b[?J",
            "\x1b[6;20H\x1b[?1J",
            "\x1b[2J\x1b[2J",
            "\x1b[!p\x1b[2J",
            "\x1b[?2J\x1b[2J",
            "\x1b[3P",
            "\x1b[3@",
        ] {
            cases.push(format!(
                "{{fill}}\x1b[3;3H{protect}safe{end}bare{protect}safe{end}\x1b[42m\x1b[3;6H{erase}"
            ));
        }
    }
    check(&cases.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn bytes_that_are_no_utf_8_show_as_replacements() {
    let inputs: [&[u8]; 17] = [
        b"caf\xe9|\r\nabc\xffd|\r\n",
        b"\xc3",
        b"\xc3x",
        b"\xc3\x1b[31mx",
        b"\xe6\xbcx",
        b"\xe6\xbc\xe6\xbc\xa2",
        b"\xf0\x9f\x98x",
        b"\xf0\x9fx",
        b"\xf0\x28\x8c\x28",
        b"\xed\xa0\x80x",
        b"\xed\xb0\x80x",
        b"\xfe\xfex",
        b"\x80\x81x",
        b"\xbf\xbfx",
        b"\xc2\x80x",
        b"\xef\xbf\xbdx",
        b"\xef\xbf\xbex",
    ];
    let cases: Vec<Case> = inputs.iter().map(|bytes| Case::new("bytes", bytes)).collect();
    Comparison::new(20, 6).check(&cases);
}

#[test]
fn character_sets_are_designated_and_invoked() {
    check(&[
        "\x1b(0`abcdefghijklmnopqrstuvwxyz{|}~_\x1b(Bq",
        "\x1b)0\x0eqx\x0fqx",
        "\x1b*0\x1bnqx\x1b+0\x1boqx\x0fq",
        "\x1b*0\x1bNqq\x1b+0\x1bOxx",
        "\x1b(A#\x1b(B#",
        "\x1b(0\x1b[!pq",
        "\x1b(0\x1bcq",
        "\x1b(0\x1b7\x1b(Bq\x1b8q",
        "\x1b(0\x1b[?1049hq\x1b(B\x1b[?1049lq",
        "\x1b(0é漢q",
    ]);
}

#[test]
fn national_sets_replace_characters_in_their_mode() {
    let text = "#@[\\]^_`{|}~$aA9";
    let sets =
        ["A", "4", "5", "C", "R", "f", "Q", "9", "K", "Y", "E", "6", "`", "%6", "Z", "7", "H", "=", "B", "0"];
    let mut cases: Vec<String> = sets
        .iter()
        .flat_map(|set| {
            [format!("\x1b[?42h\x1b({set}{text}"), format!("\x1b[?42h\x1b){set}a\x0e{text}\x0f{text}")]
        })
        .collect();
    for case in [
        "\x1b(K[]",
        "\x1b(A#",
        "\x1b[?42h\x1b(K[\x1b[?42l[\x1b[?42$p",
        "\x1b[?42h\x1b(K[\x1b[!p[\x1b[?42$p",
        "\x1b[?42h\x1b(K[\x1bc[\x1b[?42$p",
        "\x1b[?42h\x1b(K\x1b7\x1b(B[\x1b8[",
        "\x1b[?42h\x1b[?42s\x1b[?42l\x1b[?42r\x1b(K[\x1b[?42$p",
        "\x1b[61\"p\x1b[?42h\x1b[?42$p\x1b(K[",
    ] {
        cases.push(case.to_owned());
    }
    check(&cases.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn the_alternate_screen_switches_as_its_three_modes_do() {
    let mut cases = Vec::new();
    for enter in ["47h", "1047h", "1049h", "1048h"] {
        for leave in ["47l", "1047l", "1049l", "1048l"] {
            cases.push(format!(
                "{{fill}}\x1b[3;4H\x1b[?{enter}\x1b[42mone\x1b[5;2Htwo\x1b[?{leave}three\x1b[?6n"
            ));
            cases.push(format!("{{fill}}\x1b[?{enter}one\x1b[?{leave}\x1b[?47htwo\x1b[6n"));
            cases.push(format!(
                "{{fill}}\x1b[?{enter}one\x1b[?{enter}two\x1b[?{leave}\x1b[?{leave}three\x1b[6n"
            ));
        }
    }
    cases.push("{fill}\x1b[?47hone\x1bc\x1b[3;3Htwo".to_owned());
    cases.push("{fill}\x1b[?47hone\x1b[2J\x1bc\x1b[?47htwo".to_owned());
    check(&cases.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn resets_go_as_far_as_in_xterm() {
    let states = [
        "\x1b[2;4r",
        "\x1b[?69h\x1b[3;9s",
        "\x1b[?6h",
        "\x1b[?7l",
        "\x1b[4h",
        "\x1b[20h",
        "\x1b[?45h",
        "\x1b[?41h",
        "\x1b[1;4;7;31;42m",
        "\x1b(0",
        "\x1b)0\x0e",
        "\x1b[3;3H\x1b7",
        "\x1b[3g",
        "\x1b[5G\x1bH",
        "\x1b[1\"q",
        "\x1bV",
        "\x1b[2*x",
        "\x1b[?47h",
        "\x1b[?1049h",
        "\x1b[?1h\x1b=",
        "\x1b[?2004h",
        "\x1b[?1000h",
        "\x1b[?25l",
    ];
    let mut cases = Vec::new();
    for state in states {
        for reset in ["\x1b[!p", "\x1bc", "\x1b#8", "\x1b[61\"p\x1b[64;1\"p", "\x1b[62\"p\x1b[64\"p"] {
            cases.push(format!(
                "\x1b[4;4Habc{state}def{reset}ghi\x1b[6n\t{{row}}q\nq\x1b8z\x1b[?2K\x1b[5;6;7$r"
            ));
        }
    }
    check(&cases.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn lines_of_double_width_end_in_the_middle() {
    let mut cases = Vec::new();
    for size in ["3", "4", "5", "6"] {
        for then in [
            "abcdefghijklmnopqrstuvwxyz",
            "\x1b[99Cx\x1b[6n",
            "\t\tx\x1b[6n",
            "\x1b[15Gx\x1b[6n",
            "\x1b[15G\x1b[Cx\x1b[6n",
            "\x1b[3;5Hx\x1b[6n",
            "\x1b[10Gab",
            "\x1b[9G漢字",
            "\x1b[10G漢字",
            "\x1b[?7labcdefghijkl",
            "\x1b[3Gx\x1b[K",
            "\x1b[2K",
            "\x1b[J\x1b[Hy",
            "\x1b[2Jabcdefghijkl",
            "\x1b[A\x1b[Jabcdefghijklm\x1b[2;9Hnopq",
            "\x1b[B\x1b[1Jabcdefghijklm\x1b[2;9Hnopq",
            "\x1b[Labcdefghijkl\x1b[3;9Hxyz",
            "\x1b[M\x1b[2;9Hxyz",
            "\x1b[S\x1b[1;9Hxyz",
            "\x1b#5\x1b[9Gxyz",
            "\x1b#6\x1b[9Gxyz",
            "\x1b[?69h\x1b[2;9Hxyz",
            "\x1bc\x1b[2;9Hxyz",
            "\x1b[!p\x1b[2;9Hxyz",
            "\x1b#8\x1b[2;9Hxyz",
            "\x1b[?1049h\x1b[2;9Hxyz\x1b[?1049l\x1b[2;9Hxyz",
        ] {
            cases.push(format!("{{fill}}\x1b[2H\x1b#{size}{then}"));
            cases.push(format!("{{fill}}\x1b[2;12H\x1b#{size}\x1b[6n{then}"));
        }
    }
    cases.push("{fill}\x1b[?69h\x1b[2H\x1b#6abcdefghijklm".to_owned());
    check(&cases.iter().map(String::as_str).collect::<Vec<_>>());
}
