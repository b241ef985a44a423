//! The ways into instances: what their platforms say of them, and the one that was chosen last.

use std::sync::Arc;

use super::App;
use crate::model::{Instance, Resource, ResourceId, ScreenKind, Way};

/// Returns the ways into an instance, the best first.
pub type WaysOf = Arc<dyn Fn(&Instance) -> Vec<Way> + Send + Sync>;

/// The most choices that are remembered; the one made longest ago is forgotten first.
const MAX_CHOICES: usize = 200;

/// The ways of a screen without a fleet: the console that the row offers.
pub(super) fn offered() -> WaysOf {
    Arc::new(|row| row.offers.console.map(|kind| Way::open(kind, "")).into_iter().collect())
}

impl App {
    /// Takes the function that returns the ways into an instance.
    pub fn set_ways(&mut self, ways: WaysOf) {
        self.ways_of = ways;
    }

    /// The ways into a resource as its row is now, the best first.
    pub fn ways(&self, id: &ResourceId) -> Vec<Way> {
        self.store.get(id).map_or_else(Vec::new, |row| self.ways_of_row(row))
    }

    /// The same of a row.
    pub fn ways_of_row(&self, row: &Resource) -> Vec<Way> {
        match row {
            Resource::Instance(row) => (self.ways_of)(row),
            other => other.offers().console.map(|kind| Way::open(kind, "")).into_iter().collect(),
        }
    }

    /// The way into a row: the one that was chosen last if it can be taken, else the best one that can.
    ///
    /// # Errors
    /// The reason why none can be taken, as a message.
    pub fn best_way(&self, row: &Resource) -> Result<ScreenKind, String> {
        let ways = self.ways_of_row(row);
        let chosen = self.chosen_way(row.id());
        let usable = || ways.iter().filter(|way| way.barrier.is_none()).map(|way| way.kind);
        if let Some(kind) = usable().find(|kind| Some(*kind) == chosen).or_else(|| usable().next()) {
            return Ok(kind);
        }
        match ways.first() {
            Some(way) => Err(refusal(way, row.name())),
            None => Err(format!("{} offers no console", row.name())),
        }
    }

    /// The way into a resource that was chosen last.
    pub fn chosen_way(&self, id: &ResourceId) -> Option<ScreenKind> {
        let name = name_of(id);
        let chosen = self.kept.ways.iter().find(|it| it.resource == name)?;
        KINDS.iter().find(|(word, _)| *word == chosen.way).map(|(_, kind)| *kind)
    }

    /// Remembers the choice of a way.
    pub fn choose_way(&mut self, id: &ResourceId, kind: ScreenKind) {
        let Some((word, _)) = KINDS.iter().find(|(_, it)| *it == kind) else { return };
        let resource = name_of(id);
        let ways = &mut self.kept.ways;
        ways.retain(|it| it.resource != resource);
        ways.push(ChosenWay { resource, way: (*word).to_owned() });
        let surplus = ways.len().saturating_sub(MAX_CHOICES);
        ways.drain(..surplus);
    }
}

/// The way that was chosen for a resource.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ChosenWay {
    /// Context and id: `exo-prod/5e9c2a5e`.
    pub resource: String,
    /// The word for the way: `ssh`.
    pub way: String,
}

/// The words of the ways in the file.
const KINDS: [(&str, ScreenKind); 4] = [
    ("console", ScreenKind::Terminal),
    ("ssh", ScreenKind::Ssh),
    ("screen", ScreenKind::Framebuffer),
    ("page", ScreenKind::WebPage),
];

fn name_of(id: &ResourceId) -> String {
    format!("{}/{}", id.context, id.id)
}

/// The name of a way on the screen.
pub(in crate::tui) const fn way_name(kind: ScreenKind) -> &'static str {
    match kind {
        ScreenKind::Terminal => "text console",
        ScreenKind::Ssh => "SSH",
        ScreenKind::Framebuffer => "screen (VNC)",
        ScreenKind::WebPage => "page in a browser",
    }
}

/// The word for a way beside the name of a console; empty for a text console, which most are.
pub(in crate::tui) const fn short_way(kind: ScreenKind) -> &'static str {
    match kind {
        ScreenKind::Terminal => "",
        ScreenKind::Ssh => "ssh",
        ScreenKind::Framebuffer => "vnc",
        ScreenKind::WebPage => "page",
    }
}

/// The message about a way that cannot be taken: `SSH into web-1: it is stopped: start it first`.
pub(in crate::tui) fn refusal(way: &Way, name: &str) -> String {
    let barrier = way.barrier.as_deref().unwrap_or("it cannot be taken");
    format!("{} into {name}: {barrier}", capitalized(way_name(way.kind)))
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Returns true if a way leads to a page that another program shows.
pub(in crate::tui) const fn is_page(kind: ScreenKind) -> bool {
    matches!(kind, ScreenKind::WebPage)
}

/// Returns true if a way leads to text in this screen.
pub(in crate::tui) const fn is_text(kind: ScreenKind) -> bool {
    matches!(kind, ScreenKind::Terminal | ScreenKind::Ssh)
}
