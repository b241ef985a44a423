//! A console whose bytes are passed as they are.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::{DEADLINE, Remote, SIZE, remotes};
use crate::{Opened, Passthrough, Size};
use qdeck_model::{Problem, ProblemKind};

/// Both ends of a console that is carried.
struct Carried {
    remote: Remote,
    input: mpsc::Sender<Bytes>,
    size: watch::Sender<Size>,
    leave: Option<oneshot::Sender<&'static str>>,
    output: Arc<Mutex<Vec<u8>>>,
    end: JoinHandle<Result<Option<&'static str>, Problem>>,
}

async fn carried(takes_input: bool) -> Carried {
    let (connector, mut arrived) = remotes(true, takes_input);
    let Ok(Opened::Terminal(transport)) = connector().await else { panic!("no terminal") };
    let console = Passthrough::from(transport);
    assert_eq!(console.takes_input(), takes_input);
    let (input, keys) = mpsc::channel(16);
    let (size, sizes) = watch::channel(SIZE);
    let (leave, left) = oneshot::channel();
    let output = Arc::new(Mutex::new(Vec::new()));
    let end = tokio::spawn({
        let output = Arc::clone(&output);
        async move {
            let write = move |bytes: Bytes| {
                output.lock().unwrap().extend_from_slice(&bytes);
                std::future::ready(Ok(()))
            };
            // Without a user who leaves there is never enough.
            let enough = async { left.await.unwrap() };
            console.carry(keys, Some(sizes), write, enough).await
        }
    });
    let remote = arrived.recv().await.unwrap();
    Carried { remote, input, size, leave: Some(leave), output, end }
}

impl Carried {
    async fn end(self) -> Result<Option<&'static str>, Problem> {
        tokio::time::timeout(DEADLINE, self.end).await.expect("it ends").unwrap()
    }
}

#[tokio::test]
async fn bytes_go_both_ways_as_they_are_and_the_size_goes_first() {
    let mut it = carried(true).await;
    assert_eq!(it.remote.reads("t").await, "\x1b[8;24;80t");
    it.input.send("ls\r\x03".into()).await.unwrap();
    assert_eq!(it.remote.reads("\x03").await, "ls\r\x03");
    it.size.send_replace(Size { columns: 100, rows: 30 });
    assert_eq!(it.remote.reads("t").await, "\x1b[8;30;100t");
    let raw: &[u8] = b"\xff\x00\x1b]0;title\x07\x1b[?1049h\r\n";
    it.remote.print(raw).await;
    let output = Arc::clone(&it.output);
    drop(std::mem::replace(&mut it.remote.output, mpsc::channel(1).0));
    assert_eq!(it.end().await, Ok(None), "an orderly end");
    assert_eq!(*output.lock().unwrap(), raw);
}

#[tokio::test]
async fn what_was_typed_before_leaving_is_sent() {
    let mut it = carried(true).await;
    it.remote.reads("t").await;
    for key in ["e", "x", "i", "t", "\r"] {
        it.input.try_send(key.into()).unwrap();
    }
    it.leave.take().unwrap().send("left").unwrap();
    assert_eq!(it.remote.reads("\r").await, "exit\r");
    assert_eq!(it.end().await, Ok(Some("left")));
}

#[tokio::test]
async fn a_broken_link_is_a_problem() {
    let it = carried(true).await;
    let broken = Problem::new(ProblemKind::Unreachable, "reset by the peer");
    it.remote.output.send(Err(broken.clone())).await.unwrap();
    assert_eq!(it.end().await, Err(broken));
}

#[tokio::test]
async fn nothing_is_sent_where_no_input_is_taken() {
    let mut it = carried(false).await;
    let refused = it.input.send("ls\r".into()).await;
    assert!(refused.is_err() || it.remote.input.try_recv().is_err());
    it.remote.print("a line of a log\r\n").await;
    let output = Arc::clone(&it.output);
    drop(std::mem::replace(&mut it.remote.output, mpsc::channel(1).0));
    assert_eq!(it.end().await, Ok(None));
    assert_eq!(*output.lock().unwrap(), b"a line of a log\r\n");
}
