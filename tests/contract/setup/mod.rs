//! The set-up that all contract tests share.
//!
//! - [`demo`] starts a demo cloud and opens providers on one platform's face of it:
//!   `demo("cycle").instances(5_000).start().await`.
//! - [`context`] opens a provider on a [`Recorder`], which answers from a function and records what it was sent:
//!   `context(gcore::PLATFORM, token("…")).with(|it| it.settings.set(&gcore::PROJECT, 5_u64)).recorded(answers).await`.
//! - [`Deck`] is a fleet of one provider, whose gate writes go through.
//! - [`Description`] is the `OpenAPI` document of a platform, which requests are held against.
//! - [`read`] waits for what providers return: [`list`], [`within`], [`until`] and so on.

mod deck;
mod demo;
mod opening;
mod read;
mod recorder;
mod spec;
mod tls;
mod values;

pub use deck::{Deck, available, offered};
#[cfg(feature = "system-tests")]
pub use demo::CurlVariables;
pub use demo::{Demo, demo};
pub use opening::{ContextOf, context, id, key_pair, password, token};
pub use read::{described, list, running, titles, until, within};
pub use recorder::{Asked, Recorder, Reply};
pub use spec::Description;
pub use tls::TlsFront;
pub use values::{hold_request, pairs, request_of, several, texts, unwritten};
