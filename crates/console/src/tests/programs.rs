//! Real programs in a PTY behind a session: vim, less and top of the system.

use std::io::{Read, Write as _};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use super::*;

/// A session on a program in a PTY, which ends with it.
fn running(program: &str, arguments: &[&str]) -> TerminalSession {
    let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    let program = program.to_owned();
    let connector: Connector = Arc::new(move || {
        let pty = native_pty_system()
            .openpty(PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 })
            .unwrap();
        let mut command = CommandBuilder::new(&program);
        command.args(&arguments);
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        let mut child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let (output, from) = mpsc::channel(4);
        let (to, mut input) = mpsc::channel::<Bytes>(4);
        let mut reader = pty.master.try_clone_reader().unwrap();
        let mut writer = pty.master.take_writer().unwrap();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if output.blocking_send(Ok(Bytes::copy_from_slice(&buffer[..read]))).is_err() {
                    break;
                }
            }
        });
        std::thread::spawn(move || {
            while let Some(bytes) = input.blocking_recv() {
                if writer.write_all(&bytes).is_err() {
                    break;
                }
            }
            // The session or the program has ended: either way no process is left behind.
            let _ = child.kill();
            let _ = child.wait();
        });
        let (sizes, mut resized) = watch::channel(SIZE);
        let master = pty.master;
        tokio::spawn(async move {
            while resized.changed().await.is_ok() {
                let Size { columns, rows } = *resized.borrow_and_update();
                master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
            }
        });
        Box::pin(async move {
            let stream = ByteStream::Channel { from, to: Some(to) };
            Ok(Opened::Terminal(Transport { stream, resize: ResizeReports::Channel(sizes), reached: None }))
        })
    });
    TerminalSession::start(connector, SIZE, no_wake())
}

fn press(session: &TerminalSession, code: KeyCode) {
    session.send(&Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
}

fn write(session: &TerminalSession, text: &str) {
    for c in text.chars() {
        press(session, if c == '\n' { KeyCode::Enter } else { KeyCode::Char(c) });
    }
}

#[tokio::test]
async fn vim_edits_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes");
    let session = running("vim", &["-u", "NONE", "-N", file.to_str().unwrap()]);
    shows(&session, "[New]").await;
    write(&session, "ione two\nthree");
    shows(&session, "three").await;
    press(&session, KeyCode::Esc);
    press(&session, KeyCode::Up);
    write(&session, "A four");
    press(&session, KeyCode::Esc);
    shows(&session, "one two four").await;
    assert_eq!(rows(&session)[..3], ["one two four", "three", "~"]);
    write(&session, ":wq\n");
    until("the end of vim", || session.state() != SessionState::Live).await;
    assert_eq!(std::fs::read_to_string(file).unwrap(), "one two four\nthree\n");
}

#[tokio::test]
async fn less_pages_back_and_forth() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("long");
    let text: Vec<String> = (1..=500).map(|n| format!("line {n:03}\n")).collect();
    std::fs::write(&file, text.concat()).unwrap();
    let session = running("less", &[file.to_str().unwrap()]);
    shows(&session, "line 023").await;
    press(&session, KeyCode::Char('G'));
    shows(&session, "line 500").await;
    assert_eq!(rows(&session)[22], "line 500");
    press(&session, KeyCode::PageUp);
    until("the page above", || rows(&session)[0] == "line 455").await;
    write(&session, "g/line 3.7\n");
    until("the first match", || rows(&session)[0] == "line 307").await;
    write(&session, "q");
    until("the end of less", || session.state() != SessionState::Live).await;
    assert!(!session.has_scrollback());
}

#[tokio::test]
async fn top_paints_and_leaves() {
    let session = running("top", &["-d", "1"]);
    shows(&session, "load average").await;
    shows(&session, "PID USER").await;
    write(&session, "q");
    until("the end of top", || session.state() != SessionState::Live).await;
}

#[tokio::test]
async fn a_program_gets_the_size_of_its_pty() {
    let session = running("sh", &["-c", "echo ready; while read line; do stty size; done"]);
    shows(&session, "ready").await;
    write(&session, "\n");
    shows(&session, "24 80").await;
    session.resize(Size { columns: 72, rows: 20 });
    until("the new size", || {
        write(&session, "\n");
        rows(&session).iter().any(|row| row == "20 72")
    })
    .await;
}
