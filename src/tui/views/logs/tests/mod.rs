mod pages;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;

use super::*;
use crate::fleet::Store;
use crate::fleet::logs::LineBody;
use crate::model::{ContextName, Kind, LogLine, Problem, ProblemKind};
use crate::tui::widgets::testing::{self, text};

const BUFFER_BYTES: usize = 32 << 20;

fn noon() -> Timestamp {
    Timestamp::parse("2026-05-23T12:00:00Z").unwrap()
}

fn after(millis: i64) -> Timestamp {
    Timestamp::from_millis(noon().as_millis() + millis).unwrap()
}

fn id(name: &str) -> ResourceId {
    ResourceId::new(&ContextName::new("cycle-prod"), Kind::Instance, name)
}

fn opened_with(names: &[&str], kept: usize) -> LogView {
    let sources = names.iter().map(|name| (id(name), (*name).to_owned())).collect();
    let mut view = LogView::bounded(sources, kept, noon);
    assert_eq!(view.open().len(), names.len());
    for at in 0..names.len() {
        news(&mut view, at, LogEvent::Connected);
    }
    view
}

/// News of the tail at a place.
fn news(view: &mut LogView, at: usize, event: LogEvent) {
    let ticket = view.tails[at].ticket.expect("an open tail");
    view.answer(ticket, Answer::Log(event));
}

fn opened(names: &[&str]) -> LogView {
    opened_with(names, BUFFER_BYTES)
}

fn line(millis: i64, text: &str) -> LogLine {
    LogLine { at: after(millis), exact: true, text: text.into() }
}

fn print(view: &mut LogView, tail: usize, lines: Vec<LogLine>) {
    news(view, tail, LogEvent::Lines(lines));
}

fn numbered(view: &mut LogView, range: std::ops::Range<i64>) {
    print(view, 0, range.map(|n| line(n, &format!("line {n}"))).collect());
}

/// The text of the screen, with the clock taken out since it is in the machine's own zone.
fn drawn(view: &mut LogView, width: u16, height: u16) -> String {
    let store = Store::new(&[]);
    let buf = testing::drawn(|theme| {
        let look = Look { theme, store: &store, now: noon(), ascii: false };
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        view.render(buf.area, &mut buf, &look);
        buf
    });
    let zoned = regex::Regex::new(r"\d\d:\d\d:(\d\d)").unwrap();
    zoned.replace_all(&text(&buf), "hh:mm:$1").into_owned()
}

fn type_text(view: &mut LogView, text: &str) {
    for c in text.chars() {
        press(view, KeyCode::Char(c));
    }
}

fn press(view: &mut LogView, code: KeyCode) {
    view.type_event(&TerminalEvent::Key(KeyEvent::new(code, KeyModifiers::NONE)));
}

fn filter(view: &mut LogView, text: &str) {
    view.apply(Command::KeepLines, None);
    assert!(view.is_typing());
    type_text(view, text);
    press(view, KeyCode::Enter);
    drawn(view, 80, 15);
}

fn shown(view: &LogView) -> Vec<String> {
    (0..view.total())
        .filter_map(|at| view.line(at))
        .map(|line| match line.body {
            LineBody::Text(text) => text.to_string(),
            LineBody::Marker(marker) => format!("-- {}", notes::text(marker, line.at)),
        })
        .collect()
}

#[test]
fn what_was_kept_for_a_newcomer_does_not_count_as_speed() {
    thread_local! { static PASSED: std::cell::Cell<i64> = const { std::cell::Cell::new(0) } }
    let mut view =
        LogView::bounded(vec![(id("web-1"), "web-1".to_owned())], BUFFER_BYTES, || after(PASSED.get()));
    view.open();
    news(&mut view, 0, LogEvent::Connected);
    numbered(&mut view, 0..600);
    assert_eq!(view.rate.per_second(after(1000)), 0);
    PASSED.set(1500);
    numbered(&mut view, 600..630);
    assert_eq!(view.rate.per_second(after(2500)), 10);
}

#[test]
fn two_sources_are_merged_by_time_with_their_names() {
    let mut view = opened(&["web-1", "train-0"]);
    print(
        &mut view,
        0,
        vec![
            line(0, "\u{1b}[32mGET\u{1b}[0m /index 200"),
            line(2000, "level=warn slow answer"),
            line(4000, "\u{1b}]0;title\u{7}日本語 wide"),
        ],
    );
    print(&mut view, 1, vec![line(1000, "epoch 1 loss 0.31"), line(3000, "ERROR out of memory\ton gpu 0")]);
    view.apply(Command::Timestamps, None);
    insta::assert_snapshot!("merged", drawn(&mut view, 120, 16));
    insta::assert_snapshot!("merged_small", drawn(&mut view, 60, 15));
}

#[test]
fn gaps_seams_and_ends_stand_among_the_lines() {
    let mut view = opened(&["web-1"]);
    print(&mut view, 0, vec![line(0, "before")]);
    let why = "the remote dropped them".into();
    news(&mut view, 0, LogEvent::Skipped { lines: Some(1312), why });
    print(&mut view, 0, vec![line(1000, "between")]);
    let problem = Problem::new(ProblemKind::Unreachable, "connection reset");
    news(&mut view, 0, LogEvent::Interrupted(problem.clone()));
    insta::assert_snapshot!("interrupted", drawn(&mut view, 100, 12));
    news(&mut view, 0, LogEvent::Connected);
    print(&mut view, 0, vec![line(5000, "after")]);
    news(&mut view, 0, LogEvent::Interrupted(Problem::new(ProblemKind::NotFound, "no such instance")));
    let ticket = view.tails[0].ticket.unwrap();
    view.answer(ticket, Answer::EndOfLog);
    insta::assert_snapshot!("ended", drawn(&mut view, 100, 14));
    let again = view.apply(Command::Refresh, None).effects();
    assert!(
        matches!(
            &again[..],
            [Effect::Work(Work::Ask(_, Question::Tail(_, LogStart::Since(at))))] if *at == after(5000)
        ),
        "{again:?}"
    );
}

#[test]
fn a_bar_is_one_line_that_changes_and_a_log_that_ended_says_so() {
    let mut view = opened(&["web-1"]);
    print(&mut view, 0, vec![line(0, "pull")]);
    for percent in [10, 50, 99] {
        news(&mut view, 0, LogEvent::Partial(line(percent, &format!("downloading {percent}%"))));
        let seen = drawn(&mut view, 60, 15);
        assert!(seen.contains(&format!("downloading {percent}%")) && seen.contains(" 2 lines "), "{seen}");
    }
    print(&mut view, 0, vec![line(100, "downloading 100%")]);
    for _ in 0..3 {
        news(&mut view, 0, LogEvent::Finished);
        let seen = drawn(&mut view, 60, 15);
        assert!(seen.contains("○ ended") && seen.matches("── ended").count() == 1, "{seen}");
        assert!(seen.contains("downloading 100%") && !seen.contains("99%"), "{seen}");
        news(&mut view, 0, LogEvent::Connected);
    }
}

#[test]
fn nothing_printed_is_told_apart_from_not_connected() {
    let mut view = LogView::bounded(vec![(id("web-1"), "web-1".into())], BUFFER_BYTES, noon);
    assert!(drawn(&mut view, 60, 15).contains("web-1: connecting"));
    assert!(view.redraw_in(&crate::tui::sample::app()).is_some());
    let asked = view.open();
    let [Effect::Work(Work::Ask(ticket, Question::Tail(of, LogStart::Backlog)))] = &asked[..] else {
        panic!()
    };
    assert_eq!(*of, id("web-1"));
    view.answer(*ticket, Answer::Log(LogEvent::Connected));
    insta::assert_snapshot!(drawn(&mut view, 80, 15));
    assert!(view.redraw_in(&crate::tui::sample::app()).is_none(), "a quiet log asks for no frame");
}

#[test]
fn scrolling_up_pauses_and_loses_nothing() {
    let mut view = opened(&["web-1"]);
    numbered(&mut view, 0..100);
    assert!(drawn(&mut view, 60, 13).contains("following"));
    view.apply(Command::PageUp, None);
    let before = drawn(&mut view, 60, 13);
    assert!(before.contains("paused") && !before.contains("line 99"), "{before}");
    numbered(&mut view, 100..1100);
    let during = drawn(&mut view, 60, 13);
    assert!(during.contains("1,000 new below"), "{during}");
    let lines = |seen: &str| -> Vec<String> {
        seen.lines().filter(|row| row.contains("│ line")).map(str::to_owned).collect()
    };
    assert_eq!(lines(&before), lines(&during), "the page does not move");
    view.apply(Command::Bottom, None);
    let end = drawn(&mut view, 60, 13);
    assert!(end.contains("following") && end.contains("line 1099"), "{end}");
    assert_eq!(shown(&view).len(), 1100);
}

#[test]
fn filters_keep_drop_and_count_what_they_hide() {
    let mut view = opened(&["web-1"]);
    print(
        &mut view,
        0,
        vec![
            line(0, "GET /health 200"),
            line(1, "GET /index 200"),
            line(2, "\u{1b}[31mPO\u{1b}[0mST /index 500"),
            line(3, "boot"),
        ],
    );
    filter(&mut view, "//index|/health/");
    filter(&mut view, "!health");
    assert_eq!(shown(&view), ["GET /index 200", "\u{1b}[31mPO\u{1b}[0mST /index 500"]);
    let seen = drawn(&mut view, 80, 14);
    assert!(seen.contains("keep //index|/health/  drop health  2 hidden"), "{seen}");
    print(&mut view, 0, vec![line(4, "GET /health 503"), line(5, "PUT /index 201")]);
    assert_eq!(shown(&view).len(), 3, "new lines are filtered as they come");
    filter(&mut view, "/^POST/");
    assert_eq!(shown(&view).len(), 1, "colours do not hide a match");
    filter(&mut view, "nowhere");
    assert!(drawn(&mut view, 80, 14).contains("All 6 lines are hidden"));
    view.apply(Command::Back, None);
    assert_eq!(shown(&view).len(), 6);
}

#[test]
fn since_shows_only_what_is_younger() {
    let mut view = opened(&["web-1"]);
    print(&mut view, 0, vec![line(-120_000, "two minutes old"), line(-30_000, "half a minute old")]);
    view.apply(Command::Since(1), None);
    assert_eq!(shown(&view), ["half a minute old"]);
    assert!(drawn(&mut view, 60, 15).contains("since 1m"));
    view.apply(Command::Since(0), None);
    assert_eq!(shown(&view).len(), 2);
}

#[test]
fn a_search_goes_to_the_latest_match_and_from_there_on() {
    let mut view = opened(&["web-1"]);
    numbered(&mut view, 0..1000);
    drawn(&mut view, 60, 15);
    view.apply(Command::Search, None);
    type_text(&mut view, "/line 5.5$/");
    let under = |view: &LogView| {
        let at = view.position(view.place.cursor.unwrap());
        shown(view)[at].clone()
    };
    assert_eq!(under(&view), "line 595");
    press(&mut view, KeyCode::Enter);
    view.apply(Command::PreviousMatch, None);
    assert_eq!(under(&view), "line 585");
    view.apply(Command::NextMatch, None);
    assert_eq!(under(&view), "line 595");
    view.apply(Command::NextMatch, None);
    assert_eq!(under(&view), "line 505", "around the end");
    assert!(drawn(&mut view, 60, 15).contains("line 505"));
    view.apply(Command::Search, None);
    type_text(&mut view, "nowhere");
    press(&mut view, KeyCode::Esc);
    assert_eq!(under(&view), "line 505", "a search given up leads back");
}

#[test]
fn marks_are_seen_and_gone_to() {
    let mut view = opened(&["web-1"]);
    numbered(&mut view, 0..50);
    drawn(&mut view, 60, 15);
    view.apply(Command::Top, None);
    view.apply(Command::Down, Some(10));
    view.apply(Command::MarkLine, None);
    view.apply(Command::Bottom, None);
    assert!(!drawn(&mut view, 60, 15).contains("marked"));
    view.apply(Command::PreviousMatch, None);
    let seen = drawn(&mut view, 60, 15);
    assert!(seen.contains("line 10") && seen.contains("── marked"), "{seen}");
}

#[test]
fn saved_and_copied_text_holds_no_escapes() {
    let mut view = opened(&["web 1/x", "b"]);
    print(&mut view, 0, vec![line(0, "\u{1b}[31mred\u{1b}[0m"), line(2, "end")]);
    print(&mut view, 1, vec![line(1, "from b")]);
    assert_eq!(view.apply(Command::Copy, None).effects(), [Effect::copy("end", "line".to_owned())]);
    let Some(Effect::Work(Work::Save(name, bytes))) = view.apply(Command::Save, None).effects().pop() else {
        panic!()
    };
    assert_eq!(name, "web-1-x_b.log");
    assert_eq!(String::from_utf8(bytes).unwrap(), "web 1/x: red\nb: from b\nweb 1/x: end\n");
}

#[test]
fn a_file_of_many_logs_is_named_by_the_first_and_the_number_of_the_others() {
    let mut view = opened(&["a", "b", "c", "d", "e"]);
    let effects = view.apply(Command::Save, None).effects();
    assert!(
        matches!(&effects[..], [Effect::Work(Work::Save(name, _))] if name == "a_b_c_and_2_more.log"),
        "{effects:?}"
    );
}

#[test]
fn the_ring_is_bounded_and_the_screen_says_what_it_let_go() {
    let mut view = opened_with(&["loud"], 64 * 1024);
    for batch in 0..100 {
        let lines = (0..100).map(|n| line(batch * 100 + n, &format!("loud {}", batch * 100 + n)));
        print(&mut view, 0, lines.collect());
        if batch == 10 {
            drawn(&mut view, 100, 12);
            view.apply(Command::PageUp, None);
        }
    }
    let kept = shown(&view);
    assert!(kept.len() < 2000, "{}", kept.len());
    assert_eq!(kept.last().map(String::as_str), Some("loud 9999"));
    let seen = drawn(&mut view, 100, 12);
    assert!(seen.contains("of 10,000") && seen.contains("paused"), "{seen}");
    assert!(seen.contains(&kept[0]), "what a reader looked at is gone: the oldest there is shows: {seen}");
}

#[test]
fn a_pattern_that_cannot_be_read_says_why() {
    let mut view = opened(&["web-1"]);
    numbered(&mut view, 0..3);
    filter(&mut view, "/(/");
    assert!(view.is_typing(), "the prompt stays open over it");
    let seen = drawn(&mut view, 100, 12);
    assert!(seen.contains("unclosed group"), "{seen}");
    assert_eq!(shown(&view).len(), 3);
}

#[test]
fn a_line_of_ten_megabytes_is_drawn_in_part() {
    let mut view = opened(&["web-1"]);
    let long = "0123456789 ".repeat(1_000_000);
    print(&mut view, 0, vec![line(0, "short"), line(1, &long), line(2, "after")]);
    for _ in 0..20 {
        let seen = drawn(&mut view, 100, 20);
        assert!(seen.contains("after"), "{seen}");
        view.apply(Command::Wide, None);
    }
    drawn(&mut view, 100, 20);
    view.apply(Command::Right, Some(50));
    assert!(drawn(&mut view, 100, 20).contains("from column 401"));
    assert!(view.shape.widest < 100_000, "only the part that can be seen is styled: {}", view.shape.widest);
}

#[test]
fn a_late_backlog_of_another_source_is_sorted_in() {
    let mut view = opened(&["a", "b"]);
    print(&mut view, 0, (0..5000).map(|n| line(n * 2, &format!("a {n}"))).collect());
    print(&mut view, 1, (0..5000).map(|n| line(n * 2 + 1, &format!("b {n}"))).collect());
    let all = shown(&view);
    assert_eq!(all.len(), 10_000);
    for n in [0, 1, 2499, 4999] {
        assert_eq!((&all[2 * n], &all[2 * n + 1]), (&format!("a {n}"), &format!("b {n}")));
    }
}

#[test]
fn no_size_of_screen_breaks_it() {
    let mut view = opened(&["web-1", "b"]);
    numbered(&mut view, 0..30);
    filter(&mut view, "1");
    for (width, height) in [(0, 0), (1, 1), (2, 2), (3, 3), (4, 10), (10, 4), (300, 3), (60, 15)] {
        drawn(&mut view, width, height);
        view.apply(Command::Wide, None);
        view.apply(Command::MarkLine, None);
        view.apply(Command::Up, None);
        view.apply(Command::Search, None);
        drawn(&mut view, width, height);
        press(&mut view, KeyCode::Esc);
    }
}

proptest! {
    #[test]
    fn of_merged_lines_none_is_lost(
        batches in prop::collection::vec((0_usize..3, prop::collection::vec(0_i64..5000, 0..20)), 0..30),
    ) {
        let mut view = opened(&["a", "b", "c"]);
        let mut sent = 0;
        for (tail, times) in batches {
            sent += times.len();
            print(&mut view, tail, times.into_iter().map(|at| line(at, "x")).collect());
        }
        prop_assert_eq!(view.total(), sent);
    }

    #[test]
    fn whatever_is_printed_the_screen_stays_whole(texts in prop::collection::vec(any::<String>(), 1..12), wrap: bool) {
        let mut view = opened(&["web-1"]);
        view.wrap = wrap;
        print(&mut view, 0, texts.iter().map(|text| line(0, text)).collect());
        let seen = drawn(&mut view, 40, 12);
        prop_assert!(!seen.chars().any(|c| c != '\n' && c.is_control()));
        for row in seen.lines() {
            prop_assert!(unicode_width::UnicodeWidthStr::width(row) <= 80, "{}", row);
        }
    }
}

#[test]
fn where_filters_hide_every_line_a_narrow_view_says_so_whole() {
    let mut view = opened(&["web-1"]);
    numbered(&mut view, 0..51);
    drawn(&mut view, 60, 15);
    view.apply(Command::Up, None);
    filter(&mut view, "no such text");
    let shown = drawn(&mut view, 60, 15);
    assert!(shown.contains("All 51 lines are hidden by the filters."), "{shown}");
    assert!(shown.contains("Esc removes the filters."), "{shown}");
    assert!(!shown.contains("/0"), "no place among no lines: {shown}");
}

#[test]
fn an_empty_log_says_that_its_instance_does_not_run() {
    use crate::tui::sample;
    let row = sample::instance("cycle-prod", "report-1", crate::model::Lifecycle::Stopped);
    let source = (row.id().clone(), "report-1".to_owned());
    let mut store = sample::empty(&[("cycle-prod", crate::providers::cycle::PLATFORM)]);
    sample::list(&mut store, "cycle-prod", Kind::Instance, vec![row]);
    let mut view = LogView::bounded(vec![source], BUFFER_BYTES, noon);
    view.open();
    news(&mut view, 0, LogEvent::Connected);
    let buf = testing::drawn(|theme| {
        let look = Look { theme, store: &store, now: noon(), ascii: false };
        let mut buf = Buffer::empty(Rect::new(0, 0, 60, 15));
        view.render(buf.area, &mut buf, &look);
        buf
    });
    let shown = text(&buf);
    assert!(shown.contains("report-1 is stopped, and prints nothing until it runs."), "{shown}");
}
