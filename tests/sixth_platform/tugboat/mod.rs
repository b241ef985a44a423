//! Tugboat, a platform that does not exist: this folder is all that the program would need of it.

mod registration;

use std::time::Duration;

use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt, stream};
use quarterdeck::model::{
    ContextName, Document, Instance, Kind, Lifecycle, LogEvent, LogStart, Platform, Problem, ProblemKind,
    Resource, ResourceId, Sample, ScreenKind, State, Timestamp,
};
use quarterdeck::providers::{Answer, Check, Console, ListEvent, Provider, Section, Traffic, page_rows};

pub use registration::REGISTRATION;

/// One account, with two machines in the harbour that its context names.
pub struct Tugboat {
    context: ContextName,
    harbour: String,
}

fn unsupported<T: Send + 'static>(what: &str) -> Answer<T> {
    let problem = Problem::new(ProblemKind::Unsupported, format!("Tugboat: {what}"));
    async { Err(problem) }.boxed()
}

impl Tugboat {
    fn instance(&self, name: &str) -> Resource {
        let id = ResourceId::new(&self.context, Kind::Instance, name);
        let state = State::new(Lifecycle::Running, "afloat");
        Resource::Instance(Instance {
            location: Some(self.harbour.as_str().into()),
            ..Instance::new(id, name, state)
        })
    }
}

impl Provider for Tugboat {
    fn platform(&self) -> Platform {
        registration::PLATFORM
    }

    fn kinds(&self) -> &'static [Kind] {
        &[Kind::Instance]
    }

    fn list(&self, _: Kind) -> BoxStream<'static, ListEvent> {
        let rows = page_rows([self.instance("bollard-1"), self.instance("fender-2")]);
        stream::iter([ListEvent::Page { scope: None, expected: Some(rows.len()), rows }, ListEvent::End])
            .boxed()
    }

    fn get(&self, id: &ResourceId) -> Answer<Resource> {
        let row = self.instance(&id.id);
        async { Ok(row) }.boxed()
    }

    fn describe(&self, _: &ResourceId) -> BoxStream<'static, Section> {
        let body = Ok(Document::new(serde_json::json!({ "harbour": self.harbour }), Vec::new()));
        stream::iter([Section { title: "instance", body }]).boxed()
    }

    fn samples(&self, _: &ResourceId, _: Timestamp) -> Answer<Vec<Sample>> {
        unsupported("it has no metrics")
    }

    fn logs(&self, _: &ResourceId, _: LogStart) -> BoxStream<'static, LogEvent> {
        stream::empty().boxed()
    }

    fn console(&self, _: &ResourceId, _: ScreenKind) -> Answer<Console> {
        unsupported("it has no consoles")
    }

    fn sign_in_again(&self) {}

    fn check(&self) -> Answer<Check> {
        let identity = Some(format!("the harbour master of {}", self.harbour));
        async move { Ok(Check { identity, probes: vec![("instances".into(), Ok(Duration::from_millis(3)))] }) }.boxed()
    }

    fn traffic(&self) -> Traffic {
        Traffic::default()
    }
}
