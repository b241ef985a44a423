//! The writes of a journal, put together from its records.

use std::collections::HashMap;

use super::follower::Follower;
use super::record::{Ended, Entry, Intent, Record, Reference};
use qdeck_model::{Timestamp, WriteId};

/// A write as the journal has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// Its id.
    pub id: WriteId,
    /// When it was begun; `None` where that cannot be read.
    pub at: Option<Timestamp>,
    /// The intent.
    pub intent: Intent,
    /// The operation that the platform made of it.
    pub accepted: Option<Reference>,
    /// The resource that it made.
    pub created: Option<Reference>,
    /// The program that follows it, or did to its own end; `None` once its outcome could not be found out.
    pub follower: Option<Follower>,
    /// The end; `None` is an unknown outcome, or one that is still in progress.
    pub ended: Option<Ended>,
}

impl Written {
    /// Returns true while a program follows it to its end.
    pub fn is_followed(&self) -> bool {
        self.ended.is_none() && self.follower.as_ref().is_some_and(Follower::is_alive)
    }
}

/// The content of a journal.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    /// The writes, in the order of their intents.
    pub writes: Vec<Written>,
    /// Lines that are no record: torn by a crash, or edited by hand.
    pub unreadable: usize,
}

impl History {
    /// Reads the content of a journal.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut history = Self::default();
        history.add(bytes);
        history
    }

    /// Reads what follows in a later file. Lines that were read before change nothing.
    pub fn add(&mut self, bytes: &[u8]) {
        let history = self;
        let places = history.writes.iter().enumerate();
        let mut places: HashMap<String, usize> =
            places.map(|(place, write)| (write.id.to_string(), place)).collect();
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
            let Ok(record) = serde_json::from_slice::<Record>(line) else {
                history.unreadable += 1;
                continue;
            };
            let place = places.get(&record.id).copied();
            let write = place.and_then(|place| history.writes.get_mut(place));
            match (record.entry, write) {
                (Entry::Intent(intent), None) => {
                    let intent = *intent;
                    let (id, at) = (WriteId::new(record.id.as_str()), Timestamp::parse(&record.at));
                    places.insert(record.id, history.writes.len());
                    let follower = intent.follower.clone();
                    history.writes.push(Written {
                        id,
                        at,
                        intent,
                        accepted: None,
                        created: None,
                        follower,
                        ended: None,
                    });
                }
                (Entry::Accepted { operation, created }, Some(write)) => {
                    write.accepted = operation.or(write.accepted.take());
                    write.created = created.or(write.created.take());
                }
                (Entry::PickedUp { follower }, Some(write)) => write.follower = Some(follower),
                (Entry::GivenUp, Some(write)) => write.follower = None,
                (Entry::Ended(ended), Some(write)) => write.ended = Some(ended),
                (Entry::Other, _) => {}
                // Carried over into a later file.
                (Entry::Intent(intent), Some(write)) if write.intent == *intent => {}
                // A second beginning, or what follows one that is not there.
                (Entry::Intent(_), Some(_))
                | (
                    Entry::Accepted { .. } | Entry::PickedUp { .. } | Entry::GivenUp | Entry::Ended(_),
                    None,
                ) => {
                    history.unreadable += 1;
                }
            }
        }
    }

    /// The writes without an end: their outcome is unknown, or another program is waiting for it.
    pub fn open(&self) -> impl Iterator<Item = &Written> {
        self.writes.iter().filter(|write| write.ended.is_none())
    }
}
