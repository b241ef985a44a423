//! The choices of a field: always the same, or loaded when the field is reached; searched as they are typed.

use arcstr::ArcStr;

use crate::model::{Choice, Choices, FieldKind, Problem, Timestamp, age};
use crate::tui::Effect;
use crate::tui::layer::Asking;
use crate::tui::overlays::list::{Item, List, Tone};
use crate::tui::widgets::prompt::Prompt;

/// Where the choices are.
#[derive(Debug, Default)]
pub(super) enum Loading {
    /// There are none to load, or they are there from the start.
    #[default]
    Fixed,
    /// They have not been asked for.
    Unasked,
    /// They are on their way.
    Asked,
    /// They came at this moment.
    Loaded(Timestamp),
    /// They cannot be loaded: the value can be typed.
    Failed(Problem),
}

/// The choices of a field, and the list of them while it is open.
pub(super) struct ChoiceList {
    pub(super) asking: Asking,
    pub(super) loading: Loading,
    pub(super) all: Vec<Choice>,
    /// Several can be chosen: each has a mark.
    marks: bool,
    /// The list, while it is open.
    pub(super) list: Option<List<ArcStr>>,
}

impl ChoiceList {
    /// Those of a kind of field.
    pub(super) fn of(kind: &FieldKind) -> Self {
        let (loading, all) = match kind {
            FieldKind::Choice(Choices::Loaded) | FieldKind::Several(Choices::Loaded) => {
                (Loading::Unasked, Vec::new())
            }
            FieldKind::Choice(Choices::Fixed(all)) | FieldKind::Several(Choices::Fixed(all)) => {
                (Loading::Fixed, all.clone())
            }
            FieldKind::File { .. } => (Loading::Unasked, Vec::new()),
            _ => (Loading::Fixed, Vec::new()),
        };
        let marks = matches!(kind, FieldKind::Several(_));
        Self { asking: Asking::default(), loading, all, marks, list: None }
    }

    pub(super) const fn is_open(&self) -> bool {
        self.list.is_some()
    }

    /// Returns true if what is typed is the value, because the choices are not there.
    pub(super) const fn takes_typed(&self) -> bool {
        matches!(self.loading, Loading::Asked | Loading::Failed(_) | Loading::Unasked)
    }

    /// Returns true if they can be asked for again.
    pub(super) const fn can_reload(&self) -> bool {
        matches!(self.loading, Loading::Loaded(_) | Loading::Failed(_))
    }

    /// The label of a value; the value itself where its label is not known.
    pub(super) fn label<'a>(&'a self, value: &'a str) -> &'a str {
        self.find(value).map_or(value, |choice| &choice.label)
    }

    pub(super) fn find(&self, value: &str) -> Option<&Choice> {
        self.all.iter().find(|choice| *choice.value == *value)
    }

    /// Checks a value against choices that were loaded. Fixed ones are a rule of the field.
    pub(super) fn check(&self, value: &str) -> Result<(), String> {
        match self.loading {
            Loading::Loaded(_) => Choice::check(&self.all, value),
            _ => Ok(()),
        }
    }

    /// Takes those that were loaded.
    pub(super) fn take(&mut self, answer: Result<Vec<Choice>, Problem>, now: Timestamp, chosen: &[ArcStr]) {
        self.asking.close();
        match answer {
            Ok(all) => {
                self.all = all;
                self.loading = Loading::Loaded(now);
            }
            // Those of before are still of use.
            Err(problem) => self.loading = Loading::Failed(problem),
        }
        self.refill(chosen);
    }

    /// Forgets what was loaded: it is asked for when the field is reached again. Returns the effects that do.
    pub(super) fn forget(&mut self) -> Option<Effect> {
        self.loading = Loading::Unasked;
        self.asking.give_up()
    }

    /// Opens the list, searched by what was typed already.
    pub(super) fn open(&mut self, typed: &str, chosen: &[ArcStr]) {
        let mut list = List::new(self.items(chosen));
        list.prompt = Some(Prompt::new("search: ", typed));
        list.by_rank = true;
        list.search();
        if let (true, Some(chosen)) = (typed.is_empty(), chosen.first()) {
            list.select(chosen);
        }
        self.list = Some(list);
    }

    pub(super) fn close(&mut self) {
        self.list = None;
    }

    /// Brings the marks of the open list up to date.
    pub(super) fn refill(&mut self, chosen: &[ArcStr]) {
        let items = self.items(chosen);
        if let Some(list) = &mut self.list {
            list.refill(items);
        }
    }

    fn items(&self, chosen: &[ArcStr]) -> Vec<Item<ArcStr>> {
        let item = |choice: &Choice| {
            let is_chosen = chosen.contains(&choice.value);
            let mark = match (self.marks, is_chosen) {
                (true, true) => "[x]",
                (true, false) => "[ ]",
                (false, true) => "*",
                (false, false) => " ",
            };
            let note = choice.note.as_deref().unwrap_or_default();
            let item = Item::new(mark, &*choice.label, note, choice.value.clone());
            match &choice.unavailable {
                Some(reason) => {
                    let detail =
                        if note.is_empty() { reason.to_string() } else { format!("{note} · {reason}") };
                    Item { detail, ..item }.toned(Tone::Dim)
                }
                None => item,
            }
        };
        self.all.iter().map(item).collect()
    }

    /// The next or previous choice that can be chosen, from the one that is now.
    pub(super) fn beside(&self, value: Option<&str>, forward: bool) -> Option<ArcStr> {
        let free: Vec<&Choice> = self.all.iter().filter(|choice| choice.unavailable.is_none()).collect();
        let at = value.and_then(|value| free.iter().position(|choice| *choice.value == *value));
        let to = match (at, forward) {
            (None, true) => 0,
            (None, false) => free.len().checked_sub(1)?,
            (Some(at), true) => (at + 1) % free.len(),
            (Some(at), false) => (at + free.len() - 1) % free.len(),
        };
        free.get(to).map(|choice| choice.value.clone())
    }

    /// The state of the list in a few words.
    pub(super) fn status(&self, now: Timestamp, reload: &str) -> String {
        let count = match self.all.len() {
            1 => "1 choice".to_owned(),
            count => format!("{count} choices"),
        };
        match &self.loading {
            Loading::Fixed | Loading::Unasked => count,
            Loading::Asked if self.all.is_empty() => "loading the choices".to_owned(),
            Loading::Asked => format!("{count}, loading again"),
            Loading::Loaded(at) => {
                format!("{count}, loaded {} ago · {reload} loads again", age(now.since(*at)))
            }
            Loading::Failed(problem) => {
                format!(
                    "could not load the choices: {} · {reload} tries again, or type the value",
                    problem.message
                )
            }
        }
    }
}
