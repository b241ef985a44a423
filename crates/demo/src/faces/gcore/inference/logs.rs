//! The lines of replicas, in pages: the output of their processes, each line with the time it was first seen.
//!
//! A line keeps its time and its text, so that a client that pages on while more lines come can skip those it has.

use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::marks;
use super::super::state::FaceState;
use super::super::wire::{Answer, Named, Owned, Problem, Query};
use super::list::find;
use crate::process::machine::Machine;
use crate::process::output::Piece;

/// The most lines of a replica that are remembered.
const MAX_LINES: usize = 2000;
/// The most bytes of a replica's lines that are remembered.
const MAX_LINE_BYTES: usize = 256 * 1024;
/// The most replicas whose lines are remembered.
const MAX_REPLICAS: usize = 64;

/// The lines of every replica whose log was read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tapes(Arc<Mutex<HashMap<u32, Tape>>>);

/// The lines of one replica.
#[derive(Debug, Default)]
struct Tape {
    /// The offset up to which its output has been read.
    upto: u64,
    /// A line whose end has not come.
    partial: Vec<u8>,
    lines: VecDeque<(Timestamp, String)>,
    /// The bytes of all lines.
    size: usize,
}

impl Tape {
    /// Takes bytes in that were printed until `now`. Times rise with the lines, a microsecond apart at least.
    fn take(&mut self, bytes: &[u8], now: Timestamp) {
        self.partial.extend_from_slice(bytes);
        if self.partial.len() > MAX_LINE_BYTES {
            // One that never ends is cut.
            self.partial.push(b'\n');
        }
        let Some(end) = self.partial.iter().rposition(|b| *b == b'\n') else {
            return;
        };
        let rest = self.partial.split_off(end + 1);
        let whole = std::mem::replace(&mut self.partial, rest);
        let text = String::from_utf8_lossy(&whole);
        let lines: Vec<&str> = text.lines().collect();
        let count = i64::try_from(lines.len()).unwrap_or(0);
        let first = now
            .checked_sub(SignedDuration::from_micros(count))
            .unwrap_or(now)
            .max(self.lines.back().map_or(Timestamp::UNIX_EPOCH, |(at, _)| *at));
        for (nth, line) in (1..).zip(lines) {
            let at = first.checked_add(SignedDuration::from_micros(nth)).unwrap_or(now);
            let line = line.trim_end_matches('\r').to_owned();
            self.size += line.len();
            self.lines.push_back((at, line));
            while self.lines.len() > MAX_LINES || self.size > MAX_LINE_BYTES && self.lines.len() > 1 {
                let oldest = self.lines.pop_front();
                self.size -= oldest.map_or(0, |(_, line)| line.len());
            }
        }
    }
}

impl Tapes {
    /// Reads on in a replica's output, and gives all of its lines.
    fn read(&self, key: u32, machine: &Machine) -> Vec<(Timestamp, String)> {
        let mut tapes = self.0.lock();
        if tapes.len() >= MAX_REPLICAS && !tapes.contains_key(&key) {
            // Replicas come and go; who reads an old one again gets what its process still has.
            tapes.clear();
        }
        let tape = tapes.entry(key).or_default();
        let mut follower = machine.log.follow_from(tape.upto);
        while let Some(Piece::Bytes(bytes, at)) = follower.take(256 * 1024) {
            tape.upto = at;
            tape.take(&bytes, Timestamp::now());
        }
        tape.lines.iter().cloned().collect()
    }
}

/// `GET /v3/inference/{project}/deployments/{name}/logs`: the newest first unless asked otherwise.
pub(crate) async fn list(
    State(face): State<FaceState>,
    _: Owned,
    Named(name): Named,
    query: Query,
) -> Answer {
    let page = query.page(1000)?;
    let key = find(&face, &name)?;
    let order = query.choice("order_by", &["time.asc", "time.desc"])?.unwrap_or("time.desc");
    let wanted = query.numbers("region_id")?;
    let replicas: Vec<(u32, String, i64)> = face.look(|view| {
        let container = view.fleet.containers.get(key);
        let members = container.into_iter().flat_map(|c| &c.instances);
        members
            .filter_map(|key| {
                let row = view.fleet.instances.get(*key)?;
                Some((*key, view.fleet.hostname(row), view.region_of(row)?.id))
            })
            .filter(|(.., region)| wanted.is_empty() || wanted.contains(region))
            .collect()
    });
    let mut lines: Vec<(Timestamp, String, Value)> = Vec::new();
    for (key, pod, region) in replicas {
        let Some(machine) = face.engine.look(key).await.map_err(Problem::internal)? else {
            continue;
        };
        for (at, line) in face.tapes.read(key, &machine) {
            let row = json!({ "time": marks::nanos(at), "pod": pod, "region_id": region, "message": line });
            lines.push((at, pod.clone(), row));
        }
    }
    lines.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    if order == "time.desc" {
        lines.reverse();
    }
    Ok(Json(page.of(&lines, |(.., row)| row.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_its_time_and_comes_whole() {
        let mut tape = Tape::default();
        let now = Timestamp::now();
        tape.take(b"one\r\ntwo\nth", now);
        tape.take(b"ree\n", now);
        let lines: Vec<&str> = tape.lines.iter().map(|(_, line)| line.as_str()).collect();
        assert_eq!(lines, ["one", "two", "three"]);
        let times: Vec<Timestamp> = tape.lines.iter().map(|(at, _)| *at).collect();
        assert!(times.windows(2).all(|t| t[0] < t[1]), "{times:?}");
        for n in 0..MAX_LINES + 10 {
            tape.take(format!("{n}\n").as_bytes(), now);
        }
        assert_eq!(tape.lines.len(), MAX_LINES);
        for round in 0..2 {
            (0..16).for_each(|_| tape.take(&vec![b'x'; 64 * 1024], now));
            (0..MAX_LINES).for_each(|_| tape.take(&[&[b'y'; 999][..], b"\n"].concat(), now));
            assert!(tape.size <= MAX_LINE_BYTES, "{} bytes in round {round}", tape.size);
            assert_eq!(tape.size, tape.lines.iter().map(|(_, line)| line.len()).sum::<usize>());
            assert!(tape.partial.capacity() <= 2 * MAX_LINE_BYTES, "{} bytes", tape.partial.capacity());
        }
    }
}
