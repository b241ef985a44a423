//! The box about a link in the text of a console: the guest wrote the address, so that the user sees it before a browser
//! does.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::page::draw_box;
use crate::tui::app::App;
use crate::tui::command::PageCommand;
use crate::tui::effect::{Address, Work};
use crate::tui::layer::{Handled, Hint, Layer};
use crate::tui::{Command, Effect, KeyContext};

/// The box of one link.
pub struct LinkView {
    address: Address,
}

impl LinkView {
    /// A box for an address of a web page.
    pub const fn new(address: Address) -> Self {
        Self { address }
    }
}

/// The host of an address, as the browser will ask for it.
fn host(address: &str) -> String {
    let url = url::Url::parse(address).ok();
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

impl Layer for LinkView {
    fn is_opaque(&self) -> bool {
        false
    }

    fn key_context(&self) -> KeyContext {
        KeyContext::Page
    }

    fn hints(&self, _app: &App) -> Vec<Hint> {
        [(Command::Open, "open in browser"), (Command::Copy, "copy"), (Command::Back, "close")]
            .map(Hint::from)
            .to_vec()
    }

    fn perform(&mut self, command: Command, _count: Option<u32>, _app: &mut App) -> Handled {
        match PageCommand::of(command) {
            Some(PageCommand::Back | PageCommand::Close) => Effect::close().into(),
            Some(PageCommand::Open) => {
                Handled::Consumed(vec![Effect::close(), Work::Browse(self.address.clone()).into()])
            }
            Some(PageCommand::Copy) => {
                Work::CopyAddress(self.address.clone(), "the address of the link".to_owned()).into()
            }
            Some(PageCommand::Unmask | PageCommand::Refresh) | None => Handled::Ignored,
        }
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, app: &mut App) {
        let address = self.address.0.expose();
        let lines = vec![("host", host(address)), ("address", address.to_owned())];
        draw_box("link in the console", lines, area, buf, &app.look());
    }
}
