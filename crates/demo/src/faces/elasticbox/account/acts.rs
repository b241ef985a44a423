//! The parts of an operation: its acts, what each writes to the activity, and which scripts it runs.
//!
//! The page's samples show a deploy; the other operations' words follow the 2018 samples where there are any.

use crate::engine::fleet::Phase;

/// An operation on an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Verb {
    /// Deploys, also again.
    Deploy,
    /// Boots, then configure and start scripts.
    PowerOn,
    /// Stop scripts, then the machine goes down.
    Shutdown,
    /// Install scripts again, then configure and start.
    Reinstall,
    /// Configure scripts again.
    Reconfigure,
    /// Stop and dispose scripts, then the machine is destroyed.
    Terminate,
    /// The machine is destroyed without scripts.
    ForceTerminate,
}

/// One entry that an act writes.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Line {
    /// `start`, `add`, `install`, ..
    pub level: &'static str,
    /// `{machine}` and `{box}` are replaced by names.
    pub text: &'static str,
    /// The script's event, when this is a script.
    pub script: Option<&'static str>,
}

/// One act of an operation: a step of the engine's job.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Act {
    /// The operation's event while it lasts: ends have two.
    pub event: &'static str,
    /// The step's words in the engine.
    pub caption: &'static str,
    /// The phase of the instance when the act begins.
    pub phase: Phase,
    /// Written when it begins.
    pub opening: &'static [Line],
    /// Written when it is done.
    pub closing: &'static [Line],
}

const fn line(level: &'static str, text: &'static str) -> Line {
    Line { level, text, script: None }
}

const fn script(event: &'static str, text: &'static str) -> Line {
    Line { level: event, text, script: Some(event) }
}

const INSTALL: Line = script("install", "Executing install:{box} in machine {machine}.");
const CONFIGURE: Line = script("configure", "Executing configure:{box} in machine {machine}.");
const START: Line = script("start", "Executing start:{box} in machine {machine}.");
const STOP: Line = script("stop", "Executing stop:{box} in machine {machine}.");
const DISPOSE: Line = script("dispose", "Executing dispose:{box} in machine {machine}.");

const fn act(
    event: &'static str,
    caption: &'static str,
    phase: Phase,
    opening: &'static [Line],
    closing: &'static [Line],
) -> Act {
    Act { event, caption, phase, opening, closing }
}

const DEPLOY: &[Act] = &[
    act(
        "deploy",
        "Creating the machine",
        // A machine that is there already goes down first.
        Phase::Stopping,
        &[
            line("start", "Deploying instance."),
            line("add", "Creating machine {machine}."),
            line("waiting", "Waiting to install ElasticBox agent in machine {machine}."),
        ],
        &[],
    ),
    act("deploy", "Running install scripts", Phase::Starting, &[INSTALL], &[]),
    act("deploy", "Running configure scripts", Phase::Starting, &[CONFIGURE], &[]),
    act(
        "deploy",
        "Starting",
        Phase::Running,
        &[START],
        &[
            line("success", "Machine {machine} successfully deployed."),
            line("success", "Instance successfully deployed."),
        ],
    ),
];

const POWER_ON: &[Act] = &[
    act(
        "poweron",
        "Booting the machine",
        Phase::Starting,
        &[line("start", "Powering on instance."), line("waiting", "Waiting for machine {machine} to boot.")],
        &[],
    ),
    act("poweron", "Running configure scripts", Phase::Starting, &[CONFIGURE], &[]),
    act(
        "poweron",
        "Starting",
        Phase::Running,
        &[START],
        &[line("success", "Instance successfully powered on.")],
    ),
];

const SHUTDOWN: &[Act] = &[
    act(
        "shutdown",
        "Stopping",
        Phase::Stopping,
        &[line("start", "Stopping instance."), STOP],
        &[line("success", "Instance successfully stopped.")],
    ),
    act(
        "shutdown_service",
        "Shutting the machine down",
        Phase::Stopped,
        &[line("stop", "Shutting-down service.")],
        &[line("success", "Service successfully shut down.")],
    ),
];

const REINSTALL: &[Act] = &[
    act("reinstall", "Stopping", Phase::Stopping, &[line("start", "Reinstalling instance.")], &[]),
    act("reinstall", "Running install scripts", Phase::Starting, &[INSTALL], &[]),
    act("reinstall", "Running configure scripts", Phase::Starting, &[CONFIGURE], &[]),
    act(
        "reinstall",
        "Starting",
        Phase::Running,
        &[START],
        &[line("success", "Instance successfully reinstalled.")],
    ),
];

const RECONFIGURE: &[Act] = &[act(
    "reconfigure",
    "Running configure scripts",
    Phase::Running,
    &[line("start", "Reconfiguring instance."), CONFIGURE],
    &[line("success", "Instance successfully reconfigured.")],
)];

const TERMINATE: &[Act] = &[
    act(
        "terminate",
        "Stopping",
        Phase::Stopping,
        &[line("start", "Terminating instance."), STOP],
        &[line("success", "Instance successfully stopped.")],
    ),
    act("terminate", "Running dispose scripts", Phase::Stopping, &[DISPOSE], &[]),
    DESTROY,
    DESTROYED,
];

const FORCE: &[Act] = &[
    act("terminate", "Stopping", Phase::Stopping, &[line("start", "Force-terminating instance.")], &[]),
    DESTROY,
    DESTROYED,
];

const DESTROY: Act = act(
    "terminate_service",
    "Destroying the machine",
    Phase::Deleting,
    &[line("stop", "Terminating service.")],
    &[line("info", "Machine {machine} successfully deleted.")],
);

const DESTROYED: Act = act(
    "terminate_service",
    "Releasing resources",
    Phase::Gone,
    &[],
    &[line("success", "Instance successfully terminated.")],
);

impl Verb {
    /// Its acts, in order.
    pub(in super::super) const fn acts(self) -> &'static [Act] {
        match self {
            Self::Deploy => DEPLOY,
            Self::PowerOn => POWER_ON,
            Self::Shutdown => SHUTDOWN,
            Self::Reinstall => REINSTALL,
            Self::Reconfigure => RECONFIGURE,
            Self::Terminate => TERMINATE,
            Self::ForceTerminate => FORCE,
        }
    }

    /// The caption of the engine's job, and its dotted name.
    pub(in super::super) const fn titles(self) -> (&'static str, &'static str) {
        match self {
            Self::Deploy => ("Deploy", "machine.deploy"),
            Self::PowerOn => ("Power on", "machine.start"),
            Self::Shutdown => ("Shut down", "machine.stop"),
            Self::Reinstall => ("Reinstall", "machine.reinstall"),
            Self::Reconfigure => ("Reconfigure", "machine.reconfigure"),
            Self::Terminate | Self::ForceTerminate => ("Terminate", "machine.delete"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_have_two_steps_and_everything_ends_where_it_should() {
        let last = |verb: Verb| verb.acts().last().map(|a| (a.event, a.phase));
        assert_eq!(last(Verb::Deploy), Some(("deploy", Phase::Running)));
        assert_eq!(last(Verb::Shutdown), Some(("shutdown_service", Phase::Stopped)));
        assert_eq!(last(Verb::Terminate), Some(("terminate_service", Phase::Gone)));
        assert_eq!(last(Verb::ForceTerminate), Some(("terminate_service", Phase::Gone)));
        let forced = Verb::ForceTerminate.acts();
        assert!(forced.iter().all(|a| a.opening.iter().all(|l| l.script.is_none())));
    }
}
