//! Making a machine, and asking beforehand what that would take.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::super::catalogue::{flavors, images, quota};
use super::super::marks::{Kind, uuid};
use super::super::state::{Disk, FaceState, Note, Traits};
use super::super::view::{ACCOUNT, Region};
use super::super::wire::{Answer, Body, Form, Problem, Scope, tasks};
use super::network;
use crate::engine::machines::{self, Wish};

const VOLUME_KINDS: [&str; 6] = ["standard", "ssd_hiiops", "ssd_lowlatency", "ssd_local", "cold", "ultra"];
const SOURCES: [&str; 5] = ["new-volume", "image", "snapshot", "apptemplate", "existing-volume"];
const INTERFACES: [&str; 4] = ["external", "subnet", "any_subnet", "reserved_fixed_ip"];

/// A volume that is asked for.
pub(crate) struct Volume {
    disk: Disk,
    image: Option<String>,
}

/// Reads one volume. In a price question nothing but the source and the size need be said.
pub(crate) fn volume(form: &mut Form<'_>, region: &Region, made: bool) -> Option<Volume> {
    let source = form.need_word("source", &SOURCES)?;
    let size = match source {
        "new-volume" | "snapshot" if made => form.need_number("size", 1..=2048),
        _ => form.number("size", 1..=2048),
    };
    let kind = form.word("type_name", &VOLUME_KINDS).unwrap_or("standard").to_owned();
    let boot = form.number("boot_index", -1..=16);
    let name = form.name("name").map(ToOwned::to_owned);
    let delete_on_termination = form.switch("delete_on_termination").unwrap_or(false);
    let mut image = None;
    match source {
        "image" if made => {
            let id = form.need_uuid("image_id")?;
            let Some((_, known)) = images::by_id(region, id) else {
                form.error("image_id", format!("Image {id} could not be found"));
                return None;
            };
            if size.is_some_and(|size| size < known.disk) {
                form.error("size", format!("Input should be greater than or equal to {}", known.disk));
                return None;
            }
            image = Some(known.name.to_owned());
        }
        "apptemplate" if made => {
            let id = form.need_text("apptemplate_id")?;
            let known = images::app(id);
            if known.is_none() {
                form.error("apptemplate_id", format!("Application template {id} could not be found"));
            }
            image = known.map(|app| format!("{}-app", app.id));
        }
        "snapshot" if made => {
            let id = form.need_uuid("snapshot_id")?;
            form.error("snapshot_id", format!("Snapshot {id} could not be found"));
        }
        "existing-volume" if made => {
            let id = form.need_uuid("volume_id")?;
            form.error("volume_id", format!("Volume {id} is not available"));
        }
        _ => {}
    }
    let boots = matches!(source, "image" | "apptemplate") && boot.is_none_or(|index| index == 0);
    Some(Volume {
        disk: Disk {
            name: name.unwrap_or_default(),
            size: size.unwrap_or(10),
            kind,
            delete_on_termination,
            boots,
        },
        image,
    })
}

/// Reads one interface: whether it leads outside, and whether it gets a floating address.
fn interface(form: &mut Form<'_>, region: &Region) -> Option<(bool, bool)> {
    let kind = form.need_word("type", &INTERFACES)?;
    form.word("ip_family", &["dual", "ipv4", "ipv6"]);
    let check = |form: &mut Form<'_>, name: &str, known: &dyn Fn(bool) -> String| {
        let id = form.need_uuid(name)?;
        let found = [false, true].into_iter().find(|outside| known(*outside) == id);
        if found.is_none() {
            form.error(name, format!("{id} could not be found"));
        }
        found
    };
    let network = |outside: bool| network::network_id(region, outside);
    let subnet = |outside: bool| network::subnet_id(region, outside);
    let outside = match kind {
        "any_subnet" => check(form, "network_id", &network)?,
        "subnet" => {
            check(form, "network_id", &network)?;
            check(form, "subnet_id", &subnet)?
        }
        "reserved_fixed_ip" => {
            let id = form.need_uuid("port_id")?;
            form.error("port_id", format!("Reserved fixed IP {id} could not be found"));
            return None;
        }
        _ => true,
    };
    let floating = form.given("floating_ip").is_some_and(|f| f["source"] == "new");
    Some((outside, floating && !outside))
}

/// A machine that is asked for, checked.
struct Asked {
    name: String,
    flavor: &'static flavors::Flavor,
    volumes: Vec<Volume>,
    ports: Vec<(bool, bool)>,
    tags: BTreeMap<String, String>,
    key: Option<String>,
    placement: Option<u32>,
}

fn read(body: &Body, region: &Region, keys: &[String]) -> Result<Asked, Problem> {
    let mut form = Form::new(&body.0);
    let flavor = form.need_text("flavor").and_then(|id| {
        let found = flavors::by_id(id).filter(|flavor| !flavor.disabled);
        if found.is_none() {
            form.error("flavor", format!("Flavor {id} could not be found"));
        }
        found
    });
    let list = form.need_list("interfaces");
    let ports = form.each("interfaces", list, |form| interface(form, region));
    let list = form.need_list("volumes");
    let mut volumes = form.each("volumes", list, |form| volume(form, region, true));
    let template = form.text("name_template").map(ToOwned::to_owned);
    let given = form.name("name").map(ToOwned::to_owned).or_else(|| old_name(&mut form));
    let name = given.or(template);
    if name.is_none() {
        form.error("name", "one of name and name_template is required");
    }
    let key = form.text("ssh_key_name").or_else(|| form.text("keypair_name")).map(ToOwned::to_owned);
    if let Some(key) = key.as_ref().filter(|key| !keys.contains(key)) {
        form.error("ssh_key_name", format!("SSH key {key} could not be found"));
    }
    let placement = form.given("servergroup_id").and_then(Value::as_str).and_then(|id| {
        let nth = super::super::account::placement_nth(region, id);
        if nth.is_none() {
            form.error("servergroup_id", format!("Server group {id} could not be found"));
        }
        nth
    });
    let mut tags = form.tags("tags", false);
    tags.extend(form.tags("metadata", false));
    if !volumes.iter().any(|volume| volume.disk.boots) && !volumes.is_empty() {
        form.error("volumes", "one of the volumes must be bootable");
    }
    form.done()?;
    // What could not be read is already reported above.
    let (Some(flavor), Some(name)) = (flavor, name) else {
        return Err(Problem::wrong("the body cannot be read"));
    };
    volumes.sort_by_key(|volume| !volume.disk.boots);
    Ok(Asked {
        name,
        flavor,
        volumes,
        ports,
        tags: tags.into_iter().filter_map(|(k, v)| Some((k, v?))).collect(),
        key,
        placement,
    })
}

/// Once there were lists of names, one machine each; a list of one is still understood.
fn old_name(form: &mut Form<'_>) -> Option<String> {
    let names = form.list("names");
    let name = names.first()?.as_str()?;
    super::super::wire::is_name(name).then(|| name.to_owned())
}

/// Puts the address's parts into a name template.
fn filled(template: &str, key: u32) -> String {
    let [_, _, c, d] = (key * 8).to_be_bytes();
    template
        .replace("{ip_octets}", &format!("10-0-{c}-{d}"))
        .replace("{two_ip_octets}", &format!("{c}-{d}"))
        .replace("{one_ip_octet}", &d.to_string())
}

/// `POST /v2/instances/{project}/{region}`.
pub(crate) async fn create(State(face): State<FaceState>, scope: Scope, body: Body) -> Answer {
    let region = scope.region;
    let keys: Vec<String> =
        face.note(|_, account| account.pairs.iter().map(|pair| pair.name.clone()).collect());
    let asked = read(&body, &region, &keys)?;
    let mut wish = quota::Use::default();
    wish.add(asked.flavor, 1);
    wish.volumes = i64::try_from(asked.volumes.len()).unwrap_or(0);
    wish.volume_size = asked.volumes.iter().map(|v| v.disk.size).sum();
    wish.external = i64::try_from(asked.ports.iter().filter(|(outside, _)| *outside).count()).unwrap_or(0);
    wish.floating = i64::try_from(asked.ports.iter().filter(|(_, floating)| *floating).count()).unwrap_or(0);
    if let Some((name, used, wanted, limit)) = face.look(|view| quota::used(view, &region).exceeded(&wish)) {
        return Err(Problem::quota(&name, used, wanted, limit));
    }
    let server = face.look(|view| {
        let mut hosts = view.fleet.servers_of(ACCOUNT);
        hosts.find(|(_, server)| server.location == region.place).map(|(key, _)| key)
    });
    let server = server.ok_or_else(|| Problem::internal("the region has no host"))?;
    let gpu = asked.flavor.gpu.map_or((0, Vec::new()), |gpu| (gpu.count, vec![gpu.model.to_owned()]));
    let boot = asked.volumes.first();
    let wish = Wish {
        account: ACCOUNT,
        name: asked.name.clone(),
        image: boot.and_then(|v| v.image.clone()).unwrap_or_default(),
        server,
        cpus: f64::from(asked.flavor.vcpus),
        ram_mb: u64::from(asked.flavor.ram),
        storage_gb: boot.map_or(10, |v| u64::try_from(v.disk.size).unwrap_or(10)),
        gpu,
        labels: asked.tags.clone(),
        start: true,
    };
    let (key, work) = face
        .engine
        .write(|fleet, _| {
            let made = machines::create(fleet, wish)?;
            if asked.name.contains('{') {
                fleet.extras.entry(made.0).or_default().name = Some(filled(&asked.name, made.0));
            }
            Some(made)
        })
        .ok_or_else(|| Problem::internal("there is no room for another machine"))?;
    let number = face.submit(work, note(&region, key, &asked, &body), Vec::new());
    face.note(|_, account| *account.traits_of(key) = traits(asked, number));
    Ok(tasks(number))
}

fn note(region: &Region, key: u32, asked: &Asked, body: &Body) -> Note {
    let ids = |kind: Kind, count: usize| -> Vec<String> {
        (0..).take(count).map(|nth| uuid(kind, key * 8 + nth)).collect()
    };
    let mut body = body.0.clone();
    // A password is not returned again.
    body.remove("password");
    Note {
        kind: "create_vm",
        action: "create",
        region: Some(region.id),
        asked: Value::Object(body),
        makes: json!({
            "instances": [uuid(Kind::Instance, key)],
            "volumes": ids(Kind::Volume, asked.volumes.len()),
            "ports": ids(Kind::Port, asked.ports.len()),
        }),
        acknowledged: None,
    }
}

fn traits(asked: Asked, creator: u32) -> Traits {
    let named = (0..).zip(asked.volumes).map(|(nth, volume)| {
        let mut disk = volume.disk;
        if disk.name.is_empty() {
            disk.name =
                format!("{}-{}", asked.name, if nth == 0 { "boot".to_owned() } else { nth.to_string() });
        }
        disk
    });
    Traits {
        flavor: Some(asked.flavor.id),
        key: asked.key,
        disks: Some(named.collect()),
        ports: Some(asked.ports),
        placement: asked.placement,
        creator: Some(creator),
        ..Traits::default()
    }
}

/// `POST /v2/instances/.../check_limits`: how much more of each quota would be needed.
pub(crate) async fn check_limits(State(face): State<FaceState>, scope: Scope, body: Body) -> Answer {
    let region = scope.region;
    let mut form = Form::new(&body.0);
    let flavor = form.text("flavor").and_then(|id| {
        let found = flavors::by_id(id);
        if found.is_none() {
            form.error("flavor", format!("Flavor {id} could not be found"));
        }
        found
    });
    let names = form.list("names").len() + form.list("name_templates").len();
    if names > 0 && form.given("names").is_some() == form.given("name_templates").is_some() {
        form.error("names", "names and name_templates exclude each other");
    }
    let list = form.list("volumes");
    let volumes = form.each("volumes", list, |form| volume(form, &region, false));
    let list = form.list("interfaces");
    let kinds = form.each("interfaces", list, |form| form.need_word("type", &INTERFACES));
    form.done()?;
    let count = i64::try_from(names.max(1)).unwrap_or(1);
    let mut wish = quota::Use::default();
    if let Some(flavor) = flavor {
        wish.add(flavor, count);
    }
    wish.volumes = count * i64::try_from(volumes.len()).unwrap_or(0);
    wish.volume_size = count * volumes.iter().map(|v| v.disk.size).sum::<i64>();
    wish.external =
        count * i64::try_from(kinds.iter().filter(|kind| **kind == "external").count()).unwrap_or(0);
    Ok(Json(face.look(|view| quota::check(view, &region, &wish))))
}
