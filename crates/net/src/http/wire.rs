//! One connection pool: TLS, proxies and time limits.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect;
use rustls::ClientConfig;
use rustls_platform_verifier::Verifier;

use super::client::ClientOptions;
use super::request::Request;
use crate::cause::LookupFailed;

/// The system's look-up of names, with an error type of its own.
struct Resolver;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The client sets the port.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(LookupFailed)?;
            let addresses: Vec<_> = found.collect();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// The use of a pool's connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Reads.
    Read,
    /// Websockets: HTTP/1.1 only.
    Upgrade,
    /// Writes: each is sent once, over a connection of its own, and to nowhere but its address. An idle connection that
    /// the server closes at that moment would leave open whether the write arrived.
    Write,
}

impl Way {
    pub(super) fn of(request: &Request, upgrade: bool) -> Self {
        match upgrade {
            true => Self::Upgrade,
            false if request.is_write() => Self::Write,
            false => Self::Read,
        }
    }
}

/// Builds the pool; the error is what this machine lacks. `loopback` is reached without the proxy of the
/// environment.
pub(super) fn build(options: &ClientOptions, loopback: bool, way: Way) -> Result<reqwest::Client, String> {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("qdeck/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(Resolver)
        .connect_timeout(options.connect_timeout)
        .pool_idle_timeout(Duration::from_secs(60))
        .pool_max_idle_per_host(options.concurrency)
        .tcp_nodelay(true)
        .tcp_keepalive(Duration::from_secs(60))
        .referer(false)
        .redirect(redirect::Policy::none()); // followed by the client itself, within an origin
    builder = if options.insecure_tls {
        builder.tls_danger_accept_invalid_certs(true)
    } else {
        builder.tls_backend_preconfigured(tls(way == Way::Upgrade)?)
    };
    if loopback {
        builder = builder.no_proxy();
    }
    builder = match way {
        Way::Read => builder,
        Way::Upgrade => builder.http1_only(),
        Way::Write => builder.retry(reqwest::retry::never()).pool_max_idle_per_host(0),
    };
    builder.build().map_err(|error| error_chain(&error))
}

/// TLS as this machine trusts it. Its trusted roots are some hundred files, so they are read once for all contexts.
fn tls(upgrade: bool) -> Result<ClientConfig, String> {
    static TRUSTED: OnceLock<Result<Arc<Verifier>, String>> = OnceLock::new();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let trusted = TRUSTED
        .get_or_init(|| {
            check_certificate_file()?;
            let verifier = Verifier::new(ring.clone()).map_err(|error| error_chain(&error))?;
            Ok(Arc::new(verifier))
        })
        .clone()?;
    let mut config = ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .map_err(|error| error_chain(&error))?
        .dangerous()
        .with_custom_certificate_verifier(trusted)
        .with_no_client_auth();
    let offered: &[&[u8]] = if upgrade { &[b"http/1.1"] } else { &[b"h2", b"http/1.1"] };
    config.alpn_protocols = offered.iter().map(|name| name.to_vec()).collect();
    Ok(config)
}

/// Refuses a file of certificates that is a pipe or a device: reading it might never end.
fn check_certificate_file() -> Result<(), String> {
    const VARIABLE: &str = "SSL_CERT_FILE";
    let Some(path) = std::env::var_os(VARIABLE).map(std::path::PathBuf::from) else {
        return Ok(());
    };
    match std::fs::metadata(&path) {
        Ok(found) if !found.is_file() => {
            Err(format!("{VARIABLE} is {}, which is not a regular file. Name one", path.display()))
        }
        // A missing file is reported where it is read.
        _ => Ok(()),
    }
}

fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}
