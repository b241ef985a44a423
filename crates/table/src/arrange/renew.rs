//! An order that is brought up to date: the few rows that have changed are taken out of it and put where they belong now, and
//! no other row is looked at but those that they are compared with.

use super::Job;
use super::order::{Keyed, Keys};
use crate::filter::Matcher;
use crate::rows::{Changes, Place, PlaceSet};

/// All places in order. `before` is the order of the rows before these changes.
pub(super) fn sorted(job: &Job, before: &[Place], changes: &Changes) -> Vec<Place> {
    let mut kept = Vec::with_capacity(before.len());
    kept.extend(before.iter().copied().filter(|place| !changes.is_changed.contains(*place)));
    let mut keys = Keys::new(job);
    let row = |place: Place| job.rows.get(place).map(|row| (place, row));
    let fresh = changes.now.iter().filter_map(|place| row(*place));
    let mut fresh: Vec<Keyed> = fresh.map(|(place, row)| keys.add(place, row)).collect();
    fresh.sort_unstable_by(|a, b| keys.compare(a, b));
    let mut sorted = Vec::with_capacity(kept.len() + fresh.len());
    let mut rest = &kept[..];
    for changed in fresh {
        let is_before = |place: &Place| {
            row(*place).is_some_and(|(place, row)| {
                let other = keys.add(place, row);
                let order = keys.compare(&other, &changed);
                keys.forget_last(&other);
                order.is_lt()
            })
        };
        let (before, behind) = rest.split_at(rest.partition_point(is_before));
        sorted.extend_from_slice(before);
        sorted.push(changed.place);
        rest = behind;
    }
    sorted.extend_from_slice(rest);
    sorted
}

/// Those of all places that are shown: the changed ones that are wanted, and the others that were shown before.
pub(super) fn shown(job: &Job, before: &[Place], sorted: &[Place], changes: &Changes) -> Vec<Place> {
    let mut was_shown = PlaceSet::of(job.rows.places());
    for place in before {
        was_shown.insert(*place);
    }
    let mut matcher = Matcher::default();
    let mut is_shown = |place: Place| {
        if changes.is_changed.contains(place) {
            job.is_wanted(place, &mut matcher)
        } else {
            was_shown.contains(place)
        }
    };
    sorted.iter().copied().filter(|place| is_shown(*place)).collect()
}
