//! The project, region and machine of a path. What is of another project or region is as if it were not there.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use super::super::marks::{Kind, index};
use super::super::state::FaceState;
use super::super::view::Region;
use super::Problem;

/// A project that is this account's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owned;

/// A project and a region.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    /// The region.
    pub(crate) region: Region,
}

/// A machine in its project and region.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// The region.
    pub(crate) region: Region,
    /// The engine's index.
    pub(crate) key: u32,
    /// The id as it was given.
    pub(crate) id: String,
}

/// A named part of the path beside project and region, under whatever name: the last one.
#[derive(Debug, Clone)]
pub(crate) struct Named(pub(crate) String);

async fn params(parts: &mut Parts) -> Result<RawPathParams, Problem> {
    RawPathParams::from_request_parts(parts, &()).await.map_err(|_| Problem::path())
}

fn of<'a>(params: &'a RawPathParams, name: &str) -> &'a str {
    params.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value)
}

impl FromRequestParts<FaceState> for Owned {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, face: &FaceState) -> Result<Self, Problem> {
        let params = params(parts).await?;
        let project = of(&params, "project");
        match project.parse::<u64>() {
            Ok(number) if number == face.credentials.project => Ok(Self),
            Ok(_) => Err(Problem::no("Project", project)),
            Err(_) => Err(Problem::path()),
        }
    }
}

impl FromRequestParts<FaceState> for Scope {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, face: &FaceState) -> Result<Self, Problem> {
        Owned::from_request_parts(parts, face).await?;
        let params = params(parts).await?;
        let region = of(&params, "region");
        let number: i64 = region.parse().map_err(|_| Problem::path())?;
        let region = face.look(|view| view.region(number)).ok_or_else(|| Problem::no("Region", region))?;
        Ok(Self { region })
    }
}

impl FromRequestParts<FaceState> for Target {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, face: &FaceState) -> Result<Self, Problem> {
        let Scope { region } = Scope::from_request_parts(parts, face).await?;
        let params = params(parts).await?;
        let id = of(&params, "instance").to_owned();
        let key = index(Kind::Instance, &id).filter(|key| {
            face.look(|view| {
                view.machine(*key).is_some_and(|vm| view.fleet.location_of(vm.row) == Some(region.place))
            })
        });
        let key = key.ok_or_else(|| Problem::no("Instance", &id))?;
        Ok(Self { region, key, id })
    }
}

impl FromRequestParts<FaceState> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &FaceState) -> Result<Self, Problem> {
        let params = params(parts).await?;
        let last = params.iter().last().map(|(_, value)| value.to_owned());
        last.map(Self).ok_or_else(Problem::path)
    }
}
