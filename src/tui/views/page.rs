//! A console that is a page for a browser: where it is, and ways to get there. It lies over what was in front.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::console::Page;
use crate::model::{Problem, ProblemKind, ResourceId, ScreenKind, Timestamp, age};
use crate::tui::app::App;
use crate::tui::effect::Address;
use crate::tui::layer::{Handled, Hint, Layer};
use crate::tui::widgets::frame::{draw_border, put};
use crate::tui::{Command, Effect, KeyContext, Look};

/// How long the address is shown when asked for.
const SHOWN: Duration = Duration::from_secs(5);
/// The widest that the box gets.
const WIDE: u16 = 76;

/// What is known of it.
enum Known {
    /// It was asked for then.
    Waiting(Option<Timestamp>),
    /// It came then.
    Here(Page, Option<Timestamp>),
    /// It did not come.
    Failed(Problem),
}

/// The box.
pub struct PageView {
    id: ResourceId,
    name: String,
    asked: ScreenKind,
    known: Known,
    /// Since when the address is shown in full.
    shown: Option<Timestamp>,
    now: Option<Timestamp>,
}

impl PageView {
    /// A box for the console of a resource, to be asked for as `asked`.
    pub fn new(id: ResourceId, name: String, asked: ScreenKind) -> Self {
        Self { id, name, asked, known: Known::Waiting(None), shown: None, now: None }
    }

    /// A box for a page that has come already.
    pub fn arrived(id: ResourceId, name: String, asked: ScreenKind, page: Page) -> Self {
        Self { known: Known::Here(page, None), ..Self::new(id, name, asked) }
    }

    fn fetch(&self) -> Effect {
        Effect::FetchPage(self.id.clone(), self.asked)
    }

    fn page(&self) -> Option<&Page> {
        match &self.known {
            Known::Here(page, _) => Some(page),
            _ => None,
        }
    }

    /// Whether the address was good for a time, and that is over.
    fn is_over(&self) -> bool {
        let (Known::Here(page, Some(at)), Some(now)) = (&self.known, self.now) else {
            return false;
        };
        page.valid_for.is_some_and(|valid_for| now.since(*at) >= valid_for)
    }

    fn fetch_anew(&mut self) -> Vec<Effect> {
        self.known = Known::Waiting(None);
        self.shown = None;
        vec![self.fetch()]
    }

    fn is_unmasked(&self, now: Timestamp) -> bool {
        self.shown.is_some_and(|since| now.since(since) < SHOWN)
    }

    /// What the box says, line by line: a name and what belongs to it.
    fn lines(&self, look: &Look<'_>) -> Vec<(&'static str, String)> {
        let now = look.now;
        match &self.known {
            Known::Waiting(since) => {
                let since = since.map_or(String::new(), |since| format!(" {}", age(now.since(since))));
                let dots = if look.ascii { "..." } else { "…" };
                vec![("", format!("asking {} for its address{dots}{since}", self.id.context))]
            }
            Known::Failed(problem) => vec![("", problem.to_string())],
            Known::Here(page, at) => {
                let what = if page.is_endpoint {
                    "a screen (VNC over a websocket); this terminal does not draw it yet"
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
                    None => format!("{} ago; good for a short while, then fetch a fresh one", age(since)),
                    Some(valid_for) if since >= valid_for => {
                        format!("{} ago; no longer good: fetch a fresh one", age(since))
                    }
                    Some(valid_for) => {
                        format!("{} ago; good for {} more", age(since), age(valid_for.saturating_sub(since)))
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
        match self.known {
            Known::Waiting(_) => vec![self.fetch()],
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
        if let Some(page) = self.page().filter(|_| !self.is_over()) {
            if !page.is_endpoint {
                hints.push((Command::Open, "open in a browser"));
            }
            hints.push((Command::Copy, "copy"));
            hints.push((Command::Unmask, "show"));
        }
        if !matches!(self.known, Known::Waiting(_)) {
            hints.push((Command::Refresh, "fetch a fresh one"));
        }
        hints.push((Command::Back, "close"));
        hints.into_iter().map(Hint::from).collect()
    }

    fn perform(&mut self, command: Command, _count: Option<u32>, _app: &mut App) -> Handled {
        match (command, self.page()) {
            (Command::Back | Command::Close, _) => Effect::CloseView.into(),
            (Command::Open | Command::Copy, Some(_)) if self.is_over() => self.fetch_anew().into(),
            (Command::Open, Some(page)) => Effect::Browse(Address(page.address.clone())).into(),
            (Command::Copy, Some(page)) => {
                let what = format!("the address of the console of {}", self.name);
                Effect::CopyAddress(Address(page.address.clone()), what).into()
            }
            (Command::Unmask, Some(_)) => {
                self.shown = match self.now {
                    Some(now) if self.is_unmasked(now) => None,
                    now => now,
                };
                Handled::done()
            }
            (Command::Refresh, _) if !matches!(self.known, Known::Waiting(_)) => self.fetch_anew().into(),
            _ => Handled::Ignored,
        }
    }

    fn console_page(&mut self, id: &ResourceId, answer: &Result<Page, Problem>) -> bool {
        let is_mine = *id == self.id && matches!(self.known, Known::Waiting(_));
        if is_mine {
            self.known = match answer {
                Ok(page) => Known::Here(page.clone(), None),
                Err(problem) => Known::Failed(problem.clone()),
            };
        }
        *id == self.id
    }

    fn redraw_in(&self, _app: &App) -> Option<Duration> {
        let second = Duration::from_secs(1);
        match (&self.known, self.shown) {
            (Known::Waiting(_), _) => Some(second),
            (_, Some(since)) => self.now.and_then(|now| SHOWN.checked_sub(now.since(since))),
            (Known::Here(..), _) => Some(second),
            _ => None,
        }
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, app: &mut App) {
        let look = &app.look();
        self.now = Some(look.now);
        // Times begin with the first frame that shows what they count from.
        match &mut self.known {
            Known::Waiting(at) | Known::Here(_, at) => {
                at.get_or_insert(look.now);
            }
            Known::Failed(_) => {}
        }
        self.shown = self.shown.filter(|since| look.now.since(*since) < SHOWN);
        let area = area.intersection(buf.area);
        if area.width < 24 || area.height < 3 {
            return;
        }
        let wide = WIDE.min(area.width - 2);
        let rows = self.rows(look, usize::from(wide - 4));
        let high = u16::try_from(rows.len() + 2).unwrap_or(u16::MAX).min(area.height);
        let frame =
            Rect::new(area.x + (area.width - wide) / 2, area.y + (area.height - high) / 2, wide, high);
        for at in frame.positions() {
            buf[at].reset();
        }
        buf.set_style(frame, look.theme.text);
        draw_border(frame, buf, look, look.theme.accent);
        let line = |y: u16| Rect::new(frame.x + 2, y, frame.width - 4, 1);
        put(&[(format!(" {} ", self.title()), look.theme.title)], line(frame.y), buf);
        for ((name, text), y) in rows.into_iter().zip(frame.y + 1..frame.bottom() - 1) {
            put(&[(name, look.theme.dim), (text, look.theme.text)], line(y), buf);
        }
    }

    fn close(&mut self) -> Vec<Effect> {
        vec![Effect::DropPage]
    }
}

impl PageView {
    fn title(&self) -> String {
        format!("console of {}", self.name)
    }

    /// The lines, broken to fit: words at blanks, an address anywhere.
    fn rows(&self, look: &Look<'_>, width: usize) -> Vec<(String, String)> {
        let mut rows = Vec::new();
        for (name, text) in self.lines(look) {
            let names = if name.is_empty() { 0 } else { 9 };
            let text = crate::tui::widgets::ansi::plain(&text);
            for (nth, part) in broken(&text, width.saturating_sub(names).max(8)).into_iter().enumerate() {
                let name = if nth == 0 { name } else { "" };
                rows.push((format!("{name:<names$}"), part));
            }
        }
        rows
    }
}

/// Breaks a text into lines of at most `width` columns, at blanks where there are any.
fn broken(text: &str, width: usize) -> Vec<String> {
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

/// Why an answer is no page.
pub(in crate::tui) fn is_text() -> Problem {
    Problem::new(ProblemKind::Unsupported, "this console is text now, not a page")
        .hint("Esc, then attach it again")
}
