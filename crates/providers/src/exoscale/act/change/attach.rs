//! What is attached to an instance and detached from it: security groups, private networks, elastic IPs.
//!
//! These calls are not of the instance but of what is attached; each request names one of them and the instance.

use arcstr::ArcStr;
use serde_json::json;

use super::super::super::Deck;
use super::super::super::api::{Api, Ask, Zone};
use super::super::choices::{self, ELASTIC_IPS, NamedKind, PRIVATE_NETWORKS, SECURITY_GROUPS};
use super::super::now::{Now, ids};
use super::Draft;
use crate::kit::form::{Changes, Entered, label};
use qdeck_model::{
    ActionId, Choice, Choices, Danger, Field, FieldKind, FieldValue, Method, PreparedRequest, Problem,
};

/// The instance in a request that can only be sent once the instance is there: its id takes the place of this.
pub(in crate::exoscale::act) const NEW_INSTANCE: &str = "(the id of the new instance)";

/// A kind of thing that instances are attached to.
pub(in crate::exoscale::act) struct Attachable {
    pub(in crate::exoscale::act) action: ActionId,
    field: &'static str,
    label: &'static str,
    help: &'static str,
    listed: NamedKind,
    /// The calls in the API's description.
    attach: &'static str,
    detach: &'static str,
    /// The ids of those that an instance is attached to.
    present: fn(&Now) -> Vec<ArcStr>,
    /// What a detachment means.
    loss: &'static str,
}

pub(in crate::exoscale::act) const GROUPS: Attachable = Attachable {
    action: ActionId::new("instance.security-groups"),
    field: "security-groups",
    label: "Security groups",
    help: "The groups whose rules let traffic to the instance.",
    listed: SECURITY_GROUPS,
    attach: "attach-instance-to-security-group",
    detach: "detach-instance-from-security-group",
    present: |now| ids(&now.is.security_groups),
    loss: "Traffic that only the detached groups let through is blocked.",
};

pub(in crate::exoscale::act) const NETWORKS: Attachable = Attachable {
    action: ActionId::new("instance.private-networks"),
    field: "private-networks",
    label: "Private networks",
    help: "The networks of the zone that the instance has an interface in.",
    listed: PRIVATE_NETWORKS,
    attach: "attach-instance-to-private-network",
    detach: "detach-instance-from-private-network",
    present: |now| ids(&now.is.private_networks),
    loss: "Its interface in the detached networks is removed, and its addresses there.",
};

pub(in crate::exoscale::act) const ELASTIC: Attachable = Attachable {
    action: ActionId::new("instance.elastic-ips"),
    field: "elastic-ips",
    label: "Elastic IPs",
    help: "The addresses that lead to the instance beside its own.",
    listed: ELASTIC_IPS,
    attach: "attach-instance-to-elastic-ip",
    detach: "detach-instance-from-elastic-ip",
    present: |now| ids(&now.is.elastic_ips),
    loss: "The detached addresses lead to the instance no more; they stay billed.",
};

const ALL: [&Attachable; 3] = [&GROUPS, &NETWORKS, &ELASTIC];

/// The kind that an action attaches.
pub(in crate::exoscale::act) fn of_action(action: ActionId) -> Option<&'static Attachable> {
    ALL.into_iter().find(|kind| kind.action == action)
}

/// The call that a prepared request is, by which permissions are named.
pub(in crate::exoscale::act) fn operation_of(request: &PreparedRequest) -> Option<&'static str> {
    let is_of = |kind: &&Attachable| request.url.contains(&format!("/{}/", kind.listed.noun));
    let kind = ALL.into_iter().find(is_of)?;
    if request.url.ends_with(":attach") {
        return Some(kind.attach);
    }
    request.url.ends_with(":detach").then_some(kind.detach)
}

impl Attachable {
    pub(in crate::exoscale::act) fn field(&self, now: &Now) -> Field {
        Field::new(self.field, self.label, FieldKind::Several(Choices::Loaded))
            .default(FieldValue::Several((self.present)(now)))
            .help(self.help)
    }

    pub(in crate::exoscale::act) async fn choices(
        &self,
        deck: &Deck,
        zone: &Zone,
    ) -> Result<Vec<Choice>, Problem> {
        choices::named(deck, zone, self.listed).await
    }

    /// The request that attaches one to an instance, or detaches it.
    pub(in crate::exoscale::act) fn request(
        &self,
        zone: &Zone,
        id: &str,
        instance: &str,
        attach: bool,
    ) -> Result<PreparedRequest, Problem> {
        let (operation, verb) = if attach { (self.attach, "attach") } else { (self.detach, "detach") };
        let path = format!("{id}:{verb}");
        let url = Api::address(zone, &Ask::new(operation, &[self.listed.noun, &path]))?;
        let body = json!({"instance": {"id": instance}});
        Ok(PreparedRequest::new(Method::Put, url.as_str()).body(body))
    }

    /// One request for each that is chosen and not attached yet, then one for each that is attached and chosen no more.
    pub(in crate::exoscale::act) async fn draft(
        &self,
        deck: &Deck,
        now: &Now,
        entered: &Entered,
    ) -> Result<Draft, Problem> {
        let choices = choices::check(entered, self.field, self.choices(deck, &now.zone).await)?;
        let (present, wanted) = ((self.present)(now), entered.several(self.field));
        let added: Vec<_> = wanted.iter().filter(|id| !present.contains(*id)).collect();
        let removed: Vec<_> = present.iter().filter(|id| !wanted.contains(*id)).collect();
        let mut requests = Vec::new();
        for (all, attach) in [(&added, true), (&removed, false)] {
            for id in all {
                requests.push(self.request(&now.zone, id, &now.id, attach)?);
            }
        }
        let mut changes = Changes::default();
        let names = |ids: &[ArcStr]| {
            let names: Vec<_> = ids.iter().map(|id| label(&choices, id).to_string()).collect();
            Some(names.into())
        };
        if !(added.is_empty() && removed.is_empty()) {
            changes.note(self.field, names(&present), names(wanted));
        }
        let mut draft = Draft { requests, changes: changes.into_some(&now.name)?, ..Draft::default() };
        if !removed.is_empty() {
            draft.danger = Some(Danger::Destructive);
            draft.consequences.push(self.loss.to_owned());
        }
        if draft.requests.len() > 1 {
            draft
                .consequences
                .push("Each request is sent once the operation before it has ended.".to_owned());
        }
        Ok(draft)
    }
}
