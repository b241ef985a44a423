//! Offers of Gcore: the four catalogues of accelerators, the flavors of deployments, quotas, and where containers run.
//! None of it changes from one listing to the next, so it is kept for a while, and for longer where it cannot be read.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arcstr::ArcStr;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use parking_lot::Mutex;

use super::super::Site;
use super::super::map::{InferenceFlavors, Offer, Source};
use super::super::places::{REGIONS, Region, Regions};
use super::super::wire;
use crate::kit::{AgedCache, if_good};
use crate::mapping::lenient::Rows;
use qdeck_model::{GpuModel, Problem, ProblemKind, Unreadable};

/// Time for which capacities and quotas are cached.
const CAPACITY_FRESH_FOR: Duration = Duration::from_secs(60);
/// Time for which flavors and the offers of regions are cached.
const FLAVORS_FRESH_FOR: Duration = Duration::from_secs(600);

pub(crate) const INFERENCE_FLAVORS: [&str; 4] = ["cloud", "v3", "inference", "flavors"];
pub(crate) const INFERENCE_CAPACITY: [&str; 4] = ["cloud", "v3", "inference", "capacity"];
pub(crate) const QUOTAS: [&str; 3] = ["cloud", "v2", "client_quotas"];
pub(crate) const PRICED: (&str, &str) = ("include_prices", "true");

/// One catalogue of one region, or of the account.
type Place = (Source, Option<u64>);

/// Everything that was read of it.
#[derive(Default)]
pub(crate) struct Catalogue {
    offers: Mutex<HashMap<Place, (Instant, Rows<Offer>)>>,
    quotas: Mutex<Option<(Instant, Arc<wire::Quotas>)>>,
    flavors: AgedCache<Result<Flavors, Problem>>,
    containers: AgedCache<Result<Arc<HashSet<u64>>, Problem>>,
}

/// The flavors of deployments, and those that could not be read.
struct Flavors {
    by_name: Arc<InferenceFlavors>,
    unreadable: Unreadable,
}

/// The result of one read of a catalogue.
enum Brought {
    Offers(Place, Result<Rows<Offer>, Problem>),
    Quotas(Result<wire::Quotas, Problem>),
}

impl Catalogue {
    pub(crate) fn forget(&self) {
        self.offers.lock().clear();
        *self.quotas.lock() = None;
        self.flavors.forget();
        self.containers.forget();
    }

    /// The flavors of deployments by name.
    pub(crate) async fn inference_flavors(&self, site: &Site) -> Result<Arc<InferenceFlavors>, Problem> {
        let api = site.api.clone();
        let read = move || {
            async move {
                let all: Rows<wire::InferenceFlavor> = api.all(&INFERENCE_FLAVORS, &[]).await?;
                let by_name = all.good.into_iter().map(|flavor| (flavor.name.to_string(), flavor)).collect();
                Ok(Flavors { by_name: Arc::new(by_name), unreadable: all.unreadable })
            }
            .boxed()
        };
        let flavors = self.flavors.get(if_good(FLAVORS_FRESH_FOR), read).await;
        flavors.as_ref().as_ref().map(|flavors| flavors.by_name.clone()).map_err(Clone::clone)
    }

    /// The regions that run containers.
    pub(crate) async fn container_regions(&self, site: &Site) -> Result<Arc<HashSet<u64>>, Problem> {
        let api = site.api.clone();
        let read = move || {
            async move {
                let query = [("product", "containers")];
                let all: Rows<wire::Region> = api.all(&REGIONS, &query).await?;
                Ok(Arc::new(all.good.into_iter().map(|region| region.id).collect()))
            }
            .boxed()
        };
        let regions = self.containers.get(if_good(FLAVORS_FRESH_FOR), read).await;
        regions.as_ref().clone()
    }

    /// The models of all catalogues as far as they are known.
    pub(crate) fn models(&self, site: &Site, regions: &Regions) -> Vec<GpuModel> {
        let quotas = self.quotas.lock().clone();
        let quotas = quotas.as_ref().map(|(_, quotas)| &**quotas);
        let offers = self.offers.lock();
        let all = offers.values().flat_map(|(_, offers)| &offers.good);
        site.map.gpu_models(all, quotas, regions)
    }

    /// The flavors of all catalogues that could not be read.
    pub(crate) fn unreadable(&self) -> Unreadable {
        let mut all = Unreadable::default();
        if let Some(flavors) = self.flavors.peek()
            && let Ok(flavors) = &*flavors
        {
            all.add(&flavors.unreadable);
        }
        for (_, offers) in self.offers.lock().values() {
            all.add(&offers.unreadable);
        }
        all
    }

    /// Reads what is old, everything at once. Gives back what could not be read, and whether anything is known of all that
    /// was wanted.
    pub(crate) async fn refresh(
        &self,
        site: &Arc<Site>,
        project: &ArcStr,
        regions: &Regions,
    ) -> (Vec<(Place, Problem)>, bool) {
        let mut reads: FuturesUnordered<BoxFuture<'static, Brought>> = self
            .stale(regions)
            .into_iter()
            .map(|place| read_place(site.clone(), project.clone(), place))
            .collect();
        if self.quotas_are_old() {
            let site = site.clone();
            reads.push(Box::pin(async move { Brought::Quotas(site.api.get(&QUOTAS, &[]).await) }));
        }
        let mut failures = Vec::new();
        while let Some(brought) = reads.next().await {
            match brought {
                Brought::Offers(place, Ok(offers)) => self.put(place, offers),
                // The service is not there.
                Brought::Offers(place, Err(problem)) if problem.kind == ProblemKind::NotFound => {
                    self.put(place, Rows::default());
                }
                Brought::Offers(place, Err(problem)) => failures.push((place, problem)),
                Brought::Quotas(Ok(quotas)) => {
                    let mut known = self.quotas.lock();
                    *known = Some((Instant::now(), Arc::new(quotas)));
                }
                // A model without its quota is a model all the same; the details show why it is missing.
                Brought::Quotas(Err(_)) => {}
            }
        }
        let known = self.offers.lock();
        (failures, !known.is_empty())
    }

    fn put(&self, place: Place, offers: Rows<Offer>) {
        let mut known = self.offers.lock();
        known.insert(place, (Instant::now(), offers));
    }

    fn quotas_are_old(&self) -> bool {
        let known = self.quotas.lock();
        known.as_ref().is_none_or(|(at, _)| at.elapsed() > CAPACITY_FRESH_FOR)
    }

    /// The catalogues to read again. Those that are no more in the context are dropped.
    fn stale(&self, regions: &Regions) -> Vec<Place> {
        let of_region = |region: &Region| {
            let clusters = [Source::Virtual, Source::BareMetal].into_iter().filter(|_| region.has_gpus);
            let id = Some(region.id);
            clusters.chain([Source::Instance]).map(move |source| (source, id)).collect::<Vec<_>>()
        };
        let wanted: Vec<Place> =
            regions.mine.iter().flat_map(of_region).chain([(Source::Inference, None)]).collect();
        let mut known = self.offers.lock();
        known.retain(|place, _| wanted.contains(place));
        let is_old = |place: &Place| {
            let age = if place.0 == Source::Instance { FLAVORS_FRESH_FOR } else { CAPACITY_FRESH_FOR };
            known.get(place).is_none_or(|(at, _)| at.elapsed() > age)
        };
        wanted.into_iter().filter(is_old).collect()
    }
}

fn read_place(site: Arc<Site>, project: ArcStr, place: Place) -> BoxFuture<'static, Brought> {
    Box::pin(async move {
        let offers = match place {
            (Source::Inference, _) | (_, None) => inference(&site).await,
            (source, Some(region)) => regional(&site, &project, source, region).await,
        };
        Brought::Offers(place, offers)
    })
}

/// The path of a region's catalogue.
pub(crate) fn path<'a>(source: Source, project: &'a str, region: &'a str) -> Vec<&'a str> {
    match source {
        Source::Virtual => vec!["cloud", "v3", "gpu", "virtual", project, region, "flavors"],
        Source::BareMetal => vec!["cloud", "v3", "gpu", "baremetal", project, region, "flavors"],
        Source::Instance => vec!["cloud", "v1", "flavors", project, region],
        Source::Inference => INFERENCE_FLAVORS.to_vec(),
    }
}

async fn regional(site: &Site, project: &str, source: Source, region: u64) -> Result<Rows<Offer>, Problem> {
    let (api, scope) = (site.api.region(region), region.to_string());
    let path = path(source, project, &scope);
    if source == Source::Instance {
        let all: Rows<wire::VmFlavor> = api.all(&path, &[PRICED]).await?;
        return Ok(all.filter_map(|it| Offer::of_instance(region, &it)));
    }
    let all: Rows<wire::GpuFlavor> = api.all(&path, &[PRICED]).await?;
    Ok(all.filter_map(|it| Offer::of_cluster(source, region, it)))
}

/// Flavors are the account's; how many of each there are, and where, is a list of its own. Who may not read that sees the flavors
/// all the same.
async fn inference(site: &Site) -> Result<Rows<Offer>, Problem> {
    let capacity = site.api.all::<wire::Capacity>(&INFERENCE_CAPACITY, &[]);
    let (flavors, capacity) = tokio::join!(site.catalogue.inference_flavors(site), capacity);
    let capacity = match capacity {
        Err(problem) if problem.kind.may_pass() => return Err(problem),
        other => other.unwrap_or_default(),
    };
    let offers = flavors?.values().flat_map(|flavor| Offer::of_inference(flavor, &capacity.good)).collect();
    // The flavors that could not be read are counted where they are kept.
    Ok(Rows { good: offers, unreadable: capacity.unreadable })
}
