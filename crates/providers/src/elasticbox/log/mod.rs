//! Log lines of an instance. Nothing is pushed and nothing can be asked for in part: the activity and the log of each
//! machine are read whole, again and again, and what is new in them is sent.

mod activity;
mod machine;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use arcstr::ArcStr;
use futures_util::{StreamExt, future, stream};
use tokio::sync::mpsc::Sender;

use super::api::Api;
use super::map::Mapper;
use super::wire;
use crate::kit::log::{self, Closed, Interrupt, LogSource, LogTail};
use activity::SentEntries;
use machine::MachineLog;
use qdeck_model::{Lifecycle, LogEvent, LogLine, LogStart, Problem, ProblemKind, ResourceId, Timestamp};
use qdeck_net::Backoff;

/// The pause between two reads while an operation runs, and a few times after its end.
const MOVING_PAUSE: Duration = Duration::from_secs(2);
const QUICK_READS_AFTERWARDS: u8 = 3;
/// The pause between two reads of an instance at rest.
const RESTING_PAUSE: Duration = Duration::from_secs(12);
/// The pause after a failure, doubling.
const FIRST_FAILURE_PAUSE: Duration = MOVING_PAUSE;
const LONGEST_FAILURE_PAUSE: Duration = Duration::from_secs(30);
/// Logs of machines read at once.
const MACHINES_AT_ONCE: usize = 3;

/// Follows the log until the receiver is gone, or the instance is terminated or may not be read any more.
pub(crate) async fn follow(
    api: Arc<Api>,
    map: Mapper,
    id: ResourceId,
    start: LogStart,
    out: Sender<LogEvent>,
) {
    let source = InstanceLog {
        api,
        map,
        id: id.id,
        since: match start {
            LogStart::Backlog => None,
            LogStart::Since(since) => Some(since),
        },
        activity: SentEntries::default(),
        machines: BTreeMap::new(),
        refused: BTreeSet::new(),
        quick_reads: 0,
        was_over: false,
    };
    log::follow(source, Backoff::new(FIRST_FAILURE_PAUSE, LONGEST_FAILURE_PAUSE), out).await;
}

/// The activity of an instance and the logs of its machines, polled.
struct InstanceLog {
    api: Arc<Api>,
    map: Mapper,
    id: ArcStr,
    /// Until the activity has been sent for the first time.
    since: Option<Timestamp>,
    activity: SentEntries,
    machines: BTreeMap<String, MachineLog>,
    /// The parts that are not whole, each reported once.
    refused: BTreeSet<String>,
    quick_reads: u8,
    was_over: bool,
}

impl LogSource for InstanceLog {
    /// Reads everything once and sends what is new.
    async fn read(&mut self, tail: &mut LogTail) -> Result<Duration, Interrupt> {
        let instance: wire::Instance = self.api.get(&["instances", &self.id], &[]).await?;
        let state = self.map.instance_state(&instance);
        let machines: Vec<String> =
            instance.service.0.machines.0.into_iter().filter_map(|it| it.name.0).collect();
        let path = ["instances", &*self.id, "activity"];
        let logs = stream::iter(machines)
            .map(|name| self.machine_log(name))
            .buffered(MACHINES_AT_ONCE)
            .collect::<Vec<_>>();
        let (activity, logs) = future::join(self.api.get(&path, &[]), logs).await;
        let activity: Result<wire::List<wire::Activity>, Problem> = activity;
        if let Err(problem) = &activity
            && (problem.kind.may_pass() || logs.iter().all(|(_, log)| log.is_err()))
        {
            return Err(problem.clone().into());
        }
        if let Some((_, Err(problem))) =
            logs.iter().find(|(_, log)| log.as_ref().is_err_and(|it| it.kind.may_pass()))
        {
            return Err(problem.clone().into());
        }
        let whole = !state.lifecycle.is_moving();
        self.send(activity, logs, whole, tail).await?;
        Ok(self.pause(state.lifecycle)?)
    }
}

impl InstanceLog {
    /// The text that a machine's scripts printed so far. One that is being made has none.
    async fn machine_log(&self, name: String) -> (String, Result<String, Problem>) {
        let path = ["instances", &*self.id, "machine_logs"];
        let log = match self.api.text(&path, &[("machine_name", &name)]).await {
            Err(problem) if problem.kind == ProblemKind::NotFound => Ok(String::new()),
            other => other,
        };
        (name, log)
    }

    async fn send(
        &mut self,
        activity: Result<wire::List<wire::Activity>, Problem>,
        logs: Vec<(String, Result<String, Problem>)>,
        whole: bool,
        tail: &mut LogTail,
    ) -> Result<(), Closed> {
        tail.polled().await?;
        match activity {
            Ok(entries) => {
                let since = self.since.take();
                let entries = entries.0;
                if entries.unreadable.any() {
                    self.report_once("unreadable activity", &entries.unreadable.to_string(), tail).await?;
                }
                let mut lines = self.activity.news(entries.good.into_iter());
                lines.retain(|line| since.is_none_or(|since| !line.exact || line.at > since));
                tail.lines(lines).await?;
            }
            Err(problem) => self.refuse("activity", &problem, tail).await?,
        }
        let mut partial = None;
        for (name, log) in logs {
            match log {
                Ok(text) => {
                    let news = self.machines.entry(name.clone()).or_default().news(&text, whole);
                    let at = Timestamp::now();
                    let line =
                        |text: &str| LogLine { at, exact: false, text: format!("{name} | {text}").into() };
                    if news.anew {
                        tail.skipped(format!("the log of {name} began anew")).await?;
                    }
                    tail.lines(news.text.lines().map(line).collect()).await?;
                    if !news.partial.is_empty() {
                        partial = Some(line(news.partial));
                    }
                }
                Err(problem) => self.refuse(&name, &problem, tail).await?,
            }
        }
        match partial {
            Some(line) => tail.partial(line).await,
            None => Ok(()),
        }
    }

    /// Reports once that a part may not be read; the others go on.
    async fn refuse(&mut self, part: &str, problem: &Problem, tail: &LogTail) -> Result<(), Closed> {
        self.report_once(part, &problem.message, tail).await
    }

    /// Reports once why a part is not whole.
    async fn report_once(&mut self, part: &str, why: &str, tail: &LogTail) -> Result<(), Closed> {
        if !self.refused.insert(part.to_owned()) {
            return Ok(());
        }
        tail.skipped(format!("{part}: {why}")).await
    }

    /// The pause before the next read. A terminated instance ends the log, once it has been read so twice: between the two
    /// steps of an end the pair may read so for a moment.
    fn pause(&mut self, lifecycle: Lifecycle) -> Result<Duration, Problem> {
        let is_over = lifecycle == Lifecycle::Gone;
        if is_over && self.was_over {
            let message = "the instance is terminated: its log has ended";
            return Err(Problem::new(ProblemKind::NotFound, message));
        }
        self.was_over = is_over;
        if lifecycle.is_moving() {
            self.quick_reads = QUICK_READS_AFTERWARDS;
            return Ok(MOVING_PAUSE);
        }
        self.quick_reads = self.quick_reads.saturating_sub(1);
        Ok(if is_over || self.quick_reads > 0 { MOVING_PAUSE } else { RESTING_PAUSE })
    }
}
