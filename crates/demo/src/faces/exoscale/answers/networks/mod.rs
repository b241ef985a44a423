//! Addresses and networks: elastic IPs, private networks, names of addresses.

pub(super) mod addresses;
pub(super) mod private;

use serde_json::{Value, json};

use super::Answer;
use super::instances::small;
use crate::faces::exoscale::book::Reference;
use crate::faces::exoscale::book::guest::Guest;
use crate::faces::exoscale::ids::Thing;
use crate::faces::exoscale::problem::Problem;
use crate::faces::exoscale::visit::Visit;

fn reference(kind: &'static str, id: &str) -> Reference {
    Reference { kind, id: id.to_owned() }
}

/// A thing that the path names: its id and its document.
fn found(visit: &Visit<'_>, thing: Thing, what: &str) -> Result<(String, Value), Problem> {
    let key = visit.param("id");
    let held = visit.book.find(thing, visit.zone, key).ok_or_else(|| Problem::missing(what))?;
    Ok((key.to_owned(), held.document.clone()))
}

fn guest(visit: &Visit<'_>, machine: u32) -> Guest {
    visit.desk.engine.read(|fleet| visit.book.guest(fleet, machine))
}

fn dress(visit: &mut Visit<'_>, machine: u32, change: impl FnOnce(&mut Guest)) {
    visit.desk.engine.read(|fleet| visit.book.dress(fleet, machine, change));
}

/// `GET /reverse-dns/instance/{id}`: 404 where there is no name.
pub(super) fn domain(visit: &mut Visit<'_>) -> Answer {
    let machine = visit.machine()?;
    let domain = guest(visit, machine).domain.ok_or_else(|| Problem::missing("A reverse DNS name"))?;
    Ok(json!({ "domain-name": domain }))
}

/// `POST /reverse-dns/instance/{id}`.
pub(super) fn set_domain(visit: &mut Visit<'_>) -> Answer {
    let machine = visit.machine()?;
    let mut fields = visit.fields();
    fields.require(&["domain-name"]);
    let name = fields.text("domain-name", 1..=253);
    fields.end()?;
    dress(visit, machine, |guest| guest.domain = name);
    Ok(small(visit, machine, "Name", "machine.domain", None))
}

/// `DELETE /reverse-dns/instance/{id}`.
pub(super) fn delete_domain(visit: &mut Visit<'_>) -> Answer {
    domain(visit)?;
    let machine = visit.machine()?;
    dress(visit, machine, |guest| guest.domain = None);
    Ok(small(visit, machine, "Unname", "machine.domain", None))
}
