//! The menu of actions that several rows have in common, with how many of the rows each of them fits.

use std::sync::Arc;

use arcstr::ArcStr;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::super::form::{FilledForm, FormOpening};
use crate::model::{Action, ActionId, FormValues, Resource, Target};
use crate::tui::Effect;
use crate::tui::app::App;
use crate::tui::effect::ScreenEffect;
use crate::tui::layer::Handled;
use crate::tui::overlays::list::{Item, List, Tone};
use crate::tui::overlays::{Menu, MenuLayer, Shape};

/// An action that all rows have.
struct Common {
    action: Action,
    /// The rows that it fits now.
    fitting: Vec<Target>,
    /// Why it does not fit others, and how many.
    reasons: Vec<(ArcStr, usize)>,
}

/// The actions that several rows have in common.
pub struct BulkMenu {
    targets: Vec<Target>,
    /// How many of them the table does not show.
    hidden: usize,
    actions: Vec<Common>,
    chosen: Option<ActionId>,
}

impl BulkMenu {
    /// The menu of rows with the actions of each, of which so many are hidden; `chosen` is chosen in it as if by its key.
    ///
    /// # Errors
    /// When they have no action in common that can be done to several at once.
    pub fn layer(
        rows: &[(Arc<Resource>, Vec<Action>)],
        hidden: usize,
        chosen: Option<ActionId>,
    ) -> Result<MenuLayer<Self>, String> {
        let targets: Vec<Target> = rows.iter().map(|(row, _)| Target::of(row)).collect();
        let actions = common(rows);
        if actions.is_empty() {
            return Err(format!("these {} rows have no action in common for several at once", rows.len()));
        }
        let items = actions.iter().enumerate().map(|(at, common)| item(at, common, targets.len())).collect();
        let at = actions.iter().position(|common| Some(common.action.id) == chosen);
        let layer = Menu::layer(Self { targets, hidden, actions, chosen }, items);
        Ok(match at {
            Some(at) => layer.selecting(&at),
            None => layer,
        })
    }

    fn take(&self, at: usize) -> Vec<Effect> {
        let Some(common) = self.actions.get(at) else {
            return Vec::new();
        };
        if common.fitting.is_empty() {
            let reasons = reasons(&common.reasons);
            return vec![Effect::complain(format!("{}: {reasons}", common.action.name))];
        }
        let (targets, action) = (self.targets.clone(), common.action.clone());
        let next = if action.has_form {
            // The fields of what it does not fit are not asked for.
            ScreenEffect::Form(Box::new(FormOpening { targets: common.fitting.clone(), action }))
        } else {
            ScreenEffect::ConfirmAll(Box::new(FilledForm { targets, action, values: FormValues::new() }))
        };
        vec![Effect::close(), next.into()]
    }
}

/// The actions for several at once that all rows have, in the order of the first row.
fn common(rows: &[(Arc<Resource>, Vec<Action>)]) -> Vec<Common> {
    let Some((_, first)) = rows.first() else {
        return Vec::new();
    };
    let of =
        |actions: &[Action], id| actions.iter().find(|action| action.id == id && action.in_bulk).cloned();
    let mut all = Vec::new();
    for action in first.iter().filter(|action| action.in_bulk) {
        let each: Option<Vec<_>> = rows.iter().map(|(row, own)| Some((row, of(own, action.id)?))).collect();
        let Some(each) = each else { continue };
        let danger = each.iter().map(|(_, own)| own.danger).max().unwrap_or(action.danger);
        let mut common =
            Common { action: Action { danger, ..action.clone() }, fitting: Vec::new(), reasons: Vec::new() };
        for (row, own) in each {
            match own.availability.reason() {
                None => common.fitting.push(Target::of(row)),
                Some(reason) => match common.reasons.iter_mut().find(|(known, _)| **known == *reason) {
                    Some((_, count)) => *count += 1,
                    None => common.reasons.push((reason.into(), 1)),
                },
            }
        }
        all.push(common);
    }
    all
}

fn item(at: usize, common: &Common, rows: usize) -> Item<usize> {
    let Common { action, fitting, reasons: why } = common;
    let danger = action.danger.word();
    let item = |detail| Item::new(action.key.to_string(), action.name, detail, at);
    match (fitting.len(), why.is_empty()) {
        (0, _) => item(reasons(why)).toned(Tone::Dim),
        (_, true) => item(format!("{danger:<10}  all {rows} fit")),
        (fit, false) => item(format!("{danger:<10}  {fit} of {rows} fit; {}", reasons(why))),
    }
}

/// `8: it is already stopped; 1: context is read-only`.
fn reasons(reasons: &[(ArcStr, usize)]) -> String {
    reasons.iter().map(|(reason, count)| format!("{count}: {reason}")).collect::<Vec<_>>().join("; ")
}

impl Menu for BulkMenu {
    type Choice = usize;

    fn title(&self) -> String {
        let mut contexts: Vec<&str> = self.targets.iter().map(|target| target.context().as_str()).collect();
        contexts.sort_unstable();
        contexts.dedup();
        let place = match &*contexts {
            [only] => (*only).to_owned(),
            all => format!("{} contexts", all.len()),
        };
        match (self.targets.len(), self.hidden) {
            (count, 0) => format!("{count} marked in {place}"),
            (count, hidden) => format!("{count} marked, {hidden} not shown, in {place}"),
        }
    }

    fn foot(&self, _ascii: bool) -> &'static str {
        "enter or its key choose  esc close"
    }

    fn shape(&self) -> Shape {
        Shape::Middle(110)
    }

    fn open(&mut self) -> Vec<Effect> {
        let Some(chosen) = self.chosen.take() else {
            return Vec::new();
        };
        match self.actions.iter().position(|common| common.action.id == chosen) {
            Some(at) => self.take(at),
            None => vec![Effect::complain(format!("{chosen} is not for all of them at once"))],
        }
    }

    fn choose(&mut self, at: usize, _list: &mut List<usize>, _app: &mut App) -> Vec<Effect> {
        self.take(at)
    }

    fn key(&mut self, key: KeyEvent, _list: &mut List<usize>, _app: &App) -> Handled {
        let KeyCode::Char(letter) = key.code else {
            return Handled::Ignored;
        };
        if !key.modifiers.difference(KeyModifiers::SHIFT).is_empty() {
            return Handled::Ignored;
        }
        match self.actions.iter().position(|common| common.action.key == letter) {
            // A key that is held down chooses once.
            Some(_) if key.kind == KeyEventKind::Repeat => Handled::done(),
            Some(at) => self.take(at).into(),
            None => Handled::Ignored,
        }
    }
}
