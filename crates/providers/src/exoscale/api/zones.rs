//! The zones of an organisation: found by asking, else the ones known when this was written.

use std::sync::Arc;
use std::time::Duration;

use arcstr::ArcStr;
use futures_util::FutureExt;
use parking_lot::Mutex;
use url::Url;

use super::{Api, Ask};
use crate::exoscale::wire;
use crate::kit::{self, AgedCache};
use crate::mapping::lenient::Rows;
use qdeck_model::{Problem, ProblemKind, Unreadable};
use qdeck_net::Client;

/// The zones of the API's description of 2026. New ones are found by asking.
const KNOWN: [&str; 8] =
    ["at-vie-1", "at-vie-2", "bg-sof-1", "ch-dk-2", "ch-gva-2", "de-fra-1", "de-muc-1", "hr-zag-1"];

/// A new zone is an event of the year.
const ZONES_FRESH_FOR: Duration = Duration::from_secs(3600);
/// After a failure the known zones do for so long.
const ZONES_RETRY_AFTER: Duration = Duration::from_secs(60);
/// The zone that is asked may hang; the others must not wait for it.
const ZONE_LIST_TIMEOUT: Duration = Duration::from_secs(10);

/// A zone of the organisation.
#[derive(Debug)]
pub(crate) struct Zone {
    /// Its name: the scope of everything in it.
    pub(crate) name: ArcStr,
    /// The address of its API, or the reason why it has none.
    pub(crate) endpoint: Result<Url, Problem>,
    /// Its own share of requests at once, so that one that hangs does not hold up the others.
    pub(crate) lane: Client,
}

/// The zones of a context.
#[derive(Debug)]
pub(crate) struct Found {
    /// Never empty. The first is the one that is asked for what belongs to the whole organisation.
    pub(crate) zones: Vec<Arc<Zone>>,
    /// Why they could not be listed.
    pub(crate) trouble: Option<Problem>,
    /// Others are missing, as likely as not.
    pub(crate) partial: bool,
    /// Zones of the list that could not be read.
    pub(crate) unreadable: Unreadable,
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
    found: AgedCache<Found>,
    /// The zones of the last listing.
    listed: Arc<Mutex<Vec<Place>>>,
}

impl Zones {
    /// `wanted` narrows them; empty is all.
    pub(crate) fn new(wanted: Vec<String>, at_once: usize) -> Self {
        Self { wanted, at_once, found: AgedCache::default(), listed: Arc::default() }
    }

    /// The zones. Never fails: what cannot be found shows as zones that cannot be read.
    pub(crate) async fn get(&self, api: &Arc<Api>) -> Arc<Found> {
        let fresh = |found: &Found| match found.trouble {
            None => ZONES_FRESH_FOR,
            Some(_) => ZONES_RETRY_AFTER,
        };
        let (api, wanted, at_once) = (api.clone(), self.wanted.clone(), self.at_once);
        let listed = self.listed.clone();
        self.found
            .get(fresh, move || {
                async move {
                    let mut unreadable = Unreadable::default();
                    let (all, trouble, partial) = match ask(&api).await {
                        Ok(all) => {
                            unreadable = all.unreadable;
                            listed.lock().clone_from(&all.good);
                            (all.good, None, false)
                        }
                        Err(problem) => {
                            let before = listed.lock().clone();
                            let (all, partial) = without_a_list(&api.base, before);
                            (all, Some(problem), partial)
                        }
                    };
                    Found { zones: chosen(&api, all, &wanted, at_once), trouble, partial, unreadable }
                }
                .boxed()
            })
            .await
    }
}

type Place = (String, Result<Url, Problem>);

async fn ask(api: &Api) -> Result<Rows<Place>, Problem> {
    let zones = Ask::new("list-zones", &["zone"]);
    let list: wire::ZoneList = kit::within(ZONE_LIST_TIMEOUT, &zones.name(), api.unsigned(&zones)).await?;
    let all = list.zones.readable(&zones.name())?.map(|zone| {
        let name = zone.name.0;
        let endpoint = match zone.api_endpoint.0 {
            Some(endpoint) => permitted(&api.base, &name, &endpoint),
            None => {
                Err(kit::unexpected_answer(zones.name(), format_args!("zone {name} has no `api-endpoint`")))
            }
        };
        (name, endpoint)
    });
    if all.good.is_empty() {
        return Err(kit::unexpected_field(zones.name(), "zones", "a list of zones"));
    }
    Ok(all)
}

/// An endpoint that the API named. Signed requests go there, so an encrypted API cannot name one that is not, and the
/// public one none that is not Exoscale's. Whether plain `http` is good at all is decided where requests are sent.
fn permitted(base: &Url, zone: &str, endpoint: &str) -> Result<Url, Problem> {
    let odd = |why: &str| {
        let what = format_args!("the `api-endpoint` of zone {zone} is `{endpoint}`, which is {why}");
        kit::unexpected_answer("GET /zone", what)
    };
    let url: Url = endpoint.parse().map_err(|_| odd("not an address"))?;
    if is_public(base) && !is_public(&url) {
        return Err(odd("not an address of Exoscale"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if base.scheme() == "http" => Ok(url),
        _ => Err(odd("not encrypted")),
    }
}

/// Returns true for an address of Exoscale itself.
fn is_public(url: &Url) -> bool {
    url.host_str().is_some_and(|host| host.ends_with(".exoscale.com"))
}

/// The zones where they cannot be listed, and whether others are missing: those of the last list, else the known ones
/// beside the public address, else the one at `base` alone.
fn without_a_list(base: &Url, before: Vec<Place>) -> (Vec<Place>, bool) {
    if !before.is_empty() {
        return (before, false);
    }
    let host = base.host_str().unwrap_or("exoscale");
    let here = KNOWN.iter().find(|name| base.as_str().contains(*name));
    if let Some(here) = here
        && is_public(base)
    {
        let beside = |name: &str| {
            let url = base.as_str().replace(here, name);
            url.parse().map_err(|_| Problem::new(ProblemKind::Local, format!("{url} is not an address")))
        };
        let known = KNOWN.iter().map(|name| ((*name).to_owned(), beside(name)));
        return (known.collect(), false);
    }
    let name = here.map_or(host, |name| *name).to_owned();
    (vec![(name, Ok(base.clone()))], true)
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
            let problem = Problem::new(ProblemKind::NotFound, format!("there is no zone `{name}`"))
                .hint(format!("There are {}: check `zones` of this context", names.join(", ")));
            all.push((name.clone(), Err(problem)));
        }
    }
    // A share too small would make a zone's own reads wait for one another.
    let share = (at_once / all.len().max(1)).max(4);
    let zone = |(name, endpoint): Place| {
        Arc::new(Zone { name: name.into(), endpoint, lane: api.client.lane(share) })
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
    fn without_a_list_the_zones_are_those_before_or_the_known_ones_or_one() {
        let public = url("https://api-ch-gva-2.exoscale.com/v2");
        let (all, partial) = without_a_list(&public, Vec::new());
        assert_eq!((all.len(), partial), (8, false));
        assert_eq!(all[4].1, Ok(public.clone()));
        assert_eq!(all[7].1, Ok(url("https://api-hr-zag-1.exoscale.com/v2")));
        for (base, name) in
            [("http://127.0.0.1:4010/exo/at-vie-1/v2", "at-vie-1"), ("https://exo.example/v2", "exo.example")]
        {
            let (all, partial) = without_a_list(&url(base), Vec::new());
            assert_eq!(all, [(name.to_owned(), Ok(url(base)))]);
            assert!(partial);
            let (again, partial) = without_a_list(&public, all.clone());
            assert_eq!((again, partial), (all, false), "what was listed before is known");
        }
    }

    #[test]
    fn an_encrypted_api_leads_nowhere_else() {
        let secure = url("https://api-ch-gva-2.exoscale.com/v2");
        let local = url("http://127.0.0.1:4010/v2");
        assert!(permitted(&secure, "z", "https://api-z.exoscale.com/v2").is_ok());
        assert!(permitted(&secure, "z", "http://127.0.0.1:1/v2").is_err());
        assert!(permitted(&secure, "z", "https://api-z.exoscale.com.example/v2").is_err());
        assert!(permitted(&secure, "z", "https://exoscale.example/v2").is_err());
        assert!(permitted(&url("https://exo.example/v2"), "z", "https://api-z.exoscale.com/v2").is_ok());
        assert!(permitted(&local, "z", "http://127.0.0.1:1/v2").is_ok());
        assert!(permitted(&local, "z", "ftp://127.0.0.1:1/v2").is_err());
        assert!(permitted(&local, "z", "z").is_err());
    }
}
