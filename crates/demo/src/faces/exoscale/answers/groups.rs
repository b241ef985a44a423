//! What instances are gathered in: security groups with their rules, and groups that keep apart.

use serde_json::{Value, json};

use super::Answer;
use super::instances::name;
use crate::faces::exoscale::book::Reference;
use crate::faces::exoscale::book::guest::{Guest, default_group};
use crate::faces::exoscale::ids::{Thing, id};
use crate::faces::exoscale::problem::Problem;
use crate::faces::exoscale::visit::{Names, Visit};

const PROTOCOLS: [&str; 9] = ["ah", "all", "esp", "gre", "icmp", "icmpv6", "ipip", "tcp", "udp"];

fn group(id: String) -> Reference {
    Reference { kind: "security-group", id }
}

/// The security group that the path names.
fn security_group(visit: &Visit<'_>) -> Result<(String, Value), Problem> {
    let key = visit.param("id");
    let held = visit.book.find(Thing::SecurityGroup, visit.zone, key);
    let held = held.ok_or_else(|| Problem::missing("The security group"))?;
    Ok((key.to_owned(), held.document.clone()))
}

/// The same, if it is the organisation's own and may be changed.
fn own_group(visit: &Visit<'_>) -> Result<(String, Value), Problem> {
    let (key, document) = security_group(visit)?;
    if document["visibility"] == "public" {
        return Err(Problem::forbidden("The security group is not the organisation's own"));
    }
    Ok((key, document))
}

/// `GET /security-group`: the organisation's own, unless the public ones are asked for.
pub(super) fn list(visit: &mut Visit<'_>) -> Answer {
    let wanted = visit.asked_word("visibility", &["private", "public"])?.unwrap_or("private");
    let all = visit.book.all(Thing::SecurityGroup, visit.zone);
    let rows: Vec<&Value> =
        all.map(|(_, held)| &held.document).filter(|document| document["visibility"] == wanted).collect();
    Ok(json!({ "security-groups": rows }))
}

/// `GET /security-group/{id}`.
pub(super) fn get(visit: &mut Visit<'_>) -> Answer {
    security_group(visit).map(|(_, document)| document)
}

/// `POST /security-group`.
pub(super) fn create(visit: &mut Visit<'_>) -> Answer {
    let mut fields = visit.fields();
    fields.require(&["name"]);
    let name = fields.text("name", 1..=255).unwrap_or_default();
    let description = fields.text("description", 0..=255);
    fields.end()?;
    visit.book.free(Thing::SecurityGroup, visit.zone, &name)?;
    let mut document = json!({ "name": name, "visibility": "private" });
    if let Some(description) = description {
        document["description"] = description.into();
    }
    let key = visit.book.hold(Thing::SecurityGroup, None, document);
    let caption = format!("Create security group {name}");
    Ok(visit.submit_plain(caption, "group.create", group(key), Names::Always, None))
}

/// `DELETE /security-group/{id}`: not while somebody wears it, and never the default one.
pub(super) fn delete(visit: &mut Visit<'_>) -> Answer {
    let (key, document) = own_group(visit)?;
    let worn = |guest: &Guest| guest.groups.contains(&key);
    if key == default_group() {
        return Err(Problem::conflict("The default security group stays"));
    }
    if visit.desk.engine.read(|fleet| visit.book.worn(fleet, worn)) {
        return Err(Problem::conflict("The security group is in use"));
    }
    visit.book.strike(&key);
    let caption = format!("Delete security group {}", document["name"].as_str().unwrap_or_default());
    Ok(visit.submit_plain(caption, "group.delete", group(key), Names::UntilDone, None))
}

/// Puts a change of a group down, and answers with its operation.
fn changed(visit: &mut Visit<'_>, key: String, change: impl FnOnce(&mut Value)) -> Value {
    if let Some(document) = visit.book.document(&key) {
        change(document);
    }
    visit.submit_plain("Change a security group".to_owned(), "group.update", group(key), Names::Always, None)
}

/// `POST /security-group/{id}/rules`.
pub(super) fn add_rule(visit: &mut Visit<'_>) -> Answer {
    let (key, document) = own_group(visit)?;
    let mut fields = visit.fields();
    fields.require(&["flow-direction", "protocol"]);
    let flow = fields.word("flow-direction", &["ingress", "egress"]);
    let protocol = fields.word("protocol", &PROTOCOLS);
    let (start, end) = (fields.whole("start-port", 1..=65_535), fields.whole("end-port", 1..=65_535));
    let (network, other) = (fields.network("network"), fields.reference("security-group"));
    let (icmp, description) = (fields.object("icmp"), fields.text("description", 0..=255));
    match (start, end) {
        _ if !matches!(protocol, Some("tcp" | "udp")) => {}
        (Some(start), Some(end)) if start <= end => {}
        _ => fields.wrong("start-port", "and end-port are required in this order for the protocol"),
    }
    if network.is_some() == other.is_some() {
        fields.wrong("network", "or security-group is required, and not both");
    }
    let icmp = icmp.cloned();
    fields.end()?;
    let number = visit.book.number();
    let mut rule = json!({ "id": id(Thing::Rule, number), "flow-direction": flow, "protocol": protocol });
    if let Some(other) = other {
        let held = visit.book.find(Thing::SecurityGroup, visit.zone, &other);
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
    Ok(changed(visit, key, |document| match document["rules"].as_array_mut() {
        Some(rules) => rules.push(rule),
        None => document["rules"] = json!([rule]),
    }))
}

/// What makes two rules the same: everything but their id and what a person says of them.
fn without_id(rule: &Value) -> Vec<(&String, &Value)> {
    let fields = rule.as_object().into_iter().flatten();
    let mut fields: Vec<_> =
        fields.filter(|(name, _)| !matches!(name.as_str(), "id" | "description")).collect();
    fields.sort_by_key(|(name, _)| *name);
    fields
}

/// `DELETE /security-group/{id}/rules/{rule-id}`: a group without rules has no such field.
pub(super) fn delete_rule(visit: &mut Visit<'_>) -> Answer {
    let (key, document) = own_group(visit)?;
    let rule = visit.param("rule-id").to_owned();
    let rules = document["rules"].as_array().cloned().unwrap_or_default();
    let left: Vec<Value> = rules.iter().filter(|one| one["id"] != rule).cloned().collect();
    if left.len() == rules.len() {
        return Err(Problem::missing("The rule"));
    }
    Ok(changed(visit, key, |document| {
        if !left.is_empty() {
            document["rules"] = left.into();
        } else if let Some(document) = document.as_object_mut() {
            document.shift_remove("rules");
        }
    }))
}

/// `PUT /security-group/{id}:add-source`.
pub(super) fn add_source(visit: &mut Visit<'_>) -> Answer {
    source(visit, true)
}

/// `PUT /security-group/{id}:remove-source`.
pub(super) fn remove_source(visit: &mut Visit<'_>) -> Answer {
    source(visit, false)
}

fn source(visit: &mut Visit<'_>, add: bool) -> Answer {
    let (key, document) = own_group(visit)?;
    let mut fields = visit.fields();
    fields.require(&["cidr"]);
    let source = fields.network("cidr").unwrap_or_default();
    fields.end()?;
    let mut sources = document["external-sources"].as_array().cloned().unwrap_or_default();
    match (add, sources.iter().position(|one| *one == source)) {
        (true, Some(_)) => return Err(Problem::conflict("The source exists already")),
        (false, None) => return Err(Problem::missing("The source")),
        (true, None) => sources.push(source.into()),
        (false, Some(at)) => drop(sources.remove(at)),
    }
    Ok(changed(visit, key, |document| {
        document["external-sources"] = sources.into();
    }))
}

/// `PUT /security-group/{id}:attach`.
pub(super) fn attach(visit: &mut Visit<'_>) -> Answer {
    let (key, _) = security_group(visit)?;
    let machine = visit.machine_of_body()?;
    let guest = visit.desk.engine.read(|fleet| visit.book.guest(fleet, machine));
    if guest.groups.contains(&key) {
        return Err(Problem::conflict("The instance wears the security group already"));
    }
    let worn = key.clone();
    visit.desk.engine.read(|fleet| visit.book.dress(fleet, machine, |guest| guest.groups.push(worn)));
    let caption = format!("Attach a security group to {}", name(visit, machine));
    Ok(visit.submit_plain(caption, "group.attach", group(key), Names::Always, None))
}

/// `PUT /security-group/{id}:detach`.
pub(super) fn detach(visit: &mut Visit<'_>) -> Answer {
    let (key, _) = security_group(visit)?;
    let machine = visit.machine_of_body()?;
    let guest = visit.desk.engine.read(|fleet| visit.book.guest(fleet, machine));
    if !guest.groups.contains(&key) {
        return Err(Problem::state("The instance does not wear the security group"));
    }
    visit.desk.engine.read(|fleet| {
        visit.book.dress(fleet, machine, |guest| guest.groups.retain(|one| *one != key));
    });
    let caption = format!("Detach a security group from {}", name(visit, machine));
    Ok(visit.submit_plain(caption, "group.detach", group(key), Names::Always, None))
}

fn apart(visit: &Visit<'_>, key: &str, document: &Value) -> Value {
    let members: Vec<Value> = visit.desk.engine.read(|fleet| {
        let dressed = visit.book.dressed(fleet);
        dressed
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
pub(super) fn list_apart(visit: &mut Visit<'_>) -> Value {
    let all = visit.book.all(Thing::AntiAffinityGroup, visit.zone);
    let rows: Vec<Value> = all.map(|(key, held)| apart(visit, key, &held.document)).collect();
    json!({ "anti-affinity-groups": rows })
}

/// `GET /anti-affinity-group/{id}`.
pub(super) fn get_apart(visit: &mut Visit<'_>) -> Answer {
    let key = visit.param("id");
    let held = visit.book.find(Thing::AntiAffinityGroup, visit.zone, key);
    held.map(|held| apart(visit, key, &held.document))
        .ok_or_else(|| Problem::missing("The anti-affinity group"))
}

/// `POST /anti-affinity-group`.
pub(super) fn create_apart(visit: &mut Visit<'_>) -> Answer {
    let mut fields = visit.fields();
    fields.require(&["name"]);
    let name = fields.text("name", 1..=255).unwrap_or_default();
    let description = fields.text("description", 0..=255).unwrap_or_default();
    fields.end()?;
    visit.book.free(Thing::AntiAffinityGroup, visit.zone, &name)?;
    let document = json!({ "name": name, "description": description });
    let reference = Reference {
        kind: "anti-affinity-group",
        id: visit.book.hold(Thing::AntiAffinityGroup, None, document),
    };
    let caption = format!("Create anti-affinity group {name}");
    Ok(visit.submit_plain(caption, "apart.create", reference, Names::Always, None))
}

/// `DELETE /anti-affinity-group/{id}`: afterwards its operation names nothing any more.
pub(super) fn delete_apart(visit: &mut Visit<'_>) -> Answer {
    let document = get_apart(visit)?;
    if document.get("instances").is_some() {
        return Err(Problem::conflict("The anti-affinity group is in use"));
    }
    let reference = Reference { kind: "anti-affinity-group", id: visit.param("id").to_owned() };
    visit.book.strike(&reference.id);
    let caption = format!("Delete anti-affinity group {}", document["name"].as_str().unwrap_or_default());
    Ok(visit.submit_plain(caption, "apart.delete", reference, Names::UntilDone, None))
}
