//! A platform for the tests of the gate, and a fleet that has it alone.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt};
use tokio::time::timeout;

use super::super::*;
use crate::{Console, Events, ListEvent, Member, Options, Section, Traffic};
use qdeck_model::{
    Danger, Expected, GpuRequest, Instance, Kind, Lifecycle, LogEvent, LogStart, Method, NewResource, Offers,
    Operation, Outcome, Platform, PreparedRequest, Preview, Sample, ScreenKind, Secret, SshTarget, State,
};
use qdeck_providers::{Answer, Check, Provider, SshCredentials, exoscale, page_rows};

/// A platform whose machines are all alike.
pub(super) struct Machines {
    pub(super) journal: Journal,
    /// The answers of the next writes.
    pub(super) answers: Mutex<VecDeque<Result<Outcome, Problem>>>,
    /// The answers of the next reads of operations; the last one is repeated.
    pub(super) operations: Mutex<VecDeque<Result<(Lifecycle, &'static str), Problem>>>,
    /// The answers of the next reads of the machine; the last one is repeated.
    pub(super) machine: Mutex<VecDeque<Lifecycle>>,
    pub(super) sent: AtomicUsize,
    /// The number of intents that the journal had when a write was sent.
    pub(super) intents_when_sent: Mutex<Vec<usize>>,
    /// The time that a write takes to be answered.
    pub(super) latency: Mutex<Duration>,
    /// The writes that have not been answered yet, and the most that there were.
    pub(super) on_the_way: Arc<(AtomicUsize, AtomicUsize)>,
    /// Part of the requests that are prepared.
    pub(super) version: AtomicUsize,
    /// What can be done to them can be done to several.
    pub(super) in_bulk: Mutex<bool>,
    /// The rows of listings.
    pub(super) rows: Mutex<Vec<Resource>>,
    /// The resource that writes make; `None` where they stop their target.
    pub(super) creates: Mutex<Option<NewResource>>,
    /// The answers of the next changes of SSH credentials.
    pub(super) ssh: Mutex<VecDeque<Result<(), Problem>>>,
}

pub(super) fn next<T: Clone>(queue: &Mutex<VecDeque<T>>) -> Option<T> {
    let mut queue = queue.lock().unwrap();
    if queue.len() > 1 { queue.pop_front() } else { queue.front().cloned() }
}

pub(super) fn context() -> ContextName {
    ContextName::new("exo-prod")
}

pub(super) fn machine_id() -> ResourceId {
    ResourceId::new(&context(), Kind::Instance, "i1")
}

pub(super) fn operation_id() -> ResourceId {
    ResourceId::new(&context(), Kind::Operation, "o1")
}

pub(super) fn machine(state: Lifecycle) -> Resource {
    machine_of(machine_id(), state)
}

pub(super) fn machine_of(id: ResourceId, state: Lifecycle) -> Resource {
    Resource::Instance(Instance {
        id,
        name: "web-1".into(),
        state: State::new(state, state.word()),
        container: None,
        size: None,
        image: None,
        location: None,
        host: None,
        addresses: Box::default(),
        labels: Box::default(),
        gpus: None::<Arc<GpuRequest>>,
        created: None,
        changed: None,
        offers: Offers::default(),
        facts: Arc::default(),
    })
}

pub(super) fn operation(state: Lifecycle, reason: &str) -> Resource {
    let state = State::new(state, state.word());
    Resource::Operation(Operation {
        id: operation_id(),
        name: "stop".into(),
        state: if reason.is_empty() { state } else { state.because(reason) },
        progress: None,
        target: None,
        by: None,
        steps: Vec::new(),
        created: None,
        started: None,
        finished: None,
        facts: Vec::new(),
    })
}

pub(super) fn stop() -> Action {
    Action {
        id: ActionId::INSTANCE_STOP,
        name: "Stop",
        key: 't',
        help: "Stops it.",
        danger: Danger::Disruptive,
        progress: "stopping",
        has_form: false,
        in_bulk: true,
        availability: Availability::Yes,
    }
}

/// The password that is made for SSH sessions.
pub(super) const PASSWORD: &str = "made-for-a-session";

impl Machines {
    fn change_ssh(&self) -> Result<(), Problem> {
        self.sent.fetch_add(1, Ordering::SeqCst);
        self.intents_when_sent.lock().unwrap().push(self.journal.read().unwrap().writes.len());
        self.ssh.lock().unwrap().pop_front().unwrap_or(Ok(()))
    }
}

impl Provider for Machines {
    fn platform(&self) -> Platform {
        exoscale::PLATFORM
    }

    fn kinds(&self) -> &'static [Kind] {
        &[Kind::Instance, Kind::Operation]
    }

    fn list(&self, kind: Kind) -> BoxStream<'static, ListEvent> {
        let rows = self.rows.lock().unwrap();
        let rows = page_rows(rows.iter().filter(|row| row.kind() == kind).cloned());
        stream::iter([ListEvent::Page { scope: None, rows, expected: None }, ListEvent::End]).boxed()
    }

    fn get(&self, id: &ResourceId) -> Answer<Resource> {
        let read = match id.kind {
            Kind::Operation => match next(&self.operations) {
                Some(Ok((state, reason))) => Ok(operation(state, reason)),
                Some(Err(problem)) => Err(problem),
                None => Err(Problem::new(ProblemKind::NotFound, "no operation")),
            },
            _ => next(&self.machine)
                .map(|state| machine_of(id.clone(), state))
                .ok_or_else(|| Problem::new(ProblemKind::NotFound, "no machine")),
        };
        async move { read }.boxed()
    }

    fn describe(&self, _: &ResourceId) -> BoxStream<'static, Section> {
        stream::empty().boxed()
    }

    fn samples(&self, _: &ResourceId, _: Timestamp) -> Answer<Vec<Sample>> {
        async { Ok(Vec::new()) }.boxed()
    }

    fn logs(&self, _: &ResourceId, _: LogStart) -> BoxStream<'static, LogEvent> {
        stream::empty().boxed()
    }

    fn console(&self, _: &ResourceId, kind: ScreenKind) -> Answer<Console> {
        if kind != ScreenKind::Ssh {
            return async { Err(Problem::new(ProblemKind::Unsupported, "none")) }.boxed();
        }
        let answer = self.change_ssh();
        let target = SshTarget { password: Some(Secret::new(PASSWORD)), ..SshTarget::default() };
        async { answer.map(|()| Console::Ssh(target)) }.boxed()
    }

    fn ssh_credentials(&self) -> SshCredentials {
        SshCredentials::Made { expire: true }
    }

    fn expire_ssh(&self, _: &ResourceId) -> Answer<()> {
        let answer = self.change_ssh();
        async { answer }.boxed()
    }

    fn sign_in_again(&self) {}

    fn check(&self) -> Answer<Check> {
        async { Err(Problem::new(ProblemKind::Unsupported, "none")) }.boxed()
    }

    fn traffic(&self) -> Traffic {
        Traffic::default()
    }

    fn declared_actions(&self) -> Vec<Action> {
        vec![Action { in_bulk: *self.in_bulk.lock().unwrap(), ..stop() }]
    }

    fn actions(&self, row: &Resource) -> Vec<Action> {
        if row.kind() == Kind::Instance { vec![stop()] } else { Vec::new() }
    }

    fn preview(&self, target: &Target, _: ActionId, _: &FormValues) -> Answer<Preview> {
        if target.id.id.starts_with("stopped") {
            return async { Err(Problem::new(ProblemKind::Refused, "it is already stopped")) }.boxed();
        }
        let creates = self.creates.lock().unwrap().clone();
        let preview = Preview {
            summary: format!("Stop instance {}.", target.name),
            consequences: Vec::new(),
            requests: vec![PreparedRequest::new(
                Method::Put,
                format!("https://api.example/v{}/{}:stop", self.version.load(Ordering::SeqCst), target.id.id),
            )],
            changes: Vec::new(),
            expected: match creates {
                Some(_) => Expected::State(&[Lifecycle::Running]),
                None => Expected::State(&[Lifecycle::Stopped]),
            },
            creates,
            danger: None,
        };
        async { Ok(preview) }.boxed()
    }

    fn perform(&self, _: &PreparedWrite) -> Answer<Outcome> {
        self.sent.fetch_add(1, Ordering::SeqCst);
        self.intents_when_sent.lock().unwrap().push(self.journal.read().unwrap().writes.len());
        let answer = self.answers.lock().unwrap().pop_front();
        let answer = answer.unwrap_or_else(|| Err(Problem::new(ProblemKind::Unsupported, "not expected")));
        let (latency, on_the_way) = (*self.latency.lock().unwrap(), self.on_the_way.clone());
        async move {
            let now = on_the_way.0.fetch_add(1, Ordering::SeqCst) + 1;
            on_the_way.1.fetch_max(now, Ordering::SeqCst);
            tokio::time::sleep(latency).await;
            on_the_way.0.fetch_sub(1, Ordering::SeqCst);
            answer
        }
        .boxed()
    }
}

pub(super) struct Setup {
    pub(super) _folder: tempfile::TempDir,
    pub(super) journal: Journal,
    pub(super) platform: Arc<Machines>,
    pub(super) fleet: Fleet,
    pub(super) events: Events,
}

pub(super) fn setup(read_only: bool, answer: Result<Outcome, Problem>) -> Setup {
    setup_of(answer, |member| member.read_only = read_only)
}

pub(super) fn setup_of(answer: Result<Outcome, Problem>, change: impl FnOnce(&mut Member)) -> Setup {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::at(folder.path().join("journal.jsonl"));
    let platform = Arc::new(Machines {
        journal: journal.clone(),
        answers: Mutex::new(VecDeque::from([answer])),
        operations: Mutex::default(),
        machine: Mutex::new(VecDeque::from([Lifecycle::Running])),
        sent: AtomicUsize::new(0),
        intents_when_sent: Mutex::default(),
        latency: Mutex::default(),
        on_the_way: Arc::default(),
        version: AtomicUsize::new(1),
        in_bulk: Mutex::new(true),
        rows: Mutex::default(),
        creates: Mutex::default(),
        ssh: Mutex::default(),
    });
    let mut member = Member::new(context(), exoscale::PLATFORM, Ok(platform.clone()));
    change(&mut member);
    let options = Options {
        refresh: Duration::from_secs(5),
        sample_every: Duration::from_secs(5),
        ..Default::default()
    };
    let (fleet, events) = Fleet::start_with(vec![member], options, journal.clone());
    Setup { _folder: folder, journal, platform, fleet, events }
}

impl Setup {
    pub(super) async fn prepare(&self) -> PreparedWrite {
        let target = Target::of(&machine(Lifecycle::Running));
        self.fleet.prepare(target, stop(), FormValues::new(), Origin::Screen).await.unwrap()
    }

    pub(super) fn sent(&self) -> usize {
        self.platform.sent.load(Ordering::SeqCst)
    }

    /// The phases of the write, to its end.
    pub(super) async fn phases(&mut self) -> Vec<WritePhase> {
        let mut phases = Vec::new();
        while !matches!(phases.last(), Some(WritePhase::Ended(_))) {
            let next = timeout(Duration::from_secs(24 * 3600), self.events.recv()).await;
            if let FleetEvent::Write(event) = next.expect("it ends").expect("the fleet lives") {
                phases.push(event.phase);
            }
        }
        phases
    }

    pub(super) async fn end(&mut self) -> WriteEnd {
        match self.phases().await.pop() {
            Some(WritePhase::Ended(end)) => end,
            other => panic!("no end: {other:?}"),
        }
    }

    pub(super) fn reads(
        &self,
        operations: &[Result<(Lifecycle, &'static str), Problem>],
        machine: &[Lifecycle],
    ) {
        *self.platform.operations.lock().unwrap() = operations.iter().cloned().collect();
        *self.platform.machine.lock().unwrap() = machine.iter().copied().collect();
    }
}

pub(super) fn accepted() -> Outcome {
    Outcome::accepted(operation_id())
}

pub(super) fn unreachable() -> Problem {
    Problem::new(ProblemKind::Unreachable, "the connection broke")
}
