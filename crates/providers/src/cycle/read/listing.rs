//! Cycle's lists: containers, the instances of each, jobs. Pages are followed to the end and told as they come.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt};
use tokio::sync::mpsc::Sender;

use super::super::api::{Api, PAGE_SIZE};
use super::super::map::{Mapper, Owner};
use super::super::wire;
use crate::ListEvent;
use crate::kit::page_cache::{Page, PageCache, PageWalk};
use qdeck_model::{Container, Problem, ProblemKind, Resource};
use qdeck_net::produce;

/// What a list of instances brings along, so that places have names.
pub(crate) const INSTANCE_INCLUDES: (&str, &str) = ("include", "servers,locations");
pub(crate) const CONTAINER_INCLUDES: (&str, &str) = ("include", "images,environments");
pub(crate) const JOB_INCLUDES: (&str, &str) = ("include", "creators");
pub(crate) const CONTAINER_META: (&str, &str) = ("meta", "instances_count,domains");

/// Jobs pile up for ever: only the latest of them are listed.
const JOB_PAGES: usize = 2;

/// A container as a row, and how many instances the platform says it has.
pub(crate) struct Listed {
    row: Container,
    count: Option<u32>,
}

/// Whether a page that begins at `number` with so many rows is followed by another. Nothing in an answer says so: a
/// full page is. A server that gives smaller pages than it was asked for would look as if it had ended, so a page of a
/// round number of rows is taken for a full one, at the price of one request more.
fn more(sent: usize) -> bool {
    sent >= PAGE_SIZE || (sent >= 10 && sent.is_multiple_of(10))
}

/// The pages of containers, shared by the lists of containers and of instances.
pub(crate) fn shelf(api: Arc<Api>, map: Mapper) -> PageCache<Listed> {
    PageCache::new(move |number| {
        let (api, map) = (api.clone(), map.clone());
        async move {
            let (size, number) = (PAGE_SIZE.to_string(), number.to_string());
            let query =
                [CONTAINER_META, CONTAINER_INCLUDES, ("page[size]", &*size), ("page[number]", &*number)];
            let list: wire::List<wire::Container> = api.get(&["v1", "containers"], &query).await?;
            map.learn(&list.includes);
            let rows = list.data.good.iter().map(|container| Listed {
                row: map.container(container),
                count: container.meta.instances_count.as_ref().and_then(|counts| *counts.total),
            });
            Ok(Page { rows: rows.collect(), more: more(list.data.sent), total: None })
        }
        .boxed()
    })
}

pub(crate) fn containers(sweep: PageWalk<Listed>) -> BoxStream<'static, ListEvent> {
    produce(|out| async move {
        let mut told = 0;
        for number in 1.. {
            let event = match sweep.page(number).await {
                Ok(page) => {
                    told += page.rows.len();
                    let rows = page.rows.iter().map(|it| Resource::Container(it.row.clone()));
                    let event = ListEvent::Page {
                        scope: None,
                        rows: rows.collect(),
                        expected: (!page.more).then_some(told),
                    };
                    if out.send(event).await.is_ok() && page.more {
                        continue;
                    }
                    ListEvent::End
                }
                Err(problem) => ListEvent::Failed(problem),
            };
            // Nobody listening is no failure.
            let _ = out.send(event).await;
            return;
        }
    })
}

/// The instances of every container, several containers at once. The next page of containers is asked for only when
/// those of this one are under way, so the first rows do not wait for the last page.
pub(crate) fn instances(
    api: Arc<Api>,
    map: Mapper,
    sweep: PageWalk<Listed>,
    at_once: usize,
) -> BoxStream<'static, ListEvent> {
    produce(move |out| async move {
        let failure = std::sync::Mutex::new(None);
        let expected = Expected::default();
        pages(sweep)
            .flat_map(|page| {
                let listed = match &page {
                    Ok(page) => {
                        expected.add(page);
                        page.rows.len()
                    }
                    Err(_) => 1,
                };
                stream::iter((0..listed).map(move |at| (page.clone(), at)))
            })
            .for_each_concurrent(at_once.max(1), |(page, at)| {
                let (api, map, out, failure, expected) = (&api, &map, &out, &failure, &expected);
                async move {
                    match &page {
                        Ok(page) => {
                            if let Some(container) = page.rows.get(at) {
                                of_container(api, map, container, expected, out).await;
                            }
                        }
                        Err(problem) => {
                            let mut failure =
                                failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                            *failure = Some(problem.clone());
                        }
                    }
                }
            })
            .await;
        let failure = failure.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        let _ = out.send(failure.map_or(ListEvent::End, ListEvent::Failed)).await;
    })
}

/// How many instances there will be, known once the last page of containers is.
#[derive(Default)]
struct Expected {
    sum: AtomicUsize,
    whole: std::sync::atomic::AtomicBool,
}

impl Expected {
    fn add(&self, page: &Page<Listed>) {
        let sum: usize = page
            .rows
            .iter()
            .filter_map(|it| it.count.or(it.row.instances))
            .filter_map(|count| usize::try_from(count).ok())
            .sum();
        self.sum.fetch_add(sum, Ordering::Relaxed);
        self.whole.store(!page.more, Ordering::Relaxed);
    }

    fn now(&self) -> Option<usize> {
        self.whole.load(Ordering::Relaxed).then(|| self.sum.load(Ordering::Relaxed))
    }
}

/// The pages of a sweep to the last one or the first failure.
fn pages<T: Send + Sync + 'static>(
    sweep: PageWalk<T>,
) -> impl futures_util::Stream<Item = Result<Arc<Page<T>>, Problem>> + Send {
    stream::unfold(Some((sweep, 1)), |state| async move {
        let (sweep, number) = state?;
        let page = sweep.page(number).await;
        let next = match &page {
            Ok(page) if page.more => Some((sweep, number + 1)),
            _ => None,
        };
        Some((page, next))
    })
}

async fn of_container(
    api: &Api,
    map: &Mapper,
    container: &Listed,
    expected: &Expected,
    out: &Sender<ListEvent>,
) {
    let scope = container.row.id.id.clone();
    let end = if container.count == Some(0) {
        ListEvent::ScopeEnd(scope)
    } else {
        match instance_pages(api, map, &container.row, expected, out).await {
            Ok(()) => ListEvent::ScopeEnd(scope),
            // The container was deleted a moment ago, and its instances with it.
            Err(problem) if problem.kind == ProblemKind::NotFound => ListEvent::ScopeEnd(scope),
            Err(problem) => ListEvent::ScopeFailed(scope, problem),
        }
    };
    let _ = out.send(end).await;
}

async fn instance_pages(
    api: &Api,
    map: &Mapper,
    container: &Container,
    expected: &Expected,
    out: &Sender<ListEvent>,
) -> Result<(), Problem> {
    let scope = &container.id.id;
    let size = PAGE_SIZE.to_string();
    for number in 1.. {
        let number = number.to_string();
        let query = [INSTANCE_INCLUDES, ("page[size]", &*size), ("page[number]", &*number)];
        let list: wire::List<wire::Instance> =
            api.get(&["v1", "containers", scope, "instances"], &query).await?;
        map.learn(&list.includes);
        let owner = Owner { name: container.name.clone(), image: container.image.clone() };
        let rows = list.data.good.iter().map(|it| Resource::Instance(map.instance(it, scope, Some(&owner))));
        let page =
            ListEvent::Page { scope: Some(scope.clone()), rows: rows.collect(), expected: expected.now() };
        if (list.data.sent > 0 && out.send(page).await.is_err()) || !more(list.data.sent) {
            break;
        }
    }
    Ok(())
}

/// The latest jobs, newest first: ids grow with time, and `-id` is the one order that the description shows.
pub(crate) fn jobs(
    api: Arc<Api>,
    map: Mapper,
    containers: PageWalk<Listed>,
) -> BoxStream<'static, ListEvent> {
    produce(move |out| async move {
        let size = PAGE_SIZE.to_string();
        for number in 1..=JOB_PAGES {
            let page = number.to_string();
            let query = [JOB_INCLUDES, ("sort", "-id"), ("page[size]", &*size), ("page[number]", &*page)];
            let list: Result<wire::List<wire::Job>, Problem> = api.get(&["v1", "jobs"], &query).await;
            let list = match list {
                Ok(list) => list,
                Err(problem) => {
                    let _ = out.send(ListEvent::Failed(problem)).await;
                    return;
                }
            };
            map.learn(&list.includes);
            name_targets(&map, &containers, &list.data.good).await;
            let event = ListEvent::Page {
                scope: None,
                rows: list.data.good.iter().map(|job| Resource::Operation(map.job(job))).collect(),
                expected: None,
            };
            if out.send(event).await.is_err() || !more(list.data.sent) {
                break;
            }
        }
        let _ = out.send(ListEvent::End).await;
    })
}

/// Waits for the names of the containers that jobs work on: they come with the listing of containers, which is under
/// way or just over. A container that is no more has none.
async fn name_targets(map: &Mapper, containers: &PageWalk<Listed>, jobs: &[wire::Job]) {
    for number in 1.. {
        if !jobs.iter().any(|job| map.is_nameless(job)) {
            return;
        }
        match containers.page(number).await {
            Ok(page) if page.more => {}
            _ => return,
        }
    }
}
