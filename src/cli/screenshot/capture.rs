//! What a console shows, as the bytes of a file.

use qdeck_vnc::Framebuffer;
use qdeck_vnc::text::Recognizer;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cli::error::{Code, CommandError};
use crate::console::{OpenConsole, fonts};

/// The size of a terminal whose text is wanted.
const TERMINAL: Rect = Rect { x: 0, y: 0, width: 80, height: 24 };

/// Whether there is something on a screen: pixels of more than one colour, or text.
pub(super) fn is_drawn(console: &OpenConsole) -> bool {
    let Some(pixels) = console.screen.pixels() else { return !terminal_text(console).is_empty() };
    let mut is_drawn = false;
    pixels.with_framebuffer(&mut |screen, _| is_drawn = has_colors(screen));
    is_drawn
}

/// Whether a screen has pixels of more than one colour.
fn has_colors(screen: &Framebuffer) -> bool {
    let first = screen.row(0).first();
    (0..screen.height()).flat_map(|y| screen.row(y)).any(|pixel| Some(pixel) != first)
}

/// The pixels of a screen as PNG.
pub(super) fn picture(console: &OpenConsole, name: &str) -> Result<Vec<u8>, CommandError> {
    let Some(pixels) = console.screen.pixels() else {
        let message = format!("the console of {name} is a terminal, which has no picture");
        return Err(CommandError::new(Code::Refused, message).hint(super::TEXT_HINT));
    };
    let mut encoded = Ok(Vec::new());
    pixels.with_framebuffer(&mut |screen, _| encoded = png(screen));
    encoded.map_err(|error| CommandError::new(Code::Failed, format!("could not make a picture: {error}")))
}

fn png(screen: &Framebuffer) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, screen.width().into(), screen.height().into());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    let rows = (0..screen.height()).flat_map(|y| screen.row(y));
    let bytes: Vec<u8> = rows.flat_map(|pixel| pixel.to_be_bytes().into_iter().skip(1)).collect();
    writer.write_image_data(&bytes)?;
    writer.finish()?;
    Ok(file)
}

/// The text of a terminal, or of a screen that shows text.
pub(super) fn text(console: &OpenConsole, name: &str) -> Result<String, CommandError> {
    let Some(pixels) = console.screen.pixels() else { return Ok(terminal_text(console)) };
    let mut grid = None;
    pixels.with_framebuffer(&mut |screen, _| grid = Recognizer::new(fonts()).read(screen));
    grid.map(|grid| grid.to_text()).ok_or_else(|| {
        CommandError::new(
            Code::Refused,
            format!("the screen of {name} shows no text in a known console font"),
        )
        .hint("`-o FILE.png` writes its picture; `console_fonts` in the configuration adds fonts")
    })
}

/// The rows of a terminal's screen, without blanks at their ends and without empty rows at the end.
fn terminal_text(console: &OpenConsole) -> String {
    let mut buffer = Buffer::empty(TERMINAL);
    console.screen.draw(TERMINAL, &mut buffer);
    let rows = buffer.content().chunks(usize::from(TERMINAL.width));
    let text: String = rows
        .map(|row| {
            row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned() + "\n"
        })
        .collect();
    let text = text.trim_end_matches('\n');
    if text.is_empty() { String::new() } else { format!("{text}\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_the_pixels_of_the_screen() {
        let mut screen = Framebuffer::new(3, 2);
        screen.write(screen.bounds(), |y, row| {
            row.copy_from_slice(&[0x0012_3456 + u32::from(y), 0, 0x00ff_ffff]);
        });
        let file = png(&screen).expect("a picture");
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().expect("a picture");
        let mut bytes = vec![0; reader.output_buffer_size().expect("its size")];
        let info = reader.next_frame(&mut bytes).expect("its pixels");
        assert_eq!((info.width, info.height), (3, 2));
        assert_eq!(
            bytes,
            [0x12, 0x34, 0x56, 0, 0, 0, 255, 255, 255, 0x12, 0x34, 0x57, 0, 0, 0, 255, 255, 255]
        );
    }
}
