//! The settings of the program itself, apart from contexts.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::credentials::resolve_path;
use super::keys::{self, KeyCheck};
use super::mistake::Notes;
use super::section::Section;
use crate::reference::{SETTINGS, names};
use qdeck_model::{Bytes, ListingBounds};

/// The settings of the program itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Time between two listings of the kind in view where nothing is pushed.
    pub refresh: Duration,
    /// Time between two polls of the samples of a visible row.
    pub sample_every: Duration,
    /// How many times slower kinds that are not in view are listed.
    pub slow_others: u32,
    /// How many times slower everything is listed and sampled while the user is away.
    pub slow_away: u32,
    /// Without a key for this long the user is away.
    pub away_after: Duration,
    /// The theme's name; `None` follows the terminal.
    pub theme: Option<String>,
    /// True if the mouse is taken.
    pub mouse: bool,
    /// Draw with ASCII only.
    pub ascii: bool,
    /// Size of the part of a log that is kept, a source.
    pub log_buffer: Bytes,
    /// Size of the scrollback of all consoles together.
    pub console_history: Bytes,
    /// PSF files of fonts by which text consoles are recognised, before those that come with the program.
    pub console_fonts: Vec<PathBuf>,
    /// The most that one listing of a context brings.
    pub listing: ListingBounds,
    /// The directory of recordings of consoles; `None` is the state directory's.
    pub recordings: Option<PathBuf>,
    /// The format in which they are written.
    pub recording_format: RecordingFormat,
    /// The way in which screens of pixels are drawn.
    pub pictures: Pictures,
    /// Nothing may be changed through any context.
    pub read_only: bool,
    /// Key bindings that replace the default ones: a table for each key context, in it commands and their keys.
    pub keys: toml::Table,
}

/// A format of recordings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RecordingFormat {
    /// asciicast version 3.
    #[default]
    AsciicastV3,
    /// asciicast version 2, for older players.
    AsciicastV2,
}

impl RecordingFormat {
    /// The words in the file.
    const WORDS: [(&str, Self); 2] =
        [("asciicast-v3", Self::AsciicastV3), ("asciicast-v2", Self::AsciicastV2)];

    fn read(top: &Section<'_, '_>, notes: &mut Notes<'_>) -> Option<Self> {
        let written = top.string("recording_format", Self::WORDS[0].0, notes)?;
        let found = Self::WORDS.into_iter().find(|(word, _)| *word == written.value);
        if found.is_none() {
            notes
                .add(written.span, format!("there is no recording format `{}`", written.value))
                .expected("expected \"asciicast-v3\" or \"asciicast-v2\"")
                .nearest(written.value, &Self::WORDS.map(|(word, _)| word));
        }
        found.map(|(_, format)| format)
    }
}

/// A way in which screens of pixels are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pictures {
    /// The best one that the terminal is found to have.
    #[default]
    Auto,
    /// Images in kitty's protocol.
    Kitty,
    /// Sixel.
    Sixel,
    /// Inline images of iTerm2.
    Iterm2,
    /// Cells with block characters.
    Cells,
}

impl Pictures {
    /// The words in the file.
    const WORDS: [(&str, Self); 5] = [
        ("auto", Self::Auto),
        ("kitty", Self::Kitty),
        ("sixel", Self::Sixel),
        ("iterm2", Self::Iterm2),
        ("cells", Self::Cells),
    ];

    fn read(top: &Section<'_, '_>, notes: &mut Notes<'_>) -> Option<Self> {
        let written = top.string("pictures", Self::WORDS[0].0, notes)?;
        let found = Self::WORDS.into_iter().find(|(word, _)| *word == written.value);
        if found.is_none() {
            notes
                .add(written.span, format!("there is no way to draw pictures called `{}`", written.value))
                .expected("expected \"auto\", \"kitty\", \"sixel\", \"iterm2\" or \"cells\"")
                .nearest(written.value, &Self::WORDS.map(|(word, _)| word));
        }
        found.map(|(_, way)| way)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            refresh: Duration::from_secs(5),
            sample_every: Duration::from_secs(5),
            slow_others: 4,
            slow_away: 6,
            away_after: Duration::from_secs(600),
            theme: None,
            mouse: true,
            ascii: false,
            log_buffer: Bytes(32 << 20),
            console_history: Bytes(64 << 20),
            console_fonts: Vec::new(),
            listing: ListingBounds::default(),
            recordings: None,
            recording_format: RecordingFormat::default(),
            pictures: Pictures::default(),
            read_only: false,
            keys: toml::Table::new(),
        }
    }
}

impl Settings {
    /// The range in which `refresh` and `sample_every` may lie: a listing more often than this is a burden on the
    /// platform, less often is no view of anything live.
    pub const PACE: std::ops::Range<Duration> = Duration::from_secs(1)..Duration::from_secs(3_600);

    /// The names of the themes, the default first.
    pub const THEMES: [&str; 5] = ["dark", "light", "harbour", "contrast", "mono"];

    /// The range in which `away_after` may lie.
    const AWAY: std::ops::Range<Duration> = Duration::from_secs(60)..Duration::from_secs(24 * 3_600);

    pub(crate) fn read(
        top: &Section<'_, '_>,
        file: &Path,
        check_keys: KeyCheck,
        notes: &mut Notes<'_>,
    ) -> Self {
        let plain = Self::default();
        top.only(&names(&SETTINGS), "the file", notes);
        Self {
            refresh: top.duration("refresh", Self::PACE, notes).unwrap_or(plain.refresh),
            sample_every: top.duration("sample_every", Self::PACE, notes).unwrap_or(plain.sample_every),
            slow_others: read_slowness(top, "slow_others", notes).unwrap_or(plain.slow_others),
            slow_away: read_slowness(top, "slow_away", notes).unwrap_or(plain.slow_away),
            away_after: top.duration("away_after", Self::AWAY, notes).unwrap_or(plain.away_after),
            theme: read_theme(top, notes),
            mouse: top.boolean("mouse", notes).unwrap_or(plain.mouse),
            ascii: top.boolean("ascii", notes).unwrap_or(plain.ascii),
            log_buffer: top.size("log_buffer", 64 << 10..4 << 30, notes).unwrap_or(plain.log_buffer),
            console_history: top
                .size("console_history", 1 << 20..4 << 30, notes)
                .unwrap_or(plain.console_history),
            console_fonts: top
                .words("console_fonts", "/usr/share/consolefonts/Lat15-VGA16.psf.gz", notes)
                .iter()
                .map(|path| resolve_path(file, path))
                .collect(),
            listing: read_listing(top, plain.listing, notes),
            recordings: top
                .string("recordings", "~/recordings", notes)
                .map(|found| resolve_path(file, found.value)),
            recording_format: RecordingFormat::read(top, notes).unwrap_or_default(),
            pictures: Pictures::read(top, notes).unwrap_or_default(),
            read_only: top.boolean("read_only", notes).unwrap_or(plain.read_only),
            keys: top
                .table("keys", notes)
                .map(|tables| keys::read(&tables, check_keys, notes))
                .unwrap_or_default(),
        }
    }
}

fn read_theme(top: &Section<'_, '_>, notes: &mut Notes<'_>) -> Option<String> {
    let written = top.string("theme", Settings::THEMES[0], notes)?;
    if !Settings::THEMES.contains(&written.value) {
        notes
            .add(written.span, format!("there is no theme `{}`", written.value))
            .expected(format!("expected one of: {}", Settings::THEMES.join(", ")))
            .nearest(written.value, &Settings::THEMES);
    }
    Some(written.value.to_owned())
}

fn read_slowness(top: &Section<'_, '_>, key: &str, notes: &mut Notes<'_>) -> Option<u32> {
    top.count(key, 1..101, notes).and_then(|times| u32::try_from(times).ok())
}

fn read_listing(top: &Section<'_, '_>, plain: ListingBounds, notes: &mut Notes<'_>) -> ListingBounds {
    ListingBounds {
        rows: top.count("listing_rows", 1_000..10_000_001, notes).unwrap_or(plain.rows),
        pages: top.count("listing_pages", 100..10_000_001, notes).unwrap_or(plain.pages),
        bytes: top.size("listing_size", 1 << 20..64 << 30, notes).unwrap_or(plain.bytes),
    }
}
