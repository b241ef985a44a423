//! Opens the consoles of a fleet, for the session registry of the screen and of the command line alike.

use std::sync::Arc;

use crate::config::{ConsoleEncoding, Context};
use crate::console::{ByteStream, Encoding, Opened, Opener, Page, ResizeReports, SessionOptions, Transport};
use crate::fleet::{Console, Fleet};
use crate::model::{Bytes, Problem, ProblemKind};

/// An opener that asks the fleet.
pub fn opener(fleet: Fleet) -> Opener {
    Arc::new(move |id, kind| {
        let fleet = fleet.clone();
        Box::pin(async move { opened(fleet.open_console(&id, kind).await?) })
    })
}

/// The settings of the sessions on the consoles of these contexts.
pub fn session_options(history: Bytes, contexts: &[Context]) -> SessionOptions {
    let encoding = |context: &Context| match context.console_encoding {
        ConsoleEncoding::Utf8 => None,
        ConsoleEncoding::Cp437 => Some(Encoding::Cp437),
        ConsoleEncoding::Latin1 => Some(Encoding::Latin1),
    };
    SessionOptions {
        encodings: contexts.iter().filter_map(|it| Some((it.name.clone(), encoding(it)?))).collect(),
        history_bytes: usize::try_from(history.0).unwrap_or(usize::MAX),
    }
}

fn opened(console: Console) -> Result<Opened, Problem> {
    Ok(match console {
        Console::Terminal { socket, input, size_reports } => Opened::Terminal(Transport {
            stream: ByteStream::Socket { socket, takes_input: input },
            resize: if size_reports { ResizeReports::Sequence } else { ResizeReports::Ignored },
        }),
        Console::Framebuffer { endpoint, page, good_for } => Opened::Page(Page {
            is_endpoint: page.is_none(),
            address: page.unwrap_or(endpoint),
            valid_for: good_for,
        }),
        Console::WebPage(address) => Opened::Page(Page { address, is_endpoint: false, valid_for: None }),
        Console::Ssh(target) => {
            let message = format!("{} is reached by ssh, outside of this screen", target.host);
            return Err(Problem::new(ProblemKind::Unsupported, message));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;

    #[test]
    fn a_framebuffer_is_a_page_for_a_browser_where_it_has_one() {
        let framebuffer = |page: Option<&str>| Console::Framebuffer {
            endpoint: Secret::new("wss://console.example/websockify"),
            page: page.map(Secret::new),
            good_for: None,
        };
        for (page, address, is_endpoint) in [
            (Some("https://console.example/vnc"), "https://console.example/vnc", false),
            (None, "wss://console.example/websockify", true),
        ] {
            let expected = Page { address: Secret::new(address), is_endpoint, valid_for: None };
            assert!(matches!(opened(framebuffer(page)), Ok(Opened::Page(page)) if page == expected));
        }
    }
}
