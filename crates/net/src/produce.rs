//! A stream written as a plain async function.

use std::future::{Future, ready};

use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt};
use tokio::sync::mpsc;

/// Items that wait for the consumer; when full, the producer waits.
const WAITING: usize = 4;

/// A stream of what `write` sends. The function runs only while the stream is polled and is dropped with it, so nothing
/// of it outlives its consumer and no task needs to be cancelled.
pub fn produce<T, F, W>(write: W) -> BoxStream<'static, T>
where
    T: Send + 'static,
    F: Future<Output = ()> + Send + 'static,
    W: FnOnce(mpsc::Sender<T>) -> F,
{
    let (sender, mut receiver) = mpsc::channel(WAITING);
    let written = write(sender).into_stream().filter_map(|()| ready(None));
    let items = stream::poll_fn(move |cx| receiver.poll_recv(cx));
    stream::select(items, written).boxed()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn items_come_in_order_and_the_writer_never_runs_far_ahead() {
        let written = Arc::new(AtomicUsize::new(0));
        let count = written.clone();
        let mut stream = produce(move |sender| async move {
            for n in 0..100 {
                if sender.send(n).await.is_err() {
                    return;
                }
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        for n in 0..100 {
            assert_eq!(stream.next().await, Some(n));
            assert!(written.load(Ordering::Relaxed) <= usize::try_from(n).unwrap() + WAITING + 2);
        }
        assert_eq!(stream.next().await, None);
    }
}
