//! Addresses and networks: elastic IPs, private networks, names of addresses.

pub(super) mod addresses;
pub(super) mod private;

use serde_json::{Value, json};

use super::Answer;
use super::instances::small;
use crate::faces::exoscale::account::Reference;
use crate::faces::exoscale::account::guest::Guest;
use crate::faces::exoscale::context::RequestContext;
use crate::faces::exoscale::ids::Thing;
use crate::faces::exoscale::problem::Problem;

fn reference(kind: &'static str, id: &str) -> Reference {
    Reference { kind, id: id.to_owned() }
}

/// A thing that the path names: its id and its document.
fn found(ctx: &RequestContext<'_>, thing: Thing, what: &str) -> Result<(String, Value), Problem> {
    let key = ctx.param("id");
    let held = ctx.account.find(thing, ctx.zone, key).ok_or_else(|| Problem::missing(what))?;
    Ok((key.to_owned(), held.document.clone()))
}

fn guest(ctx: &RequestContext<'_>, machine: u32) -> Guest {
    ctx.app.engine.read(|fleet| ctx.account.guest(fleet, machine))
}

fn update_guest(ctx: &mut RequestContext<'_>, machine: u32, change: impl FnOnce(&mut Guest)) {
    ctx.app.engine.read(|fleet| ctx.account.update_guest(fleet, machine, change));
}

/// `GET /reverse-dns/instance/{id}`: 404 where there is no name.
pub(super) fn domain(ctx: &mut RequestContext<'_>) -> Answer {
    let machine = ctx.machine()?;
    let domain = guest(ctx, machine).domain.ok_or_else(|| Problem::missing("A reverse DNS name"))?;
    Ok(json!({ "domain-name": domain }))
}

/// `POST /reverse-dns/instance/{id}`.
pub(super) fn set_domain(ctx: &mut RequestContext<'_>) -> Answer {
    let machine = ctx.machine()?;
    let mut fields = ctx.fields();
    fields.require(&["domain-name"]);
    let name = fields.text_of("domain-name", 1..=253);
    fields.done()?;
    update_guest(ctx, machine, |guest| guest.domain = name);
    Ok(small(ctx, machine, "Name", "machine.domain", None))
}

/// `DELETE /reverse-dns/instance/{id}`.
pub(super) fn delete_domain(ctx: &mut RequestContext<'_>) -> Answer {
    domain(ctx)?;
    let machine = ctx.machine()?;
    update_guest(ctx, machine, |guest| guest.domain = None);
    Ok(small(ctx, machine, "Unname", "machine.domain", None))
}
