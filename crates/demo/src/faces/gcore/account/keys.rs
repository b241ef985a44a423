//! Key pairs. Only public halves are kept; a pair made here shows its private half once.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::catalogue::quota;
use super::super::marks::{self, Kind, index, uuid};
use super::super::state::{FaceState, Pair};
use super::super::wire::{Answer, Body, Form, Named, Owned, Problem, Query};
use crate::credentials::random_hex;

/// Sixteen pairs of digits over the key's bytes: enough to distinguish keys, and no real fingerprint.
fn fingerprint(public: &str) -> String {
    let body = public.split_whitespace().nth(1).unwrap_or(public);
    let mut state: u64 = 0xcbf2_9ce4_8422_2325;
    let bytes: Vec<String> = (0..16_u8)
        .map(|round| {
            for byte in body.bytes().chain([round]) {
                state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
            format!("{:02x}", (state >> 24) & 0xff)
        })
        .collect();
    bytes.join(":")
}

fn document(pair: &Pair, project: u64) -> Value {
    json!({
        "id": uuid(Kind::Key, pair.number),
        "name": pair.name,
        "fingerprint": fingerprint(&pair.public),
        "public_key": pair.public,
        "shared_in_project": pair.shared,
        "state": "ACTIVE",
        "project_id": project,
        "created_at": marks::zulu(pair.created),
    })
}

/// `GET /v1/ssh_keys/{project}`: ten of them unless more are asked for.
pub(crate) async fn list(State(face): State<FaceState>, _: Owned, query: Query) -> Answer {
    let page = query.page(10)?;
    let (field, down) = query.order(&["created_at", "name"], ("name", false))?;
    let name = query.text("name");
    Ok(Json(face.note(|_, account| {
        let mut rows: Vec<&Pair> =
            account.pairs.iter().filter(|pair| name.is_none_or(|name| pair.name.contains(name))).collect();
        if field == "name" {
            rows.sort_by(|a, b| a.name.cmp(&b.name));
        }
        if down {
            rows.reverse();
        }
        page.of(&rows, |pair| document(pair, account.project))
    })))
}

/// `POST /v1/ssh_keys/{project}`: with a public key, or without one for a pair made here.
pub(crate) async fn create(
    State(face): State<FaceState>,
    _: Owned,
    body: Body,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let mut form = Form::new(&body.0);
    form.need_text("name");
    let name = form.name("name").unwrap_or_default().to_owned();
    let public = form.text("public_key").map(ToOwned::to_owned);
    let shared = form.switch("shared_in_project").unwrap_or(true);
    if public.as_ref().is_some_and(|key| key.split_whitespace().count() < 2) {
        form.error("public_key", "Invalid public key");
    }
    form.done()?;
    let (public, private) = if let Some(public) = public {
        (public, Value::Null)
    } else {
        let half = |bytes| random_hex(bytes).map(|hex| STANDARD.encode(hex)).map_err(Problem::internal);
        let public = format!("ssh-ed25519 {} demo", half(24)?);
        // It opens nothing: keys are not checked in the demo cloud.
        let private = format!("-----BEGIN DEMO KEY-----\n{}\n-----END DEMO KEY-----\n", half(48)?);
        (public, json!(private))
    };
    let document = face.note(|_, account| {
        if account.pairs.iter().any(|pair| pair.name == name) {
            return Err(Problem::conflict(format!("SSH key {name} already exists")));
        }
        quota::one_more("keypair_count", account.pairs.len())?;
        let pair = account.add_pair(&name, &public, shared);
        let mut document = document(&pair, account.project);
        document["private_key"] = private;
        Ok(document)
    })?;
    Ok((StatusCode::CREATED, Json(document)))
}

fn find(face: &FaceState, id: &str) -> Answer {
    let number = index(Kind::Key, id);
    face.note(|_, account| {
        let pair = account.pairs.iter().find(|pair| Some(pair.number) == number)?;
        Some(document(pair, account.project))
    })
    .map(Json)
    .ok_or_else(|| Problem::no("SSH key", id))
}

/// `GET /v1/ssh_keys/{project}/{key}`.
pub(crate) async fn one(State(face): State<FaceState>, _: Owned, Named(id): Named) -> Answer {
    find(&face, &id)
}

/// `PATCH`: shares it with the project, or keeps it for its owner.
pub(crate) async fn share(State(face): State<FaceState>, _: Owned, Named(id): Named, body: Body) -> Answer {
    let mut form = Form::new(&body.0);
    let shared = form.switch("shared_in_project");
    if form.given("shared_in_project").is_none() {
        form.error("shared_in_project", "Field required");
    }
    form.done()?;
    let number = index(Kind::Key, &id);
    face.note(|_, account| {
        if let Some(pair) = account.pairs.iter_mut().find(|pair| Some(pair.number) == number) {
            pair.shared = shared.unwrap_or(pair.shared);
        }
    });
    find(&face, &id)
}

/// `DELETE /v1/ssh_keys/{project}/{key}`.
pub(crate) async fn remove(
    State(face): State<FaceState>,
    _: Owned,
    Named(id): Named,
) -> Result<StatusCode, Problem> {
    drop(find(&face, &id)?);
    let number = index(Kind::Key, &id);
    face.note(|_, account| account.pairs.retain(|pair| Some(pair.number) != number));
    Ok(StatusCode::NO_CONTENT)
}
