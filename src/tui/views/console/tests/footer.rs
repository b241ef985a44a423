//! The lowest line, where several things want to be in it.

use super::tiles::several;
use super::*;

fn footer(view: &mut ConsoleView) -> String {
    text(&drawn_at(view, 60, 15, false)).lines().last().unwrap_or_default().to_owned()
}

#[test]
fn a_search_has_the_line_for_itself_while_it_is_typed() {
    let (mut view, _remote) = view();
    for name in ["i-2", "i-3"] {
        view.sessions
            .attach_with(&id(name), name, ScreenKind::Terminal, |_| Box::new(Handle(Scripted::new())));
    }
    assert!(footer(&mut view).contains("3 consoles open"));
    press(&mut view, "^[");
    view.pane_mut().notify("a notice");
    view.apply(Command::Search, None);
    press(&mut view, "l");
    view.pane_mut().notify("a notice");
    let shown = footer(&mut view);
    assert!(shown.starts_with("└/l  ") && shown.ends_with(" 113/113 ┘"), "{shown}");
    for other in ["─", "consoles", "notice"] {
        assert!(!shown.contains(other), "{shown}");
    }
}
