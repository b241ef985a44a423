//! Connectors to real VNC servers.

use qdeck_net::SocketOptions;

use super::Connector;
use super::connector::{connector, pixels};

/// A connector to a VNC server behind a websocket, which takes messages of up to 16 MiB.
pub fn vnc_connector(url: url::Url) -> Connector {
    let options = SocketOptions {
        protocols: vec!["binary".to_owned()],
        message_limit: 16 << 20,
        ..SocketOptions::default()
    };
    connector(url, options, pixels)
}
