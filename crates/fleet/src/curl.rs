//! Requests as commands for a shell.

use super::Fleet;
use qdeck_model::{ContextName, PreparedRequest, Problem, ResourceId};
use qdeck_net::CurlLine;

impl Fleet {
    /// A request of a context as a command that does the same when it is run in a shell with the secrets in variables.
    /// Nothing is sent.
    pub async fn curl(&self, context: &ContextName, request: &PreparedRequest) -> Result<CurlLine, Problem> {
        let credentials = self.provider(context)?.shell_credentials(request).await?;
        Ok(CurlLine::new(request, &credentials))
    }

    /// The request by which a resource is read, as a command for a shell.
    pub async fn curl_of_read(&self, id: &ResourceId) -> Result<CurlLine, Problem> {
        let request = self.provider(&id.context)?.read_request(id).await?;
        self.curl(&id.context, &request).await
    }
}
