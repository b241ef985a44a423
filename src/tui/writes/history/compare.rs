//! Two revisions beside each other: the fields in which they differ, or all of them. Below 100 columns one under the
//! other. The older one can be rolled back to from here.

use std::collections::BTreeMap;

use std::borrow::Cow;

use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde_json::{Map, Value};
use unicode_width::UnicodeWidthStr;

use super::super::card::{Card, Line, Page, piece, text_columns};
use super::super::diff::{self, Change};
use super::super::text::{Text, broken};
use crate::fleet::{Observed, Section};
use crate::model::{ActionId, Kind, Lifecycle, Problem, Resource, ResourceId};
use crate::tui::app::App;
use crate::tui::command::MenuCommand;
use crate::tui::effect::Work;
use crate::tui::keymap::{Chord, Lookup};
use crate::tui::layer::{Answer, Asking, Handled, Hint, Layer, Question, Ticket, Watched};
use crate::tui::{Command, Effect, KeyContext};

/// With fewer columns the values are under each other.
const SIDE_BY_SIDE_COLUMNS: u16 = 100;
/// Fields longer than this do not push the values further right.
const MAX_FIELD_COLUMNS: usize = 30;

/// One of the two.
struct Side {
    id: ResourceId,
    name: String,
    asking: Asking,
    sections: Map<String, Value>,
    /// There is nothing to ask for.
    is_read: bool,
    problem: Option<Problem>,
}

impl Side {
    fn new(row: &Resource) -> Self {
        let name = match row {
            Resource::Revision(it) if it.state.lifecycle == Lifecycle::Running => {
                format!("{} (now)", it.number)
            }
            Resource::Revision(it) => it.number.to_string(),
            other => format!("{} (now)", other.name()),
        };
        Self {
            id: row.id().clone(),
            name,
            asking: Asking::default(),
            sections: Map::new(),
            is_read: false,
            problem: None,
        }
    }

    /// A configuration as it was seen: nothing is asked.
    fn observed(row: &Resource, seen: &Observed, is_now: bool) -> Self {
        let name = match (is_now, seen.at) {
            (true, _) => "now".to_owned(),
            (false, Some(at)) => format!("seen {}", at.local()),
            (false, None) => "before".to_owned(),
        };
        let sections = Map::from_iter([("observed".to_owned(), seen.document.clone())]);
        Self { name, sections, is_read: true, ..Self::new(row) }
    }

    fn take(&mut self, section: Section) {
        match section.body {
            Ok(document) => {
                let value = document.masked();
                self.sections.insert(section.title.to_owned(), value);
            }
            Err(problem) => self.problem = Some(problem),
        }
    }

    /// The fields with their values. A single section is the whole.
    fn value(&self) -> Cow<'_, Value> {
        match self.sections.values().next() {
            Some(only) if self.sections.len() == 1 => Cow::Borrowed(only),
            _ => Cow::Owned(Value::Object(self.sections.clone())),
        }
    }
}

/// The comparison of two revisions.
pub struct Compare {
    sides: [Side; 2],
    /// The revision that can be rolled back to.
    back: Option<ResourceId>,
    shows_all: bool,
    card: Card,
}

impl Compare {
    /// The comparison of the two marked revisions, or of the one under the cursor with the one in use.
    ///
    /// # Errors
    /// When there are no two to compare.
    pub fn of(app: &App) -> Result<Self, String> {
        if app.pane().kind != Kind::Revision {
            return Self::observed(app);
        }
        let (older, newer) = pair(app)?;
        let is_old = |row: &Resource| row.state().is_some_and(|state| state.lifecycle != Lifecycle::Running);
        let back = (older.kind() == Kind::Revision && is_old(&older)).then(|| older.id().clone());
        let sides = [Side::new(&older), Side::new(&newer)];
        Ok(Self { sides, back, shows_all: false, card: Card::default() })
    }

    /// The comparison of a row's configuration now with the one before the latest change that was seen.
    fn observed(app: &App) -> Result<Self, String> {
        let row = app.pane().selected().ok_or("no row is selected")?;
        let seen = app.store.observed(row.id());
        let [.., before, now] = &*seen else {
            return Err(format!("{} was not seen to change", row.name()));
        };
        let sides = [Side::observed(row, before, false), Side::observed(row, now, true)];
        Ok(Self { sides, back: None, shows_all: false, card: Card::default() })
    }

    fn is_loading(&self) -> bool {
        self.sides.iter().any(|side| side.asking.is_open())
    }

    fn lines(&self, area: Rect, app: &App) -> Vec<Line> {
        let look = &app.look();
        let theme = look.theme;
        let mut text = Text::new(text_columns(area), look).fitting(area);
        for side in &self.sides {
            if let Some(problem) = &side.problem {
                text.words(&format!("{}: {problem}", side.name), theme.bad);
            }
        }
        if self.is_loading() {
            text.words("reading both", theme.dim);
            return text.lines;
        }
        let [older, newer] = [self.sides[0].value(), self.sides[1].value()];
        let mut changes = Vec::new();
        diff::compare("", Some(&*older), Some(&*newer), &[], &mut changes);
        if self.shows_all {
            add_same(&mut changes, &older, &newer);
        }
        if changes.is_empty() {
            text.words("they are the same", theme.text);
        } else if area.width < SIDE_BY_SIDE_COLUMNS {
            diff::write(&mut text, &changes);
        } else {
            self.side_by_side(&mut text, &changes);
        }
        text.lines
    }

    /// Writes a row or more a change: sign, field, the value on the left, the value on the right.
    fn side_by_side(&self, text: &mut Text<'_>, changes: &[Change]) {
        let theme = text.look.theme;
        let field =
            changes.iter().map(|change| change.field.width()).max().unwrap_or(0).min(MAX_FIELD_COLUMNS);
        let room = (text.columns.saturating_sub(field + 7) / 2).max(8);
        let lefts = changes.iter().filter_map(|change| change.from.as_deref()).flat_map(str::lines);
        let widest = lefts.map(UnicodeWidthStr::width).max().unwrap_or(0).max(self.sides[0].name.width());
        let left_columns = widest.min(room) + 3;
        let pad = |text: &str, to: usize| format!("{text}{}", " ".repeat(to.saturating_sub(text.width())));
        let [left, right] = [&self.sides[0].name, &self.sides[1].name];
        text.lines.push(vec![
            piece(" ".repeat(field + 4), theme.title),
            piece(pad(left, left_columns), theme.title),
            piece(right, theme.title),
        ]);
        for change in changes {
            let rows = |value: &Option<String>| -> Vec<String> {
                value.iter().flat_map(|value| value.lines()).flat_map(|line| broken(line, room)).collect()
            };
            let is_same = change.from == change.to;
            let (of_left, of_right) = if is_same { (theme.dim, theme.dim) } else { (theme.bad, theme.good) };
            let (left, right, names) = (rows(&change.from), rows(&change.to), broken(&change.field, field));
            for nth in 0..left.len().max(right.len()).max(names.len()).max(1) {
                let sign = if nth > 0 || is_same { " " } else { change.sign() };
                let cell = |rows: &[String]| rows.get(nth).cloned().unwrap_or_default();
                text.lines.push(vec![
                    piece(
                        format!("{sign} {}  ", pad(&cell(&names), field)),
                        if is_same { theme.dim } else { theme.text },
                    ),
                    piece(pad(&cell(&left), left_columns), of_left),
                    piece(cell(&right), of_right),
                ]);
            }
        }
    }
}

/// The older and the newer of what is to be compared.
fn pair(app: &App) -> Result<(Resource, Resource), String> {
    let pane = app.pane();
    let get = |id: &ResourceId| app.store.get(id).map(|row| (**row).clone());
    let marked: Vec<Resource> = pane.marks.iter().filter_map(get).collect();
    match (marked.len(), pane.selected()) {
        (2, _) => {
            let mut both = marked;
            both.sort_by_key(|row| row.created().map_or(0, crate::model::Timestamp::as_millis));
            let newer = both.pop();
            let older = both.pop();
            older.zip(newer).ok_or_else(|| "mark two revisions".to_owned())
        }
        (0, Some(row)) => {
            let now =
                in_use(app, row).ok_or_else(|| format!("{}: nothing to compare it with", row.name()))?;
            if now.id() == row.id() {
                return Err(format!("{} is the one in use: mark another one too", row.name()));
            }
            Ok(((**row).clone(), now))
        }
        (0, None) => Err("no row is selected".to_owned()),
        (count, _) => Err(format!("{count} are marked: compare two")),
    }
}

/// The revision of the same container that is in use.
fn in_use(app: &App, row: &Resource) -> Option<Resource> {
    let container = &row.container()?.id;
    let mut revisions = app.store.of_container(Kind::Revision, container).map(|row| &**row);
    let is_current = |row: &&Resource| row.state().is_some_and(|state| state.lifecycle == Lifecycle::Running);
    revisions.find(is_current).cloned()
}

/// Adds the fields in which both are the same, and brings all into the order of their names.
fn add_same(changes: &mut Vec<Change>, older: &Value, newer: &Value) {
    let fields = |value: &Value| {
        let mut all = Vec::new();
        diff::compare("", None, Some(value), &[], &mut all);
        all.into_iter().filter_map(|change| Some((change.field, change.to?))).collect::<BTreeMap<_, _>>()
    };
    let (older, newer) = (fields(older), fields(newer));
    for (field, value) in older {
        if newer.get(&field) == Some(&value) {
            changes.push(Change { field, from: Some(value.clone()), to: Some(value) });
        }
    }
    changes.sort_by(|one, other| one.field.cmp(&other.field));
}

impl Layer for Compare {
    fn open(&mut self) -> Vec<Effect> {
        let unread = self.sides.iter_mut().filter(|side| !side.is_read);
        let asked = unread.map(|side| side.asking.ask(Question::Details(side.id.clone())));
        asked.flatten().collect()
    }

    fn is_opaque(&self) -> bool {
        false
    }

    fn key_context(&self) -> KeyContext {
        KeyContext::Menu
    }

    fn watched(&self, _app: &App) -> Option<Watched> {
        None
    }

    fn hints(&self, _app: &App) -> Vec<Hint> {
        // They are in its own border.
        Vec::new()
    }

    fn event(&mut self, event: &TerminalEvent, app: &mut App) -> Handled {
        match event {
            TerminalEvent::Key(key) if key.kind == KeyEventKind::Press => self.key(*key, app),
            _ => Handled::Ignored,
        }
    }

    fn perform(&mut self, command: Command, count: Option<u32>, _app: &mut App) -> Handled {
        if command == Command::Quit {
            return Handled::Ignored;
        }
        // It takes every key, so that nothing happens below it.
        match MenuCommand::of(command) {
            Some(MenuCommand::Move(movement)) => self.card.travel(movement, count.unwrap_or(1) as usize),
            Some(MenuCommand::Back | MenuCommand::Close) => return Effect::close().into(),
            _ => {}
        }
        Handled::done()
    }

    fn answer(&mut self, ticket: Ticket, answer: Answer) -> Vec<Effect> {
        if let Some(side) = self.sides.iter_mut().find(|side| side.asking.is(ticket)) {
            match answer {
                Answer::Section(section) if section.title != super::super::outside::OWN_WRITES => {
                    side.take(*section);
                }
                Answer::EndOfDetails => side.asking.close(),
                _ => {}
            }
        }
        Vec::new()
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, app: &mut App) {
        let theme = &app.theme;
        let [older, newer] = [&self.sides[0].name, &self.sides[1].name];
        let title = if self.sides[0].is_read {
            format!("as observed: {older} and {newer}")
        } else {
            format!("{older} compared with {newer}")
        };
        let title = vec![piece(title, theme.title)];
        let all = if self.shows_all { "a only differences" } else { "a all fields" };
        let foot = match &self.back {
            Some(_) => format!("b roll back to {older}  {all}  esc close"),
            None => format!("{all}  esc close"),
        };
        let lines = self.lines(area, app);
        let page = Page { title, lines, fixed: Vec::new(), focus: None, foot, border: theme.accent };
        self.card.draw(&page, area, buf, &app.look());
    }
}

impl Compare {
    fn key(&mut self, key: KeyEvent, app: &App) -> Handled {
        let bound = app.keymap.look_up(KeyContext::Everywhere, &[Chord::of(key)]);
        if bound == Lookup::Bound(Command::Quit) {
            return Handled::Ignored;
        }
        match (key.code, &self.back) {
            (KeyCode::Char('a'), _) => {
                self.shows_all = !self.shows_all;
                Handled::done()
            }
            (KeyCode::Char('b'), Some(id)) => {
                let roll_back = Work::OpenActions(id.clone(), Some(ActionId::REVISION_ROLL_BACK));
                vec![Effect::close(), roll_back.into()].into()
            }
            _ => Handled::Ignored,
        }
    }
}
