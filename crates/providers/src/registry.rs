//! The registry of platforms: one registration each. What opens a context, and what is documented of a platform, is
//! found here by the platform's handle.

use crate::{Endpoint, SharedProvider};
use qdeck_config::Context;
use qdeck_model::{Platform, Problem, ProblemKind};

/// A platform as the rest of the program knows it.
pub struct Registration {
    /// The platform's handle.
    pub platform: Platform,
    /// Makes the provider of a context. Does no I/O: secrets are resolved with the first request.
    pub open: fn(&Context) -> Result<SharedProvider, Problem>,
    /// What is done with each endpoint that the platform's documents name.
    pub endpoints: &'static [Endpoint],
}

/// The platforms that ship with the program, in the order in which they are listed.
static BUILTIN: [&Registration; 5] = [
    &crate::cycle::REGISTRATION,
    &crate::quasarch::REGISTRATION,
    &crate::gcore::REGISTRATION,
    &crate::elasticbox::REGISTRATION,
    &crate::exoscale::REGISTRATION,
];

/// The platforms that contexts can belong to.
#[derive(Clone)]
pub struct Registry(Vec<&'static Registration>);

impl Registry {
    /// The platforms that ship with the program.
    pub fn builtin() -> Self {
        Self(BUILTIN.to_vec())
    }

    /// The same with one more at the end.
    #[must_use]
    pub fn with(mut self, registration: &'static Registration) -> Self {
        self.0.push(registration);
        self
    }

    /// Every registration, in the order in which they are listed.
    pub fn iter(&self) -> impl Iterator<Item = &'static Registration> + use<'_> {
        self.0.iter().copied()
    }

    /// The registration of the platform that has this name in the configuration.
    pub fn find(&self, name: &str) -> Option<&'static Registration> {
        self.iter().find(|it| it.platform.name() == name)
    }

    /// Makes the provider of a context. Does no I/O: secrets are resolved with the first request.
    ///
    /// # Errors
    /// The context lacks something its platform needs, or its platform is not registered.
    pub fn open(&self, context: &Context) -> Result<SharedProvider, Problem> {
        let registration = self.find(context.platform.name()).ok_or_else(|| {
            Problem::new(ProblemKind::Local, format!("no platform `{}` is registered", context.platform))
        })?;
        (registration.open)(context)
    }
}
