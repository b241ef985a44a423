//! Terminals as far as the tests need them: what they make of the bytes of a picture.

use std::collections::HashMap;
use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ratatui::layout::Rect;

use crate::draw::{CellSize, Piece, Protocol};

/// A terminal that shows pictures on a grid of cells.
pub(super) struct Screen {
    cell: CellSize,
    width: usize,
    /// `None` where nothing was drawn.
    pixels: Vec<Option<u32>>,
    images: HashMap<u32, (usize, Vec<u32>)>,
    placements: Vec<Placement>,
    pub chunks: Vec<usize>,
}

#[derive(Debug, PartialEq, Eq, Clone)]
struct Placement {
    image: u32,
    number: u32,
    at: (usize, usize),
    part: (usize, usize, usize, usize),
}

impl Screen {
    pub(super) fn new(columns: u16, rows: u16, cell: CellSize) -> Self {
        let width = usize::from(columns) * usize::from(cell.width);
        let height = usize::from(rows) * usize::from(cell.height);
        let pixels = vec![None; width * height];
        Self { cell, width, pixels, images: HashMap::new(), placements: Vec::new(), chunks: Vec::new() }
    }

    pub(super) fn take(&mut self, piece: &Piece, protocol: Protocol) {
        let at = (
            usize::from(piece.cells.x) * usize::from(self.cell.width),
            usize::from(piece.cells.y) * usize::from(self.cell.height),
        );
        match protocol {
            Protocol::Kitty => self.take_kitty(&piece.bytes, at),
            Protocol::Sixel { .. } => {
                let (width, pixels) = sixel(&piece.bytes);
                self.put(at, width, &pixels);
            }
            Protocol::Iterm2 => {
                let (width, pixels, cells) = iterm2(&piece.bytes);
                assert_eq!(cells, (piece.cells.width, piece.cells.height));
                assert_eq!(width, usize::from(cells.0 * self.cell.width), "drawn at its own size");
                let pixels: Vec<_> = pixels.into_iter().map(Some).collect();
                self.put(at, width, &pixels);
            }
        }
    }

    fn put(&mut self, (left, top): (usize, usize), width: usize, pixels: &[Option<u32>]) {
        for (row, y) in pixels.chunks(width).zip(top..) {
            for (pixel, x) in row.iter().zip(left..) {
                if let Some(pixel) = pixel {
                    assert!(x < self.width && y * self.width + x < self.pixels.len(), "{x} {y} is outside");
                    self.pixels[y * self.width + x] = Some(*pixel);
                }
            }
        }
    }

    /// Erases the pixels of a cell, as text written into it does where images are part of cells.
    pub(super) fn write_over(&mut self, column: u16, row: u16) {
        let (wide, high) = (usize::from(self.cell.width), usize::from(self.cell.height));
        for y in usize::from(row) * high..(usize::from(row) + 1) * high {
            let start = y * self.width + usize::from(column) * wide;
            self.pixels[start..start + wide].fill(None);
        }
    }

    /// What is seen.
    pub(super) fn seen(&self) -> Vec<Option<u32>> {
        let mut seen = Self {
            pixels: self.pixels.clone(),
            images: HashMap::new(),
            placements: Vec::new(),
            chunks: Vec::new(),
            ..*self
        };
        for placement in &self.placements {
            let (width, image) = &self.images[&placement.image];
            let (left, top, wide, high) = placement.part;
            let part: Vec<Option<u32>> = (top..top + high)
                .flat_map(|y| image[y * width + left..y * width + left + wide].iter().copied().map(Some))
                .collect();
            seen.put(placement.at, wide, &part);
        }
        seen.pixels
    }

    /// The pixels of some cells.
    pub(super) fn seen_in(&self, cells: Rect) -> Vec<Option<u32>> {
        let seen = self.seen();
        let (wide, high) = (usize::from(self.cell.width), usize::from(self.cell.height));
        let columns = usize::from(cells.left()) * wide..usize::from(cells.right()) * wide;
        let rows = usize::from(cells.top()) * high..usize::from(cells.bottom()) * high;
        rows.flat_map(|y| seen[y * self.width..][columns.clone()].iter().copied()).collect()
    }

    pub(super) fn image_count(&self) -> usize {
        self.images.len()
    }

    fn take_kitty(&mut self, bytes: &[u8], at: (usize, usize)) {
        let text = std::str::from_utf8(bytes).unwrap();
        let mut data = String::new();
        let mut transmitted: Option<HashMap<char, String>> = None;
        for command in text.split_terminator("\x1b\\") {
            let body = command.strip_prefix("\x1b_G").unwrap();
            let (keys, payload) = body.split_once(';').unwrap_or((body, ""));
            let keys: HashMap<char, String> = keys
                .split(',')
                .map(|pair| pair.split_once('=').unwrap())
                .map(|(key, value)| (key.chars().next().unwrap(), value.to_owned()))
                .collect();
            assert_eq!(keys[&'q'], "2", "no reply is wanted: {command:?}");
            let number = |key: char| keys.get(&key).map_or(0, |value| value.parse::<usize>().unwrap());
            let id = u32::try_from(number('i')).unwrap();
            match keys.get(&'a').map(String::as_str) {
                Some("p") => {
                    assert_eq!((number('C'), keys[&'z'].as_str()), (1, "-1"));
                    let part = (number('x'), number('y'), number('w'), number('h'));
                    let cells = (
                        number('c') * usize::from(self.cell.width),
                        number('r') * usize::from(self.cell.height),
                    );
                    assert_eq!((part.2, part.3), cells, "drawn at its own size");
                    let number = u32::try_from(number('p')).unwrap();
                    self.placements.retain(|known| (known.image, known.number) != (id, number));
                    self.placements.push(Placement { image: id, number, at, part });
                }
                Some("d") => {
                    self.placements.retain(|known| known.image != id);
                    if keys[&'d'] == "I" {
                        assert!(self.images.remove(&id).is_some(), "{id} is not there");
                    }
                }
                // A chunk, the first of an image or another one.
                known => {
                    if known == Some("t") {
                        assert!(!self.images.contains_key(&id), "{id} was not deleted before");
                        transmitted = Some(keys.clone());
                    }
                    self.chunks.push(payload.len());
                    data.push_str(payload);
                    if keys[&'m'] == "0" {
                        let head = transmitted.take().unwrap();
                        assert_eq!((head[&'f'].as_str(), head[&'o'].as_str()), ("24", "z"));
                        let mut raw = Vec::new();
                        let packed = STANDARD.decode(std::mem::take(&mut data)).unwrap();
                        flate2::read::ZlibDecoder::new(&packed[..]).read_to_end(&mut raw).unwrap();
                        let (width, height): (usize, usize) =
                            (head[&'s'].parse().unwrap(), head[&'v'].parse().unwrap());
                        assert_eq!(raw.len(), width * height * 3);
                        self.images.insert(head[&'i'].parse().unwrap(), (width, rgb(&raw)));
                    }
                }
            }
        }
    }
}

fn rgb(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(3).map(|part| u32::from_be_bytes([0, part[0], part[1], part[2]])).collect()
}

/// Decodes one inline image: its width, its pixels and the cells that it takes.
fn iterm2(bytes: &[u8]) -> (usize, Vec<u32>, (u16, u16)) {
    let text = std::str::from_utf8(bytes).unwrap();
    let body = text.strip_prefix("\x1b]1337;File=").unwrap().strip_suffix('\x07').unwrap();
    let (head, data) = body.split_once(':').unwrap();
    let keys: HashMap<&str, &str> = head.split(';').map(|pair| pair.split_once('=').unwrap()).collect();
    assert_eq!((keys["inline"], keys["preserveAspectRatio"]), ("1", "0"));
    let file = STANDARD.decode(data).unwrap();
    assert_eq!(keys["size"], file.len().to_string());
    let mut reader = png::Decoder::new(std::io::Cursor::new(&file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((info.color_type, info.bit_depth), (png::ColorType::Rgb, png::BitDepth::Eight));
    let width = usize::try_from(info.width).unwrap();
    (width, rgb(&pixels), (keys["width"].parse().unwrap(), keys["height"].parse().unwrap()))
}

/// Decodes one sixel image: its width, and its pixels row by row.
pub(super) fn sixel(bytes: &[u8]) -> (usize, Vec<Option<u32>>) {
    let text = std::str::from_utf8(bytes).unwrap();
    let body = text.strip_prefix("\x1bP0;1;0q\"1;1;").unwrap().strip_suffix("\x1b\\").unwrap();
    let at = body.find('#').unwrap();
    let (width, height) = body[..at].split_once(';').unwrap();
    let (width, height): (usize, usize) = (width.parse().unwrap(), height.parse().unwrap());
    let mut pixels = vec![None; width * height];
    let mut colors = HashMap::new();
    let (mut color, mut x, mut band) = (0, 0, 0);
    let mut rest = body[at..].chars().peekable();
    let numbers = |rest: &mut std::iter::Peekable<std::str::Chars<'_>>| {
        let mut text = String::new();
        while let Some(c) = rest.next_if(|c| c.is_ascii_digit() || *c == ';') {
            text.push(c);
        }
        text.split(';').map(|number| number.parse::<usize>().unwrap()).collect::<Vec<_>>()
    };
    while let Some(c) = rest.next() {
        let count = match c {
            '#' => {
                let numbers = numbers(&mut rest);
                color = numbers[0];
                if let [_, 2, parts @ ..] = &numbers[..] {
                    let part = |percent: usize| u32::try_from((percent * 255 + 50) / 100).unwrap();
                    colors.insert(color, part(parts[0]) << 16 | part(parts[1]) << 8 | part(parts[2]));
                }
                continue;
            }
            '$' => {
                x = 0;
                continue;
            }
            '-' => {
                (x, band) = (0, band + 1);
                continue;
            }
            '!' => numbers(&mut rest)[0],
            _ => 1,
        };
        let c = if c == '!' { rest.next().unwrap() } else { c };
        let bits = u8::try_from(c).unwrap() - b'?';
        for _ in 0..count {
            for bit in (0..6).filter(|bit| bits >> bit & 1 == 1) {
                assert!(x < width && band * 6 + bit < height, "outside of the image");
                pixels[(band * 6 + bit) * width + x] = Some(colors[&color]);
            }
            x += 1;
        }
    }
    (width, pixels)
}
