//! Requests: the client of a context, and where requests go.

use url::Url;

use qdeck_config::Context;
use qdeck_model::{Kind, Platform, Problem, ProblemKind};
use qdeck_net::{ClientOptions, Request};

/// The client options that a context sets; what a platform needs beside them is set on top.
pub(crate) fn client_options(context: &Context) -> ClientOptions {
    ClientOptions {
        name: context.name.to_string(),
        insecure: context.insecure,
        insecure_tls: context.insecure_tls,
        read_only: context.read_only,
        concurrency: context.concurrency,
        requests_per_second: context.requests_per_second,
        answer_timeout: context.answer_timeout,
        ..ClientOptions::default()
    }
}

/// The problem of a context whose credentials are of another kind than its platform takes: `takes` as in "an API key",
/// `give` as in "a `token`".
pub(crate) fn wrong_credentials(platform: Platform, takes: &str, give: &str) -> Problem {
    Problem::new(ProblemKind::Local, format!("{platform} signs in with {takes}"))
        .hint(format!("Give this context {give}"))
}

/// The problem of a resource that no one request reads: it is put together from several, or is part of a list.
pub(crate) fn no_single_request(kind: Kind) -> Problem {
    Problem::new(
        ProblemKind::Unsupported,
        format!("there is no one request that reads this {}", kind.singular()),
    )
}

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

/// A read of `path` below `base` with this query; a name may be repeated.
///
/// # Errors
/// Those of [`join_url`].
pub(crate) fn read_request(base: &Url, path: &[&str], query: &[(&str, &str)]) -> Result<Request, Problem> {
    Ok(with_query(Request::get(join_url(base, path.iter().copied())?), query))
}

/// The request with these values in its query.
pub(crate) fn with_query(request: Request, query: &[(&str, &str)]) -> Request {
    query.iter().fold(request, |request, (name, value)| request.query(name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_joined_and_encoded() {
        for base in ["https://api.example/base", "https://api.example/base/"] {
            let url = join_url(&base.parse().unwrap(), ["v1", "a/b c"]).unwrap();
            assert_eq!(url.as_str(), "https://api.example/base/v1/a%2Fb%20c");
        }
        assert!(join_url(&"mailto:me@example.com".parse().unwrap(), ["v1"]).is_err());
    }
}
