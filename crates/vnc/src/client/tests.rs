use super::*;

/// A server's bytes up to the end of the handshake: 3.8, no security, a screen of this size.
pub(super) fn greeting(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = b"RFB 003.008\n\x01\x01\0\0\0\0".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0]);
    bytes.extend(4u32.to_be_bytes());
    bytes.extend(b"host");
    bytes
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

    let mut update = vec![0, 0, 0, 1, 0, 0, 0, 1, 0, 2, 0, 1, 0, 0, 0, 0];
    update.extend([1, 2, 3, 0, 4, 5, 6, 0]);
    for byte in update {
        assert!(client.take_events().is_empty());
        client.feed(&[byte]).unwrap();
    }
    assert_eq!(client.framebuffer().row(0), [0, 0]);
    assert_eq!(client.framebuffer().row(1), [0x0003_0201, 0x0006_0504]);
    assert_eq!(client.take_events(), [Event::Updated]);
    client.request_update();
    client.request_update();
    assert_eq!(client.take_output(), [3, 1, 0, 0, 0, 0, 0, 2, 0, 2], "one request is on its way");
}
