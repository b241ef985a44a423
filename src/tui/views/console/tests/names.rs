//! Names of sessions, instances and tabs where room is short.

use super::tiles::several;
use super::*;

#[test]
fn a_renamed_session_keeps_the_name_of_its_instance_where_there_is_room() {
    let (mut view, _remote) = view();
    view.pane().console.rename("deploy");
    let title = |view: &mut ConsoleView, width| {
        text(&drawn_at(view, width, 12, false)).lines().next().unwrap_or_default().to_owned()
    };
    let shown = title(&mut view, 80);
    assert!(shown.starts_with("┌ deploy web-1 demo-cycle ─ vim ─"), "{shown}");
    let shown = title(&mut view, 32);
    assert!(shown.starts_with("┌ deploy web-1 ─"), "{shown}");
    let shown = title(&mut view, 24);
    assert!(shown.starts_with("┌ deploy ─"), "{shown}");
    view.pane().console.rename("web-1 deploy");
    let shown = title(&mut view, 80);
    assert!(shown.starts_with("┌ web-1 deploy demo-cycle ─"), "{shown}");
}

#[test]
fn the_list_has_heads_and_the_instances_of_renamed_sessions() {
    let (console, _remote) = view();
    let sessions = console.sessions.clone();
    sessions.attach_with(&id("i-2"), "train-0", ScreenKind::Ssh, |_| Box::new(Handle(Scripted::new())));
    console.pane().console.rename("a deployment with a name that is far too long");
    let mut list = SessionsView::new(&sessions, None, &ConsoleKeys::default());
    insta::assert_snapshot!("list_renamed", text(&drawn_at(&mut list, 120, 6, false)));
    insta::assert_snapshot!("list_renamed_narrow", text(&drawn_at(&mut list, 60, 6, false)));
}

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

#[test]
fn a_long_name_loses_its_middle_before_marks_and_state_go() {
    let names = [1, 2].map(|nth| format!("payments-eu-west-1-prod-blue-worker-0{nth}"));
    let (mut view, _remotes) = several(&[&names[0], &names[1]]);
    press(&mut view, "^b");
    for columns in [44, 60, 80] {
        let shown = text(&drawn_at(&mut view, columns, 12, false));
        let title = shown.lines().next().unwrap_or_default();
        assert_eq!(title.matches(" together ").count(), 2, "{title}");
        assert!(title.contains("01 ") && title.contains("02 "), "{title}");
    }
}
