//! One resource of Exoscale: as a row, section by section as the API sends it, and its screen.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc::Sender;
use url::Url;

use super::super::api::Ask;
use super::super::{Deck, unsupported, wire};
use super::sections::{Part, send_parts};
use super::{gpus, instance, log, types, zone_of};
use crate::{Console, Section};
use qdeck_model::{Kind, Problem, Resource, ResourceId, Secret};

/// Reads one resource and makes the same row of it as its listing does.
pub(crate) async fn get(deck: &Arc<Deck>, id: &ResourceId) -> Result<Resource, Problem> {
    match id.kind {
        Kind::Instance => {
            let zone = zone_of(deck, id).await?;
            let ask = Ask::new("get-instance", &["instance", &id.id]);
            let wire: wire::Instance = deck.api.get(&zone, &ask).await?;
            let catalogue = deck.catalogues.of(&zone.name);
            let templates = catalogue.templates(&deck.api, &zone, &deck.map.strings);
            tokio::join!(types(deck), templates);
            let wire = std::slice::from_ref(&wire);
            let unknown = catalogue.unknown(wire.iter());
            catalogue.singles(&deck.api, &zone, &deck.map.strings, unknown).await;
            Ok(Resource::Instance(deck.map.instance(&wire[0], &zone.name, &catalogue)))
        }
        Kind::GpuModel => Ok(Resource::GpuModel(gpus::get(deck, id).await?)),
        Kind::Operation => Ok(Resource::Operation(log::get(deck, id).await?)),
        Kind::Container | Kind::Revision => Err(unsupported("there is no such thing")),
    }
}

/// Sends the sections in order, the resource itself first.
pub(crate) async fn describe(deck: Arc<Deck>, id: ResourceId, out: Sender<Section>) {
    let (title, sent) = match id.kind {
        Kind::Instance => ("instance", instance::sections(&deck, &id, &out).await),
        Kind::GpuModel => ("instance-types", model(&deck, &id, &out).await),
        Kind::Operation if id.scope.is_some() => ("operation", operation(&deck, &id, &out).await),
        Kind::Operation => ("event", event(&deck, &id, &out).await),
        Kind::Container | Kind::Revision => ("resource", Err(unsupported("there is no such thing"))),
    };
    if let Err(problem) = sent {
        let body = Err(problem);
        // A closed channel only means that the view was closed.
        let _ = out.send(Section { title, body }).await;
    }
}

async fn operation(deck: &Arc<Deck>, id: &ResourceId, out: &Sender<Section>) -> Result<(), Problem> {
    let zone = zone_of(deck, id).await?;
    let ask = Ask::new("get-operation", &["operation", &id.id]);
    let value: Value = deck.api.get(&zone, &ask).await?;
    send_parts(vec![Part::known("operation", value)], out).await;
    Ok(())
}

async fn event(deck: &Arc<Deck>, id: &ResourceId, out: &Sender<Section>) -> Result<(), Problem> {
    let event = log::one(deck, id, |event| event.raw.clone()).await?;
    send_parts(vec![Part::known("event", event)], out).await;
    Ok(())
}

/// A family: its types as they are sold, what is left of the quotas, and whether the zones have room.
async fn model(deck: &Arc<Deck>, id: &ResourceId, out: &Sender<Section>) -> Result<(), Problem> {
    let list = Ask::new("list-instance-types", &["instance-type"]);
    let list: Value = super::anywhere(deck, &list).await?;
    let of_family = |it: &&Value| it.get("family").and_then(Value::as_str) == Some(&id.id);
    let all = list.get("instance-types").and_then(Value::as_array);
    let types: Vec<Value> = all.into_iter().flatten().filter(of_family).cloned().collect();
    let quota = {
        let (deck, family) = (deck.clone(), id.id.clone());
        Part::new("quota", async move {
            let ask = Ask::new("get-quota", &["quota", &family]);
            Some(super::anywhere(&deck, &ask).await)
        })
    };
    let quotas = {
        let deck = deck.clone();
        Part::new("quotas", async move {
            let ask = Ask::new("list-quotas", &["quota"]);
            let list: Result<Value, Problem> = super::anywhere(&deck, &ask).await;
            Some(list.map(|list| list.get("quotas").cloned().unwrap_or(list)))
        })
    };
    let room = {
        let (deck, family) = (deck.clone(), id.id.clone());
        Part::new("ai/instance-type", async move { Some(Ok(room(&deck, &family).await)) })
    };
    let types = Part::known("instance-types", Value::Array(types));
    send_parts(vec![types, quota, quotas, room], out).await;
    Ok(())
}

/// The room that each zone has for a family.
async fn room(deck: &Deck, family: &str) -> Value {
    let found = deck.found().await;
    let zones = found.zones.iter().map(|zone| async move {
        let ask = Ask::new("list-ai-instance-types", &["ai", "instance-type"]);
        let answer: Result<Value, Problem> = deck.api.get(zone, &ask).await;
        let room = match answer {
            Ok(list) => {
                let all = list.get("instance-types").and_then(Value::as_array);
                let mine = |it: &&Value| it.get("family").and_then(Value::as_str) == Some(family);
                all.into_iter().flatten().find(mine).cloned().unwrap_or(Value::Null)
            }
            Err(problem) => json!({"problem": problem.to_string()}),
        };
        (zone.name.to_string(), room)
    });
    Value::Object(futures_util::future::join_all(zones).await.into_iter().collect())
}

/// "Signed url valid for 60 seconds", as the description of `get-console-proxy-url` puts it.
const CONSOLE_URL_LIFETIME: Duration = Duration::from_secs(60);

/// Asks for the address of an instance's screen.
pub(crate) async fn console(deck: &Deck, id: &ResourceId) -> Result<Console, Problem> {
    if id.kind != Kind::Instance {
        return Err(unsupported("only instances have a screen"));
    }
    let zone = zone_of(deck, id).await?;
    let ask = Ask::new("get-console-proxy-url", &["console", &id.id]);
    let answer: wire::ConsoleUrl = deck.api.get(&zone, &ask).await?;
    let page = answer.host.as_deref().zip(answer.path.as_ref());
    let page = page.and_then(|(host, path)| page_at(host, path.expose()));
    Ok(Console::Framebuffer {
        endpoint: answer.url.0,
        page,
        good_for: Some(CONSOLE_URL_LIFETIME),
        client: deck.api.client.clone(),
    })
}

/// The page of the portal that shows a screen, as the official command line makes it: the part of the host before
/// `console-`, which is empty but for the platform's own rehearsals, comes before the portal's name. `None` for a host
/// that is not one of the platform's proxies: the portal could not reach it, and has no business with its token.
fn page_at(host: &str, path: &str) -> Option<Secret> {
    let prefix = &host[..host.find("console-")?];
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    if !host.chars().all(plain) {
        return None;
    }
    let mut page = Url::parse(&format!("https://{prefix}portal.exoscale.com/vnc")).ok()?;
    page.query_pairs_mut().append_pair("host", host).append_pair("path", path);
    Some(Secret::new(String::from(page)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_portals_page_is_made_of_host_and_path() {
        for (host, page) in [
            (
                "console-proxy-ch-gva-2.exoscale.com",
                "https://portal.exoscale.com/vnc?host=console-proxy-ch-gva-2.exoscale.com&path=a%2Fb%3Ftoken%3Dx",
            ),
            (
                "pre-console-proxy-ch-gva-2.exoscale.com",
                "https://pre-portal.exoscale.com/vnc?host=pre-console-proxy-ch-gva-2.exoscale.com&path=a%2Fb%3Ftoken%3Dx",
            ),
        ] {
            assert_eq!(page_at(host, "a/b?token=x").unwrap().expose(), page);
        }
        for host in ["evil.example/console-", "other.example", "127.0.0.1:8080", ""] {
            assert!(page_at(host, "a/b?token=x").is_none(), "{host}");
        }
    }
}
