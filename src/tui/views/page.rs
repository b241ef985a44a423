//! The box for a console that another program shows: its address, to open in a browser or to copy.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::console::Page;
use crate::model::{Problem, ProblemKind, ResourceId, ScreenKind, Timestamp, age};
use crate::tui::app::App;
use crate::tui::command::PageCommand;
use crate::tui::effect::{Address, Work};
use crate::tui::layer::{Answer, Asking, Handled, Hint, Layer, Question, Ticket};
use crate::tui::widgets::frame::{draw_border, put};
use crate::tui::{Command, Effect, KeyContext, Look};

/// Time for which the address is shown in full once revealed.
const UNMASK_DURATION: Duration = Duration::from_secs(5);
/// The most columns that the box takes.
const MAX_WIDTH: u16 = 76;

/// The state of the request for the page. Times are those of the first frame that shows the state.
enum Request {
    /// Sent, and not answered yet.
    Pending(Option<Timestamp>),
    /// Answered with a page.
    Fetched(Page, Option<Timestamp>),
    /// Failed.
    Failed(Problem),
}

/// The box of one console.
pub struct PageView {
    id: ResourceId,
    name: String,
    kind: ScreenKind,
    question: Asking,
    request: Request,
    /// When the address was last shown in full.
    unmasked_at: Option<Timestamp>,
    now: Option<Timestamp>,
}

impl PageView {
    /// A box for the console of a resource, still to be requested as this kind.
    pub fn new(id: ResourceId, name: String, kind: ScreenKind) -> Self {
        let question = Asking::default();
        Self { id, name, kind, question, request: Request::Pending(None), unmasked_at: None, now: None }
    }

    /// A box for a page that was fetched already.
    pub fn fetched(id: ResourceId, name: String, kind: ScreenKind, page: Page) -> Self {
        Self { request: Request::Fetched(page, None), ..Self::new(id, name, kind) }
    }

    fn fetch(&mut self) -> Vec<Effect> {
        self.question.ask(Question::Page(self.id.clone(), self.kind))
    }

    fn page(&self) -> Option<&Page> {
        match &self.request {
            Request::Fetched(page, _) => Some(page),
            _ => None,
        }
    }

    /// Returns true if the address is no longer valid.
    fn is_expired(&self) -> bool {
        let (Request::Fetched(page, Some(at)), Some(now)) = (&self.request, self.now) else {
            return false;
        };
        page.valid_for.is_some_and(|valid_for| now.since(*at) >= valid_for)
    }

    fn refetch(&mut self) -> Vec<Effect> {
        self.request = Request::Pending(None);
        self.unmasked_at = None;
        self.fetch()
    }

    fn is_unmasked(&self, now: Timestamp) -> bool {
        self.unmasked_at.is_some_and(|since| now.since(since) < UNMASK_DURATION)
    }

    /// The lines of the box, each a name and a text.
    fn lines(&self, look: &Look<'_>) -> Vec<(&'static str, String)> {
        let now = look.now;
        match &self.request {
            Request::Pending(since) => {
                let since = since.map_or(String::new(), |since| format!(" {}", age(now.since(since))));
                let dots = if look.ascii { "..." } else { "…" };
                vec![("", format!("requesting the address from {}{dots}{since}", self.id.context))]
            }
            Request::Failed(problem) => vec![("", problem.to_string())],
            Request::Fetched(page, at) => {
                let what = if page.is_endpoint {
                    "a VNC screen over a websocket, for a VNC client"
                } else {
                    "a page for a browser"
                };
                let address = if self.is_unmasked(now) {
                    page.address.expose().to_owned()
                } else {
                    page.masked(if look.ascii { "****" } else { "••••" })
                };
                let since = at.map_or(Duration::ZERO, |at| now.since(at));
                let fetched = match page.valid_for {
                    None => format!("{} ago, valid for a short time", age(since)),
                    Some(valid_for) if since >= valid_for => {
                        format!("{} ago, expired", age(since))
                    }
                    Some(valid_for) => {
                        format!("{} ago, valid for {} more", age(since), age(valid_for.saturating_sub(since)))
                    }
                };
                vec![
                    ("what", what.to_owned()),
                    ("host", page.host()),
                    ("address", address),
                    ("fetched", fetched),
                ]
            }
        }
    }
}

impl Layer for PageView {
    fn open(&mut self) -> Vec<Effect> {
        match self.request {
            Request::Pending(_) => self.fetch(),
            _ => Vec::new(),
        }
    }

    fn is_opaque(&self) -> bool {
        false
    }

    fn key_context(&self) -> KeyContext {
        KeyContext::Page
    }

    fn subject(&self) -> Option<&ResourceId> {
        Some(&self.id)
    }

    fn hints(&self, _app: &App) -> Vec<Hint> {
        let mut hints = Vec::new();
        if let Some(page) = self.page().filter(|_| !self.is_expired()) {
            if !page.is_endpoint {
                hints.push((Command::Open, "open in browser"));
            }
            hints.push((Command::Copy, "copy"));
            hints.push((Command::Unmask, "show"));
        }
        if !matches!(self.request, Request::Pending(_)) {
            hints.push((Command::Refresh, "fetch a new one"));
        }
        hints.push((Command::Back, "close"));
        hints.into_iter().map(Hint::from).collect()
    }

    fn perform(&mut self, command: Command, _count: Option<u32>, _app: &mut App) -> Handled {
        let Some(command) = PageCommand::of(command) else {
            return Handled::Ignored;
        };
        match (command, self.page()) {
            (PageCommand::Back | PageCommand::Close, _) => Effect::close().into(),
            (PageCommand::Open | PageCommand::Copy, Some(_)) if self.is_expired() => self.refetch().into(),
            (PageCommand::Open, Some(page)) => Work::Browse(Address(page.address.clone())).into(),
            (PageCommand::Copy, Some(page)) => {
                let what = format!("the address of the console of {}", self.name);
                Work::CopyAddress(Address(page.address.clone()), what).into()
            }
            (PageCommand::Unmask, Some(_)) => {
                self.unmasked_at = match self.now {
                    Some(now) if self.is_unmasked(now) => None,
                    now => now,
                };
                Handled::done()
            }
            (PageCommand::Refresh, _) if !matches!(self.request, Request::Pending(_)) => {
                self.refetch().into()
            }
            (PageCommand::Open | PageCommand::Copy | PageCommand::Unmask, None)
            | (PageCommand::Refresh, _) => Handled::Ignored,
        }
    }

    fn answer(&mut self, ticket: Ticket, answer: Answer) -> Vec<Effect> {
        match answer {
            Answer::Page(answer) if self.question.is(ticket) => {
                self.question.close();
                self.request = match *answer {
                    Ok(page) => Request::Fetched(page, None),
                    Err(problem) => Request::Failed(problem),
                };
            }
            _ => {}
        }
        Vec::new()
    }

    fn redraw_in(&self, _app: &App) -> Option<Duration> {
        let second = Duration::from_secs(1);
        match (&self.request, self.unmasked_at) {
            (Request::Pending(_), _) => Some(second),
            (_, Some(since)) => self.now.and_then(|now| UNMASK_DURATION.checked_sub(now.since(since))),
            (Request::Fetched(..), _) => Some(second),
            _ => None,
        }
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, app: &mut App) {
        let look = &app.look();
        self.now = Some(look.now);
        match &mut self.request {
            Request::Pending(at) | Request::Fetched(_, at) => {
                at.get_or_insert(look.now);
            }
            Request::Failed(_) => {}
        }
        self.unmasked_at = self.unmasked_at.filter(|since| look.now.since(*since) < UNMASK_DURATION);
        draw_box(&self.title(), self.lines(look), area, buf, look);
    }
}

impl PageView {
    fn title(&self) -> String {
        format!("console of {}", self.name)
    }
}

/// Draws a box of lines, each a name and a text, in the middle of an area.
pub(super) fn draw_box(
    title: &str,
    lines: Vec<(&'static str, String)>,
    area: Rect,
    buf: &mut Buffer,
    look: &Look<'_>,
) {
    let area = area.intersection(buf.area);
    if area.width < 24 || area.height < 3 {
        return;
    }
    let wide = MAX_WIDTH.min(area.width - 2);
    let rows = wrapped(lines, usize::from(wide - 4));
    let high = u16::try_from(rows.len() + 2).unwrap_or(u16::MAX).min(area.height);
    let frame = Rect::new(area.x + (area.width - wide) / 2, area.y + (area.height - high) / 2, wide, high);
    for at in frame.positions() {
        buf[at].reset();
    }
    buf.set_style(frame, look.theme.text);
    draw_border(frame, buf, look, look.theme.accent);
    let line = |y: u16| Rect::new(frame.x + 2, y, frame.width - 4, 1);
    put(&[(format!(" {title} "), look.theme.title)], line(frame.y), buf);
    for ((name, text), y) in rows.into_iter().zip(frame.y + 1..frame.bottom() - 1) {
        put(&[(name, look.theme.dim), (text, look.theme.text)], line(y), buf);
    }
}

/// Lines wrapped to fit: words at blanks, an address anywhere.
fn wrapped(lines: Vec<(&'static str, String)>, width: usize) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    for (name, text) in lines {
        let names = if name.is_empty() { 0 } else { 9 };
        let text = crate::tui::widgets::ansi::plain(&text);
        for (nth, part) in wrap(&text, width.saturating_sub(names).max(8)).into_iter().enumerate() {
            let name = if nth == 0 { name } else { "" };
            rows.push((format!("{name:<names$}"), part));
        }
    }
    rows
}

/// Wraps a text into lines of at most `width` columns, at blanks where there are any.
pub(in crate::tui) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_inclusive(' ') {
        let fits = lines.last().is_some_and(|line| line.width() + word.trim_end().width() <= width);
        if !fits && lines.last().is_some_and(|line| !line.is_empty()) {
            lines.push(String::new());
        }
        for c in word.chars() {
            let full = lines.last().is_some_and(|line| line.width() >= width);
            if full && c != ' ' {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                line.push(c);
            }
        }
    }
    lines
}

/// The failure of a request for a page that was answered with a terminal.
pub(in crate::tui) fn not_a_page() -> Problem {
    Problem::new(ProblemKind::Unsupported, "the platform now offers a terminal instead of a page")
        .hint("press Esc, then attach the console again")
}
