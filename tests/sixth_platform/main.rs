//! A sixth platform is one folder and one line: with those it is in the panes, in `config init`, in `config check`, in the
//! reports of mistakes and in the generated documentation.

#![expect(clippy::expect_used, reason = "a test may stop where something is not as it must be")]

mod tugboat;

use std::path::{Path, PathBuf};
use std::time::Duration;

use quarterdeck::cli::config::{Paint, check, example, init};
use quarterdeck::config::reference::markdown;
use quarterdeck::config::{load, parse};
use quarterdeck::fleet::{Fleet, FleetEvent, ListEvent, Member, Options as FleetOptions, Store};
use quarterdeck::model::Timestamp;
use quarterdeck::providers::Registry;
use quarterdeck::tui::ui::{Event, Ui};
use quarterdeck::tui::{Options, draw};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The one line.
fn registry() -> Registry {
    Registry::builtin().with(&tugboat::REGISTRATION)
}

const CONFIGURATION: &str =
    "[contexts.north]\nplatform = \"tugboat\"\nharbour = \"ostend\"\ntoken = { env = \"TUGBOAT_TOKEN\" }\n";

/// A configuration file in a folder of its own.
fn written() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("config.toml");
    std::fs::write(&path, CONFIGURATION).expect("writable");
    (folder, path)
}

fn text(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width);
    let cells: Vec<&str> = buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect();
    cells.chunks(width).map(|row| row.concat() + "\n").collect()
}

#[tokio::test]
async fn its_rows_are_in_the_panes() {
    let registry = registry();
    let (_folder, path) = written();
    let config = load(Some(&path), &registry.specs(), |_| Vec::new(), |_| None).expect("no mistakes");
    let members: Vec<Member> = config
        .contexts
        .iter()
        .map(|context| Member::new(context.name.clone(), context.platform(), registry.open(context)))
        .collect();
    let mut store = Store::new(&members);
    let options = FleetOptions {
        refresh: Duration::from_secs(3600),
        sample_every: Duration::from_secs(3600),
        ..Default::default()
    };
    let (_fleet, mut events) = Fleet::start(members, options);
    let listed = async {
        loop {
            let event = events.recv().await.expect("the fleet lives");
            let is_end = matches!(&event, FleetEvent::List(_, _, ListEvent::End));
            store.apply(event);
            if is_end {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), listed).await.expect("it is listed");

    let mut ui = Ui::new(store, Options::default(), Timestamp::now());
    let mut buffer = Buffer::empty(Rect::new(0, 0, 120, 24));
    let area = buffer.area;
    while let Some(arranged) = ui.arrange().and_then(quarterdeck::table::Job::run) {
        ui.update(Event::Arranged(Box::new(arranged)));
    }
    draw::frame(&mut ui, area, &mut buffer);
    let screen = text(&buffer);
    for word in ["bollard-1", "fender-2", "afloat", "north", "ostend"] {
        assert!(screen.contains(word), "{word}:\n{screen}");
    }
}

#[test]
fn config_init_writes_its_example_and_what_was_found_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("config.toml");
    let token = |name: &str| (name == "TUGBOAT_TOKEN").then(|| "fake-value".to_owned());
    let mut out = Vec::new();
    init(Some(&path), &registry(), token, &mut out).expect("it is written");
    let report = String::from_utf8(out).expect("text");
    assert!(report.contains("+ tugboat: TUGBOAT_TOKEN"), "{report}");
    let file = std::fs::read_to_string(&path).expect("readable");
    assert!(file.contains("\n# [contexts.tugboat-home]\n"), "{file}");
    assert!(file.contains("\n[contexts.tugboat]\nplatform = \"tugboat\"\n"), "{file}");
    assert!(!file.contains("fake-value"), "{file}");
    let (_, contexts) = parse(&file, &path, &registry().specs()).unwrap_or_else(|it| panic!("{it}"));
    assert_eq!(contexts.len(), 1, "the one that was found");
    assert!(example(&registry()).contains("\n[contexts.tugboat-home]\n"));
}

#[tokio::test]
async fn config_check_opens_it_and_prints_what_works() {
    let (_folder, path) = written();
    let mut out = Vec::new();
    let works = check(Some(&path), &[], &registry(), Paint(false), &mut out).await.expect("no mistakes");
    let report = String::from_utf8(out).expect("text");
    assert!(works, "{report}");
    assert!(report.contains("north (tugboat, https://api.tugboat.example/)"), "{report}");
    assert!(report.contains("✓ signed in as the harbour master of ostend"), "{report}");
    assert!(report.contains("✓ instances"), "{report}");
}

#[test]
fn mistakes_in_its_contexts_are_reported_with_line_and_column() {
    let path = Path::new("config.toml");
    let report = |text: &str| parse(text, path, &registry().specs()).expect_err(text).to_string();
    let wrong = report(&CONFIGURATION.replace("ostend", "ostnd"));
    assert!(wrong.contains("config.toml:3:11: `harbour` cannot be `ostnd`"), "{wrong}");
    assert!(wrong.contains("did you mean `ostend`?"), "{wrong}");
    let foreign = report(&CONFIGURATION.replace("harbour = \"ostend\"", "zones = [\"a\"]"));
    assert!(foreign.contains("config.toml:3:1: tugboat has no setting `zones`"), "{foreign}");
    let other = report(&CONFIGURATION.replace("\"tugboat\"", "\"gcore\""));
    assert!(other.contains("`harbour` is a setting of tugboat"), "{other}");
    let unknown = report(&CONFIGURATION.replace("\"tugboat\"", "\"tugbot\""));
    assert!(unknown.contains("gcore, elasticbox, exoscale, tugboat"), "{unknown}");
    assert!(unknown.contains("did you mean `tugboat`?"), "{unknown}");
}

#[test]
fn the_generated_documentation_describes_it() {
    let registry = registry();
    let keys = markdown(&registry.specs());
    assert!(keys.contains("## Tugboat: `platform = \"tugboat\"`"), "{keys}");
    assert!(
        keys.contains("| `harbour` | `\"bergen\"` or `\"ostend\"` | `\"bergen\"` | The harbour to show. |"),
        "{keys}"
    );
    assert!(keys.contains("Without a file: `TUGBOAT_TOKEN`."), "{keys}");
    let endpoints = registry.endpoints_markdown();
    assert!(endpoints.contains("## tugboat\n\n1 of 1 endpoints are read."), "{endpoints}");
    assert!(endpoints.contains("| GET | `/v1/boats` | Instances |  |"), "{endpoints}");
}
