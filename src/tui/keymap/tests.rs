use super::*;
use crate::tui::command::ENTRIES;

#[test]
fn the_default_keymap_is_whole_and_without_conflict() {
    let (map, problems) = Keymap::load(None);
    assert_eq!(problems, []);
    let typed = [Chord::parse("j").unwrap()];
    assert_eq!(map.look_up(KeyContext::Table, &typed), Lookup::Bound(Command::Down));
    let typed = [Chord::parse("ctrl-c").unwrap()];
    assert_eq!(map.look_up(KeyContext::Logs, &typed), Lookup::Bound(Command::Quit));
}

#[test]
fn where_h_goes_left_l_goes_right() {
    use KeyContext::{CopyMode, Logs, Menu, Playback, Telemetry, Text};
    let (map, _) = Keymap::load(None);
    for context in [Text, Logs, Telemetry, Menu, CopyMode, Playback] {
        let bound = |key| match map.look_up(context, &[Chord::parse(key).unwrap()]) {
            Lookup::Bound(command) => Some(command),
            _ => None,
        };
        let [h, left, l, right] = ["h", "left", "l", "right"].map(bound);
        if h.is_some() && h == left {
            assert_eq!(l, right, "{context:?}");
        }
    }
}

#[test]
fn names_are_unique_and_every_bound_intent_has_one() {
    for (index, entry) in ENTRIES.iter().enumerate() {
        assert!(
            ENTRIES[index + 1..]
                .iter()
                .all(|other| other.name != entry.name && other.command != entry.command),
            "{}",
            entry.name
        );
    }
}

#[test]
fn a_conflict_names_both_intents_and_the_place() {
    let problems = Keymap::parse("[table]\nmark = \"v\"\nlogs = [\"v\", \"l\"]").unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].0, "keymap: `v` means both `logs` and `mark` in `table`");
}

#[test]
fn a_prefix_of_another_binding_is_a_conflict() {
    let problems = Keymap::parse("[text]\ntop = \"g g\"\nbottom = \"g\"").unwrap_err();
    assert!(problems[0].0.contains("`top`") && problems[0].0.contains("`bottom`"), "{problems:?}");
}

#[test]
fn a_users_table_rebinds_and_unbinds() {
    let user = "[table]\nmark = \"v\"\nlogs = []".parse::<toml::Table>().unwrap();
    let (map, problems) = Keymap::load(Some(&user));
    assert_eq!(problems, []);
    let look = |key| map.look_up(KeyContext::Table, &[Chord::parse(key).unwrap()]);
    assert_eq!(look("v"), Lookup::Bound(Command::Mark));
    assert_eq!(look("space"), Lookup::Unbound);
    assert_eq!(look("l"), Lookup::Unbound);
}

#[test]
fn sequences_wait_and_tell_what_may_follow() {
    let map = Keymap::parse("[text]\ntop = \"g g\"\nfold = \"g z\"").unwrap();
    let g = Chord::parse("g").unwrap();
    assert_eq!(map.look_up(KeyContext::Text, &[g]), Lookup::Prefix);
    assert_eq!(map.look_up(KeyContext::Text, &[g, g]), Lookup::Bound(Command::Top));
    assert_eq!(
        map.continuations(KeyContext::Text, &[g]),
        [("z".to_owned(), Command::Fold), ("g".to_owned(), Command::Top)]
    );
}

#[test]
fn what_is_wrong_is_named() {
    let user = "[tabel]\nmark = \"v\"\n[table]\nmurk = \"v\"\nmark = \"hyper-x\"".parse().unwrap();
    let (_, problems) = Keymap::load(Some(&user));
    let text = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    for part in ["`tabel`", "`murk`", "`hyper-x`"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn a_command_is_not_bound_where_no_layer_does_it() {
    let problems = Keymap::parse("[text]\nattach = \"a\"\n[everywhere]\nattach = \"a\"").unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].0, "keymap: `attach` does nothing in `text`; it works in table, telemetry, menu");
}

#[test]
fn the_prefix_of_consoles_can_be_another_key_but_never_none() {
    let prefix = |keys: &str| {
        let user = format!("[console]\nprefix = {keys}\n").parse().unwrap();
        let (map, problems) = Keymap::load(Some(&user));
        assert_eq!(problems, []);
        map.console()
    };
    let key = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
    let keys = prefix("\"ctrl-b\"");
    assert_eq!(keys.prefix_name, "Ctrl-b");
    assert!(keys.is_prefix(key('b')) && !keys.is_prefix(key(']')));
    assert!(prefix("[]").is_prefix(key(']')));
}

#[test]
fn keys_that_terminals_send_as_others_are_refused_with_the_key_that_comes() {
    for (key, comes) in [
        ("ctrl-[", "esc"),
        ("ctrl-3", "esc"),
        ("ctrl-i", "tab"),
        ("ctrl-m", "enter"),
        ("ctrl-h", "backspace"),
        ("ctrl-8", "backspace"),
        ("ctrl-2", "ctrl-space"),
        ("ctrl-shift-x", "ctrl-x"),
        ("ctrl-,", ","),
        ("ctrl-1", "1"),
        ("shift-1", "the character that it types"),
        ("shift-space", "space"),
        ("shift-enter", "enter"),
        ("ctrl-enter", "enter"),
        ("ctrl-tab", "tab"),
        ("ctrl-backspace", "backspace"),
        ("alt-[", "esc ["),
        ("alt-O", "esc O"),
        ("g ctrl-i", "tab"),
    ] {
        let problems = Keymap::parse(&format!("[table]\nmark = '{key}'")).unwrap_err();
        assert_eq!(problems.len(), 1, "{key}: {problems:?}");
        assert!(problems[0].0.contains(&format!("send `{comes}` for")), "{key}: {problems:?}");
    }
    for key in
        ["ctrl-d", "ctrl-\\", "ctrl-]", "ctrl-^", "ctrl-_", "ctrl-space", "shift-tab", "shift-a", "alt-x"]
    {
        assert!(Keymap::parse(&format!("[table]\nmark = '{key}'")).is_ok(), "{key}");
    }
    for key in ["shift-left", "ctrl-left", "ctrl-f5", "alt-enter", "G", "!"] {
        assert!(Keymap::parse(&format!("[table]\nmark = '{key}'")).is_ok(), "{key}");
    }
}
