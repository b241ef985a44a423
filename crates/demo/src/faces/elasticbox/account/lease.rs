//! Leases: when an instance ends by itself, and how.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::names::{moment, time};
use super::super::problem::Problem;
use super::{AccountState, ours};
use crate::engine::fleet::{Fleet, Phase};

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
    /// Reads `{"expire": "YYYY-MM-DD HH:MM:SS.ffffff", "operation": "shutdown"|"terminate"}`; `released` may be
    /// beside them, as in the answers.
    pub(in super::super) fn read(value: &Value) -> Result<Self, Problem> {
        let fields = value.as_object().ok_or_else(|| Problem::data("lease must be an object"))?;
        if let Some(key) =
            (fields.keys()).find(|k| !["expire", "operation", "released"].contains(&k.as_str()))
        {
            return Err(Problem::data(format!("lease has no field {key}")));
        }
        let expire = (fields.get("expire").and_then(Value::as_str).and_then(moment))
            .ok_or_else(|| Problem::data("lease.expire must be such as 2015-10-29 19:00:00.000000"))?;
        let ending = match fields.get("operation").and_then(Value::as_str) {
            Some("shutdown") => Ending::Shutdown,
            Some("terminate") => Ending::Terminate,
            _ => return Err(Problem::data("lease.operation must be shutdown or terminate")),
        };
        let released = match fields.get("released") {
            None => false,
            Some(Value::Bool(released)) => *released,
            Some(_) => return Err(Problem::data("lease.released must be true or false")),
        };
        Ok(Self { expire, ending, released })
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
        let lease = Lease::read(&value).expect("both fields");
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
            assert!(Lease::read(&wrong).is_err(), "{wrong}");
        }
    }
}
