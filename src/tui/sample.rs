//! A small fleet made by hand, for tests of the screen.

use std::sync::Arc;
use std::time::Duration;

use crate::fleet::{Auth, FleetEvent, Health, ListEvent, Member, Store, Traffic, page_rows};
use crate::model::{
    Address, Bytes, Container, ContainerLink, ContextName, Cores, Fact, GpuModel, GpuRequest, Instance, Kind,
    Lifecycle, Offers, Operation, Platform, Problem, ProblemKind, Resource, ResourceId, Revision, Sample,
    ScreenKind, State, Step, Timestamp,
};
use crate::providers::{cycle, quasarch};

/// The time of every test's first frame.
pub(crate) fn now() -> Timestamp {
    Timestamp::parse("2026-11-21T12:00:00Z").unwrap()
}

/// The state that layers share, with no fleet.
pub(crate) fn app() -> crate::tui::app::App {
    crate::tui::app::App::new(Store::default(), crate::tui::Options::default(), now())
}

pub(crate) fn context(name: &str) -> ContextName {
    ContextName::new(name)
}

pub(crate) fn id(context: &str, kind: Kind, id: &str) -> ResourceId {
    ResourceId::new(&ContextName::new(context), kind, id)
}

/// An instance with usual facts; the container's name is the instance's without its number.
pub(crate) fn instance(context: &str, name: &str, lifecycle: Lifecycle) -> Resource {
    let container = name.rsplit_once('-').map_or(name, |(stem, _)| stem).to_owned();
    Resource::Instance(Instance {
        container: Some(Arc::new(ContainerLink {
            id: id(context, Kind::Container, &container),
            name: Some(container.into()),
        })),
        size: Some("small".into()),
        image: Some("registry.example/app:1.4".into()),
        location: Some("eu-west".into()),
        host: Some("host-7".into()),
        addresses: Box::new([Address { value: "10.0.4.9".into(), public: false }]),
        created: Some(now().before(Duration::from_secs(3 * 86_400))),
        changed: Some(now().before(Duration::from_secs(7200))),
        offers: Offers { console: Some(ScreenKind::Terminal), telemetry: true, logs: true, actions: true },
        facts: [Fact { name: "ready_state", value: "ready".into() }].into(),
        ..Instance::new(
            id(context, Kind::Instance, &format!("i-{name}")),
            name,
            State::new(lifecycle, lifecycle.word()),
        )
    })
}

pub(crate) fn container(context: &str, name: &str, lifecycle: Lifecycle) -> Resource {
    Resource::Container(Box::new(Container {
        image: Some("registry.example/app:1.4".into()),
        instances: Some(3),
        cpu: Some(Cores(0.5)),
        memory: Some(Bytes(512 << 20)),
        gpus: Some(GpuRequest { count: 1, models: vec!["a100".into()] }),
        location: Some("eu-west".into()),
        endpoints: Box::new(["www.example.com".into()]),
        created: Some(now().before(Duration::from_secs(90 * 86_400))),
        ..Container::new(id(context, Kind::Container, name), name, State::new(lifecycle, lifecycle.word()))
    }))
}

fn revision(context: &str, of: &str, number: &str, lifecycle: Lifecycle) -> Resource {
    Resource::Revision(Revision {
        id: id(context, Kind::Revision, &format!("{of}-{number}")),
        container: ContainerLink { id: id(context, Kind::Container, of), name: Some(of.into()) },
        number: number.into(),
        state: State::new(lifecycle, if lifecycle == Lifecycle::Running { "current" } else { "superseded" }),
        image: Some(format!("registry.example/{of}:{number}").into()),
        created: Some(now().before(Duration::from_secs(86_400))),
        offers: Offers { actions: true, ..Offers::default() },
        facts: Vec::new(),
    })
}

pub(crate) fn gpu(context: &str) -> Resource {
    Resource::GpuModel(GpuModel {
        memory: Some(Bytes(80 << 30)),
        sizes: vec!["1x".into(), "8x".into()],
        locations: vec!["eu-west".into()],
        price: Some("3.20 EUR/h".into()),
        quota: Some("2 left".into()),
        ..GpuModel::new(id(context, Kind::GpuModel, "a100"), "Nvidia A100", "a100")
    })
}

fn operation(context: &str) -> Resource {
    let step = |name: &str, lifecycle: Lifecycle| Step {
        name: name.into(),
        state: State::new(lifecycle, lifecycle.word()),
        started: Some(now().before(Duration::from_secs(20))),
        finished: (lifecycle == Lifecycle::Done).then(|| now().before(Duration::from_secs(8))),
    };
    Resource::Operation(Operation {
        progress: Some(50),
        target: Some("web".into()),
        by: Some("ops@example.com".into()),
        steps: vec![step("pull image", Lifecycle::Done), step("start", Lifecycle::Running)],
        created: Some(now().before(Duration::from_secs(21))),
        started: Some(now().before(Duration::from_secs(20))),
        ..Operation::new(
            id(context, Kind::Operation, "job-1"),
            "container.start",
            State::new(Lifecycle::Running, "running"),
        )
    })
}

/// Contexts that are known and live, without any row.
pub(crate) fn empty(contexts: &[(&str, Platform)]) -> Store {
    let members: Vec<Member> = contexts
        .iter()
        .map(|(name, platform)| {
            Member::new(context(name), *platform, Err(Problem::new(ProblemKind::Local, "made by hand")))
        })
        .collect();
    let mut store = Store::new(&members);
    for (name, _) in contexts {
        let traffic = Traffic { requests: 12, retries: 0, latency: Some(Duration::from_millis(84)) };
        store.apply_at(FleetEvent::Context(context(name), Health::Live, Auth::Good, traffic), now());
    }
    store
}

/// Lists these rows of one kind of one context, whole.
pub(crate) fn list(store: &mut Store, name: &str, kind: Kind, rows: Vec<Resource>) {
    let name = context(name);
    let rows = page_rows(rows);
    for event in [
        FleetEvent::ListStarted(name.clone(), kind),
        FleetEvent::List(name.clone(), kind, ListEvent::Page { scope: None, rows, expected: None }),
        FleetEvent::List(name, kind, ListEvent::End),
    ] {
        store.apply_at(event, now());
    }
}

/// A fleet with something of everything.
pub(crate) fn fleet() -> Store {
    let mut store = empty(&[("cycle-prod", cycle::PLATFORM), ("quasarch-ml", quasarch::PLATFORM)]);
    let mut rows: Vec<Resource> =
        (1..=12).map(|number| instance("cycle-prod", &format!("web-{number}"), Lifecycle::Running)).collect();
    let mut failed = instance("cycle-prod", "train-0", Lifecycle::Failed);
    if let Resource::Instance(it) = &mut failed {
        it.state = State::new(Lifecycle::Failed, "errored").because("exit code 137: out of memory");
    }
    rows.push(failed);
    rows.push(instance("cycle-prod", "cache-1", Lifecycle::Pending));
    rows.push(instance("cycle-prod", "old-1", Lifecycle::Stopped));
    list(&mut store, "cycle-prod", Kind::Instance, rows);
    list(
        &mut store,
        "cycle-prod",
        Kind::Container,
        vec![
            container("cycle-prod", "web", Lifecycle::Running),
            container("cycle-prod", "train", Lifecycle::Degraded),
        ],
    );
    list(&mut store, "cycle-prod", Kind::Operation, vec![operation("cycle-prod")]);
    let revisions = vec![
        revision("quasarch-ml", "embed", "3", Lifecycle::Running),
        revision("quasarch-ml", "embed", "2", Lifecycle::Done),
    ];
    list(&mut store, "quasarch-ml", Kind::Revision, revisions);
    list(&mut store, "quasarch-ml", Kind::GpuModel, vec![gpu("quasarch-ml")]);
    list(
        &mut store,
        "quasarch-ml",
        Kind::Container,
        vec![container("quasarch-ml", "embed", Lifecycle::Running)],
    );
    for name in ["web-1", "web-2"] {
        let samples = (0..60u32).map(|step| Sample {
            cpu: Some(Cores(0.1 + f64::from(step % 13) / 10.0)),
            cpu_limit: Some(Cores(4.0)),
            memory: Some(Bytes((u64::from(step) * 60) << 20)),
            memory_limit: Some(Bytes(8 << 30)),
            ..Sample::empty(now().before(Duration::from_secs(u64::from(60 - step) * 5)))
        });
        let id = id("cycle-prod", Kind::Instance, &format!("i-{name}"));
        store.apply_at(FleetEvent::Samples(id, samples.collect()), now());
    }
    store
}
