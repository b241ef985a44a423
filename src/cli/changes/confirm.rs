//! The question before a write, on a terminal; without one the options of the command line answer it.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use serde_json::{Value, json};

use super::{DoArguments, OutputForm};
use crate::cli::error::{Code, CommandError, SCHEMA_VERSION};
use crate::cli::output;
use crate::fleet::PreparedBulk;
use crate::model::{Danger, PreparedWrite, Question};

/// What the command line must have to confirm writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Demanded {
    Nothing,
    /// `--yes`.
    Yes,
    /// `--confirm NAME`.
    Name,
}

/// `--yes` is for what only interrupts, of many too. What the screen takes a letter of its own or a name for, because
/// something is lost or protected, is confirmed by its name.
fn demanded(bulk: &PreparedBulk) -> Demanded {
    match (bulk.danger(), bulk.writes().any(|write| write.danger >= Danger::Destructive)) {
        (Danger::Safe, _) => Demanded::Nothing,
        (Danger::Irreversible, _) | (_, true) => Demanded::Name,
        (Danger::Disruptive | Danger::Destructive, false) => Demanded::Yes,
    }
}

/// Asks for what the danger of the writes demands.
///
/// # Errors
/// It was declined, or nothing confirms it and no terminal is there to ask.
pub(super) fn confirm(bulk: &PreparedBulk, of: &DoArguments) -> Result<(), CommandError> {
    let (question, wanted) = (bulk.danger().question(), bulk.confirmation());
    let demanded = demanded(bulk);
    if let Some(given) = &of.confirm {
        return if *given == wanted {
            Ok(())
        } else {
            let message = format!("`--confirm {given}` does not confirm this: nothing was sent");
            Err(CommandError::new(Code::Declined, message).hint(format!("It takes --confirm '{wanted}'")))
        };
    }
    match demanded {
        Demanded::Nothing => return Ok(()),
        Demanded::Yes if of.yes => return Ok(()),
        Demanded::Yes | Demanded::Name => {}
    }
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        let hint = match demanded {
            Demanded::Name => {
                format!("Confirm it with --confirm '{wanted}', or look at it first with --dry-run")
            }
            Demanded::Yes | Demanded::Nothing => {
                "Confirm it with --yes, or look at it first with --dry-run".to_owned()
            }
        };
        let message = match demanded {
            Demanded::Name if of.yes => {
                "--yes does not confirm what destroys something or is protected: nothing was sent"
            }
            _ => "it was not confirmed, and there is no terminal to ask: nothing was sent",
        };
        return Err(CommandError::usage(message).hint(hint));
    }
    for line in preview(bulk) {
        output::error_line(&line);
    }
    let (ask, answer) = match question {
        Question::Name => (format!("Type `{wanted}` to confirm: "), wanted),
        Question::Letter => {
            let key = bulk.action.key;
            (format!("{}? Type `{key}` to confirm [{key}/N] ", bulk.action.name), key.to_string())
        }
        Question::Yes | Question::None => (format!("{}? [y/N] ", bulk.action.name), "y".to_owned()),
    };
    write!(io::stderr(), "{ask}")?;
    io::stderr().flush()?;
    let mut typed = String::new();
    io::stdin().lock().read_line(&mut typed)?;
    if typed.trim_end_matches(['\n', '\r']) == answer {
        return Ok(());
    }
    Err(CommandError::new(Code::Declined, "declined: nothing was sent"))
}

/// The writes as they are shown before they are confirmed.
fn preview(bulk: &PreparedBulk) -> Vec<String> {
    let mut lines: Vec<String> = bulk.writes().flat_map(write_lines).collect();
    lines.extend(skipped(bulk).map(|skipped| format!("skipped {skipped}")));
    lines.iter().map(|line| output::plain(line)).collect()
}

/// The targets that are skipped, each with its reason.
pub(super) fn skipped(bulk: &PreparedBulk) -> impl Iterator<Item = String> {
    bulk.skipped().map(|(target, why)| {
        format!("{}/{}: {}", target.context(), target.name, PreparedBulk::reason(target, why))
    })
}

fn write_lines(write: &PreparedWrite) -> Vec<String> {
    let mut lines = vec![format!("{}: {}", write.target.context(), write.preview.summary)];
    lines.extend(write.preview.consequences.iter().map(|sentence| format!("  {sentence}")));
    for change in &write.preview.changes {
        let text =
            |value: &Option<Value>| value.as_ref().map_or_else(|| "unset".to_owned(), Value::to_string);
        lines.push(format!("  {}: {} -> {}", change.field, text(&change.from), text(&change.to)));
    }
    lines
}

/// Prints what would be sent, and sends nothing.
pub(super) fn dry_run(bulk: &PreparedBulk, form: OutputForm) -> io::Result<()> {
    let requests = |write: &PreparedWrite| -> Vec<Value> {
        write.preview.requests.iter().map(crate::model::PreparedRequest::masked).collect()
    };
    if form == OutputForm::Table {
        for line in preview(bulk) {
            output::line(&line)?;
        }
        for request in bulk.writes().flat_map(requests) {
            let word = |name: &str| request.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            output::line(&format!("{} {}", word("method"), word("url")))?;
            if let Some(body) = request.get("body") {
                output::document(body)?;
            }
        }
        return Ok(());
    }
    let writes: Vec<Value> = bulk
        .writes()
        .map(|write| {
            json!({
                "target": output::resource(&write.target.id, Some(&write.target.name)),
                "summary": write.preview.summary,
                "consequences": write.preview.consequences,
                "requests": requests(write),
            })
        })
        .collect();
    let skipped: Vec<Value> = bulk
        .skipped()
        .map(|(target, why)| {
            json!({"target": output::resource(&target.id, Some(&target.name)), "reason": *why.message})
        })
        .collect();
    let document = json!({
        "schema_version": SCHEMA_VERSION,
        "dry_run": true,
        "action": bulk.action.id.as_str(),
        "danger": bulk.danger().level(),
        "confirm": bulk.confirmation(),
        "writes": writes,
        "skipped": skipped,
    });
    match form {
        OutputForm::Jsonl => output::line(&document.to_string()),
        OutputForm::Json | OutputForm::Table => output::document(&document),
    }
}
