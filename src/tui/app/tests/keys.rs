//! Keys, counts, history.

use std::time::Duration;

use crossterm::event::{Event as TerminalEvent, KeyCode, KeyModifiers};

use super::Scene;
use crate::model::Kind;
use crate::tui::Effect;
use crate::tui::effect::{DocumentForm, Outside, TerminalEffect, View, Work};
use crate::tui::layer::{Answer, Question};
use crate::tui::sample;

use crate::fleet::Section;
use crate::model::Document;
use crate::tui::ui::Event;

fn scene() -> Scene {
    Scene::new(sample::fleet(), 120, 36)
}

#[test]
fn a_digit_of_a_pane_opens_it_and_a_motion_right_after_it_is_a_step() {
    for wait in [0, 100, 1000] {
        let mut scene = scene();
        scene.keys("3");
        assert_eq!(scene.ui.app.pane().kind, Kind::Revision);
        scene.later(Duration::from_millis(wait));
        scene.keys("j");
        let pane = scene.ui.app.pane();
        assert_eq!((pane.kind, pane.cursor()), (Kind::Revision, 1), "after {wait} ms");
        scene.keys("21");
        assert_eq!(scene.ui.app.pane().kind, Kind::Instance, "each of them is a pane");
    }
}

#[test]
fn counts_of_more_digits_and_to_a_row() {
    let mut scene = scene();
    scene.keys("9j");
    assert_eq!((scene.ui.app.pane().kind, scene.ui.app.pane().cursor()), (Kind::Instance, 9));
    scene.keys("7G");
    assert_eq!(scene.ui.app.pane().cursor(), 6);
    scene.keys("G");
    assert_eq!(scene.ui.app.pane().cursor(), 14);
    scene.keys("g90j");
    assert_eq!(scene.ui.app.pane().cursor(), 14, "no further than the last");
}

#[test]
fn quit_asks_first_and_ctrl_c_does_not() {
    for keys in ["q\n", "qy"] {
        let mut scene = scene();
        scene.keys(keys);
        assert_eq!(scene.effects, [TerminalEffect::Quit], "{keys:?}");
    }
    for keys in ["qq", "q\x1b", "qn"] {
        let mut stays = scene();
        stays.keys(keys);
        assert!(stays.effects.is_empty() && !stays.has_menu(), "{keys:?}");
    }
    for before in ["", "o", "@", "q"] {
        let mut scene = scene();
        scene.keys(before);
        scene.press(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(scene.effects, [TerminalEffect::Quit], "after {before:?}");
    }
}

#[test]
fn ctrl_c_in_an_input_closes_the_input_and_the_next_one_quits() {
    for before in ["/web", ":", ":inst", "?", "?web"] {
        let mut scene = scene();
        scene.keys(before);
        scene.press(KeyCode::Char('c'), KeyModifiers::CONTROL);
        let quits = |scene: &Scene| scene.effects.iter().any(|effect| *effect == TerminalEffect::Quit);
        assert!(!quits(&scene) && !scene.has_menu(), "after {before:?}");
        assert_eq!(scene.shown().len(), 15, "the filter is as it was before");
        assert!(!scene.text().contains("esc cancel"), "{}", scene.text());
        scene.press(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(scene.effects, [TerminalEffect::Quit], "after {before:?}");
    }
}

#[test]
fn the_filter_in_force_is_replaced_by_typing_and_edited_by_an_arrow_key() {
    let mut scene = scene();
    scene.keys("/web\n/api\n");
    assert_eq!(scene.ui.app.pane().filter_text, "api");
    scene.keys("/");
    scene.press(KeyCode::Right, KeyModifiers::NONE);
    scene.keys("-1\n");
    assert_eq!(scene.ui.app.pane().filter_text, "api-1");
    scene.keys("/\n");
    assert_eq!(scene.ui.app.pane().filter_text, "api-1", "Enter keeps it");
}

#[test]
fn the_hint_line_shows_whole_hints_the_most_useful_first() {
    let hints = |columns| {
        let scene = Scene::new(sample::fleet(), columns, 15);
        scene.text().lines().last().unwrap_or_default().trim().to_owned()
    };
    let wide = hints(120);
    assert!(wide.starts_with("⏎ open  a attach  l logs") && wide.contains("w wide"), "{wide}");
    assert_eq!(hints(60), "⏎ open  a attach  l logs  x actions  t telemetry  / filter");
}

#[test]
fn a_paste_of_a_megabyte_is_cut_in_every_input_with_a_notice() {
    let paste = TerminalEvent::Paste("web and more ".repeat(80_000));
    for before in ["/", ":", "?", "y/"] {
        let mut scene = scene();
        scene.keys(before);
        let began = std::time::Instant::now();
        scene.effects = scene.ui.update(Event::Terminal(paste.clone()));
        scene.draw();
        // Under 200 ms with the scene in a debug build; letter by letter it is quadratic.
        assert!(began.elapsed() < Duration::from_secs(5), "after {before}: {:?}", began.elapsed());
        assert!(scene.text().contains("cut to 1,000 characters"), "after {before}: {}", scene.text());
    }
}

#[test]
fn esc_never_quits_and_undoes_the_lightest_first() {
    let mut scene = scene();
    scene.keys(" /web\n");
    assert_eq!(scene.shown().len(), 12);
    scene.keys("\x1b");
    assert_eq!(scene.shown().len(), 15);
    assert_eq!(scene.ui.app.pane().marks.len(), 1);
    assert!(scene.text().contains("⎋ clear marks") || scene.text().contains("esc clear marks"));
    scene.keys("\x1b");
    assert!(scene.ui.app.pane().marks.is_empty());
    assert!(scene.text().contains("1 mark cleared"), "{}", scene.text());
    scene.keys("\x1b\x1b\x1b");
    assert!(scene.effects.is_empty());
}

#[test]
fn esc_dismisses_a_failure_before_it_clears_marks() {
    let mut scene = scene();
    scene.keys("  ");
    scene.effects = scene.ui.settle(vec![Effect::complain("there is no such thing")]);
    scene.keys("\x1b");
    assert_eq!(scene.ui.app.pane().marks.len(), 2);
    assert!(!scene.text().contains("no such thing"), "{}", scene.text());
    scene.keys("\x1b");
    assert!(scene.ui.app.pane().marks.is_empty());
    assert!(scene.text().contains("2 marks cleared"), "{}", scene.text());
}

#[test]
fn drilling_in_and_back() {
    let mut scene = scene();
    scene.keys("2");
    scene.later(Duration::from_secs(1));
    scene.keys("/web\n\n");
    assert_eq!(scene.ui.app.pane().kind, Kind::Instance);
    assert_eq!(scene.shown().len(), 12, "the instances of web");
    scene.keys("\x1b");
    assert_eq!((scene.ui.app.pane().kind, scene.selected()), (Kind::Container, "web"));
    assert_eq!(scene.ui.app.pane().filter_text, "/web"[1..], "with its filter");
}

#[test]
fn a_container_without_instances_leads_to_its_revisions() {
    let mut scene = scene();
    scene.keys("2");
    scene.later(Duration::from_secs(1));
    scene.keys("/embed\n\n");
    assert_eq!((scene.ui.app.pane().kind, scene.shown()), (Kind::Revision, vec!["3", "2"]));
}

#[test]
fn the_last_place_and_back_again() {
    let mut scene = scene();
    for pane in ["2", "4"] {
        scene.later(Duration::from_secs(1));
        scene.keys(pane);
    }
    let kind = |scene: &Scene| scene.ui.app.pane().kind;
    scene.keys("-");
    assert_eq!(kind(&scene), Kind::Container);
    scene.keys("-");
    assert_eq!(kind(&scene), Kind::GpuModel);
    scene.press(KeyCode::Left, KeyModifiers::ALT);
    scene.press(KeyCode::Left, KeyModifiers::ALT);
    assert_eq!(kind(&scene), Kind::Instance);
    scene.press(KeyCode::Right, KeyModifiers::ALT);
    assert_eq!(kind(&scene), Kind::Container);
}

#[test]
fn views_open_over_the_table_and_close() {
    let mut scene = scene();
    scene.keys("y");
    let id = scene.ui.app.pane().selected().unwrap().id().clone();
    assert_eq!(scene.asked(), [Question::Details(id.clone())]);
    assert_eq!(*scene.ui.layers.front().unwrap(), View::Document(id, DocumentForm::Yaml));
    scene.keys("\x1b");
    assert!(scene.ui.layers.front().is_none());
}

#[test]
fn what_is_not_offered_says_so() {
    let mut scene = scene();
    scene.keys("4");
    scene.later(Duration::from_secs(1));
    scene.keys("a");
    assert!(scene.effects.is_empty());
    assert!(scene.text().contains("offers no console"), "{}", scene.text());
}

#[test]
fn the_palette_goes_to_a_table_with_a_filter_and_a_context() {
    let mut scene = scene();
    scene.keys(":inst state:failed @cycle\n");
    assert_eq!(scene.ui.app.pane().filter_text, "state:failed ctx:cycle");
    assert_eq!(scene.shown(), ["train-0"]);
    scene.keys(":theme light\n");
    assert_eq!(scene.ui.app.theme.name, "light");
    scene.keys(":");
    scene.press(KeyCode::Up, KeyModifiers::NONE);
    assert_eq!(scene.palette().typed(), "theme light");
}

#[test]
fn esc_clears_before_it_puts_the_banner_away() {
    let options = crate::tui::Options { banner: Some("this is the demo".to_owned()), ..Default::default() };
    let mut scene = Scene::with(sample::fleet(), options, 120, 36);
    scene.keys("/web\n");
    assert!(scene.text().contains("this is the demo") && !scene.text().contains("esc hides this"));
    scene.keys("\x1b");
    assert!(scene.ui.app.pane().filter_text.is_empty() && scene.ui.app.banner.is_some());
    assert!(scene.text().contains("esc hides this"));
    scene.keys("\x1b");
    assert!(scene.ui.app.banner.is_none(), "nothing else was to be done");
}

#[test]
fn a_filter_is_edited_at_its_end_and_ctrl_u_empties_it() {
    let mut scene = scene();
    scene.keys("/web-1\n/");
    scene.press(KeyCode::Right, KeyModifiers::NONE);
    scene.keys("2");
    assert_eq!(scene.shown(), ["web-12"]);
    scene.press(KeyCode::Char('u'), KeyModifiers::CONTROL);
    assert_eq!((scene.shown().len(), scene.is_filtering()), (15, true));
    scene.keys("\x1b");
    assert_eq!(scene.ui.app.pane().filter_text, "web-1", "cancelled: as it was");
}

#[test]
fn a_second_reading_of_details_takes_nothing_from_the_first() {
    let mut scene = scene();
    let part = |value: &str| {
        let document = Document::new(serde_json::json!({ "which": value }), Vec::new());
        Answer::Section(Box::new(Section { title: "instance", body: Ok(document) }))
    };
    scene.keys("d");
    let first = scene.ticket();
    scene.keys("r");
    let second = scene.ticket();
    assert_eq!(scene.effects[0], Work::Cancel(first), "the first is given up");
    for (ticket, answer) in [
        (second, part("of the second")),
        (first, part("of the first")),
        // The end of the first is not the end of the second.
        (first, Answer::EndOfDetails),
    ] {
        scene.ui.update(Event::Answer(ticket, answer));
    }
    scene.draw();
    let text = scene.text();
    assert!(text.contains("of the second") && !text.contains("of the first"), "{text}");
    scene.ui.update(Event::Answer(second, Answer::EndOfDetails));
    scene.draw();
    assert!(scene.text().contains("of the second"), "{}", scene.text());
}

#[test]
fn closing_a_view_gives_up_what_it_waits_for() {
    let mut scene = scene();
    scene.keys("d");
    let ticket = scene.ticket();
    scene.keys("\x1b");
    assert_eq!(scene.effects, [Work::Cancel(ticket)]);
    scene.keys("d");
    let ticket = scene.ticket();
    scene.ui.update(Event::Answer(ticket, Answer::EndOfDetails));
    scene.keys("\x1b");
    assert!(scene.effects.is_empty(), "it was answered");
    scene.keys("l");
    let tail = scene.ticket();
    scene.keys("-");
    assert!(scene.effects.contains(&Outside::Work(Work::Cancel(tail))), "{:?}", scene.effects);
}

#[test]
fn refresh_goes_to_the_view_that_reads_something_of_its_own() {
    let mut scene = scene();
    scene.keys("yr");
    let Outside::Work(Work::Ask(_, Question::Details(_))) = &scene.effects[1] else { panic!("no reading") };
    assert!(matches!(scene.effects[0], Outside::Work(Work::Cancel(_))), "{:?}", scene.effects);
    scene.keys("\x1br");
    assert_eq!(scene.effects, [Work::Refresh]);
}

fn listed(scene: &Scene) -> Vec<&str> {
    scene.palette().lines().map(|item| item.label.as_str()).collect()
}

#[test]
fn the_palette_offers_what_the_letters_begin_and_no_coincidences() {
    let mut scene = scene();
    scene.keys(":inst");
    assert_eq!(listed(&scene)[0], "instances");
    for strange in ["history-back", "suspend", "previous-pane"] {
        assert!(!listed(&scene).contains(&strange), "{:?}", listed(&scene));
    }
    scene.keys("\x1b:thdark");
    assert_eq!(listed(&scene), ["theme dark"], "letters that lie together");
}

#[test]
fn commands_with_arguments_are_completed_and_say_what_is_wrong() {
    let mut scene = scene();
    scene.keys(":sort age desc\n");
    assert!(scene.ui.app.pane().sort.reverse);
    scene.keys(":inst sta\t");
    let line = |scene: &Scene| scene.palette().typed().to_owned();
    assert_eq!(line(&scene), "instances state:");
    scene.keys("fa\t\n");
    assert_eq!(scene.ui.app.pane().filter_text, "state:failed");
    for (typed, message) in [
        (":theme nope\n", "no theme is called nope"),
        (":sort nope\n", "no column is called nope"),
        (":@nope\n", "no context is called nope"),
        (":inst nope:x\n", "no column is called nope"),
        (":inst @nope\n", "no context is called nope"),
    ] {
        scene.keys(typed);
        assert!(scene.has_menu(), "{typed:?} stays to be mended");
        let toast = scene.ui.app.messages.toast(scene.ui.app.now).unwrap();
        assert!(toast.text.contains(message), "{typed:?}: {}", toast.text);
        scene.keys("\x1b");
    }
    assert_eq!(scene.ui.app.pane().filter_text, "state:failed", "nothing was changed");
}

#[test]
fn the_palette_takes_a_table_with_a_filter_a_context_and_a_theme() {
    let mut scene = scene();
    scene.keys(":containers web\n");
    assert_eq!((scene.ui.app.pane().kind, scene.shown()), (Kind::Container, vec!["web"]));
    scene.keys(":instances state:failed @cycle-prod\n");
    assert_eq!(scene.ui.app.pane().kind, Kind::Instance);
    assert_eq!(scene.ui.app.pane().filter_text, "state:failed ctx:cycle-prod");
    scene.keys("y:gpu\n");
    assert_eq!(scene.ui.app.pane().kind, Kind::GpuModel, "from a view, too");
    assert!(scene.ui.layers.front().is_none());
    scene.keys(":theme light\n");
    assert_eq!(
        scene.ui.app.messages.toast(scene.ui.app.now).unwrap().text.split(':').next(),
        Some("theme light")
    );
}

#[test]
fn at_a_context_shows_only_that_one() {
    let mut scene = scene();
    scene.keys(":@cy\t\n");
    assert_eq!(scene.ui.app.hidden.len(), 1);
    scene.keys(":@all\n");
    assert!(scene.ui.app.hidden.is_empty());
}

#[test]
fn a_click_in_a_list_chooses_and_one_beside_it_closes() {
    use crossterm::event::{Event as TerminalEvent, MouseButton, MouseEvent, MouseEventKind};
    let click = |scene: &mut Scene, column, row| {
        let mouse = MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column,
            row,
            modifiers: KeyModifiers::NONE,
        };
        scene.ui.update(crate::tui::ui::Event::Terminal(TerminalEvent::Mouse(mouse)));
        scene.draw();
    };
    let mut scene = scene();
    scene.keys("o");
    let text = scene.text();
    let row = text.lines().position(|line| line.contains("│    state")).unwrap();
    let column = text.lines().nth(row).unwrap().find("│    state").unwrap();
    let column = text.lines().nth(row).unwrap()[..column].chars().count() + 4;
    click(&mut scene, u16::try_from(column).unwrap(), u16::try_from(row).unwrap());
    assert!(!scene.has_menu());
    assert_eq!(scene.ui.app.pane().sort.column.id(), "state");
    scene.keys("o");
    click(&mut scene, 0, 0);
    assert!(!scene.has_menu());
}

#[test]
fn recordings_are_listed_with_their_whole_names_age_and_size() {
    use crate::console::recording::RecordedFile;
    use crate::model::{Bytes, Timestamp};
    let mut scene = scene();
    scene.keys(":play ");
    let ticket = scene.effects.iter().find_map(|effect| match effect {
        Outside::Work(Work::Ask(ticket, Question::Recordings)) => Some(*ticket),
        _ => None,
    });
    assert!(scene.text().contains("looking for recordings"), "{}", scene.text());
    let name = "checkout-worker-eu-central-17-ssh-20261130-214207.cast";
    let file = RecordedFile {
        path: format!("/recordings/{name}").into(),
        modified: Timestamp::from_millis(sample::now().as_millis() - 2 * 3600 * 1000),
        size: Bytes(12 * 1024),
    };
    scene.ui.update(Event::Answer(ticket.expect("a question"), Answer::Recordings(vec![file])));
    scene.draw();
    let text = scene.text();
    assert!(text.contains(&format!("play {name}")) && text.contains("2h ago · 12 KiB"), "{text}");
}

#[test]
fn where_nothing_was_recorded_the_list_of_recordings_says_so() {
    let mut scene = scene();
    scene.keys(":play ");
    let [Outside::Work(Work::Ask(ticket, Question::Recordings))] = &*scene.effects else {
        panic!("{:?}", scene.effects);
    };
    let answer = Event::Answer(*ticket, Answer::Recordings(Vec::new()));
    scene.ui.update(answer);
    scene.draw();
    assert!(scene.text().contains("nothing was recorded here yet: name a file"), "{}", scene.text());
}

#[test]
fn a_recording_that_is_played_by_itself_has_no_header_of_a_fleet() {
    let play = Some(("web-1.cast".into(), crate::console::recording::PlayOptions::default()));
    let options = crate::tui::Options { play, ..Default::default() };
    let scene = Scene::with(crate::fleet::Store::default(), options, 120, 36);
    let text = scene.text();
    assert!(!text.contains("ctx:") && !text.contains("Instances 0") && !text.contains("5s"), "{text}");
}
