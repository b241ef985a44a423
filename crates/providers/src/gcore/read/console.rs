//! Consoles of instances. The serial one is a terminal's bytes over a websocket and is asked for first; a region or an
//! image may not have it, and then the screen of the machine by VNC is what there is.

use serde::Deserialize;
use url::Url;

use super::super::{Site, unsupported};
use super::single::region_of;
use crate::Console;
use crate::kit;
use crate::mapping::lenient::RequiredSecret;
use qdeck_model::{Kind, Problem, ResourceId, ScreenKind, Secret};
use qdeck_net::SocketOptions;

#[derive(Deserialize)]
struct Answer {
    remote_console: Remote,
}

/// The address holds a token that is good for some ten minutes.
#[derive(Deserialize)]
struct Remote {
    url: RequiredSecret,
}

pub(crate) async fn open(
    site: &Site,
    id: &ResourceId,
    kind: ScreenKind,
    input: bool,
    size_reports: bool,
) -> Result<Console, Problem> {
    if id.kind != Kind::Instance {
        return Err(unsupported("only instances have consoles"));
    }
    if kind == ScreenKind::Terminal {
        match remote(site, id, "serial").await {
            Ok((page, url)) if !matches!(url.scheme(), "ws" | "wss") => return Ok(Console::WebPage(page)),
            Ok((_, url)) => {
                let options = SocketOptions {
                    // Of the proxies in use, the older ones insist on it and the newer ones take it.
                    protocols: vec!["binary".to_owned()],
                    ..SocketOptions::default()
                };
                let socket = site.api.client.socket(url, options).await?;
                return Ok(Console::Terminal { socket, input, size_reports });
            }
            // "Unavailable console type".
            Err(problem) if problem.status == Some(400) => {}
            Err(problem) => return Err(problem),
        }
    }
    let (page, url) = remote(site, id, "novnc").await?;
    Ok(match framebuffer(&url) {
        Some(endpoint) if kind != ScreenKind::WebPage => {
            let client = site.api.client.clone();
            Console::Framebuffer { endpoint: Secret::new(endpoint), page: Some(page), good_for: None, client }
        }
        _ => Console::WebPage(page),
    })
}

async fn remote(site: &Site, id: &ResourceId, sort: &str) -> Result<(Secret, Url), Problem> {
    let (project, region) = (site.places.project().await?, region_of(id)?);
    let path = ["cloud", "v1", "instances", &project, &region.to_string(), &id.id, "get_console"];
    let answer: Answer = site.api.region(region).get(&path, &[("console_type", sort)]).await?;
    let page = answer.remote_console.url.0;
    let url = page.expose().parse().map_err(|_| {
        kit::unexpected_field(
            kit::request_name("GET", &path),
            "remote_console.url",
            "the address of a console",
        )
    })?;
    Ok((page, url))
}

/// The websocket behind a page of noVNC: `host` and `port` of the query before those of the page, and its `path`, which
/// holds the token. Fixtures show `path=?token=T`, `path=token=T` and a bare `token=T`; the proxy looks at the token
/// only. `None` for a page without a token.
fn framebuffer(page: &Url) -> Option<String> {
    let scheme = match page.scheme() {
        "https" | "wss" => "wss",
        "http" | "ws" => "ws",
        _ => return None,
    };
    let of = |name: &str| {
        let found = page.query_pairs().find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned())
    };
    let path = match (of("path"), of("token")) {
        (Some(path), _) if path.starts_with("token=") => format!("?{path}"),
        (Some(path), _) if path.contains("token=") => path.trim_start_matches('/').to_owned(),
        (path, Some(token)) => {
            let path = path.unwrap_or_else(|| "websockify".to_owned());
            format!("{}?token={token}", path.trim_start_matches('/'))
        }
        (_, None) => return None,
    };
    let host = of("host").or_else(|| page.host_str().map(str::to_owned))?;
    let port = of("port").or_else(|| page.port().map(|port| port.to_string()));
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    let url: Url = format!("{scheme}://{host}{port}/{path}").parse().ok()?;
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_websocket_behind_a_page_is_found() {
        for (page, socket) in [
            (
                "https://console.example.com/vnc_auto.html?path=%3Ftoken%3Dt-1",
                Some("wss://console.example.com/?token=t-1"),
            ),
            ("https://h:6080/vnc_auto.html?path=token%3Dt-1", Some("wss://h:6080/?token=t-1")),
            ("https://h/vnc_auto.html?path=novnc%3Ftoken%3Dt-1", Some("wss://h/novnc?token=t-1")),
            ("http://h:6082/x.html?token=t-1", Some("ws://h:6082/websockify?token=t-1")),
            (
                "https://h/vnc.html?host=other&port=6083&path=%3Ftoken%3Dt-1",
                Some("wss://other:6083/?token=t-1"),
            ),
            ("https://h/vnc.html", None),
            ("ftp://h/?token=t-1", None),
        ] {
            assert_eq!(framebuffer(&page.parse().unwrap()).as_deref(), socket, "{page}");
        }
    }
}
