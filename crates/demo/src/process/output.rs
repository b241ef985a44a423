//! The output of a process: a bounded ring that newcomers replay and followers read without loss.
//!
//! A follower that reads slower than the process writes slows the process down (its PTY fills up), as a real
//! terminal does. One that does not read at all for [`STALL_TIMEOUT`] is cut off, so that nothing waits for it for ever.
//! All outputs of a cloud share one [`Budget`]: a few keep much, many keep less each.

use parking_lot::{Condvar, Mutex, MutexGuard};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::watch;

/// The most bytes that a follower may be behind before the process must wait for it.
const MAX_LAG_BYTES: u64 = 128 * 1024;
/// The most bytes that one output keeps for newcomers and for resuming.
const MAX_KEPT_BYTES: usize = 1024 * 1024;
/// The bytes that one output keeps however many there are: a follower's lag and the write that comes on top of it.
const MIN_KEPT_BYTES: usize = 160 * 1024;
/// The bytes that all outputs of a cloud share.
const BUDGET_BYTES: usize = 8 * 1024 * 1024;
/// The time after which a follower that is too far behind and reads nothing is cut off.
pub const STALL_TIMEOUT: Duration = Duration::from_secs(10);

/// The memory that all outputs of a cloud share.
#[derive(Debug, Default)]
pub struct Budget {
    outputs: AtomicUsize,
}

impl Budget {
    /// Returns the number of bytes that each output may keep now.
    fn share(&self) -> usize {
        let outputs = self.outputs.load(Ordering::Relaxed).max(1);
        (BUDGET_BYTES / outputs).clamp(MIN_KEPT_BYTES, MAX_KEPT_BYTES)
    }
}

/// The output of one instance's processes, over restarts.
#[derive(Debug)]
pub struct Output {
    budget: Arc<Budget>,
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

    /// Appends bytes and drops the oldest beyond `most`, before they need room: the buffer never outgrows it.
    fn add(&mut self, bytes: &[u8], most: usize) {
        let surplus = (self.bytes.len() + bytes.len()).saturating_sub(most);
        let old = surplus.min(self.bytes.len());
        self.bytes.drain(..old);
        self.first += surplus as u64;
        if self.bytes.capacity() > 2 * most {
            self.bytes.shrink_to(most);
        }
        let wanted = (self.bytes.len() + bytes.len() - (surplus - old)).min(most);
        if wanted > self.bytes.capacity() {
            let room = wanted.next_power_of_two().min(most);
            self.bytes.reserve_exact(room - self.bytes.len());
        }
        self.bytes.extend(bytes.get(surplus - old..).unwrap_or_default());
    }

    /// Returns whether a follower is too far behind. Followers that have read nothing for too long are cut off first.
    fn someone_is_behind(&mut self) -> bool {
        let end = self.end();
        for place in self.followers.values_mut() {
            if end - place.at > MAX_LAG_BYTES && place.moved.elapsed() > STALL_TIMEOUT {
                place.cut = true;
            }
        }
        self.followers.values().any(|place| !place.cut && end - place.at > MAX_LAG_BYTES)
    }
}

impl Output {
    /// An empty output with its share of a budget.
    pub fn new(budget: &Arc<Budget>) -> Self {
        budget.outputs.fetch_add(1, Ordering::Relaxed);
        Self {
            budget: budget.clone(),
            ring: Mutex::default(),
            space: Condvar::new(),
            end: watch::channel(0).0,
        }
    }

    /// Adds bytes, waiting for followers that are too far behind. Call it from a thread of its own.
    pub fn push(&self, bytes: &[u8]) {
        let mut ring = self.lock();
        while ring.someone_is_behind() {
            self.space.wait_for(&mut ring, Duration::from_secs(1));
        }
        ring.add(bytes, self.budget.share());
        let end = ring.end();
        drop(ring);
        self.end.send_replace(end);
    }

    /// Returns whether a client follows it now.
    pub fn is_followed(&self) -> bool {
        !self.lock().followers.is_empty()
    }

    /// Returns the number of bytes that were ever added.
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

impl Drop for Output {
    fn drop(&mut self) {
        self.budget.outputs.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A read of a follower.
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

    /// Returns whether nothing has been read from it yet and nothing was dropped before it.
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

    fn output() -> Arc<Output> {
        Arc::new(Output::new(&Arc::default()))
    }

    #[tokio::test]
    async fn a_follower_that_reads_gets_every_byte() {
        let output = output();
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
        let output = output();
        (0..64).for_each(|_| output.push(&vec![b'x'; 64 * 1024]));
        assert_eq!(output.lock().bytes.len(), MAX_KEPT_BYTES);
        assert_eq!(output.lock().bytes.capacity(), MAX_KEPT_BYTES);
        let mut follower = output.follow(128 * 1024);
        assert!(
            matches!(follower.take(usize::MAX), Some(Piece::Bytes(b, at)) if b.len() == 128 * 1024 && at == 4 << 20)
        );
        assert_eq!(follower.take(1), None);
    }

    #[test]
    fn many_outputs_take_as_much_after_an_hour_as_after_two() {
        let budget = Arc::<Budget>::default();
        let first = Output::new(&budget);
        (0..64).for_each(|_| first.push(&vec![b'x'; 32 * 1024]));
        assert_eq!(first.lock().bytes.len(), MAX_KEPT_BYTES, "one alone keeps the most");
        let mut outputs: Vec<Output> = (0..63).map(|_| Output::new(&budget)).collect();
        outputs.push(first);
        let mut sizes = Vec::new();
        for _ in 0..2 {
            for output in &outputs {
                (0..64).for_each(|_| output.push(&vec![b'y'; 32 * 1024]));
            }
            sizes.push(outputs.iter().map(|output| output.lock().bytes.capacity()).sum::<usize>());
        }
        assert_eq!(sizes[0], sizes[1]);
        assert!(sizes[0] <= 64 * MIN_KEPT_BYTES, "{} bytes", sizes[0]);
        outputs.truncate(1);
        assert_eq!(budget.share(), MAX_KEPT_BYTES, "an output that is dropped gives its share back");
    }

    #[test]
    fn a_write_larger_than_the_ring_leaves_its_end() {
        let output = output();
        output.push(b"before");
        let text: Vec<u8> =
            (0..MAX_KEPT_BYTES + 10).map(|n| u8::try_from(n % 251).expect("a byte")).collect();
        output.push(&text);
        let (end, kept) = output.kept();
        assert_eq!(end, text.len() as u64 + 6);
        assert_eq!(kept, text[10..]);
    }
}
