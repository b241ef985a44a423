//! The view of a real session, whose remote end is in this test.

use bytes::Bytes;
use tokio::sync::{Notify, mpsc};
use tokio::time::timeout;

use super::*;
use crate::console::{ByteStream, Connector, Opened, ResizeReports, TerminalSession, Transport};

const DEADLINE: Duration = Duration::from_secs(20);

/// The remote end of one connection.
pub(super) struct Remote {
    output: mpsc::Sender<Result<Bytes, Problem>>,
    input: mpsc::Receiver<Bytes>,
}

impl Remote {
    pub async fn print(&self, text: &'static str) {
        self.output.send(Ok(text.into())).await.unwrap();
    }

    async fn reads(&mut self, wanted: &str) {
        let mut read = Vec::new();
        while read != wanted.as_bytes() {
            // Keys that were pressed together come in one frame, or in several.
            let more = timeout(DEADLINE, self.input.recv()).await;
            read.extend_from_slice(&more.expect("nothing was typed").expect("the session is gone"));
            assert!(wanted.as_bytes().starts_with(&read), "{read:?}");
        }
    }
}

/// A connector whose remote ends are received from the channel, one a connection.
pub(super) fn remotes() -> (Connector, mpsc::Receiver<Remote>) {
    let (sender, receiver) = mpsc::channel(4);
    let connector: Connector = Arc::new(move || {
        let sender = sender.clone();
        Box::pin(async move {
            let (output, from) = mpsc::channel(16);
            let (to, input) = mpsc::channel(16);
            sender
                .send(Remote { output, input })
                .await
                .map_err(|_| Problem::new(ProblemKind::Unreachable, "the test is over"))?;
            let stream = ByteStream::Channel { from, to: Some(to) };
            Ok(Opened::Terminal(Transport { stream, resize: ResizeReports::Ignored, reached: None }))
        })
    });
    (connector, receiver)
}

pub(super) async fn connected(remotes: &mut mpsc::Receiver<Remote>) -> Remote {
    let remote = timeout(DEADLINE, remotes.recv()).await;
    remote.expect("the session does not connect").expect("the session is gone")
}

/// Draws at every wake until `wanted` is on the screen.
pub(super) async fn until(view: &mut ConsoleView, woken: &Notify, wanted: &str) -> String {
    let mut shown = String::new();
    let found = async {
        loop {
            view.is_dirty();
            shown = drawn(view);
            if shown.contains(wanted) {
                return;
            }
            woken.notified().await;
        }
    };
    let in_time = timeout(DEADLINE, found).await;
    assert!(in_time.is_ok(), "{wanted:?} never came:\n{shown}");
    shown
}

#[tokio::test]
async fn a_session_is_drawn_typed_into_detached_and_attached_again() {
    let woken = Arc::new(Notify::new());
    let wake = Arc::clone(&woken);
    let sessions = sessions_waking(Arc::new(move || wake.notify_one()));
    let (connector, mut remotes) = remotes();
    let size = Size { columns: 80, rows: 24 };
    let start =
        |wake: Wake| -> Box<dyn RemoteScreen> { Box::new(TerminalSession::start(connector, size, wake)) };
    let open = sessions.attach_with(&id("i-1"), "web-1", ScreenKind::Terminal, start);
    let mut view = ConsoleView::new(&sessions, open, ConsoleKeys::default());

    let mut remote = connected(&mut remotes).await;
    remote.print("\x1b]2;shell\x07$ ").await;
    until(&mut view, &woken, "─ shell ─").await;
    press(&mut view, "ls");
    remote.reads("ls").await;

    // Detached, it goes on; attached again, it shows the output of the meantime.
    assert_eq!(press(&mut view, "^d"), [Effect::close()]);
    drop(view);
    remote.print("Cargo.toml").await;
    let open =
        sessions.attach_with(&id("i-1"), "web-1", ScreenKind::Terminal, |_| unreachable!("it is open"));
    let mut view = ConsoleView::new(&sessions, open, ConsoleKeys::default());
    until(&mut view, &woken, "$ Cargo.toml").await;
    assert!(view.cursor().is_some());

    // The link breaks: the screen stays, and r reconnects at once.
    let cut = Problem::new(ProblemKind::Unreachable, "cut off");
    remote.output.send(Err(cut)).await.unwrap();
    let shown = until(&mut view, &woken, "cut off").await;
    assert!(shown.contains("$ Cargo.toml"), "{shown}");
    press(&mut view, "r");
    let mut remote = connected(&mut remotes).await;
    remote.print("$ back").await;
    let shown = until(&mut view, &woken, "$ back").await;
    assert!(shown.contains("$ Cargo.toml"), "{shown}");
    assert!(shown.contains("reconnected"), "{shown}");
    press(&mut view, "pwd");
    remote.reads("pwd").await;
}
