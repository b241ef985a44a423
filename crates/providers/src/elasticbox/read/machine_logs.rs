//! What the scripts of each machine printed, for details: of an instance or of one of its operations.

use futures_util::{StreamExt as _, stream};
use serde_json::{Map, Value};

use super::super::api::{Api, field};
use qdeck_model::{Problem, ProblemKind};

/// Lines shown of a machine, the last ones; its log has all of them.
const MAX_LINES: usize = 200;
/// Machines shown; an instance of a sample has one or two.
const MAX_MACHINES: usize = 20;
/// Logs of machines read at once.
const MACHINES_AT_ONCE: usize = 3;

/// The lines of each machine of an instance, by its name; of one operation's event where it is named.
pub(super) async fn of_machines(
    api: &Api,
    instance: &Value,
    operation: Option<&str>,
) -> Result<Value, Problem> {
    let id = field(instance, "id").unwrap_or_default();
    let machines = instance.pointer("/service/machines").and_then(Value::as_array);
    let mut names: Vec<String> = Vec::new();
    for machine in machines.into_iter().flatten().take(MAX_MACHINES) {
        names.extend(field(machine, "name").map(str::to_owned));
    }
    let mut logs = stream::iter(names)
        .map(|name: String| async move {
            let log = of_machine(api, id, &name, operation).await;
            (name, log)
        })
        .buffered(MACHINES_AT_ONCE);
    let mut lines = Map::new();
    while let Some((name, text)) = logs.next().await {
        lines.insert(name, last_lines(&text?));
    }
    Ok(Value::Object(lines))
}

/// One that is being made, or has gone, has none.
async fn of_machine(
    api: &Api,
    instance: &str,
    name: &str,
    operation: Option<&str>,
) -> Result<String, Problem> {
    let mut query = vec![("machine_name", name)];
    query.extend(operation.map(|event| ("operation", event)));
    match api.text(&["instances", instance, "machine_logs"], &query).await {
        Err(problem) if problem.kind == ProblemKind::NotFound => Ok(String::new()),
        answer => answer,
    }
}

fn last_lines(text: &str) -> Value {
    let all: Vec<&str> = text.lines().collect();
    let left_out = all.len().saturating_sub(MAX_LINES);
    let note = (left_out > 0).then(|| Value::from(format!("({left_out} lines before these)")));
    note.into_iter().chain(all[left_out..].iter().map(|&line| Value::from(line))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_last_lines_of_a_long_log_are_shown() {
        assert_eq!(last_lines("one\ntwo\n"), json!(["one", "two"]));
        assert_eq!(last_lines(""), json!([]));
        let long: Vec<_> = (1..=203).map(|number| number.to_string()).collect();
        let shown = last_lines(&long.join("\n"));
        assert_eq!((&shown[0], &shown[1]), (&json!("(3 lines before these)"), &json!("4")));
        assert_eq!(shown.as_array().unwrap().len(), 201);
    }
}
