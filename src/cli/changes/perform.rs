//! `qdeck do`: from words to prepared writes, through the question, to the outcome of each.

use std::collections::HashMap;
use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

use tokio::time::{Instant, timeout_at};

use super::form::GivenValues;
use super::outcome::{TargetOutcome, WriteResult as Outcome, exit_code, print};
use super::{DoArguments, OutputForm, ProgressForm, confirm};
use crate::cli::connection::Connection;
use crate::cli::error::{Code, CommandError};
use crate::cli::{output, targets};
use crate::fleet::{BulkItem, Fleet, FleetEvent, PreparedBulk, WriteEnd, WriteEvent, WritePhase};
use crate::model::{
    Action, ActionId, Availability, ContextName, FormValues, Kind, Origin, Problem, ProblemKind, Resource,
    Target, WriteId,
};

/// Does it.
pub(super) async fn perform(
    connection: Connection,
    of: &DoArguments,
    word: &str,
) -> Result<ExitCode, CommandError> {
    let fleet = &connection.fleet;
    let declared = targets::action(fleet, word)?.action;
    let given = GivenValues::read(of.file.as_deref(), &of.set)?;
    let bulk = match context_action(fleet, of, &declared)? {
        Some((context, action)) => prepare_new(fleet, context, action, &given).await?,
        None => prepare_rows(fleet, of, &declared, &given).await?,
    };
    if bulk.writes().next().is_none() {
        return refuse(&bulk);
    }
    if of.dry_run {
        confirm::dry_run(&bulk, of.output)?;
        return Ok(ExitCode::SUCCESS);
    }
    confirm::confirm(&bulk, of)?;
    let action = bulk.action.id;
    let outcomes = Following::start(connection, bulk, of).follow().await?;
    print(action, &outcomes, of.output)?;
    Ok(exit_code(&outcomes))
}

/// Nothing fits: of a single target the reason, of several one for each.
fn refuse(bulk: &PreparedBulk) -> Result<ExitCode, CommandError> {
    let mut skipped = bulk.skipped();
    match (skipped.next(), skipped.next()) {
        (Some((target, why)), None) => {
            let reason = PreparedBulk::reason(target, why);
            let message = format!("{} {}: {reason}", bulk.action.name, target.name);
            Err(Problem { message: message.into(), ..why.clone() }.into())
        }
        (first, _) => {
            let code = first.map_or(Code::Refused, |(_, why)| Code::of(why));
            let reasons = confirm::skipped(bulk).collect();
            let message = format!("{} fits none of these:", bulk.action.name);
            Err(CommandError::new(code, message).list("skipped", reasons))
        }
    }
}

/// The context to make something in, where the action is on a context and not on rows.
fn context_action(
    fleet: &Fleet,
    of: &DoArguments,
    declared: &Action,
) -> Result<Option<(ContextName, Action)>, CommandError> {
    let mut having: Vec<(ContextName, Action)> = fleet.context_actions();
    having.retain(|(_, action)| action.id == declared.id);
    if having.is_empty() || !of.targets.is_empty() || of.filter.is_some() {
        return Ok(None);
    }
    if having.len() > 1 {
        let names = having.iter().map(|(context, _)| context.to_string()).collect();
        let message = format!("{} is done in one context; it may be:", declared.id);
        return Err(CommandError::usage(message).list("candidates", names).hint("Name it with --context"));
    }
    Ok(having.pop())
}

async fn prepare_new(
    fleet: &Fleet,
    context: ContextName,
    action: Action,
    given: &GivenValues,
) -> Result<PreparedBulk, CommandError> {
    if let Some(reason) = action.availability.reason() {
        return Err(CommandError::new(Code::Refused, format!("{} in {context}: {reason}", action.name)));
    }
    let kind = action.id.kind().unwrap_or(Kind::Instance);
    let target = Target::new_in(&context, kind);
    let values = given.fill(fleet, &target, action.id).await?;
    let prepared = fleet.prepare(target.clone(), action.clone(), values, Origin::Command).await;
    Ok(PreparedBulk { action, items: vec![BulkItem { target, prepared }] })
}

async fn prepare_rows(
    fleet: &Fleet,
    of: &DoArguments,
    declared: &Action,
    given: &GivenValues,
) -> Result<PreparedBulk, CommandError> {
    let kind = target_kind(declared.id);
    if of.targets.is_empty() && of.filter.is_none() {
        let message = format!("{} needs a target: name the {}", declared.id, kind.singular());
        return Err(CommandError::usage(message).hint("NAME, CONTEXT/NAME or an id, or --filter"));
    }
    // Where every target names its context, no other one is listed.
    let contexts: Vec<_> = of.targets.iter().map(|word| targets::qualified(fleet, word).0).collect();
    let only = match &*contexts {
        [Some(first), rest @ ..] if rest.iter().all(|other| other == &Some(*first)) => Some(*first),
        _ => None,
    };
    let rows = targets::rows(fleet, &[kind], only).await;
    let chosen: Vec<&Resource> = match &of.filter {
        Some(filter) => rows.filter(fleet, filter)?,
        None => of.targets.iter().map(|word| rows.find(fleet, word)).collect::<Result<_, _>>()?,
    };
    let Some(first) = chosen.first() else {
        return Err(CommandError::new(Code::NotFound, "the filter matches nothing"));
    };
    let action = fleet.actions(first).into_iter().find(|action| action.id == declared.id);
    let action = action.unwrap_or_else(|| declared.clone());
    let (fitting, unfit): (Vec<_>, Vec<_>) = chosen
        .iter()
        .map(|row| (Target::of(row), unavailable(fleet, row, &action)))
        .partition(|(_, why)| why.is_none());
    let frozen: Vec<Target> = fitting.into_iter().map(|(target, _)| target).collect();
    let values = match frozen.first() {
        Some(first) => given.fill(fleet, first, action.id).await?,
        None => FormValues::new(),
    };
    let mut bulk = fleet.prepare_all(frozen, &action, &values, Origin::Command).await;
    let unfit = unfit.into_iter().filter_map(|(target, why)| Some(BulkItem { target, prepared: Err(why?) }));
    bulk.items.extend(unfit);
    Ok(bulk)
}

/// The kind of the rows that an action is done to: that of its id, but instances are made in a container.
fn target_kind(id: ActionId) -> Kind {
    match id {
        ActionId::INSTANCE_CREATE => Kind::Container,
        other => other.kind().unwrap_or(Kind::Instance),
    }
}

/// Why an action does not fit a row.
fn unavailable(fleet: &Fleet, row: &Resource, action: &Action) -> Option<Problem> {
    let own = fleet.actions(row).into_iter().find(|own| own.id == action.id);
    let reason = match own.map(|own| own.availability) {
        Some(Availability::Yes) => return None,
        Some(Availability::No(reason) | Availability::Forbidden(reason)) => reason.to_string(),
        None => format!("{} has no action {}", row.id().context, action.id),
    };
    Some(Problem::new(ProblemKind::Refused, reason))
}

/// The writes of a command on their way.
struct Following<'a> {
    connection: Connection,
    of: &'a DoArguments,
    action: Action,
    outcomes: Vec<TargetOutcome>,
    places: HashMap<WriteId, usize>,
    /// Those that nothing more is expected of.
    settled: usize,
    prints_progress: bool,
}

impl<'a> Following<'a> {
    /// Sends them.
    fn start(connection: Connection, bulk: PreparedBulk, of: &'a DoArguments) -> Self {
        let mut outcomes = Vec::with_capacity(bulk.items.len());
        let mut places = HashMap::new();
        let mut settled = 0;
        for item in &bulk.items {
            let (mut target, place) = (item.target.clone(), outcomes.len());
            match &item.prepared {
                Ok(write) => {
                    if let Some(made) = write.preview.creates.as_ref().filter(|_| target.is_context()) {
                        target.name.clone_from(&made.name);
                    }
                    places.insert(write.id.clone(), place);
                    outcomes.push(TargetOutcome::new(target, Some(write.id.clone())));
                }
                Err(problem) => {
                    settled += 1;
                    outcomes.push(TargetOutcome {
                        result: Outcome::Skipped,
                        problem: Some(problem.clone()),
                        ..TargetOutcome::new(target, None)
                    });
                }
            }
        }
        let action = bulk.action.clone();
        let prints_progress = match of.progress {
            ProgressForm::None => false,
            ProgressForm::Plain => true,
            ProgressForm::Auto => of.output == OutputForm::Table && io::stderr().is_terminal(),
        };
        connection.fleet.perform_all(bulk);
        Self { connection, of, action, outcomes, places, settled, prints_progress }
    }

    /// Follows all of them to their ends, or until the time is over.
    async fn follow(mut self) -> io::Result<Vec<TargetOutcome>> {
        if self.of.output == OutputForm::Jsonl {
            for skipped in self.outcomes.iter().filter(|outcome| outcome.write.is_none()) {
                skipped.print_line(self.action.id)?;
            }
        }
        let end = self.of.timeout.map(|timeout| Instant::now() + timeout);
        while self.settled < self.outcomes.len() {
            let next = self.connection.events.recv();
            let event = match end {
                None => next.await,
                Some(end) => match timeout_at(end, next).await {
                    Ok(event) => event,
                    Err(_) => break,
                },
            };
            match event {
                Some(FleetEvent::Write(event)) => self.take(&event)?,
                Some(_) => {}
                None => break,
            }
        }
        if self.of.output == OutputForm::Jsonl {
            for left in self.outcomes.iter().filter(|outcome| outcome.result == Outcome::NotFinished) {
                left.print_line(self.action.id)?;
            }
        }
        Ok(self.outcomes)
    }

    fn take(&mut self, event: &WriteEvent) -> io::Result<()> {
        let place = self.places.get(&event.id);
        let Some(outcome) = place.and_then(|place| self.outcomes.get_mut(*place)) else { return Ok(()) };
        if self.prints_progress
            && let Some(line) = progress(event)
        {
            output::error_line(&output::plain(&line));
        }
        outcome.took = event.elapsed;
        let result = match &event.phase {
            WritePhase::Accepted(operation) => {
                outcome.operation.clone_from(operation);
                self.of.no_wait.then_some((Outcome::Accepted, None))
            }
            WritePhase::Created(id) => {
                outcome.created = Some(id.clone());
                None
            }
            WritePhase::Shown(shown) => {
                outcome.shown = shown.clone();
                None
            }
            WritePhase::Sent | WritePhase::PickedUp | WritePhase::Step { .. } => None,
            WritePhase::Ended(end) => Some(match end {
                WriteEnd::Done => (Outcome::Done, None),
                WriteEnd::Refused(problem) => (Outcome::Refused, Some(problem)),
                WriteEnd::Failed(problem) => (Outcome::Failed, Some(problem)),
                WriteEnd::Unknown(problem) => (Outcome::Unknown, Some(problem)),
                WriteEnd::Unsent(problem) => (Outcome::Unsent, Some(problem)),
            }),
        };
        if let Some((result, problem)) = result
            && outcome.result == Outcome::NotFinished
        {
            outcome.result = result;
            outcome.problem = problem.cloned();
            self.settled += 1;
            if self.of.output == OutputForm::Jsonl {
                outcome.print_line(self.action.id)?;
            }
        }
        Ok(())
    }
}

/// The line of progress of an event.
fn progress(event: &WriteEvent) -> Option<String> {
    let target = format!("{}/{}", event.target.context(), event.name());
    let verb = event.action.progress;
    Some(match &event.phase {
        WritePhase::Sent => format!("{target}: {verb}"),
        WritePhase::Step { problem: Some(problem), .. } => {
            format!("{target}: {verb}, no answer ({}), checking again", problem.message)
        }
        WritePhase::Step { step, progress, .. } => {
            let step = step.as_ref().map(|step| format!(": {step}")).unwrap_or_default();
            let progress = progress.map(|percent| format!(" {percent}%")).unwrap_or_default();
            format!("{target}: {verb}{step}{progress}")
        }
        _ => return None,
    })
}
