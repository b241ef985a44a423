//! Types into a session and draws it as the frame loop does.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use parking_lot::{Condvar, Mutex};
use qdeck_console::{
    ByteStream, Connector, Opened, PixelTransport, RemoteScreen, SessionState, VncSession, Wake,
};
use qdeck_net::{Client, ClientOptions, SocketOptions};

use crate::Error;
use crate::drawing::{Drawing, Way};
use crate::encode::Encoding;
use crate::far_side_process::FarSide;
use crate::usage::{processor, resident};

/// Time between two keys, whether or not those before have come back.
const BETWEEN_KEYS: Duration = Duration::from_millis(50);
/// Time between two frames at least, and the same while an echo may come, as the frame loop has them.
const MIN_FRAME_INTERVAL: Duration = Duration::from_millis(10);
const ECHO_FRAME_INTERVAL: Duration = Duration::from_millis(3);
/// Time of warming up, in which nothing counts.
const WARM_UP: Duration = Duration::from_secs(2);
/// Time after the last key in which its echo counts as late and not as lost.
const ECHO_TIMEOUT: Duration = Duration::from_secs(5);

/// Whether there is something to draw.
#[derive(Default)]
struct News {
    is_new: Mutex<bool>,
    changed: Condvar,
}

impl News {
    fn wake(self: &Arc<Self>) -> Wake {
        let news = Arc::clone(self);
        Arc::new(move || {
            *news.is_new.lock() = true;
            news.changed.notify_one();
        })
    }

    /// Waits until there are some or it is time; returns whether there are.
    fn wait_until(&self, until: Instant) -> bool {
        let mut is_new = self.is_new.lock();
        while !*is_new && !self.changed.wait_until(&mut is_new, until).timed_out() {}
        std::mem::take(&mut is_new)
    }
}

/// What was counted.
#[derive(Default)]
struct Counted {
    sent: Vec<Instant>,
    echoes: Vec<Duration>,
    /// Time that the frame loop's thread took for each frame.
    drawings: Vec<Duration>,
    frames: u32,
    updates: u32,
    bytes: usize,
}

/// Runs for so many seconds. Returns a row of the table.
pub fn run(encoding: Encoding, way: Way, seconds: u64) -> Result<String, Error> {
    let far_side = FarSide::start(encoding.name())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let news = Arc::new(News::default());
    let session = {
        let _inside = runtime.enter();
        VncSession::start(connector(far_side.url.clone()), news.wake())
    };
    let session = Arc::new(session);
    let mut drawing = Drawing::new(way, Arc::clone(&session), news.wake());
    type_for(&session, &mut drawing, &news, WARM_UP, 0);
    if session.state() != SessionState::Live {
        return Err(format!("the session is not live: {:?}", session.state()).into());
    }
    let (start, used) = (Instant::now(), processor());
    let typed_before = usize::try_from(WARM_UP.as_millis() / BETWEEN_KEYS.as_millis())?;
    let counted = type_for(&session, &mut drawing, &news, Duration::from_secs(seconds), typed_before);
    let (took, used) = (start.elapsed().as_secs_f64(), processor().saturating_sub(used).as_secs_f64());
    let memory = resident() / 1024;
    drop((drawing, session, runtime, far_side));
    Ok(format!(
        "| {} | {} | {:.0} % | {:.1} | {:.1} | {:.1} | {} | {} | {memory} |",
        encoding.name(),
        way.name(),
        used / took * 100.0,
        f64::from(counted.updates) / took,
        f64::from(counted.frames) / took,
        f64::from(u32::try_from(counted.bytes / 1024)?) / took / 1024.0,
        times(counted.sent.len(), counted.echoes),
        times(counted.drawings.len(), counted.drawings),
    ))
}

fn connector(url: url::Url) -> Connector {
    let client = Client::new(ClientOptions::default());
    Arc::new(move || {
        let (client, url) = (client.clone(), url.clone());
        Box::pin(async move {
            let socket = client.socket(url, SocketOptions::default()).await?;
            let stream = ByteStream::Socket { socket, takes_input: true };
            Ok(Opened::Framebuffer(PixelTransport { stream, password: None }))
        })
    })
}

/// Types for some time, and draws until all of it has come back. `echoed` keys were typed before.
fn type_for(
    session: &VncSession,
    drawing: &mut Drawing,
    news: &News,
    time: Duration,
    echoed: usize,
) -> Counted {
    let key = Event::Key(KeyEvent::new(KeyCode::Char('k'), KeyModifiers::NONE));
    let mut counted = Counted::default();
    while session.state() == SessionState::Connecting {
        news.wait_until(Instant::now() + MIN_FRAME_INTERVAL);
    }
    let keys = usize::try_from(time.as_millis() / BETWEEN_KEYS.as_millis()).unwrap_or_default();
    let start = Instant::now();
    let mut next_key = start;
    let mut last_frame = start;
    let mut is_dirty = true;
    while counted.echoes.len() < keys && start.elapsed() < time + ECHO_TIMEOUT {
        let now = Instant::now();
        if now >= next_key && counted.sent.len() < keys {
            counted.sent.push(now);
            session.send(&key);
            next_key += BETWEEN_KEYS;
        }
        // A key comes every 50 ms, so that its echo is awaited all the time.
        let due = last_frame + ECHO_FRAME_INTERVAL;
        if is_dirty && now >= due {
            is_dirty = false;
            session.take_dirty();
            counted.updates += u32::from(session.take_output());
            let asked = Instant::now();
            let drawn = drawing.draw();
            last_frame = Instant::now();
            counted.drawings.push(last_frame - asked);
            counted.frames += u32::from(drawn.is_written);
            counted.bytes += drawn.bytes;
            let known = drawn.echoed.unwrap_or_default().saturating_sub(echoed);
            for at in counted.sent.iter().take(known).skip(counted.echoes.len()) {
                counted.echoes.push(at.elapsed());
            }
        }
        let next = if counted.sent.len() < keys { next_key } else { now + MIN_FRAME_INTERVAL };
        let until = if is_dirty { next.min(due) } else { next };
        is_dirty |= news.wait_until(until);
    }
    counted
}

fn times(sent: usize, mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
    let slowest = times.last().copied().unwrap_or_default();
    let lost = sent - times.len();
    let lost = if lost == 0 { String::new() } else { format!(" ({lost} of {sent} lost)") };
    format!("{:.1?}; {:.1?}; {slowest:.1?}{lost}", at(50), at(95))
}
