//! Cycle's lists: containers, the instances of each, jobs. Pages are sent on as they come.

use std::sync::Arc;

use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};
use serde::de::DeserializeOwned;

use super::super::api::{Api, PAGE_SIZE};
use super::super::map::{Mapper, Owner};
use super::super::wire;
use crate::ListEvent;
use crate::kit::pages::{Row, key_of};
use crate::kit::{
    self, ExpectedRows, Listing, Page, PageAt, PageCache, PageWalk, Rest, SharedPages, unless_gone,
};
use qdeck_model::{Container, Problem, Resource};
use qdeck_net::produce;

/// The parts included in a list of instances, so that locations have names.
pub(crate) const INSTANCE_INCLUDES: (&str, &str) = ("include", "servers,locations");
pub(crate) const CONTAINER_INCLUDES: (&str, &str) = ("include", "images,environments");
pub(crate) const JOB_INCLUDES: (&str, &str) = ("include", "creators");
pub(crate) const CONTAINER_META: (&str, &str) = ("meta", "instances_count,domains");

/// Jobs pile up for ever: only the latest of them are listed.
const MAX_JOB_PAGES: usize = 2;

/// A container as a row, and how many instances it has by the platform's count.
pub(crate) struct Listed {
    row: Container,
    count: Option<u32>,
}

impl Row for Listed {
    fn key(&self) -> u64 {
        key_of(&self.row.id.id)
    }
}

impl Row for wire::Instance {
    fn key(&self) -> u64 {
        key_of(&self.id)
    }
}

impl Row for wire::Job {
    fn key(&self) -> u64 {
        key_of(&self.id)
    }
}

/// The walk over a list. No answer has a mark of whether another page follows.
fn walk(path: &[&str]) -> PageWalk {
    PageWalk::new(kit::request_name("GET", path), PAGE_SIZE)
}

/// Fetches a page of a list, and learns the names that it includes.
async fn fetch<T: DeserializeOwned>(
    api: &Api,
    map: &Mapper,
    path: &[&str],
    query: &[(&str, &str)],
    at: PageAt,
) -> Result<Page<T>, Problem> {
    let (size, number) = (PAGE_SIZE.to_string(), at.number.to_string());
    let query = [query, &[("page[size]", &size), ("page[number]", &number)]].concat();
    let list: wire::List<T> = api.get(path, &query).await?;
    map.learn(&list.includes);
    Ok(Page::new(list.data, Rest::Unsaid))
}

/// The pages of containers, shared by the lists of containers and of instances.
pub(crate) fn cache(api: Arc<Api>, map: Mapper) -> PageCache<Listed> {
    let path = ["v1", "containers"];
    PageCache::new(walk(&path), move |at| {
        let (api, map) = (api.clone(), map.clone());
        async move {
            let query = [CONTAINER_META, CONTAINER_INCLUDES];
            let page = fetch::<wire::Container>(&api, &map, &path, &query, at).await?;
            Ok(page.map(|container| Listed {
                row: map.container(&container),
                count: container.meta.instances_count.as_ref().and_then(|counts| *counts.total),
            }))
        }
        .boxed()
    })
}

pub(crate) fn containers(pages: SharedPages<Listed>) -> BoxStream<'static, ListEvent> {
    produce(|out| async move {
        let listing = Listing::new(out);
        let mut sent = 0;
        let rows = |page: Arc<Page<Listed>>| {
            sent += page.rows.len();
            let rows = page.rows.iter().map(|it| Resource::Container(it.row.clone()));
            (rows.collect(), page.is_last().then_some(sent))
        };
        let result = listing.pages(None, pages.pages(), rows).await;
        listing.end(result.err()).await;
    })
}

/// The instances of every container, several containers at once. The next page of containers is asked for only when
/// those of this one are under way, so the first rows do not wait for the last page.
pub(crate) fn instances(
    api: Arc<Api>,
    map: Mapper,
    pages: SharedPages<Listed>,
    at_once: usize,
) -> BoxStream<'static, ListEvent> {
    produce(move |out| async move {
        let listing = Listing::new(out);
        let expected = ExpectedRows::of_parts(1);
        let pages = pages.pages().inspect(|page| {
            if let Ok(page) = page {
                expect(&expected, page);
            }
        });
        let of_container = |(page, index): (Arc<Page<Listed>>, usize)| {
            let (api, map, listing, expected) = (&api, &map, &listing, &expected);
            async move {
                let container = &page.rows[index];
                let scope = container.row.id.id.clone();
                let result = match container.count {
                    Some(0) => Ok(()),
                    // The container may have been deleted a moment ago, and its instances with it.
                    _ => unless_gone(of_container(api, map, &container.row, expected, listing).await),
                };
                (scope, result)
            }
            .boxed()
        };
        listing.scopes(kit::each_row(&listing, "container", pages), at_once, of_container).await;
        listing.finish().await;
    })
}

/// Adds the instances of a page of containers, which are all once the page is the last.
fn expect(expected: &ExpectedRows, page: &Page<Listed>) {
    let counts = page.rows.iter().filter_map(|it| it.count.or(it.row.instances));
    let sum = counts.filter_map(|count| usize::try_from(count).ok()).sum();
    if page.is_last() { expected.add_last(sum) } else { expected.add(sum) }
}

async fn of_container(
    api: &Api,
    map: &Mapper,
    container: &Container,
    expected: &ExpectedRows,
    listing: &Listing,
) -> Result<(), Problem> {
    let scope = &container.id.id;
    let owner = Owner { name: container.name.clone(), image: container.image.clone() };
    let path = ["v1", "containers", scope, "instances"];
    let pages = walk(&path).pages(|at| fetch::<wire::Instance>(api, map, &path, &[INSTANCE_INCLUDES], at));
    let rows = |page: Page<wire::Instance>| {
        let rows = page.rows.iter().map(|it| Resource::Instance(map.instance(it, scope, Some(&owner))));
        (rows.collect(), expected.now())
    };
    listing.pages(Some(scope), pages, rows).await
}

/// The latest jobs, newest first: ids grow with time, and `-id` is the one order that the description shows.
pub(crate) fn jobs(
    api: Arc<Api>,
    map: Mapper,
    containers: SharedPages<Listed>,
) -> BoxStream<'static, ListEvent> {
    produce(move |out| async move {
        let listing = Listing::new(out);
        let path = ["v1", "jobs"];
        let query = [JOB_INCLUDES, ("sort", "-id")];
        let (path, query, api, containers) = (&path, &query, &api, &containers);
        let names = &map;
        let pages = walk(path).at_most(MAX_JOB_PAGES).pages(|at| async move {
            let page = fetch::<wire::Job>(api, names, path, query, at).await?;
            name_targets(names, containers, &page.rows).await;
            Ok(page)
        });
        let rows = |page: Page<wire::Job>| {
            (page.rows.iter().map(|job| Resource::Operation(map.job(job))).collect(), None)
        };
        let result = listing.pages(None, pages, rows).await;
        listing.end(result.err()).await;
    })
}

/// Waits for the names of the containers that jobs work on: they come with the listing of containers, which is under
/// way or just over. A container that was deleted has none.
async fn name_targets(map: &Mapper, containers: &SharedPages<Listed>, jobs: &[wire::Job]) {
    let mut pages = std::pin::pin!(containers.clone().pages());
    while jobs.iter().any(|job| map.is_nameless(job)) {
        match pages.next().await {
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return,
        }
    }
}
