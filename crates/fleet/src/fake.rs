//! A scripted provider that records its requests.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt};
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

use super::{Console, Events, Fleet, FleetEvent, ListEvent, Member, Options, Section, Traffic};
use qdeck_model::{
    ContextName, Cores, GpuModel, Kind, LogEvent, LogStart, Platform, Problem, ProblemKind, Resource,
    ResourceId, Sample, ScreenKind, Timestamp,
};
use qdeck_providers::cycle;
use qdeck_providers::{Answer, Change, Check, Provider};

/// A channel whose sending end a test holds.
pub(super) type Line<T> = Mutex<VecDeque<mpsc::Receiver<T>>>;

pub(super) struct Fake {
    pub(super) kinds: &'static [Kind],
    /// The answers of the next listings, by turn; afterwards they are empty and end well.
    pub(super) lists: Mutex<VecDeque<(Kind, Vec<ListEvent>)>>,
    /// The answer of every sampling.
    pub(super) samples: Mutex<Result<(), Problem>>,
    /// The past that each sampling reached back, by instance.
    pub(super) reaches: Mutex<Vec<(ResourceId, Duration)>>,
    /// Pushed changes: one receiver a connection.
    pub(super) changes: Line<Result<Change, Problem>>,
    /// Live samples: one receiver a connection.
    pub(super) live: Line<Result<Sample, Problem>>,
    pub(super) logs: Line<LogEvent>,
    pub(super) latency: Mutex<Option<Duration>>,
    pub(super) session_ends: Mutex<Option<Timestamp>>,
    /// Why no console is opened.
    pub(super) console: Mutex<Problem>,
    /// The kinds whose listings are never answered.
    pub(super) hanging: Mutex<Vec<Kind>>,
    /// The requests and their times.
    pub(super) asked: Mutex<Vec<(Instant, String)>>,
}

impl Fake {
    pub(super) fn new(kinds: &'static [Kind]) -> Self {
        Self {
            kinds,
            lists: Mutex::default(),
            samples: Mutex::new(Ok(())),
            reaches: Mutex::default(),
            changes: Mutex::default(),
            live: Mutex::default(),
            logs: Mutex::default(),
            latency: Mutex::default(),
            session_ends: Mutex::default(),
            console: Mutex::new(Problem::new(ProblemKind::Unsupported, "none")),
            hanging: Mutex::default(),
            asked: Mutex::default(),
        }
    }

    fn note(&self, what: String) {
        self.asked.lock().push((Instant::now(), what));
    }

    /// The seconds, counted from `since`, at which something was asked.
    pub(super) fn times(&self, what: &str, since: Instant) -> Vec<f64> {
        let asked = self.asked.lock();
        let asked = asked.iter().filter(|(_, it)| it == what);
        asked.map(|(at, _)| (*at - since).as_secs_f64()).collect()
    }

    pub(super) fn count(&self, what: &str) -> usize {
        let asked = self.asked.lock();
        asked.iter().filter(|(_, it)| it == what).count()
    }

    pub(super) fn answer(&self, kind: Kind, events: Vec<ListEvent>) {
        self.lists.lock().push_back((kind, events));
    }

    pub(super) fn fail(&self, kind: Kind, problem: Problem) {
        self.answer(kind, vec![ListEvent::Failed(problem)]);
    }

    pub(super) fn line<T>(line: &Line<T>) -> mpsc::Sender<T> {
        let (sender, receiver) = mpsc::channel(1000);
        line.lock().push_back(receiver);
        sender
    }
}

fn stream_of<T: Send + 'static>(line: &Line<T>) -> Option<BoxStream<'static, T>> {
    let receiver = line.lock().pop_front()?;
    Some(stream::unfold(receiver, async |mut receiver| Some((receiver.recv().await?, receiver))).boxed())
}

impl Provider for Fake {
    fn platform(&self) -> Platform {
        cycle::PLATFORM
    }

    fn kinds(&self) -> &'static [Kind] {
        self.kinds
    }

    fn list(&self, kind: Kind) -> BoxStream<'static, ListEvent> {
        self.note(format!("list {}", kind.singular()));
        if self.hanging.lock().contains(&kind) {
            return stream::pending().boxed();
        }
        let mut lists = self.lists.lock();
        let turn = lists.iter().position(|(of, _)| *of == kind);
        let events = turn.and_then(|turn| lists.remove(turn));
        let events = events.map_or_else(|| vec![ListEvent::End], |(_, events)| events);
        let paced = stream::iter(events).then(async |event| {
            sleep(Duration::from_millis(1)).await;
            event
        });
        paced.boxed()
    }

    fn get(&self, id: &ResourceId) -> Answer<Resource> {
        self.note(format!("get {}", id.id));
        let id = id.clone();
        async move {
            let is_slow = id.id.starts_with("slow");
            sleep(Duration::from_millis(if is_slow { 1000 } else { 10 })).await;
            if id.id.starts_with("gone") {
                Err(Problem::new(ProblemKind::NotFound, "gone"))
            } else {
                Ok(model(&id))
            }
        }
        .boxed()
    }

    fn describe(&self, _id: &ResourceId) -> BoxStream<'static, Section> {
        stream::empty().boxed()
    }

    fn changes(&self) -> Option<BoxStream<'static, Result<Change, Problem>>> {
        self.note("changes".into());
        stream_of(&self.changes)
    }

    fn samples(&self, id: &ResourceId, since: Timestamp) -> Answer<Vec<Sample>> {
        self.note(format!("samples {}", id.id));
        self.reaches.lock().push((id.clone(), Timestamp::now().since(since)));
        let answer = self.samples.lock().clone();
        async move {
            sleep(Duration::from_millis(10)).await;
            answer.map(|()| vec![sample()])
        }
        .boxed()
    }

    fn live_samples(&self, id: &ResourceId) -> Option<BoxStream<'static, Result<Sample, Problem>>> {
        self.note(format!("live {}", id.id));
        stream_of(&self.live)
    }

    fn logs(&self, _id: &ResourceId, _start: LogStart) -> BoxStream<'static, LogEvent> {
        stream_of(&self.logs).unwrap_or_else(|| stream::empty().boxed())
    }

    fn console(&self, _id: &ResourceId, _kind: ScreenKind) -> Answer<Console> {
        let problem = self.console.lock().clone();
        async { Err(problem) }.boxed()
    }

    fn sign_in_again(&self) {
        self.note("sign in".into());
    }

    fn session_ends(&self) -> Option<Timestamp> {
        *self.session_ends.lock()
    }

    fn check(&self) -> Answer<Check> {
        async { Err(Problem::new(ProblemKind::Unsupported, "none")) }.boxed()
    }

    fn traffic(&self) -> Traffic {
        Traffic { latency: *self.latency.lock(), ..Traffic::default() }
    }
}

pub(super) fn context() -> ContextName {
    ContextName::new("fake")
}

pub(super) fn id(name: &str) -> ResourceId {
    ResourceId::new(&context(), Kind::Instance, name)
}

pub(super) fn sample() -> Sample {
    Sample { cpu: Some(Cores(1.0)), ..Sample::empty(Timestamp::now()) }
}

/// The smallest resource there is, under any id.
pub(super) fn model(id: &ResourceId) -> Resource {
    Resource::GpuModel(GpuModel::new(id.clone(), id.id.clone(), id.id.clone()))
}

pub(super) fn start(fake: &Arc<Fake>) -> (Fleet, Events) {
    let member = Member::new(context(), cycle::PLATFORM, Ok(fake.clone()));
    let options = Options {
        refresh: Duration::from_secs(5),
        sample_every: Duration::from_secs(2),
        ..Default::default()
    };
    Fleet::start(vec![member], options)
}

/// Every event within `seconds` of the paused clock.
pub(super) async fn receive(events: &mut Events, seconds: f64) -> Vec<FleetEvent> {
    let end = Instant::now() + Duration::try_from_secs_f64(seconds).unwrap();
    let mut received = Vec::new();
    while let Ok(Some(event)) = tokio::time::timeout_at(end, events.recv()).await {
        received.push(event);
    }
    received
}
