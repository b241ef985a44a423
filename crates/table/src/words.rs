//! What the columns say of each kind of resource.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use super::Column;
use super::Usage;
use super::column::pairs;
use qdeck_model::{Container, GpuModel, GpuRequest, Instance, Operation, age};

const NOTHING: Cow<'static, str> = Cow::Borrowed("");

pub(super) fn optional(text: Option<&Arc<str>>) -> Cow<'_, str> {
    text.map_or(NOTHING, |text| (&**text).into())
}

fn list(texts: &[Arc<str>]) -> Cow<'_, str> {
    match texts {
        [] => NOTHING,
        [one] => (&**one).into(),
        many => many.join(" ").into(),
    }
}

fn labels(labels: &[(Arc<str>, Arc<str>)]) -> Cow<'static, str> {
    pairs(labels.iter().map(|(name, value)| (&**name, &**value)))
}

pub(super) fn instance(column: Column, it: &Instance) -> Cow<'_, str> {
    match column {
        Column::Size => optional(it.size.as_ref()),
        Column::Location => optional(it.location.as_ref()),
        Column::Address => it.addresses.first().map_or(NOTHING, |address| (&*address.value).into()),
        Column::Host => optional(it.host.as_ref()),
        Column::Image => optional(it.image.as_ref()),
        Column::Labels => labels(&it.labels),
        _ => NOTHING,
    }
}

pub(super) fn container(column: Column, it: &Container) -> Cow<'_, str> {
    match column {
        Column::Location => optional(it.location.as_ref()),
        Column::Image => optional(it.image.as_ref()),
        Column::Labels => labels(&it.labels),
        Column::Endpoints => list(&it.endpoints),
        Column::Instances => match (it.instances_running, it.instances) {
            (Some(up), Some(all)) => format!("{up}/{all}").into(),
            (Some(up), None) => up.to_string().into(),
            (None, Some(all)) => format!("?/{all}").into(),
            (None, None) => NOTHING,
        },
        Column::Limits => {
            let mut text = it.cpu.map(|cores| format!("{} cpu", cores.0)).unwrap_or_default();
            if let Some(memory) = it.memory {
                let _ = write!(text, "{}{memory}", if text.is_empty() { "" } else { ", " });
            }
            text.into()
        }
        _ => NOTHING,
    }
}

/// `2x A100`, `1x A100|H100`, `1x any`: the maker that almost all have is left out.
pub(super) fn gpus(request: Option<&GpuRequest>) -> Cow<'_, str> {
    request.map_or(NOTHING, |gpus| {
        let short = |model: &Arc<str>| model.strip_prefix("NVIDIA ").unwrap_or(model).to_owned();
        let models = gpus.models.iter().map(short).collect::<Vec<_>>().join("|");
        let models = if models.is_empty() { "any" } else { &models };
        format!("{}x {models}", gpus.count).into()
    })
}

/// `3 inst, 1 cont`: who uses a GPU model.
pub fn used_by(usage: Usage) -> String {
    match (usage.instances, usage.containers) {
        (0, 0) => "0".to_owned(),
        (instances, 0) => format!("{instances} inst"),
        (0, containers) => format!("{containers} cont"),
        (instances, containers) => format!("{instances} inst, {containers} cont"),
    }
}

pub(super) fn gpu_model(column: Column, it: &GpuModel) -> Cow<'_, str> {
    match column {
        Column::Code => (&*it.code).into(),
        Column::Vram => it.memory.map_or(NOTHING, |memory| memory.to_string().into()),
        Column::Sizes => list(&it.sizes),
        Column::Location => list(&it.locations),
        Column::Price => optional(it.price.as_ref()),
        Column::Quota => optional(it.quota.as_ref()),
        _ => NOTHING,
    }
}

pub(super) fn operation(column: Column, it: &Operation) -> Cow<'_, str> {
    match column {
        Column::Progress => it.progress.map_or(NOTHING, |done| format!("{done}%").into()),
        Column::Target => optional(it.target.as_ref()),
        Column::By => optional(it.by.as_ref()),
        Column::Took => match (it.started, it.finished) {
            (Some(started), Some(finished)) => age(finished.since(started)).into(),
            _ => NOTHING,
        },
        _ => NOTHING,
    }
}
