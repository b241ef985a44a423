//! From an instance of the fleet to a session's transport.

use std::sync::Arc;

use crate::console::{Connector, Transport};
use crate::fleet::{Console, Fleet};
use crate::model::{Problem, ProblemKind, ResourceId, ScreenKind};
use crate::tui::views::page::Page;

/// Told when a text console was asked for and a page came instead.
pub type Pages = Arc<dyn Fn(Page) + Send + Sync>;

/// Opens the console of an instance through the fleet, anew at every connection.
pub fn connector(fleet: Fleet, id: ResourceId, kind: ScreenKind, pages: Pages) -> Connector {
    Arc::new(move || {
        let (fleet, id, pages) = (fleet.clone(), id.clone(), pages.clone());
        Box::pin(async move { transport(fleet.open_console(&id, kind).await?, &pages) })
    })
}

fn transport(console: Console, pages: &Pages) -> Result<Transport, Problem> {
    if let Console::Terminal { socket, input, size_reports } = console {
        return Ok(Transport::Socket { socket, input, size_reports });
    }
    let mut host = String::new();
    if let Some(page) = Page::of(console) {
        // The address holds a token: only its host is told here.
        host = page.host();
        pages(page);
    }
    Err(Problem::new(ProblemKind::Unsupported, format!("this console is a web page at {host}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;

    #[test]
    fn a_web_page_is_named_by_its_host_and_its_token_is_kept() {
        let page = Console::WebPage(Secret::new("https://console.example/vnc?token=abc123"));
        let told = Arc::new(std::sync::Mutex::new(Vec::new()));
        let hear = told.clone();
        let pages: Pages = Arc::new(move |page: Page| hear.lock().unwrap().push(page.host()));
        let problem = transport(page, &pages).err().unwrap().to_string();
        assert_eq!(*told.lock().unwrap(), ["console.example"]);
        assert!(problem.contains("console.example") && !problem.contains("abc123"), "{problem}");
    }
}
