//! Requests of Quasarch as they are copied into a shell.

use super::{GPU_MODELS, Quasarch};
use crate::kit;
use qdeck_config::Credentials;
use qdeck_model::{Kind, Method, PreparedRequest, Problem, ResourceId};
use qdeck_net::{ShellCredentials, quoted};

impl Quasarch {
    /// The token; where the context signs in with a password, the shell does so first.
    pub(super) fn credentials_in_shell(&self) -> Result<ShellCredentials, Problem> {
        if !matches!(self.api.credentials, Credentials::Password { .. }) {
            return Ok(ShellCredentials::header("authorization", "Bearer ", "QUASARCH_TOKEN"));
        }
        let sign_in = kit::join_url(&self.api.base, ["v1", "users", "token"])?;
        // `{"token": "…"}`, and nothing in a token has to be escaped.
        let read = r#"sed 's/.*"token" *: *"\([^"]*\)".*/\1/'"#;
        Ok(ShellCredentials {
            before: format!(
                r#"token=$(curl --globoff -sS -u "$QUASARCH_EMAIL:$QUASARCH_PASSWORD" {} | {read});"#,
                quoted(sign_in.as_str())
            ),
            variables: vec!["QUASARCH_EMAIL", "QUASARCH_PASSWORD"],
            headers: vec![("authorization", "Bearer $token".to_owned())],
            needs_body: false,
        })
    }

    /// The request by which a resource is read. Revisions and models have only lists.
    pub(super) fn request_of(&self, id: &ResourceId) -> Result<PreparedRequest, Problem> {
        let path = match (id.kind, &id.scope) {
            (Kind::Container, _) => vec!["v1", "containers", &*id.id],
            (Kind::Revision, Some(container)) => vec!["v1", "containers", &**container, "revisions"],
            (Kind::GpuModel, _) => GPU_MODELS.to_vec(),
            _ => return Err(kit::no_single_request(id.kind)),
        };
        let url = kit::join_url(&self.api.base, path)?;
        Ok(PreparedRequest::new(Method::Get, url.as_str()))
    }
}
