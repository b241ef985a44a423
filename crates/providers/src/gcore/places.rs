//! The project and the regions of a context. Neither changes often, so both are cached.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use arcstr::ArcStr;
use futures_util::FutureExt as _;
use parking_lot::Mutex;

use super::api::Api;
use super::wire;
use crate::kit::{AgedCache, SignIn, if_good};
use crate::mapping::lenient::Rows;
use qdeck_model::{Problem, ProblemKind, Unreadable};

/// After this, the regions are read again: new ones open now and then.
const REGIONS_FRESH_FOR: Duration = Duration::from_secs(900);

pub(crate) const PROJECTS: [&str; 3] = ["cloud", "v1", "projects"];
pub(crate) const REGIONS: [&str; 3] = ["cloud", "v1", "regions"];

/// A region of the context.
#[derive(Debug, Clone)]
pub(crate) struct Region {
    pub(crate) id: u64,
    /// The id as text: the scope of its rows.
    pub(crate) scope: ArcStr,
    /// Its display name, where that is known.
    pub(crate) name: ArcStr,
    /// It may have accelerators.
    pub(crate) has_gpus: bool,
}

/// The regions of a context, and the names of all that there are.
#[derive(Debug, Default)]
pub(crate) struct Regions {
    pub(crate) mine: Vec<Region>,
    names: HashMap<u64, ArcStr>,
    /// Regions that could not be read.
    pub(crate) unreadable: Unreadable,
}

impl Regions {
    /// The name of a region, or its number where that is not known.
    pub(crate) fn name(&self, id: u64) -> ArcStr {
        let known = self.names.get(&id).cloned();
        known.unwrap_or_else(|| format!("region {id}").into())
    }

    /// These, known by number only.
    #[cfg(test)]
    pub(crate) fn of_these(mine: Vec<Region>) -> Self {
        Self { mine, ..Self::default() }
    }

    /// True if the context covers it.
    pub(crate) fn has(&self, id: u64) -> bool {
        self.mine.iter().any(|region| region.id == id)
    }
}

/// The project and the regions of a context: those it names, or else the default project and every active region.
pub(crate) struct Places {
    api: Api,
    project: Option<u64>,
    chosen: Arc<[u64]>,
    default: SignIn<ArcStr>,
    known: AgedCache<Result<Arc<Regions>, Problem>>,
    last: Arc<Mutex<Option<Arc<Regions>>>>,
}

impl Places {
    pub(crate) fn new(api: Api, project: Option<u64>, chosen: Vec<u64>) -> Self {
        Self {
            api,
            project,
            chosen: chosen.into(),
            default: SignIn::new(),
            known: AgedCache::default(),
            last: Arc::default(),
        }
    }

    /// The project's id as text.
    pub(crate) async fn project(&self) -> Result<ArcStr, Problem> {
        if let Some(project) = self.project {
            return Ok(project.to_string().into());
        }
        self.default.get(|| self.default_project()).await
    }

    /// The project that is the default one, or the first of them.
    async fn default_project(&self) -> Result<ArcStr, Problem> {
        let mut projects: Vec<wire::Project> = self.api.all(&PROJECTS, &[]).await?.good;
        projects.sort_by_key(|project| {
            (!*project.is_default, project.state.as_deref() != Some("ACTIVE"), project.id)
        });
        let project = projects.first().ok_or_else(|| {
            Problem::new(ProblemKind::NotFound, "the account has no project that this token may see")
                .hint("Name one in the context: `project = 123`")
        })?;
        Ok(project.id.to_string().into())
    }

    /// The regions without waiting for their names where the context names them.
    pub(crate) async fn at_once(&self) -> Result<Arc<Regions>, Problem> {
        if self.chosen.is_empty() {
            return self.regions().await;
        }
        Ok(self.last().unwrap_or_else(|| Arc::new(self.unnamed())))
    }

    /// The regions with their names. What was known serves on when they cannot be read again, and so do the numbers
    /// that the context names.
    pub(crate) async fn regions(&self) -> Result<Arc<Regions>, Problem> {
        let (api, chosen, last) = (self.api.clone(), self.chosen.clone(), self.last.clone());
        let read = move || read(api, chosen, last).boxed();
        let known = self.known.get(if_good(REGIONS_FRESH_FOR), read).await;
        let problem = match &*known {
            Ok(regions) => return Ok(regions.clone()),
            Err(problem) => problem.clone(),
        };
        let refused = problem.kind == ProblemKind::Unauthorized;
        match self.last() {
            Some(last) if !refused => Ok(last),
            None if !refused && !self.chosen.is_empty() => Ok(Arc::new(self.unnamed())),
            _ => Err(problem),
        }
    }

    /// Returns true if the context covers every region.
    pub(crate) fn are_all(&self) -> bool {
        self.chosen.is_empty()
    }

    /// Returns true if the context covers this region: all, or those it names.
    pub(crate) fn looks_into(&self, region: u64) -> bool {
        self.chosen.is_empty() || self.chosen.contains(&region)
    }

    /// The name of a region, where that was read already.
    pub(crate) fn name(&self, id: u64) -> Option<ArcStr> {
        self.last()?.names.get(&id).cloned()
    }

    pub(crate) fn forget(&self) {
        self.default.forget();
        self.known.forget();
        *self.last.lock() = None;
    }

    fn last(&self) -> Option<Arc<Regions>> {
        self.last.lock().clone()
    }

    /// The chosen regions, known by number only.
    fn unnamed(&self) -> Regions {
        regions_of(&self.chosen, &[])
    }
}

/// Reads the regions, and remembers them in `last`.
async fn read(
    api: Api,
    chosen: Arc<[u64]>,
    last: Arc<Mutex<Option<Arc<Regions>>>>,
) -> Result<Arc<Regions>, Problem> {
    let all: Rows<wire::Region> = api.all(&REGIONS, &[]).await?;
    let regions = Arc::new(Regions { unreadable: all.unreadable, ..regions_of(&chosen, &all.good) });
    *last.lock() = Some(regions.clone());
    Ok(regions)
}

/// The regions of a context: those chosen of all, or else every active one.
fn regions_of(chosen: &[u64], all: &[wire::Region]) -> Regions {
    let mut regions = Regions::default();
    for region in all {
        let name = region.display_name.as_deref().or(region.keystone_name.as_deref());
        if let Some(name) = name {
            regions.names.insert(region.id, name.into());
        }
    }
    let known: HashMap<u64, &wire::Region> = all.iter().map(|region| (region.id, region)).collect();
    let ids: Vec<u64> = if chosen.is_empty() {
        let active = all.iter().filter(|region| region.state.as_deref() == Some("ACTIVE"));
        active.map(|region| region.id).collect()
    } else {
        chosen.to_vec()
    };
    regions.mine = ids
        .into_iter()
        .map(|id| Region {
            id,
            scope: id.to_string().into(),
            name: regions.name(id),
            has_gpus: known
                .get(&id)
                .is_none_or(|region| *region.has_ai_gpu != Some(false) || *region.has_ai == Some(true)),
        })
        .collect();
    regions
}
