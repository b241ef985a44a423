//! What a filter sees of a row.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::Key;
use qdeck_model::{ContainerLink, Resource, Timestamp};

/// A row as a filter sees it. Each method calls `check` with one text after the other until it says yes, and returns
/// whether it did.
pub trait Fields {
    /// The texts of the visible columns.
    fn texts(&self, check: &mut dyn FnMut(&str) -> bool) -> bool;

    /// The platform's own id.
    fn id(&self) -> &str;

    /// The values of a column.
    fn values(&self, key: Key, check: &mut dyn FnMut(&str) -> bool) -> bool;

    /// A label's value.
    fn label(&self, name: &str) -> Option<&str>;

    /// How old it is.
    fn age(&self) -> Option<Duration>;
}

/// A resource at a moment, for its age.
#[derive(Clone, Copy)]
pub struct ResourceFields<'a> {
    /// The resource.
    pub resource: &'a Resource,
    /// The platform's name.
    pub platform: &'a str,
    /// The moment.
    pub now: Timestamp,
    /// What the store counts of it: users of a GPU model, instances of a container that are up. Only where the filter
    /// asks for it.
    pub figure: Option<i64>,
}

/// The columns that are visible without wide mode, by kind: what a bare word looks at.
const VISIBLE: [Key; 9] = [
    Key::Name,
    Key::State,
    Key::Context,
    Key::Size,
    Key::Image,
    Key::Location,
    Key::Address,
    Key::Container,
    Key::Gpu,
];

impl Fields for ResourceFields<'_> {
    fn texts(&self, check: &mut dyn FnMut(&str) -> bool) -> bool {
        VISIBLE.iter().any(|key| self.values(*key, check))
    }

    fn id(&self) -> &str {
        &self.resource.id().id
    }

    fn values(&self, key: Key, check: &mut dyn FnMut(&str) -> bool) -> bool {
        let resource = self.resource;
        match key {
            Key::Name => check(resource.name()),
            Key::State => {
                resource.state().is_some_and(|state| check(state.lifecycle.word()) || check(&state.raw))
            }
            Key::Context => check(resource.id().context.as_str()),
            Key::Platform => check(self.platform),
            Key::Id => check(self.id()),
            Key::Container => resource.container().is_some_and(|link| container(link, check)),
            Key::Own(name) => resource.facts().iter().any(|fact| fact.name == name && check(&fact.value)),
            Key::Image => image(resource).is_some_and(check),
            Key::Size => match resource {
                Resource::Instance(it) => it.size.as_deref().is_some_and(check),
                Resource::GpuModel(it) => it.sizes.iter().any(|size| check(size)),
                _ => false,
            },
            Key::Location => match resource {
                Resource::Instance(it) => it.location.as_deref().is_some_and(check),
                Resource::Container(it) => it.location.as_deref().is_some_and(check),
                Resource::GpuModel(it) => it.locations.iter().any(|location| check(location)),
                _ => false,
            },
            Key::Host => match resource {
                Resource::Instance(it) => it.host.as_deref().is_some_and(check),
                _ => false,
            },
            Key::Address => match resource {
                Resource::Instance(it) => it.addresses.iter().any(|address| check(&address.value)),
                Resource::Container(it) => it.endpoints.iter().any(|endpoint| check(endpoint)),
                _ => false,
            },
            Key::Gpu => match resource {
                Resource::GpuModel(it) => check(&it.name) || check(&it.code),
                _ => resource.gpus().is_some_and(|gpus| gpus.models.iter().any(|model| check(model))),
            },
            Key::Used | Key::Up => self.figure.is_some_and(|figure| check(&figure.to_string())),
            Key::Memory | Key::Price | Key::Quota | Key::Cpu | Key::Target | Key::By | Key::Progress => {
                figure(key, resource).is_some_and(|text| check(&text))
            }
        }
    }

    fn label(&self, name: &str) -> Option<&str> {
        let labels = match self.resource {
            Resource::Instance(it) => &it.labels,
            Resource::Container(it) => &it.labels,
            _ => return None,
        };
        labels.iter().find(|(key, _)| **key == *name).map(|(_, value)| &**value)
    }

    fn age(&self) -> Option<Duration> {
        self.resource.created().map(|created| self.now.since(created))
    }
}

/// What a column of figures, or of an operation, says.
fn figure(key: Key, resource: &Resource) -> Option<Cow<'_, str>> {
    match (resource, key) {
        (Resource::GpuModel(it), Key::Memory) => it.memory.map(|memory| memory.to_string().into()),
        (Resource::GpuModel(it), Key::Price) => optional(it.price.as_ref()),
        (Resource::GpuModel(it), Key::Quota) => optional(it.quota.as_ref()),
        (Resource::Container(it), Key::Memory) => it.memory.map(|memory| memory.to_string().into()),
        (Resource::Container(it), Key::Cpu) => it.cpu.map(|cores| cores.0.to_string().into()),
        (Resource::Operation(it), Key::Target) => optional(it.target.as_ref()),
        (Resource::Operation(it), Key::By) => optional(it.by.as_ref()),
        (Resource::Operation(it), Key::Progress) => it.progress.map(|done| done.to_string().into()),
        _ => None,
    }
}

fn optional(text: Option<&Arc<str>>) -> Option<Cow<'_, str>> {
    text.map(|text| Cow::Borrowed(&**text))
}

fn image(resource: &Resource) -> Option<&str> {
    match resource {
        Resource::Instance(it) => it.image.as_deref(),
        Resource::Container(it) => it.image.as_deref(),
        Resource::Revision(it) => it.image.as_deref(),
        Resource::GpuModel(_) | Resource::Operation(_) => None,
    }
}

fn container(link: &ContainerLink, check: &mut dyn FnMut(&str) -> bool) -> bool {
    match &link.name {
        Some(name) => check(name),
        None => check(&link.id.id),
    }
}
