//! What commands do where a table is in front, and those that are heard everywhere.

use std::sync::Arc;

use super::{App, Spot};
use crate::model::{GpuModel, Kind, Resource, ResourceId};
use crate::table::{Column, Narrow, used_by};
use crate::tui::overlays::Menu;
use crate::tui::widgets::prompt::Prompt;
use crate::tui::{Command, DocumentForm, Effect, theme};

impl App {
    /// Does what a key means, wherever it was pressed.
    pub(super) fn dispatch(&mut self, command: Command, count: Option<u32>) -> Vec<Effect> {
        if let Some(effects) = self.everywhere(command) {
            return effects;
        }
        if let Some((view, _)) = self.views.last_mut() {
            return view.apply(command, count);
        }
        // Keys come faster than frames: what was typed before this one counts.
        let hidden = self.hidden.clone();
        self.panes[self.active].finish(&self.store, &hidden, self.now);
        if self.pane_mut().travel(command, count) {
            return Vec::new();
        }
        self.in_table(command)
    }

    /// The commands that mean the same everywhere.
    fn everywhere(&mut self, command: Command) -> Option<Vec<Effect>> {
        // A view that reads something of its own, or freezes by itself, says so in its hints.
        if matches!(command, Command::Refresh | Command::PauseRefresh | Command::Reconnect)
            && let Some((view, _)) = self.views.last_mut()
            && view.hints().iter().any(|(offered, _)| *offered == command)
        {
            return Some(view.apply(command, None));
        }
        let effects = match command {
            Command::Quit => vec![Effect::Quit],
            Command::Suspend => vec![Effect::Suspend],
            Command::Redraw => vec![Effect::Redraw],
            Command::Refresh => vec![Effect::Refresh, Effect::Say("refreshing".to_owned())],
            Command::Reconnect => self.sign_in_again(),
            Command::PauseRefresh => {
                self.paused = !self.paused;
                let word = if self.paused { "refresh paused" } else { "refresh resumed" };
                vec![Effect::Pause(self.paused), Effect::Say(word.to_owned())]
            }
            Command::NextTheme => self.next_theme(),
            Command::Mouse => {
                self.mouse = !self.mouse;
                let word = if self.mouse {
                    "mouse taken: click selects, wheel scrolls"
                } else {
                    "mouse released: the terminal selects text"
                };
                vec![Effect::Mouse(self.mouse), Effect::Say(word.to_owned())]
            }
            Command::Palette => self.open_menu(Menu::palette(self)),
            Command::Help => self.open_menu(Menu::help(self)),
            Command::Contexts => self.open_menu(Menu::contexts(self)),
            Command::Messages => self.open_menu(Menu::messages(self)),
            Command::HistoryBack => self.history_back(),
            Command::LastPlace => {
                let here = self.spot();
                match self.history.swap(here) {
                    Some(spot) => self.go_to(spot),
                    None => Vec::new(),
                }
            }
            Command::HistoryForward => {
                let here = self.spot();
                match self.history.go_forward(here) {
                    Some(spot) => self.go_to(spot),
                    None => Vec::new(),
                }
            }
            _ => return None,
        };
        Some(effects)
    }

    pub(super) fn open_menu(&mut self, menu: Menu) -> Vec<Effect> {
        self.menu = Some(menu);
        Vec::new()
    }

    fn next_theme(&mut self) -> Vec<Effect> {
        let names: Vec<_> = theme::names().collect();
        let at = names.iter().position(|name| *name == self.theme.name).unwrap_or(0);
        self.use_theme(names[(at + 1) % names.len()])
    }

    pub(super) fn use_theme(&mut self, name: &str) -> Vec<Effect> {
        match theme::load(name, self.options.depth) {
            Some(theme) => {
                let said = if theme.name == name {
                    format!("theme {name}")
                } else {
                    format!("theme {}: this terminal shows no colours, or NO_COLOR is set", theme.name)
                };
                self.theme = theme;
                vec![Effect::Say(said)]
            }
            None => vec![Effect::Complain(format!("no theme `{name}`"))],
        }
    }

    fn in_table(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::Pane(number) => self.go_to_pane(usize::from(number).saturating_sub(1)),
            Command::NextPane => self.go_to_pane((self.active + 1) % self.panes.len()),
            Command::PreviousPane => self.go_to_pane((self.active + self.panes.len() - 1) % self.panes.len()),
            Command::Search => {
                self.before_filter = self.pane().filter_text.clone();
                self.prompt = Some(Prompt::new("/", &self.before_filter.clone()));
            }
            Command::Back => self.back(),
            Command::Close => return self.close(),
            Command::NextMatch | Command::PreviousMatch => {
                let forward = command == Command::NextMatch;
                if !self.panes[self.active].next_match(forward, &self.store, self.now) {
                    return vec![Effect::Say("no other row matches".to_owned())];
                }
            }
            Command::Mark => self.pane_mut().toggle_mark(),
            Command::MarkRange => self.pane_mut().mark_range(),
            Command::ClearMarks => self.pane_mut().marks.clear(),
            Command::SortMenu => return self.open_menu(Menu::sort(self)),
            Command::SortByName => self.pane_mut().sort_by(Column::Name),
            Command::SortByAge => self.pane_mut().sort_by(Column::Age),
            Command::SortByState => self.pane_mut().sort_by(Column::State),
            Command::SortByContext => self.pane_mut().sort_by(Column::Context),
            Command::Wide => {
                let pane = self.pane_mut();
                pane.wide = !pane.wide;
                pane.widths.clear();
            }
            Command::Columns => return self.open_menu(Menu::columns(self)),
            Command::Attention => {
                let pane = self.pane_mut();
                pane.attention = !pane.attention;
            }
            Command::Sessions => return vec![Effect::ShowSessions],
            Command::Save => return self.save_table(),
            _ => return self.on_rows(command),
        }
        Vec::new()
    }

    /// Whether a command of tables does something here and now.
    pub(in crate::tui) fn works(&self, command: Command) -> bool {
        let pane = self.pane();
        let row = pane.selected();
        let offers = row.map(|row| row.offers()).unwrap_or_default();
        match command {
            Command::Attach => offers.console.is_some(),
            Command::Telemetry => offers.telemetry,
            Command::Logs => offers.logs || row.is_some_and(|row| row.kind() == Kind::Container),
            Command::Revisions => {
                row.is_some_and(|row| row.kind() == Kind::Container || row.container().is_some())
            }
            // A model has neither a state nor an age.
            Command::Attention | Command::SortByState | Command::SortByAge => pane.kind != Kind::GpuModel,
            Command::ClearMarks => !pane.marks.is_empty(),
            Command::NextMatch | Command::PreviousMatch => pane.has_searched(),
            Command::Open
            | Command::Describe
            | Command::Yaml
            | Command::Json
            | Command::Mark
            | Command::MarkRange
            | Command::Copy
            | Command::CopyMenu => row.is_some(),
            _ => true,
        }
    }

    /// Verbs on the selected row, or on the marks.
    fn on_rows(&mut self, command: Command) -> Vec<Effect> {
        let Some(row) = self.pane().selected().cloned() else {
            return Vec::new();
        };
        let id = row.id().clone();
        match command {
            Command::Open => vec![self.drill(&row)],
            Command::Describe => vec![Effect::ShowDocument(id, DocumentForm::Form)],
            Command::Yaml => vec![Effect::ShowDocument(id, DocumentForm::Yaml)],
            Command::Json => vec![Effect::ShowDocument(id, DocumentForm::Json)],
            Command::Logs => vec![self.logs()],
            Command::Attach if row.offers().console.is_some() => vec![Effect::ShowConsole(id)],
            Command::Attach => vec![not_offered(&row, "console")],
            Command::Telemetry if row.offers().telemetry => vec![Effect::ShowTelemetry(id)],
            Command::Telemetry => vec![not_offered(&row, "telemetry")],
            Command::Revisions => match (&*row, row.container()) {
                (Resource::Container(_), _) => vec![Effect::Follow(Kind::Revision, id)],
                (_, Some(link)) => vec![Effect::Follow(Kind::Revision, link.id.clone())],
                _ => vec![Effect::Complain(format!("{} has no revisions", row.name()))],
            },
            Command::Copy => {
                let names: Vec<_> = self.pane().targets().iter().map(|row| row.name().to_owned()).collect();
                let what =
                    if names.len() == 1 { "name".to_owned() } else { format!("{} names", names.len()) };
                vec![Effect::Copy(names.join("\n"), what)]
            }
            Command::CopyMenu => self.open_menu(Menu::copy(&row)),
            _ => Vec::new(),
        }
    }

    fn drill(&self, row: &Resource) -> Effect {
        let id = row.id().clone();
        match row {
            Resource::Container(_) => {
                let lists_instances = self.store.listing(&id.context, Kind::Instance).is_some();
                let kind = if lists_instances { Kind::Instance } else { Kind::Revision };
                Effect::Follow(kind, id)
            }
            Resource::GpuModel(it) => Effect::Follow(self.users_of(it), id),
            _ => Effect::ShowDocument(id, DocumentForm::Form),
        }
    }

    /// The table that shows who uses a GPU model: instances, or containers where no instance is known to.
    fn users_of(&self, model: &GpuModel) -> Kind {
        let usage = self.store.usage(model);
        let lists = |kind| self.store.listing(&model.id.context, kind).is_some();
        let of_instances = usage.instances > 0 || (usage.containers == 0 && lists(Kind::Instance));
        if of_instances { Kind::Instance } else { Kind::Container }
    }

    /// Logs of the targets; of a container whose platform tells logs only of instances, those of its instances.
    fn logs(&self) -> Effect {
        let targets = self.pane().targets();
        let mut ids: Vec<ResourceId> = Vec::new();
        for row in &targets {
            if row.offers().logs {
                ids.push(row.id().clone());
            } else if row.kind() == Kind::Container {
                ids.extend(
                    self.store
                        .of_container(Kind::Instance, row.id())
                        .filter(|row| row.resource.offers().logs)
                        .map(|row| row.resource.id().clone()),
                );
            } else if let Some(link) = row.container() {
                let offered = self.store.get(&link.id).is_some_and(|row| row.resource.offers().logs);
                ids.extend(offered.then(|| link.id.clone()));
            }
        }
        ids.dedup();
        match (ids.is_empty(), targets.first()) {
            (true, Some(row)) => not_offered(row, "logs"),
            _ => Effect::ShowLogs(ids),
        }
    }

    /// Esc in a table: one thing at a time, from the lightest to the heaviest.
    fn back(&mut self) {
        // A message goes on the way; it never costs a key of its own.
        let dismissed = self.messages.dismiss(self.now);
        let here = self.spot();
        let pane = &mut self.panes[self.active];
        if !pane.filter_text.is_empty() {
            pane.set_filter("", &self.store);
            return;
        }
        pane.forget_search();
        if pane.attention {
            pane.attention = false;
        } else if !pane.marks.is_empty() {
            pane.marks.clear();
        } else if pane.narrow.is_some() {
            pane.narrow = None;
            if let Some(spot) = self.history.last_table(&here) {
                self.place_at(&spot);
            }
        } else if !dismissed && !self.put_notice_away() {
            self.banner = None;
        }
    }

    fn close(&mut self) -> Vec<Effect> {
        if self.pane().narrow.is_some() {
            self.back();
            return Vec::new();
        }
        self.open_menu(Menu::quit())
    }

    pub(super) fn go_to_pane(&mut self, pane: usize) {
        if pane < self.panes.len() && pane != self.active {
            let here = self.spot();
            self.history.leave(here);
            self.active = pane;
        }
    }

    /// Where we are.
    pub(super) fn spot(&self) -> Spot {
        let pane = self.pane();
        Spot {
            kind: pane.kind,
            narrow: pane.narrow.clone(),
            filter: pane.filter_text.clone(),
            selected: pane.selected().map(|row| row.id().clone()),
            // A box over a place is not a place.
            view: self.views.iter().rev().find(|(view, _)| !view.floats()).map(|(_, by)| by.clone()),
        }
    }

    fn history_back(&mut self) -> Vec<Effect> {
        let here = self.spot();
        match self.history.go_back(here) {
            Some(spot) => self.go_to(spot),
            None => vec![Effect::Say("this is where it began".to_owned())],
        }
    }

    /// Goes to a place without remembering the one left: history did.
    fn go_to(&mut self, spot: Spot) -> Vec<Effect> {
        let effects = self.close_views();
        self.place_at(&spot);
        let mut effects = effects;
        if let Some(view) = spot.view {
            effects.extend(self.open_view(view));
        }
        effects
    }

    fn place_at(&mut self, spot: &Spot) {
        self.active = Kind::ALL.iter().position(|kind| *kind == spot.kind).unwrap_or(0);
        let pane = &mut self.panes[self.active];
        pane.narrow.clone_from(&spot.narrow);
        pane.set_filter(&spot.filter, &self.store);
        if let Some(id) = &spot.selected {
            pane.select(id);
        }
    }

    /// Goes to the table of a kind, narrowed to what belongs to a resource.
    pub(super) fn follow(&mut self, kind: Kind, id: &ResourceId) -> Vec<Effect> {
        let here = self.spot();
        let name = self.name_of(id);
        let narrow = match (id.kind, self.store.get(id).map(|row| &*row.resource)) {
            _ if id.kind == kind => Narrow::Only(id.clone(), name.into()),
            (Kind::GpuModel, Some(Resource::GpuModel(it))) => Narrow::Gpu(Arc::new(it.clone())),
            (_, Some(resource)) if id.kind != Kind::Container => match resource.container() {
                Some(link) if kind == Kind::Container => {
                    Narrow::Only(link.id.clone(), link.name.clone().unwrap_or_else(|| link.id.id.clone()))
                }
                Some(link) => Narrow::Container(link.id.clone(), self.name_of(&link.id).into()),
                None => {
                    return vec![Effect::Complain(format!("{} belongs to no container", resource.name()))];
                }
            },
            _ => Narrow::Container(id.clone(), name.into()),
        };
        self.history.leave(here);
        let effects = self.close_views();
        self.active = Kind::ALL.iter().position(|known| *known == kind).unwrap_or(0);
        let pane = &mut self.panes[self.active];
        pane.narrow = Some(narrow);
        pane.attention = false;
        pane.set_filter("", &self.store);
        pane.widths.clear();
        pane.select_row(0);
        effects
    }

    /// What a person calls a resource.
    pub(super) fn name_of(&self, id: &ResourceId) -> String {
        self.store.get(id).map_or_else(|| id.id.to_string(), |row| row.resource.name().to_owned())
    }

    /// The table as CSV, what is shown of it and in its order.
    fn save_table(&self) -> Vec<Effect> {
        let pane = self.pane();
        let columns: Vec<Column> = Column::all(pane.kind, self.store.facts(pane.kind))
            .into_iter()
            .filter(|column| !matches!(column, Column::Cpu | Column::Memory))
            .collect();
        let mut csv = String::new();
        let mut line = |cells: &mut dyn Iterator<Item = String>| {
            let cells: Vec<_> = cells.map(|cell| quoted(&cell)).collect();
            csv.push_str(&cells.join(","));
            csv.push_str("\r\n");
        };
        line(&mut columns.iter().map(|column| column.word(pane.kind).into_owned()));
        for row in pane.shown() {
            line(&mut columns.iter().map(|column| match column {
                Column::Age => row.created().map(|at| at.to_string()).unwrap_or_default(),
                Column::Used => match &**row {
                    Resource::GpuModel(it) => used_by(self.store.usage(it)),
                    _ => String::new(),
                },
                column => column.text(row).into_owned(),
            }));
        }
        let stem = super::table_name(pane.kind);
        vec![Effect::Save(format!("{stem}.csv"), csv.into_bytes())]
    }
}

/// A cell of RFC 4180. One that a spreadsheet would take for a formula is quoted as text.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@']);
    if formula || cell.contains(['"', ',', '\n', '\r']) {
        let guard = if formula { "'" } else { "" };
        format!("\"{guard}{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

fn not_offered(row: &Resource, what: &str) -> Effect {
    Effect::Complain(format!(
        "{}: this platform offers no {what} for this {}",
        row.name(),
        row.kind().singular()
    ))
}
