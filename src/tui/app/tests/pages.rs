//! Consoles that are pages for a browser.

use std::time::Duration;

use super::Scene;
use crate::console::Page;
use crate::model::{Kind, Lifecycle, Problem, ProblemKind, Resource, ResourceId, ScreenKind, Secret};
use crate::providers::exoscale;
use crate::tui::effect::{Address, Outside, View, Work};
use crate::tui::layer::{Answer, Question, Ticket};
use crate::tui::ui::Event;
use crate::tui::{Command, sample};

const PAGE: &str = "https://console.example/vnc?instance=web-1&token=not-a-real-token";

fn id() -> ResourceId {
    sample::id("machines", Kind::Instance, "i-web-1")
}

fn scene(offered: ScreenKind) -> Scene {
    let mut store = sample::empty(&[("machines", exoscale::PLATFORM)]);
    let mut row = sample::instance("machines", "web-1", Lifecycle::Running);
    if let Resource::Instance(it) = &mut row {
        it.offers.console = Some(offered);
    }
    sample::list(&mut store, "machines", Kind::Instance, vec![row]);
    Scene::new(store, 100, 20)
}

fn page(address: &str) -> Page {
    Page { address: Secret::new(address), is_endpoint: false, valid_for: None }
}

fn endpoint() -> Page {
    Page { is_endpoint: true, ..page("wss://console.example/websockify?token=not-a-real-token") }
}

fn answer(scene: &mut Scene, answer: Result<Page, Problem>) {
    let ticket = scene.ticket();
    answer_to(scene, ticket, answer);
}

fn answer_to(scene: &mut Scene, ticket: Ticket, answer: Result<Page, Problem>) {
    scene.effects = scene.ui.update(Event::Answer(ticket, Answer::Page(Box::new(answer))));
    scene.draw();
}

fn is_page(scene: &mut Scene) {
    let event = Event::ConsoleIsPage(id(), ScreenKind::WebPage, Box::new(page(PAGE)));
    scene.effects = scene.ui.update(event);
    scene.draw();
}

#[test]
fn the_box_waits_then_shows_the_host_and_hides_the_token() {
    let mut scene = scene(ScreenKind::WebPage);
    scene.keys("a");
    assert_eq!(scene.asked(), [Question::Page(id(), ScreenKind::WebPage)]);
    scene.later(Duration::from_secs(3));
    scene.draw();
    let text = scene.text();
    assert!(
        text.contains("requesting the address from machines… 3s") && text.contains("esc close"),
        "{text}"
    );
    answer(&mut scene, Ok(page(PAGE)));
    scene.later(Duration::from_secs(12));
    scene.draw();
    insta::assert_snapshot!("console_page", scene.text());
    assert!(!scene.text().contains("not-a-real-token"));
    scene.keys("u");
    insta::assert_snapshot!("console_page_shown", scene.text());
    scene.later(Duration::from_secs(6));
    scene.draw();
    assert!(!scene.text().contains("not-a-real-token"), "for five seconds only");
}

#[test]
fn the_address_is_copied_opened_and_fetched_again() {
    let mut scene = scene(ScreenKind::WebPage);
    scene.keys("a");
    answer(&mut scene, Ok(page(PAGE)));
    let address = Address(Secret::new(PAGE));
    scene.keys("c");
    let shown = format!("{:?}", scene.effects);
    assert!(
        matches!(&scene.effects[..], [Outside::Work(Work::CopyAddress(copied, _))] if *copied == address)
            && !shown.contains("token"),
        "{shown}"
    );
    scene.keys("\n");
    assert_eq!(scene.effects, [Work::Browse(address)]);
    scene.keys("r");
    assert_eq!(scene.asked(), [Question::Page(id(), ScreenKind::WebPage)]);
    let ticket = scene.ticket();
    scene.keys("\n");
    assert_eq!(scene.effects, [] as [Outside; 0], "the old one is not opened any more");
    let refused = Problem::new(ProblemKind::Forbidden, "this key may not open consoles");
    answer_to(&mut scene, ticket, Err(refused));
    assert!(scene.text().contains("this key may not open consoles"), "{}", scene.text());
    scene.keys("\x1b");
    assert_eq!(scene.effects, [] as [Outside; 0], "it was answered");
    scene.keys("a");
    let ticket = scene.ticket();
    scene.keys("\x1b");
    assert_eq!(scene.effects, [Work::Cancel(ticket)]);
    assert!(scene.ui.layers.front().is_none());
    answer_to(&mut scene, ticket, Err(Problem::new(ProblemKind::Server, "too late")));
    assert!(scene.ui.layers.front().is_none());
}

#[test]
fn an_expired_address_is_fetched_again_and_not_opened() {
    let mut scene = scene(ScreenKind::WebPage);
    scene.keys("a");
    answer(&mut scene, Ok(Page { valid_for: Some(Duration::from_secs(60)), ..page(PAGE) }));
    scene.later(Duration::from_secs(12));
    scene.draw();
    assert!(scene.text().contains("12s ago, valid for 48s more"), "{}", scene.text());
    scene.keys("\n");
    assert_eq!(scene.effects, [Work::Browse(Address(Secret::new(PAGE)))]);
    scene.later(Duration::from_secs(48));
    scene.draw();
    assert!(scene.text().contains("1m ago, expired"), "{}", scene.text());
    for key in ["\n", "c"] {
        scene.keys(key);
        assert_eq!(scene.asked(), [Question::Page(id(), ScreenKind::WebPage)], "{key:?}");
        answer(&mut scene, Ok(Page { valid_for: Some(Duration::ZERO), ..endpoint() }));
    }
}

#[test]
fn a_vnc_endpoint_is_not_offered_to_a_browser() {
    let mut scene = scene(ScreenKind::WebPage);
    scene.keys("a");
    answer(&mut scene, Ok(endpoint()));
    let hints = scene.ui.layers.hints(&scene.ui.app);
    assert!(!hints.iter().any(|hint| hint.command == Command::Open), "{hints:?}");
    assert!(scene.text().contains("wss://console.example/••••"), "{}", scene.text());
}

#[test]
fn a_page_that_comes_instead_of_text_takes_the_place_of_the_console() {
    let mut scene = scene(ScreenKind::Terminal);
    scene.keys("a");
    assert_eq!(scene.effects, [Work::OpenConsoles(View::Console(id()))]);
    // Its view is not in front: there is only a message.
    is_page(&mut scene);
    assert!(
        scene.ui.layers.front().is_none() && scene.text().contains("is a page for a browser"),
        "{}",
        scene.text()
    );
    // Its view is in front: any will do here.
    let view = crate::tui::views::telemetry::TelemetryView::new(id(), "web-1".to_owned());
    scene.ui.update(Event::Opened(Box::new(view), View::Console(id())));
    is_page(&mut scene);
    assert!(scene.text().contains(" console of web-1 "), "{}", scene.text());
    scene.keys("\x1b");
    assert!(scene.ui.layers.front().is_none());
}

#[test]
fn no_terminal_is_too_small_for_the_box() {
    for (columns, rows) in [(30, 6), (31, 7), (40, 9), (200, 8)] {
        let mut scene = scene(ScreenKind::WebPage);
        scene.buffer = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, columns, rows));
        scene.keys("a");
        answer(&mut scene, Ok(page(PAGE)));
        scene.keys("u");
    }
}

#[test]
fn a_link_is_shown_with_its_host_and_opened_or_copied() {
    let link = "https://console.example@other.example/path";
    let mut scene = scene(ScreenKind::WebPage);
    let open = |scene: &mut Scene| {
        let address = Address(Secret::new(link));
        scene.ui.settle(vec![View::Link(address).into()]);
        scene.draw();
    };
    open(&mut scene);
    let shown = scene.text();
    assert!(shown.contains("host     other.example") && shown.contains(link), "{shown}");
    scene.keys("c");
    let Outside::Work(Work::CopyAddress(copied, _)) = &scene.effects[0] else {
        panic!("{:?}", scene.effects)
    };
    assert_eq!(copied.0.expose(), link);
    scene.keys("\n");
    assert_eq!(scene.effects, [Work::Browse(Address(Secret::new(link)))]);
    assert!(!scene.text().contains("other.example"), "closed");
    open(&mut scene);
    scene.keys("\x1b");
    assert!(scene.effects.is_empty() && !scene.text().contains("other.example"));
}
