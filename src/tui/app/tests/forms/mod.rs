//! The form of an action: keys are pressed, and what the user would see and what would be asked is compared.

mod choices;
mod drafts;
mod editor;
mod fields;
mod properties;
mod sending;

use crossterm::event::{Event as TerminalEvent, KeyCode, KeyModifiers};

use super::Scene;
use crate::fleet::{FleetEvent, WriteEvent, WritePhase};
use crate::model::{
    Action, ActionId, Availability, Characters, Choice, Choices, Danger, Field, FieldKind, FieldValue, Form,
    FormValues, Kind, Lifecycle, NumberRule, Problem, ProblemKind, Target, TextRule, Unit, WriteId,
};
use crate::providers::exoscale;
use crate::tui::effect::{Outside, TerminalEffect, Work};
use crate::tui::layer::{Answer, Question, Ticket};
use crate::tui::sample;
use crate::tui::ui::Event;
use crate::tui::writes::form::{CommonForm, FormLayer, FormOpening, FoundFiles};

const BOTH: [(u16, u16); 2] = [(120, 36), (60, 15)];

fn create() -> Action {
    Action {
        id: ActionId::INSTANCE_CREATE,
        name: "Create",
        key: 'n',
        help: "Makes an instance.",
        danger: Danger::Disruptive,
        progress: "creating",
        has_form: true,
        in_bulk: false,
        availability: Availability::Yes,
    }
}

fn target() -> Target {
    Target::new_in(&sample::context("exo-prod"), Kind::Instance)
}

fn text(least: usize, most: usize) -> FieldKind {
    FieldKind::Text(TextRule { least, ..TextRule::up_to(most) })
}

fn choice(value: &str, label: &str, note: &str) -> Choice {
    let note = (!note.is_empty()).then(|| note.into());
    Choice { label: label.into(), note, ..Choice::plain(value) }
}

/// A form with a field of every kind.
fn form() -> Form {
    let name = TextRule { least: 1, most: 12, characters: Characters::LowerName { also: "-" }, lines: false };
    let lines = TextRule { lines: true, ..TextRule::up_to(40) };
    let disk = NumberRule { least: 10.0, most: 2048.0, whole: true, unit: Unit::GIBIBYTES };
    let zones = vec![choice("ch-gva-2", "Geneva", ""), choice("de-fra-1", "Frankfurt", "")];
    let fields = vec![
        Field::new("name", "Name", FieldKind::Text(name))
            .required()
            .help("The name, which is also the host name."),
        Field::new("zone", "Zone", FieldKind::Choice(Choices::Fixed(zones)))
            .required()
            .default(FieldValue::text("ch-gva-2"))
            .help("Where it runs.")
            .reshapes(),
        Field::new("type", "Type", FieldKind::Choice(Choices::Loaded))
            .required()
            .help("Cores, memory and price of the instance.")
            .depends_on(&["zone"]),
        Field::new("disk-size", "Disk", FieldKind::Number(disk))
            .required()
            .default(FieldValue::text("50"))
            .help("The size of the root disk."),
        Field::new("groups", "Security groups", FieldKind::Several(Choices::Loaded))
            .section("Network")
            .help("The firewalls around it."),
        Field::new("public", "Public address", FieldKind::Switch)
            .section("Network")
            .default(FieldValue::Switch(true)),
        Field::new(
            "labels",
            "Labels",
            FieldKind::Map { names: TextRule::up_to(10), values: TextRule::up_to(20), most: 3 },
        )
        .section("Details"),
        Field::new("tags", "Tags", FieldKind::List { texts: TextRule::up_to(8), most: 2 }).section("Details"),
        Field::new("notes", "Notes", FieldKind::Text(lines)).section("Details"),
        Field::new("password", "Password", FieldKind::Secret(TextRule { least: 8, ..TextRule::up_to(16) }))
            .section("Details"),
        Field::new("user-data", "User data", FieldKind::File { max_bytes: 1000 }).section("Details"),
        Field::new("lease", "Lease until", FieldKind::Date).section("Details").help("When it is deleted."),
    ];
    Form { fields }
}

fn types() -> Vec<Choice> {
    let full = Choice {
        unavailable: Some("quota used up".into()),
        ..choice("t-3", "standard.large", "4 cores, 8 GiB")
    };
    vec![
        choice("t-1", "standard.small", "2 cores, 2 GiB, 0.03/h"),
        choice("t-2", "standard.medium", "2 cores, 4 GiB, 0.06/h"),
        full,
    ]
}

fn empty_scene(columns: u16, rows: u16) -> Scene {
    let mut store = sample::empty(&[("exo-prod", exoscale::PLATFORM)]);
    let row = sample::instance("exo-prod", "web-1", Lifecycle::Running);
    sample::list(&mut store, "exo-prod", Kind::Instance, vec![row]);
    Scene::new(store, columns, rows)
}

/// Opens the form of creating an instance; its form is still to come.
fn open(scene: &mut Scene) {
    let opening = FormOpening::new(&target(), &create());
    scene.ui.app.now = sample::now();
    let platform = Some(exoscale::PLATFORM);
    let beginning =
        scene.ui.app.forms.beginning(&opening.targets, opening.action.id, platform, sample::now());
    let layer = FormLayer::new(opening, beginning, sample::now());
    scene.ui.app.open_layer(layer);
    scene.effects = scene.ui.update(Event::Tick);
    scene.draw();
}

/// The scene with this form open.
fn with_form(form: Form, columns: u16, rows: u16) -> Scene {
    let mut scene = empty_scene(columns, rows);
    open(&mut scene);
    assert_eq!(scene.asked(), [Question::Form(vec![target()], ActionId::INSTANCE_CREATE, FormValues::new())]);
    let ticket = scene.ticket();
    give_form(&mut scene, ticket, form);
    scene
}

fn scene() -> Scene {
    with_form(form(), 120, 36)
}

/// A form of one field.
fn one(field: Field) -> Scene {
    with_form(Form { fields: vec![field] }, 120, 36)
}

fn give(scene: &mut Scene, ticket: Ticket, answer: Answer) {
    scene.effects = scene.ui.update(Event::Answer(ticket, answer));
    scene.draw();
}

fn give_form(scene: &mut Scene, ticket: Ticket, form: Form) {
    give(scene, ticket, Answer::Form(Box::new(Ok(CommonForm { form, mixed: Vec::new() }))));
}

fn press(scene: &mut Scene, code: KeyCode) {
    scene.press(code, KeyModifiers::NONE);
}

fn control(scene: &mut Scene, letter: char) {
    scene.press(KeyCode::Char(letter), KeyModifiers::CONTROL);
}

fn paste(scene: &mut Scene, text: &str) {
    scene.effects = scene.ui.update(Event::Terminal(TerminalEvent::Paste(text.to_owned())));
    scene.draw();
}

fn layer(scene: &Scene) -> &FormLayer {
    scene.ui.layers.top_as::<FormLayer>().expect("the form")
}

/// Moves the focus to a field by Tab.
fn go(scene: &mut Scene, field: &str) {
    for _ in 0..40 {
        if layer(scene).focused_name() == Some(field) {
            return;
        }
        press(scene, KeyCode::Tab);
    }
    panic!("no field {field} in\n{}", scene.text());
}

/// The question about the choices of a field that the last key asked.
fn choices_asked(scene: &Scene) -> Option<(Ticket, String, FormValues)> {
    scene.effects.iter().find_map(|effect| match effect {
        Outside::Work(Work::Ask(ticket, Question::Choices(_, _, field, values))) => {
            Some((*ticket, field.to_string(), values.clone()))
        }
        _ => None,
    })
}

/// The values of the write that the last key asked for.
fn write_asked(scene: &Scene) -> Option<(Ticket, FormValues)> {
    scene.effects.iter().find_map(|effect| match effect {
        Outside::Work(Work::Ask(ticket, Question::Write(_, _, values))) => Some((*ticket, values.clone())),
        _ => None,
    })
}

/// The line of the screen that a label begins, and the one below it.
fn lines_of(scene: &Scene, label: &str) -> (String, String) {
    let text = scene.text();
    let mut lines = text
        .lines()
        .skip_while(|line| !line.trim_start_matches(['│', '|', '▌', '>', ' ']).starts_with(label));
    (lines.next().unwrap_or_default().to_owned(), lines.next().unwrap_or_default().to_owned())
}
