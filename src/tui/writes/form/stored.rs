//! What is kept of forms between runs: drafts of those that were left, and the values of the last use. Never a secret.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use toml::Table;

use crate::files;
use crate::model::{ActionId, FormValues, Platform, Target, Timestamp, redact};

/// A file larger than this was not written by this program.
const MAX_FILE_BYTES: u64 = 4 << 20;
/// Drafts that are kept; the oldest goes first.
const MAX_DRAFTS: usize = 30;
/// A draft larger than this is kept only while the program runs.
const MAX_DRAFT_BYTES: usize = 100 << 10;
/// A draft that was left so long ago is dropped.
const DRAFT_LIFE: Duration = Duration::from_secs(30 * 86_400);

/// The comment at the top of the file.
const FILE_HEADER: &str = "# Drafts of forms and the values of their last use. Written by Quarterdeck; take it away to begin anew.\n\n";

/// A form that was left before it was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// When it was changed last, in RFC 3339.
    at: String,
    /// What was entered, by field.
    pub(super) values: Table,
}

impl Draft {
    /// When it was changed last, in a few words: the time of today, else the day too.
    pub(super) fn when(&self, now: Timestamp) -> String {
        let Some(at) = Timestamp::parse(&self.at) else { return self.at.clone() };
        let (at, now) = (at.local(), now.local());
        let from = if at.get(..10) == now.get(..10) { 11 } else { 0 };
        at.get(from..16).unwrap_or_default().to_owned()
    }
}

/// What a form begins with beside its defaults.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Beginning {
    /// The draft of this action on these targets.
    pub(super) draft: Option<Draft>,
    /// The values of the last use of the action on this platform.
    pub(super) last: Option<Table>,
}

/// Drafts and last values.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StoredForms {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    drafts: BTreeMap<String, Draft>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    last: BTreeMap<String, Table>,
    /// Grows with each change.
    #[serde(skip)]
    revision: u64,
}

impl StoredForms {
    /// Reads the file. Empty where there is none yet.
    ///
    /// # Errors
    /// Why the file is ignored, for the messages.
    pub fn read(path: &Path) -> Result<Self, String> {
        let ignored = |cause: String| Err(format!("{} is ignored: {cause}", path.display()));
        match files::read_text(path, MAX_FILE_BYTES) {
            Err(error) if error.is_missing() => Ok(Self::default()),
            Err(error) => ignored(error.reason.to_string()),
            Ok(text) => match toml::from_str(&text) {
                Ok(stored) => Ok(stored),
                Err(error) => ignored(error.message().to_owned()),
            },
        }
    }

    /// Writes the file atomically and for its owner alone.
    ///
    /// # Errors
    /// When the folder cannot be made or written to; the old file stays.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let mut kept = self.clone();
        kept.drafts.retain(|_, draft| draft.values.to_string().len() <= MAX_DRAFT_BYTES);
        let text = toml::to_string(&kept).map_err(io::Error::other)?;
        files::replace(path, format!("{FILE_HEADER}{}", redact(&text)).as_bytes())
    }

    /// A number that grows with each change.
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// What the form of an action begins with. Last values are for what is made anew: other forms show what is there.
    pub(in crate::tui) fn beginning(
        &mut self,
        targets: &[Target],
        action: ActionId,
        platform: Option<Platform>,
        now: Timestamp,
    ) -> Beginning {
        let is_old = |draft: &Draft| Timestamp::parse(&draft.at).is_none_or(|at| now.since(at) > DRAFT_LIFE);
        self.drafts.retain(|_, draft| !is_old(draft));
        let last = platform.filter(|_| targets.iter().all(Target::is_context));
        Beginning {
            draft: self.drafts.get(&key(targets, action)).cloned(),
            last: last.and_then(|platform| self.last.get(&last_key(platform, action)).cloned()),
        }
    }

    /// Keeps a draft; an empty one is dropped.
    pub(super) fn keep(&mut self, targets: &[Target], action: ActionId, values: Table, now: Timestamp) {
        let key = key(targets, action);
        if values.is_empty() {
            self.revision += u64::from(self.drafts.remove(&key).is_some());
            return;
        }
        self.drafts.insert(key, Draft { at: now.to_string(), values });
        while self.drafts.len() > MAX_DRAFTS {
            let oldest = self.drafts.iter().min_by(|one, other| one.1.at.cmp(&other.1.at));
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else { break };
            self.drafts.remove(&oldest);
        }
        self.revision += 1;
    }

    /// Drops the draft of a form that was taken on.
    pub(in crate::tui) fn drop_draft(&mut self, targets: &[Target], action: ActionId) {
        self.keep(targets, action, Table::new(), Timestamp::now());
    }

    /// Remembers the values that something new is made with, but for its name and what is secret.
    pub(in crate::tui) fn remember(
        &mut self,
        target: &Target,
        action: ActionId,
        platform: Platform,
        values: &FormValues,
    ) {
        if !target.is_context() {
            return;
        }
        let is_kept = |name: &str| !matches!(name, "name" | "hostname") && !values.is_private(name);
        let kept = values.iter().filter(|(name, _)| is_kept(name));
        let kept: Table = kept.filter_map(|(name, value)| Some((name.to_string(), plain(value)?))).collect();
        self.last.insert(last_key(platform, action), kept);
        self.revision += 1;
    }
}

/// A value as it is kept. A moment is of one use, and a secret is never kept.
fn plain(value: &crate::model::FieldValue) -> Option<toml::Value> {
    use crate::model::FieldValue;
    Some(match value {
        FieldValue::Text(text) => text.as_str().into(),
        FieldValue::Switch(on) => (*on).into(),
        FieldValue::Several(all) => {
            toml::Value::Array(all.iter().map(|one| toml::Value::from(&**one)).collect())
        }
        FieldValue::Map(pairs) => toml::Value::Table(
            pairs.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect(),
        ),
        FieldValue::File(path) => path.display().to_string().into(),
        FieldValue::Secret(_) | FieldValue::Date(_) => return None,
    })
}

/// Kept values as values of a form, as far as that can be done without the form: enough for what its shape follows from.
pub(super) fn values_of(table: &Table) -> FormValues {
    use crate::model::FieldValue;
    let mut values = FormValues::new();
    for (name, value) in table {
        let value = match value {
            toml::Value::String(text) => FieldValue::text(text.as_str()),
            toml::Value::Boolean(on) => FieldValue::Switch(*on),
            toml::Value::Array(all) => {
                FieldValue::Several(all.iter().filter_map(|one| one.as_str().map(Into::into)).collect())
            }
            _ => continue,
        };
        values.set(name.as_str(), value);
    }
    values
}

/// The key of a draft: the action and what it is done to.
fn key(targets: &[Target], action: ActionId) -> String {
    let targets: Vec<String> = targets.iter().map(|target| target.id.to_string()).collect();
    format!("{action} {}", targets.join(" "))
}

fn last_key(platform: Platform, action: ActionId) -> String {
    format!("{} {action}", platform.name())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::model::{FieldValue, Kind, Secret};
    use crate::providers::exoscale;
    use crate::tui::sample;

    const CREATE: ActionId = ActionId::INSTANCE_CREATE;

    fn target() -> Target {
        Target::new_in(&sample::context("exo-prod"), Kind::Instance)
    }

    fn table(name: &str) -> Table {
        [("name".to_owned(), name.into())].into_iter().collect()
    }

    #[test]
    fn drafts_and_last_values_are_read_again_and_hold_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/forms.toml");
        assert_eq!(StoredForms::read(&path), Ok(StoredForms::default()));
        let mut stored = StoredForms::default();
        stored.keep(&[target()], CREATE, table("web-9"), sample::now());
        let mut values = FormValues::new()
            .with("name", FieldValue::text("web-8"))
            .with("user-data", FieldValue::text("echo hunter2"))
            .with("zone", FieldValue::text("ch-gva-2"))
            .with("password", FieldValue::Secret(Secret::new("hunter2")))
            .with("labels", FieldValue::Map(vec![("env".to_owned(), "test".to_owned())]));
        values.mark_private("user-data");
        stored.remember(&target(), CREATE, exoscale::PLATFORM, &values);
        stored.write(&path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("hunter2") && !text.contains("web-8"), "{text}");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let mut again = StoredForms::read(&path).unwrap();
        let beginning = again.beginning(&[target()], CREATE, Some(exoscale::PLATFORM), sample::now());
        assert_eq!(beginning.draft.unwrap().values, table("web-9"));
        assert_eq!(beginning.last.unwrap()["zone"].as_str(), Some("ch-gva-2"));
        again.drop_draft(&[target()], CREATE);
        assert_eq!(again.beginning(&[target()], CREATE, None, sample::now()), Beginning::default());
    }

    #[test]
    fn old_drafts_go_and_their_number_is_bounded() {
        let mut stored = StoredForms::default();
        stored.keep(&[target()], CREATE, table("old"), sample::now());
        let later = sample::now().after(DRAFT_LIFE + Duration::from_secs(1)).unwrap();
        assert_eq!(stored.beginning(&[target()], CREATE, None, later).draft, None);
        for number in 0..MAX_DRAFTS + 5 {
            let target =
                Target { id: sample::id("exo-prod", Kind::Instance, &number.to_string()), ..target() };
            let at = sample::now().after(Duration::from_secs(number as u64)).unwrap();
            stored.keep(&[target], CREATE, table("x"), at);
        }
        assert_eq!(stored.drafts.len(), MAX_DRAFTS);
        assert!(
            !stored.drafts.keys().any(|key| key.ends_with(" instance 0 in exo-prod")),
            "{:?}",
            stored.drafts.keys()
        );
    }
}
