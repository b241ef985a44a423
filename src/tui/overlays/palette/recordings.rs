//! `play FILE`: the recordings that were made here by their names, and any other by its path.

use std::path::Path;

use super::{Choice, wrong};
use crate::console::recording::RecordedFile;
use crate::model::{Timestamp, age};
use crate::tui::Effect;
use crate::tui::layer::{Answer, Asking, Question, Ticket};
use crate::tui::overlays::list::Item;
use crate::tui::writes::form::{FoundFiles, expanded};

/// The word of the command.
pub(super) const WORD: &str = "play";

/// The recordings that can be chosen.
#[derive(Default)]
pub(super) struct Recordings {
    listing: Asking,
    completing: Asking,
    /// Those that were made here, the newest first; `None` until they are known.
    made: Option<Vec<RecordedFile>>,
    /// Paths that begin as the one that was typed when Tab was pressed.
    completions: Vec<String>,
    is_new: bool,
}

impl Recordings {
    /// Asks for them once the command is typed.
    pub fn ask_for(&mut self, typed: &str) -> Vec<Effect> {
        if argument(typed).is_none() || self.made.is_some() || self.listing.is_open() {
            return Vec::new();
        }
        self.listing.ask(Question::Recordings)
    }

    /// Asks for the paths that begin as the one that is typed, if one is.
    pub fn complete(&mut self, typed: &str) -> Option<Vec<Effect>> {
        let path = argument(typed).filter(|path| path.contains('/') || path.starts_with(['~', '.']))?;
        Some(self.completing.ask(Question::Files(path.to_owned())))
    }

    /// Takes an answer; returns it if it is of another question.
    pub fn take(&mut self, ticket: Ticket, answer: Answer) -> Option<Answer> {
        match answer {
            Answer::Recordings(made) if self.listing.is(ticket) => {
                self.listing.close();
                self.made = Some(made);
            }
            Answer::Files(FoundFiles { completions, .. }) if self.completing.is(ticket) => {
                self.completing.close();
                self.completions = completions.iter().map(|it| it.value.to_string()).collect();
            }
            other => return Some(other),
        }
        self.is_new = true;
        None
    }

    /// Returns true once after an answer.
    pub fn take_news(&mut self) -> bool {
        std::mem::take(&mut self.is_new)
    }

    /// The items for the command with its argument; `None` for another command.
    pub fn items(&self, typed: &str, now: Timestamp) -> Option<Vec<Item<Choice>>> {
        let argument = argument(typed)?;
        let lower = argument.to_lowercase();
        let made = self.made.iter().flatten().filter_map(|file| Some((file, name(&file.path)?)));
        let mut items: Vec<_> = made
            .filter(|(_, name)| name.to_lowercase().contains(&lower))
            .map(|(file, name)| {
                let choice = Choice::Play(file.path.clone());
                Item::new("", format!("{WORD} {name}"), age_and_size(file, now), choice)
            })
            .collect();
        let completions = self.completions.iter().filter(|it| it.starts_with(argument) && *it != argument);
        items.extend(completions.map(|path| {
            let line = format!("{WORD} {path}");
            Item::new("", line.clone(), "", Choice::Complete(line))
        }));
        let is_path = argument.contains('/') || items.is_empty();
        if !argument.is_empty() && is_path {
            let item = Item::new(
                "",
                format!("{WORD} {argument}"),
                "play this file",
                Choice::Play(expanded(argument)),
            );
            items.insert(0, item);
        }
        if items.is_empty() {
            items.push(if self.made.is_some() {
                wrong("nothing was recorded here yet: name a file")
            } else {
                Item::text("", "looking for recordings")
            });
        }
        Some(items)
    }
}

/// Returns true once the command is typed, and a file can follow.
pub(super) fn is_asked_for(typed: &str) -> bool {
    argument(typed).is_some()
}

/// The file that is named after the command.
fn argument(typed: &str) -> Option<&str> {
    let (word, argument) = typed.trim_start().split_once(char::is_whitespace)?;
    (word == WORD).then(|| argument.trim())
}

/// `3h ago · 12.4 KiB`.
fn age_and_size(file: &RecordedFile, now: Timestamp) -> String {
    let age = file.modified.map(|modified| format!("{} ago · ", age(now.since(modified))));
    format!("{}{}", age.unwrap_or_default(), file.size)
}

fn name(path: &Path) -> Option<String> {
    Some(path.file_name()?.to_string_lossy().into_owned())
}
