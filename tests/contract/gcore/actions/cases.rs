//! Every action on an instance: its values, the documented request, and the state that it leads to.

use quarterdeck::model::{ActionId, FieldValue, FormValues};
use serde_json::{Value, json};

use super::world::{
    DATA_VOLUME, FLOATING_IP, NETWORK, OTHER_PORT, PORT, SERVER_GROUP, SUBNET, VOLUME, World,
};

/// One action with its values, and what it sends.
pub struct Case {
    pub action: &'static str,
    pub world: World,
    pub values: FormValues,
    /// The request: method, and the path below `/cloud`.
    pub request: String,
    /// Its body; `Null` for none.
    pub body: Value,
    /// It answers with a task.
    pub has_task: bool,
}

pub fn text(field: &str, value: &str) -> FormValues {
    FormValues::new().with(field, FieldValue::text(value))
}

pub fn several(values: FormValues, field: &str, all: &[&str]) -> FormValues {
    values.with(field, FieldValue::Several(all.iter().map(|&it| it.into()).collect()))
}

pub fn map(field: &str, pairs: &[(&str, &str)]) -> FormValues {
    let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    FormValues::new().with(field, FieldValue::Map(pairs))
}

fn v1(method: &str, rest: &str) -> String {
    format!("{method} /v1/instances/5/7/{}{rest}", super::world::MACHINE)
}

fn v2(method: &str, rest: &str) -> String {
    format!("{method} /v2/instances/5/7/{}{rest}", super::world::MACHINE)
}

fn case(action: &'static str, values: FormValues, request: String, body: Value) -> Case {
    Case { action, world: World::new("ACTIVE", ""), values, request, body, has_task: true }
}

fn quiet(action: &'static str, values: FormValues, request: String, body: Value) -> Case {
    Case { has_task: false, ..case(action, values, request, body) }
}

/// The actions of the action call, each from a state that it fits.
pub fn power() -> Vec<Case> {
    let of = |action, verb, from, after| {
        let case = case(action, FormValues::new(), v2("POST", "/action"), json!({"action": verb}));
        Case { world: World::new(from, after), ..case }
    };
    vec![
        of("instance.start", "start", "SHUTOFF", "ACTIVE"),
        of("instance.stop", "stop", "ACTIVE", "SHUTOFF"),
        of("instance.reboot", "reboot", "ACTIVE", "ACTIVE"),
        of("instance.power-cycle", "reboot_hard", "ERROR", "ACTIVE"),
        of("instance.suspend", "suspend", "ACTIVE", "SUSPENDED"),
        of("instance.resume", "resume", "SUSPENDED", "ACTIVE"),
    ]
}

/// The actions that change what an instance is.
pub fn changes() -> Vec<Case> {
    let delete_all = text("delete_volumes", "all")
        .with("delete_floating_ips", FieldValue::text("all"))
        .with("delete_reserved_fixed_ips", FieldValue::text("all"));
    let delete_some =
        text("delete_volumes", "choose").with("delete_floating_ips", FieldValue::text("choose"));
    let delete_some = several(several(delete_some, "volumes", &[DATA_VOLUME]), "floatings", &[FLOATING_IP]);
    let gone = |values, query: &str| Case {
        world: World::new("SHUTOFF", "gone"),
        ..case("instance.delete", values, v1("DELETE", query), Value::Null)
    };
    vec![
        gone(FormValues::new(), ""),
        gone(
            delete_all,
            &format!(" delete_floatings=true&reserved_fixed_ips={OTHER_PORT}&volumes={VOLUME},{DATA_VOLUME}"),
        ),
        gone(delete_some, &format!(" floatings={FLOATING_IP}&volumes={DATA_VOLUME}")),
        case(
            "instance.resize",
            text("flavor_id", "g2-standard-4-8"),
            v1("POST", "/changeflavor"),
            json!({"flavor_id": "g2-standard-4-8"}),
        ),
        quiet("instance.rename", text("name", "web 2_"), v1("PATCH", ""), json!({"name": "web 2_"})),
        quiet(
            "instance.labels",
            map("tags", &[("env", "prod"), ("team", "a b")]),
            v1("PATCH", ""),
            json!({"tags": {"env": "prod", "team": "a b", "a.b/c": null}}),
        ),
        quiet(
            "instance.metadata-put",
            map("metadata", &[("k", "v")]),
            v1("POST", "/metadata"),
            json!({"k": "v"}),
        ),
        quiet(
            "instance.metadata-replace",
            map("metadata", &[("k", "v")]),
            v1("PUT", "/metadata"),
            json!({"k": "v"}),
        ),
        quiet("instance.metadata-delete", text("key", "env"), v1("DELETE", "/metadata/env"), Value::Null),
        quiet(
            "instance.metadata-delete",
            text("key", "a.b/c"),
            v2("DELETE", "/metadata_item key=a.b/c"),
            Value::Null,
        ),
    ]
}

/// The actions on networks, security groups and server groups.
pub fn networks() -> Vec<Case> {
    let group = super::world::GROUP;
    let external = several(text("interface_name", "front"), "security_groups", &[group]);
    let any = text("type", "any_subnet").with("network_id", FieldValue::text(NETWORK));
    let attach =
        |values, body| case("instance.attach-interface", values, v1("POST", "/attach_interface"), body);
    let assign =
        |values, body| quiet("instance.assign-security-group", values, v1("POST", "/addsecuritygroup"), body);
    let unassign = |values, body| {
        quiet("instance.unassign-security-group", values, v1("POST", "/delsecuritygroup"), body)
    };
    let names = |values, all: &[&str]| several(values, "security_group_names", all);
    let on = |port: Option<&str>, names: &[&str]| json!({"ports_security_group_names": [{"port_id": port, "security_group_names": names}]});
    let leave = case(
        "instance.leave-server-group",
        FormValues::new(),
        v1("POST", "/remove_from_servergroup"),
        Value::Null,
    );
    vec![
        attach(
            external,
            json!({"type": "external", "interface_name": "front", "security_groups": [{"id": group}]}),
        ),
        attach(
            text("type", "subnet").with("subnet_id", FieldValue::text(SUBNET)),
            json!({"type": "subnet", "subnet_id": SUBNET}),
        ),
        attach(
            any.with("ip_family", FieldValue::text("dual")),
            json!({"type": "any_subnet", "network_id": NETWORK, "ip_family": "dual"}),
        ),
        attach(
            text("type", "reserved_fixed_ip").with("port_id", FieldValue::text(OTHER_PORT)),
            json!({"type": "reserved_fixed_ip", "port_id": OTHER_PORT}),
        ),
        case(
            "instance.detach-interface",
            text("port_id", PORT),
            v1("POST", "/detach_interface"),
            json!({"port_id": PORT, "ip_address": "10.0.0.5"}),
        ),
        assign(names(FormValues::new(), &["web"]), json!({"name": "web"})),
        assign(names(FormValues::new(), &["web", "db-1"]), on(None, &["web", "db-1"])),
        assign(names(text("port_id", PORT), &["web"]), on(Some(PORT), &["web"])),
        unassign(names(FormValues::new(), &["default"]), json!({"name": "default"})),
        unassign(names(text("port_id", PORT), &["default"]), on(Some(PORT), &["default"])),
        case(
            "instance.join-server-group",
            text("servergroup_id", SERVER_GROUP),
            v1("POST", "/put_into_servergroup"),
            json!({"servergroup_id": SERVER_GROUP}),
        ),
        Case { world: World { is_grouped: true, ..World::new("ACTIVE", "") }, ..leave },
    ]
}

pub fn all() -> Vec<Case> {
    power().into_iter().chain(changes()).chain(networks()).collect()
}

/// The id of an action by its text.
pub fn action(text: &'static str) -> ActionId {
    ActionId::new(text)
}
