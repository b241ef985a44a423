//! Merges the four catalogues in which Gcore sells accelerators into GPU models.

use std::collections::{BTreeMap, BTreeSet};

use arcstr::ArcStr;
use serde_json::Value;

use super::super::places::Regions;
use super::super::wire;
use super::{Card, Mapper, card_of_flavor, card_of_text};
use crate::mapping::facts::Facts;
use qdeck_model::{Bytes, GpuModel, Kind, ResourceId};

/// A catalogue of flavors with accelerators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Source {
    /// Clusters of virtual machines; one catalogue a region.
    Virtual,
    /// Clusters of bare metal; one catalogue a region.
    BareMetal,
    /// Flavors of plain instances; one catalogue a region.
    Instance,
    /// Flavors of deployments; one catalogue for the account.
    Inference,
}

impl Source {
    const ALL: [Self; 4] = [Self::Virtual, Self::BareMetal, Self::Instance, Self::Inference];

    /// The API's name of it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Virtual => "virtual",
            Self::BareMetal => "baremetal",
            Self::Instance => "instance",
            Self::Inference => "inference",
        }
    }

    /// The name of the quota of one model, without `_limit` and `_usage`; plain instances have no quota by model.
    fn quota(self, model: &str) -> Option<String> {
        Some(match self {
            Self::Virtual => format!("gpu_virtual_{model}_count"),
            Self::BareMetal => format!("baremetal_gpu_{model}_count"),
            Self::Inference => format!("inference_gpu_{model}_count"),
            Self::Instance => return None,
        })
    }
}

/// One flavor with accelerators in one region.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Offer {
    pub(crate) source: Source,
    pub(crate) region: Option<u64>,
    pub(crate) flavor: String,
    pub(crate) card: Card,
    /// The number available of the flavor now.
    pub(crate) capacity: Option<u64>,
    /// Price and currency of the whole flavor for an hour.
    pub(crate) price: Option<(f64, String)>,
}

impl Offer {
    /// The offer of a cluster's flavor; `None` where it is disabled or its model is unknown.
    pub(crate) fn of_cluster(source: Source, region: u64, wire: wire::GpuFlavor) -> Option<Self> {
        let described = wire.hardware_description.gpu.as_deref().and_then(card_of_text);
        let implied = || card_of_flavor(&wire.name);
        let properties = wire.hardware_properties.0;
        let mut card = match properties.model.0 {
            Some(model) => {
                let other = described.or_else(implied);
                Card {
                    count: other.as_ref().map_or(1, |card| card.count),
                    memory: other.as_ref().and_then(|card| card.memory),
                    maker: other.and_then(|card| card.maker),
                    model: model.to_lowercase(),
                }
            }
            None => described.or_else(implied)?,
        };
        card.count = properties.count.unwrap_or(card.count);
        card.memory = card.memory.or_else(|| card_of_flavor(&wire.name)?.memory);
        card.maker = properties.manufacturer.0.or(card.maker);
        (!*wire.disabled).then(|| Self {
            source,
            region: Some(region),
            flavor: wire.name.0,
            card,
            capacity: *wire.capacity,
            price: wire.price.as_ref().and_then(price),
        })
    }

    pub(crate) fn of_instance(region: u64, wire: &wire::VmFlavor) -> Option<Self> {
        let name = wire.name()?.to_owned();
        let description = wire.hardware_description.gpu.as_deref();
        let card = description.and_then(card_of_text).or_else(|| card_of_flavor(&name))?;
        (!*wire.disabled).then(|| Self {
            source: Source::Instance,
            region: Some(region),
            flavor: name,
            card,
            capacity: None,
            price: price(&wire.price),
        })
    }

    /// The offers of a deployment's flavor: one for each region that has capacity data, or one without a region.
    pub(crate) fn of_inference(wire: &wire::InferenceFlavor, capacities: &[wire::Capacity]) -> Vec<Self> {
        let Some(model) = wire.gpu_model.as_deref() else {
            return Vec::new();
        };
        let offer = Self {
            source: Source::Inference,
            region: None,
            flavor: wire.name.to_string(),
            card: Card {
                model: model.to_lowercase(),
                count: wire.gpu.unwrap_or(1),
                memory: wire.gpu_memory.filter(|memory| *memory > 0.0).map(whole),
                maker: None,
            },
            capacity: None,
            price: None,
        };
        let of_region = |region: &wire::Capacity| {
            let mut flavors = region.capacity.iter();
            let mine = flavors.find(|it| it.flavor_name.as_deref() == Some(&*wire.name))?;
            Some(Self { region: Some(region.region_id), capacity: *mine.capacity, ..offer.clone() })
        };
        let placed: Vec<Self> = capacities.iter().filter_map(of_region).collect();
        if placed.is_empty() { vec![offer] } else { placed }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast saturates, and no card has less than nothing"
)]
fn whole(number: f64) -> u64 {
    number.round() as u64
}

/// The price, unless `price_status` is `hide` or `error`. Trial accounts receive zeros.
fn price(wire: &wire::Price) -> Option<(f64, String)> {
    if wire.status.as_deref().is_some_and(|status| status != "show") {
        return None;
    }
    Some(((*wire.hourly)?, wire.currency.0.clone().unwrap_or_default()))
}

impl Mapper {
    /// Maps these offers to one row a model.
    pub(crate) fn gpu_models<'a>(
        &self,
        offers: impl IntoIterator<Item = &'a Offer>,
        quotas: Option<&wire::Quotas>,
        regions: &Regions,
    ) -> Vec<GpuModel> {
        let mut models: BTreeMap<&str, Vec<&Offer>> = BTreeMap::new();
        for offer in offers {
            models.entry(&offer.card.model).or_default().push(offer);
        }
        models.into_iter().map(|(code, offers)| self.gpu_model(code, &offers, quotas, regions)).collect()
    }

    fn gpu_model(
        &self,
        code: &str,
        offers: &[&Offer],
        quotas: Option<&wire::Quotas>,
        regions: &Regions,
    ) -> GpuModel {
        let maker = offers.iter().find_map(|offer| offer.card.maker.as_deref());
        let name = maker.unwrap_or("NVIDIA").to_uppercase() + " " + &code.to_uppercase();
        let places: BTreeSet<ArcStr> =
            offers.iter().filter_map(|offer| Some(regions.name(offer.region?))).collect();
        // A model may be sold with more memory, and one catalogue reports the total memory of a flavor's cards.
        let memory = offers.iter().filter_map(|offer| offer.card.memory).min();
        let mut facts = Facts::new(&self.strings);
        facts.add("gpu_manufacturer", maker);
        facts.add("capacity", capacity(offers).as_deref());
        for source in Source::ALL {
            let flavors: BTreeSet<&str> =
                offers.iter().filter(|offer| offer.source == source).map(|offer| &*offer.flavor).collect();
            let count = (!flavors.is_empty()).then(|| flavors.len().to_string());
            facts.add(source.word(), count.as_deref());
        }
        GpuModel {
            memory: memory.and_then(|gb| gb.checked_mul(1 << 30)).map(Bytes),
            sizes: sizes(offers),
            locations: places.into_iter().collect(),
            price: cheapest(offers),
            quota: quotas.and_then(|quotas| quota(code, quotas, regions)),
            facts: facts.into_vec(),
            ..GpuModel::new(ResourceId::new(&self.context, Kind::GpuModel, code), name, code)
        }
    }
}

/// The sizes as text: `bm3-ai-1xlarge-h100-80-8 (8×, 18.40 EUR/h)`, the smallest first, each flavor once at its lowest
/// price.
fn sizes(offers: &[&Offer]) -> Vec<ArcStr> {
    let mut flavors: BTreeMap<(u32, &str), Option<(f64, &str)>> = BTreeMap::new();
    for offer in offers {
        let known = flavors.entry((offer.card.count, &offer.flavor)).or_default();
        if let Some((price, currency)) = &offer.price
            && known.is_none_or(|(lowest, _)| *price < lowest)
        {
            *known = Some((*price, currency));
        }
    }
    flavors
        .into_iter()
        .map(|((count, flavor), price)| match price {
            Some((price, currency)) => format!("{flavor} ({count}×, {price:.2} {currency}/h)").into(),
            None => format!("{flavor} ({count}×)").into(),
        })
        .collect()
}

/// The lowest hourly price of one card. Zero is what trial accounts receive, and does not count.
fn cheapest(offers: &[&Offer]) -> Option<ArcStr> {
    let priced = offers.iter().filter_map(|offer| {
        let (price, currency) = offer.price.as_ref()?;
        (*price > 0.0 && offer.card.count > 0).then(|| (price / f64::from(offer.card.count), currency))
    });
    let (price, currency) = priced.min_by(|one, other| one.0.total_cmp(&other.0))?;
    Some(format!("from {price:.2} {currency}/h").into())
}

/// The number available now by catalogue: `3 virtual, 0 baremetal, 42 inference`.
fn capacity(offers: &[&Offer]) -> Option<String> {
    let sums: Vec<String> = Source::ALL
        .into_iter()
        .filter_map(|source| {
            let mut known = offers
                .iter()
                .filter(|offer| offer.source == source)
                .filter_map(|offer| offer.capacity)
                .peekable();
            known.peek()?;
            let sum = known.fold(0, u64::saturating_add);
            Some(format!("{sum} {}", source.word()))
        })
        .collect();
    (!sums.is_empty()).then(|| sums.join(", "))
}

/// The remainder of the quotas by catalogue: `4 of 8 virtual, 2 of 2 inference`. Regional quotas are added up over the
/// regions of the context; catalogues without a granted quota are left out, and `none granted` is returned where no
/// catalogue has one.
fn quota(code: &str, quotas: &wire::Quotas, regions: &Regions) -> Option<ArcStr> {
    let number = |map: &BTreeMap<String, Value>, name: String| map.get(&name)?.as_u64();
    let mut parts = Vec::new();
    let mut known = false;
    for source in Source::ALL {
        let Some(name) = source.quota(code) else { continue };
        let global = (source == Source::Inference).then_some(&*quotas.global_quotas);
        let regional = quotas.regional_quotas.iter().filter(|quota| {
            let region = quota.get("region_id").and_then(Value::as_u64);
            source != Source::Inference && region.is_some_and(|region| regions.has(region))
        });
        let (mut limit, mut usage) = (0_u64, 0_u64);
        for map in global.into_iter().chain(regional) {
            if let Some(granted) = number(map, format!("{name}_limit")) {
                known = true;
                limit = limit.saturating_add(granted);
                usage = usage.saturating_add(number(map, format!("{name}_usage")).unwrap_or(0));
            }
        }
        if limit > 0 {
            parts.push(format!("{} of {limit} {}", limit.saturating_sub(usage), source.word()));
        }
    }
    if parts.is_empty() {
        return known.then(|| "none granted".into());
    }
    Some(parts.join(", ").into())
}
