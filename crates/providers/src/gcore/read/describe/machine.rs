//! Sections of an instance beside itself: its flavor with its price, disks, networks, and the tasks that made it and
//! hold it.

use futures_util::StreamExt as _;
use serde_json::Value;

use super::super::super::api::Api;
use super::super::super::map::card_of_flavor;
use super::super::catalogue::PRICED;
use super::super::single::region_of;
use super::{Sheet, not_listed, read, send_section};
use qdeck_model::{Problem, ProblemKind};

/// Sections read at once; they are sent in their order.
const SECTIONS_AT_ONCE: usize = 3;

/// The field of naming restrictions before 2025.
const OLD_NAMES: [&str; 3] = ["cloud", "v1", "reseller_name_templates"];

type Read = (&'static str, Vec<String>, Vec<(&'static str, String)>);

impl Sheet<'_> {
    pub(super) async fn instance(&self) -> Option<()> {
        let region = match region_of(self.id) {
            Ok(region) => region,
            Err(problem) => return send_section(&self.out, "instance", Err(problem)).await,
        };
        let api = self.site.api.region(region);
        let itself = read(&api, &self.path(&["cloud", "v1", "instances"], &[&self.id.id]), &[]).await;
        let found = itself.as_ref().ok().cloned().unwrap_or_default();
        let gone = itself.as_ref().is_err_and(|problem| problem.kind == ProblemKind::NotFound);
        send_section(&self.out, "instance", itself).await?;
        if gone {
            return Some(());
        }
        let reads: Vec<_> =
            self.instance_reads(&found).into_iter().map(|read| self.beside(&api, &found, read)).collect();
        let mut reads = futures_util::stream::iter(reads).buffered(SECTIONS_AT_ONCE);
        while let Some((title, answer)) = reads.next().await {
            send_section(&self.out, title, answer).await?;
        }
        for (title, field) in [("task", "task_id"), ("creator_task", "creator_task_id")] {
            let Some(task) = found.get(field).and_then(Value::as_str) else {
                continue;
            };
            let answer = self.site.api.get(&["cloud", "v1", "tasks", task], &[]).await;
            let template = answer.as_ref().ok().and_then(|task: &Value| app_template(task.get("data")?));
            send_section(&self.out, title, answer).await?;
            if let Some(template) = template.filter(|_| title == "creator_task") {
                let path = self.path(&["cloud", "v1", "apptemplates"], &[&template]);
                send_section(&self.out, "apptemplate", read(&api, &path, &[]).await).await?;
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

    /// The catalogue that sells the flavor of an instance: bare metal and servers of GPU clusters are
    /// sold apart, and those lists hold how many are left.
    fn catalogue_of(&self, found: &Value) -> Vec<String> {
        let has = |pointer: &str| found.pointer(pointer).is_some_and(|value| !value.is_null());
        let name = found.pointer("/flavor/flavor_id").and_then(Value::as_str);
        let gpus =
            has("/flavor/hardware_description/gpu") || name.is_some_and(|it| card_of_flavor(it).is_some());
        let metal = has("/flavor/resource_class");
        match (metal, gpus && name.is_some_and(|it| it.contains("-ai-"))) {
            (true, true) => self.path(&["cloud", "v3", "gpu", "baremetal"], &["flavors"]),
            (false, true) => self.path(&["cloud", "v3", "gpu", "virtual"], &["flavors"]),
            (true, false) => self.path(&["cloud", "v1", "bmflavors"], &[]),
            (false, false) => self.path(&["cloud", "v1", "flavors"], &[]),
        }
    }

    /// Reads the sections of an instance beside itself, in their order.
    fn instance_reads(&self, found: &Value) -> Vec<Read> {
        let limit = || ("limit", "1000".to_owned());
        let prices = || (PRICED.0, PRICED.1.to_owned());
        let own = |rest: &'static str| self.path(&["cloud", "v1", "instances"], &[&self.id.id, rest]);
        vec![
            ("flavor", self.catalogue_of(found), vec![prices(), limit()]),
            ("pricing", self.path(&["cloud", "v1", "pricing"], &["instances", &self.id.id]), vec![]),
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
            ("available_names", self.path(&["cloud", "v1", "instances"], &["available_names"]), vec![]),
        ]
    }
}

/// The one flavor of a list that the instance has.
fn own_flavor(list: Value, instance: &Value) -> Result<Value, Problem> {
    let of = |field: &str| instance.pointer("/flavor")?.get(field)?.as_str();
    let name = of("flavor_id").or_else(|| of("flavor_name")).unwrap_or("?");
    let Value::Array(all) = list else {
        return Err(not_listed("flavor", name));
    };
    let is_it = |it: &Value| {
        ["flavor_id", "name"].iter().any(|field| it.get(field).and_then(Value::as_str) == Some(name))
    };
    all.into_iter().find(is_it).ok_or_else(|| not_listed("flavor", name))
}

/// The template that a machine was asked to be made from. Nothing of the machine itself names it.
fn app_template(asked: &Value) -> Option<String> {
    match asked {
        Value::Object(fields) => {
            let here = fields.get("apptemplate_id").and_then(Value::as_str);
            here.map(str::to_owned).or_else(|| fields.values().find_map(app_template))
        }
        Value::Array(items) => items.iter().find_map(app_template),
        _ => None,
    }
}
