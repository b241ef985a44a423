//! The workspaces of instances and boxes: the personal workspace of the token, and the team workspaces beside it.
//!
//! No list has pages: each workspace answers one bare array. Instances and operations are made from the same array, so it
//! is asked for once for both.

use std::collections::HashMap;
use std::sync::Arc;

use arcstr::ArcStr;
use futures_util::FutureExt;
use parking_lot::Mutex;

use super::super::api::Api;
use super::super::map::Mapper;
use super::super::wire;
use super::listed::Listed;
use crate::kit::pages::key_of;
use crate::kit::{
    self, CachedWalk, Page, PageCache, PageWalk, ReadPage, Rest, RowCache, RowsAt, SharedPages, SignIn,
    Walked,
};
use crate::mapping::lenient::{Rows, RowsCutOut, read_row};
use qdeck_model::{Problem, Timestamp, Unreadable};
use qdeck_net::JsonText;

/// Whole instances asked for at once where a server lists them short. The address stays below 8 KiB.
const IDS_AT_ONCE: usize = 400;

/// The scope of the personal workspace, whose id is not needed to list its instances.
const PERSONAL: &str = "personal workspace";

/// A part of a listing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    Personal,
    Workspace(ArcStr),
}

impl Place {
    pub(crate) fn scope(&self) -> ArcStr {
        match self {
            Self::Personal => PERSONAL.into(),
            Self::Workspace(id) => id.clone(),
        }
    }
}

impl Place {
    /// The path of its instances.
    fn path(&self) -> Vec<&str> {
        match self {
            Self::Personal => vec!["instances"],
            Self::Workspace(id) => vec!["workspaces", id, "instances"],
        }
    }
}

impl kit::pages::Row for wire::Workspace {
    fn key(&self) -> u64 {
        key_of(&self.id)
    }
}

/// The walk over a list that has no pages: its first is the only one.
fn whole_list(path: &[&str]) -> PageWalk {
    PageWalk::new(kit::request_name("GET", path), usize::MAX)
}

/// The workspaces of an account.
pub(crate) struct Workspaces {
    pub(crate) api: Arc<Api>,
    pub(crate) map: Mapper,
    configured: Vec<ArcStr>,
    listed: PageCache<Page<wire::Workspace>>,
    instances: Mutex<HashMap<Place, PageCache<Walked<Listed>>>>,
    /// The rows of instances by place.
    rows: Arc<RowCache<Listed>>,
    profile: SignIn<wire::UserProfile>,
}

impl Workspaces {
    /// `configured` are the team workspaces to read instead of those that are listed.
    pub(crate) fn new(api: Arc<Api>, map: Mapper, configured: &[String]) -> Self {
        let asker = api.clone();
        let listed = PageCache::new(whole_list(&["workspaces"]), move |_| {
            let api = asker.clone();
            async move {
                let list: wire::List<wire::Workspace> = api.get(&["workspaces"], &[]).await?;
                Ok(Page::new(list.0, Rest::Last))
            }
            .boxed()
        });
        Self {
            api,
            map,
            configured: configured.iter().map(|id| id.as_str().into()).collect(),
            listed,
            instances: Mutex::default(),
            rows: Arc::default(),
            profile: SignIn::new(),
        }
    }

    /// Returns true if a workspace was named by the user, so that one that is not there is a mistake.
    pub(crate) fn is_configured(&self, place: &Place) -> bool {
        matches!(place, Place::Workspace(id) if self.configured.contains(id))
    }

    /// The team workspaces: those of the configuration, else those that are listed. By the 2018 text, some
    /// servers list the default one only, hence the configuration. And the workspaces that could not be read.
    pub(crate) async fn teams(&self) -> Result<(Vec<Place>, Unreadable), Problem> {
        if !self.configured.is_empty() {
            let teams = self.configured.iter().cloned().map(Place::Workspace).collect();
            return Ok((teams, Unreadable::default()));
        }
        let page = self.listed.current().first().await?;
        let personal = page.rows.iter().filter(|it| it.is_personal()).count();
        // An administrator also gets the personal workspaces of others: the profile has one's own.
        let own = match personal {
            0 | 1 => None,
            _ => self.profile().await.ok().and_then(|it| it.workspace.0),
        };
        let is_own = |it: &wire::Workspace| match &own {
            Some(own) => *it.id == **own,
            None => personal == 1 && it.is_personal(),
        };
        let teams = page.rows.iter().filter(|it| !is_own(it));
        let teams = teams.map(|it| Place::Workspace((*it.id).into())).collect();
        Ok((teams, kit::of_parts("workspace", &page.unreadable)))
    }

    /// The id of the personal workspace, which its boxes are asked for by.
    pub(crate) async fn personal(&self) -> Result<ArcStr, Problem> {
        let profile = self.profile().await;
        if let Ok(Some(id)) = profile.as_ref().map(|it| it.workspace.as_deref()) {
            return Ok(id.into());
        }
        let page = self.listed.current().first().await?;
        let mut personal = page.rows.iter().filter(|it| it.is_personal());
        match (personal.next().map(|it| &*it.id), personal.next()) {
            (Some(id), None) => Ok(id.into()),
            _ => Err(profile.err().unwrap_or_else(|| {
                kit::unexpected_field("GET /services/profile", "workspace", "the id of a personal workspace")
            })),
        }
    }

    /// The user of the token; asked once.
    pub(crate) async fn profile(&self) -> Result<wire::UserProfile, Problem> {
        self.profile.get(|| self.api.get(&["profile"], &[])).await
    }

    pub(crate) fn forget(&self) {
        self.profile.forget();
        self.rows.clear();
    }

    /// A listing of instances or operations begins.
    pub(crate) fn begin_listing(&self) {
        self.rows.begin_listing();
    }

    /// The instances of a workspace, from the walk under way.
    pub(crate) fn instances(&self, place: &Place) -> SharedPages<Walked<Listed>> {
        let mut all = self.instances.lock();
        let of_place = all.entry(place.clone()).or_insert_with(|| {
            let (api, map, place) = (self.api.clone(), self.map.clone(), place.clone());
            let rows = self.rows.clone();
            PageCache::new(whole_list(&place.path()), move |_| {
                let (api, map, place) = (api.clone(), map.clone(), place.clone());
                let walk = rows.walk(&place.scope());
                async move { instances(&api, &map, &place, &walk).await }.boxed()
            })
        });
        of_place.current()
    }

    /// The boxes of a workspace, policies among them.
    pub(crate) async fn boxes(&self, place: &Place) -> Result<Rows<wire::Box>, Problem> {
        let id = match place {
            Place::Personal => self.personal().await?,
            Place::Workspace(id) => id.clone(),
        };
        let path = ["workspaces", &*id, "boxes"];
        let list: wire::List<wire::Box> = self.api.get(&path, &[]).await?;
        list.0.readable(&kit::request_name("GET", &path))
    }
}

async fn instances(
    api: &Api,
    map: &Mapper,
    place: &Place,
    walk: &CachedWalk<Listed>,
) -> Result<Walked<Listed>, Problem> {
    let path = place.path();
    // Of what rows are made of nothing is from elsewhere: the time and addresses are set in them when they are sent.
    let version = 0;
    let now = Timestamp::now();
    let row = |text: &str| Ok(Arc::new(Listed::new(map, &read_row(text)?, now)));
    let envelope = |text: JsonText<'_>| text.decode::<RowsCutOut>().map(|_| Rest::Last);
    let page = api.take(&path, &[], || walk.arriving(1, version, RowsAt::Top, row, envelope)).await?;
    let page = match page {
        ReadPage::Known(page) => return Ok(page),
        ReadPage::Changed(page) => page,
    };
    let is_short = |row: &&Arc<Listed>| row.is_short && *place != Place::Personal;
    let key = |row: &Listed| key_of(&row.id);
    if !page.changed().any(|row| is_short(&row)) {
        return Ok(walk.keep(1, version, &page, Arc::clone, key).await);
    }
    let (short, whole): (Vec<&Arc<Listed>>, Vec<_>) = page.changed().partition(is_short);
    let short: Vec<&str> = short.into_iter().map(|row| &*row.id).collect();
    let mut rows = Rows { good: whole.into_iter().cloned().collect(), unreadable: page.unreadable().clone() };
    for ids in short.chunks(IDS_AT_ONCE) {
        let whole: wire::List<wire::Instance> = api.get(&path, &[("ids", &ids.join(","))]).await?;
        // They are among the rows that were counted already.
        let Unreadable { rows: unreadable, why, .. } = whole.0.unreadable;
        rows.unreadable.add(&Unreadable { rows: unreadable, of: 0, why });
        rows.good.extend(whole.0.good.iter().map(|row| Arc::new(Listed::new(map, row, now))));
    }
    Ok(Walked::uncached(rows, Rest::Last, key))
}
