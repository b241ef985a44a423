//! Requests of ElasticBox as they are copied into a shell.

use super::api::{Api, RELEASE};
use crate::kit;
use qdeck_model::{Kind, Method, PreparedRequest, Problem, ResourceId};
use qdeck_net::ShellCredentials;

/// The token in the header that it belongs in.
pub(super) async fn credentials(api: &Api) -> Result<ShellCredentials, Problem> {
    let token = api.signed.get(|| api.token.resolve()).await?;
    Ok(if api.is_bearer(&token) {
        ShellCredentials::header("authorization", "Bearer ", "ELASTICBOX_TOKEN")
    } else {
        ShellCredentials::header("elasticbox-token", "", "ELASTICBOX_TOKEN")
    })
}

/// The request by which a resource is read. An operation is read with its instance.
pub(super) fn request_of(api: &Api, id: &ResourceId) -> Result<PreparedRequest, Problem> {
    let path = match (id.kind, &id.scope) {
        (Kind::Instance, _) => ["services", "instances", &*id.id],
        (Kind::Container, _) => ["services", "boxes", &*id.id],
        (Kind::Operation, Some(instance)) => ["services", "instances", &**instance],
        _ => return Err(kit::no_single_request(id.kind)),
    };
    let url = kit::join_url(&api.base, path)?;
    let headers = vec![("content-type", "application/json".into()), ("elasticbox-release", RELEASE.into())];
    Ok(PreparedRequest { headers, ..PreparedRequest::new(Method::Get, url.as_str()) })
}
