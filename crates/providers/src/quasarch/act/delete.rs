//! Deletes a container.

use super::{Deck, permit, read};
use qdeck_model::{Expected, Method, PreparedRequest, Preview, Problem, Target};

pub(super) async fn preview(deck: &Deck, target: &Target) -> Result<Preview, Problem> {
    let now = read(deck, &target.id.id).await?;
    permit(&now, &target.name)?;
    let url = deck.api.address(&["v1", "containers", &target.id.id])?;
    let request = PreparedRequest::new(Method::Delete, url);
    let summary = format!("Delete container {}.", target.name);
    let mut preview = Preview::new(summary, vec![request], Expected::Gone)
        .consequence("The container, its storage and its revisions are lost; nothing of it stays billed.");
    if let Some(host) = now.urls.first() {
        preview = preview.consequence(format!("It no longer answers at {host}."));
    }
    Ok(preview)
}
