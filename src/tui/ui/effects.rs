//! Effects that are only changes of the screen are done here; the rest goes outside.

use std::collections::VecDeque;

use super::Ui;
use crate::console::Page;
use crate::model::{Danger, Kind, PreparedWrite, ResourceId, ScreenKind};
use crate::tui::Effect;
use crate::tui::app::{Location, is_page};
use crate::tui::effect::{Outside, ScreenEffect, TerminalEffect, View, Work};
use crate::tui::layer::Layer;
use crate::tui::overlays::ways;
use crate::tui::views::document::DocumentView;
use crate::tui::views::link::LinkView;
use crate::tui::views::logs::LogView;
use crate::tui::views::page::PageView;
use crate::tui::views::telemetry::TelemetryView;
use crate::tui::writes::form::{FilledForm, FormLayer, FormOpening};
use crate::tui::writes::{BulkLayer, Confirm};

impl Ui {
    /// Does what is the screen's to do, and what follows from it; returns what is left to others.
    pub(in crate::tui) fn settle(&mut self, effects: Vec<Effect>) -> Vec<Outside> {
        let mut outside = Vec::new();
        let mut queue: VecDeque<Effect> = effects.into();
        loop {
            for layer in self.app.take_opening() {
                self.dirty = true;
                self.app.messages.dismiss_answer(self.app.now);
                queue.extend(self.layers.push(layer, None));
            }
            match queue.pop_front() {
                Some(Effect::Screen(effect)) => queue.extend(self.settle_one(effect)),
                Some(Effect::Terminal(effect)) => outside.push(effect.into()),
                Some(Effect::Work(work)) => {
                    if let Work::Send(write) = &work
                        && let Some(platform) = self.app.platform(write.target.context())
                    {
                        self.app.forms.remember(&write.target, write.action.id, platform, &write.values);
                    }
                    if let Work::Cancel(ticket) = work {
                        self.tails.retain(|_, open| *open != ticket);
                    }
                    outside.push(work.into());
                }
                None => return outside,
            }
        }
    }

    fn settle_one(&mut self, effect: ScreenEffect) -> Vec<Effect> {
        match effect {
            ScreenEffect::Report(text) => self.report(text, false),
            ScreenEffect::Complain(text) => {
                self.app.messages.answer(self.app.now, true, text);
                self.dirty = true;
            }
            ScreenEffect::Close => return self.close_top(),
            ScreenEffect::Perform(command) => return self.dispatch(command, None),
            ScreenEffect::Follow(kind, id) => return self.follow(kind, &id),
            ScreenEffect::ShowTable(kind, filter) => return self.show_table(kind, filter.as_deref()),
            ScreenEffect::Open(view) => return self.open(view),
            ScreenEffect::Confirm(write) => return self.confirm(*write),
            ScreenEffect::Form(opening) => return self.open_form(*opening),
            ScreenEffect::ConfirmAll(form) => return self.confirm_all(*form),
        }
        Vec::new()
    }

    /// Opens a view. Where it takes the place of what was in front, that is remembered.
    fn open(&mut self, view: View) -> Vec<Effect> {
        match view {
            View::Document(..) | View::Logs(_) | View::Telemetry(_) => {
                let here = self.location();
                self.app.history.leave(here);
                self.open_view(view)
            }
            // A console that no terminal can show: its page is offered.
            View::Console(id) => match self.page_kind(&id) {
                Some(kind) => self.open_view(View::Page(id, kind)),
                None => self.open_consoles(View::Console(id)),
            },
            View::Way(id, kind) if is_page(kind) => self.open_view(View::Page(id, kind)),
            View::Ways(id) => {
                let menu = ways::menu(&id, &self.app);
                self.push(menu)
            }
            View::Way(..) | View::Consoles(_) | View::NewConsole(_) | View::Session(_) => {
                self.open_consoles(view)
            }
            View::Page(..)
            | View::Link(_)
            | View::Sessions
            | View::Actions(_)
            | View::BulkActions(_)
            | View::Create => self.open_view(view),
        }
    }

    /// Opens consoles: in the view of consoles that is open, else in a new one.
    fn open_consoles(&mut self, view: View) -> Vec<Effect> {
        self.dirty = true;
        match self.layers.take_view(&view, &mut self.app) {
            Some(effects) => effects,
            None => self.open_view(view),
        }
    }

    pub(super) fn report(&mut self, text: String, bad: bool) {
        self.app.messages.add(self.app.now, bad, text);
        self.dirty = true;
    }

    /// Makes a view and puts it in front. Consoles hold something that runs, and actions are asked of the fleet: their
    /// views are made outside.
    fn open_view(&mut self, view: View) -> Vec<Effect> {
        let app = &self.app;
        let layer: Box<dyn Layer> = match &view {
            View::Telemetry(id) => Box::new(TelemetryView::new(id.clone(), app.name_of(id))),
            View::Document(id, form) => Box::new(DocumentView::new(id.clone(), app.name_of(id), *form)),
            View::Logs(ids) => {
                let sources = ids.iter().map(|id| (id.clone(), app.name_of(id))).collect();
                Box::new(LogView::new(sources, app.options.log_buffer))
            }
            View::Page(id, asked) => Box::new(PageView::new(id.clone(), app.name_of(id), *asked)),
            View::Link(address) => Box::new(LinkView::new(address.clone())),
            View::Console(_) | View::Way(..) | View::Consoles(_) | View::NewConsole(_) | View::Session(_) => {
                return vec![Work::OpenConsoles(view).into()];
            }
            View::Ways(id) => Box::new(ways::menu(id, app)),
            View::Sessions => return vec![Work::OpenSessions.into()],
            View::Actions(id) => return vec![Work::OpenActions(id.clone(), None).into()],
            View::BulkActions(ids) => return vec![Work::OpenBulkActions(ids.clone(), None).into()],
            View::Create => return vec![Work::OpenCreate(None).into()],
        };
        self.show(layer, view)
    }

    /// The kind of console to request where the way into a resource is a page.
    fn page_kind(&self, id: &ResourceId) -> Option<ScreenKind> {
        let row = self.app.store.get(id)?;
        self.app.best_way(row).ok().filter(|kind| is_page(*kind))
    }

    /// A text console was asked for, and it is a page: its box takes the place of the console.
    pub(super) fn console_is_page(&mut self, id: &ResourceId, kind: ScreenKind, page: Page) -> Vec<Effect> {
        self.dirty = true;
        let console = View::Console(id.clone());
        let name = self.app.name_of(id);
        match self.layers.front() {
            Some(front) if *front == console || self.layers.subject() == Some(id) && is_console(front) => {
                let front = front.clone();
                let outlives = self.layers.outlives(id);
                let mut effects = if outlives { Vec::new() } else { self.layers.close_view(&front) };
                let layer = PageView::fetched(id.clone(), name, kind, page);
                effects.extend(self.show(Box::new(layer), View::Page(id.clone(), kind)));
                effects
            }
            // Its own box asks for a page itself.
            Some(View::Page(shown, _)) if shown == id => Vec::new(),
            _ => vec![Effect::report(format!("the console of {name} is a page for a browser"))],
        }
    }

    /// Asks for the confirmation of a write in the place of its menu, or sends it at once where it is safe.
    fn confirm(&mut self, write: PreparedWrite) -> Vec<Effect> {
        self.dirty = true;
        let view = View::Actions(write.target.id.clone());
        if write.danger == Danger::Safe {
            let mut effects = self.layers.close_view(&view);
            effects.push(Work::Send(Box::new(write)).into());
            return effects;
        }
        let layer = Confirm::layer(write, self.app.now);
        self.show(Box::new(layer), view)
    }

    /// Opens the form of an action in the place of the menu it was chosen from.
    fn open_form(&mut self, opening: FormOpening) -> Vec<Effect> {
        let (action, now) = (opening.action.id, self.app.now);
        let platform = opening.targets.first().and_then(|target| self.app.platform(target.context()));
        let beginning = self.app.forms.beginning(&opening.targets, action, platform, now);
        let menu = opening.targets.first().map(|target| View::Actions(target.id.clone()));
        let mut effects = menu.map(|menu| self.layers.close_view(&menu)).unwrap_or_default();
        effects.extend(self.push(FormLayer::new(opening, beginning, now)));
        effects
    }

    /// Asks for the confirmation of an action on several targets.
    fn confirm_all(&mut self, form: FilledForm) -> Vec<Effect> {
        let layer = BulkLayer::new(form, self.app.now);
        self.push(layer)
    }

    /// Puts a view in front. One that shows the same is closed first, so that `d` pressed twice opens one.
    pub(super) fn show(&mut self, layer: Box<dyn Layer>, view: View) -> Vec<Effect> {
        self.dirty = true;
        self.app.messages.dismiss_answer(self.app.now);
        self.layers.push(layer, Some(view))
    }

    /// Puts a menu, a prompt or a question in front.
    pub(super) fn push(&mut self, layer: impl Layer + 'static) -> Vec<Effect> {
        self.dirty = true;
        self.app.messages.dismiss_answer(self.app.now);
        self.layers.push(Box::new(layer), None)
    }

    pub(super) fn close_top(&mut self) -> Vec<Effect> {
        self.dirty = true;
        self.app.messages.dismiss_answer(self.app.now);
        let mut effects = self.layers.pop();
        if self.app.options.play.is_some() && self.layers.front().is_none() {
            // There is nothing behind the recording.
            effects.push(TerminalEffect::Quit.into());
        }
        effects
    }

    /// The current location: the table, and the view over it.
    pub(super) fn location(&self) -> Location {
        self.app.location(self.layers.view().cloned())
    }

    pub(super) fn history_back(&mut self) -> Vec<Effect> {
        let here = self.location();
        match self.app.history.go_back(here) {
            Some(location) => self.go_to(location),
            None => vec![Effect::report("start of history".to_owned())],
        }
    }

    /// Goes to a location without remembering the one left: history did.
    pub(super) fn go_to(&mut self, location: Location) -> Vec<Effect> {
        self.dirty = true;
        let mut effects = self.layers.clear();
        self.app.restore_location(&location);
        if let Some(view) = location.view {
            effects.extend(self.open_view(view));
        }
        effects
    }

    /// Goes to the table of a kind, narrowed to what belongs to a resource.
    fn follow(&mut self, kind: Kind, id: &ResourceId) -> Vec<Effect> {
        match self.app.narrow_to(kind, id) {
            Ok(narrow) => {
                self.dirty = true;
                let here = self.location();
                self.app.history.leave(here);
                let effects = self.layers.clear();
                self.app.show_narrowed(kind, narrow);
                effects
            }
            Err(why) => vec![Effect::complain(why)],
        }
    }

    fn show_table(&mut self, kind: Kind, filter: Option<&str>) -> Vec<Effect> {
        self.dirty = true;
        let mut effects = self.layers.clear();
        effects.extend(self.app.show_table(kind, filter).err().map(Effect::complain));
        effects
    }
}

const fn is_console(view: &View) -> bool {
    matches!(
        view,
        View::Console(_) | View::Way(..) | View::Consoles(_) | View::NewConsole(_) | View::Session(_)
    )
}
