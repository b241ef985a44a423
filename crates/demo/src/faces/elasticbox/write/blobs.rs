//! Files for variables: uploaded as the body itself, and read back at the address that the answer has. From the vendor's
//! Blobs API (2016 and 2018).

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, header};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::Counter;
use super::super::account::Blob;
use super::super::names::time;
use super::super::problem::Problem;
use crate::credentials::random_hex;

/// The size of a file, from the article on variables.
pub(in super::super) const MAX_BYTES: usize = 10 << 20;
/// Files kept; more would be memory that no demo needs.
const MAX_BLOBS: usize = 20;

/// `POST /services/blobs/upload/{file_name}`.
pub(in super::super) async fn upload(
    State(counter): State<Counter>,
    Path(name): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Problem> {
    if bytes.is_empty() {
        return Err(Problem::request("the file is empty"));
    }
    let id = random_hex(12).map_err(|_| Problem::internal())?;
    let media = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let answer = json!({
        "url": format!("/services/blobs/download/{id}/{name}"),
        "upload_date": time(Timestamp::now()),
        "length": bytes.len(),
        "content_type": media,
    });
    let mut account = counter.account();
    if account.blobs.len() >= MAX_BLOBS {
        account.blobs.remove(0);
    }
    account.blobs.push(Blob { id, name, media: media.to_owned(), bytes });
    Ok(Json(answer))
}

/// `GET /services/blobs/download/{file_id}/{file_name}`.
pub(in super::super) async fn download(
    State(counter): State<Counter>,
    Path((id, name)): Path<(String, String)>,
) -> Result<([(HeaderName, String); 1], Bytes), Problem> {
    let account = counter.account();
    let blob = account.blobs.iter().find(|blob| blob.id == id && blob.name == name);
    let blob = blob.ok_or_else(Problem::missing)?;
    Ok(([(header::CONTENT_TYPE, blob.media.clone())], blob.bytes.clone()))
}
