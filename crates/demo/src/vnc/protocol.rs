//! The messages of a client, from the bytes of its connection (RFC 6143, 7.1 to 7.5).

use super::Rectangle;
use super::pixel_format::PixelFormat;

/// The first message of a server: the version of the protocol.
pub(super) const VERSION: &[u8; 12] = b"RFB 003.008\n";
/// The security type without a password.
const NONE: u8 = 1;

/// What a client wants.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// Bytes to be sent to it, while the connection is set up.
    Reply(Vec<u8>),
    /// The connection is set up: the server may send its description of the screen.
    Ready,
    /// Pixels in another form.
    Format(PixelFormat),
    /// Rectangles in one of these encodings.
    Encodings(Vec<i32>),
    /// An update; without `all` only of what has changed.
    Update { all: bool, area: Rectangle },
    /// A key that was pressed or released.
    Key { keysym: u32, down: bool },
}

/// A client that does not keep to the protocol.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Violation(pub &'static str);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Version,
    Security { sends_result: bool },
    Init,
    Messages,
}

/// The reading end of a connection.
pub(super) struct Reader {
    step: Step,
    bytes: Vec<u8>,
    /// Bytes of a clipboard's text that are still to come, and are of no use.
    skipped: usize,
}

impl Default for Reader {
    fn default() -> Self {
        Self { step: Step::Version, bytes: Vec::new(), skipped: 0 }
    }
}

impl Reader {
    /// Takes bytes; returns what they ask for. What is incomplete waits for its rest: at most one list of encodings.
    pub fn feed(&mut self, mut bytes: &[u8]) -> Result<Vec<Request>, Violation> {
        let mut requests = Vec::new();
        loop {
            let useless = self.skipped.min(bytes.len());
            self.skipped -= useless;
            bytes = &bytes[useless..];
            self.bytes.extend(std::mem::take(&mut bytes));
            let Some((length, request)) = self.next()? else { return Ok(requests) };
            self.bytes.drain(..length);
            requests.extend(request);
            let useless = self.skipped.min(self.bytes.len());
            self.skipped -= useless;
            self.bytes.drain(..useless);
        }
    }

    /// The length of the next message and what it asks for; `None` if it is not complete.
    fn next(&mut self) -> Result<Option<(usize, Option<Request>)>, Violation> {
        match self.step {
            Step::Version => self.version(),
            Step::Security { sends_result } => self.security(sends_result),
            Step::Init if self.bytes.is_empty() => Ok(None),
            Step::Init => {
                self.step = Step::Messages;
                // Whether others may watch too: here they always may.
                Ok(Some((1, Some(Request::Ready))))
            }
            Step::Messages => self.message(),
        }
    }

    fn version(&mut self) -> Result<Option<(usize, Option<Request>)>, Violation> {
        let Some(version) = self.bytes.first_chunk::<12>() else { return Ok(None) };
        let minor = match version {
            b"RFB 003.008\n" => 8,
            b"RFB 003.007\n" => 7,
            // Every other number of version 3 counts as 3.3.
            _ if version.starts_with(b"RFB 003.") && version.ends_with(b"\n") => 3,
            _ => return Err(Violation("unknown version of the protocol")),
        };
        if minor == 3 {
            self.step = Step::Init;
            return Ok(Some((12, Some(Request::Reply(u32::from(NONE).to_be_bytes().to_vec())))));
        }
        self.step = Step::Security { sends_result: minor == 8 };
        Ok(Some((12, Some(Request::Reply(vec![1, NONE])))))
    }

    fn security(&mut self, sends_result: bool) -> Result<Option<(usize, Option<Request>)>, Violation> {
        match self.bytes.first() {
            None => Ok(None),
            Some(&NONE) => {
                self.step = Step::Init;
                Ok(Some((1, sends_result.then(|| Request::Reply(vec![0; 4])))))
            }
            Some(_) => Err(Violation("a security type that was not offered")),
        }
    }

    fn message(&mut self) -> Result<Option<(usize, Option<Request>)>, Violation> {
        let Some(kind) = self.bytes.first() else { return Ok(None) };
        let length = match kind {
            0 => 20,
            2 => match self.bytes.get(2..4) {
                Some(count) => 4 + 4 * usize::from(number(count)),
                None => return Ok(None),
            },
            3 => 10,
            4 | 6 => 8,
            5 => 6,
            _ => return Err(Violation("an unknown message")),
        };
        let Some(message) = self.bytes.get(..length) else { return Ok(None) };
        let request = match kind {
            0 => Some(Request::Format(format(message)?)),
            2 => Some(Request::Encodings(
                message[4..].chunks_exact(4).map(|it| long(it).cast_signed()).collect(),
            )),
            3 => Some(Request::Update { all: message[1] == 0, area: rectangle(&message[2..]) }),
            4 => Some(Request::Key { down: message[1] != 0, keysym: long(&message[4..]) }),
            6 => {
                self.skipped = usize::try_from(long(&message[4..])).unwrap_or(usize::MAX);
                None
            }
            // The pointer: a text screen has no use for it.
            _ => None,
        };
        Ok(Some((length, request)))
    }
}

fn format(message: &[u8]) -> Result<PixelFormat, Violation> {
    let bytes = message.last_chunk::<16>().ok_or(Violation("an incomplete format"))?;
    PixelFormat::read(bytes).ok_or(Violation("a form of pixels that this server does not have"))
}

fn rectangle(bytes: &[u8]) -> Rectangle {
    Rectangle {
        x: number(&bytes[..2]),
        y: number(&bytes[2..4]),
        width: number(&bytes[4..6]),
        height: number(&bytes[6..8]),
    }
}

/// A number of two bytes, the higher first.
fn number(bytes: &[u8]) -> u16 {
    bytes.iter().take(2).fold(0, |number, byte| number << 8 | u16::from(*byte))
}

/// A number of four bytes, the highest first.
fn long(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// What a server sends first once the connection is set up: size, form of pixels, name.
pub(super) fn server_init((width, height): (u16, u16), format: &PixelFormat, name: &str) -> Vec<u8> {
    let mut message = [width.to_be_bytes(), height.to_be_bytes()].concat();
    message.extend(format.bytes());
    message.extend(u32::try_from(name.len()).unwrap_or_default().to_be_bytes());
    message.extend(name.as_bytes());
    message
}

/// The head of an update with so many rectangles.
pub(super) fn update_head(rectangles: usize) -> Vec<u8> {
    let [high, low] = u16::try_from(rectangles).unwrap_or(u16::MAX).to_be_bytes();
    vec![0, 0, high, low]
}

/// The head of a rectangle.
pub(super) fn push_rectangle_head(area: Rectangle, encoding: i32, out: &mut Vec<u8>) {
    for number in [area.x, area.y, area.width, area.height] {
        out.extend(number.to_be_bytes());
    }
    out.extend(encoding.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_is_set_up_as_it_wants_whatever_the_pieces() {
        let reply = |bytes: &[u8]| Request::Reply(bytes.to_vec());
        for (sent, expected) in [
            (b"RFB 003.008\n\x01\x01".as_slice(), vec![reply(&[1, 1]), reply(&[0; 4]), Request::Ready]),
            (b"RFB 003.007\n\x01\x00", vec![reply(&[1, 1]), Request::Ready]),
            (b"RFB 003.003\n\x01", vec![reply(&[0, 0, 0, 1]), Request::Ready]),
            (b"RFB 003.889\n\x01", vec![reply(&[0, 0, 0, 1]), Request::Ready]),
        ] {
            assert_eq!(Reader::default().feed(sent).unwrap(), expected);
            let mut reader = Reader::default();
            let pieces: Vec<Request> = sent.chunks(1).flat_map(|byte| reader.feed(byte).unwrap()).collect();
            assert_eq!(pieces, expected);
        }
        assert!(Reader::default().feed(b"GET / HTTP/1.1\r\n").is_err());
        assert!(Reader::default().feed(b"RFB 003.008\n\x02").is_err());
    }

    #[test]
    fn messages_are_read_and_the_clipboard_is_skipped() {
        let mut reader = Reader { step: Step::Messages, ..Reader::default() };
        let mut sent = vec![2, 0, 0, 2, 0, 0, 0, 16, 0xff, 0xff, 0xff, 0x21];
        sent.extend([6, 0, 0, 0, 0, 0, 0, 5]);
        sent.extend(b"hello");
        sent.extend([5, 1, 0, 9, 0, 9]);
        sent.extend([3, 1, 0, 8, 0, 16, 1, 0, 0, 32]);
        sent.extend([4, 1, 0, 0, 0, 0, 0xff, 0x0d]);
        let area = Rectangle { x: 8, y: 16, width: 256, height: 32 };
        let expected = [
            Request::Encodings(vec![16, -223]),
            Request::Update { all: false, area },
            Request::Key { keysym: 0xff0d, down: true },
        ];
        let pieces: Vec<Request> = sent.chunks(3).flat_map(|piece| reader.feed(piece).unwrap()).collect();
        assert_eq!(pieces, expected);
        assert_eq!(reader.feed(&[6, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]).unwrap(), []);
        for _ in 0..100 {
            assert_eq!(reader.feed(&[7; 4096]).unwrap(), []);
        }
        assert!(reader.bytes.is_empty(), "an endless text is not kept");
        let mut reader = Reader { step: Step::Messages, ..Reader::default() };
        assert!(reader.feed(&[99]).is_err());
    }
}
