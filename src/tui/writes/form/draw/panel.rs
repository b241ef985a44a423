//! The help of the field with the focus, its rule, and its choices.

use std::borrow::Cow;

use arcstr::ArcStr;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::choices::Loading;
use super::super::field::{Entry, FieldState, OnScreen as _};
use super::super::{FormLayer, Waiting};
use super::Spot;
use crate::model::{Bytes, Characters, DATE_FORMS, FieldKind, TextRule};
use crate::tui::app::App;
use crate::tui::draw::{columns, put, put_right, without_middle, wrap};
use crate::tui::overlays::key_of;
use crate::tui::overlays::list::{Item, Tone};
use crate::tui::{Command, KeyContext, Look};

/// Rows of the fields that stay while the list of choices is open on a small screen.
const MIN_FIELD_ROWS: u16 = 3;

/// The widest that the labels of choices get, as a part of the panel.
const LABEL_PART: u16 = 2;

impl FormLayer {
    /// The rows of the panel below the fields.
    pub(super) fn panel_rows(&self, inner: Rect, app: &App) -> u16 {
        let most = inner.height.saturating_sub(MIN_FIELD_ROWS + 1);
        let Some(field) = self.focused() else { return most.min(2) };
        if field.choices.is_open() {
            return most;
        }
        let texts = self.texts(field, inner.width, app.look().ascii);
        let rows = u16::try_from(texts.len()).unwrap_or(u16::MAX);
        let choices = if field.has_choices() || field.is_file() { 3 } else { 0 };
        (rows + choices).min(inner.height * 2 / 5).min(most)
    }

    pub(super) fn draw_panel(&mut self, area: Rect, buf: &mut Buffer, app: &App) {
        let look = app.look();
        let Some(field) = self.focused() else {
            let text = format!("{} Nothing is sent before it was confirmed.", self.action.help);
            for (line, y) in wrap(&text, area.width).iter().zip(area.top()..area.bottom()) {
                put(buf, area.x, y, area.width, line, look.theme.text);
            }
            return;
        };
        let mut rest = area;
        // An open list is what matters: on a small screen it has all of the room.
        if !(field.choices.is_open() && area.height < 8) {
            for (line, tone) in self.texts(field, area.width, look.ascii) {
                if rest.height == 0 {
                    return;
                }
                let style = match tone {
                    Text::Title => look.theme.title,
                    Text::Help => look.theme.text,
                    Text::Rule => look.theme.dim,
                    Text::Error => look.theme.bad,
                };
                put(buf, rest.x, rest.y, rest.width, &line, style);
                rest.y += 1;
                rest.height -= 1;
            }
            if rest.height > 6 && (field.has_choices() || field.is_file()) {
                rest.y += 1;
                rest.height -= 1;
            }
        }
        if field.has_choices() {
            self.draw_choices(rest, buf, app);
        } else if field.is_file() {
            self.draw_paths(rest, buf, &look);
        }
    }

    /// The title, the help, the rule and the error of a field.
    fn texts(&self, field: &FieldState, width: u16, ascii: bool) -> Vec<(String, Text)> {
        let mut all = Vec::new();
        let need = if field.field.required { "required" } else { "optional" };
        all.push((format!("{}, {need}", field.field.label), Text::Title));
        let mut add = |text: &str, tone| all.extend(wrap(text, width).into_iter().map(|line| (line, tone)));
        // What is not finished is no mistake yet, until the field is left.
        let error = field.error(self.now).filter(|_| field.is_visited || !field.is_empty());
        if let Some(error) = error {
            let sign = if ascii { "!" } else { "✗" };
            add(&format!("{sign} {error}"), Text::Error);
        }
        if !field.field.help.is_empty() {
            add(&field.field.help, Text::Help);
        }
        if field.is_mixed && !field.is_touched {
            add("The targets differ here. Each keeps its own value unless you enter one.", Text::Rule);
        }
        let rule = rule(&field.field.kind);
        if !rule.is_empty() {
            add(&rule, Text::Rule);
        }
        if let Entry::Text(edit) = &field.entry
            && edit.is_cut()
        {
            add("The pasted text was cut: it is longer than any field.", Text::Error);
        }
        all
    }

    fn draw_choices(&mut self, area: Rect, buf: &mut Buffer, app: &App) {
        let look = app.look();
        let Some(field) = self.fields.get_mut(self.focus).filter(|_| area.height > 0) else { return };
        let reload = key_of(app, KeyContext::Form, Command::Refresh);
        let status = field.choices.status(self.now, &reload);
        let is_failed = matches!(field.choices.loading, Loading::Failed(_));
        let style = if is_failed { look.theme.bad } else { look.theme.dim };
        let mut list_area = area;
        let lines = if is_failed { wrap(&status, area.width) } else { vec![status] };
        let most = if field.choices.all.is_empty() { area.height } else { area.height.div_ceil(3) };
        let lines = lines.into_iter().take(most.into());
        for line in lines {
            put(buf, list_area.x, list_area.y, area.width, &line, style);
            list_area.y += 1;
            list_area.height = list_area.height.saturating_sub(1);
        }
        let chosen = field.chosen();
        let is_open = field.choices.is_open();
        if !is_open {
            // Shown as it will be when it is opened.
            field.choices.open("", &chosen);
        }
        let Some(list) = &mut field.choices.list else { return };
        if is_open && list_area.height > 0 {
            if let Some(prompt) = &list.prompt {
                let line = Rect { height: 1, ..list_area };
                self.drawn.cursor = Some(prompt.draw(line, &list.lines().len().to_string(), buf, &look));
            }
            list_area.y += 1;
            list_area.height -= 1;
        }
        list.fit(list_area.height.into());
        let (keys, labels) = list.lines().fold((0, 0), |(keys, labels), item| {
            (keys.max(columns(&item.key)), labels.max(columns(&item.label)))
        });
        let has_notes = list.lines().any(|item| !item.detail.is_empty());
        let labels = if has_notes { labels.min(area.width / LABEL_PART) } else { labels };
        if is_open && list.lines().len() == 0 && !list.items().is_empty() && list_area.height > 0 {
            put(buf, list_area.x, list_area.y, area.width, "nothing matches", look.theme.dim);
        }
        for y in list_area.top()..list_area.bottom() {
            let Some((at, item)) = list.line_at((y - list_area.y).into()) else { break };
            let line = Rect { y, height: 1, ..list_area };
            draw_choice(item, line, keys, labels, buf, &look);
            if is_open && at == list.cursor() {
                buf.set_style(line, look.theme.selected);
            }
            if let Some(value) = &item.choice {
                self.drawn.spots.push((line, Spot::Choice(value.clone())));
            }
        }
        if !is_open {
            field.choices.close();
        }
    }

    fn draw_paths(&mut self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let Some(field) = self.focused() else { return };
        let mut spots = Vec::new();
        for (choice, y) in field.choices.all.iter().zip(area.top()..area.bottom()) {
            let end = put(buf, area.x, y, area.width, &choice.label, look.theme.text);
            let room = area.right().saturating_sub(end + 2);
            put_right(buf, area.right(), y, room, choice.note.as_deref().unwrap_or_default(), look.theme.dim);
            spots.push((Rect { y, height: 1, ..area }, Spot::Path(choice.value.clone())));
        }
        self.drawn.spots.extend(spots);
    }

    /// The keys of the field with the focus, for the lower border.
    pub(super) fn foot(&self) -> &'static str {
        if self.preparing.is_open() || matches!(self.waiting, Waiting::Sent(_)) {
            return "esc cancel";
        }
        let Some(field) = self.focused() else { return "enter goes on; nothing is sent yet" };
        let is_open = field.choices.is_open();
        match &field.entry {
            Entry::Several(_) if is_open => "space marks  enter done  type to search  esc close",
            _ if is_open && field.choices.takes_typed() => "type the value  enter takes it  esc close",
            _ if is_open => "enter chooses  type to search  esc close",
            Entry::Several(_) => "space opens the list  del empties it  enter next",
            Entry::One(_) => "space opens the list  left, right change  enter next",
            Entry::Switch(_) => "space switches  enter next",
            Entry::Text(_) if field.is_file() => "right completes  enter next",
            Entry::Text(edit) if edit.has_lines() && field.field.kind.ends_at_blank_line() => {
                "enter new line, twice next field  tab next"
            }
            Entry::Text(edit) if edit.has_lines() => "enter new line  tab next",
            Entry::Text(_) => "enter next",
        }
    }
}

/// The weight of a text of the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    Title,
    Help,
    Rule,
    Error,
}

fn draw_choice(item: &Item<ArcStr>, line: Rect, keys: u16, labels: u16, buf: &mut Buffer, look: &Look<'_>) {
    let is_dim = item.tone == Tone::Dim;
    let style = if is_dim { look.theme.off } else { look.theme.text };
    put(buf, line.x, line.y, keys, &item.key, look.theme.key);
    let x = line.x + keys + 1;
    let room = line.right().saturating_sub(x);
    put(buf, x, line.y, labels.min(room), &item.label, style);
    let x = x + labels + 2;
    let style = if is_dim { look.theme.off } else { look.theme.dim };
    let room = line.right().saturating_sub(x);
    // A reason is alike at its beginning: `only types of…family gpu3 fit`.
    let detail =
        if is_dim { without_middle(Cow::Borrowed(&item.detail), room) } else { (&item.detail).into() };
    put(buf, x, line.y, room, &detail, style);
}

/// The rule of a kind of field in a few words; empty where there is none to know.
fn rule(kind: &FieldKind) -> String {
    match kind {
        FieldKind::Text(rule) | FieldKind::Secret(rule) => text_rule(*rule),
        FieldKind::Number(rule) => {
            let unit = rule.unit.symbol;
            let range = format!("{} to {} {unit}", rule.least, rule.most);
            let suffixes: Vec<&str> = rule.unit.suffixes.iter().map(|(suffix, _)| *suffix).take(6).collect();
            let range = range.trim_end();
            if suffixes.is_empty() {
                range.to_owned()
            } else {
                format!("{range}; also with {}", suffixes.join(", "))
            }
        }
        FieldKind::List { texts, most } => {
            let each = text_rule(*texts);
            format!("one a line, at most {most}; each {each}")
        }
        FieldKind::Map { most, .. } => format!("name=value, one a line, at most {most}"),
        FieldKind::File { max_bytes } => format!("at most {}", Bytes(*max_bytes)),
        FieldKind::Date => format!("such as {DATE_FORMS}"),
        FieldKind::Switch | FieldKind::Choice(_) | FieldKind::Several(_) => String::new(),
    }
}

fn text_rule(rule: TextRule) -> String {
    let length = if rule.least > 1 {
        format!("{} to {} characters", rule.least, rule.most)
    } else {
        format!("up to {} characters", rule.most)
    };
    match rule.characters {
        Characters::Any => length,
        Characters::Ascii => format!("{length} of ASCII"),
        Characters::Name { also } => format!("{length}: letters, digits{}", others(also)),
        Characters::LowerName { also } => format!("{length}: small letters, digits{}", others(also)),
    }
}

fn others(also: &str) -> String {
    also.chars().flat_map(|c| [' ', c]).collect()
}
