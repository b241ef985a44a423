//! The upgrade of an HTTP request to a websocket ([RFC 6455, 4](https://www.rfc-editor.org/rfc/rfc6455)).

use base64::Engine as _;
use hyper_util::client::legacy::connect::HttpInfo;
use reqwest::header::{
    ACCEPT, CONNECTION, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use reqwest::{StatusCode, Upgraded};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::super::cause::{Cause, Phase};
use super::super::error::NetError;
use super::super::{Client, Request, address};
use super::{SocketOptions, receive_buffer};

/// Upgrades, offering the subprotocols, and once more without them when they are what was refused.
pub(super) async fn upgrade(
    client: &Client,
    mut request: Request,
    options: &SocketOptions,
) -> Result<(Upgraded, Option<String>), NetError> {
    let protocols = &options.protocols[..];
    let shown = super::super::ws_address(&request.url).unwrap_or_else(|| request.url.clone());
    let scheme = || {
        let cause = Cause::Scheme(shown.scheme().to_owned());
        NetError::new("WEBSOCKET", &shown, cause)
    };
    request.url = super::super::http_address(&request.url).ok_or_else(scheme)?;
    let buffer = options.receive_buffer;
    let first = attempt(client, &request, protocols, buffer).await;
    let result = match first {
        Err(error) if !protocols.is_empty() && about_protocol(&error) => {
            tracing::debug!(%error, "trying without a subprotocol");
            attempt(client, &request, &[], buffer).await
        }
        other => other,
    };
    result.map_err(|mut error| {
        "WEBSOCKET".clone_into(&mut error.method);
        error.url = address::redacted(&shown);
        error
    })
}

/// Returns whether a refusal may be one of the subprotocol: not one of credentials, address, rate or of the server itself.
fn about_protocol(error: &NetError) -> bool {
    match *error.cause {
        Cause::Handshake(_) => error.status == Some(101),
        Cause::Status { .. } => matches!(error.status, Some(400 | 406 | 415 | 422 | 426)),
        _ => false,
    }
}

async fn attempt(
    client: &Client,
    request: &Request,
    protocols: &[String],
    buffer: Option<usize>,
) -> Result<(Upgraded, Option<String>), NetError> {
    let key = base64::engine::general_purpose::STANDARD.encode(fastrand::u128(..).to_ne_bytes());
    let mut request = request.clone();
    for (name, value) in
        [(CONNECTION, "Upgrade"), (UPGRADE, "websocket"), (SEC_WEBSOCKET_VERSION, "13"), (ACCEPT, "*/*")]
    {
        request.headers.insert(name, HeaderValue::from_static(value));
    }
    let unsendable = |_| client.failed(&request, Cause::Unsendable("a subprotocol's name"), None);
    let key_value = HeaderValue::from_str(&key).map_err(unsendable)?;
    let offer = match protocols {
        [] => None,
        some => Some(HeaderValue::from_str(&some.join(", ")).map_err(unsendable)?),
    };
    request.headers.insert(SEC_WEBSOCKET_KEY, key_value);
    if let Some(offer) = offer {
        request.headers.insert(SEC_WEBSOCKET_PROTOCOL, offer);
    }

    let limit = client.options().timeout;
    let slot = client.slot().await;
    let opening = async {
        let response = client.open(&request, true).await?;
        // Already now, so that nothing arrives before.
        if let (Some(bytes), Some(info)) = (buffer, response.extensions().get::<HttpInfo>()) {
            receive_buffer::limit(info.local_addr(), info.remote_addr(), bytes);
        }
        switched(client, &request, response, &key, protocols).await
    };
    let result = tokio::time::timeout(limit, opening).await.unwrap_or_else(|_| {
        let cause = Cause::Timeout { phase: Phase::Upgrade, after: limit };
        Err(client.failed(&request, cause, None))
    });
    drop(slot);
    result
}

/// Checks that the answer is the switch that was asked for, and takes the connection over.
async fn switched(
    client: &Client,
    request: &Request,
    response: reqwest::Response,
    key: &str,
    protocols: &[String],
) -> Result<(Upgraded, Option<String>), NetError> {
    let status = response.status();
    if status.is_success() {
        let why = "the server answered with a document".to_owned();
        return Err(client.failed(request, Cause::Handshake(why), Some(status.as_u16())));
    }
    if status != StatusCode::SWITCHING_PROTOCOLS {
        return Err(client.refusal(request, response).await);
    }
    let broken = |why: &str| client.failed(request, Cause::Handshake(why.to_owned()), Some(101));
    let header = |name| response.headers().get(name).and_then(|v| v.to_str().ok());
    if header(SEC_WEBSOCKET_ACCEPT) != Some(derive_accept_key(key.as_bytes()).as_str()) {
        return Err(broken("the server's accept key is wrong"));
    }
    let chosen = header(SEC_WEBSOCKET_PROTOCOL).map(str::to_owned);
    if chosen.as_ref().is_some_and(|chosen| !protocols.contains(chosen)) {
        return Err(broken("the server chose a subprotocol that was not offered"));
    }
    let stream = response.upgrade().await.map_err(|error| {
        NetError::from_reqwest("GET", &request.url, error, client.options().connect_timeout)
    })?;
    Ok((stream, chosen))
}
