//! Recordings as they are written, read and played.

mod playing;
mod reading;
mod writing;

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::file::Sink;
use super::{Cast, EventKind};

/// Time in which anything here happens on a machine with other work.
const DEADLINE: Duration = Duration::from_secs(60);

/// A disk in memory, of so many bytes, which can be held up.
#[derive(Clone, Default)]
struct Disk(Arc<(Mutex<DiskState>, Condvar)>);

#[derive(Default)]
struct DiskState {
    bytes: Vec<u8>,
    capacity: Option<usize>,
    is_stuck: bool,
    writes: usize,
}

impl Disk {
    fn of(capacity: usize) -> Self {
        let disk = Self::default();
        disk.0.0.lock().capacity = Some(capacity);
        disk
    }

    fn stick(&self, is_stuck: bool) {
        self.0.0.lock().is_stuck = is_stuck;
        self.0.1.notify_all();
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.0.lock().bytes.clone()).expect("a recording is UTF-8")
    }

    /// The recording so far.
    fn cast(&self) -> Cast {
        Cast::parse(self.text().into_bytes()).expect("a recording")
    }
}

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.0.0.lock();
        state.writes += 1;
        while state.is_stuck {
            self.0.1.wait(&mut state);
        }
        let room = state.capacity.map_or(bytes.len(), |most| most.saturating_sub(state.bytes.len()));
        if room == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = room.min(bytes.len());
        state.bytes.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink for Disk {
    fn cut(&mut self, bytes: u64) -> io::Result<()> {
        let length = usize::try_from(bytes).expect("a length");
        self.0.0.lock().bytes.truncate(length);
        Ok(())
    }
}

/// Opens a disk as a recording's file.
fn opening(disk: &Disk) -> super::recorder::Open {
    let disk = disk.clone();
    Box::new(move || Ok((Box::new(disk) as Box<dyn Sink>, PathBuf::from("on-the-disk.cast"))))
}

fn events(cast: &Cast) -> Vec<EventKind> {
    (0..cast.len()).map(|number| cast.event(number).expect("an event").kind).collect()
}

/// The output of a recording, as one text.
fn output(cast: &Cast) -> String {
    let text = |kind| if let EventKind::Output(text) = kind { text } else { String::new() };
    events(cast).into_iter().map(text).collect()
}

fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !condition() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
