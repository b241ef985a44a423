//! The servers that a container can run on, loaded live: where new instances go, and where one can migrate to.

use serde::Deserialize;
use std::collections::HashMap;

use super::super::super::api::PAGE_SIZE;
use super::super::Deck;
use crate::mapping::lenient::{Lenient, Number, ObjectOrDefault, RowId, Rows, Text};
use qdeck_model::{Choice, Problem};

/// A server of `GET /v1/containers/{id}/servers/usable`.
#[derive(Deserialize)]
struct Server {
    id: RowId,
    hostname: Text,
    nickname: Text,
    location_id: Text,
    state: ObjectOrDefault<ServerState>,
    meta: ObjectOrDefault<Meta>,
}

#[derive(Default, Deserialize)]
struct ServerState {
    current: Text,
}

#[derive(Default, Deserialize)]
struct Meta {
    node: ObjectOrDefault<Node>,
    instances_count: ObjectOrDefault<Counts>,
}

#[derive(Default, Deserialize)]
struct Node {
    online: Lenient<Option<bool>>,
}

#[derive(Default, Deserialize)]
struct Counts {
    total: Number<u32>,
}

#[derive(Deserialize)]
struct Answer {
    data: Rows<Server>,
    includes: ObjectOrDefault<Includes>,
}

#[derive(Default, Deserialize)]
struct Includes {
    locations: ObjectOrDefault<HashMap<String, ObjectOrDefault<Location>>>,
}

#[derive(Default, Deserialize)]
struct Location {
    name: Text,
}

/// The servers that fit a container. The one that an instance runs on already cannot be chosen.
pub(in super::super) async fn usable(
    deck: &Deck,
    container: &str,
    here: Option<&str>,
) -> Result<Vec<Choice>, Problem> {
    let path = ["v1", "containers", container, "servers", "usable"];
    let size = PAGE_SIZE.to_string();
    // `include` has `location` in the singular here.
    let query = [("meta", "node,instances_count"), ("include", "location"), ("page[size]", &*size)];
    let answer: Answer = deck.api.get(&path, &query).await?;
    let choice = |server: &Server| {
        let place = server.location_id.as_deref().and_then(|id| {
            let included = answer.includes.locations.get(id).and_then(|it| it.name.as_deref());
            included.map(str::to_owned).or_else(|| deck.map.names.get(id).map(|name| name.to_string()))
        });
        let count = server.meta.instances_count.total.map(|count| format!("{count} instances"));
        let note: Vec<String> = place.into_iter().chain(count).collect();
        let name = server.nickname.as_deref().or(server.hostname.as_deref()).unwrap_or(&server.id);
        Choice {
            label: name.into(),
            note: (!note.is_empty()).then(|| note.join(", ").into()),
            unavailable: server.unavailable(here).map(Into::into),
            ..Choice::plain(&*server.id)
        }
    };
    Ok(answer.data.good.iter().map(choice).collect())
}

impl Server {
    fn unavailable(&self, here: Option<&str>) -> Option<String> {
        if here == Some(&*self.id) {
            return Some("it runs there already".to_owned());
        }
        if *self.meta.node.online == Some(false) {
            return Some("its node is offline".to_owned());
        }
        match self.state.current.as_deref() {
            None | Some("live") => None,
            Some(state) => Some(format!("it is {state}")),
        }
    }
}
