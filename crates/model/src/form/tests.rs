use super::*;
use crate::Secret;

fn number(least: f64, most: f64, whole: bool, unit: Unit) -> NumberRule {
    NumberRule { least, most, whole, unit }
}

fn name() -> TextRule {
    TextRule { least: 1, most: 8, characters: Characters::Name { also: "._-" }, lines: false }
}

fn message(kind: FieldKind, value: &FieldValue) -> Option<String> {
    Field::new("it", "It", kind).check(Some(value)).err()
}

#[test]
fn text_is_checked_for_length_characters_and_controls() {
    let check = |text: &str| name().check(text).err();
    assert_eq!(check("web-1.a"), None);
    assert_eq!(check("").as_deref(), Some("at least 1 character, this has 0"));
    assert_eq!(check("123456789").as_deref(), Some("at most 8 characters, this has 9"));
    assert_eq!(check("a\u{1b}b").as_deref(), Some("may hold no control characters"));
    assert_eq!(check("a\nb").as_deref(), Some("may hold no control characters"));
    assert_eq!(check("zürich").as_deref(), Some("may hold letters, digits and . _ -, not ü"));
    assert_eq!(check("a b").as_deref(), Some("may hold letters, digits and . _ -, not a space"));
    assert_eq!(check("-a").as_deref(), Some("must begin with one of the letters of ASCII or a digit"));
    let lower = TextRule { characters: Characters::LowerName { also: "-" }, ..name() };
    assert!(lower.check("Web").is_err() && lower.check("web-1").is_ok());
    let spaced = TextRule { characters: Characters::Name { also: " ._-" }, ..name() };
    assert_eq!(spaced.check("a:b").unwrap_err(), "may hold letters, digits, spaces and . _ -, not :");
    let plain = TextRule { characters: Characters::LowerName { also: "" }, ..name() };
    assert_eq!(plain.check("a:b").unwrap_err(), "may hold small letters and digits, not :");
    let ascii = TextRule { characters: Characters::Ascii, ..name() };
    assert_eq!(ascii.check("é").unwrap_err(), "may hold only ASCII characters, not é");
    let lines = TextRule { lines: true, ..TextRule::up_to(9) };
    assert!(lines.check("a\n\tb").is_ok() && lines.check("a\rb").is_err());
}

#[test]
fn numbers_are_read_with_the_suffixes_of_their_unit() {
    let disk = number(10.0, 51_200.0, true, Unit::GIBIBYTES);
    for (text, value) in [("50", 50.0), (" 50G ", 50.0), ("50 gib", 50.0), ("2T", 2048.0), ("10", 10.0)] {
        assert_eq!(disk.parse(text), Ok(value), "{text}");
    }
    for (text, message) in [
        ("9", "must be from 10 GiB to 51200 GiB"),
        ("-50", "must be from 10 GiB to 51200 GiB"),
        ("50.5", "must be a whole number"),
        ("fifty", "expected a whole number of GiB"),
        ("", "expected a whole number of GiB"),
        ("50 parsecs", "expected a whole number of GiB"),
        ("5-0", "expected a whole number of GiB"),
        ("inf", "expected a whole number of GiB"),
        ("NaN", "expected a whole number of GiB"),
    ] {
        assert_eq!(disk.parse(text).unwrap_err(), message, "{text}");
    }
    let cores = number(0.1, 64.0, false, Unit::CORES);
    assert_eq!((cores.parse("500m"), cores.parse("1.5")), (Ok(0.5), Ok(1.5)));
}

#[test]
fn choices_must_be_among_those_that_can_be_chosen() {
    let sold_out = Choice { unavailable: Some("sold out".into()), ..Choice::plain("big") };
    let choices = || Choices::Fixed(vec![Choice::plain("small"), sold_out.clone()]);
    let one = |value: &str| message(FieldKind::Choice(choices()), &FieldValue::text(value));
    assert_eq!(one("small"), None);
    assert_eq!(one("big").as_deref(), Some("big: sold out"));
    assert_eq!(one("huge").as_deref(), Some("huge is not among the choices"));
    let several = FieldValue::Several(vec!["small".into(), "huge".into()]);
    assert_eq!(
        message(FieldKind::Several(choices()), &several).as_deref(),
        Some("huge is not among the choices")
    );
    assert_eq!(message(FieldKind::Choice(Choices::Loaded), &FieldValue::text("typed")), None);
}

#[test]
fn maps_are_checked_pair_by_pair() {
    let kind = || FieldKind::Map { names: name(), values: TextRule::up_to(3), most: 2 };
    let map = |pairs: &[(&str, &str)]| {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        message(kind(), &FieldValue::Map(pairs.collect()))
    };
    assert_eq!(map(&[("env", "dev")]), None);
    assert_eq!(
        map(&[("env", "test")]).as_deref(),
        Some("the value of env: at most 3 characters, this has 4")
    );
    assert_eq!(map(&[("", "x")]).as_deref(), Some("the name : at least 1 character, this has 0"));
    assert_eq!(map(&[("a", "1"), ("a", "2")]).as_deref(), Some("a is there twice"));
    assert_eq!(map(&[("a", ""), ("b", ""), ("c", "")]).as_deref(), Some("at most 2 of them, these are 3"));
}

#[test]
fn a_form_names_every_field_that_is_wrong_and_starts_with_its_defaults() {
    let form = Form {
        fields: vec![
            Field::new("name", "Name", FieldKind::Text(name())).required(),
            Field::new("disk", "Disk", FieldKind::Number(number(10.0, 100.0, true, Unit::GIBIBYTES)))
                .default(FieldValue::text("50")),
            Field::new(
                "password",
                "Password",
                FieldKind::Secret(TextRule { least: 8, ..TextRule::up_to(99) }),
            ),
        ],
    };
    let values = form.defaults();
    assert_eq!(values.text("disk"), Some("50"));
    let wrong =
        values.with("disk", FieldValue::text("5")).with("password", FieldValue::Secret(Secret::new("short")));
    let errors: Vec<_> = form.errors(&wrong).into_iter().map(|error| (error.field, error.message)).collect();
    assert_eq!(
        errors,
        [
            ("name".into(), "must be filled in".to_owned()),
            ("disk".into(), "must be from 10 GiB to 100 GiB".to_owned()),
            ("password".into(), "at least 8 characters, this has 5".to_owned()),
        ]
    );
    let mut draft = wrong.with("name", FieldValue::text("web-1"));
    assert!(!format!("{draft:?}").contains("short"));
    draft.forget_secrets();
    assert_eq!((draft.text("name"), draft.get("password")), (Some("web-1"), None));
}
