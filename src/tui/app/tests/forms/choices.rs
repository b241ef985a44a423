//! Choices that are loaded, searched, typed where they cannot be loaded, and the fields that follow from others.

use super::*;

fn at_types() -> (Scene, Ticket) {
    let mut scene = scene();
    go(&mut scene, "type");
    let (ticket, field, _) =
        choices_asked(&scene).expect("the types are asked for when the field is reached");
    assert_eq!(field, "type");
    (scene, ticket)
}

#[test]
fn choices_are_loaded_when_the_field_is_reached_and_searched() {
    for (columns, rows) in BOTH {
        let mut scene = with_form(form(), columns, rows);
        assert!(choices_asked(&scene).is_none(), "not before it is reached");
        go(&mut scene, "type");
        let (ticket, ..) = choices_asked(&scene).unwrap();
        assert!(scene.text().contains("loading the choices"), "{}", scene.text());
        give(&mut scene, ticket, Answer::Choices(Ok(types())));
        insta::assert_snapshot!(format!("form_choices_{columns}"), scene.text());
        scene.keys("med");
        insta::assert_snapshot!(format!("form_search_{columns}"), scene.text());
        scene.keys("\n");
        assert!(lines_of(&scene, "Type").0.contains("standard.medium"), "{}", scene.text());
        assert_eq!(layer(&scene).focused_name(), Some("disk-size"), "and on to the next field");
    }
}

#[test]
fn what_is_not_available_says_why_and_cannot_be_chosen() {
    let (mut scene, ticket) = at_types();
    give(&mut scene, ticket, Answer::Choices(Ok(types())));
    assert!(scene.text().contains("quota used up"), "{}", scene.text());
    scene.keys("large\n");
    assert!(scene.text().contains("standard.large: quota used up"), "{}", scene.text());
    assert_eq!(layer(&scene).focused_name(), Some("type"));
    scene.keys("\x1b");
    assert!(lines_of(&scene, "Type").0.contains("(not chosen)"), "{}", scene.text());
    // The arrow keys go through those that can be.
    for shown in ["standard.small", "standard.medium", "standard.small"] {
        press(&mut scene, KeyCode::Right);
        assert!(lines_of(&scene, "Type").0.contains(shown), "{}", scene.text());
    }
    scene.keys("zzz\n");
    assert!(scene.text().contains("nothing matches"), "{}", scene.text());
}

#[test]
fn a_form_that_is_sent_before_its_choices_are_loaded_waits_for_them() {
    let mut scene = one(Field::new("type", "Type", FieldKind::Choice(Choices::Loaded)).required());
    let (ticket, ..) = choices_asked(&scene).expect("the types");
    scene.keys(" standard.MEDIUM\n");
    control(&mut scene, 's');
    assert!(write_asked(&scene).is_none(), "the label is no value");
    assert!(scene.text().contains("Type: goes on once the choices are loaded"), "{}", scene.text());
    give(&mut scene, ticket, Answer::Choices(Ok(types())));
    let (_, values) = write_asked(&scene).expect("the write");
    assert_eq!(values.text("type"), Some("t-2"));
    assert!(!scene.text().contains("goes on once"), "{}", scene.text());
}

#[test]
fn a_reason_without_room_keeps_its_end() {
    let mut scene = with_form(form(), 60, 15);
    go(&mut scene, "type");
    let (ticket, ..) = choices_asked(&scene).unwrap();
    let of_family = |family: &str| Choice {
        unavailable: Some(format!("only types of the family {family} fit").into()),
        ..choice(&format!("t-{family}"), &format!("{family}.extra-large-with-local-disks"), "")
    };
    let types = ["gpu30", "gpu3x"].map(of_family);
    give(&mut scene, ticket, Answer::Choices(Ok(types.into())));
    scene.keys(" ");
    let text = scene.text();
    assert!(text.contains("gpu30 fit"), "{text}");
    assert!(text.contains("gpu3x fit"), "{text}");
}

#[test]
fn choices_that_cannot_be_loaded_are_typed_and_tried_again() {
    let (mut scene, ticket) = at_types();
    let problem = Problem::new(ProblemKind::Unreachable, "no answer from api.example");
    give(&mut scene, ticket, Answer::Choices(Err(problem)));
    for (columns, rows) in BOTH {
        scene.buffer = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, columns, rows));
        scene.draw();
        insta::assert_snapshot!(format!("form_failed_{columns}"), scene.text());
    }
    scene.keys("standard.MEDIUM\n");
    assert!(lines_of(&scene, "Type").0.contains("standard.MEDIUM"), "{}", scene.text());
    press(&mut scene, KeyCode::BackTab);
    press(&mut scene, KeyCode::F(5));
    let (ticket, ..) = choices_asked(&scene).expect("asked again");
    give(&mut scene, ticket, Answer::Choices(Ok(types())));
    scene.later(std::time::Duration::from_secs(65));
    scene.draw();
    // What was typed is the label of a choice.
    assert!(lines_of(&scene, "Type").0.contains("standard.medium"), "{}", scene.text());
    assert!(scene.text().contains("loaded 1m ago"), "{}", scene.text());
}

#[test]
fn fields_that_follow_from_another_are_loaded_again_and_the_form_is_asked_for_anew() {
    let (mut scene, ticket) = at_types();
    give(&mut scene, ticket, Answer::Choices(Ok(types())));
    scene.keys("small\n");
    go(&mut scene, "name");
    scene.keys("web-9\t");
    press(&mut scene, KeyCode::Right);
    let (choices, field, values) = choices_asked(&scene).expect("the types of the other zone");
    assert_eq!(
        (&*field, values.text("zone"), values.text("name")),
        ("type", Some("de-fra-1"), Some("web-9"))
    );
    let asked = scene.effects.iter().find_map(|effect| match effect {
        Outside::Work(Work::Ask(ticket, Question::Form(_, _, values))) => Some((*ticket, values.clone())),
        _ => None,
    });
    let (ticket, values) = asked.expect("the form of the other zone");
    assert_eq!(values.text("zone"), Some("de-fra-1"));
    // The other zone has another default, no disk to choose, and one field more.
    let mut shaped = form();
    shaped.fields.retain(|field| &*field.name != "disk-size");
    shaped.fields.insert(1, Field::new("rack", "Rack", text(0, 9)));
    give_form(&mut scene, ticket, shaped.clone());
    give(&mut scene, choices, Answer::Choices(Ok(types()[1..].to_vec())));
    let text = scene.text();
    assert!(text.contains("web-9") && text.contains("Rack") && !text.contains("Disk"), "{text}");
    assert_eq!(layer(&scene).focused_name(), Some("zone"), "the focus stays on its field");
    control(&mut scene, 's');
    assert!(scene.text().contains("t-1 is not among the choices"), "{}", scene.text());
    // What was entered into a field comes back with the field.
    go(&mut scene, "rack");
    scene.keys("r7");
    go(&mut scene, "zone");
    press(&mut scene, KeyCode::Left);
    let ticket = scene.effects.iter().find_map(|effect| match effect {
        Outside::Work(Work::Ask(ticket, Question::Form(..))) => Some(*ticket),
        _ => None,
    });
    give_form(&mut scene, ticket.unwrap(), form());
    assert!(!scene.text().contains("Rack"));
    press(&mut scene, KeyCode::Left);
    let ticket = scene.effects.iter().find_map(|effect| match effect {
        Outside::Work(Work::Ask(ticket, Question::Form(..))) => Some(*ticket),
        _ => None,
    });
    give_form(&mut scene, ticket.unwrap(), shaped);
    assert!(lines_of(&scene, "Rack").0.contains("r7"), "{}", scene.text());
}

#[test]
fn a_form_that_follows_from_a_label_typed_early_is_asked_for_again_with_its_value() {
    let boxes = FieldKind::Choice(Choices::Loaded);
    let mut scene = one(Field::new("box", "Box", boxes).required().reshapes());
    let (ticket, ..) = choices_asked(&scene).expect("the boxes");
    scene.keys(" tomcat\n");
    let asked = |scene: &Scene| {
        scene.effects.iter().rev().find_map(|effect| match effect {
            Outside::Work(Work::Ask(_, Question::Form(_, _, values))) => {
                Some(values.text("box").map(str::to_owned))
            }
            _ => None,
        })
    };
    assert_eq!(asked(&scene), Some(Some("tomcat".to_owned())));
    give(&mut scene, ticket, Answer::Choices(Ok(vec![choice("box-1", "Tomcat", "a script")])));
    assert_eq!(asked(&scene), Some(Some("box-1".to_owned())));
}

#[test]
fn choices_with_a_default_are_shown_by_their_label_from_the_start() {
    let field = Field { default: Some(FieldValue::text("t-1")), ..form().fields[2].clone() };
    let name = form().fields[0].clone();
    let mut scene = with_form(Form { fields: vec![name, field] }, 120, 36);
    let (ticket, field, _) = choices_asked(&scene).expect("the label is asked for");
    assert_eq!(field, "type");
    give(&mut scene, ticket, Answer::Choices(Ok(types())));
    assert!(
        lines_of(&scene, "Type").0.contains("standard.small  2 cores, 2 GiB, 0.03/h"),
        "{}",
        scene.text()
    );
}
