//! Gcore's lists. What is listed by region fans out, each region a scope in a lane of its own: its rows are told as they
//! come, and one that fails or hangs keeps nothing from the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::mpsc::Sender;

use super::super::Site;
use super::super::places::{Region, Regions};
use super::super::wire;
use crate::ListEvent;
use crate::kit::send_whole_listing;
use qdeck_model::{GpuModel, Problem, ProblemKind, Resource, Timestamp};

/// Tasks pile up for ever: only those of the last week are listed, and of them the latest page.
const TASKS_OF: Duration = Duration::from_secs(7 * 86_400);

/// Catalogues that are not read whole within this time are told as far as they are known: longer than a failed read and
/// its tries take.
const LONG: Duration = Duration::from_secs(4);

/// The scope of deployments, which belong to no region.
const INFERENCE: &str = "inference";

/// Bare metal and servers of GPU clusters are left out unless asked for. New instances come last, so that they do not
/// move the pages while they are read.
pub(crate) const INSTANCE_QUERY: [(&str, &str); 3] =
    [("include_ai", "true"), ("include_baremetal", "true"), ("order_by", "created.asc")];

/// How the scopes of a listing went.
#[derive(Default)]
struct Tally {
    told: usize,
    failures: Vec<Problem>,
}

impl Tally {
    fn add(&mut self, result: Result<(), Problem>) {
        match result {
            Ok(()) => self.told += 1,
            Err(problem) => self.failures.push(problem),
        }
    }

    /// The listing itself failed when nothing of it could be told, or when the credentials are refused.
    fn end(mut self) -> ListEvent {
        let refused = self.failures.iter().position(|problem| problem.kind == ProblemKind::Unauthorized);
        match refused {
            Some(at) => ListEvent::Failed(self.failures.swap_remove(at)),
            None if self.told == 0 && !self.failures.is_empty() => {
                ListEvent::Failed(self.failures.swap_remove(0))
            }
            None => ListEvent::End,
        }
    }
}

/// Ends a scope, or says why it could not be told.
async fn end_scope(out: &Sender<ListEvent>, scope: Arc<str>, result: &Result<(), Problem>) {
    let event = match result {
        Ok(()) => ListEvent::ScopeEnd(scope),
        Err(problem) => ListEvent::ScopeFailed(scope, problem.clone()),
    };
    // Nobody listening is no failure.
    let _ = out.send(event).await;
}

/// The problem with the name of its region before it.
fn in_region(region: &Region, mut problem: Problem) -> Problem {
    problem.message = format!("{}: {}", region.name, problem.message).into();
    problem
}

pub(crate) async fn instances(site: Arc<Site>, out: Sender<ListEvent>) {
    let places = async { tokio::try_join!(site.places.project(), site.places.at_once()) };
    let (project, regions) = match places.await {
        Ok(found) => found,
        Err(problem) => {
            let _ = out.send(ListEvent::Failed(problem)).await;
            return;
        }
    };
    let expected = Expected::new(regions.mine.len());
    let each = regions.mine.iter().map(|region| async {
        let result = of_region(&site, &project, region, &expected, &out).await;
        let result = result.map_err(|problem| in_region(region, problem));
        end_scope(&out, region.scope.clone(), &result).await;
        result
    });
    let mut tally = Tally::default();
    join_all(each).await.into_iter().for_each(|result| tally.add(result));
    let _ = out.send(tally.end()).await;
}

/// How many rows there will be, known once every region has told its share.
struct Expected {
    silent: AtomicUsize,
    sum: AtomicUsize,
}

impl Expected {
    fn new(regions: usize) -> Self {
        Self { silent: AtomicUsize::new(regions), sum: AtomicUsize::new(0) }
    }

    fn add(&self, count: usize) -> Option<usize> {
        self.sum.fetch_add(count, Ordering::Relaxed);
        self.silent.fetch_sub(1, Ordering::Relaxed);
        self.now()
    }

    fn now(&self) -> Option<usize> {
        (self.silent.load(Ordering::Relaxed) == 0).then(|| self.sum.load(Ordering::Relaxed))
    }
}

async fn of_region(
    site: &Site,
    project: &str,
    region: &Region,
    expected: &Expected,
    out: &Sender<ListEvent>,
) -> Result<(), Problem> {
    let path = ["cloud", "v1", "instances", project, &region.scope];
    let named = site.places.name(region.id);
    let mut first = true;
    let tell = |wire: Vec<wire::Instance>, count: Option<usize>| {
        let rows: Vec<Resource> = wire
            .iter()
            .filter_map(|it| site.map.instance(it, &region.scope, named.as_deref()))
            .map(Resource::Instance)
            .collect();
        let expected = if std::mem::take(&mut first) {
            expected.add(count.unwrap_or(rows.len()))
        } else {
            expected.now()
        };
        let page = ListEvent::Page { scope: Some(region.scope.clone()), rows, expected };
        async { out.send(page).await.is_ok() }
    };
    site.api.region(region.id).pages(&path, &INSTANCE_QUERY, tell).await
}

/// Deployments, which are the project's, and the containers of each region that has such.
pub(crate) async fn containers(site: Arc<Site>, out: Sender<ListEvent>) {
    let project = match site.places.project().await {
        Ok(project) => project,
        Err(problem) => {
            let _ = out.send(ListEvent::Failed(problem)).await;
            return;
        }
    };
    let mut tally = Tally::default();
    let (inference, caas) = tokio::join!(deployments(&site, &project, &out), caas(&site, &project, &out));
    tally.add(inference);
    for result in caas {
        tally.add(result);
    }
    let _ = out.send(tally.end()).await;
}

async fn deployments(site: &Site, project: &str, out: &Sender<ListEvent>) -> Result<(), Problem> {
    let path = ["cloud", "v3", "inference", project, "deployments"];
    let result = async {
        let (wire, flavors, regions) = tokio::join!(
            site.api.all::<wire::Deployment>(&path, &[]),
            site.catalogue.inference_flavors(site),
            site.places.regions(),
        );
        // Sizes and names of places are left out where they cannot be read.
        let (flavors, regions) = (flavors.ok(), regions.ok());
        let wire = wire?;
        let rows = wire
            .iter()
            .map(|it| site.map.deployment(it, flavors.as_deref(), regions.as_deref()))
            .map(Resource::Container);
        let page = ListEvent::Page { scope: Some(INFERENCE.into()), rows: rows.collect(), expected: None };
        let _ = out.send(page).await;
        Ok(())
    };
    let result = result.await;
    end_scope(out, INFERENCE.into(), &result).await;
    result
}

async fn caas(site: &Site, project: &str, out: &Sender<ListEvent>) -> Vec<Result<(), Problem>> {
    let places = async { tokio::try_join!(site.places.regions(), site.catalogue.container_regions(site)) };
    let (regions, with) = match places.await {
        Ok(found) => found,
        Err(problem) => {
            end_scope(out, "containers".into(), &Err(problem.clone())).await;
            return vec![Err(problem)];
        }
    };
    let each = regions.mine.iter().filter(|region| with.contains(&region.id));
    join_all(each.map(|region| caas_of_region(site, project, region, out))).await
}

async fn caas_of_region(
    site: &Site,
    project: &str,
    region: &Region,
    out: &Sender<ListEvent>,
) -> Result<(), Problem> {
    let path = ["cloud", "v1", "caas", project, &region.scope, "containers"];
    let tell = |wire: Vec<wire::CaasContainer>, _| {
        let rows = wire.iter().map(|it| Resource::Container(site.map.caas(it, region)));
        let page =
            ListEvent::Page { scope: Some(region.scope.clone()), rows: rows.collect(), expected: None };
        async { out.send(page).await.is_ok() }
    };
    let result = match site.api.region(region.id).pages(&path, &[], tell).await {
        // The region has no containers after all.
        Err(problem) if problem.kind == ProblemKind::NotFound => Ok(()),
        other => other.map_err(|problem| in_region(region, problem)),
    };
    end_scope(out, region.scope.clone(), &result).await;
    result
}

/// The tasks of the project's regions, the latest first, and those without a region, as of deployments.
pub(crate) async fn tasks(site: Arc<Site>, out: Sender<ListEvent>) {
    send_whole_listing(&out, latest_tasks(&site).await).await;
}

async fn latest_tasks(site: &Site) -> Result<Vec<Resource>, Problem> {
    let project = site.places.project().await?;
    let since = Timestamp::now().before(TASKS_OF);
    // Whole seconds: not every server that reads ISO 8601 reads fractions of them.
    let since = Timestamp::from_millis(since.as_millis() / 1000 * 1000).unwrap_or(since).to_string();
    let query = [("project_id", &*project), ("order_by", "desc"), ("from_timestamp", &*since)];
    let list = site.api.page::<wire::Task>(&["cloud", "v1", "tasks"], &query, 0);
    let (list, regions) = tokio::join!(list, site.places.regions());
    let regions: Option<Arc<Regions>> = regions.ok();
    let mine = |task: &&wire::Task| task.region_id.is_none_or(|region| site.places.looks_into(region));
    Ok(list?
        .results
        .good
        .iter()
        .filter(mine)
        .map(|task| Resource::Operation(site.map.task(task, regions.as_deref())))
        .collect())
}

/// The models of all catalogues, which are whole only when each has been read: they are told then, and before that only
/// if something takes long.
pub(crate) async fn gpu_models(site: Arc<Site>, out: Sender<ListEvent>) {
    let places = async { tokio::try_join!(site.places.project(), site.places.regions()) };
    let (project, regions) = match places.await {
        Ok(found) => found,
        Err(problem) => {
            let _ = out.send(ListEvent::Failed(problem)).await;
            return;
        }
    };
    let mut refresh = std::pin::pin!(site.catalogue.refresh(&site, &project, &regions));
    let mut told = Vec::new();
    let early = tokio::select! {
        whole = &mut refresh => Some(whole),
        () = tokio::time::sleep(LONG) => None,
    };
    let (failures, known) = if let Some(whole) = early {
        whole
    } else {
        told = site.catalogue.models(&site, &regions);
        if !tell_models(&out, told.clone()).await {
            return;
        }
        refresh.await
    };
    let mut models = site.catalogue.models(&site, &regions);
    models.retain(|model| !told.contains(model));
    if !tell_models(&out, models).await {
        return;
    }
    let mut tally = Tally { told: usize::from(known), failures: Vec::new() };
    for ((source, region), problem) in failures {
        let scope: Arc<str> = match region {
            Some(region) => format!("{} {region}", source.word()).into(),
            None => INFERENCE.into(),
        };
        let problem = match region.and_then(|id| regions.mine.iter().find(|region| region.id == id)) {
            Some(region) => in_region(region, problem),
            None => problem,
        };
        let _ = out.send(ListEvent::ScopeFailed(scope, problem.clone())).await;
        tally.add(Err(problem));
    }
    let _ = out.send(tally.end()).await;
}

/// Whether somebody still listens.
async fn tell_models(out: &Sender<ListEvent>, models: Vec<GpuModel>) -> bool {
    let page = ListEvent::Page {
        scope: None,
        rows: models.into_iter().map(Resource::GpuModel).collect(),
        expected: None,
    };
    out.send(page).await.is_ok()
}
