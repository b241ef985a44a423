//! The table of commands against the layers that do them.

use super::*;
use crate::model::{Bytes, Kind, ResourceId};
use crate::tui::Options;
use crate::tui::effect::DocumentForm;
use crate::tui::layer::{Handled, Layer};
use crate::tui::sample;
use crate::tui::views::document::DocumentView;
use crate::tui::views::logs::LogView;
use crate::tui::views::table::TableLayer;
use crate::tui::views::telemetry::TelemetryView;

fn app() -> App {
    let mut app = App::new(sample::fleet(), Options::default(), sample::now());
    app.arrange();
    app
}

type Open = fn(ResourceId) -> Box<dyn Layer>;

#[test]
fn every_command_of_a_key_context_is_done_by_its_layer() {
    let id = || sample::id("cycle-prod", Kind::Instance, "i-web-1");
    let layers: [(KeyContext, Open); 4] = [
        (KeyContext::Table, |_| Box::new(TableLayer)),
        (KeyContext::Text, |id| Box::new(DocumentView::new(id, "web-1".to_owned(), DocumentForm::Form))),
        (KeyContext::Logs, |id| Box::new(LogView::new(vec![(id, "web-1".to_owned())], Bytes(1 << 20)))),
        (KeyContext::Telemetry, |id| Box::new(TelemetryView::new(id, "web-1"))),
    ];
    for (context, layer) in layers {
        // What the whole program does too, a layer may leave to it.
        let of_context = ENTRIES.iter().filter(|entry| {
            entry.contexts.contains(&context) && !entry.contexts.contains(&KeyContext::Everywhere)
        });
        for entry in of_context {
            let handled = layer(id()).perform(entry.command, None, &mut app());
            assert_ne!(handled, Handled::Ignored, "`{}` in {context:?}", entry.name);
        }
    }
}

#[test]
fn what_is_not_available_says_why() {
    let mut app = app();
    assert_eq!(Command::Attach.availability(&app), Availability::Yes);
    assert_eq!(Command::ClearMarks.availability(&app).reason(), Some("no row is marked"));
    app.active = 3;
    app.arrange();
    let reason = Command::Attach.availability(&app);
    assert!(reason.reason().is_some_and(|reason| reason.contains("offers no console")), "{reason:?}");
    assert!(matches!(Command::SortByAge.availability(&app), Availability::No(_)));
}
