use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::*;
use crate::{SecretRef, parse, section};

const HUB: &str = "651586fca6078e98982dbd90";

/// A place with these variables, started in this directory.
fn around(variables: &[(&str, &str)], folder: Option<&Path>) -> Found {
    let variables: HashMap<&str, &str> = variables.iter().copied().collect();
    find_from(&Around { variable: &|name| variables.get(name).map(|value| (*value).to_owned()), folder })
}

fn found(variables: &[(&str, &str)]) -> Found {
    around(variables, None)
}

fn names(found: &Found) -> Vec<&str> {
    found.whole.iter().map(|it| it.context.name.as_str()).collect()
}

/// The only one.
fn one(variables: &[(&str, &str)]) -> Context {
    let mut found = found(variables);
    assert_eq!((names(&found).len(), &found.half), (1, &Vec::new()), "{found:?}");
    found.whole.remove(0).context
}

/// A home with an `exoscale.toml` in one of its folders.
struct Home(tempfile::TempDir);

impl Home {
    fn with(folder: &str, text: &str) -> Self {
        let home = Self(tempfile::tempdir().expect("a folder"));
        home.also(folder, text);
        home
    }

    fn also(&self, folder: &str, text: &str) -> PathBuf {
        let folder = self.0.path().join(folder);
        std::fs::create_dir_all(&folder).expect("writable");
        let path = folder.join("exoscale.toml");
        std::fs::write(&path, text).expect("writable");
        path
    }

    fn found(&self, variables: &[(&str, &str)]) -> Found {
        let home = self.0.path().to_string_lossy();
        let mut all = vec![("HOME", &*home)];
        all.extend(variables);
        found(&all)
    }
}

const ACCOUNTS: &str = r#"
DefaultAccount = "Lab 2"

[[accounts]]
Name = "work"
KEY = "EXOfakekey1"
secret = "fake-secret-1"
defaultZone = "ch-gva-2"

[[accounts]]
name = "Lab 2"
key = "EXOfakekey2"
secretCommand = ["pass", "show", "exo"]
endpoint = "https://ppapi.example.com"

[[accounts]]
name = "bare"
key = "EXOfakekey3"
"#;

#[test]
fn cycles_variables_make_a_context() {
    let context = one(&[("CYCLE_API_KEY", "fake"), ("CYCLE_HUB_ID", HUB)]);
    assert_eq!(context.base_url.as_str(), "https://api.cycle.io/");
    assert_eq!(context.hub.as_deref(), Some(HUB));
    assert!(
        matches!(context.credentials, Credentials::Token(SecretRef::Env(name)) if name == "CYCLE_API_KEY")
    );
}

#[test]
fn gcores_variables_make_a_context_with_or_without_a_place() {
    let context = one(&[("GCORE_API_KEY", "fake")]);
    assert_eq!((context.project, context.regions.len()), (None, 0));
    let context = one(&[
        ("GCORE_API_KEY", "1$fake"),
        ("GCORE_CLOUD_PROJECT_ID", "7"),
        ("GCORE_CLOUD_REGION_ID", " 76 "),
        ("GCORE_BASE_URL", "http://127.0.0.1:99/"),
    ]);
    assert_eq!((context.project, context.regions), (Some(7), vec![76]));
    assert_eq!(context.base_url.as_str(), "http://127.0.0.1:99/");
}

#[test]
fn exoscales_pair_is_read_by_every_name() {
    for (key, secret) in [
        ("EXOSCALE_API_KEY", "EXOSCALE_API_SECRET"),
        ("EXOSCALE_KEY", "EXOSCALE_SECRET_KEY"),
        ("EXOSCALE_KEY", "EXOSCALE_SECRET"),
    ] {
        let context = one(&[(key, "EXOfake"), (secret, "fake"), ("EXOSCALE_ZONE", "de-fra-1")]);
        assert_eq!(context.zones, ["de-fra-1"]);
        let Credentials::KeyPair { key: SecretRef::Env(of_key), secret: SecretRef::Env(of_secret) } =
            context.credentials
        else {
            panic!("{context:?}");
        };
        assert_eq!((&*of_key, &*of_secret), (key, secret));
    }
    let context = one(&[
        ("EXOSCALE_API_KEY", "EXOfake"),
        ("EXOSCALE_API_SECRET", "fake"),
        ("EXOSCALE_API_ENDPOINT", "http://127.0.0.1:99"),
    ]);
    assert_eq!(context.base_url.as_str(), "http://127.0.0.1:99/v2");
}

#[test]
fn several_are_found_at_once_and_a_half_one_stops_none() {
    let found = found(&[
        ("CYCLE_API_KEY", "fake-value"),
        ("GCORE_API_KEY", "fake-value"),
        ("EXOSCALE_API_KEY", "fake-value"),
        ("ELASTICBOX_URL", "https://appliance.example.com"),
        ("CAM_TOKEN", "fake-value"),
    ]);
    assert_eq!(names(&found), ["gcore", "elasticbox"]);
    let half = found.half.join("\n");
    assert_eq!(found.half.len(), 2, "{half}");
    assert!(half.contains("CYCLE_HUB_ID") && half.contains("EXOSCALE_API_SECRET"), "{half}");
    assert!(!half.contains("fake-value"), "{half}");
    assert!(!format!("{found:?}").contains("fake-value"));
}

#[test]
fn half_or_odd_variables_are_told_by_their_name() {
    for (set, word) in [
        (&[("CYCLE_HUB_ID", HUB)][..], "CYCLE_API_KEY"),
        (&[("CYCLE_API_KEY", "fake"), ("CYCLE_HUB_ID", "prod")], "CYCLE_HUB_ID"),
        (
            &[("CYCLE_API_KEY", "fake"), ("CYCLE_HUB_ID", HUB), ("CYCLE_BASE_URL", "http://example.com")],
            "CYCLE_BASE_URL",
        ),
        (&[("GCORE_CLOUD_PROJECT_ID", "7")], "GCORE_API_KEY"),
        (&[("GCORE_API_KEY", "fake"), ("GCORE_CLOUD_REGION_ID", "luxembourg")], "GCORE_CLOUD_REGION_ID"),
        (&[("CAM_TOKEN", "fake")], "ELASTICBOX_URL"),
        (&[("ELASTICBOX_URL", "https://x.example.com")], "CAM_TOKEN"),
        (&[("EXOSCALE_SECRET", "fake")], "EXOSCALE_API_KEY"),
        (&[("EXOSCALE_ACCOUNT", "work")], "EXOSCALE_ACCOUNT"),
        (&[("EXOSCALE_CONFIG", "/nowhere/at/all")], "/nowhere/at/all"),
    ] {
        let found = found(set);
        assert!(found.whole.is_empty(), "{found:?}");
        let half = found.half.join("\n");
        assert!(half.contains(word) && !half.contains("fake"), "{word}: {half}");
    }
}

#[test]
fn what_says_nothing_is_nothing() {
    let found = found(&[("CYCLE_API_KEY", ""), ("GCORE_API_KEY", "  "), ("EXOSCALE_ZONE", "x")]);
    assert!(found.whole.is_empty() && found.half.is_empty(), "{found:?}");
}

#[test]
fn the_accounts_of_exoscales_file_become_contexts_the_default_first() {
    let home = Home::with(".exoscale", ACCOUNTS);
    let found = home.found(&[]);
    assert_eq!(names(&found), ["exoscale-lab-2", "exoscale-work"]);
    let [lab, work] = &found.whole[..] else {
        unreachable!("two were counted");
    };
    assert_eq!(lab.context.base_url.as_str(), "https://ppapi.example.com/v2");
    assert!(lab.context.zones.is_empty(), "a default zone is no filter");
    let references = |finding: &Finding| format!("{:?}", finding.context.credentials);
    assert!(references(lab).contains("Command([\"pass\", \"show\", \"exo\"])"));
    assert!(references(work).contains("[\"accounts\", \"work\", \"secret\"]"), "{}", references(work));
    assert_eq!(found.half.len(), 1);
    assert!(found.half[0].contains("`bare`"), "{:?}", found.half);
    let shown = format!("{found:?}");
    assert!(!shown.contains("fake-secret") && !shown.contains("EXOfake"), "{shown}");
}

#[tokio::test]
async fn an_accounts_secret_is_read_from_its_file_when_it_is_used() {
    let home = Home::with(".exoscale", ACCOUNTS);
    let found = home.found(&[("EXOSCALE_ACCOUNT", "work")]);
    assert_eq!(names(&found), ["exoscale-work"], "the one that was asked for");
    let mut read = Vec::new();
    for (_, reference) in found.whole[0].context.credentials.references() {
        read.push(reference.resolve().await.expect("a secret").expose().to_owned());
    }
    assert_eq!(read, ["EXOfakekey1", "fake-secret-1"]);
}

#[test]
fn the_file_is_looked_for_in_its_places_in_their_order() {
    let account = |name: &str| format!("[[accounts]]\nname='{name}'\nkey='EXOfake'\nsecret='fake'\n");
    let home = Home::with("", &account("home"));
    assert_eq!(names(&home.found(&[])), ["exoscale-home"]);
    home.also(".exoscale", &account("dot"));
    assert_eq!(names(&home.found(&[])), ["exoscale-dot"]);
    let own =
        if cfg!(target_os = "macos") { "Library/Application Support/exoscale" } else { ".config/exoscale" };
    home.also(own, &account("own"));
    assert_eq!(names(&home.found(&[])), ["exoscale-own"]);
    let named = home.also("elsewhere", &account("named"));
    let named = named.to_string_lossy();
    assert_eq!(names(&home.found(&[("EXOSCALE_CONFIG", &named)])), ["exoscale-named"]);
    let pair = [("EXOSCALE_KEY", "EXOfake"), ("EXOSCALE_SECRET", "fake")];
    assert_eq!(names(&home.found(&pair)), ["exoscale"], "a whole pair stands before it");
    let missing = home.found(&[("EXOSCALE_ACCOUNT", "nobody")]);
    assert!(missing.whole.is_empty() && missing.half[0].contains("nobody"), "{missing:?}");
}

#[test]
fn a_file_of_the_current_directory_runs_nothing() {
    let home = Home::with("project", ACCOUNTS);
    let folder = home.0.path().join("project");
    let found = around(&[], Some(&folder));
    assert_eq!(names(&found), ["exoscale-work"]);
    let half = found.half.join("\n");
    assert!(half.contains("`Lab 2`") && half.contains("current directory"), "{half}");
}

#[test]
fn a_broken_file_is_told_without_its_words() {
    let home = Home::with(".exoscale", "[[accounts]]\nsecret = fake-secret\n");
    let found = home.found(&[("GCORE_API_KEY", "fake")]);
    assert_eq!(names(&found), ["gcore"]);
    assert!(found.half[0].contains("line 2") && !found.half[0].contains("fake-secret"), "{:?}", found.half);
}

#[test]
fn names_of_accounts_become_names_of_contexts() {
    let long = "x-".repeat(40);
    let account = |name| format!("[[accounts]]\nname='{name}'\nkey='EXOfake'\nsecret='fake'\n");
    let text = ["Ünï cödé", "a/b", "A B", "", &long].map(account).concat();
    let found = Home::with("", &text).found(&[]);
    assert_eq!(found.whole.len(), 4, "one has no name: {found:?}");
    let mut seen = names(&found);
    assert!(seen.iter().all(|name| crate::is_name(name)), "{seen:?}");
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 4);
}

#[test]
fn what_was_found_can_be_written_and_read_again() {
    let home = Home::with(".exoscale", ACCOUNTS);
    let found = home.found(&[
        ("CYCLE_API_KEY", "fake"),
        ("CYCLE_HUB_ID", HUB),
        ("GCORE_API_KEY", "fake"),
        ("GCORE_CLOUD_PROJECT_ID", "7"),
        ("ELASTICBOX_URL", "https://appliance.example.com"),
        ("CAM_TOKEN", "fake"),
    ]);
    let text: String = found.whole.iter().map(|it| section(&it.context)).collect();
    assert!(!text.contains("fake"), "{text}");
    let (_, read) = parse(&text, Path::new("/x/config.toml")).unwrap_or_else(|it| panic!("{it}"));
    let written: Vec<String> = found.whole.iter().map(|it| format!("{:?}", it.context)).collect();
    let read: Vec<String> = read.iter().map(|it| format!("{it:?}")).collect();
    assert_eq!(read, written);
}
