//! The catalogue of a zone: instance types and templates. Lists of instances name them by id only.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{FutureExt, StreamExt, stream};
use parking_lot::{Mutex, MutexGuard};

use super::api::{Api, Ask, Zone};
use super::map::gpus;
use super::wire;
use crate::kit::{AgedCache, Pending};
use crate::mapping::interner::Interner;
use crate::mapping::lenient::Rows;
use qdeck_model::{Bytes, GpuRequest, Problem, Unreadable};

/// Types change a few times a year and templates a few times a month.
const CATALOGUE_FRESH_FOR: Duration = Duration::from_secs(3600);
/// After a failure.
const CATALOGUE_RETRY_AFTER: Duration = Duration::from_secs(60);
/// Types and templates that are in no list are read one by one: no more than this for one listing.
const MAX_SINGLE_READS: usize = 64;

/// The nouns of the paths.
const TYPE: &str = "instance-type";
const TEMPLATE: &str = "template";

/// An instance type.
#[derive(Debug)]
pub(crate) struct Type {
    /// `standard.medium`, as the official command line names it.
    pub(crate) name: Arc<str>,
    pub(crate) family: Arc<str>,
    pub(crate) size: Arc<str>,
    pub(crate) cpus: Option<u32>,
    pub(crate) memory: Option<Bytes>,
    pub(crate) gpus: u32,
    /// The same as an instance asks for it.
    pub(crate) request: Option<Arc<GpuRequest>>,
    pub(crate) authorized: Option<bool>,
    pub(crate) zones: Vec<Arc<str>>,
}

/// The fields needed of a template.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) name: Arc<str>,
    pub(crate) default_user: Option<Arc<str>>,
    pub(crate) password_enabled: bool,
}

/// The types of the organisation, which are the same in every zone, and the catalogues of the zones.
#[derive(Default)]
pub(crate) struct Catalogues {
    pub(crate) types: AgedCache<Result<(), Problem>>,
    sold: Arc<Mutex<Sold>>,
    zones: Mutex<HashMap<Arc<str>, Arc<Catalogue>>>,
}

#[derive(Default)]
struct Sold {
    /// The types of the latest list.
    listed: Vec<Arc<Type>>,
    unreadable: Unreadable,
    types: HashMap<Arc<str>, Arc<Type>>,
}

impl Catalogues {
    pub(crate) fn of(&self, zone: &Arc<str>) -> Arc<Catalogue> {
        let mut zones = locked(&self.zones);
        let new = || Arc::new(Catalogue { sold: self.sold.clone(), ..Catalogue::default() });
        zones.entry(zone.clone()).or_insert_with(new).clone()
    }

    /// Takes in a list of types. Returns the problem if not one of them could be read: those of the list before stay.
    pub(crate) fn learn(&self, list: wire::TypeList, strings: &Interner) -> Option<Problem> {
        let Rows { good, mut unreadable } = list.instance_types;
        let known: Vec<_> = good.iter().filter_map(|wire| one_type(wire, strings)).collect();
        if known.len() < good.len() {
            unreadable.rows += good.len() - known.len();
            unreadable.why = Some("no id".into());
        }
        if let Some(problem) = unreadable.failure() {
            return Some(problem);
        }
        let mut sold = locked(&self.sold);
        sold.unreadable = unreadable;
        sold.listed = known.iter().map(|(_, known)| known.clone()).collect();
        sold.types.extend(known);
        None
    }

    /// The types of the latest list that could not be read.
    pub(crate) fn unreadable_types(&self) -> Unreadable {
        locked(&self.sold).unreadable.clone()
    }

    /// The types of the latest list.
    pub(crate) fn listed(&self) -> Vec<Arc<Type>> {
        locked(&self.sold).listed.clone()
    }
}

/// The catalogue of one zone, as far as it was read.
#[derive(Default)]
pub(crate) struct Catalogue {
    sold: Arc<Mutex<Sold>>,
    templates: AgedCache<Result<(), Problem>>,
    book: Arc<Mutex<Book>>,
}

#[derive(Default)]
struct Book {
    templates: HashMap<Arc<str>, Arc<Template>>,
    /// Ids that could not be read, and when that was tried.
    absent: HashMap<Arc<str>, Instant>,
}

impl Catalogue {
    pub(crate) fn type_of(&self, id: &str) -> Option<Arc<Type>> {
        locked(&self.sold).types.get(id).cloned()
    }

    pub(crate) fn template(&self, id: &str) -> Option<Arc<Template>> {
        locked(&self.book).templates.get(id).cloned()
    }

    /// Sees to it that templates are known, as far as they can be read.
    pub(crate) fn templates(
        &self,
        api: &Arc<Api>,
        zone: &Arc<Zone>,
        strings: &Interner,
    ) -> Pending<Result<(), Problem>> {
        let (api, zone, strings, book) = (api.clone(), zone.clone(), strings.clone(), self.book.clone());
        self.templates.get(fresh, move || {
            async move {
                // What is listed without this word is not documented.
                let (public, private) = tokio::join!(
                    templates(&api, &zone, "public", &strings, &book),
                    templates(&api, &zone, "private", &strings, &book),
                );
                public.or(private)
            }
            .boxed()
        })
    }

    /// Reads types and templates that instances name and no list holds: templates are withdrawn while their instances
    /// live on.
    pub(crate) async fn singles(
        &self,
        api: &Api,
        zone: &Zone,
        strings: &Interner,
        instances: &[wire::Instance],
    ) {
        let reads: Vec<_> = self
            .unknown(instances)
            .into_iter()
            .map(|(noun, id)| self.single(api, zone, strings, noun, id).boxed())
            .collect();
        stream::iter(reads).buffer_unordered(4).for_each(|()| std::future::ready(())).await;
    }

    /// Reads one type or template. One that cannot be read is not asked for again soon.
    async fn single(&self, api: &Api, zone: &Zone, strings: &Interner, noun: &'static str, id: Arc<str>) {
        let path = [noun, &*id];
        let known = if noun == TEMPLATE {
            let ask = Ask::new("get-template", &path);
            let wire = api.get::<wire::Template>(zone, &ask).await.ok();
            let known = wire.and_then(|wire| one_template(&wire, strings));
            known.map(|(id, known)| locked(&self.book).templates.insert(id, known).is_none())
        } else {
            let ask = Ask::new("get-instance-type", &path);
            let wire = api.get::<wire::InstanceType>(zone, &ask).await.ok();
            let known = wire.and_then(|wire| one_type(&wire, strings));
            known.map(|(id, known)| locked(&self.sold).types.insert(id, known).is_none())
        };
        if known.is_none() {
            locked(&self.book).absent.insert(id, Instant::now());
        }
    }

    fn unknown(&self, instances: &[wire::Instance]) -> Vec<(&'static str, Arc<str>)> {
        let (book, sold) = (locked(&self.book), locked(&self.sold));
        let mut wanted: Vec<(&'static str, Arc<str>)> = Vec::new();
        for instance in instances {
            let kind = instance.instance_type.id.as_deref();
            let kind = kind.filter(|id| !sold.types.contains_key(*id));
            let template = instance.template.id.as_deref();
            let template = template.filter(|id| !book.templates.contains_key(*id));
            for (what, id) in [(TYPE, kind), (TEMPLATE, template)] {
                let Some(id) = id else { continue };
                let tried = book.absent.get(id).is_some_and(|at| at.elapsed() < CATALOGUE_FRESH_FOR);
                if !tried
                    && !wanted.iter().any(|(_, known)| **known == *id)
                    && wanted.len() < MAX_SINGLE_READS
                {
                    wanted.push((what, id.into()));
                }
            }
        }
        wanted
    }
}

/// The time for which a read of the catalogue, or its failure, is cached.
pub(crate) fn fresh(known: &Result<(), Problem>) -> Duration {
    if known.is_ok() { CATALOGUE_FRESH_FOR } else { CATALOGUE_RETRY_AFTER }
}

async fn templates(
    api: &Api,
    zone: &Zone,
    visibility: &str,
    strings: &Interner,
    book: &Mutex<Book>,
) -> Result<(), Problem> {
    let ask = Ask::new("list-templates", &["template"]).query("visibility", visibility);
    let list: wire::TemplateList = api.get(zone, &ask).await?;
    let known = list.templates.readable(&ask.name())?;
    let known = known.good.iter().filter_map(|wire| one_template(wire, strings));
    locked(book).templates.extend(known);
    Ok(())
}

fn one_type(wire: &wire::InstanceType, strings: &Interner) -> Option<(Arc<str>, Arc<Type>)> {
    let id = wire.id.as_deref()?;
    let family = wire.family.as_deref().unwrap_or("unknown");
    let size = wire.size.as_deref().unwrap_or("unknown");
    let gpus = wire.gpus.unwrap_or(0);
    let request = (gpus > 0)
        .then(|| Arc::new(GpuRequest { count: gpus, models: vec![strings.intern(gpus::model(family).0)] }));
    let known = Type {
        name: strings.intern(&format!("{family}.{size}")),
        family: strings.intern(family),
        size: strings.intern(size),
        cpus: *wire.cpus,
        memory: wire.memory.map(Bytes),
        gpus,
        request,
        authorized: *wire.authorized,
        zones: wire.zones.iter().map(|zone| strings.intern(zone)).collect(),
    };
    Some((strings.intern(id), Arc::new(known)))
}

fn one_template(wire: &wire::Template, strings: &Interner) -> Option<(Arc<str>, Arc<Template>)> {
    let known = Template {
        name: strings.intern(wire.name.as_deref()?),
        default_user: strings.intern_some(wire.default_user.as_deref()),
        password_enabled: *wire.password_enabled,
    };
    Some((strings.intern(wire.id.as_deref()?), Arc::new(known)))
}

fn locked<T>(one: &Mutex<T>) -> MutexGuard<'_, T> {
    one.lock()
}
