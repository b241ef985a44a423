//! The activity of an instance as lines: the whole array comes every time, and entries of scripts are written once more
//! when they end.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::super::wire::Activity;
use qdeck_model::{LogLine, Timestamp};

/// The entries that were sent, and whether their end was.
#[derive(Default)]
pub(super) struct SentEntries(HashMap<u64, bool>);

impl SentEntries {
    /// The lines of what is new in the whole array, in its order.
    pub(super) fn news(&mut self, entries: impl Iterator<Item = Activity>) -> Vec<LogLine> {
        let mut lines = Vec::new();
        let mut sent = HashMap::new();
        for entry in entries {
            let key = key(&entry);
            let ended = entry.exit_code.is_some() || entry.finished.is_some();
            let before = sent.get(&key).or_else(|| self.0.get(&key)).copied();
            match before {
                None => lines.push(line(&entry, entry.created.as_deref(), ended)),
                Some(false) if ended => lines.push(line(&entry, entry.finished.as_deref(), true)),
                Some(_) => {}
            }
            sent.insert(key, ended || before == Some(true));
        }
        self.0 = sent;
        lines
    }
}

fn key(entry: &Activity) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&entry.created, &entry.text, &entry.machine, &entry.event).hash(&mut hasher);
    hasher.finish()
}

/// `install: Executing install:web in machine eb-1. Finished with exit code 0.` A script that failed is an error,
/// whatever its level.
fn line(entry: &Activity, at: Option<&str>, ended: bool) -> LogLine {
    let text = entry.text.as_deref().unwrap_or_default();
    let level = match *entry.exit_code {
        Some(code) if code != 0 => "error",
        _ => entry.level.as_deref().unwrap_or("info"),
    };
    let end = match (ended, *entry.exit_code) {
        (false, _) => String::new(),
        (true, Some(code)) => format!(" Finished with exit code {code}."),
        (true, None) => " Finished.".to_owned(),
    };
    let exact = at.and_then(Timestamp::parse);
    LogLine {
        at: exact.unwrap_or_else(Timestamp::now),
        exact: exact.is_some(),
        text: format!("{level}: {text}{end}").into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::mapping::lenient::Text;

    fn news(sent: &mut SentEntries, entries: &Value) -> Vec<String> {
        let entries: Vec<Activity> = serde_json::from_value(entries.clone()).unwrap();
        let lines = sent.news(entries.into_iter());
        lines.iter().map(|line| line.text.to_string()).collect()
    }

    #[test]
    fn an_entry_is_sent_once_and_its_end_once_more() {
        let mut sent = SentEntries::default();
        let start =
            json!({"text": "Deploying instance.", "created": "2018-12-26 15:18:27.582649", "level": "start"});
        let script = |more: Value| {
            let mut script = json!({"text": "Executing install:web.", "created": "2018-12-26 15:21:52.584981",
                "level": "install", "machine": "m-1", "event": "install", "box": ""});
            script.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            script
        };
        let running = script(json!({}));
        assert_eq!(news(&mut sent, &json!([start])), ["start: Deploying instance."]);
        assert_eq!(news(&mut sent, &json!([start, running])), ["install: Executing install:web."]);
        assert_eq!(news(&mut sent, &json!([start, running])), [""; 0]);
        let ended = script(json!({"exit_code": 3, "finished": "2018-12-26 15:21:53.200000"}));
        assert_eq!(
            news(&mut sent, &json!([start, ended])),
            ["error: Executing install:web. Finished with exit code 3."]
        );
        assert_eq!(news(&mut sent, &json!([start, ended])), [""; 0]);
        // Met when it is over already, and on another machine.
        let other = script(json!({"machine": "m-2", "exit_code": 0}));
        assert_eq!(
            news(&mut sent, &json!([start, ended, other])),
            ["install: Executing install:web. Finished with exit code 0."]
        );
    }

    #[test]
    fn a_line_has_the_time_of_what_it_reports() {
        let entry = json!([{"text": "a", "created": "2018-12-26 15:21:52.584981", "finished": "2018-12-26T15:21:53.2Z"}]);
        let entries: Vec<Activity> = serde_json::from_value(entry).unwrap();
        let mut begun = entries.clone();
        begun[0].finished = Text::default();
        let mut sent = SentEntries::default();
        let first = sent.news(begun.into_iter());
        let second = sent.news(entries.into_iter());
        assert_eq!(first[0].at.to_string(), "2018-12-26T15:21:52.584981Z");
        assert_eq!(second[0].at.to_string(), "2018-12-26T15:21:53.2Z");
    }
}
