//! Everything Gcore says of one resource, section by section. Each section is a read of its own, so a right that is
//! missing hides one of them.

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc::Sender;

use super::super::api::Api;
use super::super::map::{Source, card_of_flavor, card_of_text};
use super::super::{Site, unsupported};
use super::catalogue::{INFERENCE_CAPACITY, INFERENCE_FLAVORS, PRICED, QUOTAS, path};
use super::single::region_of;
use crate::model::{Document, Kind, Problem, ProblemKind, ResourceId};
use crate::providers::{Section, veil};

/// Sections read at once; they are told in their order.
const AT_ONCE: usize = 3;

/// Where naming restrictions stood before 2025.
const OLD_NAMES: [&str; 3] = ["cloud", "v1", "reseller_name_templates"];

/// Where sections go. A closed channel only means that nobody looks any more.
struct Sheet<'a> {
    site: &'a Arc<Site>,
    id: &'a ResourceId,
    project: Arc<str>,
    out: Sender<Section>,
}

pub(crate) async fn sections(site: Arc<Site>, id: ResourceId, out: Sender<Section>) {
    let project = match site.places.project().await {
        Ok(project) => project,
        Err(problem) => {
            let _ = tell(&out, "project", Err(problem)).await;
            return;
        }
    };
    let sheet = Sheet {
        site: &site,
        id: &id,
        project,
        out,
    };
    // `None` when nobody listens.
    let _ = match (id.kind, &id.scope) {
        (Kind::Instance, Some(_)) => sheet.instance().await,
        (Kind::Container, None) => sheet.deployment().await,
        (Kind::Container, Some(_)) => sheet.caas().await,
        (Kind::Operation, _) => sheet.task("task", &id.id).await,
        (Kind::GpuModel, _) => sheet.gpu_model().await,
        (Kind::Instance | Kind::Revision, _) => {
            let problem = unsupported("there is no such thing");
            tell(&sheet.out, "resource", Err(problem)).await
        }
    };
}

async fn tell(out: &Sender<Section>, title: &'static str, answer: Result<Value, Problem>) -> Option<()> {
    let body = answer.map(|value| {
        let secrets = veil::secrets(&value);
        Document::new(value, secrets)
    });
    out.send(Section { title, body }).await.ok()
}

/// A list without its envelope.
fn unwrapped(value: Value) -> Value {
    match value {
        Value::Object(mut fields) if fields.contains_key("results") && fields.len() <= 2 => {
            fields.remove("results").unwrap_or_default()
        }
        other => other,
    }
}

type Read = (&'static str, Vec<String>, Vec<(&'static str, String)>);

async fn read(api: &Api, path: &[String], query: &[(&'static str, String)]) -> Result<Value, Problem> {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let query: Vec<(&str, &str)> = query
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    api.get(&path, &query).await.map(unwrapped)
}

/// The first of a list whose field is this.
fn find(list: Value, field: &str, wanted: &str) -> Option<Value> {
    let Value::Array(items) = list else { return None };
    let is_it = |it: &Value| it.get(field).and_then(Value::as_str) == Some(wanted);
    items.into_iter().find(is_it)
}

fn not_listed(what: &str, name: &str) -> Problem {
    Problem::new(
        ProblemKind::NotFound,
        format!("the {what} `{name}` is not listed any more"),
    )
}

impl Sheet<'_> {
    fn path(&self, before: &[&str], after: &[&str]) -> Vec<String> {
        let region = self.id.scope.as_deref();
        let place = [&*self.project].into_iter().chain(region);
        let parts = before.iter().copied().chain(place).chain(after.iter().copied());
        parts.map(str::to_owned).collect()
    }

    async fn instance(&self) -> Option<()> {
        let region = match region_of(self.id) {
            Ok(region) => region,
            Err(problem) => return tell(&self.out, "instance", Err(problem)).await,
        };
        let api = self.site.api.region(region);
        let itself = read(
            &api,
            &self.path(&["cloud", "v1", "instances"], &[&self.id.id]),
            &[],
        )
        .await;
        let found = itself.as_ref().ok().cloned().unwrap_or_default();
        let gone = itself
            .as_ref()
            .is_err_and(|problem| problem.kind == ProblemKind::NotFound);
        tell(&self.out, "instance", itself).await?;
        if gone {
            return Some(());
        }
        let reads: Vec<_> = self
            .instance_reads(&found)
            .into_iter()
            .map(|read| self.beside(&api, &found, read))
            .collect();
        let mut reads = futures_util::stream::iter(reads).buffered(AT_ONCE);
        let mut image = None;
        while let Some((title, answer)) = reads.next().await {
            if title == "volumes" {
                image = answer.as_ref().ok().and_then(boot_image);
            }
            tell(&self.out, title, answer).await?;
        }
        if let Some(image) = image {
            self.app_template(&api, &image).await?;
        }
        for (title, field) in [("task", "task_id"), ("creator_task", "creator_task_id")] {
            if let Some(task) = found.get(field).and_then(Value::as_str) {
                self.task(title, task).await?;
            }
        }
        Some(())
    }

    /// One section beside the instance itself.
    async fn beside(&self, api: &Api, found: &Value, asked: Read) -> (&'static str, Result<Value, Problem>) {
        let (title, path, query) = asked;
        let answer = match (title, read(api, &path, &query).await) {
            ("flavor", Ok(list)) => own_flavor(list, found),
            ("available_names", Err(problem)) if problem.kind == ProblemKind::NotFound => {
                read(api, &self.path(&OLD_NAMES, &["available_names"]), &[]).await
            }
            (_, answer) => answer,
        };
        (title, answer)
    }

    /// What is read of an instance beside itself, in the order of the sections.
    fn instance_reads(&self, found: &Value) -> Vec<Read> {
        let limit = || ("limit", "1000".to_owned());
        let prices = || (PRICED.0, PRICED.1.to_owned());
        let own = |rest: &'static str| self.path(&["cloud", "v1", "instances"], &[&self.id.id, rest]);
        // Bare metal is sold apart, and its flavors tell how many are left.
        let metal = found
            .pointer("/flavor/resource_class")
            .is_some_and(|class| !class.is_null());
        let flavors = if metal { "bmflavors" } else { "flavors" };
        vec![
            (
                "flavor",
                self.path(&["cloud", "v1", flavors], &[]),
                vec![prices(), limit()],
            ),
            (
                "pricing",
                self.path(&["cloud", "v1", "pricing"], &["instances", &self.id.id]),
                vec![],
            ),
            (
                "volumes",
                self.path(&["cloud", "v1", "volumes"], &[]),
                vec![("instance_id", self.id.id.to_string()), limit()],
            ),
            ("interfaces", own("interfaces"), vec![limit()]),
            ("ports", own("ports"), vec![]),
            ("securitygroups", own("securitygroups"), vec![]),
            ("metadata", own("metadata"), vec![]),
            ("available_flavors", own("available_flavors"), vec![prices()]),
            (
                "available_names",
                self.path(&["cloud", "v1", "instances"], &["available_names"]),
                vec![],
            ),
        ]
    }

    /// The template an instance was made from, if its disk's image is that of one: nothing else ties the two.
    async fn app_template(&self, api: &Api, image: &str) -> Option<()> {
        let all = self.path(&["cloud", "v1", "apptemplates"], &[]);
        let list = match read(api, &all, &[]).await {
            Ok(list) => list,
            Err(problem) => return tell(&self.out, "apptemplate", Err(problem)).await,
        };
        let found = find(list, "image_name", image);
        let Some(id) = found.as_ref().and_then(|it| it.get("id")?.as_str()) else {
            return Some(());
        };
        let one = self.path(&["cloud", "v1", "apptemplates"], &[id]);
        tell(&self.out, "apptemplate", read(api, &one, &[]).await).await
    }

    async fn task(&self, title: &'static str, id: &str) -> Option<()> {
        let answer = self.site.api.get(&["cloud", "v1", "tasks", id], &[]).await;
        tell(&self.out, title, answer).await
    }

    async fn deployment(&self) -> Option<()> {
        let api = &self.site.api;
        let path = [
            "cloud",
            "v3",
            "inference",
            &self.project,
            "deployments",
            &self.id.id,
        ];
        let answer: Result<Value, Problem> = api.get(&path, &[]).await;
        let flavor = answer
            .as_ref()
            .ok()
            .and_then(|it| it.get("flavor_name")?.as_str().map(str::to_owned));
        tell(&self.out, "deployment", answer).await?;
        let Some(flavor) = flavor else { return Some(()) };
        let path = ["cloud", "v3", "inference", "flavors", &flavor];
        tell(&self.out, "flavor", api.get(&path, &[]).await).await?;
        let answer = api.get(&INFERENCE_CAPACITY, &[]).await.map(unwrapped);
        let answer = answer.map(|regions| self.only_capacity_of(&regions, |name| name == flavor));
        tell(&self.out, "capacity", answer).await
    }

    /// The capacities of the wanted flavors by the name of the region.
    fn only_capacity_of(&self, regions: &Value, wanted: impl Fn(&str) -> bool) -> Value {
        let mut by_region = Map::new();
        for region in regions.as_array().into_iter().flatten() {
            let Some(id) = region.get("region_id").and_then(Value::as_u64) else {
                continue;
            };
            let all = region
                .get("capacity")
                .and_then(Value::as_array)
                .into_iter()
                .flatten();
            let is_wanted = |it: &&Value| it.get("flavor_name").and_then(Value::as_str).is_some_and(&wanted);
            let mine: Vec<Value> = all.filter(is_wanted).cloned().collect();
            if !mine.is_empty() {
                by_region.insert(self.region_name(id), Value::Array(mine));
            }
        }
        Value::Object(by_region)
    }

    fn region_name(&self, id: u64) -> String {
        let known = self.site.places.name(id);
        known.map_or_else(|| format!("region {id}"), |name| name.to_string())
    }

    async fn caas(&self) -> Option<()> {
        let region = match region_of(self.id) {
            Ok(region) => region,
            Err(problem) => return tell(&self.out, "container", Err(problem)).await,
        };
        let api = self.site.api.region(region);
        let path = self.path(&["cloud", "v1", "caas"], &["containers", &self.id.id]);
        let answer = read(&api, &path, &[]).await;
        let flavor = answer
            .as_ref()
            .ok()
            .and_then(|it| it.get("flavor")?.as_str().map(str::to_owned));
        tell(&self.out, "container", answer).await?;
        if let Some(flavor) = flavor {
            let path = self.path(&["cloud", "v1", "caas", "flavors"], &[]);
            let list = read(&api, &path, &[("limit", "1000".to_owned())]).await;
            let own = list
                .and_then(|list| find(list, "name", &flavor).ok_or_else(|| not_listed("flavor", &flavor)));
            tell(&self.out, "flavor", own).await?;
        }
        // The shape of these lines is documented nowhere: they are shown as they come.
        let path = self.path(&["cloud", "v1", "caas"], &["containers", &self.id.id, "logs"]);
        tell(
            &self.out,
            "logs",
            read(&api, &path, &[("limit", "1000".to_owned())]).await,
        )
        .await
    }

    /// Every catalogue's flavors with this model, and the quotas for it.
    async fn gpu_model(&self) -> Option<()> {
        let code = &*self.id.id;
        for (title, source) in [
            ("gpu/virtual flavors", Source::Virtual),
            ("gpu/baremetal flavors", Source::BareMetal),
            ("flavors", Source::Instance),
        ] {
            let answer = self.of_regions(source, code).await;
            tell(&self.out, title, answer).await?;
        }
        let api = &self.site.api;
        let all = api.all::<Value>(&INFERENCE_FLAVORS, &[]).await;
        let mine = all.map(|all| {
            all.into_iter()
                .filter(|it| has_model(it, code))
                .collect::<Vec<_>>()
        });
        let names: Vec<String> = mine
            .iter()
            .flatten()
            .filter_map(|it| it.get("name")?.as_str().map(str::to_owned))
            .collect();
        tell(&self.out, "inference flavors", mine.map(Value::Array)).await?;
        let capacity = api.get(&INFERENCE_CAPACITY, &[]).await.map(unwrapped);
        let capacity =
            capacity.map(|regions| self.only_capacity_of(&regions, |name| names.iter().any(|it| it == name)));
        tell(&self.out, "inference capacity", capacity).await?;
        let quotas: Result<Value, Problem> = api.get(&QUOTAS, &[]).await;
        tell(
            &self.out,
            "client_quotas",
            quotas.map(|all| self.only_quotas_of(&all, code)),
        )
        .await
    }

    /// The flavors with a model in each region that has such. It failed when no region could be read.
    async fn of_regions(&self, source: Source, code: &str) -> Result<Value, Problem> {
        let regions = self.site.places.regions().await?;
        let asked = regions
            .mine
            .iter()
            .filter(|region| region.has_gpus || source == Source::Instance);
        let answers = asked.map(|region| async move {
            let path = path(source, &self.project, &region.scope);
            let answer = self
                .site
                .api
                .region(region.id)
                .all::<Value>(&path, &[PRICED])
                .await;
            (region, answer)
        });
        let (mut by_region, mut failure) = (Map::new(), None);
        for (region, answer) in join_all(answers).await {
            match answer {
                Ok(all) => {
                    let mine: Vec<Value> = all.into_iter().filter(|it| has_model(it, code)).collect();
                    if !mine.is_empty() {
                        by_region.insert(region.name.to_string(), Value::Array(mine));
                    }
                }
                // The service is not there.
                Err(problem) if problem.kind == ProblemKind::NotFound => {}
                Err(problem) => failure = Some(problem),
            }
        }
        match failure {
            Some(problem) if by_region.is_empty() => Err(problem),
            _ => Ok(Value::Object(by_region)),
        }
    }

    fn only_quotas_of(&self, all: &Value, code: &str) -> Value {
        let part = format!("_{code}_");
        let mine = |map: &Value| -> Map<String, Value> {
            let fields = map.as_object().into_iter().flatten();
            let fields = fields.filter(|(name, _)| name.contains(&part));
            fields
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect()
        };
        let mut regional = Map::new();
        for quota in all
            .get("regional_quotas")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let id = quota.get("region_id").and_then(Value::as_u64);
            if let Some(id) = id.filter(|id| self.site.places.looks_into(*id)) {
                regional.insert(self.region_name(id), Value::Object(mine(quota)));
            }
        }
        json!({
            "global_quotas": all.get("global_quotas").map(mine).unwrap_or_default(),
            "regional_quotas": regional,
        })
    }
}

/// The one flavor of a list that the instance has.
fn own_flavor(list: Value, instance: &Value) -> Result<Value, Problem> {
    let of = |field: &str| instance.pointer("/flavor")?.get(field)?.as_str();
    let name = of("flavor_id").or_else(|| of("flavor_name")).unwrap_or("?");
    find(list, "flavor_id", name).ok_or_else(|| not_listed("flavor", name))
}

/// The image of the disk it boots from.
fn boot_image(volumes: &Value) -> Option<String> {
    let volumes = volumes.as_array()?;
    let truth = |it: &Value, field: &str| it.get(field).and_then(Value::as_bool) == Some(true);
    let root = volumes.iter().find(|it| truth(it, "is_root_volume"));
    let boots = || volumes.iter().find(|it| truth(it, "bootable"));
    let image = root
        .or_else(boots)?
        .pointer("/volume_image_metadata/image_name")?;
    image.as_str().map(str::to_owned)
}

/// Whether a flavor of any catalogue has this model, by the same reading as the rows.
fn has_model(flavor: &Value, code: &str) -> bool {
    let word = |pointer: &str| {
        flavor
            .pointer(pointer)
            .and_then(Value::as_str)
            .filter(|word| !word.is_empty())
    };
    let typed = word("/hardware_properties/gpu_model").or_else(|| word("/gpu_model"));
    if let Some(model) = typed {
        return model.eq_ignore_ascii_case(code);
    }
    let told = word("/hardware_description/gpu").and_then(card_of_text);
    let name = || {
        word("/name")
            .or_else(|| word("/flavor_name"))
            .or_else(|| word("/flavor_id"))
    };
    let card = told.or_else(|| card_of_flavor(name()?));
    card.is_some_and(|card| card.model == code)
}
