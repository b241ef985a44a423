//! One resource of Gcore as a row, the same as its listing makes.

use std::sync::Arc;

use super::super::places::Region;
use super::super::wire;
use super::super::{Site, unsupported};
use qdeck_model::{Kind, Problem, ProblemKind, Resource, ResourceId};

pub(crate) async fn get(site: &Arc<Site>, id: &ResourceId) -> Result<Resource, Problem> {
    let missing = || Problem::new(ProblemKind::NotFound, format!("there is no {id}"));
    match (id.kind, &id.scope) {
        (Kind::Instance, Some(scope)) => {
            let wire = instance(site, id).await?;
            let region = region_of(id)?;
            let name = site.places.name(region);
            Ok(Resource::Instance(site.map.instance(&wire, scope, name.as_deref())))
        }
        (Kind::Container, None) => {
            let project = site.places.project().await?;
            let path = ["cloud", "v3", "inference", &project, "deployments", &id.id];
            let (wire, flavors, regions) = tokio::join!(
                site.api.get::<wire::Deployment>(&path, &[]),
                site.catalogue.inference_flavors(site),
                site.places.regions(),
            );
            let (flavors, regions) = (flavors.ok(), regions.ok());
            let row = site.map.deployment(&wire?, flavors.as_deref(), regions.as_deref());
            Ok(Resource::Container(row.into()))
        }
        (Kind::Container, Some(scope)) => {
            let (project, region) = (site.places.project().await?, region_of(id)?);
            let path = ["cloud", "v1", "caas", &project, scope, "containers", &id.id];
            let wire: wire::CaasContainer = site.api.region(region).get(&path, &[]).await?;
            let name = site.places.regions().await.map(|regions| regions.name(region));
            let region = Region {
                id: region,
                scope: scope.clone(),
                name: name.unwrap_or_else(|_| scope.clone()),
                has_gpus: false,
            };
            Ok(Resource::Container(site.map.caas(&wire, &region).into()))
        }
        (Kind::Operation, _) => {
            let wire: wire::Task = site.api.get(&["cloud", "v1", "tasks", &id.id], &[]).await?;
            let regions = site.places.regions().await.ok();
            Ok(Resource::Operation(site.map.task(&wire, regions.as_deref())))
        }
        (Kind::GpuModel, _) => {
            let (project, regions) = tokio::try_join!(site.places.project(), site.places.regions())?;
            let (failures, _) = site.catalogue.refresh(site, &project, &regions).await;
            let models = site.catalogue.models(site, &regions);
            match models.into_iter().find(|model| model.code == id.id) {
                Some(model) => Ok(Resource::GpuModel(model)),
                // It may be sold where nothing could be read.
                None => Err(failures.into_iter().next().map_or_else(missing, |(_, problem)| problem)),
            }
        }
        (Kind::Instance | Kind::Revision, _) => Err(unsupported("there is no such thing")),
    }
}

/// The region in the id of an instance or a container.
pub(crate) fn region_of(id: &ResourceId) -> Result<u64, Problem> {
    let region = id.scope.as_ref().and_then(|scope| scope.parse().ok());
    region.ok_or_else(|| unsupported("this is asked of something in a region only"))
}

/// An instance as the API sends it.
pub(crate) async fn instance(site: &Site, id: &ResourceId) -> Result<wire::Instance, Problem> {
    let (project, region) = (site.places.project().await?, region_of(id)?);
    let path = ["cloud", "v1", "instances", &project, &region.to_string(), &id.id];
    site.api.region(region).get(&path, &[]).await
}
