//! The records of the journal, as they are written and read back.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::follower::Follower;
use qdeck_model::{
    ActionId, ContextName, Expected, Kind, Lifecycle, Method, PreparedRequest, PreparedWrite, Problem,
    ResourceId, Target, Timestamp, WriteId,
};

/// The version of the shape below. Fields may be added without raising it.
const VERSION: u32 = 1;

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The version of its shape.
    pub v: u32,
    /// The write that it is about.
    pub id: String,
    /// When it was written, RFC 3339 in UTC.
    pub at: String,
    /// The event.
    #[serde(flatten)]
    pub entry: Entry,
}

/// An event in the life of a write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Entry {
    /// It is about to be sent.
    Intent(Box<Intent>),
    /// The platform has taken it on.
    Accepted {
        /// The operation as which it is in progress.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        operation: Option<Reference>,
        /// The resource that it made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        created: Option<Reference>,
    },
    /// Another program has taken over the following of it.
    PickedUp {
        /// That program.
        follower: Follower,
    },
    /// Nothing follows it any more: its outcome could not be found out.
    GivenUp,
    /// It is over.
    Ended(Ended),
    /// A record of a later version of this program.
    #[serde(other)]
    Other,
}

/// A write that is about to be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// `screen`, `command`, or `session` for what opening or ending an SSH session does.
    pub by: String,
    /// The context.
    pub context: String,
    /// The target of the change.
    pub target: TargetRecord,
    /// The action: `instance.stop`.
    pub action: String,
    /// The purpose, in the words of its preview.
    pub summary: String,
    /// The requests, secrets masked.
    pub requests: Vec<Value>,
    /// The expected state of the target afterwards, or of what is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<ExpectedRecord>,
    /// The resource that it makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creates: Option<CreatesRecord>,
    /// The program that sends and follows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follower: Option<Follower>,
}

/// The expected state of a target after a write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExpectedRecord {
    /// The states of which it is in one; empty where any will do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<String>,
    /// It is not there any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
    /// It was so before the write already, so that looking at it proves nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub met_before: bool,
}

impl ExpectedRecord {
    /// The expectation of a write.
    pub fn of(write: &PreparedWrite) -> Self {
        let expected = &write.preview.expected;
        let before = write.target.state.as_ref().map(|state| state.lifecycle);
        let states = match expected {
            Expected::State(states) => states.iter().map(|state| state.word().to_owned()).collect(),
            Expected::Exists | Expected::Gone => Vec::new(),
        };
        // A target without a state was there all the same.
        let met_before = match expected {
            Expected::Gone => before == Some(Lifecycle::Gone),
            _ => before.is_none_or(|state| expected.agrees(Some(state))),
        };
        Self { states, gone: *expected == Expected::Gone, met_before }
    }

    /// Returns true if the target agrees; `None` is a target that was not found.
    pub fn agrees(&self, found: Option<Lifecycle>) -> bool {
        if self.gone {
            return Expected::Gone.agrees(found);
        }
        let is_listed = |state: Lifecycle| self.states.iter().any(|word| word == state.word());
        if self.states.is_empty() { Expected::Exists.agrees(found) } else { found.is_some_and(is_listed) }
    }
}

/// A resource that a write makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatesRecord {
    /// Its kind.
    pub kind: Kind,
    /// The container, region or zone it will be in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Its name.
    pub name: String,
}

/// The target of a write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetRecord {
    /// Its id.
    #[serde(flatten)]
    pub reference: Reference,
    /// Its name.
    pub name: String,
    /// The state seen before, in the platform's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

/// The id of a resource without its context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// Its kind.
    pub kind: Kind,
    /// The container, region or zone it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The platform's id.
    pub id: String,
}

/// The headers that requests have beside those of credentials.
const HEADERS: [&str; 2] = ["content-type", "elasticbox-release"];

impl Intent {
    /// The requests as far as they were written down: secrets and credentials are masked, and nothing sends them.
    pub fn prepared_requests(&self) -> Vec<PreparedRequest> {
        self.requests.iter().filter_map(prepared).collect()
    }

    /// The name of what the write is about: of its target, or of what it makes.
    pub fn name(&self) -> &str {
        self.creates.as_ref().map_or(&self.target.name, |made| &made.name)
    }
}

fn prepared(masked: &Value) -> Option<PreparedRequest> {
    let word = masked.get("method")?.as_str()?;
    let all = [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];
    let method = all.into_iter().find(|method| method.as_str() == word)?;
    let header = |name| Some((name, masked.pointer(&format!("/headers/{name}"))?.as_str()?.into()));
    Some(PreparedRequest {
        headers: HEADERS.into_iter().filter_map(header).collect(),
        body: masked.get("body").cloned(),
        ..PreparedRequest::new(method, masked.get("url")?.as_str()?)
    })
}

impl Reference {
    /// The id in a context.
    pub fn in_context(&self, context: &str) -> ResourceId {
        ResourceId {
            context: ContextName::new(context),
            kind: self.kind,
            scope: self.scope.as_deref().map(Into::into),
            id: self.id.as_str().into(),
        }
    }
}

impl From<&ResourceId> for Reference {
    fn from(id: &ResourceId) -> Self {
        Self { kind: id.kind, scope: id.scope.as_deref().map(str::to_owned), id: id.id.to_string() }
    }
}

impl From<&Target> for TargetRecord {
    fn from(target: &Target) -> Self {
        Self {
            reference: (&target.id).into(),
            name: target.name.to_string(),
            state: target.state.as_ref().map(|state| state.raw.to_string()),
        }
    }
}

/// The end of a write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ended {
    /// The outcome.
    pub outcome: End,
    /// Why it did not succeed, in the remote's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The HTTP status of the refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The id by which the remote's support finds the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Milliseconds since the intent.
    pub duration_ms: u64,
}

/// The outcome of a write that is over. One whose outcome is unknown has no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The platform reports it and the target agrees.
    Done,
    /// It was taken on and failed, or the target does not agree.
    Failed,
    /// It was not taken on: nothing has changed.
    Refused,
}

impl Record {
    /// A record of now.
    pub fn now(id: &WriteId, entry: Entry) -> Self {
        Self { v: VERSION, id: id.to_string(), at: Timestamp::now().to_string(), entry }
    }

    /// The intent of a write.
    pub fn intent(write: &PreparedWrite) -> Self {
        let intent = Intent {
            by: write.origin.as_str().to_owned(),
            context: write.target.context().to_string(),
            target: (&write.target).into(),
            action: write.action.id.to_string(),
            summary: write.preview.summary.clone(),
            requests: write.preview.requests.iter().map(qdeck_model::PreparedRequest::masked).collect(),
            expected: Some(ExpectedRecord::of(write)),
            creates: write.preview.creates.as_ref().map(|made| CreatesRecord {
                kind: made.kind,
                scope: made.scope.as_deref().map(str::to_owned),
                name: made.name.to_string(),
            }),
            follower: Some(Follower::this()),
        };
        Self::now(&write.id, Entry::Intent(Box::new(intent)))
    }

    /// The intent of a write that a session makes by being opened or ended: it has no preview.
    pub fn session_intent(id: &WriteId, target: &ResourceId, action: ActionId, summary: String) -> Self {
        let intent = Intent {
            by: "session".to_owned(),
            context: target.context.to_string(),
            target: TargetRecord { reference: target.into(), name: target.id.to_string(), state: None },
            action: action.to_string(),
            summary,
            requests: Vec::new(),
            expected: None,
            creates: None,
            follower: Some(Follower::this()),
        };
        Self::now(id, Entry::Intent(Box::new(intent)))
    }

    /// A write was taken on, as this operation and making this resource where they are known.
    pub fn accepted(id: &WriteId, operation: Option<&ResourceId>, created: Option<&ResourceId>) -> Self {
        let (operation, created) = (operation.map(Into::into), created.map(Into::into));
        Self::now(id, Entry::Accepted { operation, created })
    }

    /// This program follows a write that another one has sent.
    pub fn picked_up(id: &WriteId) -> Self {
        Self::now(id, Entry::PickedUp { follower: Follower::this() })
    }

    /// The outcome of a write could not be found out, and this program follows it no more.
    pub fn given_up(id: &WriteId) -> Self {
        Self::now(id, Entry::GivenUp)
    }

    /// A write is over.
    pub fn ended(id: &WriteId, outcome: End, problem: Option<&Problem>, duration: Duration) -> Self {
        let ended = Ended {
            outcome,
            message: problem.map(|problem| problem.message.to_string()),
            status: problem.and_then(|problem| problem.status),
            request_id: problem.and_then(|problem| problem.request_id.as_deref().map(str::to_owned)),
            duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
        };
        Self::now(id, Entry::Ended(ended))
    }
}
