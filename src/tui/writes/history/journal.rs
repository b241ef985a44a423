//! The journal: every change made from here, the latest first. Enter shows the whole record.

use super::record::RecordLayer;
use crate::fleet::journal::{End, History, Written};
use crate::model::{ActionId, Lifecycle, Problem, Timestamp, age};
use crate::tui::Effect;
use crate::tui::app::App;
use crate::tui::layer::{Answer, Asking, Question, Ticket};
use crate::tui::overlays::list::{Item, List, Tone};
use crate::tui::overlays::{Menu, MenuLayer, Shape};

/// The list of changes.
#[derive(Default)]
pub struct JournalMenu {
    asking: Asking,
    read: Option<Result<History, Problem>>,
    is_new: bool,
}

impl JournalMenu {
    /// The list, still to be read.
    pub fn layer() -> MenuLayer<Self> {
        let items = vec![Item::text("", "reading the journal").toned(Tone::Dim)];
        Self::default().searched_layer("/", items)
    }

    fn items(&self, now: Timestamp, ascii: bool) -> Vec<Item<usize>> {
        match &self.read {
            None => vec![Item::text("", "reading the journal").toned(Tone::Dim)],
            Some(Err(problem)) => vec![Item::text("", problem.to_string()).toned(Tone::Dim)],
            Some(Ok(history)) if history.writes.is_empty() => {
                vec![Item::text("", "nothing has been changed from here yet").toned(Tone::Dim)]
            }
            Some(Ok(history)) => {
                let writes = history.writes.iter().enumerate().rev();
                writes.map(|(at, write)| item(at, write, now, ascii)).collect()
            }
        }
    }
}

fn item(at: usize, write: &Written, now: Timestamp, ascii: bool) -> Item<usize> {
    let label = format!("{} {}", verb(&write.intent.action), write.intent.name());
    let detail = format!("{} · {}", outcome(write), write.intent.context);
    let time = write.at.map_or_else(|| "?".to_owned(), |at| short_time(at, now));
    let key = format!("{} {time}", sign(write, ascii));
    Item::new(key, label, detail, at).toned(Tone::State(lifecycle(write)))
}

/// The name of an action of which the journal has only the id: `roll back` of `revision.roll-back`. It may be of a platform
/// that is not in use any more.
fn verb(action: &str) -> String {
    ActionId::verb_of(action).replace('-', " ")
}

/// The sign of an outcome: it must not be known by its colour alone.
fn sign(write: &Written, ascii: bool) -> &'static str {
    match (write.ended.as_ref().map(|ended| ended.outcome), ascii) {
        (Some(End::Done), false) => "✔",
        (Some(End::Done), true) => "*",
        (Some(End::Failed | End::Refused), false) => "✗",
        (Some(End::Failed | End::Refused), true) => "!",
        (None, false) if write.is_followed() => "◐",
        (None, true) if write.is_followed() => "~",
        (None, _) => "?",
    }
}

/// The time of today, or the day and the time without seconds.
fn short_time(at: Timestamp, now: Timestamp) -> String {
    let (at, today) = (at.local(), now.local());
    match (at.split_once(' '), today.split_once(' ')) {
        (Some((day, clock)), Some((today, _))) if day == today => clock.to_owned(),
        (Some((day, clock)), _) => {
            let clock = clock.rsplit_once(':').map_or(clock, |(minutes, _)| minutes);
            format!("{day} {clock}")
        }
        _ => at,
    }
}

/// The outcome of a write in words.
pub(in crate::tui::writes) fn outcome(write: &Written) -> String {
    let Some(ended) = &write.ended else {
        return if write.is_followed() { "in progress" } else { "outcome unknown" }.to_owned();
    };
    let took = age(std::time::Duration::from_millis(ended.duration_ms));
    let mut words = match ended.outcome {
        End::Done => format!("done after {took}"),
        End::Failed => format!("failed after {took}"),
        End::Refused => "refused".to_owned(),
    };
    if let Some(status) = ended.status {
        words = format!("{words} ({status})");
    }
    match &ended.message {
        Some(message) => format!("{words}: {message}"),
        None => words,
    }
}

/// The state by whose colour an outcome is shown.
pub(in crate::tui::writes) fn lifecycle(write: &Written) -> Lifecycle {
    match write.ended.as_ref().map(|ended| ended.outcome) {
        Some(End::Done) => Lifecycle::Done,
        Some(End::Failed | End::Refused) => Lifecycle::Failed,
        None if write.is_followed() => Lifecycle::Pending,
        None => Lifecycle::Degraded,
    }
}

impl Menu for JournalMenu {
    type Choice = usize;

    fn title(&self) -> String {
        match &self.read {
            Some(Ok(history)) if history.unreadable > 0 => {
                format!("journal, {} of its lines cannot be read", history.unreadable)
            }
            _ => "journal: the changes made from here".to_owned(),
        }
    }

    fn foot(&self, _ascii: bool) -> &'static str {
        "type to search  enter show it  esc close"
    }

    fn shape(&self) -> Shape {
        Shape::Wide
    }

    fn open(&mut self) -> Vec<Effect> {
        self.asking.ask(Question::Journal)
    }

    fn answer(&mut self, ticket: Ticket, answer: Answer) -> Vec<Effect> {
        if let Answer::Journal(read) = answer
            && self.asking.is(ticket)
        {
            self.asking.close();
            self.read = Some(read);
            self.is_new = true;
        }
        Vec::new()
    }

    fn prepare(&mut self, list: &mut List<usize>, app: &App) {
        if std::mem::take(&mut self.is_new) {
            list.refill(self.items(app.now, app.options.ascii));
        }
    }

    fn choose(&mut self, at: usize, _list: &mut List<usize>, app: &mut App) -> Vec<Effect> {
        if let Some(Ok(history)) = &self.read
            && let Some(write) = history.writes.get(at)
        {
            app.open_layer(RecordLayer::new(write.clone()));
        }
        Vec::new()
    }
}
