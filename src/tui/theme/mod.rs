//! Themes: files that name a style for each role, and how they are brought down to what a terminal can show.

#[cfg(test)]
pub(crate) mod contrast;
mod paint;

use ratatui::style::Style;

pub(crate) use paint::nearest_of_256;

use super::Theme;

/// The colour depth of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// `NO_COLOR` is set: weight and reverse only.
    None,
    /// The 16 of the palette.
    Ansi,
    /// The 256 of xterm.
    Indexed,
    /// 24 bits.
    True,
}

impl Depth {
    /// Detects the depth from the environment: `NO_COLOR`, `COLORTERM`, `TERM`. Takes a reader, so that a test need not change
    /// the process's environment.
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        if variable("NO_COLOR").is_some_and(|value| !value.is_empty()) {
            return Self::None;
        }
        let colors = variable("COLORTERM").unwrap_or_default();
        let term = variable("TERM").unwrap_or_default();
        if colors.contains("truecolor") || colors.contains("24bit") || term.contains("direct") {
            Self::True
        } else if term.contains("256") || term.contains("kitty") || term.contains("alacritty") {
            Self::Indexed
        } else if is_simple(&term) || term.contains("mono") {
            Self::None
        } else {
            Self::Ansi
        }
    }
}

/// Returns true for a terminal that has no colours and no characters beyond ASCII, such as a VT100.
fn is_simple(term: &str) -> bool {
    term == "dumb" || term.starts_with("vt1") || term.starts_with("vt2")
}

/// Returns true if the terminal draws ASCII only: by the locale, or by what it is.
pub fn is_ascii_terminal(variable: impl Fn(&str) -> Option<String>) -> bool {
    variable("TERM").is_some_and(|term| is_simple(&term)) || is_ascii_locale(variable)
}

/// Returns true if the locale is limited to ASCII. A locale that is not set is no limit.
fn is_ascii_locale(variable: impl Fn(&str) -> Option<String>) -> bool {
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
    locale.is_some_and(|locale| {
        let locale = locale.to_lowercase();
        !locale.contains("utf-8") && !locale.contains("utf8")
    })
}

/// The background of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    /// Black or nearly so.
    Dark,
    /// White or nearly so.
    Light,
}

impl Background {
    /// Reads it from the environment where `COLORFGBG` names one, as `15;0`: white and light grey are 15 and 7.
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let colors = variable("COLORFGBG")?;
        match colors.rsplit(';').next()?.parse::<u8>().ok()? {
            7 | 15 => Some(Self::Light),
            _ => Some(Self::Dark),
        }
    }

    /// The name of the theme for it.
    pub const fn theme(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }
}

/// The theme of the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// The one named on the command line, whatever was chosen before.
    Argument(String),
    /// The one of the configuration, unless another one was chosen on the screen.
    Configured(String),
    /// The one for the terminal's background, as far as that is known, unless one was chosen on the screen.
    Terminal(Option<Background>),
}

/// The themes that come with the program, the default first.
const EMBEDDED: &[(&str, &str)] = &[
    ("dark", include_str!("../../../assets/themes/dark.toml")),
    ("light", include_str!("../../../assets/themes/light.toml")),
    ("harbour", include_str!("../../../assets/themes/harbour.toml")),
    ("contrast", include_str!("../../../assets/themes/contrast.toml")),
    ("mono", include_str!("../../../assets/themes/mono.toml")),
];

/// The names of the themes, the default first.
pub fn names() -> impl Iterator<Item = &'static str> {
    EMBEDDED.iter().map(|(name, _)| *name)
}

/// A theme by name, brought down to `depth`. Without colours every theme is `mono`.
pub fn load(name: &str, depth: Depth) -> Option<Theme> {
    let known = embedded(name)?;
    let (name, text) = if depth == Depth::None { ("mono", embedded("mono")?) } else { (name, known) };
    parse(name, text, depth).ok().map(|theme| degrade(theme, depth))
}

fn embedded(name: &str) -> Option<&'static str> {
    EMBEDDED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// The default theme for a depth.
pub fn default(depth: Depth) -> Theme {
    load("dark", depth).unwrap_or_else(|| plain("plain"))
}

/// The key of what a theme is where the terminal has 16 colours only: a table of other styles for its roles, or the name
/// of another theme. The nearest of the 16 will not do: a palette may draw any of them as its background.
const ANSI_KEY: &str = "ansi";

/// Reads a theme file for a depth.
///
/// # Errors
/// Names the role and what is wrong with its style.
pub fn parse(name: &str, text: &str, depth: Depth) -> Result<Theme, String> {
    let mut table = text.parse::<toml::Table>().map_err(|error| error.to_string())?;
    let ansi = table.remove(ANSI_KEY);
    let mut theme = plain(name);
    set_roles(&mut theme, &table)?;
    let full = theme.clone();
    match ansi {
        None => {}
        Some(toml::Value::String(other)) => {
            let text =
                embedded(&other).ok_or_else(|| format!("theme {name}: {ANSI_KEY}: no theme `{other}`"))?;
            theme = Theme { name: name.to_owned(), ..parse(&other, text, depth)? };
        }
        Some(toml::Value::Table(roles)) => set_roles(&mut theme, &roles)?,
        Some(_) => return Err(format!("theme {name}: `{ANSI_KEY}` must be a table or the name of a theme")),
    }
    Ok(if depth == Depth::Ansi { theme } else { full })
}

fn set_roles(theme: &mut Theme, roles: &toml::Table) -> Result<(), String> {
    let name = theme.name.clone();
    for (role, value) in roles {
        let style = value.as_str().ok_or_else(|| format!("theme {name}: `{role}` must be a text")).and_then(
            |text| paint::parse(text).map_err(|wrong| format!("theme {name}: `{role}`: {wrong}")),
        )?;
        let slot = slot(theme, role).ok_or_else(|| format!("theme {name}: no role is called `{role}`"))?;
        *slot = style;
    }
    Ok(())
}

fn plain(name: &str) -> Theme {
    let style = Style::new();
    Theme {
        name: name.to_owned(),
        text: style,
        dim: style,
        accent: style,
        title: style,
        border: style,
        selected: style,
        marked: style,
        matched: style,
        key: style,
        good: style,
        moving: style,
        warn: style,
        bad: style,
        off: style,
        chart: style,
        chart_second: style,
        banner: style,
    }
}

const ROLES: [&str; 17] = [
    "text",
    "dim",
    "accent",
    "title",
    "border",
    "selected",
    "marked",
    "matched",
    "key",
    "good",
    "moving",
    "warn",
    "bad",
    "off",
    "chart",
    "chart-second",
    "banner",
];

fn slot<'a>(theme: &'a mut Theme, role: &str) -> Option<&'a mut Style> {
    Some(match role {
        "text" => &mut theme.text,
        "dim" => &mut theme.dim,
        "accent" => &mut theme.accent,
        "title" => &mut theme.title,
        "border" => &mut theme.border,
        "selected" => &mut theme.selected,
        "marked" => &mut theme.marked,
        "matched" => &mut theme.matched,
        "key" => &mut theme.key,
        "good" => &mut theme.good,
        "moving" => &mut theme.moving,
        "warn" => &mut theme.warn,
        "bad" => &mut theme.bad,
        "off" => &mut theme.off,
        "chart" => &mut theme.chart,
        "chart-second" => &mut theme.chart_second,
        "banner" => &mut theme.banner,
        _ => return None,
    })
}

fn degrade(mut theme: Theme, depth: Depth) -> Theme {
    for role in ROLES {
        if let Some(style) = slot(&mut theme, role) {
            *style = paint::degrade(*style, depth);
        }
    }
    theme
}

#[cfg(test)]
mod tests {
    use ratatui::style::{Color, Modifier};

    use super::*;

    #[test]
    fn the_themes_are_those_that_the_configuration_takes() {
        assert!(names().eq(crate::config::Settings::THEMES));
    }

    #[test]
    fn every_embedded_theme_reads_and_names_every_role() {
        for (name, text) in EMBEDDED {
            parse(name, text, Depth::True).unwrap();
            let table = text.parse::<toml::Table>().unwrap();
            for role in ROLES {
                assert!(table.contains_key(role), "{name} lacks {role}");
            }
        }
    }

    #[test]
    fn no_color_leaves_no_colour_in_any_theme() {
        for name in names() {
            let mut theme = load(name, Depth::None).unwrap();
            for role in ROLES {
                let style = slot(&mut theme, role).unwrap();
                assert_eq!((style.fg, style.bg), (None, None), "{name} {role}");
            }
            assert!(theme.selected.add_modifier.contains(Modifier::REVERSED));
        }
    }

    #[test]
    fn true_colour_falls_to_what_the_terminal_has() {
        assert!(matches!(load("harbour", Depth::True).unwrap().good.fg, Some(Color::Rgb(..))));
        assert!(matches!(load("harbour", Depth::Indexed).unwrap().good.fg, Some(Color::Indexed(_))));
        let fg = load("harbour", Depth::Ansi).unwrap().accent.fg.unwrap();
        assert!(!matches!(fg, Color::Rgb(..) | Color::Indexed(_)), "{fg:?}");
    }

    #[test]
    fn the_environment_tells_the_depth() {
        let with = |pairs: &'static [(&str, &str)]| {
            Depth::detect(|name| {
                pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(with(&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")]), Depth::None);
        assert_eq!(with(&[("NO_COLOR", ""), ("TERM", "xterm-256color")]), Depth::Indexed);
        assert_eq!(with(&[("COLORTERM", "truecolor"), ("TERM", "xterm")]), Depth::True);
        assert_eq!(with(&[("TERM", "linux")]), Depth::Ansi);
        assert_eq!(with(&[("TERM", "vt100")]), Depth::None);
    }

    #[test]
    fn a_mistake_names_the_role() {
        assert!(parse("x", "good = \"grene\"", Depth::True).unwrap_err().contains("`good`"));
        assert!(parse("x", "[ansi]\ngood = \"grene\"", Depth::True).unwrap_err().contains("`good`"));
        assert!(parse("x", "ansi = \"drak\"", Depth::True).unwrap_err().contains("`drak`"));
        assert!(parse("x", "goood = \"green\"", Depth::True).unwrap_err().contains("`goood`"));
    }

    #[test]
    fn the_environment_tells_the_locale_and_the_background() {
        let only = |name: &'static str, value: &'static str| {
            move |asked: &str| (asked == name).then(|| value.to_owned())
        };
        assert!(is_ascii_locale(only("LC_ALL", "C")));
        assert!(is_ascii_locale(only("LANG", "de_DE.ISO-8859-1")));
        assert!(!is_ascii_locale(only("LANG", "de_DE.UTF-8")));
        assert!(!is_ascii_locale(only("LC_CTYPE", "C.utf8")));
        assert!(!is_ascii_locale(|_| None), "no locale is no limit");
        assert!(is_ascii_terminal(only("TERM", "vt220")) && !is_ascii_terminal(only("TERM", "xterm")));
        assert_eq!(Background::detect(only("COLORFGBG", "0;15")), Some(Background::Light));
        assert_eq!(Background::detect(only("COLORFGBG", "15;default;0")), Some(Background::Dark));
        assert_eq!(Background::detect(only("COLORFGBG", "default")), None);
    }
}
