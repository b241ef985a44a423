//! Requests of Exoscale as they are copied into a shell, which signs them.

use std::sync::Arc;

use super::Deck;
use super::api::{Api, Ask, SIGNATURE_LIFETIME_SECONDS, signed_query};
use super::read::zone_of;
use crate::kit;
use qdeck_model::{Kind, Method, PreparedRequest, Problem, ProblemKind, ResourceId};
use qdeck_net::{ShellCredentials, quoted};

/// The commands that sign a request at the moment of sending; see `api::signature` for what is signed.
pub(super) fn credentials(request: &PreparedRequest) -> Result<ShellCredentials, Problem> {
    let url = url::Url::parse(&request.url).map_err(|error| {
        Problem::new(ProblemKind::Local, format!("{} is not an address: {error}", request.url))
    })?;
    let query = signed_query(&url);
    let names: Vec<&str> = query.iter().map(|(name, _)| &**name).collect();
    let values: String = query.iter().map(|(_, value)| &**value).collect();
    let arguments =
        if names.is_empty() { String::new() } else { format!(",signed-query-args={}", names.join(";")) };
    let signed = format!(
        r#"printf '%s\n%s\n%s\n\n%s' {} "$body" {} "$expires""#,
        quoted(&format!("{} {}", request.method, url.path())),
        quoted(&values),
    );
    Ok(ShellCredentials {
        before: format!(
            r#"expires=$(($(date +%s) + {SIGNATURE_LIFETIME_SECONDS})); signature=$({signed} | openssl dgst -sha256 -hmac "$EXOSCALE_API_SECRET" -binary | openssl base64 -A);"#
        ),
        needs_body: true,
        headers: vec![(
            "authorization",
            format!(
                "EXO2-HMAC-SHA256 credential=$EXOSCALE_API_KEY{arguments},expires=$expires,signature=$signature"
            ),
        )],
        variables: vec!["EXOSCALE_API_KEY", "EXOSCALE_API_SECRET"],
    })
}

/// The request by which a resource is read.
pub(super) async fn request_of(deck: &Arc<Deck>, id: &ResourceId) -> Result<PreparedRequest, Problem> {
    let ask = match (id.kind, &id.scope) {
        (Kind::Instance, _) => Ask::new("get-instance", &["instance", &id.id]),
        (Kind::Operation, Some(_)) => Ask::new("get-operation", &["operation", &id.id]),
        _ => return Err(kit::no_single_request(id.kind)),
    };
    let zone = zone_of(deck, id).await?;
    Ok(PreparedRequest::new(Method::Get, Api::address(&zone, &ask)?.as_str()))
}
