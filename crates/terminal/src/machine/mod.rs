//! The terminal itself: its screens, cursor and modes, and what each sequence does to them. It does as xterm does.
//!
//! Rows and columns count from zero here; margins are inclusive.

mod charset;
mod control;
mod cursor;
mod double;
mod edit;
mod modes;
mod palette;
mod print;
mod prompt;
mod rectangle;
mod report;
mod reset;
mod resize;
mod scroll;
mod search;
mod sgr;
mod strings;
mod tabs;
mod text;

use charset::Charsets;
use modes::Modes;
pub(crate) use palette::Palette;
use resize::AlternateView;
pub use search::TextSearch;
use tabs::TabStops;

use crate::CursorShape;
use crate::history::History;
use crate::screen::{Cell, Clusters, Extra, Extras, Flags, Glyph, Row, Style};

/// Bytes of replies that may wait to be taken; further ones are dropped, as a terminal with a full output buffer does.
const MAX_REPLY_BYTES: usize = 64 * 1024;

/// The place where the next character goes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct CursorPlace {
    pub row: usize,
    pub column: usize,
    /// The last column was written to; the next character goes to the next row.
    pub wrap_pending: bool,
}

/// The state that DECSC saves.
#[derive(Debug, Clone, Copy, Default)]
struct SavedCursor {
    place: CursorPlace,
    style: Style,
    charsets: Charsets,
    origin: bool,
}

/// The rows and columns that scrolling is limited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Margins {
    top: usize,
    bottom: usize,
    left: usize,
    right: usize,
}

/// The erases that spare protected cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Protection {
    #[default]
    None,
    /// Set by DECSCA: the selective erases.
    Selective,
    /// Set by SPA: all.
    All,
}

/// Events since they were last taken.
#[derive(Debug, Clone, Default)]
pub(crate) struct Events {
    pub bell: bool,
    pub clipboard: Option<String>,
    /// A synchronised update began.
    pub sync_started: bool,
    /// Bytes for the application.
    pub replies: Vec<u8>,
}

/// A terminal without its parser.
#[derive(Clone)]
pub(crate) struct Machine {
    pub columns: usize,
    pub rows: usize,
    /// The columns of the view, to which a screen of 132 goes back.
    view_columns: usize,
    /// The main and the alternate screen.
    screens: [Vec<Row>; 2],
    /// Rows of the alternate screen that a smaller one hides above its first.
    hidden_above: Vec<Row>,
    /// How the alternate screen was shown when it was last drawn on, and after the last new size. Each size is taken from
    /// the former, so that those in between leave no mark.
    alternate_views: [AlternateView; 2],
    on_alternate: bool,
    pub history: History,
    clusters: Clusters,
    extras: Extras,

    pub cursor: CursorPlace,
    pub cursor_style: (CursorShape, bool),
    saved: [SavedCursor; 2],
    style: Style,
    /// Underline colour and link of the text that follows.
    extra: Extra,
    protection: Protection,
    margins: Margins,
    pub modes: Modes,
    charsets: Charsets,
    tabs: TabStops,
    /// The last character printed, for REP.
    last_printed: Option<char>,

    pub palette: Palette,
    pub title: Option<String>,
    titles: Vec<Option<String>>,
    pub events: Events,
    /// The forms in which checksums of the screen are reported (XTCHECKSUM).
    checksum_form: u16,
    /// The server takes the plain form of a size report for itself.
    pub size_reports_taken: bool,
    /// The column where the prompt of a shell that waits for input begins.
    prompt_column: Option<usize>,
    /// The application learns of new sizes, at which a shell draws its prompt again.
    pub prompts_redrawn: bool,
    /// Lines from this one on come back to a screen that became smaller.
    resized_from: Option<u64>,
}

impl Machine {
    pub fn new(columns: usize, rows: usize) -> Self {
        let blank = || vec![Row::blank(columns, Style::default()); rows];
        Self {
            columns,
            rows,
            view_columns: columns,
            screens: [blank(), blank()],
            hidden_above: Vec::new(),
            alternate_views: [AlternateView::default(); 2],
            on_alternate: false,
            history: History::new(),
            clusters: Clusters::default(),
            extras: Extras::default(),
            cursor: CursorPlace::default(),
            cursor_style: (CursorShape::Default, false),
            saved: [SavedCursor::default(); 2],
            style: Style::default(),
            extra: Extra::default(),
            protection: Protection::None,
            margins: Margins { top: 0, bottom: rows - 1, left: 0, right: columns - 1 },
            modes: Modes::default(),
            charsets: Charsets::default(),
            tabs: TabStops::default(),
            last_printed: None,
            palette: Palette::default(),
            title: None,
            titles: Vec::new(),
            events: Events::default(),
            checksum_form: 0,
            size_reports_taken: false,
            prompt_column: None,
            prompts_redrawn: false,
            resized_from: None,
        }
    }

    pub fn on_alternate(&self) -> bool {
        self.on_alternate
    }

    /// Drops the rows that a smaller screen hides: what follows would be drawn over them.
    fn drop_hidden_rows(&mut self) {
        let rows = self.rows;
        self.grid_mut().truncate(rows);
        if self.on_alternate {
            self.hidden_above.clear();
            self.alternate_views = Default::default();
        }
    }

    /// Forgets what a smaller screen hides, above and below: a screen that is cleared begins anew.
    fn forget_hidden_rows(&mut self) {
        self.drop_hidden_rows();
        if !self.on_alternate {
            self.resized_from = None;
        }
    }

    /// Blanks every row of the screen that is shown, and drops those that a smaller screen hides.
    fn clear_rows(&mut self, style: Style) {
        self.forget_hidden_rows();
        self.end_line_before(0);
        let columns = self.columns;
        for row in self.grid_mut() {
            row.clear(columns, style);
        }
    }

    /// The rows of the screen that is shown, and those that are hidden since it became smaller.
    pub fn grid(&self) -> &[Row] {
        &self.screens[usize::from(self.on_alternate)]
    }

    fn grid_mut(&mut self) -> &mut Vec<Row> {
        &mut self.screens[usize::from(self.on_alternate)]
    }

    /// The style of cells that are erased or scroll in.
    fn blank(&self) -> Style {
        self.style.erased()
    }

    /// The cell at a place, a blank one outside.
    pub fn cell(&self, row: usize, column: usize) -> Cell {
        self.grid().get(row).and_then(|row| row.cells.get(column)).copied().unwrap_or_default()
    }

    /// The text of a cell that is a cluster.
    pub fn cluster(&self, number: u32) -> &str {
        self.clusters.get(number)
    }

    /// Underline colour and link of a style.
    pub fn extra_of(&self, style: Style) -> Extra {
        self.extras.get(style.extra)
    }

    /// Queues a reply. `CSI`, `OSC` and the like are written in their eight-bit form where that is asked for (S8C1T).
    fn reply(&mut self, text: std::fmt::Arguments<'_>) {
        let replies = &mut self.events.replies;
        let text = text.to_string();
        if replies.len() + text.len() > MAX_REPLY_BYTES {
            return;
        }
        if !self.modes.eight_bit_replies {
            replies.extend_from_slice(text.as_bytes());
            return;
        }
        let mut bytes = text.bytes();
        while let Some(byte) = bytes.next() {
            match byte {
                0x1b => replies.extend(bytes.next().map(|next| next.wrapping_add(0x40))),
                _ => replies.push(byte),
            }
        }
    }

    /// Keeps only the clusters and extras that a cell still has.
    fn sweep(&mut self) {
        let clusters = self.clusters.take();
        let extras = self.extras.take();
        for row in self.screens.iter_mut().flatten().chain(&mut self.hidden_above) {
            for cell in &mut row.cells {
                if let Some(number) = cell.glyph.as_cluster() {
                    cell.glyph = Glyph::cluster(self.clusters.intern(clusters.get(number)));
                }
                cell.style.extra = self.extras.intern(extras.get(cell.style.extra));
            }
        }
        self.style.extra = self.extras.intern(extras.get(self.style.extra));
        for saved in &mut self.saved {
            saved.style.extra = self.extras.intern(extras.get(saved.style.extra));
        }
        self.clusters.end_sweep();
        self.extras.end_sweep();
    }

    /// The style with its underline colour and link as they are now.
    fn refresh_extra(&mut self) {
        if self.extras.is_sweep_due() {
            self.sweep();
        }
        self.style.extra = self.extras.intern(self.extra);
    }
}
