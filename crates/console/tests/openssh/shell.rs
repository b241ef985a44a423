//! A session, typed into and read.

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use qdeck_console::ssh::Launcher;
use qdeck_console::{
    Connector, Opened, RemoteScreen as _, SessionState, Size, TerminalSession, TextScreen as _,
};
use qdeck_model::{Problem, SshTarget};

const TIMEOUT: Duration = Duration::from_secs(60);

/// A session by SSH.
pub struct Shell(TerminalSession);

impl Shell {
    /// Opens one.
    pub fn open(launcher: Launcher, target: SshTarget) -> Self {
        let connector: Connector = Arc::new(move || {
            let opened = launcher.open(&target).map(Opened::Terminal);
            Box::pin(async move { opened })
        });
        Self(TerminalSession::start(connector, Size { columns: 80, rows: 24 }, Arc::new(|| {})))
    }

    /// Types a line.
    pub fn enter(&self, line: &str) {
        let press = |code| self.0.send(&Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        line.chars().for_each(|c| press(KeyCode::Char(c)));
        press(KeyCode::Enter);
    }

    /// Everything that was shown.
    pub fn text(&self) -> String {
        self.0.whole().join("\n")
    }

    pub fn state(&self) -> SessionState {
        self.0.state()
    }

    /// Waits for a state of it.
    pub async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let waiting = async {
            while !holds(self) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let came = tokio::time::timeout(TIMEOUT, waiting).await.is_ok();
        assert!(came, "waited for {what}: {:?}\n{}", self.state(), self.text());
    }

    pub async fn shows(&self, text: &str) {
        self.until(text, |shell| shell.text().contains(text)).await;
    }

    /// Waits for a shell that answers; only there the sum is made.
    pub async fn answers(&self) {
        self.until("a prompt", |shell| shell.text().trim_end().ends_with(['#', '$'])).await;
        self.enter("echo shell-$((40+2))");
        self.shows("shell-42").await;
    }

    /// Waits for the end; the problem, if it was not an orderly one.
    pub async fn ended(&self) -> Option<Problem> {
        self.until("the end", |shell| matches!(shell.state(), SessionState::Ended(_))).await;
        match self.state() {
            SessionState::Ended(problem) => problem,
            other => panic!("{other:?}"),
        }
    }
}
