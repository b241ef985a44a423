//! Recorded programs: the screen is compared at stops all along what they wrote to 80 columns and 24 rows.

use crate::compare::{Case, Comparison};

const STOPS: usize = 24;

macro_rules! recordings {
    ($($test:ident: $name:literal,)+) => {
        $(#[test]
        fn $test() {
            check($name, include_bytes!(concat!("../recordings/", $name, ".bin")));
        })+
    };
}

recordings! {
    vim_with_the_colour_scheme_blue: "vim-blue",
    vim_with_the_colour_scheme_morning: "vim-morning",
    vim_with_the_colour_scheme_habamax: "vim-habamax",
    htop: "htop",
    midnight_commander: "mc",
    tmux: "tmux",
    less_with_colours: "less",
    dialog_in_the_c_locale: "dialog",
    whiptail_in_the_c_locale: "whiptail",
    fzf: "fzf",
    nano: "nano",
    git_log_with_a_graph: "git-log",
    a_progress_line_below_a_scrolling_region: "apt-progress",
    emacs_in_a_terminal: "emacs",
    vttest_menu_1_cursor_movements: "vttest-1",
    vttest_menu_2_screen_features: "vttest-2",
    vttest_menu_3_character_sets: "vttest-3",
    vttest_menu_8_insert_and_delete: "vttest-8",
}

fn check(name: &str, recording: &[u8]) {
    let pieces = pieces(recording);
    let cases: Vec<Case> = (1..=STOPS)
        .map(|stop| {
            let end = pieces.len() * stop / STOPS;
            Case { name: format!("{name}, stop {stop}"), chunks: pieces[..end].to_vec() }
        })
        .collect();
    Comparison::new(80, 24).check(&cases);
}

/// Cuts before each CSI, where no sequence is under way.
fn pieces(recording: &[u8]) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    let mut from = 0;
    for at in 1..recording.len() {
        if recording[at..].starts_with(b"\x1b[") {
            pieces.push(recording[from..at].to_vec());
            from = at;
        }
    }
    pieces.push(recording[from..].to_vec());
    pieces
}
