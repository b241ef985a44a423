//! Effects that are only changes of the screen are done here; the rest goes outside.

use std::collections::VecDeque;

use super::App;
use crate::console::Page;
use crate::model::{Problem, ResourceId, ScreenKind};
use crate::tui::views::document::DocumentView;
use crate::tui::views::logs::LogView;
use crate::tui::views::page::PageView;
use crate::tui::views::telemetry::TelemetryView;
use crate::tui::{Effect, View};

impl App {
    /// Does what can be done here, and what follows from it; returns the rest.
    pub(super) fn settle(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        let mut queue: VecDeque<Effect> = effects.into();
        let mut outside = Vec::new();
        while let Some(effect) = queue.pop_front() {
            match effect {
                Effect::Say(text) => {
                    self.messages.add(self.now, false, text);
                    self.dirty = true;
                }
                Effect::Complain(text) => {
                    self.messages.add(self.now, true, text);
                    self.dirty = true;
                }
                Effect::CloseView => queue.extend(self.close_view()),
                Effect::Follow(kind, id) => queue.extend(self.follow(kind, &id)),
                Effect::ShowDocument(..) | Effect::ShowLogs(_) | Effect::ShowTelemetry(_) => {
                    let here = self.spot();
                    self.history.leave(here);
                    queue.extend(self.open_view(effect));
                }
                // A console that no terminal can show: its page is told.
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

    /// Makes the view that an effect asks for and puts it in front.
    pub(super) fn open_view(&mut self, by: Effect) -> Vec<Effect> {
        let view: Box<dyn View> = match &by {
            Effect::ShowTelemetry(id) => Box::new(TelemetryView::new(id.clone(), self.name_of(id))),
            Effect::ShowDocument(id, form) => {
                Box::new(DocumentView::new(id.clone(), self.name_of(id), *form))
            }
            Effect::ShowLogs(ids) => Box::new(LogView::new(self.named(ids), self.options.log_buffer)),
            Effect::ShowPage(id, asked) => Box::new(PageView::new(id.clone(), self.name_of(id), *asked)),
            // Consoles hold something that runs: they are made outside.
            _ => return vec![by],
        };
        self.show(view, by)
    }

    /// What to ask for where a resource offers a console, but not one of text.
    fn page_kind(&self, id: &ResourceId) -> Option<ScreenKind> {
        let offered = self.store.get(id)?.resource.offers().console;
        offered.filter(|kind| *kind != ScreenKind::Terminal)
    }

    /// A console came that is a page. Where nobody asked for a page, a text console was asked for and there is none.
    pub(super) fn page(
        &mut self,
        id: &ResourceId,
        asked: ScreenKind,
        answer: Result<Page, Problem>,
    ) -> Vec<Effect> {
        self.dirty = true;
        if self.views.iter_mut().any(|(view, _)| view.console_page(id, &answer)) {
            return Vec::new();
        }
        let Ok(page) = answer else { return Vec::new() };
        let waits = matches!(self.views.last(), Some((_, Effect::ShowConsole(shown))) if shown == id);
        let name = self.name_of(id);
        if waits {
            let mut effects = self.close_view();
            let view = PageView::arrived(id.clone(), name, asked, page);
            effects.extend(self.show(Box::new(view), Effect::ShowPage(id.clone(), asked)));
            effects
        } else {
            vec![Effect::Say(format!("the console of {name} is a page for a browser"))]
        }
    }

    /// Puts a view in front. One that shows the same is closed first, so that `d` pressed twice opens one.
    pub(super) fn show(&mut self, mut view: Box<dyn View>, by: Effect) -> Vec<Effect> {
        self.dirty = true;
        let mut effects = Vec::new();
        if let Some(at) = self.views.iter().position(|(_, opened)| *opened == by) {
            let (mut old, _) = self.views.remove(at);
            effects.extend(old.close());
        }
        effects.extend(view.open());
        self.views.push((view, by));
        effects
    }

    fn close_view(&mut self) -> Vec<Effect> {
        self.dirty = true;
        self.views.pop().map(|(mut view, _)| view.close()).unwrap_or_default()
    }

    pub(super) fn close_views(&mut self) -> Vec<Effect> {
        self.dirty = true;
        std::mem::take(&mut self.views).into_iter().flat_map(|(mut view, _)| view.close()).collect()
    }

    /// The names of resources, for a log view.
    pub(super) fn named(&self, ids: &[ResourceId]) -> Vec<(ResourceId, String)> {
        ids.iter().map(|id| (id.clone(), self.name_of(id))).collect()
    }
}
