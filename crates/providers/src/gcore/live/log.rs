//! Log lines of a deployment. There is no stream: the latest page is read again and again, newest first, and what was
//! sent already is left out.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Sender;

use super::super::Site;
use super::super::api::MAX_PAGE_ROWS;
use super::super::wire::{List, LogRow};
use crate::kit;
use crate::kit::log::{self, Interrupt, LogSource, LogTail, SeenRows};
use crate::kit::pages::key_of;
use qdeck_model::{LogEvent, LogLine, LogStart, Problem, ResourceId, Timestamp, Unreadable};
use qdeck_net::Backoff;

/// The pause after a poll that brought lines; it grows while none do.
const SHORTEST_POLL_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_POLL_PAUSE: Duration = Duration::from_secs(5);
/// The pause after a failure, doubling.
const FIRST_FAILURE_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_FAILURE_PAUSE: Duration = Duration::from_secs(60);
/// Rows of the first page of a poll: what is printed in a few seconds. Those after it are whole pages.
const FIRST_PAGE_ROWS: usize = 200;
/// Pages of one poll; lines older than that are reported as missing.
const MAX_PAGES: usize = 5;

/// Follows the log until it cannot be read any more or the receiver is gone.
pub(crate) async fn follow(site: Arc<Site>, id: ResourceId, start: LogStart, out: Sender<LogEvent>) {
    let tail = Tail::new(start);
    let source = DeploymentLog { site, id, tail, pause: SHORTEST_POLL_PAUSE, has_reported_unreadable: false };
    log::follow(source, Backoff::new(FIRST_FAILURE_PAUSE, LONGEST_FAILURE_PAUSE), out).await;
}

/// The output of a deployment's pods, polled.
struct DeploymentLog {
    site: Arc<Site>,
    id: ResourceId,
    tail: Tail,
    pause: Duration,
    has_reported_unreadable: bool,
}

impl LogSource for DeploymentLog {
    async fn read(&mut self, tail: &mut LogTail) -> Result<Duration, Interrupt> {
        let Polled { lines, missed, unreadable } = poll(&self.site, &self.id, &mut self.tail).await?;
        tail.polled().await?;
        if missed {
            tail.skipped("more was printed between two reads than is read at once").await?;
        }
        // The same rows come with every poll.
        if unreadable.any() && !std::mem::replace(&mut self.has_reported_unreadable, true) {
            tail.skipped(unreadable.to_string()).await?;
        }
        self.pause =
            if lines.is_empty() { (self.pause * 3 / 2).min(LONGEST_POLL_PAUSE) } else { SHORTEST_POLL_PAUSE };
        tail.lines(lines).await?;
        Ok(self.pause)
    }
}

async fn poll(site: &Site, id: &ResourceId, tail: &mut Tail) -> Result<Polled, Problem> {
    let project = site.places.project().await?;
    let path = ["cloud", "v3", "inference", &project, "deployments", &id.id, "logs"];
    let mut rows = Vec::new();
    let mut offset = 0;
    let mut missed = false;
    let mut unreadable = Unreadable::default();
    for page in 1..=MAX_PAGES {
        let page_rows = if tail.is_new() || page > 1 { MAX_PAGE_ROWS } else { FIRST_PAGE_ROWS };
        let (limit, from) = (page_rows.to_string(), offset.to_string());
        let query = [("order_by", "time.desc"), ("limit", &*limit), ("offset", &*from)];
        let list: List<LogRow> = site.api.get(&path, &query).await?;
        let rows_of_page = list.results.readable(&kit::request_name("GET", &path))?;
        let sent = rows_of_page.sent();
        unreadable.add(&rows_of_page.unreadable);
        offset += sent;
        let reached = rows_of_page.good.iter().any(|row| tail.has_seen(row));
        rows.extend(rows_of_page.good);
        // Lines printed meanwhile move the pages on: what comes twice is left out below.
        if reached || sent < page_rows || tail.wants_one_page() {
            break;
        }
        missed = page == MAX_PAGES;
    }
    Ok(Polled { lines: tail.take(rows), missed, unreadable })
}

/// The new lines of a poll, whether others before them are missing, and the rows that could not be read.
struct Polled {
    lines: Vec<LogLine>,
    missed: bool,
    unreadable: Unreadable,
}

/// The rows sent already.
pub(crate) struct Tail {
    seen: SeenRows,
    backlog: bool,
    fresh: bool,
    pods: BTreeSet<String>,
}

impl Tail {
    pub(crate) fn new(start: LogStart) -> Self {
        let since = match start {
            LogStart::Since(since) => Some(since),
            LogStart::Backlog => None,
        };
        Self {
            seen: SeenRows::since(since),
            backlog: start == LogStart::Backlog,
            fresh: true,
            pods: BTreeSet::new(),
        }
    }

    /// Nothing was read yet.
    fn is_new(&self) -> bool {
        self.fresh
    }

    /// The backlog is one page, however much there is.
    fn wants_one_page(&self) -> bool {
        self.fresh && self.backlog
    }

    /// Returns true if the rows older than this one were sent, or not asked for.
    fn has_seen(&self, row: &LogRow) -> bool {
        self.seen.has(key(row), time(row))
    }

    /// The new lines of rows that came newest first, in the order of their times. A line that comes late is still sent.
    pub(crate) fn take(&mut self, rows: Vec<LogRow>) -> Vec<LogLine> {
        let now = Timestamp::now();
        let first = std::mem::take(&mut self.fresh);
        let oldest_first = rows.into_iter().rev().map(|row| (time(&row), row));
        let mut new: Vec<_> = oldest_first.filter(|(at, row)| self.seen.insert(key(row), *at)).collect();
        new.sort_by_key(|(at, ..)| at.unwrap_or(now));
        self.pods.extend(new.iter().filter_map(|(_, row)| row.pod.0.clone()));
        // A moment cut by the end of the backlog's page is not sent half now and half later.
        if first && self.seen.floor().is_none() {
            self.seen.raise_floor(new.first().and_then(|(at, _)| *at));
        }
        let mut lines = Vec::with_capacity(new.len());
        for (at, row) in new {
            let pod = row.pod.as_deref().filter(|_| self.pods.len() > 1);
            // Pods of one deployment differ in the last part of their names.
            let pod = pod.map(|pod| format!("[{}] ", pod.rsplit('-').next().unwrap_or(pod)));
            let message = row.message.0.unwrap_or_default();
            lines.extend(message.trim_end_matches(['\r', '\n']).split('\n').map(|text| LogLine {
                at: at.unwrap_or(now),
                exact: at.is_some(),
                text: format!("{}{}", pod.as_deref().unwrap_or_default(), text.trim_end_matches('\r')).into(),
            }));
        }
        self.seen.forget_oldest();
        lines
    }
}

fn time(row: &LogRow) -> Option<Timestamp> {
    row.time.timestamp()
}

fn key(row: &LogRow) -> u64 {
    key_of(&(&row.time, &row.pod, &row.message))
}
