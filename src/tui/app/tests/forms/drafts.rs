//! A form that was left goes on where it was, without its secrets; the last values are where the next one begins.

use super::*;

fn again(scene: &mut Scene) {
    open(scene);
    let ticket = scene.ticket();
    give_form(scene, ticket, form());
}

#[test]
fn a_form_that_was_left_goes_on_where_it_was_until_it_is_started_over() {
    let mut scene = scene();
    scene.keys("web-9");
    go(&mut scene, "password");
    scene.keys("hunter2hunter2\x1b");
    assert!(scene.text().contains("what you entered is kept as a draft"), "{}", scene.text());
    let kept = toml::to_string(&scene.ui.app.forms).unwrap();
    assert!(kept.contains("web-9") && !kept.contains("hunter2"), "{kept}");
    open(&mut scene);
    // The form may follow from what was entered.
    let [Question::Form(_, _, values)] = &*scene.asked() else { panic!("{:?}", scene.asked()) };
    assert_eq!(values.text("name"), Some("web-9"));
    let ticket = scene.ticket();
    give_form(&mut scene, ticket, form());
    assert!(lines_of(&scene, "Name").0.contains("web-9"), "{}", scene.text());
    assert!(scene.text().contains("draft of ") && scene.text().contains("restored"), "{}", scene.text());
    assert!(scene.text().contains("start over"), "{}", scene.text());
    assert!(lines_of(&scene, "Password").0.contains("(empty)"), "{}", scene.text());
    control(&mut scene, 'r');
    let ticket = scene.ticket();
    give_form(&mut scene, ticket, form());
    assert!(lines_of(&scene, "Name").0.contains("(empty)"), "{}", scene.text());
    scene.keys("\x1b");
    again(&mut scene);
    assert!(!scene.text().contains("draft of "), "{}", scene.text());
}

#[test]
fn a_form_that_was_not_touched_leaves_no_draft() {
    let mut scene = scene();
    scene.keys("\t\t\x1b");
    assert!(!scene.text().contains("draft"), "{}", scene.text());
    assert_eq!(scene.ui.app.forms.revision(), 0);
}

#[test]
fn a_draft_is_kept_while_it_is_typed_and_what_is_wrong_with_it_too() {
    let mut scene = scene();
    let before = scene.ui.app.forms.revision();
    scene.keys("W");
    assert!(scene.ui.app.forms.revision() > before, "each key is kept");
    go(&mut scene, "disk-size");
    control(&mut scene, 'u');
    scene.keys("many");
    go(&mut scene, "labels");
    scene.keys("no sign");
    go(&mut scene, "lease");
    scene.keys("someday");
    let kept = toml::to_string(&scene.ui.app.forms).unwrap();
    let mut other = empty_scene(120, 36);
    other.ui.app.restore_forms(Ok(toml::from_str(&kept).unwrap()));
    again(&mut other);
    for (label, value) in [("Name", "W"), ("Disk", "many"), ("Labels", "no sign"), ("Lease until", "someday")]
    {
        assert!(lines_of(&other, label).0.contains(value), "{label}:\n{}", other.text());
    }
}

#[test]
fn blank_lines_are_nothing_before_a_form_is_left_and_after() {
    let mut scene = scene();
    scene.keys("W");
    go(&mut scene, "labels");
    scene.keys(" \n ");
    let entered = |scene: &Scene| layer(scene).entered().into_iter().find(|(name, _)| **name == *"labels");
    assert_eq!(entered(&scene).unwrap().1, None);
    again(&mut scene);
    assert_eq!(entered(&scene).unwrap().1, None);
}
