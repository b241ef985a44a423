//! Fonts of text consoles: those that come with the program, and the user's own.

use super::mask::{CellSize, Mask};

/// Why a font could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FontError {
    /// It begins as neither PSF version 1 nor 2.
    NotPsf,
    /// Its end is missing, or its header contradicts its length.
    Truncated,
    /// Its glyphs are wider than 16 or higher than 32 pixels, or have no pixels.
    Size {
        /// Width in pixels, as its header states it.
        width: u32,
        /// Height in pixels, as its header states it.
        height: u32,
    },
    /// It is compressed, and cannot be unpacked, or becomes larger than any console font.
    Compressed,
}

impl std::fmt::Display for FontError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotPsf => {
                f.write_str("not a console font: PSF version 1 or 2 is expected, plain or gzipped")
            }
            Self::Truncated => f.write_str("not a whole console font: its end is missing"),
            Self::Size { width, height } => {
                write!(f, "its glyphs have {width}x{height} pixels: at most 16x32 can be read")
            }
            Self::Compressed => f.write_str("it cannot be unpacked, or is larger than a console font can be"),
        }
    }
}

impl std::error::Error for FontError {}

/// A console font: the pictures of characters, all of one size.
#[derive(Debug, Clone)]
pub struct Font {
    pub(super) size: CellSize,
    pub(super) glyphs: Vec<(char, Mask)>,
}

impl Font {
    /// Reads a PSF font, plain or gzipped. A glyph that stands for several characters counts as the plainest of them;
    /// in a font without a table of characters the first 128 are those of ASCII.
    pub fn parse(bytes: &[u8]) -> Result<Self, FontError> {
        super::psf::parse(bytes)
    }

    /// A font in the order of code page 437, eight pixels wide, one byte a row.
    fn cp437(bytes: &[u8]) -> Self {
        let height = u8::try_from(bytes.len() / 256).unwrap_or_default();
        let size = CellSize { width: 8, height };
        let glyphs = CP437.chars().zip(bytes.chunks_exact(usize::from(height.max(1)))).map(|(ch, rows)| {
            let mut mask = Mask::default();
            for (number, row) in (0..height).zip(rows) {
                mask.set_row(number, u16::from(*row));
            }
            (ch, mask)
        });
        Self { size, glyphs: glyphs.collect() }
    }
}

/// The fonts that come with the program: those of the VGA, of Debian's `console-setup` in its largest set of characters, and
/// what the kernel's own has beside them.
pub fn builtin() -> Vec<Font> {
    let plain = [
        include_bytes!("../../../../assets/fonts/vga-8x16.fnt").as_slice(),
        include_bytes!("../../../../assets/fonts/vga-8x14.fnt"),
        include_bytes!("../../../../assets/fonts/vga-8x8.fnt"),
    ];
    let psf = [
        include_bytes!("../../../../assets/fonts/Uni2-VGA16.psf.gz").as_slice(),
        include_bytes!("../../../../assets/fonts/Uni2-Fixed16.psf.gz"),
        include_bytes!("../../../../assets/fonts/Uni2-Terminus16.psf.gz"),
        include_bytes!("../../../../assets/fonts/Uni2-TerminusBold16.psf.gz"),
        include_bytes!("../../../../assets/fonts/Uni2-Terminus32x16.psf.gz"),
        include_bytes!("../../../../assets/fonts/Uni2-TerminusBold32x16.psf.gz"),
    ];
    let plain = plain.into_iter().map(Font::cp437);
    let psf = psf.into_iter().filter_map(|bytes| Font::parse(bytes).ok());
    plain.chain(psf).chain([super::linux::font()]).collect()
}

/// Code page 437 with the pictures of its control codes.
pub(super) const CP437: &str = "\u{20}☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼ !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ\
[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~⌂ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌\
█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// Whichever of two characters with the same picture is the likelier one: the lower number.
pub(super) fn plainness(ch: char) -> u8 {
    match ch {
        ' '..='~' => 0,
        _ if CP437.contains(ch) => 1,
        '\u{a1}'..='\u{24f}' => 2,
        '\u{2500}'..='\u{259f}' => 3,
        _ => 4,
    }
}
