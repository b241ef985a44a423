//! A terminal as a person has it: a PTY, an emulator that reads what the program draws, hands that type.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

/// How long anything may take before a test gives up. Long, because two cores may serve many tests; a test that
/// passes never waits for it.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Time after which a terminal shows half a frame all the same.
const UPDATE_TIMEOUT: Duration = Duration::from_secs(1);

/// A terminal's usual background.
pub const BLACK: &str = "0000/0000/0000";

/// What the terminal has seen so far.
struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    /// Bytes of `raw` that were searched for questions.
    searched: usize,
    background: Option<&'static str>,
    ended: bool,
    /// True while nothing more is read.
    paused: bool,
}

impl Seen {
    /// Returns true if a frame has begun and not ended.
    fn is_amid_frame(&self) -> bool {
        let mark = self.raw.windows(8).rfind(|bytes| bytes.starts_with(b"\x1b[?2026"));
        mark.is_some_and(|mark| mark.ends_with(b"h"))
    }
}

/// A running program and the terminal it draws on.
pub struct Terminal {
    master: Box<dyn MasterPty + Send>,
    writer: Arc<Mutex<Box<dyn Write + Send>>>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    /// The line discipline as it was before the program started.
    modes: String,
}

/// What a program is started with.
pub struct Start<'a> {
    pub program: &'a str,
    pub arguments: &'a [&'a str],
    pub environment: &'a [(&'a str, &'a str)],
    pub home: &'a Path,
    pub columns: u16,
    pub rows: u16,
}

impl Terminal {
    /// Starts a program on a new terminal, with nothing in its environment but what a login gives.
    pub fn start(start: &Start<'_>) -> Self {
        Self::start_on(start, Some(BLACK))
    }

    /// Starts a program on a terminal whose background has this colour, `RRRR/GGGG/BBBB`; `None` does not answer when asked.
    pub fn start_on(start: &Start<'_>, background: Option<&'static str>) -> Self {
        let pair = native_pty_system().openpty(size(start.columns, start.rows)).expect("a PTY");
        let mut command = CommandBuilder::new(start.program);
        command.args(start.arguments);
        command.env_clear();
        for (name, value) in [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("TERM", "xterm-256color")] {
            command.env(name, value);
        }
        for (name, value) in [("LANG", "C.UTF-8"), ("SHELL", "/bin/sh"), ("COLORTERM", "truecolor")] {
            command.env(name, value);
        }
        command.env("HOME", start.home);
        command.cwd(start.home);
        for (name, value) in start.environment {
            command.env(name, value);
        }
        let modes = format!("{:?}", pair.master.get_termios());
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let writer = Arc::new(Mutex::new(pair.master.take_writer().expect("a writer")));
        let seen = Arc::new((
            Mutex::new(Seen {
                parser: vt100::Parser::new(nonzero(start.rows), nonzero(start.columns), 0),
                raw: Vec::new(),
                searched: 0,
                background,
                ended: false,
                paused: false,
            }),
            Condvar::new(),
        ));
        let reader = pair.master.try_clone_reader().expect("a reader");
        std::thread::spawn({
            let (seen, writer) = (seen.clone(), writer.clone());
            move || read(reader, &seen, &writer)
        });
        Self { master: pair.master, writer, child, seen, modes }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.0.lock().expect("no thread panicked")
    }

    /// Types these bytes.
    pub fn type_keys(&self, keys: &str) {
        let mut writer = self.writer.lock().expect("no thread panicked");
        writer.write_all(keys.as_bytes()).and_then(|()| writer.flush()).expect("the terminal is open");
    }

    /// What is on the screen, line by line: no half of a frame, as a terminal with synchronized updates shows none.
    pub fn screen(&self) -> String {
        let deadline = Instant::now() + UPDATE_TIMEOUT;
        let mut seen = self.seen();
        while seen.is_amid_frame() && !seen.paused && !seen.ended {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            seen = self.seen.1.wait_timeout(seen, left).expect("no thread panicked").0;
        }
        seen.parser.screen().contents()
    }

    /// Waits until the program has written nothing for this long.
    pub fn wait_quiet(&self, long: Duration) {
        let deadline = Instant::now() + PATIENCE;
        let mut written = None;
        while written.replace(self.written()) != Some(self.written()) {
            assert!(Instant::now() < deadline, "it always writes");
            std::thread::sleep(long);
        }
    }

    /// Every byte the program wrote.
    pub fn raw(&self) -> Vec<u8> {
        self.seen().raw.clone()
    }

    /// How many bytes the program has written.
    pub fn written(&self) -> usize {
        self.seen().raw.len()
    }

    /// Waits until a frame that began after the first `from` bytes has ended.
    pub fn wait_frame(&self, from: usize) {
        self.wait_seen("a frame", |seen| {
            let begun = seen.raw[from..].windows(8).any(|bytes| bytes == b"\x1b[?2026h");
            begun && seen.raw.ends_with(b"\x1b[?2026l")
        });
    }

    /// Waits until the screen shows a text.
    pub fn wait_for(&self, text: &str) {
        self.wait_until(&format!("{text:?} on the screen"), |screen| screen.contents().contains(text));
    }

    /// Waits until the screen no longer shows a text.
    pub fn wait_gone(&self, text: &str) {
        self.wait_until(&format!("{text:?} off the screen"), |screen| !screen.contents().contains(text));
    }

    /// Waits until something is true of the screen.
    pub fn wait_until(&self, what: &str, so: impl Fn(&vt100::Screen) -> bool) {
        self.wait_seen(what, |seen| so(seen.parser.screen()));
    }

    /// Waits until something is true of all the bytes that the program wrote.
    pub fn wait_written(&self, what: &str, so: impl Fn(&[u8]) -> bool) {
        self.wait_seen(what, |seen| so(&seen.raw));
    }

    fn wait_seen(&self, what: &str, so: impl Fn(&Seen) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.seen();
        while !so(&seen) {
            let left = deadline.saturating_duration_since(Instant::now());
            let why = match (seen.ended, left.is_zero()) {
                (true, _) => "the program ended",
                (_, true) => "time is up",
                _ => {
                    seen = self.seen.1.wait_timeout(seen, left).expect("no thread panicked").0;
                    continue;
                }
            };
            let screen = seen.parser.screen().contents();
            let size = seen.parser.screen().size();
            let last = seen.raw.len().saturating_sub(400);
            let last = String::from_utf8_lossy(&seen.raw[last..]).into_owned();
            drop(seen);
            panic!(
                "waiting for {what}: {why}; the screen of {size:?} shows\n{screen}\nthe last it wrote: {last:?}"
            );
        }
    }

    /// Gives the terminal another size, as dragging a window's corner does.
    pub fn resize(&self, columns: u16, rows: u16) {
        self.seen().parser.set_size(nonzero(rows), nonzero(columns));
        self.master.resize(size(columns, rows)).expect("a new size");
    }

    /// Gives the terminal another size without the emulator here, which would need as much memory for a monstrous one as the
    /// program must not take.
    pub fn resize_unseen(&self, columns: u16, rows: u16) {
        self.master.resize(size(columns, rows)).expect("a new size");
    }

    /// Reads no more than what has been read, as a terminal that hangs.
    pub fn stop_reading(&self) {
        self.seen().paused = true;
    }

    /// Reads again.
    pub fn read_again(&self) {
        self.seen().paused = false;
        self.seen.1.notify_all();
    }

    /// Waits until the program has ended, whatever of its output was read, and asserts that this took no longer.
    pub fn assert_gone_within(&mut self, limit: Duration) {
        let began = Instant::now();
        while self.child.try_wait().expect("its end can be waited for").is_none() {
            assert!(began.elapsed() < limit, "it is still there; the screen shows\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The line discipline as it is now.
    pub fn modes(&self) -> String {
        format!("{:?}", self.master.get_termios())
    }

    /// The program's process id.
    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("it runs")
    }

    /// Sends the program a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.pid()).expect("a pid")).expect("a pid");
        kill_process(pid, signal).expect("it runs");
    }

    /// Waits until the program has ended and all it wrote has been read; how it ended.
    pub fn exit_status(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.seen.0.lock().expect("no thread panicked");
        while !seen.ended {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "waiting for the program to end; the screen shows\n{}",
                seen.parser.screen().contents()
            );
            seen = self.seen.1.wait_timeout(seen, left).expect("no thread panicked").0;
        }
        drop(seen);
        self.child.wait().expect("its end can be waited for")
    }

    /// Asserts that the terminal is as it was before the program came.
    pub fn assert_restored(&self) {
        let raw = String::from_utf8_lossy(&self.raw()).into_owned();
        assert!(raw.contains("\x1b[?1049h"), "the alternate screen was never taken: {raw:?}");
        // A program that has ended may have written more than was read by now.
        self.wait_until("the alternate screen left", |screen| !screen.alternate_screen());
        self.assert_plain();
    }

    /// The same of a program that may not have taken its screen.
    pub fn assert_plain(&self) {
        let seen = self.seen();
        let screen = seen.parser.screen();
        let raw = String::from_utf8_lossy(&seen.raw).into_owned();
        assert!(!screen.alternate_screen(), "the alternate screen was not left");
        assert!(!screen.hide_cursor(), "the cursor is hidden");
        assert!(!screen.bracketed_paste(), "pastes are still bracketed");
        assert!(!screen.application_cursor() && !screen.application_keypad(), "keys are an application's");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "the mouse is taken");
        for mode in ["1000", "1002", "1003", "1004", "1006", "2026"] {
            let (on, off) = (format!("\x1b[?{mode}h"), format!("\x1b[?{mode}l"));
            assert!(
                raw.rfind(&on).is_none_or(|on| raw.rfind(&off).is_some_and(|off| off > on)),
                "mode {mode} is still on"
            );
        }
        assert_eq!(format!("{:?}", self.master.get_termios()), self.modes, "the line discipline changed");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may be gone already, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

fn nonzero(number: u16) -> std::num::NonZeroU16 {
    // The emulator keeps at least two cells a side; what a 1x1 terminal shows is not what such a test looks at.
    std::num::NonZeroU16::new(number.max(2)).expect("at least two")
}

/// Reads until the program ends, answering what a terminal answers.
fn read(
    mut reader: Box<dyn Read + Send>,
    seen: &(Mutex<Seen>, Condvar),
    writer: &Mutex<Box<dyn Write + Send>>,
) {
    let mut chunk = vec![0; 64 << 10];
    loop {
        // The PTY reports an error, not an end, once its last program is gone.
        let count = reader.read(&mut chunk).unwrap_or(0);
        let mut now = seen.0.lock().expect("no thread panicked");
        while now.paused {
            now = seen.1.wait(now).expect("no thread panicked");
        }
        if count == 0 {
            now.ended = true;
            drop(now);
            seen.1.notify_all();
            return;
        }
        now.parser.process(&chunk[..count]);
        now.raw.extend_from_slice(&chunk[..count]);
        let answers = answers(&mut now);
        drop(now);
        seen.1.notify_all();
        if !answers.is_empty() {
            let mut writer = writer.lock().expect("no thread panicked");
            // A program that asks and leaves does not wait for the answer.
            let _ = writer.write_all(answers.as_bytes()).and_then(|()| writer.flush());
        }
    }
}

/// What a terminal answers to the questions that have come since the last look.
fn answers(seen: &mut Seen) -> String {
    let mut found = Vec::new();
    let from = seen.searched;
    for (question, answer) in [
        ("\x1b[c", "\x1b[?62;22c".to_owned()),
        ("\x1b[0c", "\x1b[?62;22c".to_owned()),
        ("\x1b]11;?", seen.background.map_or_else(String::new, |color| format!("\x1b]11;rgb:{color}\x1b\\"))),
        ("\x1b]10;?", "\x1b]10;rgb:ffff/ffff/ffff\x1b\\".to_owned()),
        // Taken for keys it would open menus and other tables.
        ("\x1b[>0q", "\x1bP>|Harness(1.2 3x)\x1b\\".to_owned()),
        ("\x1b[6n", {
            let (row, column) = seen.parser.screen().cursor_position();
            format!("\x1b[{};{}R", row + 1, column + 1)
        }),
    ] {
        let question = question.as_bytes();
        let start = from.saturating_sub(question.len() - 1);
        for at in start..(seen.raw.len() + 1).saturating_sub(question.len()) {
            if seen.raw[at..].starts_with(question) && at + question.len() > from {
                found.push((at, answer.clone()));
            }
        }
    }
    seen.searched = seen.raw.len();
    found.sort();
    found.into_iter().map(|(_, answer)| answer).collect()
}

/// The harness itself: what it says of a shell is true.
#[test]
fn a_shell_is_typed_into_asked_resized_and_ended() {
    let home = tempfile::tempdir().expect("a folder");
    let mut shell = Terminal::start(&Start {
        program: "/bin/sh",
        arguments: &["-i"],
        environment: &[("PS1", "shell> ")],
        home: home.path(),
        columns: 70,
        rows: 20,
    });
    shell.wait_for("shell> ");
    shell.type_keys("echo size $(stty size)\r");
    shell.wait_for("size 20 70");
    shell.resize(60, 10);
    shell.type_keys("echo size $(stty size)\r");
    shell.wait_for("size 10 60");
    // The answer to a question about the terminal comes back as if typed.
    shell.type_keys("printf '\\033[c'; read answer; echo \"got ${answer#?}\"\r");
    shell.wait_for("62;22c");
    shell.type_keys("\r");
    shell.wait_for("got [?62;22c");
    shell.type_keys("kill -TERM $$; exit 3\r");
    assert_eq!(shell.exit_status().exit_code(), 3);
}
