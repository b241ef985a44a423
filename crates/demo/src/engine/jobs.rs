//! Changes that take time: a job has steps, and each step changes the fleet when it begins.

use std::time::Duration;

use jiff::Timestamp;

use super::Engine;
use super::events::Event;
use super::fleet::{Fleet, Job, JobPhase, Phase, Step};
use super::phases::{set_container_phase, set_phase};
use super::reshape::{self, Settings};

/// The duration of a step.
const STEP: Duration = Duration::from_millis(900);
/// The most jobs that are remembered.
const KEEP: usize = 300;

/// A change that a step makes when it begins.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Instances go into a phase.
    Instances(Vec<u32>, Phase),
    /// A container goes into a phase.
    Container(u32, Phase),
    /// New instances of a container on servers, starting.
    Add(u32, Vec<u32>),
    /// The starting instances of a container are up.
    Up(u32),
    /// An instance moves to another server.
    Move(u32, u32),
    /// Traffic to an instance is drained, or flows again.
    Drain(u32, bool),
    /// An instance goes back to the server that it came from.
    Return(u32),
    /// A volume of an instance gets this many gibibytes more.
    Extend(u32, u32, u64),
    /// A container gets other settings.
    Configure(u32, Box<Settings>),
    /// A container gets the image of another one.
    Reimage(u32, u32),
    /// A container gets its public host name.
    Publish(u32),
}

/// Work to be done.
#[derive(Debug, Clone)]
pub struct Work {
    /// A sentence about it.
    pub caption: String,
    /// The dotted name of what it does.
    pub action: &'static str,
    /// The container it works on.
    pub container: Option<u32>,
    /// The instance it works on.
    pub instance: Option<u32>,
    /// Captions and changes, in order.
    pub steps: Vec<(&'static str, Vec<Effect>)>,
}

impl Engine {
    /// Accepts work and starts on it; the job as it is queued comes back at once.
    pub fn submit(&self, work: Work) -> Job {
        let job = self.write(|fleet, events| {
            let job = Job {
                number: fleet.next_job,
                caption: work.caption,
                action: work.action,
                container: work.container,
                instance: work.instance,
                queued: Timestamp::now(),
                started: None,
                completed: None,
                steps: work
                    .steps
                    .iter()
                    .map(|(caption, _)| Step {
                        caption: (*caption).to_owned(),
                        started: None,
                        completed: None,
                    })
                    .collect(),
                phase: JobPhase::Queued,
                error: None,
            };
            fleet.next_job += 1;
            if fleet.jobs.len() == KEEP {
                fleet.jobs.pop_front();
            }
            fleet.jobs.push_back(job.clone());
            events.push(Event::Job { job: job.number, phase: job.phase });
            job
        });
        let engine = self.clone();
        let (number, steps) = (job.number, work.steps);
        self.spawn(async move {
            tokio::time::sleep(STEP / 4).await;
            for (nth, (_, effects)) in steps.iter().enumerate() {
                if !engine.begin_step(number, nth, effects) {
                    return;
                }
                tokio::time::sleep(STEP).await;
                engine.change_job(number, |job, now| {
                    if let Some(step) = job.steps.get_mut(nth) {
                        step.completed = Some(now);
                    }
                });
            }
            engine.change_job(number, |job, now| {
                job.phase = JobPhase::Completed;
                job.completed = Some(now);
            });
        });
        job
    }

    /// Begins a step of a job. False when it cannot be done, upon which the job has failed.
    fn begin_step(&self, number: u32, nth: usize, effects: &[Effect]) -> bool {
        self.write(|fleet, events| {
            with_job(fleet, number, events, |job, now| {
                job.phase = JobPhase::Running;
                job.started.get_or_insert(now);
                if let Some(step) = job.steps.get_mut(nth) {
                    step.started = Some(now);
                }
            });
            let done = effects.iter().try_for_each(|effect| effect.apply(fleet, events));
            if let Err(error) = done {
                with_job(fleet, number, events, |job, now| {
                    job.phase = JobPhase::Error;
                    job.error = Some(error.to_owned());
                    job.completed = Some(now);
                });
            }
            done.is_ok()
        })
    }

    fn change_job(&self, number: u32, change: impl FnOnce(&mut Job, Timestamp)) {
        self.write(|fleet, events| with_job(fleet, number, events, change));
    }
}

/// Changes a job that is still remembered; listeners hear of a change of its phase.
fn with_job(
    fleet: &mut Fleet,
    number: u32,
    events: &mut Vec<Event>,
    change: impl FnOnce(&mut Job, Timestamp),
) {
    let Some(job) = fleet.jobs.iter_mut().rev().find(|job| job.number == number) else {
        return;
    };
    let before = job.phase;
    change(job, Timestamp::now());
    if job.phase != before {
        events.push(Event::Job { job: number, phase: job.phase });
    }
}

impl Effect {
    /// Changes the fleet. The error says why it cannot, and ends the job.
    fn apply(&self, fleet: &mut Fleet, events: &mut Vec<Event>) -> Result<(), &'static str> {
        match self {
            Self::Instances(members, phase) => {
                for instance in members {
                    // What was removed meanwhile stays removed.
                    if fleet.instances.get(*instance).is_some_and(|i| i.phase != Phase::Gone) {
                        set_phase(fleet, *instance, *phase, events);
                        if *phase == Phase::Gone {
                            unlist(fleet, *instance, events);
                        }
                    }
                }
            }
            Self::Container(container, phase) => set_container_phase(fleet, *container, *phase, events),
            Self::Add(container, servers) => {
                for server in servers {
                    let instance = fleet
                        .add_instance(*container, *server, Phase::New, Timestamp::now())
                        .ok_or("there is no room for another instance")?;
                    set_phase(fleet, instance, Phase::Starting, events);
                }
                events.push(Event::Reconfigured { container: *container });
            }
            Self::Up(container) => {
                for instance in members(fleet, *container) {
                    if fleet.instances.get(instance).is_some_and(|i| i.phase == Phase::Starting) {
                        set_phase(fleet, instance, Phase::Running, events);
                    }
                }
                set_container_phase(fleet, *container, Phase::Running, events);
            }
            Self::Return(instance) => {
                reshape::take_back(fleet, *instance)?;
                set_phase(fleet, *instance, Phase::Running, events);
            }
            Self::Extend(instance, nth, gibibytes) => {
                *fleet.extended.entry((*instance, *nth)).or_default() += gibibytes;
            }
            Self::Configure(container, settings) => settings.apply(fleet, *container, events),
            Self::Reimage(container, image_of) => reshape::take_image(fleet, *container, *image_of, events),
            Self::Move(instance, server) => {
                reshape::relocate(fleet, *instance, *server);
                set_phase(fleet, *instance, Phase::Running, events);
            }
            Self::Drain(instance, drain) => {
                if let Some(row) = fleet.instances.get_mut(*instance) {
                    row.draining = *drain;
                    events.push(Event::Reconfigured { container: row.container });
                }
            }
            Self::Publish(container) => {
                if let Some(row) = fleet.containers.get_mut(*container)
                    && row.urls.is_empty()
                {
                    row.urls.push(format!("{}.ingress.example.com", row.identifier));
                }
            }
        }
        Ok(())
    }
}

fn unlist(fleet: &mut Fleet, instance: u32, events: &mut Vec<Event>) {
    let Some(container) = fleet.instances.get(instance).map(|i| i.container) else {
        return;
    };
    if let Some(owner) = fleet.containers.get_mut(container) {
        owner.instances.retain(|i| *i != instance);
        events.push(Event::Reconfigured { container });
    }
}

/// The instances of a container.
pub fn members(fleet: &Fleet, container: u32) -> Vec<u32> {
    fleet.containers.get(container).map_or_else(Vec::new, |c| c.instances.clone())
}

/// The work of bringing a container's instances up.
pub fn start(fleet: &Fleet, container: u32) -> Work {
    let all = members(fleet, container);
    Work {
        caption: format!("Start {}", name(fleet, container)),
        action: "container.start",
        container: Some(container),
        instance: None,
        steps: vec![
            ("Preparing the network", vec![Effect::Container(container, Phase::Starting)]),
            ("Starting instances", vec![Effect::Instances(all, Phase::Starting)]),
            ("Waiting for them to be up", vec![Effect::Up(container)]),
        ],
    }
}

/// The work of taking a container's instances down.
pub fn stop(fleet: &Fleet, container: u32) -> Work {
    let all = members(fleet, container);
    Work {
        caption: format!("Stop {}", name(fleet, container)),
        action: "container.stop",
        container: Some(container),
        instance: None,
        steps: vec![
            (
                "Asking instances to stop",
                vec![
                    Effect::Container(container, Phase::Stopping),
                    Effect::Instances(all.clone(), Phase::Stopping),
                ],
            ),
            (
                "Releasing resources",
                vec![Effect::Instances(all, Phase::Stopped), Effect::Container(container, Phase::Stopped)],
            ),
        ],
    }
}

/// Down, then up again.
pub fn restart(fleet: &Fleet, container: u32) -> Work {
    let mut work = stop(fleet, container);
    work.steps.extend(start(fleet, container).steps);
    work.caption = format!("Restart {}", name(fleet, container));
    work.action = "container.restart";
    work
}

/// More or fewer instances: new ones go round the servers in use, the newest are removed first.
pub fn scale(fleet: &Fleet, container: u32, wanted: usize) -> Work {
    let all = members(fleet, container);
    let steps = if wanted >= all.len() {
        let on: Vec<u32> = all.iter().filter_map(|i| fleet.instances.get(*i)).map(|i| i.server).collect();
        let servers =
            (all.len()..wanted).map(|n| on.get(n % on.len().max(1)).copied().unwrap_or(0)).collect();
        vec![
            ("Creating instances", vec![Effect::Add(container, servers)]),
            ("Starting them", vec![Effect::Up(container)]),
        ]
    } else {
        removal(all.get(wanted..).unwrap_or_default().to_vec())
    };
    Work {
        caption: format!("Scale {} to {wanted}", name(fleet, container)),
        action: "container.scale",
        container: Some(container),
        instance: None,
        steps,
    }
}

/// The work of removing one instance.
pub fn remove(fleet: &Fleet, container: u32, instance: u32) -> Work {
    let host = fleet.instances.get(instance).map_or_else(String::new, |i| fleet.hostname(i));
    Work {
        caption: format!("Delete {host}"),
        action: "container.instance.delete",
        container: Some(container),
        instance: Some(instance),
        steps: removal(vec![instance]),
    }
}

/// The work of removing a container with its instances.
pub fn remove_container(fleet: &Fleet, container: u32) -> Work {
    let mut steps = removal(members(fleet, container));
    steps.push(("Removing the container", vec![Effect::Container(container, Phase::Gone)]));
    if let Some((_, effects)) = steps.first_mut() {
        effects.insert(0, Effect::Container(container, Phase::Deleting));
    }
    Work {
        caption: format!("Delete {}", name(fleet, container)),
        action: "container.delete",
        container: Some(container),
        instance: None,
        steps,
    }
}

fn removal(members: Vec<u32>) -> Vec<(&'static str, Vec<Effect>)> {
    vec![
        ("Stopping instances", vec![Effect::Instances(members.clone(), Phase::Stopping)]),
        ("Deleting instances", vec![Effect::Instances(members.clone(), Phase::Deleting)]),
        ("Releasing resources", vec![Effect::Instances(members, Phase::Gone)]),
    ]
}

/// The work of bringing a new version of a leased container up.
pub fn deploy(fleet: &Fleet, container: u32) -> Work {
    let all = members(fleet, container);
    Work {
        caption: format!("Deploy {}", name(fleet, container)),
        action: "container.deploy",
        container: Some(container),
        instance: None,
        steps: vec![
            (
                "Finding a provider",
                vec![
                    Effect::Container(container, Phase::Starting),
                    Effect::Instances(all.clone(), Phase::Stopping),
                ],
            ),
            ("Pulling the image", vec![Effect::Instances(all, Phase::Starting)]),
            ("Starting", vec![Effect::Publish(container), Effect::Up(container)]),
        ],
    }
}

fn name(fleet: &Fleet, container: u32) -> &str {
    fleet.containers.get(container).map_or("?", |c| c.name.as_str())
}
