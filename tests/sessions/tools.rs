//! Programs of the system inside an attached console, and tmux around the whole as a second opinion.

use std::process::Command;

use crate::cloud::QDECK;
use crate::consoles::{attach, run};
use crate::deck::{Deck, keys};
use crate::terminal::PATIENCE;

#[test]
fn system_vim_edits_a_file() {
    let deck = Deck::demo();
    attach(&deck);
    run(&deck, "PATH=$PATH:/usr/bin vim -u NONE -N note.txt");
    // What is typed before the editor listens is not its own; it says when it does.
    deck.wait_for("\"note.txt\" [New");
    deck.type_keys("i");
    deck.wait_for("-- INSERT --");
    deck.type_keys("a first line\rand a second");
    deck.wait_for("and a second");
    deck.resize(90, 28);
    deck.wait_for("88x23");
    // Drawn by the editor at its new size: a letter that follows an escape at once is a key with Alt to it.
    deck.wait_for("-- INSERT --");
    deck.type_keys(keys::ESC);
    deck.wait_gone("-- INSERT --");
    deck.type_keys("ggdd:wq\r");
    deck.wait_for("ready-42");
    run(&deck, "echo \"[$(cat note.txt)]\"");
    deck.wait_for("[and a second]");
}

#[test]
fn system_less_pages_and_searches() {
    let deck = Deck::demo();
    attach(&deck);
    run(&deck, "seq 1 5000 | sed 's/^/number /' | less");
    deck.wait_for("number 10");
    deck.type_keys("/number 4321\r");
    deck.wait_for("number 4325");
    deck.type_keys("q");
    deck.wait_for("ready-42");
}

#[test]
fn system_top_draws_and_leaves() {
    let deck = Deck::demo();
    attach(&deck);
    run(&deck, "top; echo top is g''one");
    deck.wait_for("load average");
    deck.type_keys("q");
    deck.wait_for("top is gone");
}

/// A tmux server of our own, ended with the test.
struct Tmux {
    folder: tempfile::TempDir,
}

impl Tmux {
    fn call(&self, arguments: &[&str]) -> String {
        let found = Command::new("tmux")
            .arg("-S")
            .arg(self.folder.path().join("socket"))
            .args(["-f", "/dev/null"])
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", self.folder.path())
            .env("LANG", "C.UTF-8")
            .env("TERM", "xterm-256color")
            .output()
            .expect("tmux is there");
        assert!(found.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&found.stderr));
        String::from_utf8_lossy(&found.stdout).into_owned()
    }

    fn wait_for(&self, text: &str) {
        let deadline = std::time::Instant::now() + PATIENCE;
        loop {
            let screen = self.call(&["capture-pane", "-p", "-t", "deck"]);
            if screen.contains(text) {
                return;
            }
            assert!(std::time::Instant::now() < deadline, "waiting for {text:?}; tmux shows\n{screen}");
            // tmux tells nobody when a pane has changed: it must be asked.
            std::thread::park_timeout(std::time::Duration::from_millis(50));
        }
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.call(&["kill-server"]);
    }
}

#[test]
fn system_tmux_sees_the_same() {
    let tmux = Tmux { folder: tempfile::tempdir().expect("a folder") };
    let deck = format!("{QDECK} --context demo-cycle,demo-quasarch");
    tmux.call(&["new-session", "-d", "-s", "deck", "-x", "120", "-y", "36", &deck]);
    tmux.wait_for("web-1");
    tmux.call(&["send-keys", "-t", "deck", "2"]);
    tmux.wait_for("Storefront");
    tmux.call(&["send-keys", "-t", "deck", "/name:Receipt", "Enter"]);
    tmux.wait_for("Receipt mailer");
    tmux.call(&["resize-window", "-t", "deck", "-x", "60", "-y", "15"]);
    tmux.wait_for("Receipt mailer");
}

#[test]
fn system_tmux_gets_what_is_copied_with_its_own_settings() {
    let tmux = Tmux { folder: tempfile::tempdir().expect("a folder") };
    let deck = format!("{QDECK} --context demo-cycle,demo-quasarch");
    tmux.call(&["new-session", "-d", "-s", "deck", "-x", "120", "-y", "36", &deck]);
    tmux.wait_for("web-1");
    assert!(tmux.call(&["show-options", "-sv", "set-clipboard"]).contains("external"), "as it is by default");
    tmux.call(&["send-keys", "-t", "deck", "/name:web-1", "Enter", "c"]);
    tmux.wait_for("copied name into tmux's buffer");
    assert_eq!(tmux.call(&["show-buffer"]), "web-1");
}
