//! What a process printed: a bounded ring that newcomers replay and followers read without loss.
//!
//! A follower that reads slower than the process writes slows the process down (its PTY fills up), as a real
//! terminal does. One that does not read at all for [`PATIENCE`] is cut off, so that nothing waits for it for ever.

use parking_lot::{Condvar, Mutex, MutexGuard};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

/// How far a follower may be behind before the process must wait for it.
const WINDOW: u64 = 128 * 1024;
/// How much is kept for newcomers and for resuming.
const KEEP: usize = 1024 * 1024;
/// How long a full follower may stand still before it is cut off.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The output of one instance's processes, over restarts.
#[derive(Debug)]
pub struct Output {
    ring: Mutex<Ring>,
    /// Notified when a follower took bytes.
    space: Condvar,
    /// Notified when bytes came.
    end: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Ring {
    bytes: VecDeque<u8>,
    /// The offset of the first byte kept.
    first: u64,
    followers: HashMap<u64, Place>,
    named: u64,
}

#[derive(Debug)]
struct Place {
    at: u64,
    moved: Instant,
    cut: bool,
}

impl Ring {
    fn end(&self) -> u64 {
        self.first + self.bytes.len() as u64
    }

    /// Whether somebody worth waiting for is too far behind. Those who stood still too long are cut off.
    fn someone_is_behind(&mut self) -> bool {
        let end = self.end();
        for place in self.followers.values_mut() {
            if end - place.at > WINDOW && place.moved.elapsed() > PATIENCE {
                place.cut = true;
            }
        }
        self.followers.values().any(|place| !place.cut && end - place.at > WINDOW)
    }
}

impl Default for Output {
    fn default() -> Self {
        Self { ring: Mutex::default(), space: Condvar::new(), end: watch::channel(0).0 }
    }
}

impl Output {
    /// Adds bytes, waiting for followers that are too far behind. Call it from a thread of its own.
    pub fn push(&self, bytes: &[u8]) {
        let mut ring = self.lock();
        while ring.someone_is_behind() {
            self.space.wait_for(&mut ring, Duration::from_secs(1));
        }
        ring.bytes.extend(bytes);
        let surplus = ring.bytes.len().saturating_sub(KEEP);
        ring.bytes.drain(..surplus);
        ring.first += surplus as u64;
        let end = ring.end();
        drop(ring);
        self.end.send_replace(end);
    }

    /// How many bytes there ever were.
    pub fn end(&self) -> u64 {
        self.lock().end()
    }

    /// Every byte that is kept, and how many there ever were.
    pub fn kept(&self) -> (u64, Vec<u8>) {
        let ring = self.lock();
        (ring.end(), ring.bytes.iter().copied().collect())
    }

    /// Follows from `backlog` bytes before the end.
    pub fn follow(self: &Arc<Self>, backlog: u64) -> Follower {
        let at = self.lock().end().saturating_sub(backlog);
        self.follow_from(at)
    }

    /// Follows from an offset, or from the first byte kept when that is gone.
    pub fn follow_from(self: &Arc<Self>, offset: u64) -> Follower {
        let mut ring = self.lock();
        let at = offset.clamp(ring.first, ring.end());
        let name = ring.named;
        ring.named += 1;
        ring.followers.insert(name, Place { at, moved: Instant::now(), cut: false });
        drop(ring);
        Follower { output: self.clone(), name, end: self.end.subscribe() }
    }

    fn lock(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock()
    }
}

/// What a follower got.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// The next bytes and the offset just after them.
    Bytes(Vec<u8>, u64),
    /// It read too slowly and was cut off.
    TooSlow,
}

/// One reader of an output. Dropping it lets the process go on.
#[derive(Debug)]
pub struct Follower {
    output: Arc<Output>,
    name: u64,
    end: watch::Receiver<u64>,
}

impl Follower {
    /// The next bytes, at most `most`; waits for them. Cancelling the wait loses nothing.
    pub async fn next(&mut self, most: usize) -> Piece {
        loop {
            self.end.borrow_and_update();
            if let Some(piece) = self.take(most) {
                return piece;
            }
            if self.end.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }

    /// Whether it stands at the very first byte there ever was.
    pub fn at_start(&self) -> bool {
        self.output.lock().followers.get(&self.name).is_some_and(|place| place.at == 0)
    }

    /// The bytes that are there already, at most `most`.
    pub fn take(&mut self, most: usize) -> Option<Piece> {
        let mut ring = self.output.lock();
        let (first, end) = (ring.first, ring.end());
        let place = ring.followers.get_mut(&self.name)?;
        if place.cut {
            return Some(Piece::TooSlow);
        }
        let from = usize::try_from(place.at.max(first) - first).ok()?;
        let upto = usize::try_from(end - first).ok()?.min(from.saturating_add(most));
        if from == upto {
            return None;
        }
        place.at = first + upto as u64;
        place.moved = Instant::now();
        let at = place.at;
        let bytes = ring.bytes.range(from..upto).copied().collect();
        drop(ring);
        self.output.space.notify_all();
        Some(Piece::Bytes(bytes, at))
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.output.lock().followers.remove(&self.name);
        self.output.space.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_follower_that_reads_gets_every_byte() {
        let output = Arc::new(Output::default());
        let mut follower = output.follow(0);
        let writer = std::thread::spawn({
            let output = output.clone();
            move || (0..4096_u32).for_each(|n| output.push(&[u8::try_from(n % 251).expect("a byte"); 1000]))
        });
        let mut got = 0_usize;
        while got < 4096 * 1000 {
            match follower.next(10_000).await {
                Piece::Bytes(bytes, at) => {
                    for byte in bytes {
                        assert_eq!(usize::from(byte), got / 1000 % 251);
                        got += 1;
                    }
                    assert_eq!(at, got as u64);
                }
                Piece::TooSlow => panic!("cut off while reading"),
            }
        }
        writer.join().expect("the writer ends");
    }

    #[test]
    fn a_newcomer_gets_the_backlog_and_memory_is_bounded() {
        let output = Arc::new(Output::default());
        (0..64).for_each(|_| output.push(&vec![b'x'; 64 * 1024]));
        assert_eq!(output.lock().bytes.len(), KEEP);
        let mut follower = output.follow(128 * 1024);
        assert!(
            matches!(follower.take(usize::MAX), Some(Piece::Bytes(b, at)) if b.len() == 128 * 1024 && at == 4 << 20)
        );
        assert_eq!(follower.take(1), None);
    }
}
