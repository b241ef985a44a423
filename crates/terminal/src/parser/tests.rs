use super::*;

/// Writes down each call.
#[derive(Default)]
struct Calls(Vec<String>);

impl Handler for Calls {
    fn print_ascii(&mut self, text: &[u8]) {
        for byte in text {
            self.print(char::from(*byte));
        }
    }

    fn print(&mut self, c: char) {
        match self.0.last_mut() {
            Some(last) if last.starts_with("text ") => last.push(c),
            _ => self.0.push(format!("text {c}")),
        }
    }

    fn control(&mut self, byte: u8) {
        self.0.push(format!("control {byte:02x}"));
    }

    fn escape(&mut self, intermediates: &[u8], action: u8) {
        self.0.push(format!("escape {}{}", String::from_utf8_lossy(intermediates), char::from(action)));
    }

    fn csi(&mut self, csi: &Csi<'_>) {
        let private = csi.private.map(|byte| char::from(byte).to_string()).unwrap_or_default();
        let groups: Vec<_> = csi.params.groups().map(<[u16]>::to_vec).collect();
        let intermediates = String::from_utf8_lossy(csi.intermediates);
        self.0.push(format!("csi {private}{groups:?}{intermediates}{}", char::from(csi.action)));
    }

    fn string(&mut self, kind: StringKind, body: &[u8], bell: bool) {
        self.0.push(format!("{kind:?} {} {bell}", String::from_utf8_lossy(body)));
    }
}

fn calls(bytes: &[u8], encoding: Encoding, chunk: usize) -> Vec<String> {
    let mut parser = Parser::new(encoding);
    let mut calls = Calls::default();
    for part in bytes.chunks(chunk) {
        parser.advance(part, &mut calls);
    }
    calls.0
}

#[test]
fn sequences_are_parsed_however_they_are_cut() {
    let cases: &[(&[u8], &[&str])] = &[
        (b"a\x1b[31;;4:3mb", &["text a", "csi [[31], [0], [4, 3]]m", "text b"]),
        (b"\x1b[?25l", &["csi ?[[25]]l"]),
        (b"\x1b[2 q", &["csi [[2]] q"]),
        (b"\x1b[99999A", &["csi [[65535]]A"]),
        (b"\x1b(0\x1bM", &["escape (0", "escape M"]),
        (b"\x1b]2;t\x07\x1b]2;u\x1b\\", &["Osc 2;t true", "Osc 2;u false"]),
        (b"\x1bP$qm\x1b\\x", &["Dcs $qm false", "text x"]),
        (b"a\x1b_x\x1b\\b\x1b^y\x1b\\c\x1bXz\x1b\\d", &["text abcd"]),
        (b"a\x1b[\r2Cc", &["text a", "control 0d", "csi [[2]]C", "text c"]),
        (b"a\x1b[31\x18b", &["text a", "control 18", "text b"]),
        (b"a\x1b[3\x1b[2C", &["text a", "csi [[2]]C"]),
        (b"\x1b]2;t\x1b[1m", &["csi [[1]]m"]),
        (b"\x1b[1?2zb\x1b[>4;2m", &["text b", "csi >[[4], [2]]m"]),
        ("a\x1bé".as_bytes(), &["text aé"]),
        (b"\x1b]P0123456a\x1b]Rb\x1b]2;t\x1b\x07c", &["text ab", "Osc 2;t true", "text c"]),
        ("a\u{9b}31mb".as_bytes(), &["text a31mb"]),
        ("\x1b]2;é\u{9c}e\x1b\\".as_bytes(), &["Osc 2;ée false"]),
        (b"caf\xe9|\nabc\xffd|", &["text caf\u{fffd}|", "control 0a", "text abc\u{fffd}d|"]),
        (b"\xe6\xbc\x1b[m", &["text \u{fffd}", "csi [[0]]m"]),
        (b"\xc0\x80\xe0\x80\x80\xed\xa0\x80\x80", &["text \u{fffd}\u{fffd}\u{fffd}\u{fffd}"]),
        ("漢\u{1f600}".as_bytes(), &["text 漢\u{1f600}"]),
    ];
    for (bytes, expected) in cases {
        for chunk in [1, 2, 3, 1000] {
            assert_eq!(calls(bytes, Encoding::Utf8, chunk), *expected, "in chunks of {chunk}");
        }
    }
}

#[test]
fn bytes_are_characters_in_other_encodings() {
    assert_eq!(calls(b"\xc9\xcd\xbb\x9b", Encoding::Cp437, 1), ["text ╔═╗¢"]);
    assert_eq!(calls(b"caf\xe9\x9b1m", Encoding::Latin1, 1), ["text café", "csi [[1]]m"]);
    for (text, encoding, expected) in [
        ("é", Encoding::Utf8, Ok(vec![0xc3, 0xa9])),
        ("é", Encoding::Latin1, Ok(vec![0xe9])),
        ("aé", Encoding::Cp437, Ok(vec![b'a', 0x82])),
        ("€", Encoding::Cp437, Err('€')),
        ("漢", Encoding::Latin1, Err('漢')),
    ] {
        assert_eq!(encode(text, encoding), expected, "{text} {encoding:?}");
    }
}

#[test]
fn what_is_kept_is_bounded() {
    let mut parser = Parser::new(Encoding::Utf8);
    let mut handler = Calls::default();
    parser.advance(b"\x1b]52;c;", &mut handler);
    for _ in 0..100 {
        parser.advance(&vec![b'x'; 100_000], &mut handler);
    }
    assert!(parser.body.capacity() <= 2 * MAX_STRING_BYTES);
    parser.advance(b"\x07a\x1b[", &mut handler);
    parser.advance(&b"1;".repeat(1_000_000), &mut handler);
    parser.advance(b"m\x1b", &mut handler);
    parser.advance(&b" ".repeat(1_000_000), &mut handler);
    assert!(parser.intermediates.len() <= MAX_INTERMEDIATES);
    assert_eq!(handler.0.len(), 2, "the text and one short sequence: {:?}", handler.0);
}
