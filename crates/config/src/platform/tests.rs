//! Settings of a platform, read from a file and written back.

use std::path::Path;

use crate::example::{ECHO, EXAMPLE, LETTERS, MODE, NUMBER, NUMBERS, WORDS};
use crate::{Context, parse, section};

fn read(lines: &str) -> Result<Context, String> {
    let text = format!("[contexts.a]\nplatform = \"example\"\ntoken = {{ env = \"T\" }}\n{lines}");
    let (_, mut contexts) =
        parse(&text, Path::new("file"), &[&EXAMPLE]).map_err(|mistakes| mistakes.to_string())?;
    Ok(contexts.remove(0))
}

#[test]
fn settings_are_read_as_their_type_and_absent_ones_as_their_default() {
    let context = read("letters = \"ABC\"").expect("good");
    let settings = &context.settings;
    assert_eq!(settings.text(&LETTERS), Some("abc"), "as the setting keeps it");
    assert_eq!((settings.text(&MODE), settings.number(&NUMBER)), (Some("fast"), None));
    assert!(settings.numbers(&NUMBERS).is_empty() && settings.words(&WORDS).is_empty());
    assert!(settings.switch(&ECHO));
    let all =
        "letters = \"a\"\nmode = \"slow\"\nnumber = 0x10\nnumbers = [7, 8]\nwords = [\"b\"]\necho = false\n";
    let context = read(all).expect("good");
    let settings = &context.settings;
    assert_eq!((settings.text(&MODE), settings.number(&NUMBER)), (Some("slow"), Some(16)));
    assert_eq!((settings.numbers(&NUMBERS), settings.words(&WORDS)), (&[7, 8][..], &["b".to_owned()][..]));
    assert!(!settings.switch(&ECHO));
    assert_eq!(read("letters = \"a\"\nnumbers = 7").expect("good").settings.numbers(&NUMBERS), [7]);
}

#[test]
fn wrong_settings_are_reported_where_they_are() {
    for (lines, place, words) in [
        ("", "file:1:11: `letters` is missing", "some letters"),
        ("letters = \"a1\"", "file:4:11: `letters` has the wrong form", "letters such as \"abc\""),
        ("letters = 1", "file:4:11: `letters` is a whole number", "a string"),
        ("letters = \"a\"\nmode = \"slwo\"", "file:5:8: `mode` cannot be `slwo`", "did you mean `slow`"),
        ("letters = \"a\"\nnumber = -1", "file:5:10: `number` is a whole number", "such as 7"),
        ("letters = \"a\"\nnumbers = [1, \"2\"]", "file:5:11: `numbers` is a list", "[7, 8]"),
        ("letters = \"a\"\nwords = [\"\"]", "file:5:9: `words` is a list", "a list of words"),
        ("letters = \"a\"\necho = \"no\"", "file:5:8: `echo` is a string", "true or false"),
    ] {
        let report = read(lines).expect_err(lines);
        assert!(report.contains(place) && report.contains(words), "{lines}: {report}");
    }
}

#[test]
fn settings_are_written_as_they_are_read_and_defaults_are_not() {
    let context = read("letters = \"a\"\nnumber = 7\nnumbers = [1]\nwords = [\"b\\\"c\"]").expect("good");
    let written = section(&context.clone().with(&ECHO, true).with(&MODE, "fast"));
    assert!(!written.contains("echo") && !written.contains("mode"), "{written}");
    let (_, again) = parse(&written, Path::new("file"), &[&EXAMPLE]).unwrap_or_else(|it| panic!("{it}"));
    assert_eq!(format!("{:?}", again[0]), format!("{context:?}"));
    let other = section(&context.with(&ECHO, false).with(&MODE, "slow"));
    assert!(other.contains("echo = false") && other.contains("mode = \"slow\""), "{other}");
}
