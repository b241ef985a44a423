//! A flood of coloured log lines through a whole session over a websocket, with someone typing and a screen drawing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use qdeck_console::{
    ByteStream, Connector, Opened, RemoteScreen, ResizeReports, SessionState, Size, TerminalSession,
    Transport,
};
use qdeck_net::{Client, ClientOptions, SocketOptions};
use qdeck_terminal::Emulator;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::far_side::{END, FRAME};
use crate::far_side_process::FarSide;
use crate::usage::{processor, resident};
use crate::{Error, log};

/// A key every so often, whether or not the ones before have come back.
const BETWEEN_KEYS: Duration = Duration::from_millis(15);
/// Time between two looks at the title.
const BETWEEN_LOOKS: Duration = Duration::from_micros(500);
/// Time between two drawings of the screen.
const BETWEEN_FRAMES: Duration = Duration::from_millis(16);
/// Time after the flood in which a key's echo counts as late and not as lost.
const ECHO_TIMEOUT: Duration = Duration::from_secs(10);

/// What the typing found.
struct Typed {
    /// From the call that sent a key until a look at the title found its number, or a later one.
    echoes: Vec<Duration>,
    /// From the first byte to a look at the title that found the end.
    took: Duration,
    /// Processor time of that.
    processor: Duration,
    /// The most resident memory in each quarter of the keys, in KiB.
    memory: [u64; 4],
}

/// Sends `parts` MiB, types all the while and draws every 16 ms. The far side writes a key's echo behind what it has
/// written already.
pub async fn run(parts: usize, size: Size) -> Result<String, Error> {
    let far_side = FarSide::start(&parts.to_string())?;
    let session = attached(far_side.url.clone(), size).await;
    let before = resident();
    let screen = tokio::task::spawn_blocking({
        let session = Arc::clone(&session);
        move || draw_until_alone(&session, size)
    });
    let typed = type_through(&session).await;
    let whole = is_whole(&session, size, parts).await;
    let after = resident();
    drop((session, far_side));
    let drawn = screen.await?;
    let (bare, bare_processor) = bare(parts, size);
    let Typed { echoes, took, processor, memory } = typed;
    let share = |whole: Duration, part: Duration| part.as_secs_f64() / whole.as_secs_f64();
    let tmux = match tmux(parts, size) {
        Ok(tmux) => format!("{tmux:.2?}, {:.2} of its time", share(tmux, took)),
        Err(error) => format!("not measured: {error}"),
    };
    Ok(format!(
        "{parts} MiB in {took:.2?}; the last screen is whole: {whole}\n\
         the bare emulator: {bare:.2?}, {:.2} of its rate; a pane of tmux: {tmux}\n\
         processor: {processor:.2?}, {:.2} of the bare emulator's\n{}\n{}\n\
         resident KiB: {before} before, {memory:?} in each quarter of the flood at most, {after} after",
        share(took, bare),
        share(bare_processor, processor),
        times("keys echoed", echoes),
        times("frames drawn", drawn),
    ))
}

/// The time for the same bytes on an emulator alone, and its processor time.
fn bare(parts: usize, size: Size) -> (Duration, Duration) {
    let flood = log::parts(parts);
    let mut emulator = Emulator::new(size);
    let (start, used) = (Instant::now(), processor());
    for slice in flood.iter().flat_map(|part| part.chunks(FRAME)) {
        emulator.feed(slice);
    }
    (start.elapsed(), processor().saturating_sub(used))
}

/// The time for the same bytes in a pane of tmux that no client shows, from `cat` to its end.
fn tmux(parts: usize, size: Size) -> Result<Duration, Error> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("flood");
    std::fs::write(&file, log::parts(parts).concat())?;
    let socket = folder.path().join("socket");
    let tmux = |arguments: &[&str]| {
        let mut command = std::process::Command::new("tmux");
        command.arg("-S").arg(&socket).args(["-f", "/dev/null"]).args(arguments);
        command.env_remove("TMUX").status()
    };
    let (columns, rows) = (size.columns.to_string(), size.rows.to_string());
    let shell =
        format!("sleep 0.5; cat '{}'; tmux -S '{}' wait-for -S over", file.display(), socket.display());
    tmux(&["new-session", "-d", "-x", &columns, "-y", &rows, &shell])?;
    let start = Instant::now();
    tmux(&["wait-for", "over"])?;
    let took = start.elapsed().saturating_sub(Duration::from_millis(500));
    Ok(took)
}

/// A session on the far side.
async fn attached(url: url::Url, size: Size) -> Arc<TerminalSession> {
    let client = Client::new(ClientOptions::default());
    let connector: Connector = Arc::new(move || {
        let (client, url) = (client.clone(), url.clone());
        Box::pin(async move {
            let socket = client.socket(url, SocketOptions::default()).await?;
            let stream = ByteStream::Socket { socket, takes_input: true };
            Ok(Opened::Terminal(Transport { stream, resize: ResizeReports::Ignored, reached: None }))
        })
    });
    let session = Arc::new(TerminalSession::start(connector, size, Arc::new(|| {})));
    while session.state() != SessionState::Live {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    session
}

/// Types until the flood is over and every key has come back.
async fn type_through(session: &TerminalSession) -> Typed {
    let key = Event::Key(KeyEvent::new(KeyCode::Char('k'), KeyModifiers::NONE));
    let (start, used) = (Instant::now(), processor());
    // It starts the flood.
    session.send(&key);
    let mut sent: Vec<Instant> = Vec::new();
    let mut memory: Vec<u64> = Vec::new();
    let mut typed =
        Typed { echoes: Vec::new(), took: Duration::ZERO, processor: Duration::ZERO, memory: [0; 4] };
    let mut looking = tokio::time::interval(BETWEEN_LOOKS);
    let mut over = false;
    while !over || typed.echoes.len() < sent.len() {
        looking.tick().await;
        let last = *sent.last().unwrap_or(&start);
        if !over && last.elapsed() >= BETWEEN_KEYS {
            memory.push(resident());
            sent.push(Instant::now());
            session.send(&key);
        }
        let (number, at_end) = title(session);
        for at in sent.iter().take(number).skip(typed.echoes.len()) {
            typed.echoes.push(at.elapsed());
        }
        if at_end && !over {
            over = true;
            (typed.took, typed.processor) = (start.elapsed(), processor().saturating_sub(used));
        }
        if over && last.elapsed() > ECHO_TIMEOUT {
            break; // lost: the count of keys shows it
        }
    }
    let quarter = memory.len().div_ceil(4).max(1);
    let most = |n: usize| memory.chunks(quarter).nth(n).and_then(|part| part.iter().max().copied());
    typed.memory = [0, 1, 2, 3].map(|n| most(n).unwrap_or_default());
    typed
}

/// The number in the title, zero if there is none, and whether the end is reached.
fn title(session: &TerminalSession) -> (usize, bool) {
    let title = session.title().unwrap_or_default();
    let mut words = title.split_whitespace();
    let number = words.next().and_then(|word| word.parse().ok()).unwrap_or_default();
    (number, words.next() == Some(END))
}

/// Draws until the session has no other holder. Returns how long each drawing took, waiting for the screen included.
fn draw_until_alone(session: &Arc<TerminalSession>, size: Size) -> Vec<Duration> {
    let area = Rect::new(0, 0, size.columns, size.rows);
    let mut buf = Buffer::empty(area);
    let mut waits = Vec::new();
    while Arc::strong_count(session) > 1 {
        let asked = Instant::now();
        session.draw(area, &mut buf);
        waits.push(asked.elapsed());
        std::thread::sleep(BETWEEN_FRAMES);
    }
    waits
}

/// Whether the rows of the log come to be those of an emulator that was fed the last part alone.
async fn is_whole(session: &TerminalSession, size: Size, parts: usize) -> bool {
    let area = Rect::new(0, 0, size.columns, size.rows);
    let mut reference = Emulator::new(size);
    reference.feed(&log::part(parts - 1));
    let (mut expected, mut shown) = (Buffer::empty(area), Buffer::empty(area));
    reference.draw(area, &mut expected);
    let start = Instant::now();
    loop {
        session.draw(area, &mut shown);
        let whole = shown.content == expected.content;
        if whole || start.elapsed() > ECHO_TIMEOUT {
            return whole;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn times(what: &str, mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
    let slowest = times.last().copied().unwrap_or_default();
    format!("{what}: {}, median {:.1?}, p95 {:.1?}, slowest {slowest:.1?}", times.len(), at(50), at(95))
}
