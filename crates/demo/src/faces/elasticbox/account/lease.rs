//! Leases: when an instance ends by itself, and how.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::names::{moment, time};
use super::super::write::body::Fields;
use super::{AccountState, ours};
use crate::engine::fleet::{Fleet, Phase};
use crate::faces::kit::form::Expected;

/// The operation at the end of a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Ending {
    /// It is shut down.
    Shutdown,
    /// It is terminated.
    Terminate,
}

/// When an instance ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Lease {
    /// When it is over.
    pub expire: Timestamp,
    /// The operation at its end.
    pub ending: Ending,
    /// True if it has happened.
    pub released: bool,
}

impl Lease {
    /// Reads the fields `{"expire": "YYYY-MM-DD HH:MM:SS.ffffff", "operation": "shutdown"|"terminate"}`; `released` may
    /// be beside them, as in the answers.
    pub(in super::super) fn read(form: &mut Fields<'_>) -> Option<Self> {
        form.only(&["expire", "operation", "released"]);
        form.require(&["expire"]);
        let expire = form.read("expire", &Expected::Other("such as 2015-10-29 19:00:00.000000"), |value| {
            value.as_str().and_then(moment)
        });
        let ending = form.need_word("operation", &["shutdown", "terminate"]);
        let released = form.switch("released").unwrap_or(false);
        let ending = if ending? == "shutdown" { Ending::Shutdown } else { Ending::Terminate };
        Some(Self { expire: expire?, ending, released })
    }

    /// As the answers have it.
    pub(in super::super) fn document(&self) -> Value {
        let operation = match self.ending {
            Ending::Shutdown => "shutdown",
            Ending::Terminate => "terminate",
        };
        json!({ "released": self.released, "operation": operation, "expire": time(self.expire) })
    }
}

/// The lengths of the first leases, in minutes.
const MINUTES: [i64; 4] = [25, 190, 26 * 60, 75 * 60];
/// The number of instances with a lease at the start: a few, also in a big fleet.
const LEASES: usize = 12;

/// Gives some instances a lease, and those that are shut down one that is over.
pub(super) fn give(account: &mut AccountState, fleet: &Fleet) {
    let born = fleet.born.unwrap_or_else(Timestamp::now);
    let (mut nth, mut given) = (0_usize, 0_usize);
    for (key, instance) in fleet.instances.iter() {
        if given == LEASES {
            return;
        }
        if !ours(fleet, instance) {
            continue;
        }
        let lease = match instance.phase {
            Phase::Running => {
                nth += 1;
                if nth % 3 != 1 {
                    continue;
                }
                let minutes = MINUTES.get(given % MINUTES.len()).copied().unwrap_or(60);
                let expire = born.checked_add(SignedDuration::from_mins(minutes)).unwrap_or(born);
                Lease {
                    expire,
                    ending: if given % 2 == 0 { Ending::Shutdown } else { Ending::Terminate },
                    released: false,
                }
            }
            Phase::Stopped => Lease { expire: instance.changed, ending: Ending::Shutdown, released: true },
            _ => continue,
        };
        given += 1;
        account.record_of(key, instance).lease = Some(lease);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_read_as_it_is_written() {
        let value = json!({ "expire": "2015-10-29 19:00:00.000000", "operation": "terminate" });
        let read = |value: &Value| {
            let body = json!({ "lease": value });
            let mut form = Fields::of(&body);
            let lease = form.child("lease", Lease::read);
            form.done().map(|()| lease)
        };
        let lease = read(&value).expect("both fields").expect("a lease");
        assert_eq!((lease.ending, lease.released), (Ending::Terminate, false));
        assert_eq!(
            lease.document(),
            json!({ "released": false, "operation": "terminate", "expire": "2015-10-29 19:00:00.000000" })
        );
        for wrong in [
            json!("alwayson"),
            json!({}),
            json!({ "operation": "shutdown" }),
            json!({ "expire": "2015-10-29 19:00:00.000000" }),
            json!({ "expire": "2015-10-29T19:00:00Z", "operation": "shutdown" }),
            json!({ "expire": "2015-10-29 19:00:00.000000", "operation": "delete" }),
            json!({ "expire": "2015-10-29 19:00:00.000000", "operation": "shutdown", "mail": true }),
        ] {
            assert!(read(&wrong).is_err(), "{wrong}");
        }
    }
}
