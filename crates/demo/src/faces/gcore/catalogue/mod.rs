//! The catalogue: sizes of machines with their prices, accelerators, inference sizes, images, marketplace
//! applications, and how much of it the account may use.

pub(super) mod flavors;
pub(super) mod gpu;
pub(super) mod images;
pub(super) mod quota;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Value, json};

/// The shape of `assets/demo/gcore.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'static"))]
struct Catalogue {
    accelerators: Vec<gpu::Accelerator>,
    flavors: Vec<flavors::Flavor>,
    servers: Vec<gpu::Server>,
    inference: Vec<gpu::InferenceFlavor>,
    images: Vec<images::Image>,
    apps: Vec<images::App>,
    quotas: Quotas,
}

/// Limits by the beginning of the platform's keys: `vm_count` for `vm_count_limit`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'static"))]
struct Quotas {
    regional: BTreeMap<&'static str, i64>,
    unused: BTreeMap<&'static str, i64>,
    account: BTreeMap<&'static str, i64>,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    crate::embedded::parse("gcore.toml", include_str!("../../../../../../assets/demo/gcore.toml"))
});

/// Hours in the month that monthly prices count.
const HOURS: f64 = 730.0;

/// The currency of every price.
const CURRENCY: &str = "EUR";

/// Puts prices beside the other fields.
fn price(row: &mut Value, hour: f64) {
    row["price_per_hour"] = json!(hour);
    row["price_per_month"] = json!(cents(hour * HOURS));
    row["currency_code"] = json!(CURRENCY);
    row["price_status"] = json!("show");
}

/// Rounded to cents.
pub(super) fn cents(amount: f64) -> f64 {
    (amount * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_within_their_list() {
        let lists: [Vec<&str>; 6] = [
            CATALOGUE.accelerators.iter().map(|row| row.model).collect(),
            CATALOGUE.flavors.iter().map(|row| row.id).collect(),
            CATALOGUE.servers.iter().map(|row| row.name).collect(),
            CATALOGUE.inference.iter().map(|row| row.name).collect(),
            CATALOGUE.images.iter().map(|row| row.name).collect(),
            CATALOGUE.apps.iter().map(|row| row.id).collect(),
        ];
        for mut list in lists {
            let count = list.len();
            list.sort_unstable();
            list.dedup();
            assert!(count > 0 && list.len() == count, "{list:?}");
        }
    }

    #[test]
    fn every_model_of_accelerators_is_in_the_catalogue() {
        let flavors = CATALOGUE.flavors.iter().filter_map(|row| row.gpu);
        let inference = CATALOGUE.inference.iter().filter_map(|row| row.gpu);
        let servers = CATALOGUE.servers.iter().map(|row| row.gpu);
        for gpu in flavors.chain(inference).chain(servers) {
            assert!(
                gpu.count > 0 && CATALOGUE.accelerators.iter().any(|row| row.model == gpu.model),
                "{gpu:?}"
            );
        }
    }
}
