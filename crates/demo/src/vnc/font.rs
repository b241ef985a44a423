//! The font of the screen: the VGA's, eight by sixteen pixels.

/// The width of a cell in pixels.
pub(super) const CELL_WIDTH: u16 = 8;
/// The height of a cell in pixels.
pub(super) const CELL_HEIGHT: u16 = 16;

/// Sixteen bytes a glyph, in the order of [`CHARACTERS`].
const GLYPHS: &[u8] = include_bytes!("../../../../assets/fonts/vga-8x16.fnt");

/// The glyph of what the font does not have: a filled square.
const MISSING: u8 = 0xfe;

/// Code page 437: its upper half, which follows ASCII.
const UPPER: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
/// The pictures of the control codes from 1.
const LOWER: &str = "☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼";

/// The number of the glyph that shows a character.
pub(super) fn glyph_of(ch: char) -> u8 {
    let code = match ch {
        ' '..='~' => u8::try_from(ch).ok(),
        // Usual in the output of programs, with a likeness in the font.
        '‘' | '’' | '‚' => Some(b'\''),
        '“' | '”' | '„' => Some(b'"'),
        '‐' | '‑' | '–' | '—' => Some(b'-'),
        '…' => Some(b'.'),
        '╭' => return glyph_of('┌'),
        '╮' => return glyph_of('┐'),
        '╰' => return glyph_of('└'),
        '╯' => return glyph_of('┘'),
        _ => {
            let upper = UPPER.chars().position(|it| it == ch).and_then(|at| u8::try_from(at + 0x80).ok());
            upper.or_else(|| LOWER.chars().position(|it| it == ch).and_then(|at| u8::try_from(at + 1).ok()))
        }
    };
    code.unwrap_or(MISSING)
}

/// A row of a glyph, the leftmost pixel in the highest bit.
pub(super) fn row_of(glyph: u8, row: u16) -> u8 {
    GLYPHS.get(usize::from(glyph) * usize::from(CELL_HEIGHT) + usize::from(row)).copied().unwrap_or_default()
}
