//! Gcore's lists. What is listed by region fans out, each region a scope in a lane of its own: its rows are sent as they
//! come, and one that fails or hangs keeps nothing from the others.

use std::sync::Arc;
use std::time::Duration;

use arcstr::ArcStr;
use futures_util::FutureExt;
use futures_util::stream::{self, Stream};
use tokio::sync::mpsc::Sender;

use super::super::Site;
use super::super::api::CachedList;
use super::super::places::{Region, Regions};
use super::super::wire;
use crate::ListEvent;
use crate::kit::pages::key_of;
use crate::kit::{
    self, ExpectedRows, Listing, Page, PageAt, Walked, of_parts, send_whole_listing, unless_gone,
};
use qdeck_model::{GpuModel, Problem, Resource, Timestamp, Unreadable};

/// Tasks pile up for ever: only those of the last week are listed, and of them the latest page.
const MAX_TASK_AGE: Duration = Duration::from_secs(7 * 86_400);

/// The time for the catalogues; what is known of them is sent after it. Longer than a failed read and its retries take.
const CATALOGUES_TIMEOUT: Duration = Duration::from_secs(4);

/// The scope of deployments, which belong to no region.
const INFERENCE: &str = "inference";

/// Bare metal and servers of GPU clusters are left out unless asked for. New instances come last, so that they do not
/// move the pages while they are read.
pub(crate) const INSTANCE_QUERY: [(&str, &str); 3] =
    [("include_ai", "true"), ("include_baremetal", "true"), ("order_by", "created.asc")];

/// The problem with the name of its region before it.
fn in_region(region: &Region, mut problem: Problem) -> Problem {
    problem.message = format!("{}: {}", region.name, problem.message).into();
    problem
}

pub(crate) async fn instances(site: Arc<Site>, out: Sender<ListEvent>) {
    let places = async { tokio::try_join!(site.places.project(), site.places.at_once()) };
    let (project, regions) = match places.await {
        Ok(found) => found,
        Err(problem) => return Listing::new(out).end(Some(problem)).await,
    };
    let listing = Listing::new(out);
    site.instances.begin_listing();
    count_regions(&listing, &site, &regions);
    let expected = ExpectedRows::of_parts(regions.mine.len());
    let of_region = |region: Region| {
        let (site, project, listing, expected) = (&site, &project, &listing, &expected);
        async move {
            let result = instances_of_region(site, project, &region, expected, listing).await;
            (region.scope.clone(), result.map_err(|problem| in_region(&region, problem)))
        }
        .boxed()
    };
    listing.scopes(each(&regions.mine), regions.mine.len(), of_region).await;
    listing.finish().await;
}

/// Counts the regions that could not be read, unless the context names its own.
fn count_regions(listing: &Listing, site: &Site, regions: &Regions) {
    if site.places.are_all() {
        listing.count(&of_parts("region", &regions.unreadable));
    }
}

/// Regions as scopes. All are listed at once: each has a lane of its own.
fn each<'a>(regions: impl IntoIterator<Item = &'a Region>) -> impl Stream<Item = Result<Region, Problem>> {
    stream::iter(regions.into_iter().cloned().map(Ok).collect::<Vec<_>>())
}

async fn instances_of_region(
    site: &Site,
    project: &str,
    region: &Region,
    expected: &ExpectedRows,
    listing: &Listing,
) -> Result<(), Problem> {
    let named = site.places.name(region.id);
    let list = CachedList {
        path: &["cloud", "v1", "instances", project, &region.scope],
        query: &INSTANCE_QUERY,
        walk: site.instances.walk(&region.scope),
        // The name of the region is all that an instance's row has from elsewhere.
        version: key_of(&named),
    };
    let map =
        |wire: &wire::Instance| Resource::Instance(site.map.instance(wire, &region.scope, named.as_deref()));
    let mut is_first = true;
    let expected = |page: &Walked<Resource>| {
        if std::mem::take(&mut is_first) {
            expected.add_last(page.total().unwrap_or(page.len()));
        }
        expected.now()
    };
    let api = site.api.region(region.id);
    listing.cached_pages(Some(&region.scope), api.cached_pages(&list, &map), expected).await
}

/// Deployments, which are the project's, and the containers of each region that has such.
pub(crate) async fn containers(site: Arc<Site>, out: Sender<ListEvent>) {
    let project = match site.places.project().await {
        Ok(project) => project,
        Err(problem) => return Listing::new(out).end(Some(problem)).await,
    };
    let listing = Listing::new(out);
    let inference = async {
        let result = deployments(&site, &project, &listing).await;
        listing.end_scope(INFERENCE.into(), result).await;
    };
    tokio::join!(inference, caas(&site, &project, &listing));
    listing.finish().await;
}

async fn deployments(site: &Site, project: &str, listing: &Listing) -> Result<(), Problem> {
    let path = ["cloud", "v3", "inference", project, "deployments"];
    let (wire, flavors, regions) = tokio::join!(
        site.api.all::<wire::Deployment>(&path, &[]),
        site.catalogue.inference_flavors(site),
        site.places.regions(),
    );
    // Sizes and names of places are left out where they cannot be read.
    let (flavors, regions) = (flavors.ok(), regions.ok());
    let wire = wire?;
    listing.count(&wire.unreadable);
    let rows = wire
        .good
        .iter()
        .map(|it| site.map.deployment(it, flavors.as_deref(), regions.as_deref()))
        .map(|row| Resource::Container(row.into()));
    listing.page(Some(&INFERENCE.into()), rows.collect(), None).await;
    Ok(())
}

async fn caas(site: &Site, project: &str, listing: &Listing) {
    let places = async { tokio::try_join!(site.places.regions(), site.catalogue.container_regions(site)) };
    let (regions, with) = match places.await {
        Ok(found) => found,
        Err(problem) => return listing.end_scope("containers".into(), Err(problem)).await,
    };
    count_regions(listing, site, &regions);
    let of_region = |region: Region| {
        async move {
            // The region may have no containers after all.
            let result = unless_gone(caas_of_region(site, project, &region, listing).await);
            (region.scope.clone(), result.map_err(|problem| in_region(&region, problem)))
        }
        .boxed()
    };
    let regions = regions.mine.iter().filter(|region| with.contains(&region.id));
    listing.scopes(each(regions), usize::MAX, of_region).await;
}

async fn caas_of_region(
    site: &Site,
    project: &str,
    region: &Region,
    listing: &Listing,
) -> Result<(), Problem> {
    let path = ["cloud", "v1", "caas", project, &region.scope, "containers"];
    let rows = |page: Page<wire::CaasContainer>| {
        (page.rows.iter().map(|it| Resource::Container(site.map.caas(it, region).into())).collect(), None)
    };
    let api = site.api.region(region.id);
    listing.pages(Some(&region.scope), api.pages(&path, &[]), rows).await
}

/// The tasks of the project's regions, the latest first, and those without a region, as of deployments.
pub(crate) async fn tasks(site: Arc<Site>, out: Sender<ListEvent>) {
    send_whole_listing(out, latest_tasks(&site).await).await;
}

async fn latest_tasks(site: &Site) -> Result<(Vec<Resource>, Unreadable), Problem> {
    let project = site.places.project().await?;
    let since = Timestamp::now().before(MAX_TASK_AGE);
    // Whole seconds: not every server that reads ISO 8601 reads fractions of them.
    let since = Timestamp::from_millis(since.as_millis() / 1000 * 1000).unwrap_or(since).to_string();
    let query = [("project_id", &*project), ("order_by", "desc"), ("from_timestamp", &*since)];
    let path = ["cloud", "v1", "tasks"];
    let list = site.api.page::<wire::Task>(&path, &query, PageAt::FIRST);
    let (list, regions) = tokio::join!(list, site.places.regions());
    let regions: Option<Arc<Regions>> = regions.ok();
    let mine = |task: &&wire::Task| task.region_id.is_none_or(|region| site.places.looks_into(region));
    let list = list?;
    if let Some(problem) = list.unreadable.failure() {
        return Err(problem.request(kit::request_name("GET", &path)));
    }
    let row = |task| Resource::Operation(site.map.task(task, regions.as_deref()));
    Ok((list.rows.iter().filter(mine).map(row).collect(), list.unreadable))
}

/// The models of all catalogues, which are whole only when each has been read: they are sent then, and before that only
/// if something takes long.
pub(crate) async fn gpu_models(site: Arc<Site>, out: Sender<ListEvent>) {
    let places = async { tokio::try_join!(site.places.project(), site.places.regions()) };
    let (project, regions) = match places.await {
        Ok(found) => found,
        Err(problem) => return Listing::new(out).end(Some(problem)).await,
    };
    let listing = Listing::new(out);
    let mut refresh = std::pin::pin!(site.catalogue.refresh(&site, &project, &regions));
    let mut sent = Vec::new();
    let early = tokio::select! {
        whole = &mut refresh => Some(whole),
        () = tokio::time::sleep(CATALOGUES_TIMEOUT) => None,
    };
    let (failures, has_models) = if let Some(whole) = early {
        whole
    } else {
        sent = site.catalogue.models(&site, &regions);
        if !send_models(&listing, sent.clone()).await {
            return;
        }
        refresh.await
    };
    let mut models = site.catalogue.models(&site, &regions);
    models.retain(|model| !sent.contains(model));
    if !send_models(&listing, models).await {
        return;
    }
    if has_models {
        listing.has_rows();
    }
    count_regions(&listing, &site, &regions);
    listing.count(&site.catalogue.unreadable());
    for ((source, region), problem) in failures {
        let scope: ArcStr = match region {
            Some(region) => format!("{} {region}", source.word()).into(),
            None => INFERENCE.into(),
        };
        let problem = match region.and_then(|id| regions.mine.iter().find(|region| region.id == id)) {
            Some(region) => in_region(region, problem),
            None => problem,
        };
        listing.end_scope(scope, Err(problem)).await;
    }
    listing.finish().await;
}

/// Sends models as one page. Returns whether there is still a receiver.
async fn send_models(listing: &Listing, models: Vec<GpuModel>) -> bool {
    listing.page(None, models.into_iter().map(Resource::GpuModel).collect(), None).await
}
