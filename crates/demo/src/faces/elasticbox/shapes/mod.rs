//! ElasticBox's documents, field by field as the page's samples have them; where its tables differ, the samples win.

pub(super) mod activity;
pub(super) mod boxes;
pub(super) mod instance;
pub(super) mod service;
pub(super) mod workspaces;

/// The organization that everything belongs to.
const ORGANIZATION: &str = "quarterdeck";

/// The URL of a schema, which names a document's kind.
fn schema(of: &str) -> String {
    format!("http://elasticbox.net/schemas/{of}")
}
