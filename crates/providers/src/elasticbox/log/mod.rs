//! Log lines of an instance. Nothing is pushed and nothing can be asked for in part: the activity and the log of each
//! machine are read whole, again and again, and what is new in them is told.

mod activity;
mod machine;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, future, stream};
use tokio::sync::mpsc::Sender;

use super::api::Api;
use super::map::Mapper;
use super::wire;
use activity::Told;
use machine::MachineLog;
use qdeck_model::{Lifecycle, LogEvent, LogLine, LogStart, Problem, ProblemKind, ResourceId, Timestamp};

/// Between two reads while an operation runs, and a few times after its end.
const MOVING: Duration = Duration::from_secs(2);
const AFTERWARDS: u8 = 3;
/// Between two reads of an instance at rest.
const RESTING: Duration = Duration::from_secs(12);
/// The waits after a failure grow to this.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Logs of machines asked for at once.
const AT_ONCE: usize = 3;

/// Follows the log until nobody listens, or the instance is terminated or may not be read any more.
pub(crate) async fn follow(
    api: Arc<Api>,
    map: Mapper,
    id: ResourceId,
    start: LogStart,
    out: Sender<LogEvent>,
) {
    let mut tail = Tail {
        api,
        map,
        id: id.id,
        since: match start {
            LogStart::Backlog => None,
            LogStart::Since(since) => Some(since),
        },
        out,
        connected: false,
        activity: Told::default(),
        machines: BTreeMap::new(),
        refused: BTreeSet::new(),
        quick: 0,
        seen_over: false,
    };
    let mut wait = MOVING;
    loop {
        let pause = match tail.round().await {
            Ok(Some(pause)) => {
                wait = MOVING;
                pause
            }
            Ok(None) => return,
            Err(problem) => {
                let over = !problem.kind.may_pass();
                let asked = problem.retry_after.unwrap_or_default();
                tail.connected = false;
                if tail.out.send(LogEvent::Interrupted(problem)).await.is_err() || over {
                    return;
                }
                let pause = wait.max(asked);
                wait = (wait * 2).min(LONGEST_WAIT);
                pause
            }
        };
        tokio::time::sleep(pause).await;
    }
}

struct Tail {
    api: Arc<Api>,
    map: Mapper,
    id: Arc<str>,
    /// Until it has been told for the first time.
    since: Option<Timestamp>,
    out: Sender<LogEvent>,
    connected: bool,
    activity: Told,
    machines: BTreeMap<String, MachineLog>,
    /// What may not be read, and has been said so.
    refused: BTreeSet<String>,
    quick: u8,
    seen_over: bool,
}

impl Tail {
    /// Reads everything once and tells what is new. The time to the next round, or `None` when nobody listens.
    async fn round(&mut self) -> Result<Option<Duration>, Problem> {
        let instance: wire::Instance = self.api.get(&["instances", &self.id], &[]).await?;
        let state = self.map.instance_state(&instance);
        let machines: Vec<String> =
            instance.service.0.machines.0.into_iter().filter_map(|it| it.name.0).collect();
        let path = ["instances", &*self.id, "activity"];
        let logs =
            stream::iter(machines).map(|name| self.machine_log(name)).buffered(AT_ONCE).collect::<Vec<_>>();
        let (activity, logs) = future::join(self.api.get(&path, &[]), logs).await;
        let activity: Result<wire::List<wire::Activity>, Problem> = activity;
        if let Err(problem) = &activity
            && (problem.kind.may_pass() || logs.iter().all(|(_, log)| log.is_err()))
        {
            return Err(problem.clone());
        }
        if let Some((_, Err(problem))) =
            logs.iter().find(|(_, log)| log.as_ref().is_err_and(|it| it.kind.may_pass()))
        {
            return Err(problem.clone());
        }
        let whole = !state.lifecycle.is_moving();
        if self.tell(activity, logs, whole).await.is_none() {
            return Ok(None);
        }
        self.pace(state.lifecycle).map(Some)
    }

    /// The text that a machine's scripts printed so far. One that is being made has none.
    async fn machine_log(&self, name: String) -> (String, Result<String, Problem>) {
        let path = ["instances", &*self.id, "machine_logs"];
        let log = match self.api.text(&path, &[("machine_name", &name)]).await {
            Err(problem) if problem.kind == ProblemKind::NotFound => Ok(String::new()),
            other => other,
        };
        (name, log)
    }

    /// `None` when nobody listens.
    async fn tell(
        &mut self,
        activity: Result<wire::List<wire::Activity>, Problem>,
        logs: Vec<(String, Result<String, Problem>)>,
        whole: bool,
    ) -> Option<()> {
        if !std::mem::replace(&mut self.connected, true) {
            self.out.send(LogEvent::Connected).await.ok()?;
        }
        match activity {
            Ok(entries) => {
                let since = self.since.take();
                let mut lines = self.activity.news(entries.into_rows());
                lines.retain(|line| since.is_none_or(|since| !line.exact || line.at > since));
                self.send(lines).await?;
            }
            Err(problem) => self.refuse("activity", &problem).await?,
        }
        for (name, log) in logs {
            match log {
                Ok(text) => {
                    let known = self.machines.entry(name.clone()).or_default();
                    let news = known.news(&text, whole);
                    let at = Timestamp::now();
                    let line =
                        |text: &str| LogLine { at, exact: false, text: format!("{name} | {text}").into() };
                    let lines = news.text.lines().map(line).collect();
                    if news.anew {
                        let why = format!("the log of {name} began anew").into();
                        self.out.send(LogEvent::Skipped { lines: None, why }).await.ok()?;
                    }
                    self.send(lines).await?;
                }
                Err(problem) => self.refuse(&name, &problem).await?,
            }
        }
        Some(())
    }

    async fn send(&self, lines: Vec<LogLine>) -> Option<()> {
        if lines.is_empty() {
            return Some(());
        }
        self.out.send(LogEvent::Lines(lines)).await.ok()
    }

    /// Says once that a part may not be read; the others go on.
    async fn refuse(&mut self, what: &str, problem: &Problem) -> Option<()> {
        if !self.refused.insert(what.to_owned()) {
            return Some(());
        }
        let why = format!("{what}: {}", problem.message).into();
        self.out.send(LogEvent::Skipped { lines: None, why }).await.ok()
    }

    /// When to read again. A terminated instance ends the log, once it has been seen so twice: between the two steps of
    /// an end the pair may read so for a moment.
    fn pace(&mut self, lifecycle: Lifecycle) -> Result<Duration, Problem> {
        let over = lifecycle == Lifecycle::Gone;
        if over && std::mem::replace(&mut self.seen_over, over) {
            let said = "the instance is terminated: its log has ended";
            return Err(Problem::new(ProblemKind::NotFound, said));
        }
        self.seen_over = over;
        if lifecycle.is_moving() {
            self.quick = AFTERWARDS;
            return Ok(MOVING);
        }
        self.quick = self.quick.saturating_sub(1);
        Ok(if over || self.quick > 0 { MOVING } else { RESTING })
    }
}
