//! The specification of a column: its name, layout and look, and the cell of a row.

use qdeck_model::{Container, GpuModel, Instance, Operation, Resource, Revision};

use super::Cell;
use crate::Row;

/// A column of the table of one kind. Titles, layout, filter keys, order, CSV and JSON follow from it.
#[expect(clippy::struct_excessive_bools, reason = "what is true of a column, each apart from the others")]
pub struct ColumnSpec {
    /// The name by which the user and the state file ask for it.
    pub id: &'static str,
    /// Its title on the screen.
    pub title: &'static str,
    /// Its names in a filter, the usual one first; none where it cannot be filtered by.
    pub keys: &'static [&'static str],
    /// A value for the error of a filter that has none, as `failed` in `state:failed`.
    pub example: &'static str,
    /// Narrower than this it is dropped.
    pub min: u16,
    /// Wider than this it gets only where there is room to spare, and a sparkline never.
    pub max: u16,
    /// The way it shrinks when room is short, before it is dropped.
    pub shrink: Shrink,
    /// The higher, the longer it stays when room is short.
    pub priority: u8,
    /// The alignment of its texts.
    pub align: Align,
    /// Its emphasis.
    pub tone: Tone,
    /// When the screen shows it.
    pub shown: Shown,
    /// True if the words of a filter that name no column search it.
    pub searched: bool,
    /// True if it follows from [`Row::count`].
    pub counted: bool,
    /// True if it comes after the platforms' own facts.
    pub last: bool,
    /// Rows that are equal in it are ordered by name, descending: of a container's revisions the newest comes first.
    pub ties_descend: bool,
    /// Its name in CSV and JSON with the unit of its numbers; `None` where files leave it out.
    pub field: Option<&'static str>,
    value: Value,
}

/// The alignment of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Texts.
    Left,
    /// Numbers.
    Right,
}

/// The narrowest width of a column before it is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shrink {
    /// Not at all: half an address is none.
    Never,
    /// To half of what it holds.
    Half,
    /// To two thirds: a shorter one looks like the next one.
    TwoThirds,
    /// Only once no other column can shrink or go: a name.
    Last,
    /// To this many columns, its beginning left out first: what matters of a path is its end.
    Path(u16),
    /// To this many columns: a sparkline, which takes the room that is left.
    Sparkline(u16),
}

/// The emphasis of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// The name.
    Strong,
    /// As any text.
    Plain,
    /// Looked at last.
    Dim,
}

/// When the screen shows a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Until the user chooses otherwise.
    Default,
    /// With all columns, or when chosen.
    Wide,
    /// Never: it is there for filters and files.
    Never,
}

/// The source of a cell's value.
#[derive(Clone, Copy)]
enum Value {
    Any(for<'a> fn(&Row<'a>) -> Cell<'a>),
    Instance(for<'a> fn(&'a Instance) -> Cell<'a>),
    Container(for<'a> fn(&'a Container, &Row<'a>) -> Cell<'a>),
    Revision(for<'a> fn(&'a Revision) -> Cell<'a>),
    GpuModel(for<'a> fn(&'a GpuModel, &Row<'a>) -> Cell<'a>),
    Operation(for<'a> fn(&'a Operation) -> Cell<'a>),
}

impl ColumnSpec {
    /// A column of any kind of resource.
    pub(super) const fn any(
        id: &'static str,
        title: &'static str,
        value: for<'a> fn(&Row<'a>) -> Cell<'a>,
    ) -> Self {
        Self::new(id, title, Value::Any(value))
    }

    /// A column of instances.
    pub(super) const fn instance(
        id: &'static str,
        title: &'static str,
        value: for<'a> fn(&'a Instance) -> Cell<'a>,
    ) -> Self {
        Self::new(id, title, Value::Instance(value))
    }

    /// A column of containers.
    pub(super) const fn container(
        id: &'static str,
        title: &'static str,
        value: for<'a> fn(&'a Container, &Row<'a>) -> Cell<'a>,
    ) -> Self {
        Self::new(id, title, Value::Container(value))
    }

    /// A column of revisions.
    pub(super) const fn revision(
        id: &'static str,
        title: &'static str,
        value: for<'a> fn(&'a Revision) -> Cell<'a>,
    ) -> Self {
        Self::new(id, title, Value::Revision(value))
    }

    /// A column of GPU models.
    pub(super) const fn gpu_model(
        id: &'static str,
        title: &'static str,
        value: for<'a> fn(&'a GpuModel, &Row<'a>) -> Cell<'a>,
    ) -> Self {
        Self::new(id, title, Value::GpuModel(value))
    }

    /// A column of operations.
    pub(super) const fn operation(
        id: &'static str,
        title: &'static str,
        value: for<'a> fn(&'a Operation) -> Cell<'a>,
    ) -> Self {
        Self::new(id, title, Value::Operation(value))
    }

    /// The layout that the platforms' own facts share.
    pub(super) const fn fact() -> Self {
        Self::new("", "", Value::Any(|_| Cell::Empty)).shrink(Shrink::Half).wide()
    }

    const fn new(id: &'static str, title: &'static str, value: Value) -> Self {
        Self {
            id,
            title,
            keys: &[],
            example: "",
            min: 4,
            max: 32,
            shrink: Shrink::Never,
            priority: 10,
            align: Align::Left,
            tone: Tone::Plain,
            shown: Shown::Default,
            searched: false,
            counted: false,
            last: false,
            ties_descend: false,
            field: Some(id),
            value,
        }
    }

    /// The same column by another name.
    pub(super) const fn named(mut self, id: &'static str, title: &'static str) -> Self {
        (self.id, self.title, self.field) = (id, title, Some(id));
        self
    }

    /// The columns it takes, and how long it stays when room is short.
    pub(super) const fn width(mut self, min: u16, max: u16, priority: u8) -> Self {
        (self.min, self.max, self.priority) = (min, max, priority);
        self
    }

    /// Its names in a filter.
    pub(super) const fn keys(mut self, keys: &'static [&'static str]) -> Self {
        self.keys = keys;
        self
    }

    /// A value for the error of a filter that has none.
    pub(super) const fn example(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }

    pub(super) const fn shrink(mut self, shrink: Shrink) -> Self {
        self.shrink = shrink;
        self
    }

    pub(super) const fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    /// Aligned to the right.
    pub(super) const fn right(mut self) -> Self {
        self.align = Align::Right;
        self
    }

    /// Shown with all columns, or when chosen.
    pub(super) const fn wide(mut self) -> Self {
        self.shown = Shown::Wide;
        self
    }

    /// For filters and files, never on the screen.
    pub(super) const fn unseen(mut self) -> Self {
        self.shown = Shown::Never;
        self
    }

    /// The words of a filter look at it.
    pub(super) const fn searched(mut self) -> Self {
        self.searched = true;
        self
    }

    /// It follows from what is counted.
    pub(super) const fn counted(mut self) -> Self {
        self.counted = true;
        self
    }

    /// After the platforms' own facts.
    pub(super) const fn last(mut self) -> Self {
        self.last = true;
        self
    }

    pub(super) const fn ties_descend(mut self) -> Self {
        self.ties_descend = true;
        self
    }

    /// Its name in files, where that differs from the id.
    pub(super) const fn field(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    /// Not in files.
    pub(super) const fn no_field(mut self) -> Self {
        self.field = None;
        self
    }

    /// The cell of a row.
    pub fn cell<'a>(&self, row: &Row<'a>) -> Cell<'a> {
        match (self.value, row.resource) {
            (Value::Any(value), _) => value(row),
            (Value::Instance(value), Resource::Instance(it)) => value(it),
            (Value::Container(value), Resource::Container(it)) => value(it, row),
            (Value::Revision(value), Resource::Revision(it)) => value(it),
            (Value::GpuModel(value), Resource::GpuModel(it)) => value(it, row),
            (Value::Operation(value), Resource::Operation(it)) => value(it),
            _ => Cell::Empty,
        }
    }

    /// Returns true if a word of a filter names it.
    pub(crate) fn has_key(&self, word: &str) -> bool {
        self.keys.iter().any(|key| key.eq_ignore_ascii_case(word))
    }
}
