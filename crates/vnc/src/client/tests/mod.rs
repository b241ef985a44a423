//! The client against streams made by hand from the specifications.

mod arbitrary;
mod clipboard;
mod encodings;
mod extensions;
mod handshake;
mod hostile;
mod input;
mod tight;

use flate2::{Compress, Compression, FlushCompress};

use super::*;
use crate::Generation;

/// A server's bytes up to the end of the handshake: 3.8, no security, a screen of this size.
fn greeting(width: u16, height: u16) -> Vec<u8> {
    greeting_named(width, height, b"host")
}

fn greeting_named(width: u16, height: u16, name: &[u8]) -> Vec<u8> {
    let mut bytes = b"RFB 003.008\n\x01\x01\0\0\0\0".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0]);
    bytes.extend(u32::try_from(name.len()).unwrap().to_be_bytes());
    bytes.extend(name);
    bytes
}

/// A client after the handshake, with nothing left to take.
fn running(width: u16, height: u16) -> Client {
    running_with(width, height, Options::default())
}

fn running_with(width: u16, height: u16, options: Options) -> Client {
    let mut client = Client::new(options);
    client.feed(&greeting(width, height)).unwrap();
    client.take_output();
    client.take_events();
    client
}

/// A rectangle of an update.
fn rectangle(x: u16, y: u16, width: u16, height: u16, encoding: i32, body: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = [x, y, width, height].into_iter().flat_map(u16::to_be_bytes).collect();
    bytes.extend(encoding.to_be_bytes());
    bytes.extend(body);
    bytes
}

/// An update of these rectangles.
fn update(rectangles: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0, 0];
    bytes.extend(u16::try_from(rectangles.len()).unwrap().to_be_bytes());
    bytes.extend(rectangles.concat());
    bytes
}

/// The stream of zlib of a connection.
struct Stream(Compress);

impl Stream {
    fn new() -> Self {
        Self(Compress::new(Compression::default(), true))
    }

    /// The next part of it, up to where a client can inflate all of it.
    fn part(&mut self, plain: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(plain.len() + 1024);
        self.0.compress_vec(plain, &mut bytes, FlushCompress::Sync).unwrap();
        assert!(bytes.len() < bytes.capacity(), "it did not fit");
        bytes
    }

    /// The same behind its length.
    fn part_with_length(&mut self, plain: &[u8]) -> Vec<u8> {
        let part = self.part(plain);
        [&u32::try_from(part.len()).unwrap().to_be_bytes(), &part[..]].concat()
    }
}

/// The rows of the screen.
fn rows(client: &Client) -> Vec<Vec<u32>> {
    let screen = client.framebuffer();
    (0..screen.height()).map(|y| screen.row(y).to_vec()).collect()
}

/// Feeds the bytes at once, and again one by one: both must show the same.
fn shown(width: u16, height: u16, bytes: &[u8]) -> Vec<Vec<u32>> {
    shown_with(width, height, &Options::default(), bytes)
}

fn shown_with(width: u16, height: u16, options: &Options, bytes: &[u8]) -> Vec<Vec<u32>> {
    let mut whole = running_with(width, height, options.clone());
    whole.feed(bytes).unwrap();
    assert!(whole.take_events().contains(&Event::Updated), "the update has no end");
    assert!(!whole.is_within_update());
    let mut cut = running_with(width, height, options.clone());
    for byte in bytes {
        cut.feed(&[*byte]).unwrap();
    }
    assert_eq!(rows(&whole), rows(&cut));
    for at in 1..bytes.len() {
        let mut halves = running_with(width, height, options.clone());
        halves.feed(&bytes[..at]).unwrap();
        halves.feed(&bytes[at..]).unwrap();
        assert_eq!(rows(&whole), rows(&halves), "cut at {at}");
    }
    rows(&whole)
}

/// The error at the end of bytes.
fn failure(width: u16, height: u16, bytes: &[u8]) -> String {
    let mut client = running(width, height);
    let error = client.feed(bytes).unwrap_err();
    assert_eq!(client.feed(b"x"), Err(error.clone()), "it takes no more");
    error.to_string()
}

#[test]
fn a_screen_of_raw_pixels_is_shown() {
    let mut client = Client::new(Options::default());
    client.feed(&greeting(2, 2)).unwrap();
    assert_eq!(client.name(), "host");
    let sent = client.take_output();
    assert!(sent.starts_with(b"RFB 003.008\n\x01\x01\0\0\0\0"));
    assert!(sent.ends_with(&[3, 0, 0, 0, 0, 0, 0, 2, 0, 2]));
    assert_eq!(client.take_events(), [Event::Resized { width: 2, height: 2 }, Event::Named]);

    let bytes = update(&[rectangle(0, 1, 2, 1, 0, &[1, 2, 3, 0, 4, 5, 6, 0])]);
    for byte in &bytes {
        assert!(client.take_events().is_empty());
        client.feed(&[*byte]).unwrap();
    }
    assert_eq!(rows(&client), [[0, 0], [0x0003_0201, 0x0006_0504]]);
    assert_eq!(client.take_events(), [Event::Updated]);
    client.request_update();
    client.request_update();
    assert_eq!(client.take_output(), [3, 1, 0, 0, 0, 0, 0, 2, 0, 2], "one request is on its way");
    client.repeat_request();
    assert_eq!(client.take_output(), [3, 1, 0, 0, 0, 0, 0, 2, 0, 2]);
}

#[test]
fn what_is_announced_is_what_is_read() {
    let mut client = Client::new(Options { compression: 200, ..Options::default() });
    client.feed(&greeting(1, 1)).unwrap();
    let sent = client.take_output();
    // The version, the security type, `ClientInit` and `SetPixelFormat` come before it.
    let encodings = &sent[12 + 1 + 1 + 20..sent.len() - 10];
    assert_eq!(encodings[..2], [2, 0]);
    let numbers: Vec<i32> =
        encodings[4..].as_chunks().0.iter().map(|number| i32::from_be_bytes(*number)).collect();
    assert_eq!(
        numbers,
        [
            1,
            7,
            16,
            5,
            6,
            15,
            2,
            0,
            -314,
            -239,
            -308,
            -223,
            -224,
            -258,
            -261,
            -307,
            -312,
            -313,
            0xc0a1_e5ce_u32.cast_signed(),
            -247
        ]
    );
    assert_eq!(usize::from(u16::from_be_bytes([encodings[2], encodings[3]])), numbers.len());
}

#[test]
fn another_connection_keeps_the_picture_and_its_generations() {
    let mut client = running(2, 1);
    client.feed(&update(&[rectangle(0, 0, 2, 1, 0, &[1; 8])])).unwrap();
    let before = client.framebuffer().generation();
    let mut next = Client::with_framebuffer(Options::default(), client.into_framebuffer());
    assert_eq!(rows(&next), [[0x0001_0101; 2]], "the last picture, until there is another one");
    next.feed(&greeting(2, 1)).unwrap();
    assert_eq!(rows(&next), [[0x0001_0101; 2]]);
    next.feed(&update(&[rectangle(0, 0, 2, 1, 0, &[2; 8])])).unwrap();
    assert!(next.framebuffer().generation() > before && before > Generation(0));
}
