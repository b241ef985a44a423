//! Whatever is typed, pasted and clicked, nothing panics and nothing that was entered is lost.

use proptest::prelude::*;

use super::*;

/// One thing that a user does.
#[derive(Debug, Clone)]
enum Deed {
    Key(KeyCode, KeyModifiers),
    Paste(String),
    Click(u16, u16),
    Resize(u16, u16),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let plain = |code| Deed::Key(code, KeyModifiers::NONE);
    let keys = prop_oneof![
        4 => prop::sample::select(vec!['a', 'Z', '7', ' ', '=', '/', '日', '\u{301}', '\u{1f468}', '-', '+']).prop_map(move |c| plain(KeyCode::Char(c))),
        4 => prop::sample::select(vec![
            KeyCode::Tab, KeyCode::BackTab, KeyCode::Enter, KeyCode::Up, KeyCode::Down, KeyCode::Left, KeyCode::Right,
            KeyCode::Home, KeyCode::End, KeyCode::Backspace, KeyCode::Delete, KeyCode::PageUp, KeyCode::PageDown,
            KeyCode::F(2), KeyCode::F(5),
        ]).prop_map(plain),
        1 => prop::sample::select(vec!['s', 'u', 'w', 'k', 'a', 'd', 'f']).prop_map(|c| Deed::Key(KeyCode::Char(c), KeyModifiers::CONTROL)),
        1 => "(?s).{0,30}".prop_map(Deed::Paste),
        1 => (0_u16..120, 0_u16..36).prop_map(|(x, y)| Deed::Click(x, y)),
        1 => prop::sample::select(vec![(120, 36), (60, 15), (24, 8), (10, 4)]).prop_map(|(x, y)| Deed::Resize(x, y)),
    ];
    prop::collection::vec(keys, 0..40)
}

fn perform(scene: &mut Scene, deed: Deed) {
    match deed {
        Deed::Key(code, modifiers) => {
            let key = crossterm::event::KeyEvent::new(code, modifiers);
            scene.effects = scene.ui.update(Event::Terminal(TerminalEvent::Key(key)));
        }
        Deed::Paste(text) => scene.effects = scene.ui.update(Event::Terminal(TerminalEvent::Paste(text))),
        Deed::Click(column, row) => {
            let kind = crossterm::event::MouseEventKind::Down(crossterm::event::MouseButton::Left);
            let mouse = crossterm::event::MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
            scene.effects = scene.ui.update(Event::Terminal(TerminalEvent::Mouse(mouse)));
        }
        Deed::Resize(columns, rows) => {
            scene.buffer = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, columns, rows));
        }
    }
    // Half of the questions are answered, well or badly.
    for effect in std::mem::take(&mut scene.effects) {
        let Outside::Work(Work::Ask(ticket, question)) = effect else { continue };
        let answer = match question {
            Question::Form(..) => Answer::Form(Box::new(Ok(CommonForm { form: form(), mixed: Vec::new() }))),
            Question::Choices(_, _, field, _) if &*field == "type" => Answer::Choices(Ok(types())),
            Question::Choices(..) => {
                Answer::Choices(Err(Problem::new(ProblemKind::Server, "the server failed")))
            }
            Question::Files(_) => {
                Answer::Files(FoundFiles { size: Ok(5), completions: vec![choice("/a/b", "b", "")] })
            }
            Question::Write(..) => {
                Answer::Prepared(Box::new(Err(Problem::new(ProblemKind::Refused, "name: is taken"))))
            }
            _ => continue,
        };
        scene.ui.update(Event::Answer(ticket, answer));
    }
    let area = scene.buffer.area;
    scene.buffer.reset();
    crate::tui::draw::frame(&mut scene.ui, area, &mut scene.buffer);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_keys_pastes_and_clicks_keep_what_is_entered(deeds in deeds()) {
        let mut scene = scene();
        for deed in deeds {
            perform(&mut scene, deed);
            let layer = scene.ui.layers.top_as::<FormLayer>();
            prop_assert!(layer.is_some(), "only Esc leaves the form");
        }
        // The form is left and opened again: all but the secret is there.
        let before = layer(&scene).entered();
        for _ in 0..2 {
            perform(&mut scene, Deed::Key(KeyCode::Esc, KeyModifiers::NONE));
        }
        if scene.ui.layers.top_as::<FormLayer>().is_some() {
            perform(&mut scene, Deed::Key(KeyCode::Esc, KeyModifiers::NONE));
        }
        open(&mut scene);
        let ticket = scene.ticket();
        give_form(&mut scene, ticket, form());
        prop_assert_eq!(before, layer(&scene).entered());
    }
}
