//! What files of others are read as.

use std::time::Duration;

use super::{events, output};
use crate::Size;
use crate::recording::{Cast, CastVersion, EventKind, dump};

const V2: &str = r#"{"version": 2, "width": 80, "height": 24, "timestamp": 1504467315, "title": "Demo", "env": {"TERM": "xterm-256color", "SHELL": "/bin/zsh"}, "idle_time_limit": 2.5}
[0.25, "o", "Hello \u001b[32mWorld!\u001b[0m\r\n"]
[1.0, "i", "secret"]
[1.5, "m", "a\u001bmarker"]
[2, "r", "90x30"]
[3.5, "o", "Bye!"]
"#;

const V3: &str = r##"{"version": 3, "term": {"cols": 80, "rows": 24, "type": "xterm-256color", "theme": {"fg": "#d0d0d0"}}, "timestamp": 1504467315}
# a comment
[0.25, "o", "Hello \u001b[32mWorld!\u001b[0m\r\n"]
[0.75, "i", "secret"]

[0.5, "m", "a\u001bmarker"]
[0.5, "r", "90x30"]
[0.0, "z", {"of": "another kind"}]
[1.5, "o", "Bye!"]
[0.1, "x", "0"]
"##;

fn parsed(text: &str) -> Cast {
    Cast::parse(text.as_bytes().to_vec()).expect("a header")
}

fn times(cast: &Cast) -> Vec<u128> {
    (0..cast.len()).map(|number| cast.time_of(number).expect("an event").as_millis()).collect()
}

#[test]
fn both_versions_are_read() {
    let (two, three) = (parsed(V2), parsed(V3));
    assert_eq!((two.header().version, three.header().version), (CastVersion::V2, CastVersion::V3));
    assert_eq!(two.header().title.as_deref(), Some("Demo"));
    assert_eq!(two.header().idle_limit, Some(Duration::from_millis(2500)));
    assert_eq!(
        (times(&two), times(&three)),
        (vec![250, 1500, 2000, 3500], vec![250, 1500, 2000, 3500, 3600])
    );
    for cast in [&two, &three] {
        assert_eq!((cast.fault(), cast.header().size), (None, Size { columns: 80, rows: 24 }));
        assert_eq!(cast.markers(), [(Duration::from_millis(1500), "amarker".to_owned())]);
        assert_eq!(output(cast), "Hello \x1b[32mWorld!\x1b[0m\r\nBye!", "input is not played");
        assert_eq!(events(cast)[2], EventKind::Resize(Size { columns: 90, rows: 30 }));
        assert_eq!(dump(cast), "Hello World!\nBye!\n");
    }
    assert_eq!(events(&three).last(), Some(&EventKind::Exit(0)));
}

#[test]
fn other_versions_and_files_are_refused_with_the_reason() {
    for (text, reason) in [
        (
            "{\"version\": 1, \"width\": 80, \"height\": 24, \"stdout\": []}",
            "asciicast version 1 is not read",
        ),
        ("{\n  \"version\": 1,\n  \"width\": 80,\n  \"stdout\": [[0.1, \"a\"]]\n}\n", "asciinema convert"),
        ("{\"version\": 4}", "version 4 is not read"),
        ("{\"version\": 2}", "no `width` and `height`"),
        ("{\"version\": 3}", "no `term`"),
        ("{\"version\": 3, \"term\": {\"cols\": 0, \"rows\": 24}}", "a screen of 0x24"),
        ("{\"version\": 3, \"term\": {\"cols\": 60000, \"rows\": 60000}}", "at most 1000x500"),
        ("{\"version\": 2, \"width\": -1, \"height\": 24}", "no asciicast header"),
        ("hello\n", "no asciicast header"),
        ("", "no asciicast header"),
    ] {
        let error = Cast::parse(text.as_bytes().to_vec()).expect_err(text);
        assert!(
            error.to_string().starts_with("line 1: ") && error.to_string().contains(reason),
            "{text}: {error}"
        );
    }
}

#[test]
fn what_is_whole_is_played_and_the_fault_names_its_line() {
    let header = "{\"version\": 3, \"term\": {\"cols\": 80, \"rows\": 24}}\n";
    let cast = parsed(&format!("{header}[0.1, \"o\", \"whole\"]\n[0.1, \"o\", \"cut of"));
    assert_eq!(
        (output(&cast).as_str(), cast.fault().as_deref()),
        ("whole", Some("line 3: the line is cut off; it is not played"))
    );
    let cast = parsed(&format!(
        "{header}[0.1, \"o\", 7]\n[\"0.1\", \"o\", \"a\"]\n[0.1, \"r\", \"wide\"]\n[1, \"o\", \"b\"]\n"
    ));
    assert_eq!(
        (output(&cast).as_str(), cast.fault().as_deref()),
        ("b", Some("line 2: expected the data as a text; 3 lines are not played"))
    );
}

#[test]
fn times_that_cannot_be_are_bounded() {
    for version in [
        "{\"version\": 3, \"term\": {\"cols\": 80, \"rows\": 24}}",
        "{\"version\": 2, \"width\": 80, \"height\": 24}",
    ] {
        let cast = parsed(&format!(
            "{version}\n[-5, \"o\", \"a\"]\n[1e308, \"o\", \"b\"]\n[1e999, \"o\", \"c\"]\n[-1e308, \"o\", \"d\"]\n"
        ));
        assert_eq!(output(&cast), "abd");
        assert_eq!(cast.time_of(0), Some(Duration::ZERO));
        assert_eq!(cast.length(), Duration::from_secs(30 * 24 * 3600));
        assert!(cast.fault().is_some_and(|it| it.starts_with("line 4:")), "{:?}", cast.fault());
    }
}

#[test]
fn a_line_without_end_is_not_played() {
    let mut text = b"{\"version\": 3, \"term\": {\"cols\": 80, \"rows\": 24}}\n[0, \"o\", \"".to_vec();
    text.resize(17 * 1024 * 1024, b'x');
    text.extend_from_slice(b"\"]\n[0, \"o\", \"after\"]\n");
    let cast = Cast::parse(text).expect("a header");
    assert_eq!(output(&cast), "after");
    assert!(cast.fault().is_some_and(|it| it.contains("at most")), "{:?}", cast.fault());
}

#[test]
fn long_pauses_are_shortened() {
    let mut cast = parsed(
        "{\"version\": 2, \"width\": 80, \"height\": 24}\n[1, \"o\", \"a\"]\n[61, \"m\", \"b\"]\n[61.5, \"o\", \"c\"]\n[3661.5, \"o\", \"d\"]\n",
    );
    cast.limit_idle(Duration::from_secs(2));
    assert_eq!(times(&cast), [1000, 3000, 3500, 5500]);
    assert_eq!(cast.markers(), [(Duration::from_secs(3), "b".to_owned())]);
}
