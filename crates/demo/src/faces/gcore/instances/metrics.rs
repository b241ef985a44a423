//! A machine's load: one point a minute, averaged from the counters of its processes, for about the last hour.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::marks;
use super::super::state::FaceState;
use super::super::wire::{Answer, Body, Form, Problem, Query, Target};
use crate::process::telemetry::Sample;

/// Between the two readings that a first answer needs.
const MOMENT: Duration = Duration::from_millis(450);

/// `POST .../metrics`: the last so many hours or days.
pub(crate) async fn list(State(face): State<FaceState>, target: Target, query: Query, body: Body) -> Answer {
    let page = query.page(1000)?;
    let mut form = Form::new(&body.0);
    let unit = form.need_word("time_unit", &["hour", "day"]);
    let interval = form.need_number("time_interval", 1..=720);
    form.done()?;
    let hours = interval.unwrap_or(1) * if unit == Some("day") { 24 } else { 1 };
    let missing = || Problem::no("Instance", &target.id);
    let (cores, memory) = face
        .look(|view| {
            let flavor = view.machine(target.key).map(|vm| super::flavor(view, &vm))?;
            Some((f64::from(flavor.vcpus), f64::from(flavor.ram) * 1_048_576.0))
        })
        .ok_or_else(missing)?;
    let looked = face.engine.look(target.key).await.map_err(Problem::internal)?;
    let machine = looked.ok_or_else(missing)?;
    face.engine.sample(&machine).await;
    let since = crate::engine::fleet::ago(Timestamp::now(), SignedDuration::from_hours(hours));
    let mut samples = machine.history(Some(since), None);
    if samples.len() == 1 {
        tokio::time::sleep(MOMENT).await;
        face.engine.sample(&machine).await;
        samples = machine.history(Some(since), None);
    }
    let points: Vec<(Timestamp, Rates)> = points(&samples);
    Ok(Json(page.of(&points, |(at, rates)| rates.point(*at, cores, memory))))
}

/// Rates over some time, a second.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Rates {
    seconds: f64,
    /// Processors in use.
    cpu: f64,
    /// Bytes resident.
    memory: f64,
    /// Bytes that came in and went out.
    read: f64,
    written: f64,
}

impl Rates {
    #[expect(clippy::cast_precision_loss, reason = "counters of one demo process stay far below 2^52")]
    fn between(a: &Sample, b: &Sample) -> Option<Self> {
        let seconds = (b.at - a.at).total(jiff::Unit::Second).ok()?;
        // A restart begins at zero: that stretch has no rate.
        if seconds <= 0.0 || b.usage.cpu_ns < a.usage.cpu_ns || b.usage.read < a.usage.read {
            return None;
        }
        let rate = |before: u64, after: u64| after.saturating_sub(before) as f64 / seconds;
        Some(Self {
            seconds,
            cpu: rate(a.usage.cpu_ns, b.usage.cpu_ns) / 1e9,
            memory: b.usage.resident as f64,
            read: rate(a.usage.read, b.usage.read),
            written: rate(a.usage.written, b.usage.written),
        })
    }

    /// Both together, each by its length.
    fn and(self, other: Self) -> Self {
        let seconds = self.seconds + other.seconds;
        let mean = |a: f64, b: f64| (a * self.seconds + b * other.seconds) / seconds;
        Self {
            seconds,
            cpu: mean(self.cpu, other.cpu),
            memory: mean(self.memory, other.memory),
            read: mean(self.read, other.read),
            written: mean(self.written, other.written),
        }
    }

    /// As the platform returns it: the network in bits a second, although the name says otherwise.
    fn point(&self, at: Timestamp, cores: f64, memory: f64) -> Value {
        let round = |n: f64| (n * 1000.0).round() / 1000.0;
        json!({
            "time": marks::zulu(at),
            "cpu_util": round(self.cpu / cores * 100.0),
            "memory_util": round(self.memory / memory * 100.0),
            "network_Bps_ingress": round(self.read * 8.0),
            "network_Bps_egress": round(self.written * 8.0),
            "network_pps_ingress": round(self.read / 1024.0),
            "network_pps_egress": round(self.written / 1024.0),
            "disks": [{
                "disk_name": "vda",
                "disk_Bps_read": 0.0,
                "disk_Bps_write": 0.0,
                "disk_iops_read": 0.0,
                "disk_iops_write": 0.0,
            }],
        })
    }
}

/// One point a minute, oldest first. A stretch over several minutes is the average of each of them.
fn points(samples: &[Sample]) -> Vec<(Timestamp, Rates)> {
    let mut minutes: BTreeMap<i64, Rates> = BTreeMap::new();
    for pair in samples.windows(2) {
        let [a, b] = pair else { continue };
        let Some(rates) = Rates::between(a, b) else {
            continue;
        };
        let (first, last) = (a.at.as_second() / 60, b.at.as_second() / 60);
        for minute in (first + 1).min(last)..=last {
            let so_far = minutes.entry(minute).or_default();
            *so_far = so_far.and(rates);
        }
    }
    minutes
        .into_iter()
        .filter_map(|(minute, rates)| Some((Timestamp::from_second(minute * 60).ok()?, rates)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::usage::Usage;

    fn sample(second: i64, cpu_seconds: u64, read: u64) -> Sample {
        Sample {
            at: Timestamp::from_second(1_700_000_040 + second).expect("a time"),
            usage: Usage { cpu_ns: cpu_seconds * 1_000_000_000, resident: 1024, read, ..Usage::default() },
        }
    }

    #[test]
    fn every_minute_gets_the_average_of_what_was_measured_in_it() {
        // 1_700_000_040 is a whole minute.
        let points = points(&[
            sample(0, 0, 0),
            sample(30, 15, 3_000),
            sample(59, 15, 3_000),
            sample(179, 135, 15_000),
        ]);
        let cpu: Vec<f64> = points.iter().map(|(_, r)| (r.cpu * 100.0).round() / 100.0).collect();
        assert_eq!(cpu, [0.25, 1.0, 1.0]);
        assert!((points[1].1.read - 100.0).abs() < 0.001);
        assert!(points.windows(2).all(|p| p[0].0 < p[1].0), "not ascending");
    }

    #[test]
    fn a_restart_is_no_load() {
        assert_eq!(points(&[sample(0, 50, 50), sample(10, 1, 1)]), []);
        let one = points(&[sample(0, 0, 0), sample(10, 5, 0)]);
        let point = one[0].1.point(one[0].0, 2.0, 4096.0);
        assert_eq!(point["cpu_util"], 25.0);
        assert_eq!(point["memory_util"], 25.0);
        assert_eq!(point["network_Bps_ingress"], 0.0);
    }
}
