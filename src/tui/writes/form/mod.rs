//! The form of an action: typed fields with their rules, checked as they are typed. Submitting asks for the write,
//! whose confirmation lies over the form; a refusal comes back into it.

mod common;

use crossterm::event::Event as TerminalEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use common::{CommonForm, FilledForm, FormOpening};

use super::actions::prepared;
use crate::fleet::{WriteEvent, WritePhase};
use crate::model::{Action, Problem, Target};
use crate::tui::app::App;
use crate::tui::command::FormCommand;
use crate::tui::draw::put;
use crate::tui::effect::ScreenEffect;
use crate::tui::layer::{Answer, Asking, Handled, Hint, Layer, Question, Ticket};
use crate::tui::widgets::frame::draw_border;
use crate::tui::{Command, Effect, KeyContext};

/// The form of an action on its targets.
pub struct FormLayer {
    targets: Vec<Target>,
    action: Action,
    form: CommonForm,
    loading: Asking,
    preparing: Asking,
    problem: Option<Problem>,
}

impl FormLayer {
    /// The form of an action, still to be asked for.
    pub fn new(opening: FormOpening) -> Self {
        let FormOpening { targets, action } = opening;
        Self {
            targets,
            action,
            form: CommonForm::default(),
            loading: Asking::default(),
            preparing: Asking::default(),
            problem: None,
        }
    }

    fn submit(&mut self) -> Vec<Effect> {
        let values = self.form.form.defaults();
        match &*self.targets {
            [target] => {
                let (target, action) = (Box::new(target.clone()), Box::new(self.action.clone()));
                self.preparing.ask(Question::Write(target, action, values))
            }
            _ => {
                let filled =
                    FilledForm { targets: self.targets.clone(), action: self.action.clone(), values };
                vec![ScreenEffect::ConfirmAll(Box::new(filled)).into()]
            }
        }
    }
}

impl Layer for FormLayer {
    fn open(&mut self) -> Vec<Effect> {
        let values = crate::model::FormValues::new();
        self.loading.ask(Question::Form(self.targets.clone(), self.action.id, values))
    }

    fn is_opaque(&self) -> bool {
        false
    }

    fn key_context(&self) -> KeyContext {
        KeyContext::Form
    }

    fn hints(&self, _app: &App) -> Vec<Hint> {
        vec![Hint::new(Command::Submit, "go on"), Hint::new(Command::Back, "close")]
    }

    fn event(&mut self, _event: &TerminalEvent, _app: &mut App) -> Handled {
        Handled::Ignored
    }

    fn perform(&mut self, command: Command, _count: Option<u32>, _app: &mut App) -> Handled {
        match FormCommand::of(command) {
            Some(FormCommand::Back) => Effect::close().into(),
            Some(FormCommand::Submit) => self.submit().into(),
            _ => Handled::Ignored,
        }
    }

    fn answer(&mut self, ticket: Ticket, answer: Answer) -> Vec<Effect> {
        match answer {
            Answer::Form(form) if self.loading.is(ticket) => {
                self.loading.close();
                match *form {
                    Ok(form) => self.form = form,
                    Err(problem) => self.problem = Some(problem),
                }
                Vec::new()
            }
            Answer::Prepared(_) => prepared(&mut self.preparing, ticket, answer),
            _ => Vec::new(),
        }
    }

    fn take_write(&mut self, event: &WriteEvent) -> bool {
        let is_ours = event.action.id == self.action.id
            && self.targets.iter().any(|target| target.id == event.target.id);
        !(is_ours && event.phase == WritePhase::Sent)
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, app: &mut App) {
        let look = app.look();
        for at in area.positions() {
            buf[at].reset();
        }
        buf.set_style(area, look.theme.text);
        draw_border(area, buf, &look, look.theme.accent);
        let inner =
            Rect::new(area.x + 2, area.y + 1, area.width.saturating_sub(4), area.height.saturating_sub(2));
        let lines: Vec<String> = match &self.problem {
            Some(problem) => vec![problem.to_string()],
            None if self.loading.is_open() => vec!["loading the form".to_owned()],
            None => self.form.form.fields.iter().map(|field| field.label.to_string()).collect(),
        };
        for (y, line) in (inner.y..inner.bottom()).zip(lines) {
            put(buf, inner.x, y, inner.width, &line, look.theme.text);
        }
    }
}
