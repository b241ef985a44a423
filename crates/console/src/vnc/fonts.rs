//! The fonts that screens are read with: some 10,000 glyphs, which all sessions share.

use std::sync::{LazyLock, OnceLock};

use qdeck_vnc::text::{Font, Fonts, builtin};

static ADDED: OnceLock<Vec<Font>> = OnceLock::new();

static FONTS: LazyLock<Fonts> = LazyLock::new(|| {
    let mut fonts = ADDED.get().cloned().unwrap_or_default();
    fonts.extend(builtin());
    Fonts::new(&fonts)
});

/// Reads screens with these fonts too, before those that come with the program. It has to be called before the first
/// session, and once: later calls have no effect.
pub fn add_fonts(fonts: Vec<Font>) {
    let _ = ADDED.set(fonts);
}

/// All of the fonts.
pub fn fonts() -> &'static Fonts {
    &FONTS
}
