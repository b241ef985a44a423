//! One region of the project: what is read in it beside its instances, and the requests that are prepared for it.

use arcstr::ArcStr;
use serde_json::Value;

use super::super::Site;
use super::super::api::{Api, Query};
use crate::mapping::lenient::Rows;
use qdeck_model::{Method, PreparedRequest, Problem, ProblemKind, ResourceId};

/// A region of the project, with the client of its own lane.
pub(super) struct InRegion {
    pub(super) api: Api,
    pub(super) project: ArcStr,
    /// Its id as text.
    pub(super) region: ArcStr,
    /// Its name, where that is known, else its id.
    pub(super) name: ArcStr,
}

impl InRegion {
    /// The region that a resource is in.
    pub(super) async fn of(site: &Site, id: &ResourceId) -> Result<Self, Problem> {
        let region = id.scope.as_deref().unwrap_or_default();
        Self::numbered(site, region).await
    }

    /// The region with this number.
    pub(super) async fn numbered(site: &Site, region: &str) -> Result<Self, Problem> {
        let number: u64 = region.parse().map_err(|_| {
            Problem::new(ProblemKind::Refused, format!("region: {region} is not the number of a region"))
        })?;
        let project = site.places.project().await?;
        let name = match site.places.name(number) {
            Some(name) => name,
            // A name is worth a request, and none is worth a failure.
            None => site.places.regions().await.map_or_else(|_| region.into(), |all| all.name(number)),
        };
        Ok(Self { api: site.api.region(number), project, region: region.into(), name })
    }

    /// `cloud/VERSION/SERVICE/PROJECT/REGION` and what follows.
    pub(super) fn path<'a>(&'a self, version: &'a str, service: &'a str, rest: &[&'a str]) -> Vec<&'a str> {
        [&["cloud", version, service, &*self.project, &*self.region], rest].concat()
    }

    /// Every row of a list with pages.
    pub(super) async fn list(&self, service: &str, query: &Query<'_>) -> Result<Vec<Value>, Problem> {
        let rows: Rows<Value> = self.api.all(&self.path("v1", service, &[]), query).await?;
        Ok(rows.good)
    }

    /// Every row of a list without pages.
    pub(super) async fn read(&self, service: &str) -> Result<Vec<Value>, Problem> {
        let list: Value = self.api.get(&self.path("v1", service, &[]), &[]).await?;
        Ok(rows(&unwrapped(list)).to_vec())
    }

    /// Something about an instance: the instance itself without `rest`. A list comes without its envelope.
    pub(super) async fn instance(
        &self,
        id: &str,
        rest: &[&str],
        query: &Query<'_>,
    ) -> Result<Value, Problem> {
        let rest = [&[id], rest].concat();
        self.api.get(&self.path("v1", "instances", &rest), query).await.map(unwrapped)
    }

    /// A request about an instance.
    pub(super) fn request(
        &self,
        method: Method,
        id: &str,
        rest: &[&str],
        query: &Query<'_>,
    ) -> Result<PreparedRequest, Problem> {
        let rest = [&[id], rest].concat();
        self.api.prepare(method, &self.path("v1", "instances", &rest), query)
    }

    /// A request of the second version about an instance.
    pub(super) fn request_v2(
        &self,
        method: Method,
        id: &str,
        verb: &str,
        query: &Query<'_>,
    ) -> Result<PreparedRequest, Problem> {
        self.api.prepare(method, &self.path("v2", "instances", &[id, verb]), query)
    }
}

/// A list without its envelope.
pub(super) fn unwrapped(value: Value) -> Value {
    match value {
        Value::Object(mut fields) if fields.get("results").is_some_and(Value::is_array) => {
            fields.remove("results").unwrap_or_default()
        }
        other => other,
    }
}

/// The rows of a list without its envelope.
pub(super) fn rows(list: &Value) -> &[Value] {
    list.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The text of the first of these fields that has one.
pub(super) fn text<'a>(value: &'a Value, names: &[&str]) -> Option<&'a str> {
    let texts = names.iter().filter_map(|name| value.get(name)?.as_str());
    texts.into_iter().find(|text| !text.is_empty())
}
