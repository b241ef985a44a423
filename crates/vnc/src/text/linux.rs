//! What the font that Linux compiles into its kernel draws otherwise than all the others do.
//!
//! A framebuffer shows that font until another one is loaded, so that the messages of every boot are in it. Most of its
//! characters are those of a VGA or of `Uni2-VGA16`; these are the rest, noted from what a framebuffer shows.

use super::font::Font;
use super::mask::{CellSize, Mask};

/// Its size.
const SIZE: CellSize = CellSize { width: 8, height: 16 };

/// Characters, and their rows of eight pixels from the top in the highest bits first.
const GLYPHS: [(char, u128); 28] = [
    ('↔', 0x0000_0000_0028_6cfe_6c28_0000_0000_0000),
    ('`', 0x0030_180c_0000_0000_0000_0000_0000_0000),
    ('f', 0x0000_1c36_3230_7830_3030_3078_0000_0000),
    ('v', 0x0000_0000_00c6_c6c6_c6c6_6c38_0000_0000),
    ('~', 0x0076_dc00_0000_0000_0000_0000_0000_0000),
    ('Ç', 0x0000_3c66_c2c0_c0c0_c0c2_663c_1870_0000),
    ('ç', 0x0000_0000_007c_c6c0_c0c0_c67c_1870_0000),
    ('Å', 0x386c_3810_386c_c6fe_c6c6_c6c6_0000_0000),
    ('æ', 0x0000_0000_00ec_3636_7ed8_d86e_0000_0000),
    ('¢', 0x0018_187c_c6c0_c0c0_c67c_1818_0000_0000),
    ('₧', 0x00f8_cccc_f8c4_ccde_cccc_ccc6_0000_0000),
    ('ƒ', 0x000e_1b18_1818_7e18_1818_d870_0000_0000),
    ('ª', 0x0000_3c6c_6c3e_007e_0000_0000_0000_0000),
    ('º', 0x0000_386c_6c38_007c_0000_0000_0000_0000),
    ('½', 0x0060_e062_666c_1830_60dc_860c_183e_0000),
    ('¼', 0x0060_e062_666c_1830_66ce_9a3f_0606_0000),
    ('π', 0x0000_0000_00fe_6c6c_6c6c_6c6c_0000_0000),
    ('Σ', 0x0000_fec6_6030_1818_3060_c6fe_0000_0000),
    ('µ', 0x0000_0000_0066_6666_6666_667c_6060_c000),
    ('Φ', 0x0000_7e18_3c66_6666_663c_187e_0000_0000),
    ('Θ', 0x0000_386c_c6c6_fec6_c6c6_6c38_0000_0000),
    ('±', 0x0000_0000_1818_7e18_1800_007e_0000_0000),
    ('⌡', 0x1818_1818_1818_1818_18d8_d8d8_7000_0000),
    ('÷', 0x0000_0000_0018_007e_0018_0000_0000_0000),
    ('·', 0x0000_0000_0000_0018_0000_0000_0000_0000),
    ('ⁿ', 0x006c_3636_3636_3600_0000_0000_0000_0000),
    ('²', 0x003c_660c_1832_7e00_0000_0000_0000_0000),
    ('■', 0x0000_0000_7e7e_7e7e_7e7e_7e00_0000_0000),
];

/// These characters as a font.
pub(super) fn font() -> Font {
    let glyphs = GLYPHS.into_iter().map(|(ch, rows)| {
        let mut mask = Mask::default();
        for (number, row) in (0..SIZE.height).zip(rows.to_be_bytes()) {
            mask.set_row(number, u16::from(row));
        }
        (ch, mask)
    });
    Font { size: SIZE, glyphs: glyphs.collect() }
}
