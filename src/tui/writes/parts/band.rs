//! The colour by which a user marks a context, on every form and question about changes in it; and its words.

use ratatui::style::{Color, Modifier, Style};

use super::card::{Line, piece};
use crate::model::{ContextColor, ContextName};
use crate::tui::app::App;
use crate::tui::theme::Depth;

/// The style of the border of a box about these contexts: the colour of the first that has one.
pub(in crate::tui) fn border<'a>(
    app: &App,
    contexts: impl IntoIterator<Item = &'a ContextName>,
    otherwise: Style,
) -> Style {
    let mut colors = contexts.into_iter().filter_map(|context| app.options.colors.get(context));
    match colors.next() {
        Some(color) if app.options.depth != Depth::None => Style::new().fg(terminal(*color)),
        Some(_) => Style::new().add_modifier(Modifier::BOLD),
        None => otherwise,
    }
}

/// The name of a context on its colour, or in the style of a title.
pub(in crate::tui) fn name(app: &App, context: &ContextName) -> Line {
    match app.options.colors.get(context) {
        Some(color) if app.options.depth != Depth::None => {
            let style = Style::new().fg(letters(*color)).bg(terminal(*color)).add_modifier(Modifier::BOLD);
            vec![piece(format!(" {context} "), style)]
        }
        Some(_) => vec![piece(format!(" {context} "), app.theme.title.add_modifier(Modifier::REVERSED))],
        None => vec![piece(context.as_str(), app.theme.title)],
    }
}

/// The name of a context, its colour and its protection in words: `exo-prod (red, protected)`.
pub(in crate::tui) fn words(app: &App, context: &ContextName) -> String {
    let color = app.options.colors.get(context).map(|color| color.name());
    let protected = app.options.protected_contexts.contains(context).then_some("protected");
    let words: Vec<_> = [color, protected].into_iter().flatten().collect();
    if words.is_empty() { context.to_string() } else { format!("{context} ({})", words.join(", ")) }
}

const fn terminal(color: ContextColor) -> Color {
    match color {
        ContextColor::Red => Color::Red,
        ContextColor::Green => Color::Green,
        ContextColor::Yellow => Color::Yellow,
        ContextColor::Blue => Color::Blue,
        ContextColor::Magenta => Color::Magenta,
        ContextColor::Cyan => Color::Cyan,
        ContextColor::White => Color::White,
        ContextColor::Gray => Color::DarkGray,
    }
}

/// Letters that can be read on the colour.
const fn letters(color: ContextColor) -> Color {
    match color {
        ContextColor::Red | ContextColor::Blue | ContextColor::Magenta | ContextColor::Gray => Color::White,
        ContextColor::Green | ContextColor::Yellow | ContextColor::Cyan | ContextColor::White => Color::Black,
    }
}
