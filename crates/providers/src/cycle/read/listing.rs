//! Cycle's lists: containers, the instances of each, jobs. Pages are sent on as they come.

use std::sync::Arc;

use arcstr::ArcStr;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};
use serde::de::DeserializeOwned;

use super::super::api::{Api, PAGE_SIZE};
use super::super::map::{Mapper, Owner};
use super::super::wire;
use crate::ListEvent;
use crate::kit::pages::{CountedRows as _, ListPage as _, Row, key_of};
use crate::kit::{
    self, CachedWalk, ExpectedRows, Listing, Page, PageAt, PageCache, PageWalk, ReadPage, Rest, RowCache,
    RowsAt, SharedPages, Walked, unless_gone,
};
use crate::mapping::lenient::read_row;
use qdeck_model::{Container, Problem, Resource};
use qdeck_net::{JsonText, produce};

/// The parts included in a list of instances, so that locations have names.
pub(crate) const INSTANCE_INCLUDES: (&str, &str) = ("include", "servers,locations");
pub(crate) const CONTAINER_INCLUDES: (&str, &str) = ("include", "images,environments");
pub(crate) const JOB_INCLUDES: (&str, &str) = ("include", "creators");
pub(crate) const CONTAINER_META: (&str, &str) = ("meta", "instances_count,domains");

/// The path of containers.
const CONTAINERS: [&str; 2] = ["v1", "containers"];

/// Jobs pile up for ever: only the latest of them are listed.
const MAX_JOB_PAGES: usize = 2;

/// A container as a row, and how many instances it has by the platform's count.
#[derive(PartialEq)]
pub(crate) struct Listed {
    row: Arc<Resource>,
    count: Option<u32>,
}

impl Listed {
    fn container(&self) -> Option<&Container> {
        match &*self.row {
            Resource::Container(container) => Some(container),
            _ => None,
        }
    }
}

/// The rows of containers, and of instances by container.
#[derive(Clone, Default)]
pub(crate) struct CachedRows {
    containers: Arc<RowCache<Listed>>,
    instances: Arc<RowCache<Resource>>,
}

impl CachedRows {
    pub(crate) fn clear(&self) {
        self.containers.clear();
        self.instances.clear();
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

/// A list to fetch pages of.
struct List<'a> {
    api: &'a Api,
    map: &'a Mapper,
    path: &'a [&'a str],
    query: &'a [(&'a str, &'a str)],
}

impl List<'_> {
    /// Fetches a page, and learns the names that it includes.
    async fn page<T: DeserializeOwned>(&self, at: PageAt) -> Result<Page<T>, Problem> {
        let (size, number) = (PAGE_SIZE.to_string(), at.number.to_string());
        let query = [self.query, &[("page[size]", &size), ("page[number]", &number)]].concat();
        let list: wire::List<T> = self.api.get(self.path, &query).await?;
        self.map.learn(&list.includes);
        Ok(Page::new(list.data, Rest::Unsaid))
    }

    /// The same of a list whose rows are cached. Of what rows are mapped with, names have a version of their own; `others`
    /// is that of the rest.
    async fn cached_page<T: DeserializeOwned, R: PartialEq>(
        &self,
        at: PageAt,
        walk: &CachedWalk<R>,
        others: u64,
        map: impl Fn(&T) -> R,
        key: impl Fn(&R) -> u64,
    ) -> Result<Walked<R>, Problem> {
        let (size, number) = (PAGE_SIZE.to_string(), at.number.to_string());
        let query = [self.query, &[("page[size]", &size), ("page[number]", &number)]].concat();
        let version = || key_of(&(self.map.names.version(), others));
        let envelope = |text: JsonText<'_>| {
            let list: wire::Envelope = text.decode()?;
            self.map.learn(&list.includes);
            Ok(Rest::Unsaid)
        };
        let begin =
            || walk.arriving(at.number, version(), RowsAt::Member("data"), read_row::<Box<T>>, envelope);
        Ok(match self.api.take(self.path, &query, begin).await? {
            ReadPage::Known(page) => page,
            ReadPage::Changed(page) => {
                walk.keep(at.number, version(), &page, |wire| Arc::new(map(wire)), key).await
            }
        })
    }
}

/// The pages of containers, shared by the lists of containers and of instances.
pub(crate) fn cache(api: Arc<Api>, map: Mapper, rows: &CachedRows) -> PageCache<Walked<Listed>> {
    let (rows, scope) = (rows.containers.clone(), ArcStr::from(""));
    PageCache::new(walk(&CONTAINERS), move |at| {
        let (api, map) = (api.clone(), map.clone());
        if at == PageAt::FIRST {
            rows.begin_listing();
        }
        let walk = rows.walk(&scope);
        async move {
            let query = [CONTAINER_META, CONTAINER_INCLUDES];
            let list = List { api: &api, map: &map, path: &CONTAINERS, query: &query };
            let row = |container: &wire::Container| Listed {
                row: Arc::new(Resource::Container(map.container(container).into())),
                count: container.meta.instances_count.as_ref().and_then(|counts| *counts.total),
            };
            list.cached_page(at, &walk, 0, row, |listed| key_of(&listed.row.id().id)).await
        }
        .boxed()
    })
}

pub(crate) fn containers(pages: SharedPages<Walked<Listed>>) -> BoxStream<'static, ListEvent> {
    produce(|out| async move {
        let listing = Listing::new(out);
        let mut sent = 0;
        let mut pages = std::pin::pin!(pages.pages());
        let mut failure = None;
        while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(problem) => {
                    failure = Some(problem);
                    break;
                }
            };
            listing.count(page.unreadable());
            sent += page.len();
            let rows = page.rows().map(|it| it.row.clone()).collect();
            if !listing.send(None, rows, page.is_last().then_some(sent)).await {
                break;
            }
        }
        listing.end(failure).await;
    })
}

/// The instances of every container, several containers at once. The next page of containers is asked for only when
/// those of this one are under way, so the first rows do not wait for the last page.
pub(crate) fn instances(
    api: Arc<Api>,
    map: Mapper,
    rows: CachedRows,
    pages: SharedPages<Walked<Listed>>,
    at_once: usize,
) -> BoxStream<'static, ListEvent> {
    produce(move |out| async move {
        let listing = Listing::new(out);
        rows.instances.begin_listing();
        let expected = ExpectedRows::of_parts(1);
        let pages = pages.pages().inspect(|page| {
            if let Ok(page) = page {
                expect(&expected, page);
            }
        });
        let of_container = |listed: Arc<Listed>| {
            let (api, map, rows, listing, expected) = (&api, &map, &rows.instances, &listing, &expected);
            async move {
                let scope = listed.row.id().id.clone();
                let result = match (listed.count, listed.container()) {
                    (Some(0), _) | (_, None) => Ok(()),
                    // The container may have been deleted a moment ago, and its instances with it.
                    (_, Some(container)) => {
                        unless_gone(of_container(api, map, rows, container, expected, listing).await)
                    }
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
fn expect(expected: &ExpectedRows, page: &Walked<Listed>) {
    let counts = page.rows().filter_map(|it| it.count.or(it.container()?.instances));
    let sum = counts.filter_map(|count| usize::try_from(count).ok()).sum();
    if page.is_last() { expected.add_last(sum) } else { expected.add(sum) }
}

async fn of_container(
    api: &Api,
    map: &Mapper,
    rows: &Arc<RowCache<Resource>>,
    container: &Container,
    expected: &ExpectedRows,
    listing: &Listing,
) -> Result<(), Problem> {
    let scope = &container.id.id;
    let owner = Owner { name: container.name.clone(), image: container.image.clone() };
    let path = ["v1", "containers", scope, "instances"];
    let list = List { api, map, path: &path, query: &[INSTANCE_INCLUDES] };
    let cached = rows.walk(scope);
    let (list, cached, owner) = (&list, &cached, &owner);
    let pages = walk(&path).pages(|at| {
        let row = |wire: &wire::Instance| Resource::Instance(map.instance(wire, scope, Some(owner)));
        list.cached_page(at, cached, key_of(owner), row, |row| key_of(&row.id().id))
    });
    listing.cached_pages(Some(scope), pages, |_| expected.now()).await
}

/// The latest jobs, newest first: ids grow with time, and `-id` is the one order that the description shows.
pub(crate) fn jobs(
    api: Arc<Api>,
    map: Mapper,
    containers: SharedPages<Walked<Listed>>,
) -> BoxStream<'static, ListEvent> {
    produce(move |out| async move {
        let listing = Listing::new(out);
        let path = ["v1", "jobs"];
        let query = [JOB_INCLUDES, ("sort", "-id")];
        let list = List { api: &api, map: &map, path: &path, query: &query };
        let (list, containers) = (&list, &containers);
        let pages = walk(&path).at_most(MAX_JOB_PAGES).pages(|at| async move {
            let page = list.page::<wire::Job>(at).await?;
            name_targets(list.map, containers, &page.rows).await;
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
async fn name_targets(map: &Mapper, containers: &SharedPages<Walked<Listed>>, jobs: &[wire::Job]) {
    let mut pages = std::pin::pin!(containers.clone().pages());
    while jobs.iter().any(|job| map.is_nameless(job)) {
        match pages.next().await {
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return,
        }
    }
}
