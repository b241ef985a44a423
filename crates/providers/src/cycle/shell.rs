//! Requests of Cycle as they are copied into a shell.

use super::{Cycle, instance_path};
use crate::kit;
use qdeck_model::{Kind, Method, PreparedRequest, Problem, ResourceId};
use qdeck_net::ShellCredentials;

impl Cycle {
    /// The key as a bearer token, and the hub.
    pub(super) fn credentials_in_shell(&self) -> ShellCredentials {
        let mut credentials = ShellCredentials::header("authorization", "Bearer ", "CYCLE_API_KEY");
        // 24 hexadecimal digits, which a shell reads as they are.
        credentials.headers.extend(self.api.hub.iter().map(|hub| ("x-hub-id", hub.clone())));
        credentials
    }

    /// The request by which a resource is read.
    pub(super) fn request_of(&self, id: &ResourceId) -> Result<PreparedRequest, Problem> {
        let path = match id.kind {
            Kind::Instance => instance_path(id, &[])?,
            Kind::Container => vec!["v1", "containers", &id.id],
            Kind::Operation => vec!["v1", "jobs", &id.id],
            Kind::Revision | Kind::GpuModel => return Err(kit::no_single_request(id.kind)),
        };
        let url = kit::join_url(&self.api.base, path)?;
        Ok(PreparedRequest::new(Method::Get, url.as_str()))
    }
}
