//! The zones of an organisation: found by asking, else the ones known when this was written.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use url::Url;

use super::{Api, Ask};
use crate::model::{Problem, ProblemKind};
use crate::net::Client;
use crate::providers::exoscale::catalogue::Kept;
use crate::providers::exoscale::wire;

/// The zones of the API's description of 2026. New ones are found by asking.
const KNOWN: [&str; 8] = [
    "at-vie-1", "at-vie-2", "bg-sof-1", "ch-dk-2", "ch-gva-2", "de-fra-1", "de-muc-1", "hr-zag-1",
];

/// A new zone is an event of the year.
const FRESH: Duration = Duration::from_secs(3600);
/// After a failure the known zones do for so long.
const AGAIN: Duration = Duration::from_secs(60);
/// The zone that is asked may hang; the others must not wait for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where a part of the organisation is.
#[derive(Debug)]
pub(crate) struct Zone {
    /// Its name: the scope of everything in it.
    pub(crate) name: Arc<str>,
    /// Where its API is, or why that cannot be said.
    pub(crate) endpoint: Result<Url, Problem>,
    /// Its own share of requests at once, so that one that hangs does not hold up the others.
    pub(crate) lane: Client,
}

/// The zones that a context speaks to.
#[derive(Debug)]
pub(crate) struct Found {
    /// Never empty. The first is the one that is asked for what belongs to the whole organisation.
    pub(crate) zones: Vec<Arc<Zone>>,
    /// Why they are the known ones only.
    pub(crate) trouble: Option<Problem>,
}

impl Found {
    /// The zone that is asked for what belongs to the whole organisation.
    pub(crate) fn named(&self, name: &str) -> Option<&Arc<Zone>> {
        self.zones.iter().find(|zone| &*zone.name == name)
    }
}

/// Finds the zones, and remembers them.
pub(crate) struct Zones {
    wanted: Vec<String>,
    at_once: usize,
    found: Kept<Found>,
}

impl Zones {
    /// `wanted` narrows them; empty is all.
    pub(crate) fn new(wanted: Vec<String>, at_once: usize) -> Self {
        Self {
            wanted,
            at_once,
            found: Kept::default(),
        }
    }

    /// The zones. Never fails: what cannot be found is told by the zones that cannot be read.
    pub(crate) async fn get(&self, api: &Arc<Api>) -> Arc<Found> {
        let fresh = |found: &Found| match found.trouble {
            None => FRESH,
            Some(_) => AGAIN,
        };
        let (api, wanted, at_once) = (api.clone(), self.wanted.clone(), self.at_once);
        self.found
            .get(fresh, move || {
                async move {
                    let (all, trouble) = match ask(&api).await {
                        Ok(all) => (all, None),
                        Err(problem) => (known(&api.base), Some(problem)),
                    };
                    Found {
                        zones: chosen(&api, all, &wanted, at_once),
                        trouble,
                    }
                }
                .boxed()
            })
            .await
    }
}

type Place = (String, Result<Url, Problem>);

async fn ask(api: &Api) -> Result<Vec<Place>, Problem> {
    let zones = Ask::new("list-zones", &["zone"]);
    let asked = api.unsigned::<wire::ZoneList>(&zones);
    let list = tokio::time::timeout(PATIENCE, asked).await.map_err(|_| {
        Problem::new(
            ProblemKind::Unreachable,
            format!("no list of zones within {} s", PATIENCE.as_secs()),
        )
    })??;
    let all: Vec<Place> = list
        .zones
        .good
        .into_iter()
        .filter_map(|zone| Some((zone.name?, zone.api_endpoint?)))
        .map(|(name, endpoint)| {
            let endpoint = permitted(&api.base, &name, &endpoint);
            (name, endpoint)
        })
        .collect();
    if all.is_empty() {
        return Err(Problem::new(ProblemKind::BadAnswer, "the list of zones is empty"));
    }
    Ok(all)
}

/// An endpoint that the API named. Signed requests go there, so an encrypted API cannot name one that is not. Whether
/// plain `http` is good at all is decided where requests are sent.
fn permitted(base: &Url, zone: &str, endpoint: &str) -> Result<Url, Problem> {
    let odd = |why: &str| {
        let message = format!("zone {zone} is said to be at `{endpoint}`, which is {why}");
        Problem::new(ProblemKind::BadAnswer, message)
    };
    let url: Url = endpoint.parse().map_err(|_| odd("no address"))?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if base.scheme() == "http" => Ok(url),
        _ => Err(odd("not encrypted")),
    }
}

/// The known zones beside the one that `base` names; `base` alone where it names none.
fn known(base: &Url) -> Vec<Place> {
    let Some(here) = KNOWN.iter().find(|name| base.as_str().contains(*name)) else {
        let name = base.host_str().unwrap_or("exoscale").to_owned();
        return vec![(name, Ok(base.clone()))];
    };
    let beside = |name: &str| {
        let url = base.as_str().replace(here, name);
        url.parse()
            .map_err(|_| Problem::new(ProblemKind::Local, format!("{url} is not an address")))
    };
    KNOWN
        .iter()
        .map(|name| ((*name).to_owned(), beside(name)))
        .collect()
}

/// The wanted ones of all, the one at `base` first.
fn chosen(api: &Api, mut all: Vec<Place>, wanted: &[String], at_once: usize) -> Vec<Arc<Zone>> {
    let plain = |url: &Url| url.as_str().trim_end_matches('/').to_owned();
    let home = plain(&api.base);
    all.sort_by_key(|(_, endpoint)| endpoint.as_ref().map(&plain).ok().as_ref() != Some(&home));
    if !wanted.is_empty() {
        let names: Vec<String> = all.iter().map(|(name, _)| name.clone()).collect();
        all.retain(|(name, _)| wanted.contains(name));
        for name in wanted.iter().filter(|name| !names.contains(name)) {
            let problem = Problem::new(ProblemKind::NotFound, format!("there is no zone `{name}`")).hint(
                format!("There are {}: check `zones` of this context", names.join(", ")),
            );
            all.push((name.clone(), Err(problem)));
        }
    }
    // A share too small would make a zone's own reads wait for one another.
    let share = (at_once / all.len().max(1)).max(4);
    let zone = |(name, endpoint): Place| {
        Arc::new(Zone {
            name: name.into(),
            endpoint,
            lane: api.client.lane(share),
        })
    };
    all.into_iter().map(zone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn the_known_zones_are_beside_the_one_that_is_named() {
        for (base, fifth, last) in [
            (
                "https://api-ch-gva-2.exoscale.com/v2",
                "https://api-ch-gva-2.exoscale.com/v2",
                "https://api-hr-zag-1.exoscale.com/v2",
            ),
            (
                "http://127.0.0.1:4010/exo/at-vie-1/v2",
                "http://127.0.0.1:4010/exo/ch-gva-2/v2",
                "http://127.0.0.1:4010/exo/hr-zag-1/v2",
            ),
        ] {
            let all = known(&url(base));
            assert_eq!(all.len(), 8);
            assert_eq!(all[4].1, Ok(url(fifth)));
            assert_eq!(all[7].1, Ok(url(last)));
        }
        let all = known(&url("https://exo.example/v2"));
        assert_eq!(
            all,
            [("exo.example".to_owned(), Ok(url("https://exo.example/v2")))]
        );
    }

    #[test]
    fn an_encrypted_api_leads_nowhere_else() {
        let secure = url("https://api-ch-gva-2.exoscale.com/v2");
        let local = url("http://127.0.0.1:4010/v2");
        assert!(permitted(&secure, "z", "https://api-z.exoscale.com/v2").is_ok());
        assert!(permitted(&secure, "z", "http://127.0.0.1:1/v2").is_err());
        assert!(permitted(&local, "z", "http://127.0.0.1:1/v2").is_ok());
        assert!(permitted(&local, "z", "ftp://127.0.0.1:1/v2").is_err());
        assert!(permitted(&local, "z", "z").is_err());
    }
}
