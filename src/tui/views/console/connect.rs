//! From an instance of the fleet to a session's transport.

use std::sync::Arc;

use crate::console::{Connector, Transport};
use crate::fleet::{Console, Fleet};
use crate::model::{Problem, ProblemKind, ResourceId, ScreenKind};

/// Opens the console of an instance through the fleet, anew at every connection.
pub fn connector(fleet: Fleet, id: ResourceId, kind: ScreenKind) -> Connector {
    Arc::new(move || {
        let (fleet, id) = (fleet.clone(), id.clone());
        Box::pin(async move { transport(fleet.open_console(&id, kind).await?) })
    })
}

fn transport(console: Console) -> Result<Transport, Problem> {
    match console {
        Console::Terminal {
            socket,
            input,
            size_reports,
        } => Ok(Transport::Socket {
            socket,
            input,
            size_reports,
        }),
        Console::Framebuffer {
            page: Some(address), ..
        }
        | Console::Framebuffer {
            endpoint: address, ..
        }
        | Console::WebPage(address) => {
            // The address may hold a token: only its host is told.
            let host = url::Url::parse(address.expose())
                .ok()
                .and_then(|url| url.host_str().map(str::to_owned));
            let host = host.unwrap_or_else(|| "an unknown host".to_owned());
            Err(Problem::new(
                ProblemKind::Unsupported,
                format!("this console is a web page at {host}"),
            )
            .hint("Open it in a browser from the platform's own pages"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;

    #[test]
    fn a_web_page_is_named_by_its_host_and_its_token_is_kept() {
        let page = Console::WebPage(Secret::new("https://console.example/vnc?token=abc123"));
        let problem = transport(page).err().unwrap().to_string();
        assert!(
            problem.contains("console.example") && !problem.contains("abc123"),
            "{problem}"
        );
    }
}
