//! A recording as a session.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::wait_until;
use crate::recording::keyframes::Keyframes;
use crate::recording::stage::Stage;
use crate::recording::{Cast, PlayOptions, PlaybackCommand, PlaybackStatus, PlayedSession, timed_output};
use crate::{RemoteScreen, SessionState};

/// A recording of ten minutes: a number each second, a marker each minute, and half way a wider screen.
fn ten_minutes() -> String {
    let mut text = "{\"version\": 3, \"term\": {\"cols\": 20, \"rows\": 4}}\n".to_owned();
    for second in 1..=600 {
        let _ = writeln!(text, "[1, \"o\", \"\\r\\u001b[Knumber {second}\"]");
        if second % 60 == 0 {
            let _ = writeln!(text, "[0, \"m\", \"minute {}\"]", second / 60);
        }
        if second == 300 {
            text.push_str("[0, \"r\", \"30x6\"]\n");
        }
    }
    text
}

struct Playing {
    session: PlayedSession,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl Playing {
    fn of(text: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.cast");
        std::fs::write(&path, text).expect("written");
        let session = PlayedSession::start(&path, PlayOptions::default(), Arc::new(|| {})).expect("a thread");
        Self { session, path, _folder: folder }
    }

    /// Played and paused at once.
    fn paused(text: &str) -> Self {
        let playing = Self::of(text);
        wait_until("it is read", || playing.session.state() == SessionState::Live);
        playing.session.command(PlaybackCommand::Toggle);
        playing.until("a pause", |status| status.paused);
        playing
    }

    fn until(&self, what: &str, mut condition: impl FnMut(&PlaybackStatus) -> bool) -> PlaybackStatus {
        wait_until(what, || condition(&self.session.status()));
        self.session.status()
    }

    fn go(&self, command: PlaybackCommand, seconds: u64) {
        self.session.command(command);
        self.until(&format!("{command:?} to {seconds} s"), |status| {
            status.position == Duration::from_secs(seconds) && !status.seeking
        });
        let number = if seconds == 0 { String::new() } else { format!("number {seconds}") };
        assert_eq!(self.shown(), number, "after {command:?}");
    }

    /// The first row.
    fn shown(&self) -> String {
        let area = Rect::new(0, 0, 20, 1);
        let mut cells = Buffer::empty(area);
        self.session.draw(area, &mut cells);
        let row: String = (0..20).map(|x| cells[(x, 0)].symbol().to_owned()).collect();
        row.trim_end().to_owned()
    }
}

#[test]
fn any_time_is_gone_to_and_back() {
    let playing = Playing::paused(&ten_minutes());
    assert_eq!(playing.session.status().length, Duration::from_secs(600));
    playing.go(PlaybackCommand::Tenth(0), 0);
    playing.go(PlaybackCommand::Step, 1);
    playing.go(PlaybackCommand::Step, 2);
    playing.go(PlaybackCommand::Forward(Duration::from_secs(5)), 7);
    playing.go(PlaybackCommand::Back(Duration::from_secs(4)), 3);
    playing.go(PlaybackCommand::Tenth(5), 300);
    assert_eq!(playing.session.status().size.columns, 30);
    assert_eq!(playing.session.status().marker.as_deref(), Some("minute 5"));
    playing.go(PlaybackCommand::NextMarker, 360);
    playing.go(PlaybackCommand::PreviousMarker, 300);
    playing.go(PlaybackCommand::PreviousMarker, 240);
    assert_eq!(playing.session.status().size.columns, 20, "the size of that time");
    playing.go(PlaybackCommand::Forward(Duration::from_secs(10_000)), 600);
    assert!(playing.session.status().ended);
    playing.go(PlaybackCommand::Back(Duration::from_secs(10_000)), 0);
}

/// A megabyte: more than fits between two keyframes of the tests.
#[test]
fn a_long_recording_is_gone_through_by_keyframes_to_the_same_screens() {
    let mut text = "{\"version\": 2, \"width\": 20, \"height\": 4}\n".to_owned();
    let filler = "\\u001b[m".repeat(3_000);
    for second in 1..=100 {
        let _ = writeln!(text, "[{second}, \"o\", \"{filler}\\r\\u001b[Knumber {second}\"]");
    }
    let playing = Playing::paused(&text);
    for seconds in [100, 95, 3, 60, 59, 0, 100] {
        let position = playing.session.status().position;
        let target = Duration::from_secs(seconds);
        let command = if target >= position {
            PlaybackCommand::Forward(target.saturating_sub(position))
        } else {
            PlaybackCommand::Back(position.saturating_sub(target))
        };
        playing.go(command, seconds);
    }
    let cast = Cast::open(&playing.path).expect("whole");
    let mut keyframes = Keyframes::new();
    let mut stage = Stage::new(&cast);
    while stage.next_time(&cast).is_some() {
        stage.play_slice(&cast);
        keyframes.offer(&stage);
    }
    let at =
        |seconds| keyframes.before(Duration::from_secs(seconds), &cast).and_then(|it| it.last_time(&cast));
    assert_eq!(at(5), None, "nothing is kept before the first");
    assert!(at(100).is_some_and(|at| at > Duration::from_secs(70)), "{:?}", at(100));
    assert!(at(60).is_some_and(|at| at > Duration::from_secs(30) && at <= Duration::from_secs(60)));
}

#[test]
fn it_plays_by_itself_at_any_speed_and_starts_again_at_the_end() {
    let text =
        "{\"version\": 2, \"width\": 20, \"height\": 4}\n[0.01, \"o\", \"one\"]\n[0.05, \"o\", \" two\"]\n";
    let playing = Playing::of(text);
    playing.until("the end", |status| status.ended && status.paused);
    assert_eq!(playing.shown(), "one two");
    playing.session.command(PlaybackCommand::Faster);
    playing.until("a speed", |status| status.speed > 1.0);
    playing.session.command(PlaybackCommand::Slower);
    playing.session.command(PlaybackCommand::Slower);
    playing.until("a speed", |status| status.speed < 1.0);
    playing.session.command(PlaybackCommand::Toggle);
    playing.until("another start", |status| !status.paused || status.ended);
    playing.until("the end again", |status| status.ended && status.paused);
    assert_eq!(playing.shown(), "one two");
}

#[test]
fn a_screen_larger_than_the_view_is_drawn_around_its_cursor() {
    let text = "{\"version\": 2, \"width\": 100, \"height\": 40}\n[0, \"o\", \"\\u001b[40;90Hcorner\\u001b[40;95H\"]\n";
    let playing = Playing::of(text);
    playing.until("the end", |status| status.ended);
    assert_eq!(playing.shown(), "              corner");
}

#[test]
fn a_file_that_cannot_be_played_reports_why_and_is_read_again() {
    let playing = Playing::of("{\"version\": 1}\n");
    wait_until("the failure", || matches!(playing.session.state(), SessionState::Ended(Some(_))));
    let SessionState::Ended(Some(problem)) = playing.session.state() else { panic!("just seen") };
    let text = problem.to_string();
    assert!(text.contains("a.cast cannot be played: line 1: asciicast version 1"), "{text}");
    std::fs::write(&playing.path, ten_minutes()).expect("written");
    playing.session.reconnect();
    playing.until("the recording", |status| status.length == Duration::from_secs(600));
}

#[test]
fn the_output_is_written_with_its_times() {
    let cast = Cast::parse(
        b"{\"version\": 3, \"term\": {\"cols\": 80, \"rows\": 24}}\n[1, \"o\", \"a\"]\n[0, \"m\", \"b\"]\n[9, \"o\", \"c\"]\n".to_vec(),
    )
    .expect("whole");
    let (mut out, mut waits) = (Vec::new(), Vec::new());
    let options = PlayOptions { speed: 2.0, idle_limit: Some(Duration::from_secs(3)) };
    timed_output(cast, options, &mut out, |wait| waits.push(wait.as_millis())).expect("written");
    assert_eq!((out, waits), (b"ac".to_vec(), vec![500, 1500]));
}
