//! The graphics protocol of kitty (<https://sw.kovidgoyal.net/kitty/graphics-protocol/>): images are sent once under an id
//! and placed below the text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compress, Compression, FlushCompress, Status};
use ratatui::layout::Rect;

use crate::draw::CellSize;

/// Deletes all images of the screen and their placements.
pub const DELETE_ALL: &[u8] = b"\x1b_Ga=d,d=A,q=2\x1b\\";

/// Asks whether the terminal knows the protocol: one that does answers `ESC _ G i=31 ; OK ESC \`.
pub const QUERY: &[u8] = b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\";

/// The bytes of base64 in one sequence at most.
const CHUNK_BYTES: usize = 4096;

/// The first id of the first picture. Each picture has a million.
const FIRST_ID: u32 = 0x5100_0000;

/// The id of the image of a tile.
pub(super) fn image_id(slot: u8, tile: usize) -> u32 {
    FIRST_ID + (u32::from(slot) << 20) + u32::try_from(tile).unwrap_or(0) % (1 << 20)
}

/// An encoder of images, with what it needs again and again.
pub(super) struct Encoder {
    compress: Compress,
    raw: Vec<u8>,
    packed: Vec<u8>,
    text: String,
}

impl Default for Encoder {
    fn default() -> Self {
        Self {
            compress: Compress::new(Compression::fast(), true),
            raw: Vec::new(),
            packed: Vec::new(),
            text: String::new(),
        }
    }
}

impl Encoder {
    /// Appends an image of `size` pixels.
    pub(super) fn transmit(&mut self, id: u32, size: (u32, u32), pixels: &[u32], out: &mut Vec<u8>) {
        self.raw.clear();
        self.raw.extend(pixels.iter().flat_map(|pixel| {
            let [_, red, green, blue] = pixel.to_be_bytes();
            [red, green, blue]
        }));
        self.deflate();
        self.text.clear();
        STANDARD.encode_string(&self.packed, &mut self.text);
        let (width, height) = size;
        let mut rest = self.text.as_bytes();
        out.extend_from_slice(format!("\x1b_Ga=t,i={id},f=24,s={width},v={height},o=z,q=2,").as_bytes());
        loop {
            let (chunk, after) = rest.split_at(rest.len().min(CHUNK_BYTES));
            rest = after;
            out.extend_from_slice(if rest.is_empty() { b"m=0;" } else { b"m=1;" });
            out.extend_from_slice(chunk);
            out.extend_from_slice(b"\x1b\\");
            if rest.is_empty() {
                return;
            }
            out.extend_from_slice(b"\x1b_Gq=2,");
        }
    }

    /// Compresses the raw bytes.
    fn deflate(&mut self) {
        self.compress.reset();
        self.packed.clear();
        // Room for what cannot be compressed, so that the first call ends the stream.
        self.packed.reserve(self.raw.len() + self.raw.len() / 64 + 256);
        loop {
            let read = usize::try_from(self.compress.total_in()).unwrap_or(usize::MAX);
            let rest = self.raw.get(read..).unwrap_or_default();
            match self.compress.compress_vec(rest, &mut self.packed, FlushCompress::Finish) {
                Ok(Status::Ok) => self.packed.reserve(self.raw.len() / 8 + 256),
                // Compressing has no failure but a wrong use.
                Ok(Status::StreamEnd | Status::BufError) | Err(_) => return,
            }
        }
    }
}

/// Appends a placement of the part `cells` of an image at the cursor, below the text. `number` is its own among those of
/// the image.
pub(super) fn place(id: u32, number: u32, cells: Rect, cell: CellSize, out: &mut Vec<u8>) {
    let (x, y) = (u32::from(cells.x) * u32::from(cell.width), u32::from(cells.y) * u32::from(cell.height));
    let width = u32::from(cells.width) * u32::from(cell.width);
    let height = u32::from(cells.height) * u32::from(cell.height);
    let (columns, rows) = (cells.width, cells.height);
    let text = format!(
        "\x1b_Ga=p,i={id},p={number},x={x},y={y},w={width},h={height},c={columns},r={rows},z=-1,C=1,q=2\x1b\\"
    );
    out.extend_from_slice(text.as_bytes());
}

/// Appends the deletion of an image with its placements.
pub(super) fn delete_image(id: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("\x1b_Ga=d,d=I,i={id},q=2\x1b\\").as_bytes());
}

/// Appends the deletion of the placements of an image.
pub(super) fn delete_placements(id: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("\x1b_Ga=d,d=i,i={id},q=2\x1b\\").as_bytes());
}
