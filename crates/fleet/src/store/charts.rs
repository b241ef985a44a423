//! The series of the instances that were sampled last; older ones are forgotten, so that a walk through a large
//! fleet does not fill the memory.

use std::collections::HashMap;

use super::Series;
use qdeck_model::{Problem, ResourceId, Sample};

/// Instances whose series are kept.
const MAX_SERIES: usize = 256;
/// Points kept over all series; with 48 bytes a point this is about 7 MiB.
const MAX_POINTS: usize = 150_000;

#[derive(Default)]
pub(super) struct Charts {
    by_id: HashMap<ResourceId, (u64, Series)>,
    problems: HashMap<ResourceId, Problem>,
    points: usize,
    clock: u64,
}

impl Charts {
    pub(super) fn get(&self, id: &ResourceId) -> Option<&Series> {
        self.by_id.get(id).map(|(_, series)| series)
    }

    pub(super) fn problem(&self, id: &ResourceId) -> Option<&Problem> {
        self.problems.get(id)
    }

    pub(super) fn extend(&mut self, id: ResourceId, samples: &[Sample]) -> bool {
        self.clock += 1;
        self.problems.remove(&id);
        let (used, series) = self.by_id.entry(id).or_default();
        *used = self.clock;
        let before = series.points();
        let changed = series.extend(samples);
        self.points = self.points + series.points() - before;
        while self.by_id.len() > MAX_SERIES || (self.points > MAX_POINTS && self.by_id.len() > 1) {
            let Some(oldest) = self.by_id.iter().min_by_key(|(_, (used, _))| *used) else {
                break;
            };
            let oldest = oldest.0.clone();
            self.forget(&oldest);
        }
        changed
    }

    pub(super) fn interrupt(&mut self, id: ResourceId, problem: Problem) -> bool {
        let series = self.by_id.get_mut(&id);
        let cut = series.is_some_and(|(_, series)| series.interrupt());
        if self.problems.len() >= MAX_SERIES && !self.problems.contains_key(&id) {
            self.problems.clear();
        }
        let before = self.problems.insert(id, problem.clone());
        cut || before != Some(problem)
    }

    pub(super) fn forget(&mut self, id: &ResourceId) {
        self.problems.remove(id);
        if let Some((_, series)) = self.by_id.remove(id) {
            self.points -= series.points();
        }
    }

    pub(super) fn retain(&mut self, is_kept: impl Fn(&ResourceId) -> bool) {
        self.by_id.retain(|id, _| is_kept(id));
        self.problems.retain(|id, _| is_kept(id));
        self.points = self.by_id.values().map(|(_, series)| series.points()).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use qdeck_model::{ContextName, Cores, Kind, Timestamp};

    fn id(number: usize) -> ResourceId {
        ResourceId::new(&ContextName::new("demo"), Kind::Instance, number.to_string())
    }

    fn sample(second: i64) -> Sample {
        Sample { cpu: Some(Cores(0.5)), ..Sample::empty(Timestamp::from_millis(second * 1000).unwrap()) }
    }

    #[test]
    fn the_series_sampled_longest_ago_are_forgotten() {
        let mut charts = Charts::default();
        for number in 0..MAX_SERIES {
            charts.extend(id(number), &[sample(1)]);
        }
        charts.extend(id(0), &[sample(2)]);
        charts.extend(id(MAX_SERIES), &[sample(1)]);
        assert!(charts.get(&id(0)).is_some());
        assert!(charts.get(&id(1)).is_none());
        assert_eq!(charts.by_id.len(), MAX_SERIES);
        assert_eq!(charts.points, MAX_SERIES + 1);
    }

    #[test]
    fn a_failure_is_kept_until_samples_come_again() {
        let mut charts = Charts::default();
        let refused = Problem::new(qdeck_model::ProblemKind::Forbidden, "no");
        assert!(charts.interrupt(id(1), refused.clone()));
        assert!(!charts.interrupt(id(1), refused.clone()));
        assert_eq!(charts.problem(&id(1)), Some(&refused));
        charts.extend(id(1), &[sample(1)]);
        assert_eq!(charts.problem(&id(1)), None);
    }

    #[test]
    fn the_points_of_all_series_are_bounded() {
        let mut charts = Charts::default();
        let day: Vec<Sample> = (0..8640).map(|at| sample(at * 10)).collect();
        for number in 0..200 {
            charts.extend(id(number), &day);
        }
        assert!(charts.points <= MAX_POINTS);
        assert!(charts.get(&id(199)).is_some());
        assert!(charts.get(&id(0)).is_none());
        charts.retain(|_| false);
        assert_eq!(charts.points, 0);
    }
}
