//! The filters and the order of a list of machines.

use jiff::Timestamp;
use regex::{Regex, RegexBuilder};
use serde_json::Value;

use super::super::view::{Pending, View, Vm};
use super::super::wire::{Problem, Query};
use super::{network, shape};

const STATUSES: [&str; 16] = [
    "ACTIVE",
    "BUILD",
    "ERROR",
    "HARD_REBOOT",
    "MIGRATING",
    "PAUSED",
    "REBOOT",
    "REBUILD",
    "RESIZE",
    "REVERT_RESIZE",
    "SHELVED",
    "SHELVED_OFFLOADED",
    "SHUTOFF",
    "SOFT_DELETED",
    "SUSPENDED",
    "VERIFY_RESIZE",
];
/// A text that a name or an address holds or matches.
struct Pattern(Regex);

impl Pattern {
    fn read(query: &Query, name: &str) -> Result<Option<Self>, Problem> {
        let Some(text) = query.text(name) else {
            return Ok(None);
        };
        let build = |text: &str| RegexBuilder::new(text).case_insensitive(true).size_limit(1 << 20).build();
        // A text that is no expression is searched for literally.
        let regex = build(text).or_else(|_| build(&regex::escape(text)));
        regex.map(|regex| Some(Self(regex))).map_err(|_| Problem::field(name, "Input is too long"))
    }
}

/// A condition on one of a machine's ports.
#[derive(Debug, Clone, Copy)]
enum Need {
    /// Ready for a floating address.
    Floating,
    /// Outside.
    External,
}

fn needs(query: &Query) -> Result<Vec<Need>, Problem> {
    let all = [("available_floating", Need::Floating), ("only_with_fixed_external_ip", Need::External)];
    let mut found = Vec::new();
    for (name, need) in all {
        if query.switch(name, false)? {
            found.push(need);
        }
    }
    Ok(found)
}

/// The filters of one request.
pub(crate) struct Filters {
    name: Option<Pattern>,
    ip: Option<Pattern>,
    flavor: Option<String>,
    prefix: Option<String>,
    without_prefix: Option<String>,
    status: Option<String>,
    uuid: Option<String>,
    group_out: Option<String>,
    tags: Vec<(String, String)>,
    values: Vec<String>,
    since: Option<Timestamp>,
    before: Option<Timestamp>,
    needs: Vec<Need>,
    ai: bool,
    matches_nothing: bool,
    order: (&'static str, bool),
}

impl Filters {
    /// Reads the query; what does not fit is refused.
    pub(crate) fn read(query: &Query) -> Result<Self, Problem> {
        let text = |name: &str| query.text(name).map(ToOwned::to_owned);
        for name in ["include_k8s", "include_baremetal"] {
            // There are none of these, so both answers are the same.
            query.switch(name, true)?;
        }
        query.choice("protection_status", &["Active", "Queued", "Error"])?;
        query.choice("type_ddos_profile", &["basic", "advanced"])?;
        // These count only together with profiles, which no machine here has.
        let profiles = ["profile_name", "protection_status", "type_ddos_profile"];
        let filtered =
            query.switch("with_ddos", false)? && profiles.iter().any(|name| query.text(name).is_some());
        let status = query.choice("status", &STATUSES)?.map(ToOwned::to_owned);
        let (since, before) = (query.moment("changes-since")?, query.moment("changes-before")?);
        if since.zip(before).is_some_and(|(since, before)| since > before) {
            return Err(Problem::field("changes-since", "must be earlier than or equal to changes-before"));
        }
        Ok(Self {
            name: Pattern::read(query, "name")?,
            ip: Pattern::read(query, "ip")?,
            flavor: text("flavor_id"),
            prefix: text("flavor_prefix"),
            without_prefix: text("exclude_flavor_prefix"),
            status,
            uuid: text("uuid"),
            group_out: text("exclude_secgroup"),
            tags: pairs(query)?,
            values: values(query)?,
            since,
            before,
            needs: needs(query)?,
            ai: query.switch("include_ai", false)?,
            matches_nothing: filtered || query.switch("only_isolated", false)?,
            order: query.order(&["created", "name", "status"], ("created", true))?,
        })
    }

    /// The machines that pass, in order.
    pub(crate) fn select<'a>(
        &self,
        view: &View<'a>,
        under: &Pending<'a>,
        all: impl Iterator<Item = Vm<'a>>,
    ) -> Vec<Vm<'a>> {
        let mut rows: Vec<Vm<'a>> = all.filter(|vm| self.takes(view, under, vm)).collect();
        match self.order.0 {
            "name" => rows.sort_by_cached_key(|vm| view.name(vm)),
            "status" => {
                rows.sort_by_cached_key(|vm| shape::standing_of(view, vm, under.way(vm)).status);
            }
            _ => rows.sort_by_key(|vm| (vm.row.created, vm.key)),
        }
        if self.order.1 {
            rows.reverse();
        }
        rows
    }

    fn takes(&self, view: &View<'_>, under: &Pending<'_>, vm: &Vm<'_>) -> bool {
        !self.matches_nothing
            && (self.ai || !vm.is_ai())
            && self.since.is_none_or(|since| vm.row.changed >= since)
            && self.before.is_none_or(|before| vm.row.changed <= before)
            && self.fits_size(view, vm)
            && self.uuid.as_ref().is_none_or(|part| vm.id().contains(&part.to_lowercase()))
            && self.name.as_ref().is_none_or(|name| name.0.is_match(&view.name(vm)))
            && self
                .status
                .as_ref()
                .is_none_or(|status| shape::standing_of(view, vm, under.way(vm)).status == *status)
            && self.fits_tags(view, vm)
            && self.fits_network(view, vm)
    }

    fn fits_size(&self, view: &View<'_>, vm: &Vm<'_>) -> bool {
        if self.flavor.is_none() && self.prefix.is_none() && self.without_prefix.is_none() {
            return true;
        }
        let id = super::flavor(view, vm).id;
        self.flavor.as_ref().is_none_or(|wanted| id == wanted)
            && self.prefix.as_ref().is_none_or(|prefix| id.starts_with(prefix.as_str()))
            && !self.without_prefix.as_ref().is_some_and(|prefix| id.starts_with(prefix.as_str()))
    }

    fn fits_tags(&self, view: &View<'_>, vm: &Vm<'_>) -> bool {
        if self.tags.is_empty() && self.values.is_empty() {
            return true;
        }
        let tags = shape::tags(view, vm);
        self.tags.iter().all(|(key, value)| tags.iter().any(|(k, v, _)| k == key && v == value))
            && self.values.iter().all(|value| tags.iter().any(|(_, v, _)| v == value))
    }

    fn fits_network(&self, view: &View<'_>, vm: &Vm<'_>) -> bool {
        if self.ip.is_none() && self.group_out.is_none() && self.needs.is_empty() {
            return true;
        }
        let ports = network::ports(view, vm);
        let reached = |pattern: &Pattern| {
            // From the first digit on, as the server's own matching does it.
            addresses(view, vm).iter().any(|ip| pattern.0.find(ip).is_some_and(|found| found.start() == 0))
        };
        self.ip.as_ref().is_none_or(reached)
            && self
                .group_out
                .as_ref()
                .is_none_or(|name| !network::groups_of(view, vm).contains(&name.as_str()))
            && self.needs.iter().all(|need| {
                ports.iter().any(|port| match need {
                    Need::Floating => !port.outside && port.floating.is_none(),
                    Need::External => port.outside,
                })
            })
    }
}

/// Every address of a machine.
pub(crate) fn addresses(view: &View<'_>, vm: &Vm<'_>) -> Vec<String> {
    network::ports(view, vm)
        .into_iter()
        .flat_map(|port| std::iter::once(port.address).chain(port.floating))
        .collect()
}

/// `tag_key_value` (once `metadata_kv`): a JSON object as a text.
fn pairs(query: &Query) -> Result<Vec<(String, String)>, Problem> {
    let mut found = Vec::new();
    for name in ["tag_key_value", "metadata_kv"] {
        let Some(text) = query.text(name) else { continue };
        let wrong = || Problem::field(name, "Input should be a JSON object of texts");
        let map: serde_json::Map<String, Value> = serde_json::from_str(text).map_err(|_| wrong())?;
        for (key, value) in map {
            found.push((key, value.as_str().ok_or_else(wrong)?.to_owned()));
        }
    }
    Ok(found)
}

/// `tag_value`, repeated; `metadata_v` before it was a JSON array.
fn values(query: &Query) -> Result<Vec<String>, Problem> {
    let mut found: Vec<String> = query.all("tag_value").into_iter().map(ToOwned::to_owned).collect();
    if let Some(text) = query.text("metadata_v") {
        let old: Vec<String> = serde_json::from_str(text)
            .map_err(|_| Problem::field("metadata_v", "Input should be a JSON array of texts"))?;
        found.extend(old);
    }
    Ok(found)
}
