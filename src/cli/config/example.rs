//! The example of a whole file: the program's settings, then a section for each platform. `config.example.toml` is this
//! text, and `qdeck config init` writes it with the contexts commented out.

use crate::providers::Registry;

/// The example up to its contexts.
pub(super) const SETTINGS: &str = r#"# Quarterdeck's configuration. `qdeck config path` prints where it belongs, `qdeck config check` tries it.
# Every key is in docs/configuration.md. Secrets are never written here: `token`, `password`, `key` and `secret` refer to
# where the secret is kept, in one of five ways:
#   { env = "NAME" }                        an environment variable
#   { command = ["pass", "show", "cycle"] } what a program prints
#   { file = "~/.secrets/cycle" }           the content of a file (chmod 600)
#   { file = "~/x.toml", key = ["a", "b"] } one string of another program's TOML file
#   { keyring = "cycle" }                   the system's keyring, service "quarterdeck" (build with --features keyring)

# How the program behaves. These are the defaults.
refresh = "5s"             # time between two listings of what is in view where the platform does not push changes
sample_every = "5s"        # time between two samples of each instance on the screen
slow_others = 4            # how many times less often tables that are not in view are listed
slow_away = 6              # and everything, while you are away: it says so at the top of the screen
away_after = "10m"         # without a key for so long, or a minute after the terminal has lost the focus
mouse = true               # click selects, the wheel scrolls
ascii = false              # draw with ASCII characters only
log_buffer = "32MiB"       # how much of a log is kept for each source
console_history = "64MiB"  # the scrollback of all consoles together
pictures = "auto"          # how screens of pixels are drawn: auto, kitty, sixel, iterm2 or cells
read_only = false          # change nothing through any context
# console_fonts = ["/usr/share/consolefonts/Lat15-VGA16.psf.gz"] # fonts by which the text of a VNC screen is recognised
# recordings = "~/casts"   # where recordings of consoles are written; without it the state directory
# theme = "light"          # dark, light, harbour, contrast or mono; without it as the terminal is; T switches

# Key bindings of your own: a key context, then a command and its keys; [] unbinds. Every name is in docs/keys.md.
# [keys.table]
# describe = ["d", "f2"]
# mark-range = []

# One section for each account. The name is yours: lower-case letters, digits, dashes.
"#;

/// The example of a whole file.
pub fn example(registry: &Registry) -> String {
    let sections: Vec<&str> = registry.iter().map(|it| it.spec.example).collect();
    format!("{SETTINGS}{}", sections.join("\n"))
}
