//! The settings of an instance, as values of the form of a new one.

use std::sync::Arc;

use arcstr::ArcStr;
use serde_json::Value;

use super::super::super::Site;
use super::super::region::{InRegion, rows, text};
use super::fields::MAX_PARTS;
use qdeck_model::{FieldValue, FormValues, Problem};

/// The longest name that leaves room for the end of a copy's.
const MAX_STEM: usize = 60;

/// The values of a form that makes an instance like this one. What cannot be read is left open.
pub(super) async fn seed(site: &Arc<Site>, place: &InRegion, id: &str) -> Result<FormValues, Problem> {
    let instance = place.instance(id, &[], &[]).await?;
    let creator = text(&instance, &["creator_task_id"]).unwrap_or_default().to_owned();
    let task_path = ["cloud", "v1", "tasks", &creator];
    let query = [("instance_id", id)];
    let (volumes, interfaces, ports, groups, task) = tokio::join!(
        place.list("volumes", &query),
        place.instance(id, &["interfaces"], &[("limit", "1000")]),
        place.instance(id, &["ports"], &[]),
        place.list("servergroups", &[]),
        async { if creator.is_empty() { Ok(Value::Null) } else { site.api.get(&task_path, &[]).await } },
    );
    let mut values = FormValues::new();
    let name = text(&instance, &["name", "instance_name"]).unwrap_or("copy");
    let stem: String = name.chars().take(MAX_STEM).collect();
    set(&mut values, "name", Some(&format!("{stem}-2")));
    let flavor = instance.get("flavor").and_then(|it| text(it, &["flavor_id", "flavor_name"]));
    set(&mut values, "flavor", flavor);
    set(&mut values, "ssh_key_name", text(&instance, &["ssh_key_name", "keypair_name"]));
    set_volumes(&mut values, place, &volumes.unwrap_or_default(), &task.unwrap_or_default()).await;
    set_interfaces(&mut values, &interfaces.unwrap_or_default(), &ports.unwrap_or_default());
    let groups = groups.unwrap_or_default();
    let has_it = |group: &&Value| {
        let members = group.get("instances").and_then(Value::as_array).into_iter().flatten();
        members.into_iter().any(|it| text(it, &["instance_id"]) == Some(id))
    };
    set(
        &mut values,
        "servergroup_id",
        groups.iter().find(has_it).and_then(|it| text(it, &["servergroup_id"])),
    );
    let tags: Vec<(String, String)> = rows(instance.get("tags").unwrap_or(&Value::Null))
        .iter()
        .filter(|tag| tag.get("read_only") != Some(&Value::Bool(true)))
        .filter_map(|tag| Some((text(tag, &["key"])?.to_owned(), text(tag, &["value"])?.to_owned())))
        .collect();
    if !tags.is_empty() {
        values.set("tags", FieldValue::Map(tags));
    }
    Ok(values)
}

fn set(values: &mut FormValues, field: &str, value: Option<&str>) {
    if let Some(value) = value {
        values.set(field, FieldValue::text(value));
    }
}

/// The volumes: the boot volume from what the task that made it names, else from the image of that name; the others empty
/// and of the same size.
async fn set_volumes(values: &mut FormValues, place: &InRegion, volumes: &[Value], task: &Value) {
    let boots = |volume: &&Value| {
        ["is_root_volume", "bootable"].iter().any(|field| volume.get(*field) == Some(&Value::Bool(true)))
    };
    let boot = volumes.iter().find(boots).or(volumes.first());
    let asked = asked_volume(task);
    let app = asked.and_then(|it| text(it, &["apptemplate_id"]));
    let image = asked.and_then(|it| text(it, &["image_id"])).map(str::to_owned);
    let metadata = boot.and_then(|it| it.get("volume_image_metadata"));
    let image = image.or_else(|| text(metadata?, &["image_id"]).map(str::to_owned));
    let image = match (app, image) {
        (None, None) => image_named(place, metadata.and_then(|it| text(it, &["image_name"]))).await,
        (_, image) => image,
    };
    if let Some(app) = app {
        set(values, "volume_1_source", Some("apptemplate"));
        set(values, "volume_1_apptemplate_id", Some(app));
    } else if let Some(image) = image {
        set(values, "volume_1_source", Some("image"));
        set(values, "volume_1_image_id", Some(&image));
    }
    let others = volumes.iter().filter(|volume| boot.is_none_or(|boot| !std::ptr::eq(*volume, boot)));
    let others: Vec<&Value> = others.take(MAX_PARTS as usize).collect();
    for (nth, volume) in (1..).zip(boot.into_iter().chain(others.iter().copied())) {
        let size = volume.get("size").and_then(Value::as_u64).map(|size| size.to_string());
        set(values, &format!("volume_{nth}_size"), size.as_deref());
        set(values, &format!("volume_{nth}_type_name"), text(volume, &["volume_type"]));
    }
    if !others.is_empty() {
        set(values, "data_volumes", Some(&others.len().to_string()));
    }
}

/// The first volume in the parameters of a task, which come as an object, or as a list with one.
fn asked_volume(task: &Value) -> Option<&Value> {
    let data = task.get("data")?;
    let data = if data.is_array() { data.get(0)? } else { data };
    data.get("volumes")?.get(0)
}

async fn image_named(place: &InRegion, name: Option<&str>) -> Option<String> {
    let images = place.list("images", &[("name", name?)]).await.ok()?;
    let own = images.iter().find(|image| text(image, &["name"]) == name)?;
    text(own, &["id"]).map(str::to_owned)
}

/// The interfaces, each with the security groups of its port; one with a floating IP gets a new one.
fn set_interfaces(values: &mut FormValues, interfaces: &Value, ports: &Value) {
    let all: Vec<&Value> = rows(interfaces).iter().take(MAX_PARTS as usize).collect();
    if all.len() > 1 {
        set(values, "interfaces", Some(&all.len().to_string()));
    }
    for (nth, interface) in (1..).zip(all) {
        let field = |name: &str| format!("interface_{nth}_{name}");
        let is_external = interface.pointer("/network_details/external") == Some(&Value::Bool(true));
        if is_external {
            set(values, &field("type"), Some("external"));
        } else {
            let subnet = interface.pointer("/ip_assignments/0").and_then(|it| text(it, &["subnet_id"]));
            set(values, &field("type"), Some(if subnet.is_some() { "subnet" } else { "any_subnet" }));
            set(values, &field("network_id"), text(interface, &["network_id"]));
            set(values, &field("subnet_id"), subnet);
            let floating = interface.get("floatingip_details").and_then(Value::as_array);
            if floating.is_some_and(|all| !all.is_empty()) {
                set(values, &field("floating_ip"), Some("new"));
            }
        }
        let port = text(interface, &["port_id"]);
        let own = rows(ports).iter().find(|it| text(it, &["id"]) == port);
        let groups = own.and_then(|it| it.get("security_groups")?.as_array()).into_iter().flatten();
        let groups: Vec<ArcStr> = groups.filter_map(|it| text(it, &["id"])).map(Into::into).collect();
        if !groups.is_empty() {
            values.set(field("security_groups"), FieldValue::Several(groups));
        }
    }
}
