//! Names of sessions, instances and tabs where room is short.

use super::*;

#[test]
fn a_name_of_a_tab_that_is_cut_shows_it() {
    let (mut view, _remote) = view();
    let other = view
        .sessions
        .attach_with(&id("i-2"), "train-0", ScreenKind::Terminal, |_| Box::new(Handle(Scripted::new())));
    view.tabs.open_tab(other);
    view.tabs.tab_mut().name = Some("nightly-reindexing-of-all-orders".to_owned());
    for (ascii, expected) in
        [(false, " 1 web-1  2 nightly-reindexing-of-a… "), (true, " 1 web-1  2 nightly-reindexing-of-a~ ")]
    {
        let shown = text(&drawn_at(&mut view, 80, 14, ascii));
        assert!(shown.starts_with(expected.trim_end()), "{shown}");
    }
}
