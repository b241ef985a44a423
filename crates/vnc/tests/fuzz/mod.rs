//! What must hold for any bytes of a VNC server, as a function of an input's bytes: for a fuzzer, and for streams that are known.

use std::sync::LazyLock;

use flate2::{Compress, Compression, FlushCompress};
use qdeck_vnc::draw::{CellRenderer, CellSize, CellStyle, Geometry, Shapes, Source};
use qdeck_vnc::text::{Fonts, Recognizer, builtin};
use qdeck_vnc::{Client, Options, ProtocolError};
use zeroize::Zeroizing;

static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts::new(&builtin()));

/// Starts of a connection: nothing of it, each version, and up to a screen of 70x70 pixels.
const STARTS: [&[u8]; 6] = [
    b"",
    b"RFB 003.003\n",
    b"RFB 003.007\n",
    b"RFB 003.008\n",
    b"RFB 003.008\n\x01\x01\0\0\0\0\0\x46\0\x46\x20\x18\0\x01\0\xff\0\xff\0\xff\x10\x08\0\0\0\0\0\0\0\x04host",
    b"RFB 003.003\n\0\0\0\x01\0\x46\0\x46\x20\x18\0\x01\0\xff\0\xff\0\xff\x10\x08\0\0\0\0\0\0\0\0",
];

/// Pieces of messages that a fuzzer does not find by itself.
struct Server<'a> {
    rest: &'a [u8],
    /// The streams of zlib of a connection: one for the encodings that have one, and four of Tight.
    streams: [Compress; 5],
}

impl<'a> Server<'a> {
    fn take(&mut self, count: usize) -> &'a [u8] {
        let (now, later) = self.rest.split_at(count.min(self.rest.len()));
        self.rest = later;
        now
    }

    fn number(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or_default()
    }

    /// So many bytes as the next one says, deflated.
    fn deflated(&mut self) -> (usize, Vec<u8>) {
        let (stream, count) = (usize::from(self.number()) % 5, usize::from(self.number()));
        let plain = self.take(count).repeat(1 + usize::from(self.number() % 8));
        let mut bytes = Vec::with_capacity(plain.len() + 256);
        let done = self.streams[stream].compress_vec(&plain, &mut bytes, FlushCompress::Sync);
        assert!(done.is_ok() && bytes.len() < bytes.capacity(), "what is sent is deflated whole");
        (stream, bytes)
    }

    /// The bytes of the next piece.
    fn piece(&mut self) -> Vec<u8> {
        match self.number() % 6 {
            // As they are.
            0 | 1 => {
                let count = usize::from(self.number());
                self.take(count).to_vec()
            }
            // An update of so many rectangles.
            2 => vec![0, 0, 0, self.number() % 4],
            // The head of a rectangle within the screen, in one of the encodings that are asked for.
            3 => {
                let [x, y, width, height] = [(); 4].map(|()| self.number() % 71);
                let encodings =
                    [0, 1, 2, 5, 6, 7, 15, 16, -223, -224, -239, -258, -261, -307, -308, -314_i32];
                let encoding = encodings[usize::from(self.number()) % encodings.len()];
                let head = [0, x, 0, y, 0, width.min(70 - x.min(70)), 0, height.min(70 - y.min(70))];
                [&head[..], &encoding.to_be_bytes()].concat()
            }
            // Deflated bytes behind a length of four bytes.
            4 => {
                let (_, bytes) = self.deflated();
                let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                [&length.to_be_bytes()[..], &bytes].concat()
            }
            // The same as Tight writes it, for a stream and with a filter.
            _ => {
                let filter = self.number() % 4;
                let (stream, bytes) = self.deflated();
                let control = u8::try_from(stream % 4).unwrap_or_default() << 4 | 0x40;
                let length = bytes.len();
                let low = |shift: usize| u8::try_from(length >> shift & 0x7f).unwrap_or_default();
                let length = if length < 128 { vec![low(0)] } else { vec![low(0) | 0x80, low(7)] };
                [&[control, filter][..], &length, &bytes].concat()
            }
        }
    }
}

/// A server that sends anything: what it sends is taken or refused, by the same words wherever it is cut, the answers are
/// bounded, and what is there of a picture can be drawn and read.
///
/// # Panics
/// Where one of these does not hold.
pub fn server(data: &[u8]) {
    let (start, cut, is_raw) = match data {
        [start, cut, ..] => {
            (STARTS[usize::from(*start) % STARTS.len()], 1 + usize::from(*cut), *start >= 0x80)
        }
        _ => return,
    };
    let mut stream = start.to_vec();
    if is_raw {
        stream.extend(&data[2..]);
    } else {
        let streams = [(); 5].map(|()| Compress::new(Compression::fast(), true));
        let mut server = Server { rest: &data[2..], streams };
        while !server.rest.is_empty() {
            stream.extend(server.piece());
        }
    }
    let options = || Options { password: Some(Zeroizing::new("password".to_owned())), ..Options::default() };
    let mut whole = Client::new(options());
    let outcome = whole.feed(&stream);
    check_picture(&whole);
    whole.request_update();
    let sent = whole.take_output();
    assert!(sent.len() <= 2 * stream.len() + 512, "{} bytes in answer to {}", sent.len(), stream.len());
    assert!(!whole.name().chars().any(char::is_control), "{:?}", whole.name());
    let mut parts = Client::new(options());
    let parted = stream.chunks(cut).try_for_each(|part| parts.feed(part));
    check_picture(&parts);
    // That error shows as many bytes as there were.
    let is_not_vnc = |outcome: &_| matches!(outcome, Err(ProtocolError::NotVnc(_)));
    assert!(outcome == parted || is_not_vnc(&outcome) && is_not_vnc(&parted), "{outcome:?}, {parted:?}");
    if let Err(error) = outcome {
        let error = error.to_string();
        assert!(!error.chars().any(char::is_control) && error.len() < 1000, "{error:?}");
    }
}

/// What there is can be drawn and read.
fn check_picture(client: &Client) {
    let screen = client.framebuffer();
    // Drawing tens of millions of pixels a thousand times a second would leave no time for anything else.
    if u32::from(screen.width()) * u32::from(screen.height()) > 1 << 16 {
        return;
    }
    let geometry = Geometry::fit((screen.width(), screen.height()), 40, 12, CellSize::new(8, 16));
    let style = CellStyle { shapes: Shapes::Quadrants, has_colors: true };
    CellRenderer::default().update(Source::from(screen), &geometry, style);
    if let Some(text) = Recognizer::new(&FONTS).read(screen) {
        assert!(!text.to_text().contains(|c: char| c.is_control() && c != '\n'), "{:?}", text.to_text());
    }
}
