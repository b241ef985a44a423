//! Fields of every kind: how they look, how they are filled in, and what is wrong with them.

use super::*;

#[test]
fn the_form_fits_large_and_small_terminals() {
    for (columns, rows) in BOTH {
        let mut scene = with_form(form(), columns, rows);
        insta::assert_snapshot!(format!("form_{columns}"), scene.text());
        scene.keys("Web 1\t");
        insta::assert_snapshot!(format!("form_error_{columns}"), scene.text());
        go(&mut scene, "labels");
        scene.keys("env=test\nteam=");
        paste(&mut scene, "日本\r\n");
        insta::assert_snapshot!(format!("form_lines_{columns}"), scene.text());
        go(&mut scene, "lease");
        scene.keys("+3d\n");
        // The moment is shown in the machine's own zone.
        let until = sample::now().after(std::time::Duration::from_secs(3 * 86_400)).unwrap().local();
        insta::assert_snapshot!(
            format!("form_end_{columns}"),
            scene.text().replace(&until[..16], "2026-11-24 12:00")
        );
    }
}

#[test]
fn everything_can_be_filled_in_by_keys_and_goes_into_the_write() {
    let mut scene = scene();
    scene.keys("web-9\n");
    press(&mut scene, KeyCode::Right);
    let (ticket, _) = form_asked(&scene).expect("the zone shapes the form");
    give_form(&mut scene, ticket, form());
    scene.keys("\n");
    let (ticket, ..) = choices_asked(&scene).expect("the types");
    give(&mut scene, ticket, Answer::Choices(Ok(types())));
    scene.keys(" ");
    press(&mut scene, KeyCode::Down);
    scene.keys("\n");
    control(&mut scene, 'u');
    scene.keys("1T\n");
    let (ticket, ..) = choices_asked(&scene).expect("the groups");
    give(&mut scene, ticket, Answer::Choices(Ok(vec![choice("g-1", "web", ""), choice("g-2", "ssh", "")])));
    scene.keys("  ");
    press(&mut scene, KeyCode::Down);
    scene.keys(" \nn\nenv=test\n\nblue\ngreen\n\nline one\nline two\tlong enough\t\t+1d\n");
    assert_eq!(layer(&scene).focused_name(), None, "the button follows the last field:\n{}", scene.text());
    scene.keys("\n");
    let (_, values) = write_asked(&scene).expect("the write");
    assert_eq!(values.text("name"), Some("web-9"));
    assert_eq!(values.text("zone"), Some("de-fra-1"));
    assert_eq!(values.text("type"), Some("t-2"));
    assert_eq!(values.text("disk-size"), Some("1T"));
    assert_eq!(values.several("groups"), ["g-1", "g-2"]);
    assert_eq!(values.get("public"), Some(&FieldValue::Switch(false)));
    assert_eq!(values.map("labels"), Some(&[("env".to_owned(), "test".to_owned())][..]));
    assert_eq!(values.several("tags"), ["blue", "green"]);
    assert_eq!(values.text("notes"), Some("line one\nline two"));
    assert_eq!(values.secret("password").unwrap().expose(), "long enough");
    assert_eq!(values.get("user-data"), None);
    let tomorrow = sample::now().after(std::time::Duration::from_secs(86_400)).unwrap();
    assert_eq!(values.get("lease"), Some(&FieldValue::Date(tomorrow)));
    assert!(!scene.text().contains("long enough"), "{}", scene.text());
}

/// The question about the form that the last key asked.
fn form_asked(scene: &Scene) -> Option<(Ticket, FormValues)> {
    scene.effects.iter().find_map(|effect| match effect {
        Outside::Work(Work::Ask(ticket, Question::Form(_, _, values))) => Some((*ticket, values.clone())),
        _ => None,
    })
}

#[test]
fn what_is_wrong_with_a_value_is_shown_beside_its_field_once_it_is_left() {
    let cases: &[(&str, &str, &str)] = &[
        ("Name", "", "must be filled in"),
        ("Name", "abcdefghijklm", "at most 12 characters, this has 13"),
        ("Name", "Web", "must begin with one of the small letters of ASCII or a digit"),
        ("Name", "wéb", "may hold small letters, digits and -, not é"),
        ("Name", "a b", "not a space"),
        ("Name", "a\u{1b}[31m", "may hold no control characters"),
        ("Disk", "", "must be filled in"),
        ("Disk", "9", "must be from 10 GiB to 2048 GiB"),
        ("Disk", "3T", "must be from 10 GiB to 2048 GiB"),
        ("Disk", "many", "expected a whole number of GiB"),
        ("Disk", "10.5", "must be a whole number"),
        ("Disk", "1٠", "expected a whole number of GiB"),
        ("Disk", "5\u{7}0", "expected a whole number of GiB"),
        ("Labels", "env", "line 1: expected name=value"),
        ("Labels", "abcdefghijk=1", "the name abcdefghijk: at most 10 characters"),
        (
            "Labels",
            "a=日本語日本語日本語日本語日本語日本語日本語",
            "the value of a: at most 20 characters, this has 21",
        ),
        ("Labels", "a=1\na=2", "a is there twice"),
        ("Labels", "a=1\nb=2\nc=3\nd=4", "at most 3 of them, these are 4"),
        ("Labels", "a=\u{7}", "may hold no control characters"),
        ("Tags", "a\nb\nc", "at most 2 of them, these are 3"),
        ("Tags", "123456789", "at most 8 characters"),
        ("Tags", "a\u{7}", "may hold no control characters"),
        ("Notes", "12345678901234567890\n12345678901234567890", "at most 40 characters, this has 41"),
        ("Notes", "bell\u{7}", "may hold no control characters"),
        ("Password", "short", "at least 8 characters, this has 5"),
        ("Password", "12345678901234567", "at most 16 characters, this has 17"),
        ("Password", "abcdefgh\u{7}", "may hold no control characters"),
        ("Lease until", "soon", "expected a date such as"),
        ("Lease until", "2026-13-01", "expected a date such as"),
        ("Lease until", "+٣d", "expected a date such as"),
        ("Lease until", "\u{1b}", "expected a date such as"),
    ];
    for (label, typed, error) in cases {
        let field = form().fields.into_iter().find(|field| *field.label == **label).unwrap();
        let mut scene = one(Field { section: "", default: None, ..field });
        paste(&mut scene, typed);
        let beside: String = lines_of(&scene, label).1.chars().take(60).collect();
        assert!(!beside.contains('✗'), "{label} {typed:?} is still typed:\n{}", scene.text());
        press(&mut scene, KeyCode::Tab);
        let shown = scene.text();
        // All of it, in the lines below the value.
        let lines = shown.lines().skip_while(|line| !line.contains(label)).skip(1);
        let beside: Vec<String> = lines.map(|line| line.chars().skip(2).take(63).collect()).collect();
        let beside = beside.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(beside.contains(error) && beside.contains('✗'), "{label} {typed:?}:\n{shown}");
        control(&mut scene, 's');
        assert!(write_asked(&scene).is_none(), "{label} {typed:?} was submitted");
        assert!(scene.text().contains("1 field needs another value"), "{}", scene.text());
        // It traps nothing: the focus can leave, and so can the user.
        press(&mut scene, KeyCode::Tab);
        assert_eq!(layer(&scene).focused_name(), None);
        scene.keys("\x1b");
        assert!(scene.ui.layers.top_as::<FormLayer>().is_none());
    }
}

#[test]
fn the_count_of_wrong_fields_follows_what_is_typed() {
    let of = |name: &str| form().fields.into_iter().find(|field| *field.name == *name).unwrap();
    let wrong = |name| Field { section: "", default: None, ..of(name) };
    let mut scene = with_form(Form { fields: vec![wrong("name"), wrong("notes")] }, 120, 36);
    paste(&mut scene, "Web");
    press(&mut scene, KeyCode::Tab);
    paste(&mut scene, "bell\u{7}");
    control(&mut scene, 's');
    assert!(scene.text().contains("2 fields need another value"), "{}", scene.text());
    control(&mut scene, 'u');
    scene.keys("web");
    assert!(scene.text().contains("1 field needs another value"), "{}", scene.text());
    press(&mut scene, KeyCode::Tab);
    control(&mut scene, 'u');
    assert!(!scene.text().contains("another value"), "{}", scene.text());
}

#[test]
fn choices_of_both_kinds_must_be_among_those_offered() {
    for (name, wrong) in [("type", "t-9"), ("zone", "mars")] {
        let field = form().fields.into_iter().find(|field| *field.name == *name).unwrap();
        let mut scene = one(Field { default: Some(FieldValue::text(wrong)), reshapes: false, ..field });
        if let Some((ticket, ..)) = choices_asked(&scene) {
            give(&mut scene, ticket, Answer::Choices(Ok(types())));
        }
        control(&mut scene, 's');
        assert!(scene.text().contains(&format!("{wrong} is not among the choices")), "{}", scene.text());
    }
    let mut scene = one(form().fields[2].clone());
    control(&mut scene, 's');
    assert!(scene.text().contains("must be filled in"), "{}", scene.text());
}

#[test]
fn a_secret_is_never_shown_but_for_five_seconds_by_its_key() {
    let mut scene = one(form().fields[9].clone());
    scene.keys("hunter2hunter2");
    assert!(!scene.text().contains("hunter2") && scene.text().contains("••••••••••••••"), "{}", scene.text());
    press(&mut scene, KeyCode::F(2));
    assert!(scene.text().contains("hunter2hunter2"), "{}", scene.text());
    scene.later(std::time::Duration::from_millis(4900));
    scene.draw();
    assert!(scene.text().contains("hunter2hunter2"));
    scene.later(std::time::Duration::from_millis(200));
    scene.draw();
    assert!(!scene.text().contains("hunter2"), "{}", scene.text());
    press(&mut scene, KeyCode::F(2));
    press(&mut scene, KeyCode::Tab);
    assert!(!scene.text().contains("hunter2"), "{}", scene.text());
}

#[test]
fn a_file_is_completed_and_its_size_is_checked() {
    let mut scene = one(form().fields[10].clone());
    scene.keys("/tmp/us");
    let files = |scene: &Scene| {
        scene.effects.iter().find_map(|effect| match effect {
            Outside::Work(Work::Ask(ticket, Question::Files(path))) => Some((*ticket, path.clone())),
            _ => None,
        })
    };
    let (ticket, path) = files(&scene).expect("the files are looked for");
    assert_eq!(path, "/tmp/us");
    let found = FoundFiles {
        size: Err("no such file".to_owned()),
        completions: vec![choice("/tmp/user-data.yaml", "user-data.yaml", "2 kB")],
    };
    give(&mut scene, ticket, Answer::Files(found));
    assert!(scene.text().contains("user-data.yaml"), "{}", scene.text());
    press(&mut scene, KeyCode::Right);
    let (ticket, path) = files(&scene).expect("and again");
    assert_eq!(path, "/tmp/user-data.yaml");
    let found = FoundFiles { size: Ok(2000), completions: Vec::new() };
    give(&mut scene, ticket, Answer::Files(found));
    press(&mut scene, KeyCode::Tab);
    assert!(scene.text().contains("✗ at most"), "{}", scene.text());
    assert!(scene.text().contains("this file has"), "{}", scene.text());
}

#[test]
fn a_click_focuses_and_a_paste_goes_into_texts_only() {
    let mut scene = scene();
    let at = |scene: &Scene, text: &str| {
        let shown = scene.text();
        let (row, line) = shown.lines().enumerate().find(|(_, line)| line.contains(text)).unwrap();
        let column = line[..line.find(text).unwrap()].chars().count();
        (u16::try_from(column).unwrap(), u16::try_from(row).unwrap())
    };
    let click = |scene: &mut Scene, (column, row)| {
        let kind = crossterm::event::MouseEventKind::Down(crossterm::event::MouseButton::Left);
        let mouse = crossterm::event::MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
        scene.effects = scene.ui.update(Event::Terminal(TerminalEvent::Mouse(mouse)));
        scene.draw();
    };
    let to = at(&scene, "Notes");
    click(&mut scene, to);
    assert_eq!(layer(&scene).focused_name(), Some("notes"));
    paste(&mut scene, "one\ntwo");
    assert!(scene.text().contains("one") && scene.text().contains("two"), "{}", scene.text());
    let to = at(&scene, "Public");
    click(&mut scene, to);
    paste(&mut scene, "y\nn");
    assert!(scene.text().contains("a paste goes into a text field only"), "{}", scene.text());
    assert!(scene.text().contains("[x] yes"), "{}", scene.text());
    let to = at(&scene, "[ Go on");
    click(&mut scene, to);
    assert!(write_asked(&scene).is_none());
    assert!(scene.text().contains("fields need another value"), "{}", scene.text());
}

#[test]
fn nothing_but_ascii_is_drawn_where_only_that_can_be_and_the_focus_is_marked() {
    let mut store = sample::empty(&[("exo-prod", exoscale::PLATFORM)]);
    let row = sample::instance("exo-prod", "web-1", Lifecycle::Running);
    sample::list(&mut store, "exo-prod", Kind::Instance, vec![row]);
    let options = crate::tui::Options { ascii: true, depth: crate::tui::Depth::None, ..Default::default() };
    let mut scene = Scene::with(store, options, 60, 15);
    open(&mut scene);
    let ticket = scene.ticket();
    give_form(&mut scene, ticket, form());
    scene.keys("Web\t");
    insta::assert_snapshot!("form_ascii", scene.text());
    assert!(scene.text().is_ascii(), "{}", scene.text());
    assert!(lines_of(&scene, "Zone").0.contains("> Zone"), "{}", scene.text());
}

#[test]
fn a_long_name_in_the_title_gives_way_to_the_context() {
    let mut scene = empty_scene(60, 15);
    let name = "a-name-that-is-far-too-long-for-the-title-of-a-small-screen";
    let long = Target { name: name.into(), ..target() };
    let opening = FormOpening::new(&long, &create());
    scene.effects = scene.ui.settle(vec![crate::tui::effect::ScreenEffect::Form(Box::new(opening)).into()]);
    scene.draw();
    let text = scene.text();
    assert!(text.contains("Create: a-nam") && text.contains("in exo-prod "), "{text}");
}
