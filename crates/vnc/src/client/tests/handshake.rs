use super::*;

/// Feeds parts and checks what is sent after each of them; the parts once more byte by byte.
fn dialogue(options: &Options, parts: &[(&[u8], &[u8])]) -> Client {
    let mut client = Client::new(options.clone());
    let mut slow = Client::new(options.clone());
    for (received, sent) in parts {
        client.feed(received).unwrap();
        assert_eq!(client.take_output(), *sent, "after {}", received.escape_ascii());
        for byte in *received {
            slow.feed(&[*byte]).unwrap();
        }
        assert_eq!(slow.take_output(), *sent);
    }
    client
}

fn refusal(options: Options, received: &[u8]) -> String {
    Client::new(options).feed(received).unwrap_err().to_string()
}

fn with_password(password: &str) -> Options {
    Options { password: Some(Zeroizing::new(password.to_owned())), ..Options::default() }
}

#[test]
fn the_highest_version_that_both_have_is_spoken() {
    for (theirs, ours) in [
        ("RFB 003.003\n", "RFB 003.003\n"),
        ("RFB 003.005\n", "RFB 003.003\n"),
        ("RFB 003.007\n", "RFB 003.007\n"),
        ("RFB 003.008\n", "RFB 003.008\n"),
        ("RFB 003.889\n", "RFB 003.008\n"),
        ("RFB 004.001\n", "RFB 003.008\n"),
    ] {
        dialogue(&Options::default(), &[(theirs.as_bytes(), ours.as_bytes())]);
    }
}

#[test]
fn each_version_has_its_way_without_security() {
    let options = Options::default();
    dialogue(&options, &[(b"RFB 003.003\n", b"RFB 003.003\n"), (&[0, 0, 0, 1], &[1])]);
    dialogue(&options, &[(b"RFB 003.007\n", b"RFB 003.007\n"), (&[2, 2, 1], &[1, 1])]);
    let exclusive = Options { shared: false, ..options };
    dialogue(&exclusive, &[(b"RFB 003.008\n", b"RFB 003.008\n"), (&[2, 19, 1], &[1]), (&[0, 0, 0, 0], &[0])]);
}

/// DES of each half with the key of reversed bytes, computed with OpenSSL.
const EXPECTED_ANSWER: [u8; 16] =
    [0x81, 0x74, 0x02, 0x41, 0x6b, 0x16, 0x5d, 0x7a, 0xde, 0x9c, 0x46, 0xb5, 0xfa, 0xa4, 0x23, 0x70];

#[test]
fn a_password_answers_the_challenge() {
    let challenge: [u8; 16] = std::array::from_fn(|at| u8::try_from(at).unwrap() * 17);
    let answer = super::super::password::answer("secret12", challenge);
    assert_eq!(answer, EXPECTED_ANSWER);
    let options = with_password("secret12 and more than eight bytes");
    for (version, choice) in [
        (&b"RFB 003.003\n"[..], (&[0, 0, 0, 2][..], &[][..])),
        (b"RFB 003.007\n", (&[1, 2], &[2])),
        (b"RFB 003.008\n", (&[2, 2, 19], &[2])),
    ] {
        dialogue(&options, &[(version, version), choice, (&challenge, &answer), (&[0; 4], &[1])]);
    }
}

#[test]
fn what_does_not_speak_vnc_is_shown() {
    let error = refusal(Options::default(), b"HTTP/1.1 400 Bad Request\r\n");
    assert_eq!(error, "this is not a VNC server: its first bytes are `HTTP/1.1 400`. Check the address");
    assert!(refusal(Options::default(), b"RFX").contains("`RFX`"));
    assert!(refusal(Options::default(), b"RFB 002.000\n").contains(r"`RFB 002.000\n`"));
    assert!(refusal(Options::default(), b"RFB abc.def\n").contains("not a VNC server"));
    assert!(refusal(Options::default(), b"\x1b]0;title\x07").contains(r"`\x1b]0;title\x07`"));
}

#[test]
fn security_that_is_not_there_is_named() {
    let error = refusal(Options::default(), b"RFB 003.008\n\x03\x13\x12\x63");
    assert!(error.contains("only TLS, TLS or X.509 (VeNCrypt), security type 99, and this"), "{error}");
    let all: Vec<u8> = (3..=255).collect();
    let error = refusal(Options::default(), &[b"RFB 003.008\n\xfd", &all[..]].concat());
    assert!(error.contains("only SASL, TLS, TLS or X.509 (VeNCrypt), the accounts of TightVNC,"), "{error}");
    assert!(error.contains(" others, and this client") && error.len() < 400, "{error}");
    let error = refusal(Options::default(), b"RFB 003.008\n\x01\x02");
    assert_eq!(error, "the VNC server asks for a password, and there is none for this console");
    assert!(refusal(Options::default(), b"RFB 003.003\n\0\0\x01\0").contains("256 is not a security type"));
}

#[test]
fn a_refusal_has_its_reason() {
    let mut refused = b"RFB 003.008\n\x01\x01\0\0\0\x01\0\0\0\x0d".to_vec();
    refused.extend(b"too \x1b[31mmany");
    assert_eq!(refusal(Options::default(), &refused), "the VNC server refused the connection: too [31mmany");
    let at_once = b"RFB 003.008\n\0\0\0\0\x04busy";
    assert!(refusal(Options::default(), at_once).ends_with("refused the connection: busy"));
    let old = b"RFB 003.003\n\0\0\0\0\0\0\0\x04busy";
    assert!(refusal(Options::default(), old).ends_with("refused the connection: busy"));
    let empty = b"RFB 003.008\n\0\0\0\0\0";
    assert!(refusal(Options::default(), empty).ends_with("it gave no reason"));
    let wrong = [&b"RFB 003.007\n\x01\x02"[..], &[7; 16], &[0, 0, 0, 1]].concat();
    assert!(refusal(with_password("x"), &wrong).ends_with("check the password"));
    let endless = [&b"RFB 003.008\n\0\xff\xff\xff\xff"[..], &vec![b'a'; 1 << 16]].concat();
    assert!(refusal(Options::default(), &endless).len() < 400);
}
