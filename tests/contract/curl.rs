//! Requests copied as commands of `curl`: run in a shell with the variables set, they do the same against the demo.

use std::process::Command;

use quarterdeck::model::{ActionId, FormValues, Kind, Lifecycle, PreparedRequest};
use quarterdeck::providers::{SharedProvider, exoscale};
use serde_json::Value;

use crate::setup::{CurlVariables, Deck, demo, list, running, until, within};

/// Runs a request in a shell and reads the JSON that it printed.
async fn in_a_shell(
    provider: &SharedProvider,
    request: &PreparedRequest,
    variables: &CurlVariables,
) -> Value {
    let credentials = within(provider.shell_credentials(request)).await.unwrap();
    let curl = quarterdeck::net::CurlLine::new(request, &credentials);
    for (name, value) in variables {
        assert!(!curl.line.contains(&**value), "{name} is in the line");
    }
    let set: Vec<_> = variables.iter().filter(|(name, _)| curl.variables.contains(name)).cloned().collect();
    assert_eq!(set.len(), curl.variables.len(), "{:?}", curl.variables);
    let line = curl.line.clone();
    let run = tokio::task::spawn_blocking(move || {
        Command::new("sh").args(["-c", &line]).envs(set).env("no_proxy", "*").output().expect("a shell")
    });
    let output = within(run).await.unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}: {}", curl.line, String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed} of {}", curl.line))
}

#[tokio::test]
async fn a_resource_of_every_platform_is_read_by_the_line_that_was_copied() {
    for platform in ["cycle", "quasarch", "gcore", "elasticbox", "exoscale"] {
        let demo = demo(platform).start().await;
        let provider = demo.provider();
        let mut read = 0;
        for &kind in provider.kinds() {
            let (rows, _) = list(&provider, kind).await;
            let Some(row) = rows.first() else { continue };
            let Ok(request) = within(provider.read_request(row.id())).await else { continue };
            let answer = in_a_shell(&provider, &request, &demo.curl_variables()).await;
            let id = row.id().id.to_string();
            assert!(
                kind == Kind::Operation || answer.to_string().contains(&id),
                "{platform} {kind:?} {id}: {answer}"
            );
            read += 1;
        }
        assert!(read > 0, "{platform}");
    }
}

#[tokio::test]
async fn a_change_is_made_by_the_line_that_was_copied_of_its_preview() {
    let demo = demo("exoscale").start().await;
    let provider = demo.provider();
    let row = running(&provider).await;
    let deck = Deck::of(exoscale::PLATFORM, &provider, &row);
    let write = deck.prepare(&row, ActionId::INSTANCE_STOP, FormValues::new()).await.unwrap();
    let answer = in_a_shell(&provider, &write.preview.requests[0], &demo.curl_variables()).await;
    assert!(answer["id"].is_string(), "an operation: {answer}");
    until(&provider, row.id(), Lifecycle::Stopped).await;
}
