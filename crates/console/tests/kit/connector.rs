//! Connectors to a websocket, as the unit tests, the tests and the benchmarks of this crate use them.

use std::sync::Arc;

use qdeck_net::{Client, ClientOptions, SocketOptions};

use super::{ByteStream, Connector, Opened, PixelTransport};

/// A connector that opens a websocket each time, and makes of its stream what a session takes.
pub fn connector(url: url::Url, options: SocketOptions, opened: fn(ByteStream) -> Opened) -> Connector {
    // The client builds its TLS configuration even where it does not use it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::new(ClientOptions::default());
    Arc::new(move || {
        let (client, url, options) = (client.clone(), url.clone(), options.clone());
        Box::pin(async move {
            let socket = client.socket(url, options).await?;
            Ok(opened(ByteStream::Socket { socket, takes_input: true }))
        })
    })
}

/// The pixels of a VNC server that asks for no password.
pub fn pixels(stream: ByteStream) -> Opened {
    Opened::Framebuffer(PixelTransport { stream, password: None })
}
