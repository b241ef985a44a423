//! Samples of what is on the screen: one poller a context for the visible rows, a live stream for the selected one where
//! the platform has one. An instance that leaves the screen is not sampled any more.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, FuturesUnordered};
use futures_util::{FutureExt, StreamExt};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::FleetEvent;
use super::events::Closed;
use super::link::{Link, backoff, jittered};
use qdeck_model::{Problem, ProblemKind, ResourceId, Sample, Timestamp};
use qdeck_net::Backoff;

/// Concurrent polls of a context.
const MAX_CONCURRENT_POLLS: usize = 4;
/// Rows must stay on the screen this long before they are polled: the user may be scrolling.
const SCROLL_DEBOUNCE: Duration = Duration::from_millis(100);
/// The reach into the past of a poll: what the sparklines of rows show, and a little more. The first poll of an instance
/// fills them, one that comes back to the screen asks only for what it missed.
const PAST_REACH: Duration = Duration::from_secs(330);
/// The most instances of which is remembered, after they left the screen, when they were last sampled or found absent.
const MAX_REMEMBERED: usize = 1000;
/// After this many sampling intervals without a sample of a live stream, polls help out.
const SILENT_INTERVALS: u32 = 3;
/// A live stream that lasted this long was healthy.
const STEADY_AFTER: Duration = Duration::from_secs(30);
/// After so many refusals and no answer at all, the whole context counts as forbidden.
const FORBIDDEN_CONTEXT_AFTER: u32 = 3;
/// The pause before an instance without samples is polled again, whether it stays on the screen or comes back to it. It
/// doubles from time to time.
const ABSENT_RETRY: Duration = Duration::from_secs(60);
const LONGEST_ABSENT_RETRY: Duration = Duration::from_secs(1800);

/// The instances on the screen.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Watched {
    pub(super) visible: Vec<ResourceId>,
    pub(super) focus: Option<ResourceId>,
}

type Poll = BoxFuture<'static, (ResourceId, Result<Vec<Sample>, Problem>)>;
type Live = BoxStream<'static, Result<Sample, Problem>>;

/// An instance on the screen.
struct Subject {
    due: Instant,
    /// When it was sampled last, if its next turn follows from that.
    sampled: Option<Instant>,
    polled: bool,
    backoff: Backoff,
}

/// A live stream that failed; polls do meanwhile.
struct Stall {
    backoff: Backoff,
    /// `None`: not before a new sign-in.
    until: Option<Instant>,
}

impl Stall {
    fn new() -> Self {
        Self { backoff: backoff(), until: None }
    }
}

struct Poller {
    link: Link,
    subjects: HashMap<ResourceId, Subject>,
    polls: FuturesUnordered<Poll>,
    focus: Option<ResourceId>,
    live: Option<(ResourceId, Live)>,
    live_since: Instant,
    /// The latest sample known, so that the next poll asks only for newer ones. Of instances that were polled only: the past
    /// is not in a live stream.
    since: HashMap<ResourceId, Timestamp>,
    /// Instances that had no samples: when they are polled again, and the pause before that.
    absent: HashMap<ResourceId, (Instant, Duration)>,
    /// Instances whose samples may not be read or do not exist.
    refused: HashSet<ResourceId>,
    /// Refusals for lack of a permission before the first samples.
    forbidden: u32,
    /// Samples were received: a refusal after that concerns one instance.
    allowed: bool,
    /// Instances whose live stream failed, and for how long it is left alone.
    stalls: HashMap<ResourceId, Stall>,
    /// The whole context is left alone until then.
    rested: Instant,
    backoff: Backoff,
}

/// Samples until the fleet ends.
pub(super) async fn keep_sampling(link: Link, mut watched: watch::Receiver<Watched>) -> Result<(), Closed> {
    let mut paused = link.signals.paused.subscribe();
    let mut reconnect = link.reconnect.subscribe();
    let mut attention = link.signals.attention.subscribe();
    let mut poller = Poller::new(link);
    poller.set_watched(&watched.borrow_and_update());
    loop {
        let resting = *paused.borrow_and_update() || poller.link.is_down();
        if resting {
            poller.stop();
        } else {
            poller.poll();
        }
        let due = poller.due().filter(|_| !resting);
        tokio::select! {
            changed = watched.changed() => {
                if changed.is_err() {
                    return Ok(());
                }
                // Polls of what left the screen stop now; what came waits until the user stops scrolling.
                poller.retain_watched(&watched.borrow());
                sleep(SCROLL_DEBOUNCE).await;
                poller.set_watched(&watched.borrow_and_update());
            }
            _ = paused.changed() => poller.set_watched(&watched.borrow()),
            _ = attention.changed() => poller.keep_pace(),
            _ = reconnect.changed() => {
                poller.reset();
                poller.set_watched(&watched.borrow());
            }
            Some((id, answer)) = poller.polls.next() => poller.polled(id, answer).await?,
            Some((id, sample)) = streamed(&mut poller.live) => poller.streamed(id, sample).await?,
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
        }
    }
}

/// The next of the live stream, if there is one; `None` in the answer is its end.
async fn streamed(
    live: &mut Option<(ResourceId, Live)>,
) -> Option<(ResourceId, Option<Result<Sample, Problem>>)> {
    let (id, stream) = live.as_mut()?;
    let next = stream.next().await;
    Some((id.clone(), next))
}

impl Poller {
    fn new(link: Link) -> Self {
        Self {
            link,
            subjects: HashMap::new(),
            polls: FuturesUnordered::new(),
            focus: None,
            live: None,
            live_since: Instant::now(),
            since: HashMap::new(),
            absent: HashMap::new(),
            refused: HashSet::new(),
            forbidden: 0,
            allowed: false,
            stalls: HashMap::new(),
            rested: Instant::now(),
            backoff: backoff(),
        }
    }

    fn is_mine(&self, id: &ResourceId) -> bool {
        id.context == self.link.name && self.forbidden < FORBIDDEN_CONTEXT_AFTER && !self.refused.contains(id)
    }

    fn retain_watched(&mut self, watched: &Watched) {
        let seen: HashSet<&ResourceId> = watched.visible.iter().chain(&watched.focus).collect();
        self.subjects.retain(|id, _| seen.contains(id));
        if self.live.as_ref().is_some_and(|(id, _)| Some(id) != watched.focus.as_ref()) {
            self.live = None;
        }
        // Polls of what left cannot be found in the set: those of what is on the screen start anew.
        if self.subjects.values().filter(|subject| subject.polled).count() != self.polls.len() {
            self.polls.clear();
            self.subjects.values_mut().for_each(|subject| subject.polled = false);
        }
        if self.since.len() > MAX_REMEMBERED {
            self.since.retain(|id, _| seen.contains(id));
        }
        if self.absent.len() > MAX_REMEMBERED {
            self.absent.retain(|id, _| seen.contains(id));
        }
        if self.stalls.len() > MAX_REMEMBERED {
            self.stalls.retain(|id, _| seen.contains(id));
        }
    }

    /// Starts polling what is new on the screen, and stops polling what left it.
    fn set_watched(&mut self, watched: &Watched) {
        self.retain_watched(watched);
        let now = Instant::now();
        let new: Vec<&ResourceId> = watched
            .focus
            .iter()
            .chain(&watched.visible)
            .filter(|id| self.is_mine(id) && !self.subjects.contains_key(*id))
            .collect();
        for id in new {
            let due = self.absent.get(id).map_or(now, |(until, _)| now.max(*until));
            self.subjects
                .insert(id.clone(), Subject { due, sampled: None, polled: false, backoff: backoff() });
        }
        self.focus = watched.focus.clone().filter(|id| self.is_mine(id));
    }

    /// Opens the live stream of the focus, unless it failed a moment ago.
    fn open_stream(&mut self) {
        // The clock is read after the due time, which may be "now" itself.
        let due = self.stream_due();
        let now = Instant::now();
        let due = due.is_some_and(|due| due <= now);
        let Some(id) = self.focus.as_ref().filter(|_| due) else {
            return;
        };
        match self.link.provider.live_samples(id) {
            Some(stream) => {
                self.live = Some((id.clone(), stream));
                self.live_since = now;
            }
            // The platform has none.
            None => {
                self.stalls.insert(id.clone(), Stall::new());
            }
        }
    }

    /// When the live stream of the focus is to be opened; `None` while it is open or not to be had.
    fn stream_due(&self) -> Option<Instant> {
        let id = self.focus.as_ref().filter(|_| self.live.is_none())?;
        match self.stalls.get(id) {
            None => Some(Instant::now()),
            Some(stall) => stall.until,
        }
    }

    /// Begins what is due: the live stream, and polls, the ones that wait longest first.
    fn poll(&mut self) {
        self.open_stream();
        let now = Instant::now();
        if now < self.rested || self.polls.len() >= MAX_CONCURRENT_POLLS {
            return;
        }
        let mut due: Vec<(Instant, ResourceId)> = self
            .subjects
            .iter()
            .filter(|(_, subject)| !subject.polled && subject.due <= now)
            .map(|(id, subject)| (subject.due, id.clone()))
            .collect();
        // The one the user looks at comes first.
        due.sort_unstable_by_key(|(due, id)| (Some(id) != self.focus.as_ref(), *due, id.clone()));
        due.truncate(MAX_CONCURRENT_POLLS - self.polls.len());
        for (_, id) in due {
            if let Some(subject) = self.subjects.get_mut(&id) {
                subject.polled = true;
            }
            let earliest = Timestamp::now().before(PAST_REACH);
            let since = self.since.get(&id).map_or(earliest, |since| earliest.max(*since));
            let answer = self.link.provider.samples(&id, since);
            self.polls.push(answer.map(|answer| (id, answer)).boxed());
        }
    }

    /// Follows a new pace: what is older than it is sampled now.
    fn keep_pace(&mut self) {
        let (now, pace) = (Instant::now(), self.link.sample_every());
        for subject in self.subjects.values_mut() {
            if let Some(sampled) = subject.sampled {
                subject.due = if sampled + pace <= now { now } else { self.link.next_sampling(sampled) };
            }
        }
    }

    /// When the next poll or the live stream is due.
    fn due(&self) -> Option<Instant> {
        let stream = self.stream_due();
        // While enough polls are under way, the end of one wakes us.
        if self.polls.len() >= MAX_CONCURRENT_POLLS {
            return stream;
        }
        let waiting = self.subjects.values().filter(|subject| !subject.polled);
        let polls = waiting.map(|subject| subject.due.max(self.rested));
        polls.chain(stream).min()
    }

    /// Stops everything, as if nothing were on the screen.
    fn stop(&mut self) {
        self.subjects.clear();
        self.polls.clear();
        self.focus = None;
        self.live = None;
    }

    /// After a new sign-in, everything is worth a try.
    fn reset(&mut self) {
        self.refused.clear();
        self.forbidden = 0;
        self.absent.clear();
        self.stalls.clear();
        self.rested = Instant::now();
        self.backoff.reset();
        self.stop();
    }

    async fn polled(&mut self, id: ResourceId, answer: Result<Vec<Sample>, Problem>) -> Result<(), Closed> {
        let now = Instant::now();
        let interval = self.link.options.sample_every;
        let Some(subject) = self.subjects.get_mut(&id) else {
            return Ok(());
        };
        subject.polled = false;
        self.link.send_latency_change().await?;
        let Some(subject) = self.subjects.get_mut(&id) else {
            return Ok(());
        };
        match answer {
            Ok(samples) => {
                subject.due = self.link.next_sampling(now);
                subject.sampled = Some(now);
                subject.backoff.reset();
                self.backoff.reset();
                self.allowed = true;
                self.absent.remove(&id);
                if let Some(last) = samples.last() {
                    self.since.entry(id.clone()).or_insert(last.at);
                }
                self.send_samples(id, samples).await
            }
            Err(problem) => {
                subject.sampled = None;
                subject.due = now + interval.max(subject.backoff.next_pause(problem.retry_after));
                match problem.kind {
                    // The host's trouble, not the instance's: one failure counts for all.
                    ProblemKind::Unreachable | ProblemKind::RateLimited => {
                        self.rested = now + self.backoff.next_pause(problem.retry_after);
                    }
                    kind if kind.may_pass() => {}
                    // An instance that is down may have no samples now and some later.
                    ProblemKind::NotFound => {
                        let pause = self.absent.get(&id).map_or(ABSENT_RETRY, |(_, pause)| *pause * 2);
                        let pause = pause.min(LONGEST_ABSENT_RETRY);
                        subject.due = now + jittered(pause);
                        self.absent.insert(id.clone(), (subject.due, pause));
                    }
                    // Refused or not offered: it will not be otherwise before a new sign-in.
                    kind => {
                        self.refused.insert(id.clone());
                        self.subjects.remove(&id);
                        if kind == ProblemKind::Forbidden && !self.allowed {
                            self.forbidden += 1;
                        }
                        if self.forbidden >= FORBIDDEN_CONTEXT_AFTER {
                            self.stop();
                        }
                    }
                }
                self.link.outbox.send(FleetEvent::SamplesFailed(id, problem)).await
            }
        }
    }

    async fn streamed(
        &mut self,
        id: ResourceId,
        sample: Option<Result<Sample, Problem>>,
    ) -> Result<(), Closed> {
        if let Some(Ok(sample)) = sample {
            // While the stream sends, polls are not needed but for the past, which no stream has.
            let silence = self.link.options.sample_every.saturating_mul(SILENT_INTERVALS);
            let is_filled = self.since.contains_key(&id) || self.absent.contains_key(&id);
            if let Some(subject) = self.subjects.get_mut(&id).filter(|_| is_filled) {
                subject.due = Instant::now() + silence;
                subject.sampled = None;
            }
            return self.send_samples(id, vec![sample]).await;
        }
        self.live = None;
        let now = Instant::now();
        // Polls do until it is open again.
        if let Some(subject) = self.subjects.get_mut(&id) {
            subject.due = now;
        }
        let problem = sample.and_then(Result::err);
        let stall = self.stalls.entry(id).or_insert_with(Stall::new);
        // One that has held for a while failed for a new reason.
        if now - self.live_since > STEADY_AFTER {
            stall.backoff.reset();
        }
        stall.until = match problem.as_ref().map(|problem| problem.kind) {
            Some(ProblemKind::NotFound) => Some(now + jittered(ABSENT_RETRY)),
            Some(kind) if !kind.may_pass() => None,
            _ => Some(now + stall.backoff.next_pause(problem.and_then(|problem| problem.retry_after))),
        };
        Ok(())
    }

    async fn send_samples(&mut self, id: ResourceId, samples: Vec<Sample>) -> Result<(), Closed> {
        let Some(last) = samples.last() else {
            return Ok(());
        };
        if let Some(since) = self.since.get_mut(&id) {
            *since = last.at.max(*since);
        }
        self.link.outbox.send(FleetEvent::Samples(id, samples)).await
    }
}

#[cfg(test)]
mod tests;
