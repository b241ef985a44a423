//! What is said of a source: in the row of states, and in the place of lines while there are none.

use ratatui::style::Style;

use super::draw::clock;
use super::source::{Link, Source};
use crate::model::age;
use crate::tui::Look;
use crate::tui::widgets::ansi;

/// A source's mark, word and style.
pub(super) fn told(source: &Source, look: &Look<'_>) -> (&'static str, String, Style) {
    let theme = look.theme;
    let mark = |shape, plain| if look.ascii { plain } else { shape };
    match &source.link {
        Link::Opening(_) => (mark("◌", "o"), "connecting".to_owned(), theme.moving),
        Link::Live(_) => (mark("●", "*"), "live".to_owned(), theme.good),
        Link::Interrupted(problem, since) => {
            let away = age(look.now.since(*since));
            let word = format!("{} {away}, reconnecting", problem.kind.word());
            (mark("◐", "~"), word, theme.warn)
        }
        Link::Ended(None) => (mark("○", "-"), "ended".to_owned(), theme.off),
        Link::Ended(Some(problem)) => (
            mark("✗", "x"),
            format!("ended, {}", problem.kind.word()),
            theme.bad,
        ),
    }
}

/// Why a source shows no line, and what happens next.
pub(super) fn nothing_yet(source: &Source, look: &Look<'_>) -> Vec<(String, Style)> {
    let theme = look.theme;
    let name = ansi::plain(&source.name);
    match &source.link {
        Link::Opening(since) => {
            let waited = look.now.since(*since).as_secs();
            let waited = if waited > 0 {
                format!(", {waited} s")
            } else {
                String::new()
            };
            vec![(format!("{name}: connecting{waited}"), theme.moving)]
        }
        Link::Live(since) => vec![(
            format!("{name}: connected, nothing printed yet (since {})", clock(*since)),
            theme.dim,
        )],
        Link::Interrupted(problem, _) => {
            let mut lines = vec![(format!("{name}: {}", ansi::plain(&problem.message)), theme.warn)];
            lines.extend(problem.hint.as_ref().map(|hint| (ansi::plain(hint), theme.dim)));
            lines.push(("It connects again by itself.".to_owned(), theme.dim));
            lines
        }
        Link::Ended(problem) => {
            let Some(problem) = problem else {
                return vec![(format!("{name}: ended without a line"), theme.off)];
            };
            let mut lines = vec![(format!("{name}: {}", ansi::plain(&problem.message)), theme.bad)];
            lines.extend(problem.hint.as_ref().map(|hint| (ansi::plain(hint), theme.dim)));
            lines
        }
    }
}
