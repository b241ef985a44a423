//! What a session is recorded as.

use std::time::Duration;

use proptest::prelude::*;
use qdeck_model::{SECRET_MASK, Secret, hide};
use qdeck_terminal::Emulator;
use qdeck_terminal::Encoding::{self, Utf8};

use super::{DEADLINE, Disk, events, opening, output, wait_until};
use crate::Size;
use crate::recording::file::RecordingFile;
use crate::recording::format::{Event, Lines};
use crate::recording::recorder::{Recorder, RecordingHandle};
use crate::recording::text::{Decoder, Redactor};
use crate::recording::writer::{CastWriter, Message};
use crate::recording::{Cast, CastVersion, EventKind, Header};

/// Colours, attributes that few terminals have, a link, wide characters.
const STYLED: &str = "\x1b[1;31mred\x1b[m \x1b[4:3;58;5;3;53mcurly\x1b[m \x1b[38;2;1;2;3;44;9mrgb\x1b[m 漢字\r\n\
                      \x1b]8;;https://example.com/\x1b\\link\x1b]8;;\x1b\\$ ";

const SIZE: Size = Size { columns: 40, rows: 6 };

fn header(version: CastVersion) -> Header {
    Header {
        version,
        size: SIZE,
        timestamp: Some(1_700_000_000),
        title: Some("web-1".to_owned()),
        idle_limit: None,
    }
}

/// A recorder on a disk, with its emulator.
fn recorder(disk: &Disk) -> (Recorder, RecordingHandle, Emulator) {
    let mut emulator = Emulator::new(SIZE);
    let wake: crate::Wake = std::sync::Arc::new(|| {});
    let started = Recorder::start_on(opening(disk), CastVersion::V3, "web-1", &mut emulator, wake);
    let (recorder, handle) = started.expect("a thread");
    (recorder, handle, emulator)
}

fn feed(recorder: &mut Recorder, emulator: &mut Emulator, text: impl Into<bytes::Bytes>) {
    let bytes = text.into();
    emulator.feed(&bytes);
    recorder.output(&bytes, emulator);
}

fn ended(handle: &RecordingHandle) -> crate::recording::RecordingEnd {
    assert!(handle.wait_until(std::time::Instant::now() + DEADLINE), "the recording does not end");
    handle.end().expect("just waited for")
}

#[test]
fn the_lines_of_both_versions_are_those_of_the_documents() {
    assert_eq!(
        header(CastVersion::V3).line(),
        "{\"version\":3,\"term\":{\"cols\":40,\"rows\":6,\"type\":\"xterm-256color\"},\"timestamp\":1700000000,\
         \"title\":\"web-1\"}\n"
    );
    assert_eq!(
        header(CastVersion::V2).line(),
        "{\"version\":2,\"width\":40,\"height\":6,\"timestamp\":1700000000,\"title\":\"web-1\",\
         \"env\":{\"TERM\":\"xterm-256color\"}}\n"
    );
    let events = [
        (250, EventKind::Output("a\r\n\x1b[1m\"é\"".to_owned())),
        (1_250, EventKind::Marker("recording paused".to_owned())),
        (1_250, EventKind::Resize(Size { columns: 100, rows: 30 })),
        (62_000, EventKind::Exit(3)),
    ];
    let lines = |version| -> String {
        let mut lines = Lines::new(version);
        let event =
            |(at, kind): &(u64, EventKind)| Event { at: Duration::from_millis(*at), kind: kind.clone() };
        events.iter().map(|it| lines.line(&event(it))).collect()
    };
    assert_eq!(
        lines(CastVersion::V3),
        "[0.250000, \"o\", \"a\\r\\n\\u001b[1m\\\"é\\\"\"]\n[1.000000, \"m\", \"recording paused\"]\n\
         [0.000000, \"r\", \"100x30\"]\n[60.750000, \"x\", \"3\"]\n"
    );
    assert_eq!(
        lines(CastVersion::V2),
        "[0.250000, \"o\", \"a\\r\\n\\u001b[1m\\\"é\\\"\"]\n[1.250000, \"m\", \"recording paused\"]\n\
         [1.250000, \"r\", \"100x30\"]\n",
        "version 2 has no exit status"
    );
}

#[test]
fn characters_are_whole_wherever_the_bytes_are_cut() {
    let bytes = "aé€😀z".as_bytes();
    for cut in 0..=bytes.len() {
        let mut decoder = Decoder::default();
        let text = decoder.decode(&bytes[..cut], Utf8) + &decoder.decode(&bytes[cut..], Utf8);
        assert_eq!((text.as_str(), decoder.finish()), ("aé€😀z", None), "cut at {cut}");
    }
    let mut decoder = Decoder::default();
    assert_eq!(decoder.decode(b"a\xff\xc3", Utf8), "a\u{fffd}");
    assert_eq!(decoder.decode(b"z\xf0\x9f", Utf8), "\u{fffd}z");
    assert_eq!(decoder.finish().as_deref(), Some("\u{fffd}"));
    assert_eq!(decoder.decode(b"\xc9\xcd\xbb\x9b", Encoding::Cp437), "╔═╗¢");
    assert_eq!(decoder.decode(b"caf\xe9\x9b1m", Encoding::Latin1), "café\x1b[1m");
}

#[test]
fn a_secret_is_taken_out_wherever_events_divide_it() {
    hide(&Secret::new("swordfish-77"));
    let text = "the key is swordfish-77, c3dvcmRmaXNoLTc3 or sword%66ish%2d77 and swordfish-78\r\n";
    for first in 0..text.len() {
        for second in first..text.len() {
            let mut redactor = Redactor::default();
            let mut parts = redactor.push(Duration::from_secs(1), &text[..first]);
            parts.extend(redactor.push(Duration::from_secs(2), &text[first..second]));
            parts.extend(redactor.push(Duration::from_secs(3), &text[second..]));
            parts.extend(redactor.finish());
            let joined: String = parts.iter().map(|it| it.1.as_str()).collect();
            let expected =
                format!("the key is {SECRET_MASK}, {SECRET_MASK} or {SECRET_MASK} and swordfish-78\r\n");
            assert_eq!(joined, expected, "divided at {first} and {second}");
            assert!(parts.is_sorted_by_key(|it| it.0), "{parts:?}");
        }
    }
}

#[test]
fn output_keeps_its_times_while_it_may_be_the_beginning_of_a_secret() {
    hide(&Secret::new("zanzibar-and-more"));
    let mut redactor = Redactor::default();
    let at = Duration::from_secs;
    assert_eq!(redactor.push(at(1), "to zanz"), [(at(1), "to ".to_owned())]);
    assert_eq!(redactor.push(at(2), "ibar"), []);
    assert_eq!(
        redactor.push(at(3), " by sea"),
        [(at(1), "zanz".to_owned()), (at(2), "ibar".to_owned()), (at(3), " by sea".to_owned())]
    );
}

#[test]
fn a_session_is_recorded_from_the_screen_as_it_is() {
    let disk = Disk::default();
    let mut emulator = Emulator::new(SIZE);
    emulator.feed(STYLED.as_bytes());
    let wake: crate::Wake = std::sync::Arc::new(|| {});
    let (mut recorder, handle) =
        Recorder::start_on(opening(&disk), CastVersion::V3, "web-1", &mut emulator, wake).expect("a thread");
    feed(&mut recorder, &mut emulator, "ls\r\n");
    emulator.resize(Size { columns: 30, rows: 5 });
    recorder.resize(emulator.size());
    feed(&mut recorder, &mut emulator, "Cargo.toml");
    recorder.exit(7);
    drop(recorder);
    let end = ended(&handle);
    assert_eq!((end.error, end.path.is_some(), handle.status()), (None, true, None));

    let cast = disk.cast();
    let [EventKind::Output(first), rest @ ..] = &events(&cast)[..] else { panic!("{:?}", events(&cast)) };
    assert!(first.contains("red") && first.contains("漢字"), "{first:?}");
    assert_eq!(
        rest,
        [
            EventKind::Output("ls\r\n".to_owned()),
            EventKind::Resize(Size { columns: 30, rows: 5 }),
            EventKind::Output("Cargo.toml".to_owned()),
            EventKind::Exit(7),
        ]
    );
    assert_eq!(crate::recording::dump(&cast), "red curly rgb 漢字\nlink$ ls\nCargo.toml\n");
    let mut again = Emulator::new(SIZE);
    again.feed(first.as_bytes());
    let mut before = Emulator::new(SIZE);
    before.feed(STYLED.as_bytes());
    assert_eq!(picture(&mut again), picture(&mut before), "colours and cursor too");
}

fn picture(emulator: &mut Emulator) -> (ratatui::buffer::Buffer, Option<ratatui::layout::Position>) {
    let area = ratatui::layout::Rect::new(0, 0, SIZE.columns, SIZE.rows);
    let mut cells = ratatui::buffer::Buffer::empty(area);
    let cursor = emulator.draw(area, &mut cells);
    (cells, cursor)
}

#[test]
fn a_pause_is_left_out_and_marked() {
    let disk = Disk::default();
    let (mut recorder, handle, mut emulator) = recorder(&disk);
    feed(&mut recorder, &mut emulator, "before ");
    recorder.pause(true, &mut emulator);
    assert!(handle.status().expect("goes on").paused);
    feed(&mut recorder, &mut emulator, "hidden\r\x1b[2K");
    let length = handle.status().expect("goes on").length;
    emulator.resize(Size { columns: 20, rows: 4 });
    recorder.resize(emulator.size());
    assert_eq!(handle.status().expect("goes on").length, length, "the clock is stopped");
    recorder.pause(false, &mut emulator);
    feed(&mut recorder, &mut emulator, "after");
    drop(recorder);
    ended(&handle);
    let cast = disk.cast();
    let labels: Vec<_> = cast.markers().iter().map(|it| it.1.as_str()).collect();
    assert_eq!(labels, ["recording paused", "recording resumed"]);
    assert!(!disk.text().contains("hidden"));
    assert!(events(&cast).contains(&EventKind::Resize(Size { columns: 20, rows: 4 })));
    assert_eq!(crate::recording::dump(&cast), "after\n", "as the screen was");
}

#[test]
fn a_disk_that_hangs_never_slows_the_session_and_what_is_missing_is_marked() {
    let disk = Disk::default();
    disk.stick(true);
    let (mut recorder, handle, mut emulator) = recorder(&disk);
    let flood = bytes::Bytes::from(vec![b'x'; 1024 * 1024]);
    // More than may wait, while nothing is written.
    for _ in 0..40 {
        recorder.output(&flood, &mut emulator);
    }
    let missed = handle.status().expect("goes on").missed_bytes;
    assert!(missed >= 20 * 1024 * 1024, "{missed}");
    disk.stick(false);
    wait_until("the marker", || {
        feed(&mut recorder, &mut emulator, "\x1b[2J\x1b[Hat 99");
        disk.text().contains("bytes of output are missing")
    });
    drop(recorder);
    assert_eq!(ended(&handle).error, None);
    let text = crate::recording::dump(&disk.cast());
    assert!(text.ends_with("\nat 99\n"), "{:?}", text.lines().last());
}

#[test]
fn a_size_that_changed_while_the_disk_hung_is_recorded_with_what_follows() {
    let disk = Disk::default();
    disk.stick(true);
    let (mut recorder, handle, mut emulator) = recorder(&disk);
    // More events than may wait.
    for _ in 0..5000 {
        feed(&mut recorder, &mut emulator, "x");
    }
    let size = Size { columns: 99, rows: 33 };
    emulator.resize(size);
    recorder.resize(size);
    disk.stick(false);
    wait_until("the marker", || {
        feed(&mut recorder, &mut emulator, "\x1b[2J\x1b[Hat last");
        disk.text().contains("bytes of output are missing")
    });
    drop(recorder);
    assert_eq!(ended(&handle).error, None);
    let text = disk.text();
    let (marker, resized) = (text.find("are missing").unwrap(), text.find("\"99x33\""));
    assert!(resized.is_some_and(|at| at > marker), "it is in its place");
}

#[test]
fn a_full_disk_ends_the_recording_and_keeps_whole_lines() {
    let disk = Disk::of(4000);
    let (mut recorder, handle, mut emulator) = recorder(&disk);
    wait_until("the end", || {
        feed(&mut recorder, &mut emulator, "one line of many that is long enough to fill it\r\n");
        handle.end().is_some()
    });
    let end = handle.end().expect("just seen");
    assert!(end.error.as_deref().is_some_and(|it| it.contains("no storage space")), "{end:?}");
    assert_eq!(end.path.as_deref(), Some(std::path::Path::new("on-the-disk.cast")));
    let text = disk.text();
    assert!(text.ends_with('\n') && text.len() <= 4000, "{text}");
    assert_eq!(disk.cast().fault(), None);
    // The session goes on.
    feed(&mut recorder, &mut emulator, "more");
}

#[test]
fn lines_are_on_the_disk_within_a_second_while_the_session_is_silent() {
    let disk = Disk::default();
    let (mut recorder, _handle, mut emulator) = recorder(&disk);
    feed(&mut recorder, &mut emulator, "the last of 99");
    wait_until("the line", || disk.text().contains("the last of 99"));
    assert_eq!(disk.cast().fault(), None, "valid at any moment");
}

#[test]
fn a_file_is_the_owners_alone_and_nothing_is_overwritten() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let inside = folder.path().join("recordings");
    let file = RecordingFile::In { folder: inside.clone(), name: "../web 1".to_owned() };
    let (_, first) = file.create().expect("made");
    let (_, second) = file.create().expect("made");
    assert_ne!(first, second);
    let name = first.file_name().expect("a name").to_string_lossy().into_owned();
    assert!(name.starts_with("web-1-20") && first.extension().is_some_and(|it| it == "cast"), "{name}");
    assert_eq!(first.metadata().expect("there").permissions().mode() & 0o777, 0o600);
    assert_eq!(inside.metadata().expect("there").permissions().mode() & 0o777, 0o700);
    let link = folder.path().join("link.cast");
    std::os::unix::fs::symlink(folder.path().join("target"), &link).expect("a link");
    for existing in [first, link] {
        let error = RecordingFile::At(existing).create().expect_err("exists");
        assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists);
    }
    assert_eq!(crate::recording::list(&inside, 9).len(), 2);
}

#[test]
fn a_recording_that_cannot_be_made_reports_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a-file");
    std::fs::write(&file, "").expect("written");
    let mut emulator = Emulator::new(SIZE);
    let file = RecordingFile::In { folder: file, name: "web-1".to_owned() };
    let (_recorder, handle) =
        Recorder::start(file, CastVersion::V3, "web-1", &mut emulator, std::sync::Arc::new(|| {}))
            .expect("a thread");
    let end = ended(&handle);
    assert!(end.error.is_some() && end.path.is_none(), "{end:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_was_written_is_read_again(
        pieces in prop::collection::vec((0u64..5_000_000, prop::collection::vec(any::<u8>(), 0..40)), 0..20),
        version in prop_oneof![Just(CastVersion::V2), Just(CastVersion::V3)],
    ) {
        let disk = Disk::default();
        let mut writer = CastWriter::new(disk.clone(), &header(version));
        let mut all = Vec::new();
        let mut at = 0;
        for (interval, bytes) in &pieces {
            at += interval;
            all.extend_from_slice(bytes);
            writer.add(Duration::from_micros(at), Message::Output(bytes.clone().into(), Utf8));
        }
        writer.finish(Duration::from_micros(at));
        writer.flush().expect("room");
        let cast = disk.cast();
        prop_assert_eq!(cast.fault(), None);
        prop_assert_eq!(cast.header(), &header(version));
        // Where a character is cut the whole of it is in the later event; else the text is the same.
        prop_assert_eq!(output(&cast).replace('\u{fffd}', ""), String::from_utf8_lossy(&all).replace('\u{fffd}', ""));
        prop_assert!(cast.length() <= Duration::from_micros(at));
        for number in 0..cast.len() {
            let time = cast.time_of(number).expect("an event").as_micros();
            let mut sum = 0;
            let known = pieces.iter().any(|it| { sum += u128::from(it.0); sum == time });
            prop_assert!(known, "{time} is no time of these");
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Cast::parse(bytes.clone());
        let mut file = b"{\"version\": 3, \"term\": {\"cols\": 80, \"rows\": 24}}\n".to_vec();
        file.extend_from_slice(&bytes);
        let cast = Cast::parse(file).expect("the header is whole");
        let _ = crate::recording::dump(&cast);
    }
}
