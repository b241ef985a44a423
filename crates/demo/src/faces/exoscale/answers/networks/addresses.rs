//! Elastic IPs: addresses that go from instance to instance.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::{found, guest, reference, update_guest};
use crate::faces::exoscale::account::guest::Guest;
use crate::faces::exoscale::answers::Answer;
use crate::faces::exoscale::answers::instances::name;
use crate::faces::exoscale::context::fields::Fields;
use crate::faces::exoscale::context::{Names, RequestContext};
use crate::faces::exoscale::ids::Thing;
use crate::faces::exoscale::problem::Problem;

fn address(ctx: &RequestContext<'_>) -> Result<(String, Value), Problem> {
    found(ctx, Thing::ElasticIp, "The elastic IP")
}

/// The fields of an elastic IP that create and update share.
fn wishes(ctx: &RequestContext<'_>) -> Result<Vec<(&'static str, Value)>, Problem> {
    let mut fields = ctx.fields();
    let mut wishes = Vec::new();
    if let Some(description) = fields.text_of("description", 0..=255) {
        wishes.push(("description", description.into()));
    }
    if let Some(labels) = fields.labels() {
        wishes.push(("labels", json!(labels)));
    }
    let check = fields.object("healthcheck").cloned();
    fields.done()?;
    if let Some(check) = check {
        check_of(&check)?;
        wishes.push(("healthcheck", check));
    }
    Ok(wishes)
}

fn check_of(check: &Value) -> Result<(), Problem> {
    let mut fields = Fields::of(check);
    fields.require(&["mode", "port"]);
    fields.word("mode", &["tcp", "http", "https"]);
    for (name, range) in [
        ("port", 1..=65_535),
        ("interval", 5..=300),
        ("timeout", 2..=60),
        ("strikes-ok", 1..=20),
        ("strikes-fail", 1..=20),
    ] {
        fields.number(name, range);
    }
    fields.text_of("uri", 1..=255);
    fields.text_of("tls-sni", 1..=255);
    fields.switch("tls-skip-verify");
    fields.done()
}

/// `POST /elastic-ip`.
pub(in crate::faces::exoscale::answers) fn create_address(ctx: &mut RequestContext<'_>) -> Answer {
    let mut fields = ctx.fields();
    let family = fields.word("addressfamily", &["inet4", "inet6"]).unwrap_or("inet4");
    fields.done()?;
    let wishes = wishes(ctx)?;
    ctx.account.check_limit(Thing::ElasticIp)?;
    let [.., high, low] = ctx.account.number().to_be_bytes();
    let mut document = if family == "inet4" {
        let ip = Ipv4Addr::new(203, 0, 113u8.wrapping_add(high), low);
        json!({ "ip": ip, "addressfamily": family, "cidr": format!("{ip}/32") })
    } else {
        let ip = format!("2001:db8:e1:{:x}::1", u16::from_be_bytes([high, low]));
        json!({ "ip": ip, "addressfamily": family, "cidr": format!("{}/64", ip.trim_end_matches('1')) })
    };
    for (name, value) in wishes {
        document[name] = value;
    }
    let key = ctx.account.hold(Thing::ElasticIp, Some(ctx.zone), document);
    let eip = reference("elastic-ip", &key);
    Ok(ctx.submit_plain("Create an elastic IP".to_owned(), "address.create", eip, Names::Always, None))
}

/// `PUT /elastic-ip/{id}`.
pub(in crate::faces::exoscale::answers) fn update_address(ctx: &mut RequestContext<'_>) -> Answer {
    let (key, _) = address(ctx)?;
    let wishes = wishes(ctx)?;
    if let Some(document) = ctx.account.document(&key) {
        for (name, value) in wishes {
            document[name] = value;
        }
    }
    let eip = reference("elastic-ip", &key);
    Ok(ctx.submit_plain("Update an elastic IP".to_owned(), "address.update", eip, Names::Always, None))
}

/// `DELETE /elastic-ip/{id}`: not while an instance has it.
pub(in crate::faces::exoscale::answers) fn delete_address(ctx: &mut RequestContext<'_>) -> Answer {
    let (key, _) = address(ctx)?;
    let is_attached = |guest: &Guest| guest.addresses.contains(&key);
    if ctx.app.engine.read(|fleet| ctx.account.is_attached(fleet, is_attached)) {
        return Err(Problem::conflict("The elastic IP is attached"));
    }
    ctx.account.remove(&key);
    let eip = reference("elastic-ip", &key);
    Ok(ctx.submit_plain("Delete an elastic IP".to_owned(), "address.delete", eip, Names::UntilDone, None))
}

/// `PUT /elastic-ip/{id}:attach`: several instances may have the same one.
pub(in crate::faces::exoscale::answers) fn attach_address(ctx: &mut RequestContext<'_>) -> Answer {
    let (key, _) = address(ctx)?;
    let machine = ctx.machine_of_body()?;
    if guest(ctx, machine).addresses.contains(&key) {
        return Err(Problem::conflict("The instance has the elastic IP already"));
    }
    let is_attached = key.clone();
    update_guest(ctx, machine, |guest| guest.addresses.push(is_attached));
    let caption = format!("Attach an elastic IP to {}", name(ctx, machine));
    let eip = reference("elastic-ip", &key);
    Ok(ctx.submit_plain(caption, "address.attach", eip, Names::Always, None))
}

/// `PUT /elastic-ip/{id}:detach`.
pub(in crate::faces::exoscale::answers) fn detach_address(ctx: &mut RequestContext<'_>) -> Answer {
    let (key, _) = address(ctx)?;
    let machine = ctx.machine_of_body()?;
    if !guest(ctx, machine).addresses.contains(&key) {
        return Err(Problem::state("The instance does not have the elastic IP"));
    }
    update_guest(ctx, machine, |guest| guest.addresses.retain(|one| *one != key));
    let caption = format!("Detach an elastic IP from {}", name(ctx, machine));
    let eip = reference("elastic-ip", &key);
    Ok(ctx.submit_plain(caption, "address.detach", eip, Names::Always, None))
}
