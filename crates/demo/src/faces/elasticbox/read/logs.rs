//! `machine_logs`: what the scripts and the process of one machine printed, as one text that only grows.

use std::fmt::Write as _;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderName, header};

use super::super::Counter;
use super::super::account::Mark;
use super::super::account::row::Row;
use super::super::names::{Kind, machine_name, uuid};
use super::super::problem::Problem;
use super::parameter;

/// `GET /services/instances/{id}/machine_logs?machine_name=..`, of one box, script event or operation where named.
pub(in super::super) async fn machine_logs(
    State(counter): State<Counter>,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<([(HeaderName, &'static str); 1], String), Problem> {
    let of = |name| parameter(raw.as_deref(), name);
    let (machine, of_box) = (of("machine_name"), of("box"));
    let (key, dead) = counter.look(|account, fleet, _| {
        let row = Row::find(account, fleet, &id)?;
        let machine = machine.ok_or_else(|| Problem::request("the parameter machine_name is missing"))?;
        if machine != machine_name(row.key) {
            return Err(Problem::missing());
        }
        Ok((row.key, row.dead()))
    })?;
    if !dead {
        // The first read starts the process; the instance's state decides whether it can.
        let _ = counter.app.engine.look(key).await;
    }
    let (marks, kept, other) = counter.look(|account, fleet, _| {
        let row = Row::find(account, fleet, &id)?;
        let kept = row.record.and_then(|r| r.log.clone());
        let names = [row.container.name.clone(), uuid(Kind::ScriptBox, row.instance.container)];
        let other = of_box.is_some_and(|name| !names.contains(&name));
        Ok((row.marks(), kept, other))
    })?;
    let log = kept.or_else(|| counter.app.engine.log(key));
    let (end, bytes) = log.map_or_else(Default::default, |log| log.kept());
    let text = if other {
        String::new()
    } else {
        let wanted = Wanted { operation: of("operation"), script: of("event") };
        weave(&id, &marks, end, &bytes, &wanted)
    };
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text))
}

/// Which parts are asked for; `None` is any.
#[derive(Debug, Default)]
struct Wanted {
    operation: Option<String>,
    script: Option<String>,
}

impl Wanted {
    fn takes(&self, mark: &Mark) -> bool {
        self.operation.as_deref().is_none_or(|word| word == mark.operation)
            && self.script.as_deref().is_none_or(|word| word == mark.script)
    }
}

/// Puts the scripts' words where they belong in what was printed: `bytes` end at `end`. What follows a script's words
/// is that script's output.
fn weave(id: &str, marks: &[Mark], end: u64, bytes: &[u8], wanted: &Wanted) -> String {
    let first = end - bytes.len() as u64;
    let place = |offset: u64| usize::try_from(offset.clamp(first, end) - first).unwrap_or(bytes.len());
    let mut text = String::with_capacity(bytes.len() + marks.len() * 48);
    let printed = |text: &mut String, from: usize, upto: usize| {
        let piece = bytes.get(from..upto).unwrap_or_default();
        text.push_str(&whole(piece).replace("\r\n", "\n"));
    };
    let before = marks.first().map_or(bytes.len(), |mark| place(mark.offset));
    if wanted.operation.is_none() && wanted.script.is_none() {
        printed(&mut text, 0, before);
    }
    for (nth, mark) in marks.iter().enumerate() {
        if !wanted.takes(mark) {
            continue;
        }
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        let script = mark.script;
        // Writing to a string cannot fail.
        let _ = if mark.over {
            writeln!(text, "{script}-{id} successfully executed.")
        } else {
            writeln!(text, "Executing {script}-{id} script")
        };
        let upto = marks.get(nth + 1).map_or(bytes.len(), |next| place(next.offset));
        printed(&mut text, place(mark.offset), upto);
    }
    text
}

/// The text without a character at its end whose last bytes are not printed yet.
fn whole(bytes: &[u8]) -> String {
    // Half of a line's end would be written otherwise the next time.
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Err(cut) if cut.error_len().is_none() => {
            String::from_utf8_lossy(bytes.get(..cut.valid_up_to()).unwrap_or_default()).into_owned()
        }
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(offset: u64, operation: &'static str, script: &'static str, over: bool) -> Mark {
        Mark { offset, operation, script, over }
    }

    #[test]
    fn the_text_only_grows_while_a_script_runs() {
        let any = Wanted::default();
        let mut marks = vec![mark(0, "deploy", "start", false), mark(0, "deploy", "start", true)];
        let first = weave("i-a", &marks, 4, b"one\n", &any);
        assert_eq!(first, "Executing start-i-a script\nstart-i-a successfully executed.\none\n");
        marks.push(mark(9, "shutdown", "stop", false));
        let second = weave("i-a", &marks, 9, b"one\r\ntwo?", &any);
        assert!(second.starts_with(&first), "{second}");
        assert!(second.ends_with("two?\nExecuting stop-i-a script\n"), "{second}");
    }

    #[test]
    fn one_script_or_one_operation_alone() {
        let marks = [
            mark(0, "deploy", "install", false),
            mark(0, "deploy", "start", false),
            mark(6, "shutdown", "stop", false),
        ];
        let of = |operation: Option<&str>, script: Option<&str>| {
            let wanted =
                Wanted { operation: operation.map(str::to_owned), script: script.map(str::to_owned) };
            weave("i-a", &marks, 6, b"hello\n", &wanted)
        };
        assert_eq!(of(None, Some("start")), "Executing start-i-a script\nhello\n");
        assert_eq!(of(Some("shutdown"), None), "Executing stop-i-a script\n");
        assert_eq!(of(Some("deploy"), Some("stop")), "");
    }

    #[test]
    fn what_the_ring_forgot_is_simply_missing() {
        let marks = [mark(0, "deploy", "start", false), mark(500, "reconfigure", "configure", false)];
        let text = weave("i-a", &marks, 1000, b"late", &Wanted::default());
        assert_eq!(text, "Executing start-i-a script\nExecuting configure-i-a script\nlate");
        assert_eq!(whole("é".as_bytes().get(..1).expect("a byte")), "");
    }
}
