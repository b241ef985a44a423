//! What holds for every text, width and order of keys.

use proptest::prelude::*;

use super::super::view::position;
use super::*;

const KEYS: [&str; 40] = [
    "h", "j", "k", "l", "0", "^", "$", "w", "b", "e", "W", "B", "E", "{", "}", "H", "M", "L", "g", "G", "⌃d",
    "⌃u", "⌃f", "⌃b", "⌃e", "⌃y", "5j", "3w", "fa", "tb", ";", ",", "%", "n", "N", "*", "v", "V", "⌃v", "o",
];

fn texts() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        3 => "[a-c (){}._]{0,30}",
        1 => Just(String::new()),
        1 => "(a|日|e\u{301}| |本){0,20}",
    ];
    prop::collection::vec(line, 1..25).prop_map(|lines| lines.join("\n") + "\nend")
}

fn is_on_text(scene: &Scene) -> bool {
    let line = scene.text.line(scene.copy.cursor.line);
    line.is_some_and(|line| scene.copy.cursor.column == 0 || scene.copy.cursor.column < line.width())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_key_leaves_the_text_or_what_is_shown(
        text in texts(), columns in 3_u32..40, rows in 1_u16..12,
        keys in prop::collection::vec(prop::sample::select(&KEYS[..]), 0..25),
    ) {
        let mut scene = Scene::new(Fake::new(&text, columns, rows));
        for key in keys {
            scene.press(key);
            prop_assert!(is_on_text(&scene), "{:?} after {key}", scene.copy.cursor);
            scene.copy.settle(&scene.text, scene.text.size());
            let shown = scene.copy.view.rows(&scene.text);
            let position = position(&shown, scene.copy.cursor);
            prop_assert!(position.is_some(), "{:?} is not in {shown:?} after {key}", scene.copy.cursor);
        }
    }

    #[test]
    fn a_new_width_keeps_cursor_selection_and_text(
        text in texts(), widths in (3_u32..40, 3_u32..40),
        keys in prop::collection::vec(prop::sample::select(&KEYS[..36]), 0..12),
    ) {
        let mut scene = Scene::new(Fake::new(&text, widths.0, 8));
        scene.press("v");
        for key in keys {
            scene.press(key);
        }
        let before = (scene.cursor(), scene.copy.selected(&scene.text));
        scene.text.width = widths.1;
        scene.copy.settle(&scene.text, Size { rows: 9, ..scene.text.size() });
        prop_assert_eq!((scene.cursor(), scene.copy.selected(&scene.text)), before);
        let shown = scene.copy.view.rows(&scene.text);
        prop_assert!(position(&shown, scene.copy.cursor).is_some());
    }

    #[test]
    fn selecting_all_gives_the_lines_whatever_the_width(text in texts(), columns in 3_u32..40) {
        let lines: Vec<_> = text.lines().map(str::trim_end).collect();
        for keys in ["gvG$y", "gVGy"] {
            let mut scene = Scene::new(Fake::new(&text, columns, 5));
            scene.press(keys);
            let whole = lines.join("\n");
            prop_assert_eq!(scene.copied(), whole.trim_end_matches('\n'), "{}", keys);
        }
    }

    #[test]
    fn next_and_previous_match_are_opposites(text in texts(), columns in 3_u32..40, count in 1_usize..5) {
        let mut scene = Scene::new(Fake::new(&text, columns, 5));
        scene.press("g/a⏎");
        let before = scene.cursor();
        if scene.copy.search.as_ref().is_some_and(|search| search.current().is_some()) {
            scene.press(&"n".repeat(count)).press(&"N".repeat(count));
            prop_assert_eq!(scene.cursor(), before);
        }
    }
}
