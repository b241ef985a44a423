//! Files for variables: each is uploaded first, and the address in the answer is the variable's value.
//!
//! After the vendor's Blobs API (2016 and 2018): `POST /services/blobs/upload/{file_name}` answers with `url`, and the
//! vendor's clients send the file as the body itself.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::super::super::api::field;
use super::super::Acts;
use super::super::variables::{MAX_FILE_BYTES, Variable, placeholder};
use crate::kit::form::wrong_field;
use qdeck_model::{FieldValue, FormValues, Method, PreparedRequest, Problem, ProblemKind};

/// The path of an upload, before the name of the file.
const PATH: &str = "/services/blobs/upload/";

/// The uploads of the files that were entered.
///
/// # Errors
/// A file cannot be read, or is none that a request can hold.
pub(super) async fn requests(
    acts: &Acts,
    variables: &[Variable],
    values: &FormValues,
) -> Result<Vec<PreparedRequest>, Problem> {
    let mut all = Vec::new();
    for variable in variables {
        let name = variable.field_name();
        let Some(FieldValue::File(path)) = values.get(&name) else { continue };
        let text = read(path.clone()).await.map_err(|message| wrong_field(&name, message))?;
        let upload = variable.upload_name(path);
        let request = acts.api.prepare(Method::Post, &["blobs", "upload", &upload], &[]).await?;
        let headers = request.headers.into_iter().filter(|(name, _)| *name != "content-type");
        let media = ("content-type", "application/octet-stream".into());
        all.push(PreparedRequest {
            headers: std::iter::once(media).chain(headers).collect(),
            body: Some(Value::String(text)),
            // What is in a file may be anything.
            secrets: vec![String::new()],
            ..request
        });
    }
    Ok(all)
}

async fn read(path: PathBuf) -> Result<String, String> {
    let read = tokio::task::spawn_blocking(move || qdeck_files::read(&path, MAX_FILE_BYTES)).await;
    let bytes = read.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    match String::from_utf8(bytes) {
        Ok(text) if text.is_empty() => Err("the file is empty".to_owned()),
        Ok(text) => Ok(text),
        Err(_) => Err("only files of text can be sent".to_owned()),
    }
}

/// The uploads among the requests of a write, which come first, and the deployments.
pub(super) fn split(requests: &[PreparedRequest]) -> (&[PreparedRequest], &[PreparedRequest]) {
    let is_upload = |it: &&PreparedRequest| it.url.contains(PATH);
    requests.split_at(requests.iter().take_while(is_upload).count())
}

/// Sends uploads.
///
/// # Errors
/// Those of the first that fails: nothing was deployed then.
pub(super) async fn send(acts: &Acts, uploads: &[PreparedRequest]) -> Result<Uploaded, Problem> {
    let mut addresses = Vec::with_capacity(uploads.len());
    for request in uploads {
        let name = request.url.rsplit('/').next().unwrap_or_default();
        let not_deployed = |problem: Problem| {
            // A lost answer to an upload is no lost answer to the deployment, which was not sent.
            let message =
                format!("{name} could not be uploaded, so nothing was deployed: {}", problem.message);
            Problem {
                kind: ProblemKind::Refused,
                message: message.into(),
                status: None,
                reason: None,
                ..problem
            }
        };
        let answer = acts.api.write(request).await.map_err(not_deployed)?;
        let address = field(&answer, "url")
            .ok_or_else(|| not_deployed(Problem::new(ProblemKind::BadAnswer, "the answer has no `url`")))?;
        addresses.push((placeholder(name), address.to_owned()));
    }
    Ok(Uploaded { addresses })
}

/// The addresses of what was uploaded, by the texts that keep their places.
pub(super) struct Uploaded {
    addresses: Vec<(String, String)>,
}

impl Uploaded {
    /// The request of a deployment with the addresses in their places.
    pub(super) fn enter(&self, request: &PreparedRequest) -> PreparedRequest {
        let mut request = request.clone();
        let variables = request.body.as_mut().and_then(|body| body.pointer_mut("/box/variables"));
        for variable in variables.and_then(Value::as_array_mut).into_iter().flatten() {
            let value = field(variable, "value").unwrap_or_default();
            if let Some((_, address)) = self.addresses.iter().find(|(place, _)| place == value) {
                variable["value"] = json!(address);
            }
        }
        request
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_takes_its_place_and_nothing_else_changes() {
        let uploaded =
            Uploaded { addresses: vec![(placeholder("x-a.conf"), "/services/blobs/download/1/a".into())] };
        let body = |file: &str| {
            json!({"name": placeholder("x-a.conf"), "box": {"id": "b", "variables": [
                {"name": "x", "value": file}, {"name": "y", "value": "z"}, {"name": "without"}]}})
        };
        let request = PreparedRequest::new(Method::Post, "https://cam.example/services/instances");
        let entered = uploaded.enter(&request.clone().body(body(&placeholder("x-a.conf"))));
        assert_eq!(entered.body, Some(body("/services/blobs/download/1/a")));
        assert_eq!(uploaded.enter(&request).body, None);
        let upload = PreparedRequest::new(Method::Post, format!("https://cam.example{PATH}x-a.conf"));
        let requests = [upload, request];
        let (uploads, deployments) = split(&requests);
        assert_eq!((uploads.len(), deployments.len()), (1, 1));
    }
}
