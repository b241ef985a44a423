//! Keys of a document.

use serde_json::{Map, Value};

use super::sheet::{Class, Sheet};
use super::{DocumentView, Mask, UNMASKED_FOR, json, yaml};
use crate::model::{Kind, ScreenKind, Timestamp};
use crate::tui::command::TextCommand;
use crate::tui::effect::{DocumentForm, TerminalEffect, View, Work};
use crate::tui::layer::Handled;
use crate::tui::{Command, Effect};

impl DocumentView {
    pub(super) fn offers(&self) -> Vec<(Command, &'static str)> {
        let mut hints = vec![(Command::Search, "search")];
        if self.search.as_ref().is_some_and(|search| !search.hits.is_empty()) {
            hints.push((Command::NextMatch, "next"));
            hints.push((Command::PreviousMatch, "previous"));
        }
        for (form, command, word) in [
            (DocumentForm::Form, Command::Describe, "form"),
            (DocumentForm::Yaml, Command::Yaml, "yaml"),
            (DocumentForm::Json, Command::Json, "json"),
        ] {
            if form != self.form {
                hints.push((command, word));
            }
        }
        if self.fold_target().is_some() {
            hints.push((Command::Fold, "fold"));
        }
        if self.has_secrets() {
            hints.push((Command::Unmask, "unmask"));
        }
        hints.extend([
            (Command::Copy, "copy"),
            (Command::CopyMenu, "copy all"),
            (Command::Save, "save"),
            (Command::Wide, if self.wrap { "no wrap" } else { "wrap" }),
            (Command::Refresh, "read again"),
            (Command::Close, "back"),
        ]);
        hints
    }

    pub(super) fn act(&mut self, command: TextCommand, count: Option<u32>) -> Handled {
        let steps = i64::from(count.unwrap_or(1).max(1));
        match command {
            TextCommand::Move(movement) => {
                self.with_pager(|pager, text| pager.travel(movement, count, text));
            }
            TextCommand::Left => self.shift(false, count),
            TextCommand::Right => self.shift(true, count),
            TextCommand::Back if self.search.is_some() => self.search = None,
            TextCommand::Back | TextCommand::Close => return Effect::close().into(),
            TextCommand::Search => self.start_search(),
            TextCommand::NextMatch => self.next_hit(steps),
            TextCommand::PreviousMatch => self.next_hit(-steps),
            TextCommand::Describe => self.turn(DocumentForm::Form),
            TextCommand::Yaml => self.turn(DocumentForm::Yaml),
            TextCommand::Json => self.turn(DocumentForm::Json),
            TextCommand::Wide => self.wrap = !self.wrap,
            TextCommand::Fold | TextCommand::Open => {
                if let Some(row) = self.fold_target() {
                    self.fold(row);
                }
            }
            TextCommand::Unmask => return self.unmask().into(),
            TextCommand::Ssh if self.id.kind == Kind::Instance => {
                return View::Way(self.id.clone(), ScreenKind::Ssh).into();
            }
            TextCommand::Ssh => {
                let kind = self.id.kind.singular();
                return Effect::complain(format!("there is no SSH into a {kind}")).into();
            }
            TextCommand::Refresh => return self.read().into(),
            TextCommand::Copy => return self.copy(count).into(),
            TextCommand::CopyMenu => return self.copy_all().into(),
            TextCommand::Save => return self.save().into(),
        }
        Handled::done()
    }

    fn turn(&mut self, form: DocumentForm) {
        if self.form != form {
            self.form = form;
            self.stale = true;
            self.pager.left = 0;
            self.refresh();
        }
    }

    /// The row that folding here folds: the one under the cursor, or the one it belongs to.
    fn fold_target(&self) -> Option<usize> {
        let row = self.row()?;
        match self.sheet.row(row) {
            Some(own) if own.inside > 0 => Some(row),
            _ => self.sheet.around(row).last().copied(),
        }
    }

    fn has_secrets(&self) -> bool {
        self.sections
            .iter()
            .any(|section| section.body.as_ref().is_ok_and(|document| !document.secrets.is_empty()))
    }

    fn unmask(&mut self) -> Vec<Effect> {
        if !self.has_secrets() {
            return vec![Effect::report("Nothing here is masked".to_owned())];
        }
        self.mask = Mask::Lifting;
        self.stale = true;
        vec![TerminalEffect::DrawAfter(UNMASKED_FOR).into()]
    }

    /// Starts and ends what lasts some time.
    pub(super) fn watch_the_clock(&mut self, now: Timestamp) {
        match self.mask {
            Mask::Lifting => {
                // A moment of the future: as far ahead as the past one would be behind.
                let until = now.as_millis() + i64::try_from(UNMASKED_FOR.as_millis()).unwrap_or(0);
                self.mask = Timestamp::from_millis(until).map_or(Mask::On, Mask::OffUntil);
                self.stale = true;
            }
            Mask::OffUntil(until) if now >= until => {
                self.mask = Mask::On;
                self.stale = true;
            }
            _ => {}
        }
        if self.reading.is_open() && self.asked.is_none() {
            self.asked = Some(now);
        }
    }

    fn copy(&self, count: Option<u32>) -> Vec<Effect> {
        let Some(row) = self.row() else { return Vec::new() };
        if let Some(count) = count.filter(|&count| count > 1) {
            let many = usize::try_from(count).unwrap_or(usize::MAX);
            let lines: Vec<&str> =
                self.shown[self.pager.cursor..].iter().take(many).map(|&row| self.sheet.text(row)).collect();
            return vec![Effect::copy_lines(&lines, format!("{} lines", lines.len()))];
        }
        let Some(at) = self.sheet.row(row) else {
            return Vec::new();
        };
        if at.class == Class::Secret {
            return vec![Effect::report("That value is masked; unmask it first, then copy it".to_owned())];
        }
        let (text, label) = if at.class == Class::Title {
            let rows: Vec<&str> = (row + 1..=row + at.inside).map(|row| self.sheet.text(row)).collect();
            (rows.join("\n"), self.sheet.text(row).to_owned())
        } else {
            (self.own_text(at.section, at.node, row), self.name_of(row))
        };
        vec![Effect::copy_lines(text.split('\n'), label)]
    }

    /// The value of a row as itself: a text without its quotes, anything else as the form writes it.
    fn own_text(&self, section: usize, node: usize, row: usize) -> String {
        let value = self.value(section);
        let own = value.as_ref().filter(|_| node > 0).and_then(|value| nth(value, &mut (node - 1)));
        match own {
            Some(Value::String(text)) => text.clone(),
            Some(value @ (Value::Array(_) | Value::Object(_))) => {
                let mut sheet = Sheet::default();
                match self.form {
                    DocumentForm::Json => json::write(&mut sheet, value),
                    DocumentForm::Form | DocumentForm::Yaml => yaml::write(&mut sheet, value),
                }
                lines(&sheet)
            }
            Some(value) => value.to_string(),
            None => self.sheet.text(row).trim().to_owned(),
        }
    }

    fn name_of(&self, row: usize) -> String {
        let split = self.sheet.row(row).map_or(0, |row| row.split);
        let name = self.sheet.text(row).get(..split).unwrap_or("");
        let name = name.trim().trim_start_matches("- ").trim_end_matches(':').trim_matches('"');
        if name.is_empty() || name == "-" { "value".to_owned() } else { name.to_owned() }
    }

    fn copy_all(&self) -> Vec<Effect> {
        vec![Effect::copy_lines(self.whole().split('\n'), format!("all of {}", self.name))]
    }

    fn save(&self) -> Vec<Effect> {
        let ending = match self.form {
            DocumentForm::Form => "txt",
            DocumentForm::Yaml => "yaml",
            DocumentForm::Json => "json",
        };
        let name = crate::tui::widgets::ansi::file_stem(&self.name);
        vec![Work::Save(format!("{name}.{ending}"), self.whole().into_bytes()).into()]
    }

    /// Everything, as a file that a reader of its format can read.
    fn whole(&self) -> String {
        let mut sheet = Sheet::default();
        if self.form == DocumentForm::Form {
            return lines(&self.sheet);
        }
        let mut map = Map::new();
        for (at, section) in self.sections.iter().enumerate() {
            if let Some(value) = self.value(at) {
                map.insert(section.title.to_owned(), value);
            }
        }
        match self.form {
            DocumentForm::Json => json::write(&mut sheet, &Value::Object(map)),
            DocumentForm::Form | DocumentForm::Yaml => yaml::write(&mut sheet, &Value::Object(map)),
        }
        lines(&sheet)
    }
}

fn lines(sheet: &Sheet) -> String {
    let mut text = String::new();
    for row in 0..sheet.len() {
        text.push_str(sheet.text(row));
        text.push('\n');
    }
    text
}

/// The value that is `left` further on, counted from the root as the rows count.
fn nth<'a>(value: &'a Value, left: &mut usize) -> Option<&'a Value> {
    if *left == 0 {
        return Some(value);
    }
    let mut children: Box<dyn Iterator<Item = &Value>> = match value {
        Value::Array(items) => Box::new(items.iter()),
        Value::Object(map) => Box::new(map.values()),
        _ => return None,
    };
    children.find_map(|child| {
        *left -= 1;
        nth(child, left)
    })
}
