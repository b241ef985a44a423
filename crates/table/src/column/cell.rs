//! The value of a row in a column. Its text on the screen, its place in an order, what a filter matches of it and its
//! form in CSV and JSON follow from its type.

use std::borrow::Cow;
use std::fmt::Write as _;

use arcstr::ArcStr;
use qdeck_model::{Address, Bytes, Cores, GpuRequest, Metric, State, Timestamp, age};

use crate::Usage;
use crate::arrange::SortKey;
use crate::filter::amount;

/// A typed value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// Not known, or not applicable.
    Empty,
    /// A text.
    Text(&'a str),
    /// Several texts.
    Texts(&'a [ArcStr]),
    /// Addresses, the most useful first; only that one is shown.
    Addresses(&'a [Address]),
    /// Names and values.
    Labels(&'a [(ArcStr, ArcStr)]),
    /// A state.
    State(&'a State),
    /// A short code, which a filter also finds by the full name.
    Code {
        /// The code.
        code: &'a str,
        /// The name.
        name: &'a str,
    },
    /// Accelerators.
    Gpus(&'a GpuRequest),
    /// A text of the platform's with a number in it that it is ordered by: `3.20 EUR/h`, `2 left`.
    Amount(&'a str),
    /// A whole number.
    Count(u32),
    /// A size.
    Bytes(Bytes),
    /// Processors.
    Cores(Cores),
    /// The limits of both.
    Limits(Option<Cores>, Option<Bytes>),
    /// A share that is done, 0 to 100.
    Percent(u8),
    /// When something was made: shown as its age.
    Age(Timestamp),
    /// The time that something took, or takes so far.
    Elapsed {
        /// When it began.
        from: Timestamp,
        /// When it ended.
        to: Option<Timestamp>,
    },
    /// Instances that are up, of those that should be.
    Ready {
        /// Up.
        up: Option<u32>,
        /// Desired.
        of: Option<u32>,
    },
    /// The users of something.
    Users(Usage),
    /// Samples, which the screen draws.
    Samples(Metric),
}

impl<'a> Cell<'a> {
    /// A text where there is one.
    pub fn text_of(text: Option<&'a ArcStr>) -> Self {
        text.map_or(Self::Empty, |text| Self::Text(text))
    }

    /// Returns true if there is nothing to show.
    pub fn is_empty(self) -> bool {
        match self {
            Self::Text(text) | Self::Amount(text) => text.is_empty(),
            Self::Texts(texts) => texts.is_empty(),
            Self::Addresses(addresses) => addresses.is_empty(),
            Self::Labels(labels) => labels.is_empty(),
            Self::Empty | Self::Limits(None, None) | Self::Ready { up: None, of: None } => true,
            _ => false,
        }
    }

    /// Its text on the screen at a moment; empty where there is nothing to show.
    pub fn text(self, now: Timestamp) -> Cow<'a, str> {
        match self {
            Self::Age(at) => age(now.since(at)).into(),
            Self::Elapsed { from, to: Some(to) } => age(to.since(from)).into(),
            Self::Elapsed { from, to: None } => format!("{}…", age(now.since(from))).into(),
            timeless => timeless.timeless_text(),
        }
    }

    /// Its text, where that does not change with time.
    pub(crate) fn timeless_text(self) -> Cow<'a, str> {
        match self {
            Self::Empty | Self::Samples(_) | Self::Age(_) | Self::Elapsed { .. } => "".into(),
            Self::Text(text) | Self::Amount(text) | Self::Code { code: text, .. } => text.into(),
            Self::Texts(texts) => joined(texts),
            Self::Addresses(addresses) => addresses.first().map_or("".into(), |it| (&*it.value).into()),
            Self::Labels(labels) => pairs(labels).into(),
            Self::State(state) => state.word(),
            Self::Gpus(gpus) => gpus_text(gpus).into(),
            Self::Count(number) => number.to_string().into(),
            Self::Bytes(bytes) => bytes.to_string().into(),
            Self::Cores(cores) => cores.0.to_string().into(),
            Self::Limits(cpu, memory) => limits_text(cpu, memory).into(),
            Self::Percent(done) => format!("{done}%").into(),
            Self::Ready { up, of } => ready_text(up, of),
            Self::Users(usage) => users_text(usage).into(),
        }
    }

    /// The sort key of rows; `None` comes last in either direction.
    pub(crate) fn sort_key(self) -> Option<SortKey<'a>> {
        match self {
            Self::Empty | Self::Samples(_) | Self::Limits(None, _) => None,
            // What needs attention first.
            Self::State(state) => Some(SortKey::Number(state.lifecycle as i64)),
            // Youngest first.
            Self::Age(at) => Some(SortKey::Number(-at.as_millis())),
            Self::Elapsed { from, to } => Some(SortKey::Number(to?.as_millis() - from.as_millis())),
            Self::Count(number) => Some(SortKey::Number(number.into())),
            Self::Users(usage) => Some(SortKey::Number(usage.total().into())),
            Self::Ready { up, .. } => Some(SortKey::Number(up?.into())),
            Self::Percent(done) => Some(SortKey::Number(done.into())),
            Self::Bytes(bytes) => Some(SortKey::Number(bytes.0.try_into().unwrap_or(i64::MAX))),
            Self::Cores(cores) | Self::Limits(Some(cores), _) => Some(SortKey::millionths(cores.0)),
            Self::Amount(text) => match amount(text) {
                Some(number) => Some(SortKey::millionths(number)),
                None => SortKey::text(text),
            },
            Self::Text(text) => SortKey::text(text),
            _ => SortKey::text(self.timeless_text()),
        }
    }

    /// Calls `check` with one value after the other until it returns true. Returns whether it did.
    pub fn matches(self, check: &mut dyn FnMut(&str) -> bool) -> bool {
        match self {
            Self::Empty | Self::Samples(_) | Self::Age(_) | Self::Elapsed { .. } => false,
            Self::Text(text) | Self::Amount(text) => check(text),
            Self::Texts(texts) => texts.iter().any(|text| check(text)),
            Self::Addresses(addresses) => addresses.iter().any(|address| check(&address.value)),
            Self::Labels(labels) => labels.iter().any(|(name, value)| check(name) || check(value)),
            Self::State(state) => check(state.lifecycle.word()) || check(&state.raw),
            Self::Code { code, name } => check(name) || check(code),
            Self::Gpus(gpus) => gpus.models.iter().any(|model| check(model)),
            Self::Percent(done) => check(&done.to_string()),
            Self::Ready { up, .. } => up.is_some_and(|up| check(&up.to_string())),
            Self::Users(usage) => check(&usage.total().to_string()),
            Self::Count(_) | Self::Bytes(_) | Self::Cores(_) | Self::Limits(..) => {
                check(&self.timeless_text())
            }
        }
    }
}

/// The texts with blanks between them.
fn joined(texts: &[ArcStr]) -> Cow<'_, str> {
    match texts {
        [] => "".into(),
        [one] => (&**one).into(),
        many => many.join(" ").into(),
    }
}

/// `name=value` with blanks between them.
pub(super) fn pairs(labels: &[(ArcStr, ArcStr)]) -> String {
    let mut text = String::new();
    for (name, value) in labels {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
    text
}

/// `2x A100`, `1x A100|H100`, `1x any`: the maker that almost all have is left out.
pub(super) fn gpus_text(gpus: &GpuRequest) -> String {
    let short = |model: &ArcStr| model.strip_prefix("NVIDIA ").unwrap_or(model).to_owned();
    let models = gpus.models.iter().map(short).collect::<Vec<_>>().join("|");
    let models = if models.is_empty() { "any" } else { &models };
    format!("{}x {models}", gpus.count)
}

/// `0.5 cpu, 2.0 GiB`.
fn limits_text(cpu: Option<Cores>, memory: Option<Bytes>) -> String {
    let mut text = cpu.map(|cores| format!("{} cpu", cores.0)).unwrap_or_default();
    if let Some(memory) = memory {
        let _ = write!(text, "{}{memory}", if text.is_empty() { "" } else { ", " });
    }
    text
}

/// `2/3`, `2` where it is not known how many there should be, `?/3` where it is not known how many are up.
fn ready_text(up: Option<u32>, of: Option<u32>) -> Cow<'static, str> {
    match (up, of) {
        (Some(up), Some(of)) => format!("{up}/{of}").into(),
        (Some(up), None) => up.to_string().into(),
        (None, Some(of)) => format!("?/{of}").into(),
        (None, None) => "".into(),
    }
}

/// `3 inst, 1 cont`.
fn users_text(usage: Usage) -> String {
    match (usage.instances, usage.containers) {
        (0, 0) => "0".to_owned(),
        (instances, 0) => format!("{instances} inst"),
        (0, containers) => format!("{containers} cont"),
        (instances, containers) => format!("{instances} inst, {containers} cont"),
    }
}
