//! The registry of platforms: one registration each. What opens a context, and what is documented of a platform, is
//! found here by the platform's handle.

#[cfg(test)]
mod tests;
mod ways;

pub use ways::DocumentedWay;
pub(crate) use ways::{DEMO_ALONE, DEMO_AND_VNC_SERVERS, DEMO_BY_OPENSSH};

use crate::{Endpoint, SharedProvider, Use};
use qdeck_config::{Absent, Context, PlatformSpec, Setting, Takes};
use qdeck_model::{Platform, Problem, ProblemKind};

/// A platform as the rest of the program knows it.
pub struct Registration {
    /// The part that the configuration needs: names, address, credentials, settings, discovery.
    pub spec: PlatformSpec,
    /// Makes the provider of a context. Does no I/O: secrets are resolved with the first request.
    pub open: fn(&Context) -> Result<SharedProvider, Problem>,
    /// The use of each endpoint that the platform's documents name.
    pub endpoints: &'static [Endpoint],
    /// The ways into its instances, for the documentation.
    pub ways: &'static [DocumentedWay],
}

impl Registration {
    /// The platform's handle.
    pub const fn platform(&self) -> Platform {
        self.spec.platform
    }
}

/// True if keys reach a console.
pub static CONSOLE_INPUT: Setting = Setting {
    name: "console_input",
    takes: Takes::Switch { default: true },
    absent: Absent::Default,
    help: "Send keys to a console, as binary frames.",
};

/// True if a console's size is sent as `CSI 8 ; rows ; columns t` when it changes. No document names a resize message,
/// so it is off unless the far side is known to understand it.
pub static CONSOLE_SIZE_REPORTS: Setting = Setting {
    name: "console_size_reports",
    takes: Takes::Switch { default: false },
    absent: Absent::Default,
    help: "Report a console's size as `CSI 8 ; rows ; columns t`. No document names a resize message.",
};

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
        self.iter().find(|it| it.platform().name() == name)
    }

    /// The part of each that the configuration needs.
    pub fn specs(&self) -> Vec<&'static PlatformSpec> {
        self.iter().map(|it| &it.spec).collect()
    }

    /// Makes the provider of a context. Does no I/O: secrets are resolved with the first request.
    ///
    /// # Errors
    /// The context lacks something its platform needs, or its platform is not registered.
    pub fn open(&self, context: &Context) -> Result<SharedProvider, Problem> {
        let registration = self.find(context.platform().name()).ok_or_else(|| {
            Problem::new(ProblemKind::Local, format!("platform `{}` is not registered", context.platform()))
        })?;
        (registration.open)(context)
    }
}

impl Registry {
    /// The reference of the endpoints of every platform as Markdown.
    pub fn endpoints_markdown(&self) -> String {
        self.iter().map(endpoints_section).collect::<Vec<_>>().join("\n")
    }
}

fn endpoints_section(registration: &Registration) -> String {
    let (platform, all) = (registration.platform(), registration.endpoints);
    let used = all.iter().filter(|endpoint| matches!(endpoint.used, Use::Reads(_))).count();
    let written = match all.iter().filter(|endpoint| matches!(endpoint.used, Use::Writes(_))).count() {
        0 => String::new(),
        written => format!(", {written} are called by actions"),
    };
    let head = format!(
        "## {platform}\n\n{used} of {} endpoints are read{written}.\n\n| | path | shown in | not used, because |\n|---|---|---|---|\n",
        all.len()
    );
    let rows = all.iter().map(|endpoint| {
        let (shown, why) = match endpoint.used {
            Use::Reads(shown) => (shown.to_owned(), ""),
            Use::Writes(action) => (format!("action: {action}"), ""),
            Use::Not(why) => (String::new(), why),
        };
        format!("| {} | `{}` | {shown} | {why} |\n", endpoint.method, endpoint.path)
    });
    head + &rows.collect::<String>()
}
