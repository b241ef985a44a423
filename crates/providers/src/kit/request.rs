//! Requests: where they go.

use url::Url;

use qdeck_model::{Problem, ProblemKind};

/// The URL of these path segments below a base, each percent-encoded.
///
/// # Errors
/// When the base has no path, as `mailto:` addresses have none.
pub(crate) fn join_url<'a>(base: &Url, path: impl IntoIterator<Item = &'a str>) -> Result<Url, Problem> {
    let mut url = base.clone();
    let mut segments = url
        .path_segments_mut()
        .map_err(|()| Problem::new(ProblemKind::Local, "base_url is not the address of a server"))?;
    segments.pop_if_empty().extend(path);
    drop(segments);
    Ok(url)
}
