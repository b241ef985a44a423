//! Listings of a provider that has listed before, and keeps the rows of what has not changed, beside those of a provider that
//! lists for the first time.

use std::time::Duration;

use quarterdeck::model::{ActionId, FormValues, Kind, Resource};
use quarterdeck::providers::{ListEvent, Registry, SharedProvider};

use crate::setup::{Deck, available, demo, list, running};

/// Generous: most listings are the same at once.
const DEADLINE: Duration = Duration::from_secs(30);

/// The rows of a listing that do not depend on when it was made. What is read beside the lists, a few rows a listing, does.
async fn rows(provider: &SharedProvider, kind: Kind) -> Vec<Resource> {
    let (mut rows, rest) = list(provider, kind).await;
    assert!(rest.iter().all(ListEvent::is_good_answer), "{rest:?}");
    for row in &mut rows {
        if let Resource::Instance(instance) = row {
            instance.addresses = Box::default();
            instance.facts = instance.facts.iter().filter(|fact| fact.name != "lease").cloned().collect();
        }
    }
    rows.sort_by(|one, other| one.id().cmp(other.id()));
    rows
}

/// Waits until both have the same rows: listings of one round share their pages, so that a change is in those of the next.
async fn compare(known: &SharedProvider, new: &SharedProvider, when: &str) {
    for kind in known.kinds().iter().filter(|kind| **kind != Kind::Operation) {
        let all = rows(new, *kind).await;
        assert!(!all.is_empty(), "{kind:?} {when}");
        let same = async { while rows(known, *kind).await != all {} };
        let ended = tokio::time::timeout(DEADLINE, same).await;
        assert!(ended.is_ok(), "{kind:?} {when}: {:?} beside {all:?}", rows(known, *kind).await);
    }
}

/// Stops an instance, or deletes a container where the platform has no instances.
async fn change(provider: &SharedProvider) {
    let (row, action) = if provider.kinds().contains(&Kind::Instance) {
        let row = running(provider).await;
        let stop = ActionId::INSTANCE_STOP;
        if !available(provider, &row).contains(&stop) {
            return;
        }
        (row, stop)
    } else {
        (list(provider, Kind::Container).await.0.remove(0), ActionId::CONTAINER_DELETE)
    };
    let mut deck = Deck::of(provider.platform(), provider, &row);
    deck.perform(&row, action, FormValues::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_kept_from_listing_to_listing_is_what_a_new_listing_reads() {
    for registration in Registry::builtin().iter() {
        let name = registration.platform().name();
        let demo = demo(name).instances(1_200).start().await;
        let known = demo.provider();
        compare(&known, &demo.provider(), &format!("of {name} at first")).await;
        compare(&known, &demo.provider(), &format!("of {name} once more")).await;
        demo.cloud.set_faults("error=20%,cut=20%,garbage=20%,seed=7").unwrap();
        for kind in known.kinds() {
            list(&known, *kind).await;
        }
        demo.cloud.set_faults("").unwrap();
        compare(&known, &demo.provider(), &format!("of {name} after faults")).await;
        change(&demo.provider()).await;
        compare(&known, &demo.provider(), &format!("of {name} after a change")).await;
        known.sign_in_again();
        compare(&known, &demo.provider(), &format!("of {name} after a new sign-in")).await;
    }
}
