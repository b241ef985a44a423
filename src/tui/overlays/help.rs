//! The keys that work here and now, with what filters and states look like.

use super::list::{Item, List, Tone};
use super::{Menu, MenuLayer};
use crate::model::{Kind, Lifecycle};
use crate::table::filter::words_of;
use crate::table::state_mark;
use crate::tui::app::App;
use crate::tui::command::{Availability, ENTRIES};
use crate::tui::draw::wrap;
use crate::tui::effect::ScreenEffect;
use crate::tui::keymap::KEY_CONTEXTS;
use crate::tui::layer::{Answer, Ticket};
use crate::tui::writes::{self, Chosen, DeclaredActions};
use crate::tui::{Command, Effect, KeyContext};

/// The forms of a filter's terms, with their meaning. The names of columns come from the filter itself.
const FILTERS: [(&str, &str); 9] = [
    ("web 12", "words, fuzzy over the visible columns; all must match"),
    ("Web", "a capital makes a word or a value exact; without one, case does not count"),
    ("caf\u{e9}", "accented letters match however they are composed"),
    ("state:failed,degraded", "a column; a comma means or"),
    ("label:env=prod", "a label"),
    ("age:<10m", "younger; age:>2d older"),
    ("!TERM", "what does not match"),
    ("\"exact words\"", "exactly these words"),
    ("re:/web-[0-9]+/", "a pattern; also name:/^web/"),
];

/// Columns of a line of column names.
const NAMES_WIDTH: u16 = 72;

/// The lines of the help about filters.
fn filters(app: &App) -> Vec<Item<Choice>> {
    let mut items: Vec<_> = FILTERS.map(|(key, label)| Item::text(key, label)).into();
    let kind = app.pane().kind;
    // The figures that the table in front can be filtered by.
    let figures = match kind {
        Kind::GpuModel => Some("price:<2 memory:>40"),
        Kind::Container => Some("cpu:<2 memory:>40"),
        Kind::Instance | Kind::Revision | Kind::Operation => None,
    };
    items.extend(figures.map(|figures| Item::text(figures, "the figure is less; more, sizes in GiB")));
    let shared = words_of(kind).into_iter().filter(|word| !["label", "age", "re"].contains(word));
    let names: Vec<_> = shared.chain(app.store.facts(kind)).map(|word| format!("{word}:")).collect();
    let lines = wrap(&names.join(" "), NAMES_WIDTH).into_iter().enumerate();
    items.extend(lines.map(|(at, line)| Item::text(if at == 0 { "columns" } else { "" }, line)));
    items
}

/// The list of keys.
pub struct Help {
    here: KeyContext,
    actions: DeclaredActions,
}

/// The effect of choosing a line.
#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    /// Does what the key is bound to.
    Command(Command),
    /// Takes an action of a platform.
    Action(Chosen),
}

/// The keys of a key context, then those that work everywhere.
pub fn menu(app: &App, here: KeyContext) -> MenuLayer<Help> {
    let actions = DeclaredActions::for_selected(app);
    let items = items(app, here, &actions);
    Help { here, actions }.searched_layer("search: ", items)
}

fn items(app: &App, here: KeyContext, actions: &DeclaredActions) -> Vec<Item<Choice>> {
    let mut items = Vec::new();
    let contexts = KEY_CONTEXTS
        .iter()
        .filter(|it| it.0 == here)
        .chain(KEY_CONTEXTS.iter().filter(|it| it.0 == KeyContext::Everywhere && it.0 != here));
    for (context, _, title) in contexts {
        let bound: Vec<_> = ENTRIES
            .iter()
            .map(|entry| (entry, app.keymap.keys(*context, entry.command)))
            .filter(|(entry, keys)| {
                !keys.is_empty()
                    && (here != KeyContext::Table || !matches!(entry.availability(app), Availability::No(_)))
            })
            .collect();
        if bound.is_empty() {
            continue;
        }
        let title = if *context == here { format!("{title} (here)") } else { (*title).to_owned() };
        items.push(Item::heading(title));
        items.extend(bound.into_iter().map(|(entry, keys)| {
            Item::new(keys.join("  "), entry.help, entry.name, Choice::Command(entry.command))
        }));
        if *context == KeyContext::Table {
            let actions = actions.items(app, Choice::Action);
            items.extend((!actions.is_empty()).then(|| Item::heading("Actions on the row under the cursor")));
            items.extend(actions);
        }
    }
    items.push(Item::heading("Filter"));
    items.extend(filters(app));
    items.push(Item::heading("States"));
    items.extend(Lifecycle::ALL.map(|state| {
        Item::text(state_mark(state, app.options.ascii), state.word()).toned(Tone::State(state))
    }));
    items
}

impl Menu for Help {
    type Choice = Choice;

    fn title(&self) -> String {
        "help: the keys that work here".to_owned()
    }

    fn foot(&self, _ascii: bool) -> &'static str {
        "type to search  enter do it  esc close"
    }

    fn shape(&self) -> super::Shape {
        super::Shape::Middle(110)
    }

    fn open(&mut self) -> Vec<Effect> {
        if self.here == KeyContext::Table { self.actions.ask() } else { Vec::new() }
    }

    fn answer(&mut self, ticket: Ticket, answer: Answer) -> Vec<Effect> {
        self.actions.take(ticket, answer);
        Vec::new()
    }

    fn prepare(&mut self, list: &mut List<Choice>, app: &App) {
        if self.actions.take_news() {
            list.refill(items(app, self.here, &self.actions));
        }
    }

    fn choose(&mut self, choice: Choice, _list: &mut List<Choice>, app: &mut App) -> Vec<Effect> {
        let effect = match choice {
            Choice::Command(command) => ScreenEffect::Perform(command).into(),
            Choice::Action(chosen) => writes::choose(chosen, app),
        };
        vec![Effect::close(), effect]
    }
}
