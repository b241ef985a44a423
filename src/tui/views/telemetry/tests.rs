use std::sync::Arc;

use super::*;
use crate::fleet::{FleetEvent, Member, Store};
use crate::model::{
    Bytes, BytesPerSecond, ContextName, Cores, Instance, Kind, Lifecycle, Offers, Problem, ProblemKind,
    Resource, Sample, State,
};
use crate::providers::cycle;
use crate::tui::effect::Work;
use crate::tui::widgets::testing::{self, text};

const START: i64 = 1_772_366_400_000;

fn id() -> ResourceId {
    ResourceId::new(&ContextName::new("demo-cycle"), Kind::Instance, "i-1")
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_millis(START + second * 1000).unwrap()
}

fn store(lifecycle: Lifecycle, telemetry: bool) -> Store {
    let member = Member::new(
        ContextName::new("demo-cycle"),
        cycle::PLATFORM,
        Err(Problem::new(ProblemKind::Local, "none is needed")),
    );
    let mut store = Store::new(&[member]);
    let instance = Instance {
        offers: Offers { telemetry, ..Offers::default() },
        ..Instance::new(id(), Arc::from("web-1"), State::new(lifecycle, lifecycle.word()))
    };
    store.apply(FleetEvent::Upsert(Box::new(Resource::Instance(instance))));
    store
}

/// Ten minutes of everything, every two seconds, with a minute missing in the middle of the last five.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small"
)]
fn sampled() -> Store {
    let mut store = store(Lifecycle::Running, true);
    let wave = |second: i64, period: f64| (second as f64 / period).sin().abs();
    let samples: Vec<Sample> = (0..600)
        .step_by(2)
        .filter(|second| !(420..480).contains(second))
        .map(|second| Sample {
            cpu: Some(Cores(0.2 + 3.0 * wave(second, 90.0))),
            cpu_limit: Some(Cores(4.0)),
            memory: Some(Bytes((3.3e9 + 1e9 * wave(second, 300.0)) as u64)),
            memory_limit: Some(Bytes(8 << 30)),
            net_rx: Some(BytesPerSecond(1.2e6 * wave(second, 60.0))),
            net_tx: Some(BytesPerSecond(3.4e5 + 2e5 * wave(second, 20.0))),
            disk_read: Some(BytesPerSecond(0.0)),
            disk_write: Some(BytesPerSecond(9e4 * wave(second, 40.0))),
            processes: Some(12),
            ..Sample::empty(at(second))
        })
        .collect();
    store.apply(FleetEvent::Samples(id(), samples));
    store
}

fn drawn(
    view: &mut TelemetryView,
    store: &Store,
    width: u16,
    height: u16,
    now: Timestamp,
    ascii: bool,
) -> String {
    let buf = testing::drawn(|theme| {
        let look = Look { theme, store, now, ascii };
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        view.render(buf.area, &mut buf, &look);
        buf
    });
    // Clocks are in the zone of the machine that runs the test.
    let clock = regex::Regex::new(r"\d\d:\d\d(:\d\d)?").unwrap();
    clock.replace_all(&text(&buf), |found: &regex::Captures<'_>| "H".repeat(found[0].len())).into_owned()
}

#[test]
fn five_charts_share_the_room() {
    let store = sampled();
    let mut view = TelemetryView::new(id(), "web-1");
    insta::assert_snapshot!("small", drawn(&mut view, &store, 60, 13, at(600), false));
    insta::assert_snapshot!("medium", drawn(&mut view, &store, 120, 33, at(600), false));
    insta::assert_snapshot!("large", drawn(&mut view, &store, 250, 57, at(600), false));
    insta::assert_snapshot!("ascii", drawn(&mut view, &store, 80, 20, at(600), true));
}

/// How far back the past is asked for, and the ticket; effects before that give up an earlier question.
fn asked(effects: &[Effect]) -> (u64, Ticket) {
    match effects {
        [.., Effect::Work(Work::Ask(ticket, Question::Past(of, back)))] if *of == id() => {
            (back.as_secs() / 60, *ticket)
        }
        other => panic!("the past is not asked for: {other:?}"),
    }
}

#[test]
fn widening_asks_for_the_past_once() {
    let mut view = TelemetryView::new(id(), "web-1");
    let (minutes, first) = asked(&view.open());
    assert_eq!(minutes, 5);
    view.answer(first, Answer::EndOfPast);
    assert_eq!(view.apply(Command::ZoomIn, None).effects(), [] as [Effect; 0]);
    assert_eq!(view.apply(Command::ZoomOut, None).effects(), [] as [Effect; 0]);
    let wider = view.apply(Command::ZoomOut, Some(2)).effects();
    let (minutes, second) = asked(&wider);
    assert_eq!((minutes, wider.len()), (60, 1), "what is answered is not given up");
    let widest = view.apply(Command::ZoomOut, Some(99)).effects();
    assert_eq!(asked(&widest).0, 24 * 60);
    assert_eq!(widest[0], Effect::Work(Work::Cancel(second)), "the narrower question is given up");
    assert_eq!(view.apply(Command::ZoomOut, None).effects(), [] as [Effect; 0]);
}

#[test]
fn a_frozen_screen_stands_still_until_it_is_live_again() {
    let store = sampled();
    let mut view = TelemetryView::new(id(), "web-1");
    let before = drawn(&mut view, &store, 120, 33, at(600), false);
    assert!(before.contains("live"));
    view.apply(Command::PauseRefresh, None);
    let frozen = drawn(&mut view, &store, 120, 33, at(660), false);
    assert!(frozen.contains("frozen at"), "{frozen}");
    let body = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(body(&before), body(&frozen));
    assert_eq!(view.redraw_in(&crate::tui::sample::app()), None);
    view.apply(Command::PauseRefresh, None);
    let after = drawn(&mut view, &store, 120, 33, at(660), false);
    assert!(after.contains("latest sample 1m ago"), "{after}");
    assert_ne!(body(&before), body(&after));
}

#[test]
fn in_little_room_one_chart_is_shown_and_the_keys_change_it() {
    let store = sampled();
    let mut view = TelemetryView::new(id(), "web-1");
    let shown = |view: &mut TelemetryView| drawn(view, &store, 60, 13, at(600), false);
    assert!(shown(&mut view).contains(" CPU "));
    view.apply(Command::Down, None);
    let second = shown(&mut view);
    assert!(second.contains(" MEMORY ") && !second.contains(" CPU "), "{second}");
    view.apply(Command::Bottom, None);
    assert!(shown(&mut view).contains(" PROCESSES "));
    view.apply(Command::Pane(3), None);
    assert!(shown(&mut view).contains(" NETWORK "));
}

#[test]
fn one_chart_can_be_alone_and_read_at_a_cursor() {
    let store = sampled();
    let mut view = TelemetryView::new(id(), "web-1");
    drawn(&mut view, &store, 120, 33, at(600), false);
    view.apply(Command::Open, None);
    // Half of the window back is in the missing minute.
    view.apply(Command::Left, Some(60));
    let text = drawn(&mut view, &store, 120, 33, at(600), false);
    assert!(
        text.contains("no value at HHHHHHHH") && text.contains('┊') && !text.contains("MEMORY"),
        "{text}"
    );
    assert_eq!(view.apply(Command::Back, None).effects(), [] as [Effect; 0]);
    assert_eq!(view.apply(Command::Back, None).effects(), [] as [Effect; 0]);
    assert_eq!(view.apply(Command::Back, None).effects(), [Effect::close()]);
}

#[test]
fn metrics_without_samples_are_named_in_one_quiet_line() {
    let mut store = store(Lifecycle::Running, true);
    let sample = Sample { cpu: Some(Cores(0.5)), ..Sample::empty(at(599)) };
    store.apply(FleetEvent::Samples(id(), vec![sample]));
    let text = drawn(&mut TelemetryView::new(id(), "web-1"), &store, 120, 33, at(600), false);
    assert!(text.contains("not reported by this platform: memory, network, disk, processes"), "{text}");
    assert!(text.contains("0.50") && !text.contains(" MEMORY "), "{text}");
}

#[test]
fn the_reason_for_no_samples_is_shown() {
    let mut view = TelemetryView::new(id(), "web-1");
    let mut text = |store: &Store| drawn(&mut view, store, 60, 13, at(0), false);
    assert!(text(&store(Lifecycle::Running, true)).contains("Waiting for the first sample"));
    assert!(text(&store(Lifecycle::Running, false)).contains("this platform has no metrics for it"));
    assert!(text(&store(Lifecycle::Stopped, true)).contains("it is stopped"));
    assert!(text(&Store::default()).contains("no longer listed"));
    let mut failed = store(Lifecycle::Running, true);
    let problem = Problem::new(ProblemKind::Forbidden, "telemetry needs the monitor capability");
    failed.apply(FleetEvent::SamplesFailed(id(), problem));
    assert!(text(&failed).contains("telemetry needs the monitor capability"));
}

#[test]
fn any_room_will_do() {
    let store = sampled();
    let mut view = TelemetryView::new(id(), "web-1");
    for width in (0..40).chain([159, 160, 161]) {
        for height in 0..36 {
            drawn(&mut view, &store, width, height, at(600), width % 2 == 0);
        }
    }
}
