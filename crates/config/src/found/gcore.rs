//! Gcore's own client reads `GCORE_API_KEY`, `GCORE_CLOUD_PROJECT_ID` and `GCORE_CLOUD_REGION_ID`, and `GCORE_BASE_URL`
//! where the address is not the public one.

use super::super::context::{Context, Credentials, SecretRef};
use super::super::known;
use super::{Around, Finding, context, lacks};

const KEY: &str = "GCORE_API_KEY";
const PROJECT: &str = "GCORE_CLOUD_PROJECT_ID";
const REGION: &str = "GCORE_CLOUD_REGION_ID";

/// The key alone is whole: without a project it is the account's default one, without a region every one.
pub(super) fn find(around: &Around<'_>) -> Result<Option<Finding>, String> {
    if !around.holds(KEY) {
        let begun = around.first(&[PROJECT, REGION]);
        return begun.map_or(Ok(None), |name| Err(lacks(name, KEY)));
    }
    let project = around.number(PROJECT)?;
    let region = around.number(REGION)?;
    let base_url = around.address("GCORE_BASE_URL", known::GCORE)?;
    let credentials = Credentials::Token(SecretRef::Env(KEY.into()));
    let names = [Some(KEY), project.map(|_| PROJECT), region.map(|_| REGION)];
    let names: Vec<&str> = names.into_iter().flatten().collect();
    Ok(Some(Finding {
        context: Context {
            project,
            regions: region.into_iter().collect(),
            ..context(known::GCORE, base_url, credentials)
        },
        place: names.join(" and "),
    }))
}
