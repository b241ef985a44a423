//! Log lines of a deployment. There is no stream: the latest page is asked for again and again, newest first, and what
//! was told already is left out.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeSet, HashSet, VecDeque};
use std::hash::{Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Sender;

use super::super::Site;
use super::super::api::LIMIT;
use super::super::wire::{List, LogRow};
use qdeck_model::{LogEvent, LogLine, LogStart, Problem, ResourceId, Timestamp};

/// The pause after lines came; it grows while none do.
const BRISK: Duration = Duration::from_secs(2);
const CALM: Duration = Duration::from_secs(5);
/// The pause after a failure, doubling.
const FIRST_WAIT: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Rows of the first page of a poll: what is printed in a few seconds. Those after it are whole pages.
const GLANCE: usize = 200;
/// Pages of one poll; lines older than that are told to be missing.
const PAGES: usize = 5;
/// Lines remembered, as hashes.
const REMEMBERED: usize = 10_000;

/// Follows the log until it cannot be read any more or nobody listens.
pub(crate) async fn follow(site: Arc<Site>, id: ResourceId, start: LogStart, out: Sender<LogEvent>) {
    let mut tail = Tail::new(start);
    let (mut pause, mut wait) = (BRISK, FIRST_WAIT);
    let mut connected = false;
    loop {
        let rest = match poll(&site, &id, &mut tail).await {
            Ok(news) => {
                wait = FIRST_WAIT;
                pause = if news.lines.is_empty() { (pause * 3 / 2).min(CALM) } else { BRISK };
                if tell(&out, news, !std::mem::replace(&mut connected, true)).await.is_none() {
                    return;
                }
                pause
            }
            Err(problem) => {
                connected = false;
                let over = !problem.kind.may_pass();
                let rest = problem.retry_after.unwrap_or_default().max(wait);
                wait = (wait * 2).min(LONGEST_WAIT);
                if out.send(LogEvent::Interrupted(problem)).await.is_err() || over {
                    return;
                }
                rest
            }
        };
        tokio::select! {
            () = tokio::time::sleep(rest) => {}
            () = out.closed() => return,
        }
    }
}

/// `None` when nobody listens any more.
async fn tell(out: &Sender<LogEvent>, news: News, is_new: bool) -> Option<()> {
    if is_new {
        out.send(LogEvent::Connected).await.ok()?;
    }
    if news.missed {
        let why = "more was printed between two reads than is read at once".into();
        out.send(LogEvent::Skipped { lines: None, why }).await.ok()?;
    }
    if !news.lines.is_empty() {
        out.send(LogEvent::Lines(news.lines)).await.ok()?;
    }
    Some(())
}

async fn poll(site: &Site, id: &ResourceId, tail: &mut Tail) -> Result<News, Problem> {
    let project = site.places.project().await?;
    let path = ["cloud", "v3", "inference", &project, "deployments", &id.id, "logs"];
    let mut rows = Vec::new();
    let mut offset = 0;
    let mut missed = false;
    for page in 1..=PAGES {
        let most = if tail.is_new() || page > 1 { LIMIT } else { GLANCE };
        let (limit, from) = (most.to_string(), offset.to_string());
        let query = [("order_by", "time.desc"), ("limit", &*limit), ("offset", &*from)];
        let list: List<LogRow> = site.api.get(&path, &query).await?;
        let sent = list.results.sent;
        offset += sent;
        let reached = list.results.good.iter().any(|row| tail.knows(row));
        rows.extend(list.results.good);
        // Lines printed meanwhile move the pages on: what comes twice is left out below.
        if reached || sent < most || tail.wants_one_page() {
            break;
        }
        missed = page == PAGES;
    }
    Ok(News { lines: tail.take(rows), missed })
}

/// What a poll brought.
struct News {
    lines: Vec<LogLine>,
    missed: bool,
}

/// What was told already.
pub(crate) struct Tail {
    told: VecDeque<(u64, Option<Timestamp>)>,
    known: HashSet<u64>,
    /// Lines of this time and before are old.
    floor: Option<Timestamp>,
    backlog: bool,
    fresh: bool,
    pods: BTreeSet<String>,
}

impl Tail {
    pub(crate) fn new(start: LogStart) -> Self {
        Self {
            told: VecDeque::new(),
            known: HashSet::new(),
            floor: match start {
                LogStart::Since(since) => Some(since),
                LogStart::Backlog => None,
            },
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

    /// Whether what is older than this row was told, or not asked for.
    fn knows(&self, row: &LogRow) -> bool {
        self.known.contains(&hash(row)) || self.is_old(row)
    }

    fn is_old(&self, row: &LogRow) -> bool {
        let at = row.time.timestamp();
        at.zip(self.floor).is_some_and(|(at, floor)| at <= floor)
    }

    /// The new lines of rows that came newest first, in the order of their times. A line that comes late is still told.
    pub(crate) fn take(&mut self, rows: Vec<LogRow>) -> Vec<LogLine> {
        let now = Timestamp::now();
        let first = std::mem::take(&mut self.fresh);
        let mut new: Vec<(Option<Timestamp>, u64, LogRow)> = Vec::new();
        for row in rows.into_iter().rev() {
            let key = hash(&row);
            if self.is_old(&row) || !self.known.insert(key) {
                continue;
            }
            let at = row.time.timestamp();
            new.push((at, key, row));
        }
        new.sort_by_key(|(at, ..)| at.unwrap_or(now));
        self.pods.extend(new.iter().filter_map(|(_, _, row)| row.pod.0.clone()));
        // A moment cut by the end of the backlog's page is not told half now and half later.
        if first && self.floor.is_none() {
            self.floor = new.first().and_then(|(at, ..)| *at);
        }
        let mut lines = Vec::with_capacity(new.len());
        for (at, key, row) in new {
            self.told.push_back((key, at));
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
        self.forget();
        lines
    }

    /// Forgets the oldest lines; whatever is as old as they are counts as told.
    fn forget(&mut self) {
        while self.told.len() > REMEMBERED {
            if let Some((key, at)) = self.told.pop_front() {
                self.known.remove(&key);
                self.floor = self.floor.max(at);
            }
        }
    }
}

fn hash(row: &LogRow) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&row.time, &row.pod, &row.message).hash(&mut hasher);
    hasher.finish()
}
