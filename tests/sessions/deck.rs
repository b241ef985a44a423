//! `qdeck` itself in a terminal, with an empty home.

use std::ops::{Deref, DerefMut};
use std::time::{Duration, Instant};

use crate::cloud::{Cloud, QDECK};
use crate::terminal::{BLACK, Start, Terminal};

/// The program in a terminal, and the home it was started with.
pub struct Deck {
    terminal: Terminal,
    pub home: tempfile::TempDir,
}

/// Keys that are not letters.
pub mod keys {
    pub const ENTER: &str = "\r";
    pub const ESC: &str = "\x1b";
    pub const CTRL_C: &str = "\x03";
    pub const CTRL_Z: &str = "\x1a";
    /// Ctrl-], which takes a key from the guest to the program.
    pub const PREFIX: &str = "\x1d";
}

/// The variable that lets the consoles of Cycle take keys in the embedded demo: 1, or 0 for consoles as documented.
pub const CONSOLE_INPUT: &str = "QDECK_DEMO_CONSOLE_INPUT";

/// Columns and rows.
const USUAL: (u16, u16) = (120, 36);

impl Deck {
    /// Waits until a key counts as an answer: until nothing was typed for a moment.
    pub fn quiet(&self) {
        let since = Instant::now();
        self.wait_until("a moment of quiet", |_| since.elapsed() > Duration::from_millis(400));
    }

    /// Answers a question with yes, by this key; once more where the key came too soon after the one before.
    pub fn confirm(&self, key: &str) {
        let is_gone = |screen: &str| !screen.contains("send nothing");
        for _ in 0..10 {
            self.quiet();
            self.type_keys(key);
            let since = Instant::now();
            self.wait_until("the end of the question", |screen| {
                is_gone(&screen.contents()) || since.elapsed() > Duration::from_secs(2)
            });
            if is_gone(&self.screen()) {
                return;
            }
        }
        panic!("{key} is no answer:\n{}", self.screen());
    }

    /// Starts it with these arguments in a terminal of 120 by 36.
    pub fn start(arguments: &[&str]) -> Self {
        Self::with_environment(arguments, &[])
    }

    /// Starts it in a terminal of another size.
    pub fn sized(arguments: &[&str], columns: u16, rows: u16) -> Self {
        Self::open(home(), arguments, &[], (columns, rows), Some(BLACK))
    }

    /// Starts it in a terminal of 60 by 15 with more in its environment.
    pub fn small(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::open(home(), arguments, environment, (60, 15), Some(BLACK))
    }

    /// Starts it on a terminal with another background; see [`Terminal::start_on`].
    pub fn on_background(arguments: &[&str], background: Option<&'static str>) -> Self {
        Self::open(home(), arguments, &[], USUAL, background)
    }

    /// Starts it with more in its environment.
    pub fn with_environment(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::open(home(), arguments, environment, USUAL, Some(BLACK))
    }

    /// Starts it again in the home of one that has ended.
    pub fn again(self, arguments: &[&str]) -> Self {
        self.again_with(arguments, &[])
    }

    /// The same with more in its environment.
    pub fn again_with(self, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let Self { terminal, home } = self;
        drop(terminal);
        Self::open(home, arguments, environment, USUAL, Some(BLACK))
    }

    /// Starts it with a configuration file of this text.
    pub fn configured(text: &str) -> Self {
        Self::configured_in(home(), text)
    }

    /// The same in a home that was prepared.
    pub fn configured_in(home: tempfile::TempDir, text: &str) -> Self {
        let path = home.path().join("config.toml");
        std::fs::write(&path, text).expect("writable");
        Self::open(home, &["--config", &path.to_string_lossy()], &[], USUAL, Some(BLACK))
    }

    fn open(
        home: tempfile::TempDir,
        arguments: &[&str],
        environment: &[(&str, &str)],
        (columns, rows): (u16, u16),
        background: Option<&'static str>,
    ) -> Self {
        // The consoles of Cycle take keys unless asked otherwise, so that no session needs a client of SSH.
        let environment = &[&[(CONSOLE_INPUT, "1")], environment].concat();
        let start = Start { program: QDECK, arguments, environment, home: home.path(), columns, rows };
        let terminal = Terminal::start_on(&start, background);
        Self { terminal, home }
    }

    /// Starts it against a demo cloud that runs as its own process.
    pub fn connected(cloud: &Cloud) -> Self {
        Self::configured(&cloud.text())
    }

    /// Starts it with the demo inside, and waits until the fleet is on the screen.
    pub fn demo() -> Self {
        let deck = Self::start(&["--context", "demo-cycle,demo-quasarch"]);
        deck.wait_for("demo-cycle");
        // The first Esc puts the banner away.
        deck.type_keys(keys::ESC);
        deck.wait_gone("esc hides this");
        deck
    }

    /// Opens the help and closes it: the keys before have been taken, and keys still work.
    pub fn look_into_help(&self) {
        self.type_keys("?");
        self.wait_for("drill in, choose");
        self.type_keys(keys::ESC);
        self.wait_gone("drill in, choose");
    }
}

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

impl Deref for Deck {
    type Target = Terminal;

    fn deref(&self) -> &Terminal {
        &self.terminal
    }
}

impl DerefMut for Deck {
    fn deref_mut(&mut self) -> &mut Terminal {
        &mut self.terminal
    }
}
