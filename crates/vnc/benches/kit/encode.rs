//! Whole screens in the encodings of VNC, as a server would send them.

use flate2::{Compress, Compression, FlushCompress};

/// The effort of compression that the client asks for.
const COMPRESSION_LEVEL: u32 = 2;
/// The most colours of a packed palette of ZRLE.
const MAX_PALETTE: usize = 16;
/// Rows of a rectangle of Tight.
const STRIP: usize = 60;

/// A screen: its pixels row by row, each `0x00RRGGBB`.
pub struct Screen<'a> {
    pub width: u16,
    pub pixels: &'a [u32],
}

/// Encodes screens one after another, of the same connection. Each is complete in itself: its stream of zlib is flushed so that
/// no later one refers to it, and only the first one has the stream's header.
pub struct Encoder {
    stream: Compress,
    encoding: Encoding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Zrle,
    Tight,
    Zlib,
    Raw,
}

impl Encoding {
    pub const ALL: [Self; 4] = [Self::Zrle, Self::Tight, Self::Zlib, Self::Raw];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Zrle => "ZRLE",
            Self::Tight => "Tight",
            Self::Zlib => "zlib",
            Self::Raw => "Raw",
        }
    }
}

impl Encoder {
    pub fn new(encoding: Encoding) -> Self {
        Self { stream: Compress::new(Compression::new(COMPRESSION_LEVEL), true), encoding }
    }

    /// The rectangles of a whole screen, and their number.
    pub fn screen(&mut self, screen: &Screen<'_>) -> (u16, Vec<u8>) {
        match self.encoding {
            Encoding::Zrle => (1, self.zrle(screen)),
            Encoding::Tight => self.tight(screen),
            Encoding::Zlib => {
                let compressed = self.deflate(&raw(screen));
                (1, rectangle(screen.all(), 6, &[&length(&compressed)[..], &compressed].concat()))
            }
            Encoding::Raw => (1, rectangle(screen.all(), 0, &raw(screen))),
        }
    }

    fn zrle(&mut self, screen: &Screen<'_>) -> Vec<u8> {
        let mut plain = Vec::new();
        let (all_width, all_height) = (usize::from(screen.width), screen.height());
        for y in (0..all_height).step_by(64) {
            for x in (0..all_width).step_by(64) {
                let (width, height) = ((all_width - x).min(64), (all_height - y).min(64));
                let tile = screen.part(x, y, width, height);
                match palette(&tile, MAX_PALETTE) {
                    Some(colors) if colors.len() == 1 => {
                        plain.push(1);
                        plain.extend(colors.into_iter().flat_map(short));
                    }
                    Some(colors) => {
                        plain.push(u8::try_from(colors.len()).unwrap_or_default());
                        plain.extend(colors.iter().copied().flat_map(short));
                        plain.extend(packed(&tile, width, &colors));
                    }
                    None => {
                        plain.push(0);
                        plain.extend(tile.into_iter().flat_map(short));
                    }
                }
            }
        }
        let compressed = self.deflate(&plain);
        rectangle(screen.all(), 16, &[&length(&compressed)[..], &compressed].concat())
    }

    fn tight(&mut self, screen: &Screen<'_>) -> (u16, Vec<u8>) {
        let mut rectangles = (0, Vec::new());
        let rgb = |pixel: u32| pixel.to_be_bytes().into_iter().skip(1);
        for y in (0..screen.height()).step_by(STRIP) {
            for half in 0..2 {
                let (x, width) = (half * usize::from(screen.width) / 2, usize::from(screen.width) / 2);
                let strip = screen.part(x, y, width, STRIP.min(screen.height() - y));
                let (mut body, plain): (_, Vec<u8>) = match palette(&strip, 2).filter(|it| it.len() == 2) {
                    Some(colors) => {
                        let mut head = vec![0x40, 1, 1];
                        head.extend(colors.iter().copied().flat_map(rgb));
                        (head, packed(&strip, width, &colors))
                    }
                    None => (vec![0], strip.iter().copied().flat_map(rgb).collect()),
                };
                let compressed = self.deflate(&plain);
                let length = compressed.len();
                let low = |shift: usize| u8::try_from(length >> shift & 0x7f).unwrap_or_default() | 0x80;
                body.extend([low(0), low(7), u8::try_from(length >> 14).unwrap_or_default()]);
                body.extend(compressed);
                let place =
                    [x, y, width, strip.len() / width].map(|it| u16::try_from(it).unwrap_or_default());
                rectangles.0 += 1;
                rectangles.1.extend(rectangle(place, 7, &body));
            }
        }
        rectangles
    }

    fn deflate(&mut self, plain: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(plain.len() + plain.len() / 8 + 4096);
        let compressed = self.stream.compress_vec(plain, &mut out, FlushCompress::Full);
        assert!(compressed.is_ok(), "{compressed:?}");
        out
    }
}

impl Screen<'_> {
    fn height(&self) -> usize {
        self.pixels.len() / usize::from(self.width)
    }

    fn all(&self) -> [u16; 4] {
        [0, 0, self.width, u16::try_from(self.height()).unwrap_or_default()]
    }

    fn part(&self, x: usize, y: usize, width: usize, height: usize) -> Vec<u32> {
        let rows = self.pixels.chunks_exact(usize::from(self.width)).skip(y).take(height);
        rows.flat_map(|row| &row[x..x + width]).copied().collect()
    }
}

/// A rectangle at a place: x, y, width and height.
pub fn rectangle(place: [u16; 4], encoding: i32, body: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = place.into_iter().flat_map(u16::to_be_bytes).collect();
    bytes.extend(encoding.to_be_bytes());
    bytes.extend(body);
    bytes
}

/// An update of so many rectangles.
pub fn update(count: u16, rectangles: &[u8]) -> Vec<u8> {
    [&[0, 0][..], &count.to_be_bytes(), rectangles].concat()
}

/// The server's side of the handshake, without a password.
pub fn greeting(width: u16, height: u16) -> [Vec<u8>; 3] {
    let mut init: Vec<u8> = [width, height].into_iter().flat_map(u16::to_be_bytes).collect();
    init.extend([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0, 0, 0, 0, 0]);
    [b"RFB 003.008\n".to_vec(), vec![1, 1], [vec![0; 4], init].concat()]
}

fn raw(screen: &Screen<'_>) -> Vec<u8> {
    screen.pixels.iter().flat_map(|pixel| pixel.to_le_bytes()).collect()
}

fn length(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap_or_default().to_be_bytes()
}

fn short(pixel: u32) -> [u8; 3] {
    let [blue, green, red, _] = pixel.to_le_bytes();
    [blue, green, red]
}

/// The colours of some pixels, as long as there are at most `limit`.
fn palette(pixels: &[u32], limit: usize) -> Option<Vec<u32>> {
    let mut colors = Vec::new();
    for pixel in pixels {
        if !colors.contains(pixel) {
            if colors.len() == limit {
                return None;
            }
            colors.push(*pixel);
        }
    }
    Some(colors)
}

/// The numbers of the colours, in one, two or four bits, rows padded to bytes.
fn packed(pixels: &[u32], width: usize, colors: &[u32]) -> Vec<u8> {
    let bits = match colors.len() {
        0..=2 => 1,
        3..=4 => 2,
        _ => 4,
    };
    let number = |pixel: &u32| colors.iter().position(|it| it == pixel).unwrap_or_default();
    let byte = |pixels: &[u32]| {
        let shifts = (0..8).step_by(bits).rev();
        pixels.iter().zip(shifts).fold(0, |byte, (pixel, shift)| byte | number(pixel) << shift)
    };
    let row = |row: &[u32]| -> Vec<u8> {
        row.chunks(8 / bits).map(|pixels| u8::try_from(byte(pixels)).unwrap_or_default()).collect()
    };
    pixels.chunks(width).flat_map(row).collect()
}
