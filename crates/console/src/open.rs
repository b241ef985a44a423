//! Opening a console: the question, and the kinds of answer.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use url::Url;

use super::{PixelTransport, Transport};
use qdeck_model::{Problem, ResourceId, ScreenKind, Secret};

/// Opens a console of the given kind. It is called at the start and at every reconnect: a console token is good for one
/// connection.
pub type Opener =
    Arc<dyn Fn(ResourceId, ScreenKind) -> BoxFuture<'static, Result<Opened, Problem>> + Send + Sync>;

/// An [`Opener`] bound to one instance.
pub type Connector = Arc<dyn Fn() -> BoxFuture<'static, Result<Opened, Problem>> + Send + Sync>;

/// The answer of a platform that was asked for a console.
pub enum Opened {
    /// A byte stream for a terminal emulator.
    Terminal(Transport),
    /// The pixels of a screen, by VNC. They may come even where a terminal was asked for.
    Framebuffer(PixelTransport),
    /// A page for another program. It may come even where a terminal was asked for.
    Page(Page),
}

/// A console that another program shows: a browser, or a VNC viewer.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its URL, which holds a token.
    pub address: Secret,
    /// True if it speaks VNC over a websocket and is not for a browser.
    pub is_endpoint: bool,
    /// Time for which the address is valid, where the platform states it.
    pub valid_for: Option<Duration>,
}

impl Page {
    /// The host of the address, which is no secret.
    pub fn host(&self) -> String {
        let url = Url::parse(self.address.expose()).ok();
        let host = url.as_ref().and_then(|url| url.host_str());
        host.unwrap_or("an address without a host").to_owned()
    }

    /// The address with everything after the host replaced by `mask`.
    pub fn masked(&self, mask: &str) -> String {
        let scheme = self.address.expose().split_once("://").map_or("", |it| it.0);
        format!("{scheme}://{}/{mask}", self.host())
    }
}

impl PartialEq for Page {
    fn eq(&self, other: &Self) -> bool {
        self.address.expose() == other.address.expose()
            && self.is_endpoint == other.is_endpoint
            && self.valid_for == other.valid_for
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_shows_its_host_and_hides_its_token() {
        let address = Secret::new("https://console.example/vnc?token=abc123");
        let page = Page { address, is_endpoint: false, valid_for: None };
        assert_eq!(page.host(), "console.example");
        assert_eq!(page.masked("****"), "https://console.example/****");
        assert!(!format!("{page:?}").contains("abc123"));
    }
}
