//! A write, from what is shown before it to what came of it.
//!
//! ```text
//! Action + FormValues ── Provider::preview ──▶ Preview ── frozen with target and id ──▶ PreparedWrite
//!        confirmed: the PreparedWrite is moved into Fleet::perform ──▶ Outcome ──▶ followed to its end
//! ```
//!
//! Nothing here is sent by itself, and a [`PreparedWrite`] cannot be cloned: once it has been confirmed there is
//! nothing left to confirm again.

use std::fmt;
use std::time::Duration;

use arcstr::ArcStr;
use serde_json::{Value, json};

use super::{
    Action, ContextName, Danger, Expected, FormValues, Kind, Resource, ResourceId, Secret, State, Timestamp,
};

/// The mask in the place of a secret, in what is shown and written down of a request.
pub const MASK: &str = "••••••••";

/// A preview older than this is made again before it can be confirmed: for APIs without entity tags this is the only
/// guard against changing what was changed meanwhile.
pub const PREVIEW_LIFE: Duration = Duration::from_secs(30);

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or does something.
    Post,
    /// Replaces, or does something.
    Put,
    /// Changes a part.
    Patch,
    /// Deletes.
    Delete,
}

impl Method {
    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A request exactly as it will be sent, but for its credentials: those are added when it leaves, since some sign the
/// moment of sending.
#[derive(Clone, PartialEq)]
pub struct PreparedRequest {
    /// The method.
    pub method: Method,
    /// The whole address with its query; never holds a secret.
    pub url: ArcStr,
    /// Headers beside those of the credentials and of the body's type.
    pub headers: Vec<(&'static str, ArcStr)>,
    /// Headers that the credentials will be sent in, shown masked.
    pub credentials: &'static [&'static str],
    /// The JSON body, sent in the order of its keys; see [`PreparedRequest::has_raw_body`] for texts.
    pub body: Option<Value>,
    /// JSON pointers ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)) of the values of the body that are never
    /// shown, logged or written down.
    pub secrets: Vec<String>,
}

impl PreparedRequest {
    /// A request without headers of its own and without a body.
    pub fn new(method: Method, url: impl Into<ArcStr>) -> Self {
        Self {
            method,
            url: url.into(),
            headers: Vec::new(),
            credentials: &["authorization"],
            body: None,
            secrets: Vec::new(),
        }
    }

    /// The same with a JSON body.
    #[must_use]
    pub fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// Returns true if its body is a text that is sent as it is, such as an uploaded file: its headers then have a type of
    /// their own for it.
    pub fn has_raw_body(&self) -> bool {
        let has_type =
            |(name, value): &(&str, ArcStr)| *name == "content-type" && **value != *"application/json";
        matches!(self.body, Some(Value::String(_))) && self.headers.iter().any(has_type)
    }

    /// The body with every secret masked.
    pub fn masked_body(&self) -> Option<Value> {
        let mut body = self.body.clone()?;
        for pointer in &self.secrets {
            if let Some(secret) = body.pointer_mut(pointer) {
                *secret = Value::String(MASK.to_owned());
            }
        }
        Some(body)
    }

    /// The request as JSON with every secret masked: what is shown, and what the journal keeps.
    pub fn masked(&self) -> Value {
        let mut headers = serde_json::Map::new();
        for (name, value) in &self.headers {
            headers.insert((*name).to_owned(), Value::String(value.to_string()));
        }
        for name in self.credentials {
            headers.insert((*name).to_owned(), Value::String(MASK.to_owned()));
        }
        let mut request =
            json!({"method": self.method.as_str(), "url": self.url.to_string(), "headers": headers});
        if let (Some(body), Some(request)) = (self.masked_body(), request.as_object_mut()) {
            request.insert("body".to_owned(), body);
        }
        request
    }
}

/// Without secrets.
impl fmt::Debug for PreparedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PreparedRequest({})", self.masked())
    }
}

/// One value that an update changes.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// The field in the API's words: `instance-type`.
    pub field: ArcStr,
    /// The value now; `None` where it is not set.
    pub from: Option<Value>,
    /// The value afterwards; `None` where it is removed.
    pub to: Option<Value>,
}

/// The account of a write that is shown before it is confirmed.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// The effect, in one sentence with the target's name: `Stop instance web-1 in zone ch-gva-2.`
    pub summary: String,
    /// The consequences, a sentence each: what is interrupted or lost, what stays billed.
    pub consequences: Vec<String>,
    /// The requests, in the order of sending.
    pub requests: Vec<PreparedRequest>,
    /// The changes of an update.
    pub changes: Vec<FieldChange>,
    /// The expected state of the target afterwards, or of what is made.
    pub expected: Expected,
    /// The resource that the write makes; `None` where it changes its target.
    pub creates: Option<NewResource>,
    /// The harm that it can do as things are now, where that is more than what was declared: the target is protected.
    pub danger: Option<Danger>,
}

impl Preview {
    /// A preview without consequences and changes.
    pub fn new(summary: impl Into<String>, requests: Vec<PreparedRequest>, expected: Expected) -> Self {
        Self {
            summary: summary.into(),
            consequences: Vec::new(),
            requests,
            changes: Vec::new(),
            expected,
            creates: None,
            danger: None,
        }
    }

    /// The same with a consequence.
    #[must_use]
    pub fn consequence(mut self, sentence: impl Into<String>) -> Self {
        self.consequences.push(sentence.into());
        self
    }
}

/// A resource that a write makes. It has no id before that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewResource {
    /// Its kind.
    pub kind: Kind,
    /// The container, region or zone it will be in.
    pub scope: Option<ArcStr>,
    /// Its name, by which it is looked for if the answer is lost.
    pub name: ArcStr,
}

/// The target of a write, as it was when its action was chosen. It does not follow the selection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its id, with the context.
    pub id: ResourceId,
    /// Its name.
    pub name: ArcStr,
    /// The state seen.
    pub state: Option<State>,
}

impl Target {
    /// The target that this row is.
    pub fn of(resource: &Resource) -> Self {
        let name = match resource {
            // Its number alone names nothing.
            Resource::Revision(it) => {
                format!("{}/{}", it.container.name.as_ref().unwrap_or(&it.container.id.id), it.number).into()
            }
            other => other.name().into(),
        };
        Self { id: resource.id().clone(), name, state: resource.state().cloned() }
    }

    /// The target of an action on a context, which makes a resource of this kind.
    pub fn new_in(context: &ContextName, kind: Kind) -> Self {
        let name = format!("new {}", kind.singular());
        Self { id: ResourceId::new(context, kind, ""), name: name.into(), state: None }
    }

    /// Returns true if it is a context, in which something is made, and not a row.
    pub fn is_context(&self) -> bool {
        self.id.id.is_empty()
    }

    /// The context it is in.
    pub const fn context(&self) -> &ContextName {
        &self.id.context
    }
}

/// Names one write in the journal and in events. Unique over runs and machines.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WriteId(ArcStr);

impl WriteId {
    /// An id of this text.
    pub fn new(id: impl Into<ArcStr>) -> Self {
        Self(id.into())
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WriteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// From where a write was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The screen.
    Screen,
    /// The command line.
    Command,
}

impl Origin {
    /// Its word in the journal: `screen` or `command`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Screen => "screen",
            Self::Command => "command",
        }
    }
}

/// A write that only waits for its confirmation: target, requests and journal id are fixed. Confirming moves it.
#[derive(Debug, PartialEq)]
pub struct PreparedWrite {
    /// Its id in the journal.
    pub id: WriteId,
    /// The action, as it was offered.
    pub action: Action,
    /// The target.
    pub target: Target,
    /// The values entered into its form.
    pub values: FormValues,
    /// The preview that was shown.
    pub preview: Preview,
    /// The harm that it can do, to what it is done and where: it decides how it is confirmed.
    pub danger: Danger,
    /// From where it was asked for.
    pub origin: Origin,
    /// When it was prepared.
    pub prepared: Timestamp,
}

impl PreparedWrite {
    /// The name of what it is about: of its target, or of what it makes.
    pub fn name(&self) -> &ArcStr {
        self.preview.creates.as_ref().map_or(&self.target.name, |made| &made.name)
    }

    /// Returns true if it must be prepared again before it can be confirmed.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        now.since(self.prepared) > PREVIEW_LIFE
    }
}

/// The answer of a platform to a write that it has taken on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outcome {
    /// The operation as which it is in progress, which can be read like any other resource. `None` where it is done, or
    /// where only the target shows how far it is.
    pub operation: Option<ResourceId>,
    /// The resource that was made, where the answer names it.
    pub created: Option<ResourceId>,
    /// The answer, where it is to be shown.
    pub shown: Shown,
}

/// The part of an answer to a write that is shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shown {
    /// Secrets that the platform shows only now.
    pub secrets: Vec<ShownSecret>,
    /// The answer as a document with a title.
    pub document: Option<(ArcStr, Value)>,
}

impl Shown {
    /// Returns true if there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty() && self.document.is_none()
    }
}

/// A secret that a platform shows once, as the answer to a write.
#[derive(Debug, Clone)]
pub struct ShownSecret {
    /// Its label: `password`.
    pub label: ArcStr,
    /// The secret.
    pub value: Secret,
}

/// Equal where label and value are.
impl PartialEq for ShownSecret {
    fn eq(&self, other: &Self) -> bool {
        self.label == other.label && self.value.expose() == other.value.expose()
    }
}

impl Outcome {
    /// Done, or in progress without an operation.
    pub fn done() -> Self {
        Self::default()
    }

    /// In progress as this operation.
    pub fn accepted(operation: ResourceId) -> Self {
        Self { operation: Some(operation), ..Self::default() }
    }

    /// The same, which made this resource.
    #[must_use]
    pub fn created(mut self, id: ResourceId) -> Self {
        self.created = Some(id);
        self
    }

    /// The same with a document to show.
    #[must_use]
    pub fn document(mut self, title: impl Into<ArcStr>, document: Value) -> Self {
        self.shown.document = Some((title.into(), document));
        self
    }

    /// The same with a secret that is shown once.
    #[must_use]
    pub fn secret(mut self, label: impl Into<ArcStr>, value: Secret) -> Self {
        self.shown.secrets.push(ShownSecret { label: label.into(), value });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_request_shows_everything_but_secrets_and_credentials() {
        let request = PreparedRequest {
            secrets: vec!["/password".into(), "/not/there".into()],
            ..PreparedRequest::new(Method::Post, "https://api.example/v2/instance?dry=1")
                .body(json!({"name": "web-1", "password": "hunter2"}))
        };
        let masked = json!({
            "method": "POST", "url": "https://api.example/v2/instance?dry=1",
            "headers": {"authorization": MASK}, "body": {"name": "web-1", "password": MASK}
        });
        assert_eq!(request.masked(), masked);
        assert!(!format!("{request:?}").contains("hunter2"));
        assert_eq!(request.body.unwrap()["password"], "hunter2");
    }
}
