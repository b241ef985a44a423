//! Effects that are only changes of the screen are done here; the rest goes outside.

use std::collections::VecDeque;

use super::Ui;
use crate::console::Page;
use crate::model::{Kind, Problem, ResourceId, ScreenKind};
use crate::tui::Effect;
use crate::tui::app::Location;
use crate::tui::layer::Layer;
use crate::tui::views::document::DocumentView;
use crate::tui::views::logs::LogView;
use crate::tui::views::page::PageView;
use crate::tui::views::telemetry::TelemetryView;

impl Ui {
    /// Does what can be done here, and what follows from it; returns the rest.
    pub(super) fn settle(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        let mut outside = Vec::new();
        let mut queue: VecDeque<Effect> = effects.into();
        loop {
            for layer in self.app.take_opening() {
                self.dirty = true;
                queue.extend(self.layers.push(layer, None));
            }
            let Some(effect) = queue.pop_front() else { break };
            match effect {
                Effect::Say(text) => self.report(text, false),
                Effect::Complain(text) => self.report(text, true),
                Effect::CloseView => queue.extend(self.close_top()),
                Effect::Perform(command) => queue.extend(self.dispatch(command, None)),
                Effect::Follow(kind, id) => queue.extend(self.follow(kind, &id)),
                Effect::ShowTable(kind, filter) => queue.extend(self.show_table(kind, filter.as_deref())),
                Effect::ShowDocument(..) | Effect::ShowLogs(_) | Effect::ShowTelemetry(_) => {
                    let here = self.location();
                    self.app.history.leave(here);
                    queue.extend(self.open_view(effect));
                }
                // A console that no terminal can show: its page is offered.
                Effect::ShowConsole(id) => match self.page_kind(&id) {
                    Some(kind) => queue.extend(self.open_view(Effect::ShowPage(id, kind))),
                    None => outside.push(Effect::ShowConsole(id)),
                },
                Effect::ShowPage(..) => queue.extend(self.open_view(effect)),
                effect => outside.push(effect),
            }
        }
        outside
    }

    fn report(&mut self, text: String, bad: bool) {
        self.app.messages.add(self.app.now, bad, text);
        self.dirty = true;
    }

    /// Makes the view that an effect asks for and puts it in front.
    fn open_view(&mut self, by: Effect) -> Vec<Effect> {
        let app = &self.app;
        let view: Box<dyn Layer> = match &by {
            Effect::ShowTelemetry(id) => Box::new(TelemetryView::new(id.clone(), app.name_of(id))),
            Effect::ShowDocument(id, form) => Box::new(DocumentView::new(id.clone(), app.name_of(id), *form)),
            Effect::ShowLogs(ids) => {
                let sources = ids.iter().map(|id| (id.clone(), app.name_of(id))).collect();
                Box::new(LogView::new(sources, app.options.log_buffer))
            }
            Effect::ShowPage(id, asked) => Box::new(PageView::new(id.clone(), app.name_of(id), *asked)),
            // Consoles hold something that runs: they are made outside.
            _ => return vec![by],
        };
        self.show(view, by)
    }

    /// What to ask for where a resource offers a console, but not one of text.
    fn page_kind(&self, id: &ResourceId) -> Option<ScreenKind> {
        let offered = self.app.store.get(id)?.resource.offers().console;
        offered.filter(|kind| *kind != ScreenKind::Terminal)
    }

    /// A console came that is a page. Where no page was asked for, a text console was, and there is none.
    pub(super) fn page(
        &mut self,
        id: &ResourceId,
        asked: ScreenKind,
        answer: Result<Page, Problem>,
    ) -> Vec<Effect> {
        self.dirty = true;
        if self.layers.each().any(|layer| layer.console_page(id, &answer)) {
            return Vec::new();
        }
        let Ok(page) = answer else { return Vec::new() };
        let console = Effect::ShowConsole(id.clone());
        let name = self.app.name_of(id);
        if self.layers.front() == Some(&console) {
            let mut effects = self.layers.close_view(&console);
            let view = PageView::fetched(id.clone(), name, asked, page);
            effects.extend(self.show(Box::new(view), Effect::ShowPage(id.clone(), asked)));
            effects
        } else {
            vec![Effect::Say(format!("the console of {name} is a page for a browser"))]
        }
    }

    /// Puts a view in front. One that shows the same is closed first, so that `d` pressed twice opens one.
    pub(super) fn show(&mut self, view: Box<dyn Layer>, by: Effect) -> Vec<Effect> {
        self.dirty = true;
        self.layers.push(view, Some(by))
    }

    /// Puts a menu, a prompt or a question in front.
    pub(super) fn push(&mut self, layer: impl Layer + 'static) -> Vec<Effect> {
        self.dirty = true;
        self.layers.push(Box::new(layer), None)
    }

    pub(super) fn close_top(&mut self) -> Vec<Effect> {
        self.dirty = true;
        self.layers.pop()
    }

    /// Where we are: the table, and the view over it.
    pub(super) fn location(&self) -> Location {
        self.app.location(self.layers.view().cloned())
    }

    pub(super) fn history_back(&mut self) -> Vec<Effect> {
        let here = self.location();
        match self.app.history.go_back(here) {
            Some(location) => self.go_to(location),
            None => vec![Effect::Say("start of history".to_owned())],
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
            Err(why) => vec![Effect::Complain(why)],
        }
    }

    fn show_table(&mut self, kind: Kind, filter: Option<&str>) -> Vec<Effect> {
        self.dirty = true;
        let mut effects = self.layers.clear();
        effects.extend(self.app.show_table(kind, filter).err().map(Effect::Complain));
        effects
    }
}
