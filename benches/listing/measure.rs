//! The two ways to fetch a fleet, in turns.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use quarterdeck::config::{Context, parse};
use quarterdeck::model::Kind;
use quarterdeck::providers::{ListEvent, Registry, SharedProvider};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::cloud::Cloud;
use crate::wire::{Passed, lay};

const INSTANCES: usize = 10_000;
const TURNS: usize = 15;

/// What a listing of everything took.
struct Listed {
    first: Duration,
    all: Duration,
    rows: usize,
}

pub async fn run() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let many = INSTANCES.to_string();
    let cloud = Cloud::start(&["--faces", "cycle,quasarch,gcore,elasticbox,exoscale", "--instances", &many]);
    let (near, passed) = lay(cloud.address()).await;
    let rewritten = cloud.text().replace(&cloud.address(), &near);
    // Once through the wire, to know the pages.
    let known = list(&contexts(&rewritten)).await;
    let pages = passed.lock().expect("no thread panicked").clone();
    println!("{} rows in {} requests, over five contexts", known.rows, pages.len());
    let direct = contexts(&cloud.text());
    let at_once: usize = direct.iter().map(|context| context.concurrency).sum();
    let (mut first, mut all, mut plain) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let listed = list(&direct).await;
        assert_eq!(listed.rows, known.rows, "a listing is whole");
        first.push(listed.first);
        all.push(listed.all);
        plain.push(fetch(&cloud.address(), &pages, at_once).await);
    }
    let (first, all, plain) = (median(first), median(all), median(plain));
    println!("first rows             median {:>7.1} ms", milliseconds(first));
    println!("all rows, mapped       median {:>7.1} ms", milliseconds(all));
    println!("the same pages, plain  median {:>7.1} ms", milliseconds(plain));
    println!("ratio                         {:>7.2}", all.as_secs_f64() / plain.as_secs_f64());
}

fn contexts(text: &str) -> Vec<Context> {
    parse(text, Path::new("demo.toml"), &Registry::builtin().specs()).expect("what the demo printed").1
}

/// Lists all instances of every context at once, by new providers as at the program's start; containers where a
/// platform has no instances.
async fn list(contexts: &[Context]) -> Listed {
    let began = Instant::now();
    let mut listings = JoinSet::new();
    for context in contexts {
        let provider: SharedProvider = Registry::builtin().open(context).expect("a whole context");
        let kind = if provider.kinds().contains(&Kind::Instance) { Kind::Instance } else { Kind::Container };
        let name = context.name.clone();
        // A task a listing, as in the program.
        listings.spawn(async move {
            let (mut first, mut rows) = (None, 0);
            let mut stream = provider.list(kind);
            while let Some(event) = stream.next().await {
                match event {
                    ListEvent::Page { rows: page, .. } if !page.is_empty() => {
                        first.get_or_insert_with(|| began.elapsed());
                        rows += page.len();
                    }
                    ListEvent::Failed(problem) | ListEvent::ScopeFailed(_, problem) => {
                        panic!("{name}: {problem}")
                    }
                    _ => {}
                }
            }
            (first, rows)
        });
    }
    let told = listings.join_all().await;
    Listed {
        first: told.iter().filter_map(|(first, _)| *first).min().expect("rows"),
        all: began.elapsed(),
        rows: told.iter().map(|(_, rows)| rows).sum(),
    }
}

/// Sends the same requests with a plain client, as many at once as the contexts may together, and reads every answer to
/// its end.
async fn fetch(address: &str, pages: &[Passed], at_once: usize) -> Duration {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let turns = Arc::new(Semaphore::new(at_once));
    let began = Instant::now();
    let fetches = pages.iter().map(|page| {
        let (client, turns) = (client.clone(), turns.clone());
        async move {
            let _turn = turns.acquire().await.expect("never closed");
            let method = page.method.parse().expect("a method");
            let mut request = client.request(method, format!("http://{address}{}", page.target));
            for (name, value) in &page.headers {
                request = request.header(name, value);
            }
            let answer = request.send().await.expect("an answer");
            assert!(answer.status().is_success(), "{} {}", page.target, answer.status());
            answer.bytes().await.expect("a whole answer").len()
        }
    });
    join_all(fetches).await;
    began.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
