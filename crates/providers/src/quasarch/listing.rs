//! Quasarch's lists: containers, the revisions of each, GPU models.

use std::sync::Arc;

use arcstr::ArcStr;
use futures_util::FutureExt;
use tokio::sync::mpsc::Sender;

use super::api::{Api, walk};
use super::map::Mapper;
use super::{CONTAINERS, GPU_MODELS, wire};
use crate::ListEvent;
use crate::kit::pages::{Row, key_of};
use crate::kit::{Listing, Page, PageAt, PageCache, RowCache, SharedPages, Walked, each_row, unless_gone};
use crate::mapping::lenient::Rows;
use qdeck_model::{Problem, Resource};

impl Row for wire::Revision {
    fn key(&self) -> u64 {
        key_of(&self.number)
    }
}

impl Row for wire::GpuModel {
    fn key(&self) -> u64 {
        key_of(&self.code)
    }
}

/// The pages of containers, shared by the lists of containers and of revisions.
pub(super) fn cache(
    api: Arc<Api>,
    map: Mapper,
    rows: Arc<RowCache<Resource>>,
) -> PageCache<Walked<Resource>> {
    let scope: ArcStr = "".into();
    PageCache::new(walk(&CONTAINERS), move |at| {
        let (api, map) = (api.clone(), map.clone());
        if at == PageAt::FIRST {
            rows.begin_listing();
        }
        let walk = rows.walk(&scope);
        async move {
            let row = |wire: &wire::Container| Resource::Container(map.container(wire).into());
            api.cached_page(&CONTAINERS, at, &walk, row).await
        }
        .boxed()
    })
}

pub(super) async fn containers(pages: SharedPages<Walked<Resource>>, out: Sender<ListEvent>) {
    let listing = Listing::new(out);
    let result = listing.cached_pages(None, pages.pages(), Walked::total).await;
    listing.end(result.err()).await;
}

/// The revisions of every container, several containers at once. Each container is a scope.
pub(super) async fn revisions(
    api: Arc<Api>,
    map: Mapper,
    pages: SharedPages<Walked<Resource>>,
    at_once: usize,
    out: Sender<ListEvent>,
) {
    let listing = Listing::new(out);
    let of_container = |container: Arc<Resource>| {
        let (api, map, listing) = (&api, &map, &listing);
        async move {
            // The container may have been deleted a moment ago, and its revisions with it.
            let result = unless_gone(of_container(api, map, &container, listing).await);
            (container.id().id.clone(), result)
        }
        .boxed()
    };
    listing.scopes(each_row(&listing, "container", pages.pages()), at_once, of_container).await;
    listing.finish().await;
}

/// The latest revision is the one in force, so all are needed before any is a row.
async fn of_container(
    api: &Api,
    map: &Mapper,
    container: &Resource,
    listing: &Listing,
) -> Result<(), Problem> {
    let scope = &container.id().id;
    let wire: Rows<wire::Revision> = api.all(&["v1", "containers", scope, "revisions"]).await?;
    listing.count(&wire.unreadable);
    let link = map.link(scope.clone(), Some(container.name().into()));
    let rows = map.revisions(&link, &wire.good).into_iter().map(Resource::Revision).collect();
    listing.page(Some(scope), rows, None).await;
    Ok(())
}

pub(super) async fn gpu_models(api: Arc<Api>, map: Mapper, out: Sender<ListEvent>) {
    let listing = Listing::new(out);
    let pages = walk(&GPU_MODELS).pages(|at| api.page::<wire::GpuModel>(&GPU_MODELS, at));
    let rows = |page: Page<wire::GpuModel>| {
        let rows = page.rows.iter().map(|it| Resource::GpuModel(map.gpu_model(it)));
        (rows.collect(), page.total())
    };
    let result = listing.pages(None, pages, rows).await;
    listing.end(result.err()).await;
}
