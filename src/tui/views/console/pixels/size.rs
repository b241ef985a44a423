//! The size of the machine's screen: that of its pane, where it is asked for and the server grants it.

use ratatui::layout::Rect;

use super::PixelView;
use super::act::NO_PIXELS;
use crate::tui::views::console::ConsoleView;
use crate::vnc::SizeAnswer;
use crate::vnc::draw::CellSize;

/// The pixels of a cell where the terminal does not report them: those of a text console.
const ASSUMED_CELL: CellSize = CellSize { width: 8, height: 16 };

impl ConsoleView {
    /// Asks the machine's screen to take the size of the pane in pixels.
    pub(in crate::tui::views::console) fn match_size(&mut self) {
        let pane = self.pane();
        let (width, height) = pane.pixels.size_of(pane.grid);
        let text = match pane.screen().pixels() {
            None => NO_PIXELS.to_owned(),
            Some(_) if !pane.takes_input() => "Nothing sent: the console takes no input now".to_owned(),
            Some(pixels) if !pixels.can_set_size() => {
                "This screen keeps its size: its VNC server takes no requests for another".to_owned()
            }
            Some(pixels) if pixels.size() == (width, height) => {
                format!("The screen has {width}x{height} already")
            }
            Some(pixels) if pixels.set_size(width, height) => {
                format!("Asked for a screen of {width}x{height}")
            }
            Some(_) => format!("Nothing sent: no screen may have {width}x{height} pixels"),
        };
        self.notify(text);
    }
}

impl PixelView {
    /// The size of an area in pixels of the terminal.
    fn size_of(&self, area: Rect) -> (u16, u16) {
        let known = Some(self.canvas.support.cell).filter(|cell| *cell != CellSize::default());
        let cell = known.unwrap_or(ASSUMED_CELL);
        (area.width.saturating_mul(cell.width), area.height.saturating_mul(cell.height))
    }
}

/// The server's answer to a request for this size.
pub(in crate::tui::views::console) fn answer_text((width, height): (u16, u16), answer: SizeAnswer) -> String {
    let size = format!("{width}x{height}");
    match answer {
        SizeAnswer::Granted => format!("The screen has {size} now"),
        SizeAnswer::Prohibited => format!("No screen of {size}: its VNC server allows no other size"),
        SizeAnswer::OutOfResources => {
            format!("No screen of {size}: its VNC server has not the memory for it")
        }
        SizeAnswer::InvalidLayout => {
            format!(
                "No screen of {size}: its VNC server refuses it, as it does where the display has a fixed size"
            )
        }
        SizeAnswer::Forwarded => format!("The machine was asked for {size}, and may take it in a moment"),
        SizeAnswer::Unknown(status) => {
            format!("No screen of {size}: its VNC server refuses it with the unknown status {status}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_is_a_sentence_with_the_size() {
        let texts = [
            SizeAnswer::Granted,
            SizeAnswer::Prohibited,
            SizeAnswer::OutOfResources,
            SizeAnswer::InvalidLayout,
            SizeAnswer::Forwarded,
            SizeAnswer::Unknown(9),
        ]
        .map(|answer| answer_text((960, 544), answer));
        assert_eq!(
            texts,
            [
                "The screen has 960x544 now",
                "No screen of 960x544: its VNC server allows no other size",
                "No screen of 960x544: its VNC server has not the memory for it",
                "No screen of 960x544: its VNC server refuses it, as it does where the display has a fixed size",
                "The machine was asked for 960x544, and may take it in a moment",
                "No screen of 960x544: its VNC server refuses it with the unknown status 9",
            ]
        );
    }

    #[test]
    fn the_size_is_that_of_the_cells_and_bounded() {
        let mut view = PixelView::default();
        assert_eq!(
            view.size_of(Rect::new(3, 3, 120, 34)),
            (960, 544),
            "of a text console, where it is not known"
        );
        view.canvas.support.cell = CellSize::new(10, 20);
        assert_eq!(view.size_of(Rect::new(3, 3, 120, 34)), (1200, 680));
        assert_eq!(view.size_of(Rect::new(0, 0, u16::MAX, 1)), (u16::MAX, 20));
    }
}
