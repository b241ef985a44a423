use super::*;

fn extension(x: u16, y: u16, width: u16, height: u16, number: i32, body: &[u8]) -> Vec<u8> {
    update(&[rectangle(x, y, width, height, number, body)])
}

#[test]
fn a_new_size_is_taken_and_not_answered_with_a_request_for_all() {
    let mut client = running(2, 2);
    client.feed(&update(&[rectangle(0, 0, 2, 2, 0, &[5; 16])])).unwrap();
    client.feed(&extension(0, 0, 3, 1, -223, &[])).unwrap();
    assert_eq!(rows(&client), [[0x0005_0505, 0x0005_0505, 0]]);
    assert!(client.take_events().contains(&Event::Resized { width: 3, height: 1 }));
    assert!(client.take_output().is_empty());
    client.request_update();
    assert_eq!(client.take_output(), [3, 1, 0, 0, 0, 0, 0, 3, 0, 1]);
}

#[test]
fn the_extended_size_has_screens_and_a_status() {
    let mut screens = vec![2, 0, 0, 0];
    screens.extend([9; 32]);
    let mut client = running(2, 2);
    for byte in extension(0, 0, 4, 3, -308, &screens) {
        client.feed(&[byte]).unwrap();
    }
    assert_eq!((client.framebuffer().width(), client.framebuffer().height()), (4, 3));
    // A request of this client that was refused; and one of another that was granted.
    client.feed(&extension(1, 3, 9, 9, -308, &[0; 4])).unwrap();
    assert_eq!((client.framebuffer().width(), client.framebuffer().height()), (4, 3));
    client.feed(&extension(2, 0, 5, 5, -308, &[0; 4])).unwrap();
    assert_eq!((client.framebuffer().width(), client.framebuffer().height()), (5, 5));
}

#[test]
fn a_size_is_asked_for_where_the_server_takes_that_and_its_answer_is_reported() {
    let mut client = running(2, 2);
    assert!(!client.can_set_size() && !client.set_size(8, 6), "it has announced nothing");
    assert!(client.take_output().is_empty());
    let screens = |screens: &[[u8; 16]]| {
        [&[u8::try_from(screens.len()).unwrap(), 0, 0, 0][..], &screens.concat()].concat()
    };
    let screen = [0, 0, 0, 7, 0, 0, 0, 0, 0, 2, 0, 2, 9, 8, 7, 6];
    client.feed(&extension(0, 0, 2, 2, -308, &screens(&[screen, [1; 16]]))).unwrap();
    assert!(client.can_set_size());
    assert!(!client.set_size(0, 6) && !client.set_size(8, u16::MAX));
    assert!(client.take_output().is_empty(), "no screen has such a size");
    client.take_events();

    // The first screen is kept, with its id and its flags, and has all of it.
    let asked = [251, 0, 0, 8, 0, 6, 1, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 8, 0, 6, 9, 8, 7, 6];
    for (status, answer) in [
        (1, SizeAnswer::Prohibited),
        (2, SizeAnswer::OutOfResources),
        (3, SizeAnswer::InvalidLayout),
        (4, SizeAnswer::Forwarded),
        (5, SizeAnswer::Unknown(5)),
        (0, SizeAnswer::Granted),
    ] {
        assert!(client.set_size(8, 6));
        assert_eq!(client.take_output(), asked);
        let size = if status == 0 { (8, 6) } else { (2, 2) };
        client.feed(&extension(1, status, size.0, size.1, -308, &screens(&[screen]))).unwrap();
        let answered = Event::SizeAnswered { width: 8, height: 6, answer };
        assert!(client.take_events().contains(&answered), "{answer:?}");
        assert_eq!((client.framebuffer().width(), client.framebuffer().height()), size);
    }
    // What was not asked for is no answer, and neither is the size that another client got.
    for who in [0, 1, 2] {
        client.feed(&extension(who, 0, 5, 5, -308, &screens(&[]))).unwrap();
        let events = client.take_events();
        assert!(!events.iter().any(|event| matches!(event, Event::SizeAnswered { .. })), "{events:?}");
    }
    assert!(client.set_size(8, 6));
    assert_eq!(client.take_output()[8..12], [0; 4], "a layout without screens has no id");
}

#[test]
fn the_pointer_has_a_shape() {
    let mut client = running(2, 2);
    let body = [&[1, 2, 3, 0, 4, 5, 6, 0][..], &[0b0100_0000]].concat();
    for byte in extension(1, 0, 2, 1, -239, &body) {
        client.feed(&[byte]).unwrap();
    }
    let cursor = client.cursor().unwrap();
    assert_eq!((cursor.width, cursor.height, cursor.hotspot), (2, 1, (1, 0)));
    assert_eq!(cursor.pixels, [0, 0xff06_0504]);
    assert!(client.take_events().contains(&Event::Cursor));
    client.feed(&extension(0, 0, 1, 1, -314, &[0, 0, 0, 0, 1, 2, 3, 255])).unwrap();
    assert_eq!(client.cursor().unwrap().pixels, [0xff01_0203]);
    client.feed(&extension(0, 0, 0, 0, -239, &[])).unwrap();
    assert_eq!(client.cursor().unwrap(), &CursorImage::default(), "it is hidden");
}

#[test]
fn qemu_has_the_colours_of_its_pointer_the_other_way_around() {
    let mut client = Client::new(Options::default());
    client.feed(&greeting_named(1, 1, b"QEMU (web-1)")).unwrap();
    client.feed(&extension(0, 0, 1, 1, -314, &[0, 0, 0, 0, 1, 2, 3, 255])).unwrap();
    assert_eq!(client.cursor().unwrap().pixels, [0xff03_0201]);
}

#[test]
fn the_name_is_readable() {
    let mut client = running(1, 1);
    let name = "db\u{1b}]0;x\u{7}-1 ü".as_bytes();
    let body = [&u32::try_from(name.len()).unwrap().to_be_bytes(), name].concat();
    for byte in extension(0, 0, 0, 0, -307, &body) {
        client.feed(&[byte]).unwrap();
    }
    assert_eq!(client.name(), "db]0;x-1 ü");
    assert!(client.take_events().contains(&Event::Named));
}

#[test]
fn the_bell_rings_once_however_often() {
    let mut client = running(1, 1);
    client.feed(&[2; 1000]).unwrap();
    assert_eq!(client.take_events(), [Event::Bell]);
    assert!(client.take_events().is_empty());
}

#[test]
fn colour_maps_are_skipped() {
    let mut client = running(1, 1);
    let mut bytes = vec![1, 0, 0, 0, 0, 2];
    bytes.extend([7; 12]);
    bytes.push(2);
    for byte in bytes {
        client.feed(&[byte]).unwrap();
    }
    assert_eq!(client.take_events(), [Event::Bell]);
}

#[test]
fn fences_are_answered_at_once_and_in_order() {
    let mut client = running(1, 1);
    let fence = |flags: u32, payload: &[u8]| {
        let mut bytes = vec![248, 0, 0, 0];
        bytes.extend(flags.to_be_bytes());
        bytes.push(u8::try_from(payload.len()).unwrap());
        bytes.extend(payload);
        bytes
    };
    // Unknown flags are not sent back, and an answer is not answered.
    let received =
        [fence(1 << 31 | 5, b"ab"), fence(3, b"answer"), fence(1 << 31 | 1 << 20 | 2, &[8; 64])].concat();
    let sent = [fence(5, b"ab"), fence(2, &[8; 64])].concat();
    for byte in received {
        client.feed(&[byte]).unwrap();
    }
    assert_eq!(client.take_output(), sent);
}

const ON: [u8; 10] = [150, 1, 0, 0, 0, 0, 0, 2, 0, 2];
const OFF: [u8; 10] = [150, 0, 0, 0, 0, 0, 0, 2, 0, 2];

#[test]
fn updates_come_without_requests_while_they_are_used() {
    let mut client = running(2, 2);
    client.request_update();
    assert!(client.take_output().is_empty(), "the first request is on its way");
    // The server announces that it has them.
    client.feed(&[150]).unwrap();
    assert_eq!(client.take_output(), ON);
    let picture = update(&[rectangle(0, 0, 2, 2, 0, &[5; 16])]);
    for _ in 0..10 {
        client.feed(&picture).unwrap();
        client.request_update();
    }
    assert!(client.take_output().is_empty());
    // The area is sent again with each size.
    client.feed(&extension(0, 0, 3, 2, -223, &[])).unwrap();
    assert_eq!(client.take_output(), [150, 1, 0, 0, 0, 0, 0, 3, 0, 2]);
    client.request_update();
    client.feed(&extension(0, 0, 2, 2, -223, &[])).unwrap();
    assert_eq!(client.take_output(), ON);
    // A reader that uses none of them gets no more.
    for _ in 0..10 {
        client.feed(&picture).unwrap();
    }
    assert_eq!(client.take_output(), OFF);
    client.feed(&[150]).unwrap();
    assert!(client.take_output().is_empty(), "it confirms the end");
    client.request_update();
    assert_eq!(client.take_output(), ON);
}
