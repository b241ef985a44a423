//! Providers opened on a recorder.

use std::net::SocketAddr;

use quarterdeck::config::{Context, Credentials, SecretRef};
use quarterdeck::model::{ContextName, Kind, Platform, ResourceId, Secret};
use quarterdeck::providers::{Registry, SharedProvider};

use super::{Recorder, Reply};

/// The name of every context on a recorder.
const NAME: &str = "recorded";

/// A context of this platform, to be opened on a recorder.
pub fn context(platform: Platform, credentials: Credentials) -> ContextOf {
    // The address is that of the recorder, once there is one.
    let base = "http://127.0.0.1/".parse().expect("an address");
    let spec = &Registry::builtin().find(platform.name()).expect("a platform").spec;
    let context = Context::new(ContextName::new(NAME), spec, base, credentials);
    ContextOf { context, path: "base/" }
}

/// A context before it is opened on a recorder.
pub struct ContextOf {
    context: Context,
    path: &'static str,
}

impl ContextOf {
    /// The path of its base address; `base/` unless changed.
    pub fn path(mut self, path: &'static str) -> Self {
        self.path = path;
        self
    }

    /// Changes settings of the context.
    pub fn with(mut self, change: impl FnOnce(&mut Context)) -> Self {
        change(&mut self.context);
        self
    }

    /// Opens its provider on a server at this address.
    pub fn open_at(mut self, address: SocketAddr) -> SharedProvider {
        self.context.base_url = format!("http://{address}/{}", self.path).parse().expect("an address");
        Registry::builtin().open(&self.context).expect("the context is complete")
    }

    /// Opens its provider on a server with TLS at this address.
    pub fn open_on_tls(mut self, address: SocketAddr) -> SharedProvider {
        self.context.base_url = format!("https://{address}/{}", self.path).parse().expect("an address");
        Registry::builtin().open(&self.context).expect("the context is complete")
    }

    /// Opens its provider on a recorder.
    pub fn open_on(self, recorder: &Recorder) -> SharedProvider {
        self.open_at(recorder.address)
    }

    /// Starts a recorder that answers with this function, and opens its provider on it.
    pub async fn recorded(
        self,
        answer: impl Fn(&str, SocketAddr) -> Reply + Send + Sync + 'static,
    ) -> (Recorder, SharedProvider) {
        let recorder = Recorder::start_with(answer).await;
        let provider = self.open_on(&recorder);
        (recorder, provider)
    }
}

pub fn token(text: &str) -> Credentials {
    Credentials::Token(value(text))
}

pub fn key_pair(key: &str, secret: &str) -> Credentials {
    Credentials::KeyPair { key: value(key), secret: value(secret) }
}

pub fn password(email: &str, password: &str) -> Credentials {
    Credentials::Password { email: email.to_owned(), password: value(password) }
}

fn value(text: &str) -> SecretRef {
    SecretRef::Value(Secret::new(text))
}

/// The id of a resource in a context on a recorder.
pub fn id(kind: Kind, scope: Option<&str>, name: &str) -> ResourceId {
    let context = ContextName::new(NAME);
    match scope {
        Some(scope) => ResourceId::scoped(&context, kind, scope, name),
        None => ResourceId::new(&context, kind, name),
    }
}
