//! The catalogue of a zone: instance types and templates. Lists of instances name them by id only.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arcstr::ArcStr;
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

/// A type or a template that is in no list: the noun of its path, and its id.
pub(crate) type Unknown = (&'static str, ArcStr);

/// An instance type.
#[derive(Debug)]
pub(crate) struct Type {
    /// `standard.medium`, as the official command line names it.
    pub(crate) name: ArcStr,
    pub(crate) family: ArcStr,
    pub(crate) size: ArcStr,
    pub(crate) cpus: Option<u32>,
    pub(crate) memory: Option<Bytes>,
    pub(crate) gpus: u32,
    /// The same as an instance asks for it.
    pub(crate) request: Option<Arc<GpuRequest>>,
    pub(crate) authorized: Option<bool>,
    pub(crate) zones: Vec<ArcStr>,
}

/// The fields needed of a template.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) name: ArcStr,
    pub(crate) default_user: Option<ArcStr>,
    pub(crate) password_enabled: bool,
}

/// The types of the organisation, which are the same in every zone, and the catalogues of the zones.
#[derive(Default)]
pub(crate) struct Catalogues {
    pub(crate) types: AgedCache<Result<(), Problem>>,
    sold: Arc<Mutex<Sold>>,
    zones: Mutex<HashMap<ArcStr, Arc<Catalogue>>>,
}

#[derive(Default)]
struct Sold {
    /// The types of the latest list.
    listed: Vec<Arc<Type>>,
    unreadable: Unreadable,
    types: HashMap<ArcStr, Arc<Type>>,
    /// Grows with every list or type that is taken in.
    version: u64,
}

impl Catalogues {
    pub(crate) fn of(&self, zone: &ArcStr) -> Arc<Catalogue> {
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
        sold.version += 1;
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
    templates: HashMap<ArcStr, Arc<Template>>,
    /// What instances name and is not known, and when it was tried to be read by itself.
    absent: HashMap<Unknown, Option<Instant>>,
    /// Grows with every list or template that is taken in.
    version: u64,
}

impl Catalogue {
    pub(crate) fn type_of(&self, id: &str) -> Option<Arc<Type>> {
        locked(&self.sold).types.get(id).cloned()
    }

    pub(crate) fn template(&self, id: &str) -> Option<Arc<Template>> {
        locked(&self.book).templates.get(id).cloned()
    }

    /// A number that grows whenever types or templates are taken in: rows that were mapped before may have other names now.
    pub(crate) fn version(&self) -> u64 {
        let sold = locked(&self.sold).version;
        sold + locked(&self.book).version
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
    pub(crate) async fn singles(&self, api: &Api, zone: &Zone, strings: &Interner, unknown: Vec<Unknown>) {
        let reads: Vec<_> =
            unknown.into_iter().map(|(noun, id)| self.single(api, zone, strings, noun, id).boxed()).collect();
        stream::iter(reads).buffer_unordered(4).for_each(|()| std::future::ready(())).await;
    }

    /// Reads one type or template. One that cannot be read is not asked for again soon.
    async fn single(&self, api: &Api, zone: &Zone, strings: &Interner, noun: &'static str, id: ArcStr) {
        let path = [noun, &*id];
        let is_known = if noun == TEMPLATE {
            let ask = Ask::new("get-template", &path);
            let wire = api.get::<wire::Template>(zone, &ask).await.ok();
            let known = wire.and_then(|wire| one_template(&wire, strings));
            known.map(|known| locked(&self.book).take_in([known])).is_some()
        } else {
            let ask = Ask::new("get-instance-type", &path);
            let wire = api.get::<wire::InstanceType>(zone, &ask).await.ok();
            let known = wire.and_then(|wire| one_type(&wire, strings));
            let take_in = |(id, known)| {
                let mut sold = locked(&self.sold);
                sold.types.insert(id, known);
                sold.version += 1;
            };
            known.map(take_in).is_some()
        };
        if !is_known {
            locked(&self.book).absent.insert((noun, id), Some(Instant::now()));
        }
    }

    /// The types and templates to read one by one now: those that these instances name and no list holds, and those that
    /// were named before and not read yet, or so long ago that they are tried again.
    pub(crate) fn unknown<'a>(&self, instances: impl Iterator<Item = &'a wire::Instance>) -> Vec<Unknown> {
        let (mut book, sold) = (locked(&self.book), locked(&self.sold));
        let Book { templates, absent, .. } = &mut *book;
        let is_known = |noun: &str, id: &str| {
            if noun == TEMPLATE { templates.contains_key(id) } else { sold.types.contains_key(id) }
        };
        absent.retain(|(noun, id), _| !is_known(noun, id));
        for instance in instances {
            let (kind, template) = (&instance.instance_type.id, &instance.template.id);
            for (noun, id) in [(TYPE, kind.as_deref()), (TEMPLATE, template.as_deref())] {
                if let Some(id) = id.filter(|id| !is_known(noun, id)) {
                    absent.entry((noun, id.into())).or_insert(None);
                }
            }
        }
        let is_due = |tried: &Option<Instant>| tried.is_none_or(|at| at.elapsed() >= CATALOGUE_FRESH_FOR);
        let due = absent.iter().filter(|(_, tried)| is_due(tried)).map(|(unknown, _)| unknown.clone());
        due.take(MAX_SINGLE_READS).collect()
    }
}

impl Book {
    fn take_in(&mut self, templates: impl IntoIterator<Item = (ArcStr, Arc<Template>)>) {
        self.templates.extend(templates);
        self.version += 1;
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
    locked(book).take_in(known);
    Ok(())
}

fn one_type(wire: &wire::InstanceType, strings: &Interner) -> Option<(ArcStr, Arc<Type>)> {
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

fn one_template(wire: &wire::Template, strings: &Interner) -> Option<(ArcStr, Arc<Template>)> {
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
