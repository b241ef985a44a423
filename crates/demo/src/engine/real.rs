//! Keeps the fleet and its processes in step: a process starts when an instance is first looked at and runs, and an
//! instance fails when its process ends.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;

use super::Engine;
use super::events::Event;
use super::fleet::{Account, Fleet, Phase};
use super::phases::{set_container_phase, set_phase};
use crate::process::machine::{Machine, Setup};
use crate::process::output::Output;
use crate::process::session::Session;
use crate::process::telemetry::Sample;

impl Engine {
    /// The machine behind an instance: its workload is started if the instance runs. `None` when there is no such
    /// instance.
    ///
    /// # Errors
    /// A sentence, when a process does not start.
    pub async fn look(&self, instance: u32) -> Result<Option<Arc<Machine>>, String> {
        let engine = self.clone();
        // Starting a process blocks for a moment.
        tokio::task::spawn_blocking(move || engine.look_now(instance))
            .await
            .map_err(|e| format!("the look was interrupted: {e}"))?
    }

    /// Returns whether an instance runs now.
    pub fn is_running(&self, instance: u32) -> bool {
        let phase = self.read(|fleet| fleet.instances.get(instance).map(|i| i.phase));
        matches!(phase, Some(Phase::Running | Phase::Migrating))
    }

    fn look_now(&self, instance: u32) -> Result<Option<Arc<Machine>>, String> {
        let machines = &self.inner.machines;
        let found = machines.look(instance, || self.read(|fleet| setup(fleet, instance)))?;
        if let Some(machine) = &found {
            self.keep_step(instance, machine)?;
        }
        Ok(found)
    }

    /// Starts or ends the workload as the instance's phase wants it.
    fn keep_step(&self, instance: u32, machine: &Arc<Machine>) -> Result<(), String> {
        let phase = self.read(|fleet| fleet.instances.get(instance).map(|i| i.phase));
        match phase {
            Some(Phase::Running | Phase::Migrating) => {
                let (session, new) = machine.start()?;
                if new {
                    self.supervise(instance, session);
                    self.inner.started.notify_one();
                }
            }
            Some(Phase::New | Phase::Starting) => {}
            Some(Phase::Stopping | Phase::Stopped | Phase::Failed | Phase::Deleting) => machine.stop(),
            Some(Phase::Gone) | None => self.inner.machines.forget(instance),
        }
        Ok(())
    }

    /// Waits for a workload's end; unless the instance was being stopped, it has failed.
    fn supervise(&self, instance: u32, session: Arc<Session>) {
        let engine = self.clone();
        self.spawn(async move {
            let outcome = session.ended().await;
            engine.fail(instance, &format!("process {outcome}; restarting with backoff"));
        });
    }

    /// Marks a running instance as failed.
    pub(super) fn fail(&self, instance: u32, why: &str) {
        self.write(|fleet, events| {
            let Some(row) = fleet.instances.get_mut(instance) else {
                return;
            };
            if row.phase == Phase::Running {
                row.error = Some(why.into());
                let container = row.container;
                set_phase(fleet, instance, Phase::Failed, events);
                if fleet.containers.get(container).is_some_and(|c| c.account == Account::Quasarch) {
                    set_container_phase(fleet, container, Phase::Failed, events);
                }
            }
        });
    }

    /// The counters of an instance now, from its processes. `None` when none runs, or where there is no `/proc`.
    pub async fn sample(&self, machine: &Arc<Machine>) -> Option<Sample> {
        let (engine, machine) = (self.clone(), machine.clone());
        tokio::task::spawn_blocking(move || engine.inner.machines.sample(&machine)).await.ok().flatten()
    }

    /// The output of an instance's processes, if it ever had any.
    pub fn log(&self, instance: u32) -> Option<Arc<Output>> {
        Some(self.inner.machines.known(instance)?.log.clone())
    }

    /// Keeps processes in step with the fleet's changes until the engine ends.
    pub(super) fn follow_changes(&self) {
        let engine = self.clone();
        let mut events = self.events();
        self.spawn(async move {
            loop {
                let changed = match events.recv().await {
                    Ok(Event::Instance { instance, .. }) => vec![instance],
                    Ok(Event::Reconfigured { container }) => engine.renew(container),
                    Ok(_) => continue,
                    // Too much at once: every instance with a machine is looked at.
                    Err(RecvError::Lagged(_)) => {
                        engine.inner.machines.all().into_iter().map(|(key, _)| key).collect()
                    }
                    Err(RecvError::Closed) => return,
                };
                let engine = engine.clone();
                let stepped = tokio::task::spawn_blocking(move || {
                    for instance in changed {
                        let Some(machine) = engine.inner.machines.known(instance) else {
                            engine.forget_removed(instance);
                            continue;
                        };
                        if let Err(error) = engine.keep_step(instance, &machine) {
                            engine.fail(instance, &error);
                        }
                    }
                });
                // A panic in there is reported by the runtime; the next change is followed all the same.
                let _ = stepped.await;
            }
        });
    }

    /// Removes what an instance left behind that is removed while it has no process.
    fn forget_removed(&self, instance: u32) {
        let phase = self.read(|fleet| fleet.instances.get(instance).map(|i| i.phase));
        if phase.is_none_or(|phase| phase == Phase::Gone) {
            self.inner.machines.forget(instance);
        }
    }

    /// Gives the machines of a container what it says now; they take it at their next start.
    fn renew(&self, container: u32) -> Vec<u32> {
        let members: Vec<u32> =
            self.read(|f| f.containers.get(container).map_or_else(Vec::new, |c| c.instances.clone()));
        for instance in &members {
            if let Some(machine) = self.inner.machines.known(*instance)
                && let Some(setup) = self.read(|fleet| setup(fleet, *instance))
            {
                machine.change(setup);
            }
        }
        Vec::new()
    }
}

/// The settings of an instance's processes.
fn setup(fleet: &Fleet, instance: u32) -> Option<Setup> {
    let row = fleet.instances.get(instance).filter(|i| i.phase != Phase::Gone)?;
    let container = fleet.containers.get(row.container)?;
    Some(Setup {
        hostname: fleet.hostname(row),
        kind: container.workload,
        seed: instance,
        env: container.env.clone(),
        since: matches!(row.phase, Phase::Running | Phase::Migrating).then_some(row.changed),
    })
}

/// The wait before the `attempt`th restart.
pub(super) fn backoff(attempt: u32) -> Duration {
    Duration::from_secs(4 << attempt.min(3))
}
