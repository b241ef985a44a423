//! The fonts by which the text of a machine's screen is recognised.

use std::path::{Path, PathBuf};

use qdeck_vnc::text::{Font, FontError};

use crate::files::{self, FileError};

/// The largest file of a font: the kernel takes none with more than 64 KiB of glyphs, and tables of characters are small.
const MAX_FONT_BYTES: u64 = 1 << 20;

/// Where distributions keep the font that Linux has compiled in. It may not come with this program, but may well be here.
const LINUX_FONTS: [&str; 3] = [
    "/usr/share/kbd/consolefonts/default8x16.psfu.gz",
    "/usr/lib/kbd/consolefonts/default8x16.psfu.gz",
    "/usr/share/consolefonts/default8x16.psf.gz",
];

/// A font that is named in the configuration and cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleFontError {
    /// Its file cannot be read.
    #[error("`console_fonts`: {0}")]
    File(#[from] FileError),
    /// It is no font, or none that can be used.
    #[error("`console_fonts`: {path} is no usable font: {source}", path = path.display())]
    Font {
        /// Its file.
        path: PathBuf,
        /// What is wrong with it.
        source: FontError,
    },
}

/// The fonts of the configuration, then Linux's own where it is on this machine: to be added to those that come with the
/// program.
///
/// # Errors
/// A font of the configuration cannot be read.
pub fn load(named: &[PathBuf]) -> Result<Vec<Font>, ConsoleFontError> {
    let mut fonts = named.iter().map(|path| read(path)).collect::<Result<Vec<Font>, _>>()?;
    fonts.extend(LINUX_FONTS.iter().find_map(|path| read(Path::new(path)).ok()));
    Ok(fonts)
}

fn read(path: &Path) -> Result<Font, ConsoleFontError> {
    let bytes = files::read(path, MAX_FONT_BYTES)?;
    Font::parse(&bytes).map_err(|source| ConsoleFontError::Font { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_font_of_the_configuration_that_cannot_be_used_is_named_with_its_reason() {
        assert!(load(&[]).is_ok());
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.psf");
        let error = load(std::slice::from_ref(&path)).expect_err("it is missing").to_string();
        assert!(error.starts_with("`console_fonts`: ") && error.contains("x.psf"), "{error}");
        std::fs::write(&path, "no font").expect("a file");
        let error = load(std::slice::from_ref(&path)).expect_err("it is no font").to_string();
        assert!(error.contains("x.psf is no usable font: not a console font: PSF version 1 or 2"), "{error}");
        std::fs::write(&path, include_bytes!("../assets/fonts/Uni2-VGA16.psf.gz")).expect("a file");
        assert!(load(&[path]).is_ok());
    }
}
