//! The vocabulary of the whole program: resources, states, samples, log lines, ids.
//!
//! Plain data and small pure functions. No I/O, no async, no drawing, and no platform's own terms:
//! they arrive here as values, never as types.

mod action;
mod bounds;
mod color;
mod date;
mod document;
mod form;
mod id;
mod log;
mod problem;
mod quantity;
mod redact;
mod resource;
mod sample;
mod secret;
mod state;
mod time;
mod unreadable;
mod way;
mod write;

pub use action::{Action, ActionId, Availability, Danger, Expected, Question};
pub use bounds::{ListingBounds, ReachedBound};
pub use color::ContextColor;
pub use date::DATE_FORMS;
pub use document::Document;
pub use form::{
    Characters, Choice, Choices, Field, FieldError, FieldKind, FieldValue, Form, FormValues, NumberRule,
    TextRule, Unit,
};
pub use id::{ContextName, Kind, Platform, ResourceId};
pub use log::{LogEvent, LogLevel, LogLine, LogStart};
pub use problem::{Problem, ProblemKind, READ_ONLY_HINT, Reason};
pub use quantity::{Bytes, BytesPerSecond, Cores, Percent};
pub use redact::{FoundSecrets, SECRET_MASK, find_secrets, hide, hide_token, redact, redact_with};
pub use resource::{
    Address, Container, ContainerLink, Fact, GpuModel, GpuRequest, Instance, Offers, Operation, Resource,
    Revision, ScreenKind, Step,
};
pub use sample::{Metric, Sample};
pub use secret::Secret;
pub use state::{Lifecycle, State};
pub use time::{Timestamp, age};
pub use unreadable::Unreadable;
pub use way::{SshTarget, Way};
pub use write::{
    FieldChange, MASK, Method, NewResource, Origin, Outcome, PREVIEW_LIFE, PreparedRequest, PreparedWrite,
    Preview, Shown, ShownSecret, Target, WriteId,
};
