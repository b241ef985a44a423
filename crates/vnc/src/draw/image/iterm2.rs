//! The inline images of iTerm2 (<https://iterm2.com/documentation-images.html>), which other terminals know too.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Appends an image of `size` pixels, stretched over so many columns and rows of cells from the cursor on.
pub(super) fn encode(size: (u32, u32), pixels: &[u32], cells: (u16, u16), out: &mut Vec<u8>) {
    // Writing to memory does not fail, and the sizes agree.
    let Ok(file) = png(size, pixels) else { return };
    let (columns, rows) = cells;
    let head = format!(
        "\x1b]1337;File=inline=1;size={};width={columns};height={rows};preserveAspectRatio=0;doNotMoveCursor=1:",
        file.len()
    );
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(STANDARD.encode(file).as_bytes());
    out.push(0x07);
}

/// A PNG file of RGB pixels.
fn png(size: (u32, u32), pixels: &[u32]) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, size.0, size.1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    let bytes: Vec<u8> = pixels
        .iter()
        .flat_map(|pixel| {
            let [_, red, green, blue] = pixel.to_be_bytes();
            [red, green, blue]
        })
        .collect();
    writer.write_image_data(&bytes)?;
    writer.finish()?;
    Ok(file)
}
