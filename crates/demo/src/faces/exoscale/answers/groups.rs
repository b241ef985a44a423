//! Groups of instances: security groups with their rules, and groups that keep apart.

use serde_json::{Value, json};

use super::Answer;
use super::instances::name;
use crate::faces::exoscale::account::guest::{Guest, default_group};
use crate::faces::exoscale::account::{MAX_RULES, Reference};
use crate::faces::exoscale::context::{Names, RequestContext};
use crate::faces::exoscale::ids::{Thing, id};
use crate::faces::exoscale::problem::Problem;

const PROTOCOLS: [&str; 9] = ["ah", "all", "esp", "gre", "icmp", "icmpv6", "ipip", "tcp", "udp"];

fn group(id: String) -> Reference {
    Reference { kind: "security-group", id }
}

/// The security group that the path names.
fn security_group(ctx: &RequestContext<'_>) -> Result<(String, Value), Problem> {
    let key = ctx.param("id");
    let held = ctx.account.find(Thing::SecurityGroup, ctx.zone, key);
    let held = held.ok_or_else(|| Problem::missing("The security group"))?;
    Ok((key.to_owned(), held.document.clone()))
}

/// The same, if it is the organisation's own and may be changed.
fn own_group(ctx: &RequestContext<'_>) -> Result<(String, Value), Problem> {
    let (key, document) = security_group(ctx)?;
    if document["visibility"] == "public" {
        return Err(Problem::forbidden("The security group is not the organisation's own"));
    }
    Ok((key, document))
}

/// `GET /security-group`: the organisation's own, unless the public ones are asked for.
pub(super) fn list(ctx: &mut RequestContext<'_>) -> Answer {
    let wanted = ctx.asked_word("visibility", &["private", "public"])?.unwrap_or("private");
    let all = ctx.account.all(Thing::SecurityGroup, ctx.zone);
    let rows: Vec<&Value> =
        all.map(|(_, held)| &held.document).filter(|document| document["visibility"] == wanted).collect();
    Ok(json!({ "security-groups": rows }))
}

/// `GET /security-group/{id}`.
pub(super) fn get(ctx: &mut RequestContext<'_>) -> Answer {
    security_group(ctx).map(|(_, document)| document)
}

/// `POST /security-group`.
pub(super) fn create(ctx: &mut RequestContext<'_>) -> Answer {
    let mut fields = ctx.fields();
    fields.require(&["name"]);
    let name = fields.text_of("name", 1..=255).unwrap_or_default();
    let description = fields.text_of("description", 0..=255);
    fields.done()?;
    ctx.account.free(Thing::SecurityGroup, ctx.zone, &name)?;
    let mut document = json!({ "name": name, "visibility": "private" });
    if let Some(description) = description {
        document["description"] = description.into();
    }
    let key = ctx.account.hold(Thing::SecurityGroup, None, document);
    let caption = format!("Create security group {name}");
    Ok(ctx.submit_plain(caption, "group.create", group(key), Names::Always, None))
}

/// `DELETE /security-group/{id}`: not while it is attached, and never the default one.
pub(super) fn delete(ctx: &mut RequestContext<'_>) -> Answer {
    let (key, document) = own_group(ctx)?;
    let is_attached = |guest: &Guest| guest.groups.contains(&key);
    if key == default_group() {
        return Err(Problem::conflict("The default security group stays"));
    }
    if ctx.app.engine.read(|fleet| ctx.account.is_attached(fleet, is_attached)) {
        return Err(Problem::conflict("The security group is in use"));
    }
    ctx.account.remove(&key);
    let caption = format!("Delete security group {}", document["name"].as_str().unwrap_or_default());
    Ok(ctx.submit_plain(caption, "group.delete", group(key), Names::UntilDone, None))
}

/// Puts a change of a group down, and answers with its operation.
fn changed(ctx: &mut RequestContext<'_>, key: String, change: impl FnOnce(&mut Value)) -> Value {
    if let Some(document) = ctx.account.document(&key) {
        change(document);
    }
    ctx.submit_plain("Change a security group".to_owned(), "group.update", group(key), Names::Always, None)
}

/// `POST /security-group/{id}/rules`.
pub(super) fn add_rule(ctx: &mut RequestContext<'_>) -> Answer {
    let (key, document) = own_group(ctx)?;
    let mut fields = ctx.fields();
    fields.require(&["flow-direction", "protocol"]);
    let flow = fields.word("flow-direction", &["ingress", "egress"]);
    let protocol = fields.word("protocol", &PROTOCOLS);
    let (start, end) = (fields.number("start-port", 1..=65_535), fields.number("end-port", 1..=65_535));
    let (network, other) = (fields.network("network"), fields.reference("security-group"));
    let (icmp, description) = (fields.object("icmp"), fields.text_of("description", 0..=255));
    match (start, end) {
        _ if !matches!(protocol, Some("tcp" | "udp")) => {}
        (Some(start), Some(end)) if start <= end => {}
        _ => fields.error("start-port", "and end-port are required in this order for the protocol"),
    }
    if network.is_some() == other.is_some() {
        fields.error("network", "or security-group is required, and not both");
    }
    let icmp = icmp.cloned();
    fields.done()?;
    let number = ctx.account.number();
    let mut rule = json!({ "id": id(Thing::Rule, number), "flow-direction": flow, "protocol": protocol });
    if let Some(other) = other {
        let held = ctx.account.find(Thing::SecurityGroup, ctx.zone, &other);
        let held = held.ok_or_else(|| Problem::missing("The security group of the rule"))?;
        let of = &held.document;
        rule["security-group"] = json!({ "id": other, "name": of["name"], "visibility": of["visibility"] });
    }
    let optional = [
        ("description", description.map(Value::from)),
        ("start-port", start.map(Value::from)),
        ("end-port", end.map(Value::from)),
        ("network", network.map(Value::from)),
        ("icmp", icmp),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            rule[name] = value;
        }
    }
    let same = |one: &Value| without_id(one) == without_id(&rule);
    let rules = document["rules"].as_array();
    if rules.is_some_and(|rules| rules.iter().any(same)) {
        return Err(Problem::conflict("The rule exists already"));
    }
    if rules.is_some_and(|rules| rules.len() >= MAX_RULES) {
        return Err(Problem::forbidden("The quota of rules is used up"));
    }
    Ok(changed(ctx, key, |document| match document["rules"].as_array_mut() {
        Some(rules) => rules.push(rule),
        None => document["rules"] = json!([rule]),
    }))
}

/// The fields that make two rules the same: all but their id and description.
fn without_id(rule: &Value) -> Vec<(&String, &Value)> {
    let fields = rule.as_object().into_iter().flatten();
    let mut fields: Vec<_> =
        fields.filter(|(name, _)| !matches!(name.as_str(), "id" | "description")).collect();
    fields.sort_by_key(|(name, _)| *name);
    fields
}

/// `DELETE /security-group/{id}/rules/{rule-id}`: a group without rules has no such field.
pub(super) fn delete_rule(ctx: &mut RequestContext<'_>) -> Answer {
    let (key, document) = own_group(ctx)?;
    let rule = ctx.param("rule-id").to_owned();
    let rules = document["rules"].as_array().cloned().unwrap_or_default();
    let left: Vec<Value> = rules.iter().filter(|one| one["id"] != rule).cloned().collect();
    if left.len() == rules.len() {
        return Err(Problem::missing("The rule"));
    }
    Ok(changed(ctx, key, |document| {
        if !left.is_empty() {
            document["rules"] = left.into();
        } else if let Some(document) = document.as_object_mut() {
            document.shift_remove("rules");
        }
    }))
}

/// `PUT /security-group/{id}:add-source`.
pub(super) fn add_source(ctx: &mut RequestContext<'_>) -> Answer {
    source(ctx, true)
}

/// `PUT /security-group/{id}:remove-source`.
pub(super) fn remove_source(ctx: &mut RequestContext<'_>) -> Answer {
    source(ctx, false)
}

fn source(ctx: &mut RequestContext<'_>, add: bool) -> Answer {
    let (key, document) = own_group(ctx)?;
    let mut fields = ctx.fields();
    fields.require(&["cidr"]);
    let source = fields.network("cidr").unwrap_or_default();
    fields.done()?;
    let mut sources = document["external-sources"].as_array().cloned().unwrap_or_default();
    match (add, sources.iter().position(|one| *one == source)) {
        (true, Some(_)) => return Err(Problem::conflict("The source exists already")),
        (false, None) => return Err(Problem::missing("The source")),
        (true, None) if sources.len() >= MAX_RULES => {
            return Err(Problem::forbidden("The quota of external sources is used up"));
        }
        (true, None) => sources.push(source.into()),
        (false, Some(at)) => drop(sources.remove(at)),
    }
    Ok(changed(ctx, key, |document| {
        document["external-sources"] = sources.into();
    }))
}

/// `PUT /security-group/{id}:attach`.
pub(super) fn attach(ctx: &mut RequestContext<'_>) -> Answer {
    let (key, _) = security_group(ctx)?;
    let machine = ctx.machine_of_body()?;
    let guest = ctx.app.engine.read(|fleet| ctx.account.guest(fleet, machine));
    if guest.groups.contains(&key) {
        return Err(Problem::conflict("The instance wears the security group already"));
    }
    let is_attached = key.clone();
    ctx.app
        .engine
        .read(|fleet| ctx.account.update_guest(fleet, machine, |guest| guest.groups.push(is_attached)));
    let caption = format!("Attach a security group to {}", name(ctx, machine));
    Ok(ctx.submit_plain(caption, "group.attach", group(key), Names::Always, None))
}

/// `PUT /security-group/{id}:detach`.
pub(super) fn detach(ctx: &mut RequestContext<'_>) -> Answer {
    let (key, _) = security_group(ctx)?;
    let machine = ctx.machine_of_body()?;
    let guest = ctx.app.engine.read(|fleet| ctx.account.guest(fleet, machine));
    if !guest.groups.contains(&key) {
        return Err(Problem::state("The instance does not wear the security group"));
    }
    ctx.app.engine.read(|fleet| {
        ctx.account.update_guest(fleet, machine, |guest| guest.groups.retain(|one| *one != key));
    });
    let caption = format!("Detach a security group from {}", name(ctx, machine));
    Ok(ctx.submit_plain(caption, "group.detach", group(key), Names::Always, None))
}

fn apart(ctx: &RequestContext<'_>, key: &str, document: &Value) -> Value {
    let members: Vec<Value> = ctx.app.engine.read(|fleet| {
        let guests_attached = ctx.account.guests_attached(fleet);
        guests_attached
            .filter(|(_, guest)| guest.apart.iter().any(|one| one == key))
            .map(|(machine, _)| json!({ "id": id(Thing::Instance, machine) }))
            .collect()
    });
    let mut document = document.clone();
    if !members.is_empty() {
        document["instances"] = members.into();
    }
    document
}

/// `GET /anti-affinity-group`: of all zones, with instances of all zones.
pub(super) fn list_anti_affinity_groups(ctx: &mut RequestContext<'_>) -> Value {
    let all = ctx.account.all(Thing::AntiAffinityGroup, ctx.zone);
    let rows: Vec<Value> = all.map(|(key, held)| apart(ctx, key, &held.document)).collect();
    json!({ "anti-affinity-groups": rows })
}

/// `GET /anti-affinity-group/{id}`.
pub(super) fn get_apart(ctx: &mut RequestContext<'_>) -> Answer {
    let key = ctx.param("id");
    let held = ctx.account.find(Thing::AntiAffinityGroup, ctx.zone, key);
    held.map(|held| apart(ctx, key, &held.document))
        .ok_or_else(|| Problem::missing("The anti-affinity group"))
}

/// `POST /anti-affinity-group`.
pub(super) fn create_apart(ctx: &mut RequestContext<'_>) -> Answer {
    let mut fields = ctx.fields();
    fields.require(&["name"]);
    let name = fields.text_of("name", 1..=255).unwrap_or_default();
    let description = fields.text_of("description", 0..=255).unwrap_or_default();
    fields.done()?;
    ctx.account.free(Thing::AntiAffinityGroup, ctx.zone, &name)?;
    let document = json!({ "name": name, "description": description });
    let reference = Reference {
        kind: "anti-affinity-group",
        id: ctx.account.hold(Thing::AntiAffinityGroup, None, document),
    };
    let caption = format!("Create anti-affinity group {name}");
    Ok(ctx.submit_plain(caption, "apart.create", reference, Names::Always, None))
}

/// `DELETE /anti-affinity-group/{id}`: afterwards its operation names nothing any more.
pub(super) fn delete_apart(ctx: &mut RequestContext<'_>) -> Answer {
    let document = get_apart(ctx)?;
    if document.get("instances").is_some() {
        return Err(Problem::conflict("The anti-affinity group is in use"));
    }
    let reference = Reference { kind: "anti-affinity-group", id: ctx.param("id").to_owned() };
    ctx.account.remove(&reference.id);
    let caption = format!("Delete anti-affinity group {}", document["name"].as_str().unwrap_or_default());
    Ok(ctx.submit_plain(caption, "apart.delete", reference, Names::UntilDone, None))
}
