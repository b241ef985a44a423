//! The catalogues and quotas of one model of accelerator.

use futures_util::future::join_all;
use serde_json::{Map, Value, json};

use super::super::super::map::{Source, card_of_flavor, card_of_text};
use super::super::catalogue::{INFERENCE_CAPACITY, INFERENCE_FLAVORS, PRICED, QUOTAS, path};
use super::{Sheet, send_section, unwrapped};
use qdeck_model::{Problem, ProblemKind};

impl Sheet<'_> {
    /// Every catalogue's flavors with this model, and the quotas for it.
    pub(super) async fn gpu_model(&self) -> Option<()> {
        let code = &*self.id.id;
        for (title, source) in [
            ("gpu/virtual flavors", Source::Virtual),
            ("gpu/baremetal flavors", Source::BareMetal),
            ("flavors", Source::Instance),
        ] {
            let answer = self.of_regions(source, code).await;
            send_section(&self.out, title, answer).await?;
        }
        let api = &self.site.api;
        let all = api.all::<Value>(&INFERENCE_FLAVORS, &[]).await;
        let mine = all.map(|all| all.good.into_iter().filter(|it| has_model(it, code)).collect::<Vec<_>>());
        let names: Vec<String> =
            mine.iter().flatten().filter_map(|it| it.get("name")?.as_str().map(str::to_owned)).collect();
        send_section(&self.out, "inference flavors", mine.map(Value::Array)).await?;
        let capacity = api.get(&INFERENCE_CAPACITY, &[]).await.map(unwrapped);
        let capacity =
            capacity.map(|regions| self.only_capacity_of(&regions, |name| names.iter().any(|it| it == name)));
        send_section(&self.out, "inference capacity", capacity).await?;
        let quotas: Result<Value, Problem> = api.get(&QUOTAS, &[]).await;
        send_section(&self.out, "client_quotas", quotas.map(|all| self.only_quotas_of(&all, code))).await
    }

    /// The flavors with a model in each region that has such. It failed when no region could be read.
    async fn of_regions(&self, source: Source, code: &str) -> Result<Value, Problem> {
        let regions = self.site.places.regions().await?;
        let asked = regions.mine.iter().filter(|region| region.has_gpus || source == Source::Instance);
        let answers = asked.map(|region| async move {
            let path = path(source, &self.project, &region.scope);
            let answer = self.site.api.region(region.id).all::<Value>(&path, &[PRICED]).await;
            (region, answer)
        });
        let (mut by_region, mut failure) = (Map::new(), None);
        for (region, answer) in join_all(answers).await {
            match answer {
                Ok(all) => {
                    let mine: Vec<Value> = all.good.into_iter().filter(|it| has_model(it, code)).collect();
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
            fields.map(|(name, value)| (name.clone(), value.clone())).collect()
        };
        let mut regional = Map::new();
        for quota in all.get("regional_quotas").and_then(Value::as_array).into_iter().flatten() {
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

    /// The capacities of the wanted flavors by the name of the region.
    pub(super) fn only_capacity_of(&self, regions: &Value, wanted: impl Fn(&str) -> bool) -> Value {
        let mut by_region = Map::new();
        for region in regions.as_array().into_iter().flatten() {
            let Some(id) = region.get("region_id").and_then(Value::as_u64) else {
                continue;
            };
            let all = region.get("capacity").and_then(Value::as_array).into_iter().flatten();
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
}

/// Returns true if a flavor of any catalogue has this model, by the same reading as the rows.
fn has_model(flavor: &Value, code: &str) -> bool {
    let word =
        |pointer: &str| flavor.pointer(pointer).and_then(Value::as_str).filter(|word| !word.is_empty());
    let typed = word("/hardware_properties/gpu_model").or_else(|| word("/gpu_model"));
    if let Some(model) = typed {
        return model.eq_ignore_ascii_case(code);
    }
    let card = word("/hardware_description/gpu").and_then(card_of_text);
    let name = || word("/name").or_else(|| word("/flavor_name")).or_else(|| word("/flavor_id"));
    let card = card.or_else(|| card_of_flavor(name()?));
    card.is_some_and(|card| card.model == code)
}
