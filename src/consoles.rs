//! Opens the consoles of a fleet, for the session registry of the screen and of the command line alike.

use std::sync::Arc;

use crate::config::{ConsoleEncoding, Context, secret_variables};
use crate::console::ssh::Launcher;
use crate::console::{
    ByteStream, Encoding, Opened, Opener, Page, PixelTransport, ResizeReports, SessionOptions, Transport,
};
use crate::fleet::{Console, Fleet};
use crate::model::{Bytes, Problem, ProblemKind, ScreenKind};
use crate::net::SocketOptions;

/// The longest message of a screen of pixels, in bytes.
const MAX_PIXEL_MESSAGE_BYTES: usize = 16 << 20;

/// An opener that asks the fleet.
pub fn opener(fleet: Fleet) -> Opener {
    Arc::new(move |id, kind| {
        let fleet = fleet.clone();
        Box::pin(async move { opened(fleet.open_console(&id, kind).await?, kind).await })
    })
}

/// What starts ssh: it inherits no secret.
///
/// # Errors
/// When the system does not know where this program is.
pub fn ssh_launcher() -> Result<Launcher, Problem> {
    Launcher::new(secret_variables())
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

/// Settings of a websocket with a screen of pixels, whose messages may hold a whole picture. The proxies of `OpenStack` take
/// the subprotocol and older ones insist on it; one that refuses it is asked again without.
fn pixel_socket() -> SocketOptions {
    SocketOptions {
        protocols: vec!["binary".to_owned()],
        message_limit: MAX_PIXEL_MESSAGE_BYTES,
        // Updates come when they are asked for; a bound would only slow them down over a long way.
        receive_buffer: None,
        ..SocketOptions::default()
    }
}

/// Opens what the platform has answered with; a screen of pixels only if it is not a page that is asked for.
async fn opened(console: Console, kind: ScreenKind) -> Result<Opened, Problem> {
    Ok(match console {
        Console::Terminal { socket, input, size_reports } => Opened::Terminal(Transport {
            stream: ByteStream::Socket { socket, takes_input: input },
            resize: if size_reports { ResizeReports::Sequence } else { ResizeReports::Ignored },
            reached: None,
        }),
        Console::Framebuffer { endpoint, page, good_for, .. } if kind == ScreenKind::WebPage => {
            Opened::Page(Page {
                is_endpoint: page.is_none(),
                address: page.unwrap_or(endpoint),
                valid_for: good_for,
            })
        }
        Console::Framebuffer { endpoint, client, .. } => {
            let url = endpoint.expose().parse().map_err(|_| {
                Problem::new(ProblemKind::BadAnswer, "the platform's address of the screen is no URL")
            })?;
            let socket = client.socket(url, pixel_socket()).await?;
            let stream = ByteStream::Socket { socket, takes_input: true };
            Opened::Framebuffer(PixelTransport { stream, password: None })
        }
        Console::WebPage(address) => Opened::Page(Page { address, is_endpoint: false, valid_for: None }),
        Console::Ssh(target) => Opened::Terminal(ssh_launcher()?.open(&target)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;
    use crate::net::{Client, ClientOptions};

    #[tokio::test]
    async fn a_framebuffer_is_a_page_only_where_one_is_asked_for() {
        // The client builds its TLS configuration even where it does not use it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let framebuffer = |page: Option<&str>| Console::Framebuffer {
            // Nothing listens there.
            endpoint: Secret::new("ws://127.0.0.1:1/websockify?token=abc123"),
            page: page.map(Secret::new),
            good_for: None,
            client: Client::new(ClientOptions::default()),
        };
        for (page, address, is_endpoint) in [
            (Some("https://console.example/vnc"), "https://console.example/vnc", false),
            (None, "ws://127.0.0.1:1/websockify?token=abc123", true),
        ] {
            let expected = Page { address: Secret::new(address), is_endpoint, valid_for: None };
            let opened_page = opened(framebuffer(page), ScreenKind::WebPage).await;
            assert!(matches!(opened_page, Ok(Opened::Page(page)) if page == expected));
            let problem = opened(framebuffer(page), ScreenKind::Framebuffer).await.err().unwrap();
            assert_eq!(problem.kind, ProblemKind::Unreachable);
            assert!(!problem.to_string().contains("abc123"), "{problem}");
        }
    }
}
