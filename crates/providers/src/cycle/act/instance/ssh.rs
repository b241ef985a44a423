//! Credentials for a shell in an instance. They are made by a `GET`, which is therefore sent as a change is: once, after
//! it was confirmed, and never from a read-only context.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::super::{instance_path, wire};
use super::super::{Deck, request};
use super::of_container;
use crate::kit::{request_name, unexpected_field};
use crate::mapping::lenient::{Number, ObjectOrDefault, RequiredSecret, Text};
use qdeck_model::{ActionId, Expected, Instance, Method, Outcome, Preview, Problem, ResourceId, Secret};

pub(in super::super) const GENERATE_SSH: ActionId = ActionId::new("instance.ssh-credentials");
pub(in super::super) const EXPIRE_SSH: ActionId = ActionId::new("instance.expire-ssh");

/// `SSHConnectionResponse`.
#[derive(Deserialize)]
struct Credentials {
    secret: RequiredSecret,
    address: Text,
    token: ObjectOrDefault<Token>,
}

#[derive(Default, Deserialize)]
struct Token {
    events: ObjectOrDefault<TokenEvents>,
}

#[derive(Default, Deserialize)]
struct TokenEvents {
    expires: Text,
}

/// `ExpireSSHTokenResponse`.
#[derive(Default, Deserialize)]
struct Expired {
    tokens: Number<u64>,
}

pub(super) fn generate(deck: &Deck, row: &Instance) -> Result<Preview, Problem> {
    let url = deck.api.address(&instance_path(&row.id, &["ssh"])?)?;
    let summary = format!("Make SSH credentials of instance {}{}.", row.name, of_container(row));
    Ok(Preview::new(summary, vec![request(Method::Get, url)], Expected::Exists)
        .consequence("The password is shown once, and opens a shell in the instance for half an hour."))
}

pub(super) fn expire(deck: &Deck, row: &Instance) -> Result<Preview, Problem> {
    let url = deck.api.address(&instance_path(&row.id, &["ssh"])?)?;
    let summary = format!("Expire the SSH credentials of instance {}{}.", row.name, of_container(row));
    Ok(Preview::new(summary, vec![request(Method::Delete, url)], Expected::Exists)
        .consequence("Everyone's are useless from then on.")
        .consequence("Sessions that are open stay so: stopping and starting the container ends them."))
}

/// Credentials that were made.
pub(in super::super::super) struct Minted {
    /// `user@host:port`.
    pub(in super::super::super) address: String,
    pub(in super::super::super) password: Secret,
}

/// Makes credentials for a session. They are never made twice for one.
pub(in super::super::super) async fn mint(deck: &Deck, id: &ResourceId) -> Result<Minted, Problem> {
    let url = deck.api.address(&instance_path(id, &["ssh"])?)?;
    let (address, Credentials { secret, .. }) = read(deck.send(&request(Method::Get, url)).await?)?;
    Ok(Minted { address, password: secret.0 })
}

/// Expires everyone's credentials of an instance.
pub(in super::super::super) async fn expire_credentials(deck: &Deck, id: &ResourceId) -> Result<(), Problem> {
    let url = deck.api.address(&instance_path(id, &["ssh"])?)?;
    deck.send(&request(Method::Delete, url)).await.map(|_| ())
}

/// The credentials of an answer, with their address. From here on the password is taken out of everything shown.
fn read(answer: Value) -> Result<(String, Credentials), Problem> {
    let wrong = |field: &str, expected: &str| {
        unexpected_field(request_name("GET", &["v1", "containers", "…", "ssh"]), field, expected)
    };
    let one: wire::One<Credentials> =
        serde_json::from_value(answer).map_err(|_| wrong("data.secret", "a password"))?;
    let address = one.data.address.as_deref().ok_or_else(|| wrong("data.address", "an address"))?.to_owned();
    qdeck_model::hide_token(&one.data.secret.0);
    Ok((address, one.data))
}

/// The credentials of an answer: the password as a secret, the rest as a document.
pub(in super::super) fn credentials(answer: Value) -> Result<Outcome, Problem> {
    let (address, Credentials { secret, token, .. }) = read(answer)?;
    let document = json!({
        "command": command(&address),
        "address": address,
        "expires": token.events.expires.as_deref(),
    });
    Ok(Outcome::done().document("SSH", document).secret("password", secret.0))
}

/// The number of credentials that are expired.
pub(in super::super) fn expired(answer: Value) -> Outcome {
    let one = serde_json::from_value::<wire::One<ObjectOrDefault<Expired>>>(answer);
    match one.ok().and_then(|one| *one.data.tokens) {
        Some(tokens) => Outcome::done().document("SSH", json!({"expired": tokens})),
        None => Outcome::done(),
    }
}

/// `user@host:port` as a command: ssh does not take a port behind a colon.
fn command(address: &str) -> String {
    match address.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("ssh -p {port} {host}")
        }
        _ => format!("ssh {address}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_a_secret_and_a_command_that_ssh_takes() {
        let answer = json!({"data": {
            "secret": "obviously-fake-password", "address": "5cc7@console.example.com:22",
            "token": {"events": {"expires": "2026-01-02T03:04:05Z"}},
        }});
        let outcome = credentials(answer).unwrap();
        assert_eq!(outcome.shown.secrets[0].value.expose(), "obviously-fake-password");
        let (title, document) = outcome.shown.document.clone().unwrap();
        assert_eq!((&*title, &document["command"]), ("SSH", &json!("ssh -p 22 5cc7@console.example.com")));
        assert!(!format!("{outcome:?}").contains("obviously-fake"), "{outcome:?}");
        assert_eq!(command("u@h"), "ssh u@h");
        let problem = credentials(json!({"data": {"address": "u@h"}})).unwrap_err();
        assert!(problem.message.contains("`data.secret`"), "{problem}");
        assert_eq!(expired(json!({"data": {"tokens": 2}})).shown.document.unwrap().1, json!({"expired": 2}));
        assert!(expired(Value::Null).shown.is_empty());
    }
}
