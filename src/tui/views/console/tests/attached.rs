//! The view on a real session, whose far side is in this program.

use bytes::Bytes;
use tokio::sync::{Notify, mpsc};
use tokio::time::timeout;

use super::*;
use crate::console::{ByteStream, Connector, Opened, ResizeReports, TerminalSession, Transport};

const DEADLINE: Duration = Duration::from_secs(20);

/// What the far side of one connection says and hears.
struct Far {
    say: mpsc::Sender<Result<Bytes, Problem>>,
    hear: mpsc::Receiver<Bytes>,
}

impl Far {
    async fn say(&self, text: &'static str) {
        self.say.send(Ok(text.into())).await.unwrap();
    }

    async fn hears(&mut self, wanted: &str) {
        let mut heard = Vec::new();
        while heard != wanted.as_bytes() {
            // Keys that were pressed together come in one frame, or in several.
            let more = timeout(DEADLINE, self.hear.recv()).await;
            heard.extend_from_slice(&more.expect("nothing came").expect("nobody types"));
            assert!(wanted.as_bytes().starts_with(&heard), "{heard:?}");
        }
    }
}

/// A connector whose far sides come out of the channel, one a connection.
fn far_sides() -> (Connector, mpsc::Receiver<Far>) {
    let (sender, receiver) = mpsc::channel(4);
    let connector: Connector = Arc::new(move || {
        let sender = sender.clone();
        Box::pin(async move {
            let (say, from) = mpsc::channel(16);
            let (to, hear) = mpsc::channel(16);
            sender
                .send(Far { say, hear })
                .await
                .map_err(|_| Problem::new(ProblemKind::Unreachable, "the test is over"))?;
            let stream = ByteStream::Channel { from, to: Some(to) };
            Ok(Opened::Terminal(Transport { stream, resize: ResizeReports::Ignored }))
        })
    });
    (connector, receiver)
}

async fn connected(far_sides: &mut mpsc::Receiver<Far>) -> Far {
    let far = timeout(DEADLINE, far_sides.recv()).await;
    far.expect("nobody connects").expect("the session is gone")
}

/// Draws at every wake until `wanted` is on the screen.
async fn until(view: &mut ConsoleView, woken: &Notify, wanted: &str) -> String {
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
async fn a_session_is_drawn_typed_into_left_and_come_back_to() {
    let woken = Arc::new(Notify::new());
    let wake = Arc::clone(&woken);
    let sessions = sessions_waking(Arc::new(move || wake.notify_one()));
    let (connector, mut far_sides) = far_sides();
    let size = Size { columns: 80, rows: 24 };
    let start =
        |wake: Wake| -> Box<dyn RemoteScreen> { Box::new(TerminalSession::start(connector, size, wake)) };
    let open = sessions.attach_with(&id("i-1"), "web-1", ScreenKind::Terminal, start);
    let mut view = ConsoleView::new(&sessions, open, ConsoleKeys::default());

    let mut far = connected(&mut far_sides).await;
    far.say("\x1b]2;shell\x07$ ").await;
    until(&mut view, &woken, "─ shell ─").await;
    press(&mut view, "ls");
    far.hears("ls").await;

    // Left, it goes on; come back to, it shows what came meanwhile.
    assert_eq!(press(&mut view, "^d"), [Effect::CloseView]);
    drop(view);
    far.say("Cargo.toml").await;
    let open =
        sessions.attach_with(&id("i-1"), "web-1", ScreenKind::Terminal, |_| unreachable!("it is open"));
    let mut view = ConsoleView::new(&sessions, open, ConsoleKeys::default());
    until(&mut view, &woken, "$ Cargo.toml").await;
    assert!(view.cursor().is_some());

    // The far side breaks: the screen stays, and r connects again.
    let cut = Problem::new(ProblemKind::Unreachable, "cut off");
    far.say.send(Err(cut)).await.unwrap();
    let shown = until(&mut view, &woken, "cut off").await;
    assert!(shown.contains("$ Cargo.toml") && shown.contains("r connects again"), "{shown}");
    press(&mut view, "r");
    let mut far = connected(&mut far_sides).await;
    far.say("$ back").await;
    let shown = until(&mut view, &woken, "$ back").await;
    assert!(shown.contains("$ Cargo.toml"), "{shown}");
    assert!(shown.contains("reconnected"), "{shown}");
    press(&mut view, "pwd");
    far.hears("pwd").await;
}
