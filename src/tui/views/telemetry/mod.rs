//! The telemetry screen of one instance: a chart for each metric that its samples have, over a window of time.
//!
//! Only what is shown is kept here; the samples are the store's.

mod draw;
mod layout;

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::model::{Metric, ResourceId, ScreenKind, Timestamp};
use crate::tui::app::App;
use crate::tui::command::{Movement, TelemetryCommand};
use crate::tui::effect::{DocumentForm, View};
use crate::tui::layer::{Answer, Asking, Handled, Hint, Layer, Question, Ticket};
use crate::tui::{Command, Effect, KeyContext, Look};

/// The windows of time, by their names.
const WINDOWS: [(&str, Duration); 6] = [
    ("1m", Duration::from_secs(60)),
    ("5m", Duration::from_secs(300)),
    ("15m", Duration::from_secs(900)),
    ("1h", Duration::from_secs(3600)),
    ("6h", Duration::from_secs(21_600)),
    ("24h", Duration::from_secs(86_400)),
];

/// One chart: its title and the metrics drawn in it.
type Panel = (&'static str, &'static [Metric]);

const PANELS: [Panel; 5] = [
    ("CPU", &[Metric::Cpu]),
    ("MEMORY", &[Metric::Memory]),
    ("NETWORK", &[Metric::NetReceive, Metric::NetSend]),
    ("DISK", &[Metric::DiskRead, Metric::DiskWrite]),
    ("PROCESSES", &[Metric::Processes]),
];

/// The cursor moves by this part of the window.
const CURSOR_STEPS: u16 = 120;

/// The telemetry screen.
pub struct TelemetryView {
    id: ResourceId,
    name: String,
    /// The index into [`WINDOWS`].
    window: usize,
    /// The longest window that samples were requested for.
    asked: Duration,
    /// The time at which the charts are frozen.
    frozen: Option<Timestamp>,
    /// The selected chart, of those that are shown.
    selected: usize,
    /// True while only the selected chart is shown.
    alone: bool,
    /// The steps from the right edge to the cursor.
    cursor: Option<u16>,
    /// The question for the past.
    past: Asking,
    /// The time of the latest frame, and how many charts there were.
    drawn: Option<Timestamp>,
    charts: usize,
}

impl TelemetryView {
    /// The screen of the instance of this name.
    pub fn new(id: ResourceId, name: impl Into<String>) -> Self {
        Self {
            id,
            name: name.into(),
            window: 1,
            asked: Duration::ZERO,
            frozen: None,
            selected: 0,
            alone: false,
            cursor: None,
            past: Asking::default(),
            drawn: None,
            charts: 0,
        }
    }

    fn window(&self) -> Duration {
        WINDOWS[self.window].1
    }

    /// Asks for the past when the window reaches further back than what was asked for.
    fn backfill(&mut self) -> Vec<Effect> {
        if self.window() <= self.asked {
            return Vec::new();
        }
        self.asked = self.window();
        self.past.ask(Question::Past(self.id.clone(), self.asked))
    }

    fn freeze(&mut self) {
        self.frozen = match self.frozen {
            Some(_) => None,
            None => self.drawn,
        };
    }

    fn move_cursor(&mut self, left: bool, count: u16) {
        let at = self.cursor.unwrap_or(0);
        self.cursor =
            Some(if left { at.saturating_add(count).min(CURSOR_STEPS) } else { at.saturating_sub(count) });
    }
}

impl TelemetryView {
    fn offers(&self) -> Vec<(Command, &'static str)> {
        let mut hints = Vec::new();
        if self.window > 0 {
            hints.push((Command::ZoomIn, "shorter"));
        }
        if self.window + 1 < WINDOWS.len() {
            hints.push((Command::ZoomOut, "longer"));
        }
        hints.push((Command::PauseRefresh, if self.frozen.is_some() { "live" } else { "freeze" }));
        if self.charts > 1 {
            hints.push((Command::Down, "next chart"));
            hints.push((Command::Open, if self.alone { "all charts" } else { "one chart" }));
        }
        hints.push((Command::Left, "read values"));
        hints.push((Command::Attach, "console"));
        hints.push((Command::Back, "back"));
        hints
    }

    /// Does what a key is bound to.
    fn apply(&mut self, command: Command, count: Option<u32>) -> Handled {
        let count = count.map_or(1, |count| usize::try_from(count).unwrap_or(usize::MAX)).max(1);
        let last = self.charts.saturating_sub(1);
        let Some(command) = TelemetryCommand::of(command) else {
            return Handled::Ignored;
        };
        match command {
            TelemetryCommand::ZoomIn => self.window = self.window.saturating_sub(count),
            TelemetryCommand::ZoomOut => {
                self.window = self.window.saturating_add(count).min(WINDOWS.len() - 1);
                return self.backfill().into();
            }
            TelemetryCommand::PauseRefresh | TelemetryCommand::Mark | TelemetryCommand::Follow => {
                self.freeze();
            }
            TelemetryCommand::Move(movement) => {
                self.selected = match movement {
                    Movement::Down | Movement::PageDown | Movement::HalfPageDown => {
                        self.selected.saturating_add(count).min(last)
                    }
                    Movement::Up | Movement::PageUp | Movement::HalfPageUp => {
                        self.selected.saturating_sub(count)
                    }
                    Movement::Top => 0,
                    Movement::Bottom => last,
                }
            }
            TelemetryCommand::Pane(number) => self.selected = usize::from(number).saturating_sub(1).min(last),
            TelemetryCommand::Open | TelemetryCommand::Zoom => self.alone = !self.alone,
            TelemetryCommand::Left => self.move_cursor(true, u16::try_from(count).unwrap_or(u16::MAX)),
            TelemetryCommand::Right => self.move_cursor(false, u16::try_from(count).unwrap_or(u16::MAX)),
            TelemetryCommand::Back if self.cursor.is_some() => self.cursor = None,
            TelemetryCommand::Back if self.alone => self.alone = false,
            TelemetryCommand::Back | TelemetryCommand::Close => return Effect::close().into(),
            TelemetryCommand::Attach => return View::Console(self.id.clone()).into(),
            TelemetryCommand::Ways => return View::Ways(self.id.clone()).into(),
            TelemetryCommand::Ssh => return View::Way(self.id.clone(), ScreenKind::Ssh).into(),
            TelemetryCommand::Logs => return View::Logs(vec![self.id.clone()]).into(),
            TelemetryCommand::Describe => return View::Document(self.id.clone(), DocumentForm::Form).into(),
        }
        Handled::done()
    }

    fn render(&mut self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        self.drawn = Some(look.now);
        self.draw_all(area, buf, look);
    }
}

impl Layer for TelemetryView {
    fn open(&mut self) -> Vec<Effect> {
        self.backfill()
    }

    fn key_context(&self) -> KeyContext {
        KeyContext::Telemetry
    }

    fn subject(&self) -> Option<&ResourceId> {
        Some(&self.id)
    }

    fn hints(&self, _app: &App) -> Vec<Hint> {
        self.offers().into_iter().map(Hint::from).collect()
    }

    fn perform(&mut self, command: Command, count: Option<u32>, _app: &mut App) -> Handled {
        self.apply(command, count)
    }

    fn answer(&mut self, ticket: Ticket, answer: Answer) -> Vec<Effect> {
        if self.past.is(ticket) && matches!(answer, Answer::EndOfPast) {
            self.past.close();
        }
        Vec::new()
    }

    fn redraw_in(&self, _app: &App) -> Option<Duration> {
        // Time moves on without samples too: the gap of a silent instance grows.
        self.frozen.is_none().then(|| (self.window() / 120).max(Duration::from_secs(1)))
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, app: &mut App) {
        self.render(area, buf, &app.look());
    }
}

#[cfg(test)]
mod tests;
