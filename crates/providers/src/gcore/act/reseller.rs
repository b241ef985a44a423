//! Resellers: the search over all their clients, and the templates that restrict names in a region.
//!
//! These calls are documented on the reference page and gone from the public description. They are offered in a context
//! that is marked as a reseller's only.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::Site;
use super::choices::REGION;
use super::create::region_field;
use super::naming::{NAME_TEMPLATE, check_template};
use super::table::{Entry, Story};
use crate::kit::form::{Body, Entered, line, whole, wrong_field};
use qdeck_model::{
    Expected, Field, FieldKind, FieldValue, Form, FormValues, Method, Preview, Problem, ProblemKind, Unit,
};

const TEMPLATES: [&str; 4] = ["cloud", "v1", "reseller_name_templates", ""];
/// The most templates of one list. The page documents no number.
const MAX_TEMPLATES: usize = 100;
const RESELLER: &str = "reseller_id";
const RESTRICTION: &str = "allowed_lb_name_restriction";

/// The lists of templates: `ResellerNameTemplates`.
const LISTS: [(&str, &str); 5] = [
    ("allowed_name_templates", "Instances"),
    ("allowed_name_win_templates", "Windows instances"),
    ("allowed_bm_name_templates", "Bare metal"),
    ("allowed_bm_name_win_templates", "Bare metal with Windows"),
    ("allowed_lb_name_templates", "Load balancers"),
];

/// The form of an action.
pub(super) async fn form(site: &Arc<Site>, story: Story) -> Result<Form, Problem> {
    let text = |name: &'static str, label: &str, help: &str| {
        Field::new(name, label, FieldKind::Text(line(0, 255))).help(help)
    };
    let reseller = || {
        let number = whole(0.0, f64::from(u32::MAX), Unit::COUNT);
        Field::new(RESELLER, "Reseller", number).required().help("The number of the reseller.")
    };
    let mut fields = Vec::new();
    match story {
        Story::ResellerSearch => fields.extend([
            text("name", "Name", "A part of the instance's name."),
            text("id", "Id", "The id of the instance."),
            text("instance_ip", "Address", "An address of the instance."),
        ]),
        Story::ResellerDrop => fields.extend([reseller(), region_field(site).await?]),
        Story::ResellerSet => {
            fields.extend([reseller(), region_field(site).await?]);
            fields.push(text("reseller_name", "Reseller's name", "A name for this setting."));
            fields.push(
                Field::new("allow_custom_name", "Names of one's own", FieldKind::Switch)
                    .default(FieldValue::Switch(true))
                    .help("Clients may choose names that no template makes."),
            );
            fields.extend(LISTS.map(|(name, label)| {
                let list = FieldKind::List { texts: NAME_TEMPLATE, most: MAX_TEMPLATES };
                Field::new(name, format!("{label}: templates"), list)
                    .section("Templates")
                    .help("Only these are taken; any where nothing is entered.")
            }));
            fields.push(
                text(RESTRICTION, "Load balancers: pattern", "A regular expression for their names.")
                    .section("Templates"),
            );
        }
        _ => {}
    }
    Ok(Form { fields })
}

/// Prepares the call.
pub(super) async fn preview(
    site: &Arc<Site>,
    entry: &Entry,
    values: &FormValues,
) -> Result<Preview, Problem> {
    let entered = Entered::check(form(site, entry.story).await?, values)?;
    let templates = &TEMPLATES[..3];
    match entry.story {
        Story::ResellerSearch => search(site, &entered),
        Story::ResellerList => {
            let request = site.api.prepare(Method::Get, templates, &[])?;
            Ok(Preview::new("List the name templates of the reseller.", vec![request], Expected::Exists))
        }
        Story::ResellerDrop => {
            let reseller = entered.whole(RESELLER).unwrap_or_default().to_string();
            let region = entered.text(REGION).unwrap_or_default();
            let path = [templates, &[&*reseller, region]].concat();
            let request = site.api.prepare(Method::Delete, &path, &[])?;
            let summary = format!("Drop the name templates of reseller {reseller} in region {region}.");
            let preview = Preview::new(summary, vec![request], Expected::Exists);
            Ok(preview.consequence("All restrictions of names in the region are dropped for its clients."))
        }
        _ => set(site, &entered),
    }
}

fn search(site: &Arc<Site>, entered: &Entered) -> Result<Preview, Problem> {
    let given = ["name", "id", "instance_ip"].map(|field| (field, entered.text(field)));
    let query: Vec<(&str, &str)> =
        given.into_iter().filter_map(|(field, value)| Some((field, value?))).collect();
    if query.is_empty() {
        return Err(wrong_field("name", "enter a name, an id or an address to look for"));
    }
    let request = site.api.prepare(Method::Get, &["cloud", "v1", "instances", "search"], &query)?;
    Ok(Preview::new("Search all clients of the reseller for an instance.", vec![request], Expected::Exists))
}

fn set(site: &Arc<Site>, entered: &Entered) -> Result<Preview, Problem> {
    let region = entered.text(REGION).unwrap_or_default();
    let number: u64 = region.parse().map_err(|_| wrong_field(REGION, "is not the number of a region"))?;
    let mut body = Body::default()
        .with("region_id", Some(number))
        .with(RESELLER, entered.whole(RESELLER))
        .with("reseller_name", entered.text("reseller_name"))
        .with("allow_custom_name", entered.switch("allow_custom_name"));
    let mut has_templates = false;
    for (name, _) in LISTS {
        let list = entered.several(name);
        list.iter().try_for_each(|template| check_template(name, template))?;
        has_templates |= !list.is_empty();
        body = body.with(name, (!list.is_empty()).then(|| json!(list)));
    }
    if entered.switch("allow_custom_name") == Some(false) && !has_templates {
        return Err(wrong_field(LISTS[0].0, "must be filled in where no names of one's own are taken"));
    }
    let body = body.with(RESTRICTION, entered.text(RESTRICTION)).into_value();
    let request = site.api.prepare(Method::Put, &TEMPLATES[..3], &[])?.body(body);
    let summary = format!("Set the name templates of region {region}.");
    let preview = Preview::new(summary, vec![request], Expected::Exists);
    Ok(preview.consequence("New instances of all its clients in the region must have such names."))
}

/// The title of an answer that is shown.
pub(super) fn title(story: Story) -> &'static str {
    match story {
        Story::ResellerSearch => "instances of all clients",
        _ => "name templates of the reseller",
    }
}

/// Explains the refusal of a call that is not there any more.
pub(super) fn explain(problem: Problem) -> Problem {
    if problem.kind != ProblemKind::NotFound {
        return problem;
    }
    problem.hint(
        "Gcore's public description has no calls for resellers any more: this server, or this account, may not have them",
    )
}

/// An answer without content is not shown.
pub(super) fn shown(answer: Value) -> Option<Value> {
    (!answer.is_null()).then_some(answer)
}
