//! Named cases by area: each on an empty screen of 20 columns and 6 rows.

mod state;

use crate::compare::{Case, Comparison};

const FILL: &str = "\x1b[1;1HAAAAAAAAAAaaaaaaaaaa\x1b[2;1HBBBBBBBBBBbbbbbbbbbb\x1b[3;1HCCCCCCCCCCcccccccccc\
                    \x1b[4;1HDDDDDDDDDDdddddddddd\x1b[5;1HEEEEEEEEEEeeeeeeeeee\x1b[6;1HFFFFFFFFFFffffffffff";
const FULL_ROW: &str = "01234567890123456789";

/// Compares cases in which `{fill}` is a screen full of letters and `{row}` a line of exactly the screen's width.
fn check(cases: &[&str]) {
    let cases: Vec<Case> = cases
        .iter()
        .map(|text| Case::new(text, text.replace("{fill}", FILL).replace("{row}", FULL_ROW).as_bytes()))
        .collect();
    Comparison::new(20, 6).check(&cases);
}

#[test]
fn background_colour_fills_what_scrolls_or_shifts_in() {
    check(&[
        "\x1b[H\x1b[44m\x1b[3T\x1b[m\x1b[6;1H",
        "\x1b[H\x1b[44m\x1b[2L\x1b[m\x1b[6;1H",
        "aaaaaaaaaaa\r\x1b[44m\x1b[8@\x1b[m\r\n",
        "{fill}\x1b[44m\n",
        "{fill}\x1b[44mx",
        "{fill}\x1b[44m\x1bD\x1b[H\x1bM",
        "{fill}\x1b[2;5r\x1b[44m\x1b[2S\x1b[45m\x1b[T",
        "{fill}\x1b[48;5;200m\x1b[3;4H\x1b[2M\x1b[3P",
        "{fill}\x1b[48;2;1;2;3m\x1b[3;4H\x1b[5X\x1b[4;4H\x1b[K\x1b[5;4H\x1b[1K",
        "{fill}\x1b[42m\x1b[?1049hx\x1b[41m\x1b[?1049l",
        "{fill}\x1b[42m\x1b[?1049hx\x1b[41m\x1b[2J\x1b[44m\x1b[5;5H\x1b[J",
        "{fill}\x1b[42m\x1b[?1047h\x1b[J\x1b[?1047l\x1b[m",
        "{fill}\x1b[45m\x1b[3;10H\x1b[2'}\x1b[46m\x1b[3'~",
        "{fill}\x1b[45m\x1b[2 @\x1b[46m\x1b[3 A",
        "\x1b[42;31m\x1bc",
        "\x1b[42m\x1b#8",
    ]);
}

#[test]
fn erasures_keep_no_attribute() {
    check(&[
        "\x1b[7mTitle\x1b[K\x1b[m\r\n\x1b[4munderlined\x1b[K\x1b[m\r\n",
        "{fill}\x1b[1;4;7;9m\x1b[3;4H\x1b[K\x1b[4;4H\x1b[1K\x1b[5;4H\x1b[2K\x1b[2;4H\x1b[4X",
        "{fill}\x1b[7;42m\x1b[3;4H\x1b[J",
        "{fill}\x1b[7;42m\x1b[3;4H\x1b[1J",
        "{fill}\x1b[7;42m\x1b[3;4H\x1b[3@\x1b[4;4H\x1b[3P\x1b[5;4H\x1b[L",
        "{fill}\x1b[7;42m\x1b[6;4H\n\n",
        "\x1b[5mblink\x1b[m \x1b[9mstrike\x1b[m \x1b[2mfaint\x1b[m\r\n\x1b[21mdouble\x1b[m \x1b[3mitalic",
    ]);
}

#[test]
fn a_pending_wrap_lasts_as_long_as_in_xterm() {
    let mut cases = vec!["{row}\tX\r\n".to_owned(), "\n{row}\x1b[AX\n\n".to_owned()];
    for between in [
        "\x1b[A",
        "\x1b[B",
        "\x1b[C",
        "\x1b[D",
        "\x1b[E",
        "\x1b[F",
        "\x1b[G",
        "\x1b[20G",
        "\x1b[d",
        "\x1b[e",
        "\x1b[a",
        "\x1b[`",
        "\x1b[20`",
        "\x1b[3d",
        "\x1b[I",
        "\x1b[Z",
        "\x1b[K",
        "\x1b[1K",
        "\x1b[J",
        "\x1b[1J",
        "\x1b[X",
        "\x1b[@",
        "\x1b[P",
        "\x1b[L",
        "\x1b[M",
        "\x1b[S",
        "\x1b[T",
        "\x1b[m",
        "\x1b[1m",
        "\x1b[!p",
        "\x1b[r",
        "\x1b7",
        "\x1b8",
        "\x1b7\x1b8",
        "\x1b[s\x1b[H\x1b[u",
        "\x1bH",
        "\x1bD",
        "\x1bM",
        "\x1bE",
        "\n",
        "\r",
        "\x08",
        "\x0b",
        "\t",
        "\x1b[?7l",
        "\x1b[?7h",
        "\x1b[?7l\x1b[?7h",
        "\x1b[4h",
        "\x1b[?6h",
        "\x1b[?6l",
        "\x1b[?69h",
        "\x1b[?69l",
        "\x1b[?25l",
        "\x1b[?1049h",
        "\x1b[?1049l",
        "\x1b[?47h\x1b[?47l",
        "\x1b[?1048h\x1b[H\x1b[?1048l",
        "\x1b[b",
        "\x1b[2'}",
        "\x1b[2'~",
        "\x1b[ @",
        "\x1b[ A",
        "\x1b6",
        "\x1b9",
        "\x1b[1\"q",
        "\x1b[6n",
        "\x1b(0",
        "\x1b[?41h\t",
        "\x1b[?45h\x08",
        "\x1b[?45h\x1b[2D",
        "\u{20d0}",
    ] {
        cases.push(format!("{{row}}{between}X"));
    }
    check(&cases.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn saving_and_restoring_the_cursor_leaves_autowrap() {
    check(&[
        "\x1b[?7l\x1b7\x1b[?7h\x1b8{row}{row}",
        "\x1b[?7h\x1b7\x1b[?7l\x1b8{row}{row}",
        "\x1b[?1048h\x1b[?7l\x1b[?1048l{row}{row}",
        "\x1b[?1049h\x1b[?7l\x1b[?1049l{row}{row}",
        "\x1b[4h\x1b7\x1b[4l\x1b8ab\x1b[Hc",
        "\x1b[2;5r\x1b[?6h\x1b[3;3H\x1b7\x1b[?6l\x1b[r\x1b8x\x1b[6n",
        "\x1b[?69h\x1b[4;9s\x1b[3;3H\x1b7\x1b[5;6Hab\x1b8xyzabcdefgh\x1b[?6h\x1b7\x1b[?6l\x1b8z",
        "\x1b[?69h\x1b[4;9s\x1b[3;3H\x1b[s\x1b[?69l\x1b[3;3H\x1b[s\x1b[H\x1b[ux",
        "\x1b[31;1m\x1b[1\"q\x1b(0\x1b7\x1b[m\x1b[0\"q\x1b(B\x1b8q\x1b[?2K",
        "\x1b[3;3H\x1b7\x1b[?47h\x1b8x\x1b[5;5H\x1b7\x1b[?47l\x1b8y\x1b[?47h\x1b8z\x1b[?6n",
        "\x1b[5;5H\x1b[u\x1b[6n",
    ]);
}

#[test]
fn scrolling_regions_stop_and_move_the_cursor() {
    check(&[
        "\x1b[H\x1b[2JA\r\nB\r\nC\r\nD\x1b[2;4r\x1b[1;1H\x1bMX\x1b[r\x1b[6;1H",
        "{fill}\x1b[2;4r\x1b[2;3H\x1bMx\x1b[4;3H\x1bDy\x1b[6;3H\x1bDz\x1b[6;3H\nw",
        "{fill}\x1b[2;4r\x1b[3;3H\x1b[9A1\x1b[3;3H\x1b[9B2\x1b[1;3H\x1b[9B3\x1b[6;3H\x1b[9A4\x1b[5;3H\x1b[9B5",
        "{fill}\x1b[2;4r\x1b[3;3H\x1b[9F1\x1b[3;3H\x1b[9E2\x1b[1;3H\x1b[9E3\x1b[6;3H\x1b[9F4\x1b[5;3H\x1b[9E5",
        "{fill}\x1b[2;4r\x1b[3;3H\x1b[9k\x1b[9e1\x1b[2d2\x1b[9d3",
        "{fill}\x1b[2;4r\x1b[1;3H\x1b[2L\x1b[2M\x1b[5;3H\x1b[2L\x1b[2M\x1b[3;3H\x1b[L",
        "{fill}\x1b[4;2r\x1b[6n\x1b[2;2r\x1b[6n\x1b[2;99r\x1b[6n\x1b[S\x1b[0;0r\x1b[S\x1b[3r\x1b[S",
        "{fill}\x1b[3;3H\x1b[0S\x1b[0T\x1b[0L\x1b[4;4H\x1b[0M\x1b[0@\x1b[0P\x1b[0X\x1b[0C\x1b[0D\x1b[0A\x1b[0Bx",
        "{fill}\x1b[2;4r\x1b[?6h\x1b[9;9Hx\x1b[6n\x1b[9dy\x1b[6n\x1b[?6lz",
    ]);
}

#[test]
fn left_and_right_margins_bound_cursor_text_and_edits() {
    let mut cases = vec![
        "{fill}\x1b[?69h\x1b[5;10s\x1b[3;6Habcdefghijkl".to_owned(),
        "{fill}\x1b[?69h\x1b[5;10s\x1b[3;12Habcdefghijklmn".to_owned(),
        "{fill}\x1b[?69h\x1b[5;10s\x1b[3;1Habcdefghijklmn".to_owned(),
        "\x1b[?69h\x1b[5;10s\x1b[3;8H漢漢漢".to_owned(),
        "\x1b[?69h\x1b[9;5s\x1b[6n\x1b[5;5s\x1b[6n\x1b[5;99s\x1b[6n\x1b[0;0s\x1b[6n\x1b[5s\x1b[6n\rx"
            .to_owned(),
        "\x1b[?69h\x1b[5;10s\x1b[?69lab\x1b[?69h\rabcdefghijklmnopqrstuvwxyz".to_owned(),
        "\x1b[?69h\x1b[5;10s\x1b[!p\x1b[Habcdefghijklmnopqrstuvwxyz\x1b[?69$p".to_owned(),
    ];
    let edits = [
        "\r",
        "\n",
        "\t",
        "\x08",
        "\x1b[9C",
        "\x1b[9D",
        "\x1b[9E",
        "\x1b[9F",
        "\x1b[9G",
        "\x1b[9`",
        "\x1b[9a",
        "\x1b[9e",
        "\x1b[I",
        "\x1b[2I",
        "\x1b[Z",
        "\x1b[2Z",
        "\x1b[2@",
        "\x1b[2P",
        "\x1b[L",
        "\x1b[M",
        "\x1b[S",
        "\x1b[T",
        "\x1bM",
        "\x1bD",
        "\x1bE",
        "\x1b6",
        "\x1b9",
        "\x1b['}",
        "\x1b['~",
        "\x1b[ @",
        "\x1b[ A",
        "\x1b[K",
        "\x1b[2J",
        "\x1b[9;9H",
        "\x1b[3d",
        "\x1b[4h12",
        "\x1b[9X",
    ];
    for origin in ["", "\x1b[?6h"] {
        for place in ["2;5", "5;10", "3;7", "3;2", "3;15", "1;7", "6;7", "2;10", "1;1", "6;20"] {
            for edit in edits {
                cases.push(format!(
                    "{{fill}}\x1b[42m\x1b[2;5r\x1b[?69h\x1b[5;10s{origin}\x1b[{place}H{edit}\x1b[6nx"
                ));
            }
        }
    }
    check(&cases.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn reverse_wrap_goes_back_over_line_ends() {
    let mut cases = Vec::new();
    for start in
        ["\x1b[3;1H", "\x1b[3;3H", "{row}", "{row}x", "\x1b[H", "\x1b[2;4r\x1b[2;1H", "\x1b[2;4r\x1b[H"]
    {
        for back in ["\x08", "\x08\x08\x08\x08", "\x1b[D", "\x1b[7D", "\x1b[30D", "\x1b[999D"] {
            for margins in ["", "\x1b[?69h\x1b[3;9s\x1b[3;3H", "\x1b[?7l", "\x1b[?6h"] {
                cases.push(format!("\x1b[?45h{start}{margins}{back}X"));
            }
        }
    }
    check(&cases.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn tabs_are_set_cleared_and_stop_at_margins() {
    check(&[
        "\x1b[3;5H\x1bH\r\tx\ty\tz\tw",
        "\x1b[3g\r\tx",
        "\x1b[9G\x1b[g\r\tx",
        "{row}\x1b[?41h\t\tX",
        "\x1b[?41h{row}\tX",
        "\x1b[?41h\x1b[?7l{row}\tX",
        "\x1b[?69h\x1b[3;12s\x1b[1;3H\t1\t2\t3\x1b[2;15H\t4\x1b[3;1H\x1b[2Z5\x1b[4;20H\x1b[9Z6",
        "\x1b[3;20H\x1b[Zx\x1b[2Zy\x1b[0Zz\x1b[99Zw",
        "\x1b[0Ix\x1b[1Iy\x1b[99Iz",
    ]);
}

#[test]
fn repeats_follow_the_character_alone() {
    check(&[
        "a\x1b[3bx",
        "a\x1b[m\x1b[3bx",
        "a\x1b[3b\x1b[3bx",
        "漢\x1b[3bx",
        "x\u{20d0}\x1b[3by",
        "\x1b(0q\x1b[3bx",
        "\x1b[3bx",
        "\x1b[?7la\x1b[30bx",
        "a\x1b[30bx",
        "\x1b[4habc\x1b[2D\x1b[2bd\x1b[2b",
        "a\r\x1b[3b",
        "a\x1b[0b",
    ]);
}

#[test]
fn insert_mode_shifts_the_rest_of_the_row() {
    check(&[
        "{fill}\x1b[3;4H\x1b[4h\x1b[42m12漢3",
        "{fill}\x1b[3;18H\x1b[4h12345",
        "{fill}\x1b[3;18H\x1b[4h\x1b[?7l12345",
        "漢漢漢漢漢漢漢漢漢漢\x1b[H\x1b[4hx\x1b[1;7Hy",
        "{fill}\x1b[?69h\x1b[3;9s\x1b[3;5H\x1b[4h1234567890",
    ]);
}

#[test]
fn wide_characters_leave_no_halves() {
    check(&[
        "漢字漢字\x1b[1;2Hx",
        "漢字漢字\x1b[1;3Hx",
        "漢字漢字\x1b[1;2H漢",
        "\x1b[42m漢字漢字\x1b[41m\x1b[1;2H\x1b[K",
        "\x1b[42m漢字漢字\x1b[41m\x1b[1;4H\x1b[1K",
        "\x1b[42m漢字漢字\x1b[41m\x1b[1;2H\x1b[2X",
        "\x1b[42m漢字漢字\x1b[41m\x1b[1;2H\x1b[2@",
        "\x1b[42m漢字漢字\x1b[41m\x1b[1;2H\x1b[2P",
        "\x1b[42m漢字漢字\x1b[41m\x1b[1;2H\x1b[P",
        "\x1b[1;20H漢x",
        "\x1b[?7l\x1b[1;20H漢x",
        "\x1b[?7l\x1b[1;19H漢字x",
        "\x1b[1;19H漢x",
        "\x1b[1;17H漢字漢\x1b[1;1H\x1b[@",
        "漢\u{334}\u{20d0}x",
    ]);
}
