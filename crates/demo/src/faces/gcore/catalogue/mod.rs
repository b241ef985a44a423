//! What can be had: sizes of machines with their prices, accelerators, inference sizes, images, marketplace
//! applications, and how much of it the account may use.

pub(super) mod flavors;
pub(super) mod gpu;
pub(super) mod images;
pub(super) mod quota;

use serde_json::{Value, json};

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
