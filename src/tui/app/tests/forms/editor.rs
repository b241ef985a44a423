//! The form as a document in the editor.

use super::*;

/// The document that the last key opened in the editor.
fn document(scene: &Scene) -> (Ticket, String) {
    let found = scene.effects.iter().find_map(|effect| match effect {
        Outside::Terminal(TerminalEffect::Edit(request)) => Some((request.ticket, request.text.clone())),
        _ => None,
    });
    found.expect("a document")
}

fn leave(scene: &mut Scene, ticket: Ticket, text: &str) {
    give(scene, ticket, Answer::Edited(Ok(text.to_owned())));
}

#[test]
fn the_document_has_every_field_with_its_help_and_reads_back() {
    let mut scene = scene();
    scene.keys("web-9");
    go(&mut scene, "password");
    scene.keys("hunter2hunter2");
    go(&mut scene, "notes");
    scene.keys("one\ntwo");
    control(&mut scene, 'e');
    let (ticket, text) = document(&scene);
    insta::assert_snapshot!("form_document", text);
    assert!(!text.contains("hunter2"));
    let text = text
        .replace("name = \"web-9\"", "name = \"api-1\"")
        .replace("disk-size = 50", "disk-size = 120")
        .replace("# tags = []", "tags = [\"a\", \"b\"]")
        .replace("# labels = {}", "labels = { env = \"prod\" }")
        .replace("public = true", "public = false");
    leave(&mut scene, ticket, &text);
    for (label, value) in [
        ("Name", "api-1"),
        ("Disk", "120"),
        ("Labels", "env=prod"),
        ("Public address", "[ ] no"),
        ("Notes", "one"),
    ] {
        assert!(lines_of(&scene, label).0.contains(value), "{label}:\n{}", scene.text());
    }
    assert!(lines_of(&scene, "Password").0.contains("••••"), "the secret stays:\n{}", scene.text());
    assert!(scene.text().contains("5 fields changed in the editor"), "{}", scene.text());
}

#[test]
fn unchanged_and_empty_documents_change_nothing() {
    let mut scene = scene();
    scene.keys("web-9");
    for empty in [false, true] {
        control(&mut scene, 'e');
        let (ticket, text) = document(&scene);
        leave(&mut scene, ticket, if empty { " \n" } else { &text });
        assert!(lines_of(&scene, "Name").0.contains("web-9"), "{}", scene.text());
        let said = if empty { "the document is empty" } else { "the document is unchanged" };
        assert!(scene.text().contains(said), "{}", scene.text());
    }
    control(&mut scene, 'e');
    let (ticket, _) = document(&scene);
    give(&mut scene, ticket, Answer::Edited(Err("the editor `vi` failed: nothing was changed".to_owned())));
    assert!(scene.text().contains("the editor `vi` failed"), "{}", scene.text());
}

#[test]
fn a_mistake_opens_the_document_again_with_the_mistake_on_top_and_loses_nothing() {
    for (from, to, mistake) in [
        ("name = \"web-9\"", "name = \"api", "# MISTAKE: TOML parse error"),
        ("name = \"web-9\"", "nom = \"api\"", "# MISTAKE: there is no field nom"),
        ("public = true", "public = \"maybe\"", "# MISTAKE: public: expected true or false"),
        ("# tags = []", "tags = 3", "# MISTAKE: tags: expected texts"),
    ] {
        let mut scene = scene();
        scene.keys("web-9");
        control(&mut scene, 'e');
        let (ticket, text) = document(&scene);
        let wrong = text.replace(from, to);
        assert_ne!(text, wrong);
        leave(&mut scene, ticket, &wrong);
        let (ticket, again) = document(&scene);
        assert!(again.starts_with(mistake) && again.ends_with(&wrong), "{again}");
        // Left as it is, it waits for the next time, and the form has what it had.
        leave(&mut scene, ticket, &again);
        assert!(lines_of(&scene, "Name").0.contains("web-9"), "{}", scene.text());
        control(&mut scene, 'e');
        let (ticket, third) = document(&scene);
        assert_eq!(third, again);
        leave(&mut scene, ticket, &third.replace(to, from).replace("web-9", "web-7"));
        assert!(lines_of(&scene, "Name").0.contains("web-7"), "{}", scene.text());
    }
}

#[test]
fn a_value_against_the_rules_comes_back_into_the_form_with_its_error() {
    let mut scene = scene();
    control(&mut scene, 'e');
    let (ticket, text) = document(&scene);
    leave(&mut scene, ticket, &text.replace("disk-size = 50", "disk-size = 5"));
    assert!(scene.text().contains("✗ must be from 10 GiB to 2048 GiB"), "{}", scene.text());
}
