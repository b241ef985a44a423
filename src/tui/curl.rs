//! Requests copied as commands of `curl`.

use std::collections::HashSet;

use super::effect::CurlOf;
use crate::fleet::Fleet;
use crate::model::{Problem, Secret};

/// Requests as commands for a shell, a line each, and what to call them, with the variables that they need.
pub(super) async fn lines(fleet: Fleet, of: CurlOf) -> Result<(Secret, String), Problem> {
    let mut all = Vec::new();
    match of {
        CurlOf::Read(id) => all.push(fleet.curl_of_read(&id).await?),
        CurlOf::Requests(context, requests) => {
            for request in &requests {
                all.push(fleet.curl(&context, request).await?);
            }
        }
    }
    let lines: Vec<_> = all.iter().map(|curl| &*curl.line).collect();
    let mut seen = HashSet::new();
    let variables = all.iter().flat_map(|curl| &curl.variables).map(String::as_str);
    let variables: Vec<_> = variables.filter(|name| seen.insert(*name)).collect();
    let what = match &*variables {
        [] => "request as curl".to_owned(),
        all => format!("request as curl, for a shell with {}", all.join(", ")),
    };
    Ok((Secret::new(lines.join("\n")), what))
}
