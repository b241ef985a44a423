//! The life of an instance by keys alone, platform by platform: it is created, changed, resized and deleted.

mod cycle;
mod elasticbox;
mod exoscale;
mod gcore;
mod quasarch;

use std::time::Instant;

use serde_json::Value;

use crate::cloud::Cloud;
use crate::deck::{Deck, keys};
use crate::terminal::PATIENCE;

/// Preview from a form.
const CTRL_S: &str = "\x13";
/// Empties a line.
const CTRL_U: &str = "\x15";
/// The instance of each life.
pub const NAME: &str = "life-1";
/// To the next field, and from the last to the first.
const TAB: &str = "\t";

/// One platform's demo and the program in front of it.
pub struct Life {
    pub deck: Deck,
    context: String,
    /// The demo ends with it.
    _cloud: Cloud,
}

impl Life {
    /// Starts both, and waits until a row of the platform is there.
    pub fn start(platform: &str, row: &str) -> Self {
        Self::start_in("1", platform, row)
    }

    /// The same in another pane, by its key.
    pub fn start_in(pane: &str, platform: &str, row: &str) -> Self {
        let cloud = Cloud::start(&["--faces", platform]);
        let deck = Deck::connected(&cloud);
        let life = Self { deck, context: format!("demo-{platform}"), _cloud: cloud };
        life.deck.wait_for(&life.context);
        life.deck.type_keys(pane);
        life.wait_row(row, "");
        life
    }

    /// Types keys once nothing was typed for a moment: a question takes no key earlier.
    pub fn answer(&self, keys: &str) {
        self.deck.quiet();
        self.deck.type_keys(keys);
    }

    /// Answers a question with yes, by this key.
    pub fn confirm(&self, key: &str) {
        self.deck.confirm(key);
    }

    /// Shows the rows alone whose names begin with this one: a life may rename its instance.
    pub fn filter(&self, name: &str) {
        self.deck.type_keys(&format!("/name:/^{name}/\r"));
        self.deck.wait_for(&format!("/name:/^{name}/ ─"));
    }

    /// Waits for a row of the table with this name and all of these words: its state, its size.
    pub fn wait_row(&self, name: &str, words: &str) {
        self.deck.wait_until(&format!("a row of {name} with {words:?}"), |screen| {
            screen.contents().lines().any(|line| {
                is_row(line, name, &self.context) && words.split_whitespace().all(|word| line.contains(word))
            })
        });
    }

    /// Waits until the table has no row of this name.
    pub fn wait_no_row(&self, name: &str) {
        self.deck.wait_until(&format!("no row of {name}"), |screen| {
            let contents = screen.contents();
            ["instances(", "containers("].iter().any(|pane| contents.contains(pane))
                && !contents.lines().any(|line| is_row(line, name, &self.context))
        });
    }

    /// Opens the menu of the row under the cursor and takes an action of it, once the menu offers it by its name.
    pub fn act(&self, key: &str, name: &str) {
        self.deck.type_keys("x");
        self.deck.wait_until(&format!("{name} in the menu"), |screen| {
            screen.contents().lines().any(|line| line.contains(&format!(" {key}  ")) && line.contains(name))
        });
        self.deck.type_keys(key);
    }

    /// Opens the form of a new instance, from the menu of what can be created.
    pub fn create(&self, name: &str) {
        self.deck.type_keys("+");
        self.deck.wait_for(name);
        self.deck.type_keys(keys::ENTER);
    }

    /// Goes on in the form to a field, by its label.
    pub fn go_to_field(&self, label: &str) {
        self.deck.wait_until("a form", |screen| focused(&screen.contents()).is_some());
        // A form that follows a choice may have few fields at first.
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let before = focused(&self.deck.screen()).unwrap_or_default();
            if before.starts_with(&format!("{label} ")) {
                return;
            }
            self.deck.type_keys(TAB);
            // What is loaded and how long it took changes elsewhere on the screen.
            self.deck.wait_until("the next field", |screen| {
                focused(&screen.contents()).is_some_and(|now| label_of(&now) != label_of(&before))
            });
        }
        panic!("no field {label}:\n{}", self.deck.screen());
    }

    /// Enters a text into a field in place of what is there.
    pub fn enter(&self, label: &str, text: &str) {
        self.go_to_field(label);
        self.deck.type_keys(CTRL_U);
        self.deck.type_keys(text);
    }

    /// Chooses what a field offers under this text.
    pub fn choose(&self, label: &str, text: &str) {
        self.go_to_field(label);
        self.deck.type_keys(" ");
        self.deck.wait_for("search: ");
        self.deck.type_keys(text);
        // Once behind the prompt, and again where the choices have been loaded.
        self.deck
            .wait_until(&format!("the choice {text}"), |screen| screen.contents().matches(text).count() > 1);
        self.deck.type_keys(keys::ENTER);
        // Enter goes on by itself; where the form follows the choice, a moment later.
        self.deck.wait_until("the field after it", |screen| {
            focused(&screen.contents()).is_some_and(|now| label_of(&now) != label)
        });
    }

    /// From the form to its preview.
    pub fn preview(&self, shows: &str) {
        self.deck.type_keys(CTRL_S);
        self.deck.wait_for("nothing is sent");
        self.deck.wait_for(shows);
    }

    /// Waits for the message that an action on the instance is done.
    pub fn done(&self, action: &str) {
        self.deck.wait_for(&format!("{action} {NAME}: done"));
    }

    /// What the journal has of the ends: action, name and outcome of each, in the order of their begin.
    pub fn outcomes(&self) -> Vec<String> {
        let path = self.deck.home.path().join(".local/state/quarterdeck/journal.jsonl");
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let records: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("JSON a line")).collect();
        outcomes_of(&records)
    }
}

/// The line of the form that has the focus, from its label on, without the explanations beside it.
fn focused(contents: &str) -> Option<String> {
    let line = contents.lines().find_map(|line| line.strip_prefix("│ ▌ "))?;
    line.split('│').next().map(str::to_owned)
}

/// Its label. The value beside it may still change by what is loaded.
fn label_of(line: &str) -> &str {
    let end = line.find("  ").into_iter().chain(line.find(" (")).min();
    end.map_or(line, |end| &line[..end])
}

/// Whether a line of the screen is a row of the table with this name.
fn is_row(line: &str, name: &str, context: &str) -> bool {
    let mut words = line.strip_prefix('│').unwrap_or_default().split_whitespace().skip(1);
    words.next() == Some(name) && words.next() == Some(context)
}

/// `action name outcome` of each write, in the order of their begin; one without an end is `open`.
fn outcomes_of(records: &[Value]) -> Vec<String> {
    let intents = records.iter().filter(|record| record["record"] == "intent");
    intents
        .map(|intent| {
            let end =
                records.iter().find(|record| record["record"] == "ended" && record["id"] == intent["id"]);
            let outcome = end.and_then(|end| end["outcome"].as_str()).unwrap_or("open");
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            format!("{} {} {outcome}", text(&intent["action"]), text(&intent["target"]["name"]))
        })
        .collect()
}
