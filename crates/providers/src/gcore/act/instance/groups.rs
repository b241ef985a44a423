//! Security groups of ports, and the server group of an instance.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::super::super::Site;
use super::super::region::{InRegion, rows, text};
use super::super::table::{Entry, Story};
use super::{UNCHANGED, refuse_unless_fit};
use crate::kit::form::{Changes, Entered, refused};
use qdeck_model::{
    Choice, Choices, Expected, Field, FieldKind, FieldValue, Form, FormValues, Method, Preview, Problem,
    Target,
};

const ALL_PORTS: &str = "all";
const PORT: &str = "port_id";
const NAMES: &str = "security_group_names";

/// A port with the names of its security groups.
struct Port {
    id: String,
    label: String,
    groups: BTreeSet<String>,
}

/// The ports of an instance, and the names of the region's security groups.
struct Grouping {
    ports: Vec<Port>,
    names: Vec<String>,
}

impl Grouping {
    async fn read(place: &InRegion, id: &str) -> Result<Self, Problem> {
        let (ports, interfaces, groups) = tokio::join!(
            place.instance(id, &["ports"], &[]),
            place.instance(id, &["interfaces"], &[("limit", "1000")]),
            place.list("securitygroups", &[]),
        );
        let interfaces = interfaces.unwrap_or_default();
        let address = |port: &str| {
            let own = rows(&interfaces).iter().find(|it| text(it, &["port_id"]) == Some(port))?;
            text(own.pointer("/ip_assignments/0")?, &["ip_address"])
        };
        let port = |it: &Value| {
            let id = text(it, &["id"])?;
            let groups = it.get("security_groups").and_then(Value::as_array).into_iter().flatten();
            Some(Port {
                id: id.to_owned(),
                label: address(id).or_else(|| text(it, &["name"])).unwrap_or(id).to_owned(),
                groups: groups.filter_map(|it| text(it, &["name"]).map(str::to_owned)).collect(),
            })
        };
        let names = groups?.iter().filter_map(|it| text(it, &["name"]).map(str::to_owned)).collect();
        Ok(Self { ports: rows(&ports?).iter().filter_map(port).collect(), names })
    }

    /// The groups to choose from: every one to assign, and those that a port is in to un-assign.
    fn form(&self, assigns: bool) -> Form {
        let port = |port: &Port| Choice {
            label: port.label.as_str().into(),
            note: Some(port.groups.iter().map(String::as_str).collect::<Vec<_>>().join(", ").into()),
            ..Choice::plain(port.id.as_str())
        };
        let every = Choice { label: "All ports".into(), ..Choice::plain(ALL_PORTS) };
        let ports = std::iter::once(every).chain(self.ports.iter().map(port)).collect();
        let is_used = |name: &&String| self.ports.iter().any(|port| port.groups.contains(*name));
        let names = self.names.iter().filter(|name| assigns || is_used(name));
        let names = names.map(|name| Choice::plain(name.as_str())).collect();
        Form {
            fields: vec![
                Field::new(PORT, "Port", FieldKind::Choice(Choices::Fixed(ports)))
                    .required()
                    .default(FieldValue::text(ALL_PORTS))
                    .help("One port of the instance, or all."),
                Field::new(NAMES, "Security groups", FieldKind::Several(Choices::Fixed(names)))
                    .required()
                    .help("The security groups, by name."),
            ],
        }
    }
}

pub(super) async fn form(site: &Arc<Site>, target: &Target, assigns: bool) -> Result<Form, Problem> {
    let place = InRegion::of(site, &target.id).await?;
    Ok(Grouping::read(&place, &target.id.id).await?.form(assigns))
}

/// `addsecuritygroup` and `delsecuritygroup`: one group on all ports by its name, anything else port by port. A `null`
/// port is all of them.
pub(super) async fn preview(
    site: &Arc<Site>,
    target: &Target,
    entry: &Entry,
    values: &FormValues,
) -> Result<Preview, Problem> {
    refuse_unless_fit(site, target, entry).await?;
    let assigns = entry.story == Story::AssignGroup;
    let place = InRegion::of(site, &target.id).await?;
    let grouping = Grouping::read(&place, &target.id.id).await?;
    let entered = Entered::check(grouping.form(assigns), values)?;
    let names: Vec<&str> = entered.several(NAMES).iter().map(|name| &**name).collect();
    let port = entered.text(PORT).filter(|port| *port != ALL_PORTS);
    let mut changes = Changes::default();
    for it in grouping.ports.iter().filter(|it| port.is_none_or(|port| it.id == port)) {
        let mut wanted = it.groups.clone();
        for &name in &names {
            if assigns {
                wanted.insert(name.to_owned());
            } else {
                wanted.remove(name);
            }
        }
        let field = format!("security_groups of {}", it.label);
        changes.compare(&field, Some(json!(it.groups)), Some(json!(wanted)));
    }
    let changes = changes.into_some(&target.name)?;
    let body = match (port, &names[..]) {
        (None, [one]) => json!({ "name": one }),
        _ => json!({"ports_security_group_names": [{"port_id": port, "security_group_names": names}]}),
    };
    let (path, verb, word) = if assigns {
        ("addsecuritygroup", "Assign", "to")
    } else {
        ("delsecuritygroup", "Un-assign", "from")
    };
    let request = place.request(Method::Post, &target.id.id, &[path], &[])?.body(body);
    let ports = port.map_or("all ports", |_| "one port");
    let summary = format!(
        "{verb} {} {word} {ports} of instance {} in region {}.",
        names.join(", "),
        target.name,
        place.name
    );
    let effect = if assigns {
        "What these groups let in can reach it from then on."
    } else {
        "What only these groups let in cannot reach it any more."
    };
    let preview = Preview::new(summary, vec![request], Expected::Exists).consequence(effect);
    Ok(Preview { changes, ..preview })
}

/// A server group, and whether the instance is in it.
struct ServerGroup {
    id: String,
    name: String,
    policy: String,
    has_it: bool,
}

async fn server_groups(place: &InRegion, id: &str) -> Result<Vec<ServerGroup>, Problem> {
    let group = |it: &Value| {
        let members = it.get("instances").and_then(Value::as_array).into_iter().flatten();
        Some(ServerGroup {
            id: text(it, &["servergroup_id", "id"])?.to_owned(),
            name: text(it, &["name"]).unwrap_or("?").to_owned(),
            policy: text(it, &["policy"]).unwrap_or_default().to_owned(),
            has_it: members.into_iter().any(|it| text(it, &["instance_id"]) == Some(id)),
        })
    };
    Ok(place.list("servergroups", &[]).await?.iter().filter_map(group).collect())
}

pub(super) async fn join_form(site: &Arc<Site>, target: &Target) -> Result<Form, Problem> {
    let place = InRegion::of(site, &target.id).await?;
    Ok(join_form_of(&server_groups(&place, &target.id.id).await?))
}

fn join_form_of(groups: &[ServerGroup]) -> Form {
    let choice = |it: &ServerGroup| Choice {
        label: it.name.as_str().into(),
        note: Some(it.policy.as_str().into()),
        unavailable: it.has_it.then(|| "it is in this group".into()),
        ..Choice::plain(it.id.as_str())
    };
    let choices = Choices::Fixed(groups.iter().map(choice).collect());
    let field = Field::new("servergroup_id", "Server group", FieldKind::Choice(choices));
    Form { fields: vec![field.required().help("A group that places its members apart or together.")] }
}

/// `put_into_servergroup` of an instance that is in none.
pub(super) async fn join(
    site: &Arc<Site>,
    target: &Target,
    entry: &Entry,
    values: &FormValues,
) -> Result<Preview, Problem> {
    refuse_unless_fit(site, target, entry).await?;
    let place = InRegion::of(site, &target.id).await?;
    let groups = server_groups(&place, &target.id.id).await?;
    if let Some(own) = groups.iter().find(|it| it.has_it) {
        let reason = format!("it is in server group {}", own.name);
        return Err(refused(&target.name, &reason).hint("Take it out of that group first"));
    }
    let entered = Entered::check(join_form_of(&groups), values)?;
    let id = entered.text("servergroup_id").unwrap_or_default();
    let name = groups.iter().find(|it| it.id == id).map_or(id, |it| &it.name);
    let request = place.request(Method::Post, &target.id.id, &["put_into_servergroup"], &[])?;
    let request = request.body(json!({"servergroup_id": id}));
    let summary = format!("Put instance {} in region {} into server group {name}.", target.name, place.name);
    let preview = Preview::new(summary, vec![request], Expected::State(UNCHANGED));
    Ok(preview.consequence("It may be moved to another host, which can interrupt what runs on it."))
}

/// `remove_from_servergroup` of an instance that is in one.
pub(super) async fn leave(site: &Arc<Site>, target: &Target, entry: &Entry) -> Result<Preview, Problem> {
    refuse_unless_fit(site, target, entry).await?;
    let place = InRegion::of(site, &target.id).await?;
    let groups = server_groups(&place, &target.id.id).await?;
    let Some(own) = groups.iter().find(|it| it.has_it) else {
        return Err(refused(&target.name, "it is in no server group"));
    };
    let request = place.request(Method::Post, &target.id.id, &["remove_from_servergroup"], &[])?;
    let summary =
        format!("Take instance {} in region {} out of server group {}.", target.name, place.name, own.name);
    let preview = Preview::new(summary, vec![request], Expected::State(UNCHANGED));
    Ok(preview.consequence("It is no longer placed apart from, or together with, the others of the group."))
}
