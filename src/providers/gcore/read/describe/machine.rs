//! What is read of an instance beside itself: its flavor with its price, disks, networks, and the tasks that made it and
//! hold it.

use futures_util::StreamExt as _;
use serde_json::Value;

use super::super::super::api::Api;
use super::super::catalogue::PRICED;
use super::super::single::region_of;
use super::{Sheet, find, not_listed, read, tell};
use crate::model::{Problem, ProblemKind};

/// Sections read at once; they are told in their order.
const AT_ONCE: usize = 3;

/// Where naming restrictions stood before 2025.
const OLD_NAMES: [&str; 3] = ["cloud", "v1", "reseller_name_templates"];

type Read = (&'static str, Vec<String>, Vec<(&'static str, String)>);

impl Sheet<'_> {
    pub(super) async fn instance(&self) -> Option<()> {
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
