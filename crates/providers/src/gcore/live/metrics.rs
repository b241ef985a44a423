//! Metrics of an instance as samples. They are averages over a minute, so the platform is asked for those of one
//! instance once a minute at most, however often a view asks.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde_json::json;

use super::super::api::MAX_PAGE_ROWS;
use super::super::map::Size;
use super::super::read::single::{self, region_of};
use super::super::wire::{List, Metrics};
use super::super::{Site, unsupported};
use crate::kit;
use qdeck_model::{Bytes, BytesPerSecond, Cores, Kind, Problem, ResourceId, Sample, Timestamp};

/// Before that there is nothing new to be had.
const METRICS_PERIOD: Duration = Duration::from_secs(60);
/// Instances whose samples are remembered; beyond that, those not asked about for a while are forgotten.
const MAX_CACHED_INSTANCES: usize = 500;
const CACHED_FOR: Duration = Duration::from_secs(300);
/// More than so many points of one answer are not read: three days of minutes.
const MAX_PAGES: usize = 5;

/// The last answers.
#[derive(Default)]
pub(crate) struct Meters(Mutex<HashMap<ResourceId, Answered>>);

struct Answered {
    at: Instant,
    hours: u64,
    samples: Arc<[Sample]>,
}

impl Meters {
    /// Samples after `since`, oldest first.
    pub(crate) async fn since(
        &self,
        site: &Site,
        id: &ResourceId,
        since: Timestamp,
    ) -> Result<Vec<Sample>, Problem> {
        if id.kind != Kind::Instance {
            return Err(unsupported("only instances have metrics"));
        }
        // Whole hours are asked for, and a margin for what is measured late.
        let hours = (Timestamp::now().since(since) + 5 * METRICS_PERIOD).as_secs().div_ceil(3600).max(1);
        let samples = if let Some(samples) = self.known(id, hours) {
            samples
        } else {
            let samples: Arc<[Sample]> = ask(site, id, hours).await?.into();
            self.keep(id, hours, samples.clone());
            samples
        };
        Ok(samples.iter().filter(|sample| sample.at > since).copied().collect())
    }

    /// The response of the last minute, if it reaches back as far.
    fn known(&self, id: &ResourceId, hours: u64) -> Option<Arc<[Sample]>> {
        let answers = self.0.lock();
        let answer = answers.get(id)?;
        (answer.at.elapsed() < METRICS_PERIOD && answer.hours >= hours).then(|| answer.samples.clone())
    }

    fn keep(&self, id: &ResourceId, hours: u64, samples: Arc<[Sample]>) {
        let mut answers = self.0.lock();
        if answers.len() >= MAX_CACHED_INSTANCES {
            answers.retain(|_, answer| answer.at.elapsed() < CACHED_FOR);
        }
        let at = Instant::now();
        answers.insert(id.clone(), Answered { at, hours, samples });
    }
}

async fn ask(site: &Site, id: &ResourceId, hours: u64) -> Result<Vec<Sample>, Problem> {
    let (project, region) = (site.places.project().await?, region_of(id)?);
    let api = site.api.region(region);
    let scope = region.to_string();
    let path = ["cloud", "v1", "instances", &project, &scope, &id.id, "metrics"];
    let body = if hours <= 48 {
        json!({"time_interval": hours, "time_unit": "hour"})
    } else {
        json!({"time_interval": hours.div_ceil(24), "time_unit": "day"})
    };
    let mut points: Vec<Metrics> = Vec::new();
    let mut sent = 0;
    for _ in 0..MAX_PAGES {
        let (limit, offset) = (MAX_PAGE_ROWS.to_string(), sent.to_string());
        let query = [("limit", &*limit), ("offset", &*offset)];
        let list: List<Metrics> = api.post(&path, &query, &body).await?;
        let page = list.results.readable(&kit::request_name("POST", &path))?;
        sent += page.sent();
        let over = page.sent() == 0 || list.count.is_none_or(|count| sent >= count);
        points.extend(page.good);
        if over {
            break;
        }
    }
    let machine = match site.map.sizes.of(&id.id) {
        None => single::instance(site, id).await.ok().map(|it| Size::of(&it.flavor)),
        listed => listed,
    };
    let mut samples: Vec<Sample> = points.iter().filter_map(|point| sample(point, machine)).collect();
    kit::some_readable(samples.len(), points.len(), "no time", &kit::request_name("POST", &path))?;
    // No order is documented.
    samples.sort_by_key(|sample| sample.at);
    samples.dedup_by_key(|sample| sample.at);
    Ok(samples)
}

/// One point, where its time can be read.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a size is no less than nothing, and a cast saturates"
)]
pub(crate) fn sample(point: &Metrics, size: Option<Size>) -> Option<Sample> {
    let size = size.unwrap_or(Size { vcpus: None, ram: None });
    let cores = size.vcpus.map(f64::from);
    let memory = size.ram.map(|mib| u64::from(mib) << 20);
    let share = |percent: f64, of: f64| percent.max(0.0) / 100.0 * of;
    let bits = |bits: Option<f64>| bits.map(|bits| BytesPerSecond(bits.max(0.0) / 8.0));
    let sum = |of: fn(&super::super::wire::Disk) -> Option<f64>| {
        let mut known = point.disks.iter().filter_map(of).peekable();
        known.peek()?;
        Some(BytesPerSecond(known.sum::<f64>().max(0.0)))
    };
    let in_use = |of: u64| {
        #[expect(clippy::cast_precision_loss, reason = "an average of a minute")]
        let of = of as f64;
        Some(Bytes(share((*point.memory_util)?, of) as u64))
    };
    Some(Sample {
        cpu: point.cpu_util.zip(cores).map(|(percent, cores)| Cores(share(percent, cores))),
        cpu_limit: cores.map(Cores),
        memory: memory.and_then(in_use),
        memory_limit: memory.map(Bytes),
        net_rx: bits(*point.ingress_bits),
        net_tx: bits(*point.egress_bits),
        disk_read: sum(|disk| *disk.read),
        disk_write: sum(|disk| *disk.write),
        ..Sample::empty(Timestamp::parse(&point.time)?)
    })
}
