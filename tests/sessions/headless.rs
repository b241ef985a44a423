//! `qdeck console`: the caller's own terminal, or a pipe, on a console.

use std::io::{Read as _, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::cloud::{Cloud, QDECK};
use crate::deck::keys;
use crate::leaving::job_of;
use crate::terminal::{Start, Terminal};

/// A demo cloud, and a home whose configuration connects to it.
struct Setup {
    cloud: Cloud,
    home: tempfile::TempDir,
}

impl Setup {
    /// With a configuration that is made of the cloud's.
    fn with(faces: &str, configuration: impl Fn(&Cloud) -> String) -> Self {
        let cloud = Cloud::start(&["--faces", faces]);
        let home = tempfile::tempdir().expect("a folder");
        std::fs::write(home.path().join("config.toml"), configuration(&cloud)).expect("writable");
        Self { cloud, home }
    }

    fn start() -> Self {
        Self::with("cycle", Cloud::text)
    }

    /// `qdeck console` in a terminal.
    fn console(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Terminal {
        let arguments = [&["--config", "config.toml", "console"], arguments].concat();
        let home = self.home.path();
        let start =
            Start { program: QDECK, arguments: &arguments, environment, home, columns: 120, rows: 36 };
        Terminal::start(&start)
    }

    /// The same, with a shell's prompt in the guest.
    fn attached(&self) -> Terminal {
        let terminal = self.console(&["demo-cycle/relay-2"], &[]);
        terminal.wait_for("attached to demo-cycle/relay-2; Ctrl-] d leaves");
        terminal.type_keys(keys::ENTER);
        run(&terminal, "echo ready-$((40 + 2))");
        terminal.wait_for("ready-42");
        terminal
    }

    /// `qdeck console` with pipes.
    fn piped(&self, arguments: &[&str]) -> Child {
        let mut command = Command::new(QDECK);
        command.args(["--config", "config.toml", "console"]).args(arguments);
        command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", self.home.path());
        command.current_dir(self.home.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("it starts")
    }

    /// The exit code without any input, and what is on standard error; nothing is on standard output.
    fn refused(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = self.piped(arguments).wait_with_output().expect("it ends");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// Types a line at the guest's shell.
fn run(terminal: &Terminal, line: &str) {
    terminal.type_keys(line);
    terminal.type_keys(keys::ENTER);
}

/// Has the guest change modes of the terminal, and waits until it has.
fn change_modes(terminal: &Terminal) {
    run(terminal, r"printf '\033[?1049h\033[?1002;1006h\033[?2004h\033[?25l\033[?1h\033=\033[>1u\033[31m'");
    terminal.wait_until("the guest's modes", |screen| {
        screen.alternate_screen() && screen.hide_cursor() && screen.application_cursor()
    });
}

/// Asserts that no mode of the guest is left on.
fn assert_given_back(terminal: &Terminal) {
    terminal.assert_restored();
    let raw = String::from_utf8_lossy(&terminal.raw()).into_owned();
    let (_, after) = raw.rsplit_once("\x1b[>1u").expect("the guest's keyboard mode");
    assert!(after.contains("\x1b[<1u") && after.contains("\x1b[m"), "{after:?}");
}

/// Reads until a text has come.
fn read_until(stdout: &mut ChildStdout, text: &str) -> String {
    let (mut read, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let so_far = String::from_utf8_lossy(&read).into_owned();
        if so_far.contains(text) {
            return so_far;
        }
        let count = stdout.read(&mut chunk).expect("readable");
        assert!(count > 0, "it ended after {so_far:?}");
        read.extend_from_slice(&chunk[..count]);
    }
}

#[test]
fn a_guest_is_typed_into_resized_and_left() {
    let it = Setup::start();
    let mut terminal = it.attached();
    run(&terminal, "echo size $(stty size)");
    terminal.wait_for("size 36 120");
    terminal.resize(100, 30);
    // The new size travels by itself: ask until it has arrived.
    let mut asked = 0;
    while !terminal.screen().contains("size 30 100") && asked < 50 {
        asked += 1;
        run(&terminal, &format!("echo size $(stty size) asked-{asked}-$((1 + 1))"));
        terminal.wait_for(&format!("asked-{asked}-2"));
    }
    terminal.wait_for("size 30 100");

    // Ctrl-C and Ctrl-Z are the guest's, and so are the escape key itself and one that is no command.
    run(&terminal, "clear; stty -isig; echo reads-$((20 + 2)); cat -v");
    terminal.wait_for("reads-22");
    terminal.type_keys("<\x03\x1a\x1d]\x1d\x1d\x1dx>");
    terminal.type_keys(keys::ENTER);
    terminal.wait_for("\n<^C^Z^]^]^]x>");
    terminal.type_keys("\x1d?");
    terminal.wait_for("Ctrl-] d, q or .: leave");

    terminal.type_keys("\x1dd");
    assert!(terminal.exit_status().success());
    assert!(terminal.screen().contains("left demo-cycle/relay-2"), "{}", terminal.screen());
    terminal.assert_plain();

    // The guest goes on, with another escape key too.
    let mut terminal = it.console(&["relay-2", "--escape", "ctrl-a"], &[]);
    terminal.wait_for("reads-22");
    let greeting = String::from_utf8_lossy(&terminal.raw()).into_owned();
    assert!(greeting.contains("Ctrl-A d leaves"), "{greeting:?}");
    // Ctrl-] is a key like all others now, and Ctrl-D the end of what `cat` reads.
    terminal.type_keys("\r\x1dd\r\x04");
    terminal.wait_for("^]d");
    run(&terminal, "echo again-$((50 + 5))");
    terminal.wait_for("again-55");
    terminal.type_keys("\x01q");
    assert!(terminal.exit_status().success());
    terminal.assert_plain();
}

#[test]
fn the_output_is_recorded_to_a_new_file() {
    let it = Setup::start();
    let mut terminal = it.console(&["demo-cycle/relay-2", "--record", "relay.cast"], &[]);
    terminal.wait_for("attached to demo-cycle/relay-2");
    terminal.type_keys(keys::ENTER);
    run(&terminal, "echo ready-$((40 + 2))");
    terminal.wait_for("ready-42");
    terminal.type_keys(keys::PREFIX);
    terminal.type_keys("d");
    terminal.wait_for("recorded relay.cast");
    assert!(terminal.exit_status().success());
    let recorded = std::fs::read_to_string(it.home.path().join("relay.cast")).expect("the recording");
    assert!(recorded.starts_with("{\"version\":3,") && recorded.contains("ready-42"), "{recorded}");
    let (code, error) = it.refused(&["demo-cycle/relay-2", "--record", "relay.cast"]);
    assert!(
        code != Some(0) && error.contains("could not record to relay.cast: it exists"),
        "{code:?} {error}"
    );
    assert!(
        error.contains("Name another file") && !error.contains("attached to"),
        "before it connects: {error}"
    );
    let kept = std::fs::read_to_string(it.home.path().join("relay.cast")).expect("the recording");
    assert_eq!(kept, recorded, "nothing is overwritten");
}

#[test]
fn modes_that_the_guest_left_on_are_reset_when_the_user_leaves() {
    let it = Setup::start();
    let mut terminal = it.attached();
    change_modes(&terminal);
    terminal.type_keys("\x1d.");
    assert!(terminal.exit_status().success());
    assert_given_back(&terminal);
    assert!(terminal.screen().contains("ready-42"), "the screen before is shown: {}", terminal.screen());
}

#[test]
fn every_signal_that_ends_it_gives_the_terminal_back() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT] {
        // The guest's shell remembers its output.
        let it = Setup::start();
        let mut terminal = it.attached();
        change_modes(&terminal);
        terminal.signal(signal);
        let code = terminal.exit_status().exit_code();
        assert_eq!(i32::try_from(code), Ok(128 + signal.as_raw()));
        assert_given_back(&terminal);
    }
}

/// The hook behind it is in debug builds only.
#[cfg(debug_assertions)]
#[test]
fn a_panic_gives_the_terminal_back() {
    let it = Setup::start();
    let mut terminal = it.console(&["relay-2"], &[("QDECK_TEST_PANIC", "1")]);
    assert!(!terminal.exit_status().success());
    terminal.assert_plain();
    assert!(terminal.screen().contains("QDECK_TEST_PANIC"), "{}", terminal.screen());
}

#[test]
fn a_broken_link_has_a_code_of_its_own_and_gives_the_terminal_back() {
    let it = Setup::start();
    let mut terminal = it.attached();
    change_modes(&terminal);
    it.cloud.signal(Signal::KILL);
    assert_eq!(terminal.exit_status().exit_code(), 11);
    assert_given_back(&terminal);
    let screen = terminal.screen();
    let line = screen.lines().find(|line| line.starts_with("qdeck: the link to demo-cycle/relay-2 broke: "));
    assert!(line.is_some() && screen.contains("attaches again"), "{screen}");
}

#[test]
fn a_pipe_is_sent_to_its_end_and_output_is_alone_on_standard_output() {
    let it = Setup::start();
    let mut console = it.piped(&["relay-2", "--wait", "0s"]);
    let (mut stdin, mut stdout) =
        (console.stdin.take().expect("piped"), console.stdout.take().expect("piped"));
    // The escape key is a byte like all others here.
    stdin.write_all(b"\necho piped-$((40 + 2)); cat -v\n").expect("it reads");
    read_until(&mut stdout, "piped-42");
    stdin.write_all(b"a\x1ddb\n\x04").expect("it reads");
    read_until(&mut stdout, "\na^]db");
    drop(stdin);
    let output = console.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");

    // What comes after the end of the input is printed, for as long as was asked for.
    let mut console = it.piped(&["relay-2", "--wait", "10m"]);
    let mut stdin = console.stdin.take().expect("piped");
    stdin.write_all(b"\necho later-$((70 + 7))\n").expect("it reads");
    drop(stdin);
    read_until(console.stdout.as_mut().expect("piped"), "later-77");
    let pid = Pid::from_raw(i32::try_from(console.id()).expect("a pid")).expect("a pid");
    kill_process(pid, Signal::TERM).expect("it runs");
    assert_eq!(console.wait().expect("it ends").code(), Some(128 + 15));
}

#[test]
fn a_terminal_that_does_not_read_holds_up_neither_the_escape_key_nor_a_signal() {
    for leave in [true, false] {
        // The flood goes on in the guest.
        let it = Setup::start();
        let mut terminal = it.attached();
        terminal.stop_reading();
        run(&terminal, "yes flood");
        // Time for it to take no more.
        terminal.wait_quiet(Duration::from_millis(300));
        if leave {
            terminal.type_keys("\x1dd");
        } else {
            terminal.signal(Signal::TERM);
        }
        terminal.assert_gone_within(Duration::from_secs(20));
        terminal.read_again();
        let code = terminal.exit_status().exit_code();
        assert_eq!(code, if leave { 0 } else { 128 + 15 });
        terminal.assert_plain();
    }
}

#[test]
fn a_stop_that_cannot_be_caught_and_fg_take_raw_mode_again() {
    let it = Setup::start();
    let mut shell = Terminal::start(&Start {
        program: "/bin/sh",
        arguments: &["-i"],
        environment: &[("PS1", "shell> "), ("QDECK", QDECK)],
        home: it.home.path(),
        columns: 120,
        rows: 36,
    });
    shell.wait_for("shell> ");
    shell.type_keys("\"$QDECK\" --config config.toml console relay-2\r");
    shell.wait_for("attached to demo-cycle/relay-2");
    shell.type_keys(keys::ENTER);
    run(&shell, "echo ready-$((40 + 2))");
    shell.wait_for("ready-42");
    let taken = shell.modes();
    kill_process(job_of(&shell), Signal::STOP).expect("it runs");
    shell.wait_for("Stopped");
    shell.type_keys("stty sane; echo it is $((6 * 7))\n");
    shell.wait_for("it is 42");
    assert_ne!(shell.modes(), taken);
    shell.type_keys("fg\r");
    shell.wait_until("raw mode", |_| shell.modes() == taken);
    run(&shell, "echo back-$((80 + 8))");
    shell.wait_for("back-88");
    shell.type_keys("\x1dd");
    shell.wait_for("left demo-cycle/relay-2");
    shell.type_keys("exit\r");
    shell.exit_status();
    shell.assert_plain();
}

#[test]
fn a_closed_pipe_ends_it_without_a_word() {
    let it = Setup::start();
    let mut console = it.piped(&["relay-2", "--wait", "10m"]);
    let mut stdin = console.stdin.take().expect("piped");
    stdin.write_all(b"\necho first-$((10 + 1))\n").expect("it reads");
    read_until(console.stdout.as_mut().expect("piped"), "first-11");
    drop(console.stdout.take());
    stdin.write_all(b"echo second; echo third\n").expect("it reads");
    let output = console.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(1), ""));
}

#[test]
fn a_console_without_input_says_so_once_and_ctrl_c_leaves_it() {
    let it =
        Setup::with("cycle", |cloud| cloud.text().replace("console_input = true", "console_input = false"));
    let mut terminal = it.console(&["web-1"], &[]);
    terminal.wait_for("demo-cycle/web-1 takes no input");
    terminal.wait_for("GET /");
    terminal.type_keys("\rls\r");
    terminal.type_keys(keys::CTRL_C);
    assert!(terminal.exit_status().success());
    let screen = terminal.screen();
    assert_eq!(screen.matches("takes no input").count(), 1, "{screen}");
    assert!(!screen.contains("root@"), "a key was sent: {screen}");
    terminal.assert_plain();
}

#[test]
fn a_console_without_input_reads_what_is_piped_and_ends_after_the_wait() {
    let it =
        Setup::with("cycle", |cloud| cloud.text().replace("console_input = true", "console_input = false"));
    let mut console = it.piped(&["web-1", "--wait", "1s"]);
    let mut stdin = console.stdin.take().expect("piped");
    stdin.write_all(b"uptime\n").expect("it reads");
    drop(stdin);
    let output = console.wait_with_output().expect("it ends");
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{error}");
    assert!(error.contains("demo-cycle/web-1 takes no input"), "{error}");
}

#[test]
fn a_machine_that_is_down_is_refused_as_on_the_screen() {
    let it = Setup::with("gcore", Cloud::text);
    let (code, said) = it.refused(&["demo-gcore/staging-1", "--wait", "1s"]);
    assert_eq!(code, Some(6), "{said}");
    assert_eq!(said, "qdeck: demo-gcore/staging-1 has no console now: it is shutoff: start it first\n");
}

#[test]
fn what_cannot_be_attached_is_an_error_with_a_code_of_its_own() {
    let twice = |cloud: &Cloud| {
        let text = cloud.text();
        let (_, context) = text.split_once("[contexts.demo-cycle]").expect("a context");
        let (context, _) = context.split_once("\n[").unwrap_or((context, ""));
        format!("{text}\n[contexts.other]{context}")
    };
    let it = Setup::with("cycle,exoscale", twice);
    let (code, said) = it.refused(&["demo-cycle/rely-2"]);
    assert_eq!(code, Some(5));
    assert_eq!(said, "qdeck: there is no `demo-cycle/rely-2`\nDid you mean `relay-2`?\n");

    let (code, said) = it.refused(&["relay-2"]);
    assert_eq!(code, Some(2));
    for candidate in
        ["`relay-2` is the name of 2", "demo-cycle/relay-2 (instance ", "other/relay-2 (instance "]
    {
        assert!(said.contains(candidate), "{said}");
    }
    let (code, said) = it.refused(&["relay-2", "--context", "nowhere"]);
    assert_eq!((code, said.contains("no context `nowhere`")), (Some(5), true), "{said}");

    let (code, said) = it.refused(&["front-1"]);
    assert_eq!(code, Some(6));
    assert!(said.contains("the console of demo-exoscale/front-1 is a VNC screen, which is drawn"), "{said}");
    assert!(said.contains("press `a`") && !said.contains("token") && !said.contains("://"), "{said}");
    let (code, said) = it.refused(&["relay-2", "--escape", "ctrl-ab"]);
    assert_eq!((code, said.contains("expected a key")), (Some(2), true), "{said}");
}
