//! The ways into instances as the documentation states them: how each is taken, and what it was tried against.

use super::{Registration, Registry};
use qdeck_model::ScreenKind;

/// A way into the instances of a platform, for the documentation.
pub struct DocumentedWay {
    /// The console that it opens.
    pub kind: ScreenKind,
    /// How it is taken, with what it needs.
    pub how: &'static str,
    /// What it was tried against, and what it never was.
    pub tried: &'static str,
}

/// The note of everything that was tried on this machine alone.
pub(crate) const DEMO_ALONE: &str = "the demo cloud; never the platform itself";
/// The note of SSH.
pub(crate) const DEMO_BY_OPENSSH: &str =
    "the demo cloud and an OpenSSH server, with OpenSSH 9.2 as the client; never the platform itself";
/// The note of screens.
pub(crate) const DEMO_AND_VNC_SERVERS: &str =
    "the demo cloud, and TigerVNC and QEMU as servers; never the platform itself";

impl Registry {
    /// The ways into the instances of every platform as Markdown.
    pub fn ways_markdown(&self) -> String {
        let head = "## Ways into instances\n\n`a` takes the first one that can be taken, or the one that was chosen last \
                    with `i`, which lists them.\n\n| platform | way | how | tried against |\n|---|---|---|---|\n";
        self.iter().fold(head.to_owned(), |text, registration| text + &rows(registration))
    }
}

fn rows(registration: &Registration) -> String {
    let platform = registration.platform();
    if registration.ways.is_empty() {
        return format!("| {platform} | none | it documents none | |\n");
    }
    let row = |way: &DocumentedWay| {
        let name = match way.kind {
            ScreenKind::Terminal => "text console",
            ScreenKind::Ssh => "SSH",
            ScreenKind::Framebuffer => "screen (VNC)",
            ScreenKind::WebPage => "page in a browser",
        };
        format!("| {platform} | {name} | {} | {} |\n", way.how, way.tried)
    };
    registration.ways.iter().map(row).collect()
}
