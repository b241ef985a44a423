//! Keys that a terminal keeps for itself, or that the operator's own system does, for a menu.

use super::Keysym;

/// An entry of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuKeys {
    /// Its name: `Ctrl-Alt-Del`.
    pub name: String,
    /// Its use, where the name does not say it.
    pub purpose: &'static str,
    /// The keys, in the order in which they are pressed.
    pub keys: Vec<Keysym>,
}

/// The letters of Linux's system requests that are of use on a machine that hangs
/// (<https://docs.kernel.org/admin-guide/sysrq.html>).
const SYSTEM_REQUESTS: [(char, &str); 8] = [
    ('h', "system request: list them"),
    ('r', "system request: take the keyboard back from a program"),
    ('e', "system request: end all programs"),
    ('i', "system request: kill all programs"),
    ('s', "system request: write to the disks"),
    ('u', "system request: mount the disks read-only"),
    ('w', "system request: list blocked tasks"),
    ('b', "system request: reboot at once"),
];

/// The entries, the most used first.
pub fn menu() -> Vec<MenuKeys> {
    const CTRL: Keysym = Keysym::CONTROL_L;
    const ALT: Keysym = Keysym::ALT_L;
    let entry = |name: &str, purpose: &'static str, keys: &[Keysym]| MenuKeys {
        name: name.to_owned(),
        purpose,
        keys: keys.to_vec(),
    };
    let mut entries = vec![
        entry("Ctrl-Alt-Del", "reboot, or sign in to Windows", &[CTRL, ALT, Keysym::DELETE]),
        entry("Esc", "", &[Keysym::ESCAPE]),
        entry("Ctrl-Esc", "", &[CTRL, Keysym::ESCAPE]),
        entry("Alt-Tab", "next window", &[ALT, Keysym::TAB]),
        entry("Alt-F4", "close the window", &[ALT, Keysym(Keysym::F1.0 + 3)]),
        entry("Super", "menu of the desktop", &[Keysym::SUPER_L]),
        entry("Print", "", &[Keysym::PRINT]),
        entry("Pause", "", &[Keysym::PAUSE]),
        entry("Ctrl-Alt-Backspace", "end the X server", &[CTRL, ALT, Keysym::BACKSPACE]),
    ];
    entries.extend((1..=12).filter_map(|number| {
        let keys = [CTRL, ALT, Keysym::function(number)?];
        Some(entry(&format!("Ctrl-Alt-F{number}"), "text console", &keys))
    }));
    entries.extend(SYSTEM_REQUESTS.into_iter().filter_map(|(letter, purpose)| {
        let keys = [ALT, Keysym::SYS_REQ, Keysym::of_char(letter)?];
        Some(entry(&format!("Alt-SysRq-{}", letter.to_ascii_uppercase()), purpose, &keys))
    }));
    entries
}
