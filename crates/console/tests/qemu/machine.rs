//! A virtual machine of QEMU: its screen in a session over its websocket, its monitor, and its serial port.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use qdeck_console::{RemoteScreen as _, SessionState, TextScreen, VncSession};
use tempfile::TempDir;

use crate::console::Console;
use crate::vnc::vnc_connector;

/// An emulated machine takes half a minute to boot where there is much else to do; it is given ten times as long.
const LIMIT: Duration = Duration::from_secs(240);
/// The text memory of a VGA in text mode, and its bytes: two for each of 80 by 25 cells.
const TEXT_MEMORY: (u32, usize) = (0xb8000, 4000);

/// The folder that `guest/build` has filled.
pub fn guest() -> PathBuf {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/guest");
    let folder = std::env::var_os("QDECK_TEST_GUEST").map_or_else(|| default.into(), PathBuf::from);
    assert!(
        folder.join("built").exists(),
        "no guest in {}: crates/console/tests/qemu/guest/build makes one",
        folder.display()
    );
    folder
}

/// A running machine.
pub struct Machine {
    pub session: VncSession,
    qemu: Child,
    folder: TempDir,
    monitor: UnixStream,
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
    }
}

impl Machine {
    /// Starts one that boots as these arguments of QEMU say. It has no network, and no accelerator of this machine.
    pub async fn start(boot: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (display, websocket) = (free_port(), free_port());
        let vnc = format!("127.0.0.1:{},websocket={websocket}", display - 5900);
        let serial = format!("file:{}", folder.path().join("serial").display());
        let socket = folder.path().join("monitor");
        let monitor = format!("unix:{},server=on,wait=off", socket.display());
        let mut qemu = Command::new("qemu-system-x86_64")
            .args(["-accel", "tcg", "-m", "128", "-display", "none", "-net", "none", "-no-reboot"])
            .args(["-vnc", &vnc, "-serial", &serial, "-monitor", &monitor])
            .args(boot)
            .stdin(Stdio::null())
            .spawn()
            .expect("qemu-system-x86_64 starts");
        let monitor = until("the monitor", || {
            let ended = qemu.try_wait().unwrap();
            assert!(ended.is_none(), "QEMU ended: {ended:?}");
            UnixStream::connect(&socket)
        })
        .await;
        let screen = format!("ws://127.0.0.1:{websocket}/").parse().unwrap();
        let session = VncSession::start(vnc_connector(screen), Arc::new(|| {}));
        let mut machine = Self { session, qemu, folder, monitor };
        // A server that does not listen yet refuses the first connection.
        until("the screen", || {
            let ended = machine.qemu.try_wait().unwrap();
            assert!(ended.is_none(), "QEMU ended: {ended:?}");
            match machine.session.state() {
                SessionState::Live => Ok(()),
                state => {
                    machine.session.reconnect();
                    Err(state)
                }
            }
        })
        .await;
        machine
    }

    /// The lines that are read from the screen now.
    pub fn lines(&self) -> Vec<String> {
        self.session.take_dirty();
        self.session.text().map(TextScreen::whole).unwrap_or_default()
    }

    /// Waits until the screen shows a text; returns its line.
    pub async fn shows(&self, text: &str) -> String {
        until(&format!("{text:?} on the screen"), || {
            let lines = self.lines();
            lines.iter().find(|line| line.contains(text)).cloned().ok_or(lines)
        })
        .await
    }

    /// Presses a key.
    pub fn press(&self, code: KeyCode) {
        self.session.send(&Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }

    /// Types a text and Enter.
    pub fn enter(&self, text: &str) {
        for character in text.chars() {
            self.press(KeyCode::Char(character));
        }
        self.press(KeyCode::Enter);
    }

    /// What the guest has written to its serial port.
    pub fn serial(&self) -> String {
        let written = std::fs::read(self.folder.path().join("serial")).unwrap_or_default();
        String::from_utf8_lossy(&written).replace('\r', "")
    }

    /// Waits until the guest has written a line to its serial port.
    pub async fn reports(&self, line: &str) {
        until(&format!("{line:?} on the serial port"), || {
            let serial = self.serial();
            if serial.lines().any(|it| it == line) { Ok(()) } else { Err(serial) }
        })
        .await;
    }

    /// Waits until the screen shows all that is in the text memory of the machine's VGA.
    pub async fn shows_text_memory(&mut self, what: &str) {
        until(what, || Console::of_text_memory(&self.text_memory()).compare(&self.session)).await;
    }

    fn text_memory(&mut self) -> Vec<u8> {
        let file = self.folder.path().join("memory");
        let (address, length) = TEXT_MEMORY;
        self.command(&format!("pmemsave {address} {length} {}", quoted(&file)));
        let memory = std::fs::read(file).unwrap();
        assert_eq!(memory.len(), length);
        memory
    }

    /// Has the monitor do something, and waits until it is done.
    fn command(&mut self, command: &str) {
        writeln!(self.monitor, "{command}").unwrap();
        // It prints what it reads, then its next prompt.
        let (mut printed, mut chunk) = (String::new(), [0; 4096]);
        while !printed.split_once(command).is_some_and(|(_, after)| after.contains("(qemu) ")) {
            let count = self.monitor.read(&mut chunk).unwrap();
            assert!(count > 0, "the monitor was closed after {printed:?}");
            printed.push_str(&String::from_utf8_lossy(&chunk[..count]));
        }
        assert!(!printed.contains("rror"), "{printed}");
    }
}

fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display())
}

/// A port on loopback that is free now, of those that can be a display of VNC.
fn free_port() -> u16 {
    loop {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        if port > 5900 {
            return port;
        }
    }
}

/// Asks again and again until there is an answer, and not what is there instead of it.
pub async fn until<T, Other: std::fmt::Debug>(what: &str, mut answer: impl FnMut() -> Result<T, Other>) -> T {
    let start = Instant::now();
    loop {
        match answer() {
            Ok(answer) => return answer,
            Err(other) => assert!(start.elapsed() < LIMIT, "waited in vain for {what}: {other:#?}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
