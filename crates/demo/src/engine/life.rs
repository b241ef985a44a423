//! Changes without a request: crashed instances are restarted with backoff, and in the hand-made fleet a newcomer sees
//! change (a deploy, a crash-loop, a health check that comes and goes, a job now and then).

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::time::sleep;

use super::Engine;
use super::events::Event;
use super::fleet::{Account, Phase};
use super::jobs;
use super::phases::{set_container_phase, set_phase};
use super::plan::{BROKEN, CRASHED, Life};
use super::real::backoff;

impl Engine {
    /// Starts the tasks that keep the fleet alive. `scripted` adds the stories of the hand-made fleet; a big fleet
    /// stays still until it is touched, so that it can be measured.
    pub fn live(&self, scripted: bool) {
        self.write(|fleet, _| fleet.seal());
        self.follow_changes();
        self.restart_failed();
        self.sample_slowly();
        if !scripted {
            return;
        }
        for (container, life) in self
            .read(|fleet| fleet.containers.iter().map(|(key, c)| (key, c.life)).collect::<Vec<(u32, Life)>>())
        {
            match life {
                Life::CrashLooping => self.crash_loop(container),
                Life::Degraded => self.degrade(container),
                Life::Deploying => self.finish_deploy(container),
                Life::Broken => self.stay_broken(container),
                Life::Steady | Life::Stopped | Life::Terminated => {}
            }
        }
        self.now_and_then();
    }

    /// Restarts failed instances, unless their container is to be stopped.
    fn restart_failed(&self) {
        let engine = self.clone();
        let mut events = self.events();
        self.spawn(async move {
            let mut attempts: HashMap<u32, u32> = HashMap::new();
            loop {
                let (instance, phase) = match events.recv().await {
                    Ok(Event::Instance { instance, phase, .. }) => (instance, phase),
                    Ok(_) | Err(RecvError::Lagged(_)) => continue,
                    Err(RecvError::Closed) => return,
                };
                match phase {
                    Phase::Failed => {
                        let attempt = attempts.entry(instance).or_default();
                        engine.restart_after(instance, backoff(*attempt));
                        *attempt += 1;
                    }
                    Phase::Stopped | Phase::Gone => {
                        attempts.remove(&instance);
                    }
                    _ => {}
                }
            }
        });
    }

    fn restart_after(&self, instance: u32, wait: Duration) {
        let engine = self.clone();
        self.spawn(async move {
            sleep(wait).await;
            if engine.step(instance, Phase::Failed, Phase::Starting) {
                sleep(Duration::from_millis(1500)).await;
                engine.step(instance, Phase::Starting, Phase::Running);
            }
        });
    }

    /// From one phase to the next, if it is still in the first and its container is to run.
    fn step(&self, instance: u32, from: Phase, to: Phase) -> bool {
        self.write(|fleet, events| {
            let Some(row) = fleet.instances.get(instance).filter(|i| i.phase == from) else {
                return false;
            };
            let container = row.container;
            let Some(owner) = fleet.containers.get(container) else {
                return false;
            };
            // What is broken is not helped by being started again.
            if owner.desired != Phase::Running || owner.life == Life::Broken {
                return false;
            }
            let leased = owner.account == Account::Quasarch;
            set_phase(fleet, instance, to, events);
            if leased {
                // A leased container has one instance and shows its state.
                set_container_phase(fleet, container, to, events);
            }
            true
        })
    }

    /// A crash-loop that continues while no one is attached; after that the real process decides.
    fn crash_loop(&self, container: u32) {
        let engine = self.clone();
        self.spawn(async move {
            let mut events = engine.events();
            for instance in engine.read(|fleet| jobs::members(fleet, container)) {
                engine.restart_after(instance, Duration::from_secs(6));
            }
            loop {
                match events.recv().await {
                    Ok(Event::Instance { container: of, instance, phase, .. }) if of == container => {
                        if phase == Phase::Running {
                            engine.crash_unseen(instance);
                        }
                    }
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        });
    }

    /// The first instance fails whenever it is started.
    fn stay_broken(&self, container: u32) {
        let engine = self.clone();
        self.spawn(async move {
            let mut events = engine.events();
            let broken = engine.read(|fleet| jobs::members(fleet, container).first().copied());
            loop {
                match events.recv().await {
                    Ok(Event::Instance { instance, phase: Phase::Running, .. })
                        if Some(instance) == broken =>
                    {
                        engine.fail(instance, BROKEN);
                    }
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        });
    }

    fn crash_unseen(&self, instance: u32) {
        let engine = self.clone();
        self.spawn(async move {
            sleep(Duration::from_secs(14 + u64::from(instance % 7))).await;
            if engine.inner.machines.known(instance).is_none() {
                engine.fail(instance, CRASHED);
            }
        });
    }

    /// The second instance fails its health check for a while, then passes it for a while.
    fn degrade(&self, container: u32) {
        let engine = self.clone();
        self.spawn(async move {
            for healthy in [true, false].into_iter().cycle() {
                sleep(Duration::from_secs(if healthy { 45 } else { 20 })).await;
                engine.write(|fleet, events| {
                    let Some(instance) = jobs::members(fleet, container).get(1).copied() else {
                        return;
                    };
                    if let Some(row) = fleet.instances.get_mut(instance)
                        && row.phase == Phase::Running
                    {
                        row.healthy = Some(healthy);
                        events.push(Event::Health { container, instance, healthy });
                    }
                });
            }
        });
    }

    /// The deploy that is under way when the cloud starts comes to its end.
    fn finish_deploy(&self, container: u32) {
        let engine = self.clone();
        self.spawn(async move {
            sleep(Duration::from_secs(12)).await;
            let mut work = engine.read(|fleet| jobs::deploy(fleet, container));
            // Its first two steps are history.
            work.steps.drain(..2);
            engine.submit(work);
        });
    }

    /// A job now and then: a container is scaled up, and later down again.
    fn now_and_then(&self) {
        let engine = self.clone();
        self.spawn(async move {
            let find = |identifier: &'static str| {
                engine.read(|fleet| {
                    fleet
                        .containers_of(Account::Cycle)
                        .find(|(_, c)| c.identifier == identifier)
                        .map(|(k, _)| k)
                })
            };
            for more in [1, 0].into_iter().cycle() {
                sleep(Duration::from_secs(75)).await;
                if let Some(queue) = find("queue") {
                    engine.submit(engine.read(|fleet| jobs::scale(fleet, queue, 3 + more)));
                }
                sleep(Duration::from_secs(60)).await;
                if let Some(relay) = find("relay") {
                    engine.submit(engine.read(|fleet| jobs::restart(fleet, relay)));
                }
            }
        });
    }
}
