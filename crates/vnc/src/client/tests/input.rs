use super::*;
use crate::keys;

fn key(down: u8, keysym: u32) -> Vec<u8> {
    [&[4, down, 0, 0][..], &keysym.to_be_bytes()].concat()
}

fn extended(down: u8, keysym: u32, position: u32) -> Vec<u8> {
    [&[255, 0, 0, down][..], &keysym.to_be_bytes(), &position.to_be_bytes()].concat()
}

fn type_char(client: &mut Client, character: char) -> Vec<u8> {
    for action in keys::typed_char(character) {
        client.key(action.keysym, action.position, action.down);
    }
    client.take_output()
}

#[test]
fn nothing_is_sent_before_the_screen_is_there() {
    let mut client = Client::new(Options::default());
    client.key(Keysym(0x61), None, true);
    client.pointer(1, 1, 1);
    client.request_update();
    client.refresh();
    client.release_all();
    assert!(!client.cut_text("text"));
    assert!(client.take_output().is_empty());
}

#[test]
fn keys_are_sent_with_their_position_to_servers_that_take_it() {
    let mut client = running(1, 1);
    assert_eq!(type_char(&mut client, 'a'), [key(1, 0x61), key(0, 0x61)].concat());
    client.feed(&update(&[rectangle(0, 0, 1, 1, -258, &[])])).unwrap();
    assert_eq!(type_char(&mut client, 'a'), [extended(1, 0x61, 0x1e), extended(0, 0x61, 0x1e)].concat());
    assert_eq!(type_char(&mut client, 'ü'), [key(1, 0xfc), key(0, 0xfc)].concat(), "it has none");
}

#[test]
fn all_that_is_pressed_is_released_once() {
    let mut client = running(10, 10);
    client.key(Keysym::CONTROL_L, Some(0x1d), true);
    client.key(Keysym(0x63), Some(0x2e), true);
    client.key(Keysym(0x63), Some(0x2e), true);
    client.pointer(3, 4, 1);
    client.take_output();
    client.release_all();
    let released = [key(0, 0x63), key(0, 0xffe3), vec![5, 0, 0, 3, 0, 4]].concat();
    assert_eq!(client.take_output(), released);
    client.release_all();
    assert!(client.take_output().is_empty());
    // However many go down, the list of them is bounded.
    for number in 0..10_000 {
        client.key(Keysym(number), None, true);
    }
    client.take_output();
    client.release_all();
    assert!(client.take_output().len() < 1000);
}

#[test]
fn the_pointer_stays_on_the_screen() {
    let mut client = running(10, 8);
    client.pointer(9999, 7, 0b101);
    assert_eq!(client.take_output(), [5, 5, 0, 9, 0, 7]);
}

#[test]
fn locks_that_would_change_what_is_typed_are_switched_first() {
    let mut client = running(1, 1);
    client.feed(&update(&[rectangle(0, 0, 1, 1, -258, &[])])).unwrap();
    let locks = |bits: u8| update(&[rectangle(0, 0, 1, 1, -261, &[bits])]);
    client.feed(&locks(0b110)).unwrap();
    assert_eq!(client.lock_keys(), Some(LockKeys { scroll: false, num: true, caps: true }));
    assert_eq!(type_char(&mut client, '1').len(), 24, "no lock changes it");
    let a = [extended(1, 0x61, 0x1e), extended(0, 0x61, 0x1e)].concat();
    let caps = [extended(1, 0xffe5, 0x3a), extended(0, 0xffe5, 0x3a)].concat();
    assert_eq!(type_char(&mut client, 'a'), [caps, a.clone()].concat());
    assert_eq!(type_char(&mut client, 'a'), a, "not again, before the server has answered");
    client.feed(&locks(0)).unwrap();
    assert_eq!(type_char(&mut client, 'a'), a);
    client.key(Keysym(0xffb7), Some(0x47), true);
    let num = [extended(1, 0xff7f, 0x45), extended(0, 0xff7f, 0x45)].concat();
    assert_eq!(client.take_output(), [num, extended(1, 0xffb7, 0x47)].concat());
}
