use std::io::{Read as _, Write as _};

use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::*;

const TEXT: u32 = 1;
const CAPS: u32 = 1 << 24;
const REQUEST: u32 = 1 << 25;
const PEEK: u32 = 1 << 26;
const NOTIFY: u32 = 1 << 27;
const PROVIDE: u32 = 1 << 28;

/// A message of the extended clipboard of the server (3) or the client (6).
fn extended(kind: u8, flags: u32, body: &[u8]) -> Vec<u8> {
    let length = -i32::try_from(body.len() + 4).unwrap();
    [&[kind, 0, 0, 0][..], &length.to_be_bytes(), &flags.to_be_bytes(), body].concat()
}

fn deflated(plain: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn with_length(text: &[u8]) -> Vec<u8> {
    [&u32::try_from(text.len()).unwrap().to_be_bytes(), text].concat()
}

/// A client of a server with the extended clipboard.
fn extended_client() -> Client {
    let mut client = running(1, 1);
    client.feed(&extended(3, CAPS | REQUEST | NOTIFY | PROVIDE | TEXT, &[0, 16, 0, 0])).unwrap();
    let all = CAPS | REQUEST | PEEK | NOTIFY | PROVIDE | TEXT;
    assert_eq!(client.take_output(), extended(6, all, &[0, 16, 0, 0]));
    client
}

#[test]
fn plain_texts_are_latin_1() {
    let mut client = running(1, 1);
    for byte in [&[3, 0, 0, 0, 0, 0, 0, 5][..], b"caf\xe9\n"].concat() {
        client.feed(&[byte]).unwrap();
    }
    assert_eq!(client.take_events(), [Event::Clipboard("café\n".to_owned())]);
    assert!(!client.has_clipboard());
    assert!(client.cut_text("café"));
    assert_eq!(client.take_output(), [&[6, 0, 0, 0, 0, 0, 0, 4][..], b"caf\xe9"].concat());
    assert!(!client.cut_text("€"), "Latin-1 does not have it");
    assert!(client.take_output().is_empty());
}

#[test]
fn a_text_that_is_too_long_is_skipped_and_reported() {
    let mut client = running(1, 1);
    let length = (1u32 << 20) + 1;
    client.feed(&[&[3, 0, 0, 0][..], &length.to_be_bytes()].concat()).unwrap();
    client.feed(&vec![b'x'; length as usize]).unwrap();
    client.feed(&[2]).unwrap();
    assert_eq!(client.take_events(), [Event::ClipboardTooLong(length.into()), Event::Bell]);
    assert!(!client.cut_text(&"x".repeat(length as usize)));
}

#[test]
fn an_announced_text_is_asked_for() {
    let mut client = extended_client();
    assert!(client.has_clipboard());
    client.feed(&extended(3, NOTIFY | TEXT, &[])).unwrap();
    assert_eq!(client.take_output(), extended(6, REQUEST | TEXT, &[]));
    let text = deflated(&with_length("zwei\r\nZeilen €\0".as_bytes()));
    for byte in extended(3, PROVIDE | TEXT, &text) {
        client.feed(&[byte]).unwrap();
    }
    assert_eq!(client.take_events(), [Event::Clipboard("zwei\nZeilen €".to_owned())]);
    client.feed(&extended(3, NOTIFY, &[])).unwrap();
    assert!(client.take_output().is_empty(), "there is nothing to ask for");
}

#[test]
fn a_text_is_announced_and_given_when_it_is_asked_for() {
    let mut client = extended_client();
    client.feed(&extended(3, PEEK, &[])).unwrap();
    assert_eq!(client.take_output(), extended(6, NOTIFY, &[]));
    client.feed(&extended(3, REQUEST | TEXT, &[])).unwrap();
    assert!(client.take_output().is_empty());
    assert!(client.cut_text("a\nb €"));
    assert_eq!(client.take_output(), extended(6, NOTIFY | TEXT, &[]));
    client.feed(&extended(3, PEEK, &[])).unwrap();
    assert_eq!(client.take_output(), extended(6, NOTIFY | TEXT, &[]));
    client.feed(&extended(3, REQUEST | TEXT, &[])).unwrap();
    let sent = client.take_output();
    let mut plain = Vec::new();
    ZlibDecoder::new(&sent[12..]).read_to_end(&mut plain).unwrap();
    assert_eq!(plain, with_length("a\r\nb €\0".as_bytes()));
    assert_eq!(sent, extended(6, PROVIDE | TEXT, &sent[12..]));
}

#[test]
fn hostile_texts_are_bounded() {
    let mut client = extended_client();
    // Inflates to a gigabyte.
    let bomb = deflated(&[&(1u32 << 30).to_be_bytes()[..], &vec![0; 8 << 20]].concat());
    client.feed(&extended(3, PROVIDE | TEXT, &bomb)).unwrap();
    assert_eq!(client.take_events(), [Event::ClipboardTooLong((1 << 20) + 1)]);
    let error =
        |body: &[u8]| extended_client().feed(&extended(3, PROVIDE | TEXT, body)).unwrap_err().to_string();
    assert!(error(b"no zlib").contains("its text for the clipboard is damaged"));
    assert!(error(&deflated(&[0, 0, 0, 9, 1])).contains("shorter than announced"));
    let error = running(1, 1).feed(&[3, 0, 0, 0, 0xff, 0xff, 0xff, 0xfe, 0, 0]).unwrap_err().to_string();
    assert!(error.contains("its message about the clipboard is too short"), "{error}");
    // A server that asks again and again and reads nothing.
    assert!(client.cut_text(&"noise ".repeat(100_000)));
    for _ in 0..100_000 {
        client.feed(&extended(3, REQUEST | TEXT, &[])).unwrap();
    }
    assert!(client.take_output().len() < 8 << 20);
}
