use super::*;

/// The actions as text: `+` for down and `-` for up, the keysym, and the position.
fn shown(actions: &[KeyAction]) -> String {
    let one = |action: &KeyAction| {
        let sign = if action.down { '+' } else { '-' };
        match action.position {
            Some(position) => format!("{sign}{:x}@{position:02x}", action.keysym.0),
            None => format!("{sign}{:x}", action.keysym.0),
        }
    };
    actions.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> String {
    shown(&typed(&KeyEvent::new(code, modifiers)))
}

#[test]
fn characters_are_pressed_at_their_place_with_the_shift_they_need() {
    const NONE: KeyModifiers = KeyModifiers::NONE;
    assert_eq!(key(KeyCode::Char('a'), NONE), "+61@1e -61@1e");
    assert_eq!(key(KeyCode::Char('A'), NONE), "+ffe1@2a +41@1e -41@1e -ffe1@2a");
    assert_eq!(key(KeyCode::Char('A'), KeyModifiers::SHIFT), "+ffe1@2a +41@1e -41@1e -ffe1@2a");
    assert_eq!(key(KeyCode::Char('@'), NONE), "+ffe1@2a +40@03 -40@03 -ffe1@2a");
    assert_eq!(key(KeyCode::Char('/'), KeyModifiers::SHIFT), "+2f@35 -2f@35", "a Shift of another layout");
    assert_eq!(key(KeyCode::Char('ü'), NONE), "+fc -fc");
    assert_eq!(key(KeyCode::Char('€'), NONE), "+10020ac -10020ac");
    assert_eq!(key(KeyCode::Char('~'), NONE), "+ffe1@2a +7e@29 -7e@29 -ffe1@2a");
    assert_eq!(key(KeyCode::Char('\u{3}'), NONE), "");
}

#[test]
fn modifiers_are_pressed_before_a_key_and_released_after_it() {
    let control_alt = KeyModifiers::CONTROL | KeyModifiers::ALT;
    assert_eq!(key(KeyCode::Delete, control_alt), "+ffe3@1d +ffe9@38 +ffff@d3 -ffff@d3 -ffe9@38 -ffe3@1d");
    assert_eq!(key(KeyCode::Char('c'), KeyModifiers::CONTROL), "+ffe3@1d +63@2e -63@2e -ffe3@1d");
    assert_eq!(key(KeyCode::BackTab, KeyModifiers::NONE), "+ffe1@2a +ff09@0f -ff09@0f -ffe1@2a");
    let shift_f10 = key(KeyCode::F(10), KeyModifiers::SHIFT);
    assert_eq!(shift_f10, "+ffe1@2a +ffc7@44 -ffc7@44 -ffe1@2a");
    assert_eq!(key(KeyCode::F(12), KeyModifiers::NONE), "+ffc9@58 -ffc9@58");
    assert_eq!(key(KeyCode::F(99), KeyModifiers::NONE), "");
}

#[test]
fn the_keypad_has_keys_of_its_own() {
    let mut event = KeyEvent::new(KeyCode::Char('7'), KeyModifiers::NONE);
    event.state = KeyEventState::KEYPAD;
    assert_eq!(shown(&typed(&event)), "+ffb7@47 -ffb7@47");
    event.code = KeyCode::Char('/');
    assert_eq!(shown(&typed(&event)), "+ffaf@b5 -ffaf@b5");
    event.code = KeyCode::Enter;
    assert_eq!(shown(&typed(&event)), "+ff8d@9c -ff8d@9c");
}

#[test]
fn releases_are_no_second_press() {
    let mut event = KeyEvent::new(KeyCode::Char('a'), KeyModifiers::NONE);
    event.kind = KeyEventKind::Release;
    assert!(typed(&event).is_empty());
    event.kind = KeyEventKind::Repeat;
    assert_eq!(shown(&typed(&event)), "+61@1e -61@1e");
}

#[test]
fn every_printable_character_of_ascii_has_a_position_of_its_own() {
    let mut places: Vec<_> = (' '..='~')
        .map(|it| (position(Keysym::of_char(it).unwrap()).unwrap(), positions::needs_shift(it)))
        .collect();
    let count = places.len();
    places.sort_unstable();
    places.dedup();
    assert_eq!(places.len(), count);
    assert_eq!(shown(&typed_char('\n')), "+ff0d@1c -ff0d@1c");
    assert_eq!(shown(&typed_char('\t')), "+ff09@0f -ff09@0f");
}

#[test]
fn the_menu_has_what_a_terminal_keeps_for_itself() {
    let entries = menu();
    let named = |name: &str| entries.iter().find(|entry| entry.name == name).unwrap();
    assert_eq!(
        shown(&chord(&named("Ctrl-Alt-Del").keys)),
        "+ffe3@1d +ffe9@38 +ffff@d3 -ffff@d3 -ffe9@38 -ffe3@1d"
    );
    assert_eq!(
        shown(&chord(&named("Alt-SysRq-B").keys)),
        "+ffe9@38 +ff15@54 +62@30 -62@30 -ff15@54 -ffe9@38"
    );
    assert_eq!(named("Ctrl-Alt-F12").keys[2], Keysym(0xffc9));
    assert!(entries.iter().all(|entry| entry.keys.iter().all(|key| position(*key).is_some())));
}
