//! `qdeck do --list`: the actions, with their fields where a target or a context is named.

use std::process::ExitCode;

use serde_json::{Map, Value, json};

use super::OutputForm;
use crate::cli::error::{Code, CommandError, SCHEMA_VERSION};
use crate::cli::{output, targets};
use crate::fleet::{DeclaredEffect, Fleet};
use crate::model::{
    Action, Choices, ContextName, Field, FieldKind, FieldValue, Form, FormValues, Kind, Problem, Target,
};

/// The kinds that actions are on.
const KINDS: [Kind; 3] = [Kind::Instance, Kind::Container, Kind::Revision];

/// An action with what else is known of it.
struct Listed {
    action: Action,
    platforms: Vec<&'static str>,
    /// `None` where no target is named.
    form: Option<Result<Form, Problem>>,
}

/// Lists all actions, or those of a target or a context with their fields.
pub(super) async fn list(
    fleet: &Fleet,
    word: Option<&str>,
    form: OutputForm,
) -> Result<ExitCode, CommandError> {
    let listed = match word {
        None => declared(fleet),
        Some(word) => match fleet.members().iter().find(|member| member.name.as_str() == word) {
            Some(member) => of_context(fleet, &member.name).await,
            None => of_row(fleet, word).await?,
        },
    };
    match form {
        OutputForm::Table => print_table(&listed, word.is_some())?,
        OutputForm::Json => {
            let actions: Vec<Value> = listed.iter().map(Listed::json).collect();
            output::document(&json!({"schema_version": SCHEMA_VERSION, "actions": actions}))?;
        }
        OutputForm::Jsonl => {
            for action in &listed {
                output::line(&action.json().to_string())?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn declared(fleet: &Fleet) -> Vec<Listed> {
    // An action has a line for each thing that it is on some platform.
    let of_effect = |action: &Action, effect: DeclaredEffect| Listed {
        action: Action { help: effect.help, danger: effect.danger, ..action.clone() },
        platforms: effect.platforms.iter().map(|platform| platform.name()).collect(),
        form: None,
    };
    let all = fleet.declared_actions(None).into_iter();
    all.flat_map(|it| it.effects.into_iter().map(move |effect| of_effect(&it.action, effect))).collect()
}

async fn of_context(fleet: &Fleet, context: &ContextName) -> Vec<Listed> {
    let mut listed = Vec::new();
    for (_, action) in fleet.context_actions().into_iter().filter(|(of, _)| of == context) {
        let kind = action.id.kind().unwrap_or(Kind::Instance);
        listed.push(with_form(fleet, &Target::new_in(context, kind), action).await);
    }
    listed
}

async fn of_row(fleet: &Fleet, word: &str) -> Result<Vec<Listed>, CommandError> {
    let (context, _) = targets::qualified(fleet, word);
    let rows = targets::rows(fleet, &KINDS, context).await;
    let row = rows.find(fleet, word).map_err(|error| match targets::action(fleet, word) {
        Ok(_) if error.code == Code::NotFound => {
            error.hint("It is an action: name what it is done to, or a context")
        }
        _ => error,
    })?;
    let actions = fleet.actions(row);
    if actions.is_empty() {
        let message = format!("{} has no actions", targets::describe(row));
        return Err(CommandError::new(Code::Refused, message));
    }
    let target = Target::of(row);
    let mut listed = Vec::new();
    for action in actions {
        listed.push(with_form(fleet, &target, action).await);
    }
    Ok(listed)
}

async fn with_form(fleet: &Fleet, target: &Target, action: Action) -> Listed {
    let form = if action.has_form {
        fleet.form(target, action.id, &FormValues::new()).await
    } else {
        Ok(Form::default())
    };
    Listed { action, platforms: Vec::new(), form: Some(form) }
}

fn print_table(listed: &[Listed], is_named: bool) -> Result<(), CommandError> {
    let rows: Vec<Vec<String>> = listed
        .iter()
        .map(|it| {
            let last = if is_named {
                it.action.availability.reason().unwrap_or_default().to_owned()
            } else {
                it.platforms.join(", ")
            };
            let action = &it.action;
            vec![action.id.to_string(), action.danger.word().to_owned(), action.help.to_owned(), last]
        })
        .collect();
    output::table(&["ACTION", "DANGER", "EFFECT", if is_named { "NOT NOW" } else { "PLATFORMS" }], &rows)?;
    for it in listed {
        match &it.form {
            Some(Ok(form)) if !form.fields.is_empty() => {
                output::line(&format!("\n{}", it.action.id))?;
                let rows: Vec<Vec<String>> = form.fields.iter().map(cells).collect();
                output::table(&["FIELD", "TAKES", "DEFAULT", "MEANING"], &rows)?;
            }
            Some(Err(problem)) => {
                output::line(&format!("\n{}: {}", it.action.id, problem.message))?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn cells(field: &Field) -> Vec<String> {
    let takes = if field.required { format!("{}, required", takes(field)) } else { takes(field) };
    let default = field.default.as_ref().map(text).unwrap_or_default();
    vec![field.name.to_string(), takes, output::plain(&default), output::plain(&field.help)]
}

/// The values that a field takes, in a few words.
fn takes(field: &Field) -> String {
    match &field.kind {
        FieldKind::Text(_) => "text".to_owned(),
        FieldKind::Number(rule) => {
            format!("{} to {} {}", rule.least, rule.most, rule.unit.symbol).trim_end().to_owned()
        }
        FieldKind::Switch => "true or false".to_owned(),
        FieldKind::Choice(choices) => of_choices("one of", choices),
        FieldKind::Several(choices) => of_choices("some of", choices),
        FieldKind::List { .. } => "list".to_owned(),
        FieldKind::Map { .. } => "names with values".to_owned(),
        FieldKind::Secret(_) => "secret".to_owned(),
        FieldKind::File { .. } => "path of a file".to_owned(),
        FieldKind::Date => "date".to_owned(),
    }
}

fn of_choices(how: &str, choices: &Choices) -> String {
    match choices {
        Choices::Fixed(all) => {
            let values: Vec<&str> = all.iter().map(|choice| &*choice.value).collect();
            format!("{how} {}", values.join(" "))
        }
        Choices::Loaded => format!("{how} the platform's"),
    }
}

/// A default as it would be given.
fn text(value: &FieldValue) -> String {
    match value {
        FieldValue::Text(text) => text.clone(),
        FieldValue::Switch(on) => on.to_string(),
        FieldValue::Several(all) => all.join(","),
        FieldValue::Map(pairs) => {
            pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
        }
        FieldValue::Secret(_) => String::new(),
        FieldValue::File(path) => path.display().to_string(),
        FieldValue::Date(date) => date.to_string(),
    }
}

impl Listed {
    fn json(&self) -> Value {
        let action = &self.action;
        let mut listed = Map::new();
        listed.insert("id".to_owned(), action.id.as_str().into());
        listed.insert("name".to_owned(), action.name.into());
        listed.insert("help".to_owned(), action.help.into());
        listed.insert("danger".to_owned(), action.danger.level().into());
        listed.insert("in_bulk".to_owned(), action.in_bulk.into());
        if !self.platforms.is_empty() {
            listed.insert("platforms".to_owned(), self.platforms.clone().into());
        }
        match &self.form {
            None => {}
            Some(Err(problem)) => {
                listed.insert("form_error".to_owned(), problem.message.to_string().into());
            }
            Some(Ok(form)) => {
                let reason = action.availability.reason();
                listed.insert("available".to_owned(), reason.is_none().into());
                if let Some(reason) = reason {
                    listed.insert("reason".to_owned(), reason.into());
                }
                let fields: Vec<Value> = form.fields.iter().map(field).collect();
                listed.insert("fields".to_owned(), fields.into());
            }
        }
        Value::Object(listed)
    }
}

fn field(field: &Field) -> Value {
    json!({
        "name": *field.name,
        "label": *field.label,
        "takes": takes(field),
        "required": field.required,
        "default": field.default.as_ref().map(text),
        "help": *field.help,
    })
}
