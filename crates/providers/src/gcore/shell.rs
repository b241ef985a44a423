//! Requests of Gcore as they are copied into a shell.

use super::Site;
use crate::kit;
use qdeck_model::{Kind, Method, PreparedRequest, Problem, ResourceId};
use qdeck_net::ShellCredentials;

/// The permanent token behind its own scheme, as in the variable of the official clients.
pub(super) fn credentials() -> ShellCredentials {
    ShellCredentials::header("authorization", "APIKey ", "GCORE_API_KEY")
}

/// The request by which a resource is read.
pub(super) async fn request_of(site: &Site, id: &ResourceId) -> Result<PreparedRequest, Problem> {
    let project = site.places.project().await?;
    let path = match (id.kind, id.scope.as_deref()) {
        (Kind::Instance, Some(region)) => vec!["cloud", "v1", "instances", &project, region, &id.id],
        (Kind::Container, None) => vec!["cloud", "v3", "inference", &project, "deployments", &id.id],
        (Kind::Container, Some(region)) => {
            vec!["cloud", "v1", "caas", &project, region, "containers", &id.id]
        }
        (Kind::Operation, _) => vec!["cloud", "v1", "tasks", &id.id],
        _ => return Err(kit::no_single_request(id.kind)),
    };
    let url = kit::join_url(site.api.base(), path)?;
    Ok(PreparedRequest::new(Method::Get, url.as_str()))
}
