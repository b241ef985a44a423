//! Discovery by the built-in registrations in an environment, their examples and their settings.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::*;
use crate::{cycle, exoscale, gcore};
use qdeck_config::{
    Credentials, Discovered, Discovery, Environment, SecretRef, discover_in, is_name, parse, section,
};

const HUB: &str = "651586fca6078e98982dbd90";

/// The discovery with these variables, started in this directory.
fn found_in(variables: &[(&str, &str)], folder: Option<&Path>) -> Discovery {
    let variables: HashMap<&str, &str> = variables.iter().copied().collect();
    let variable = |name: &str| variables.get(name).map(|value| (*value).to_owned());
    discover_in(&Registry::builtin().specs(), &Environment { variable: &variable, folder })
}

fn found(variables: &[(&str, &str)]) -> Discovery {
    found_in(variables, None)
}

fn names(found: &Discovery) -> Vec<&str> {
    found.usable.iter().map(|it| it.context.name.as_str()).collect()
}

/// The only one.
fn one(variables: &[(&str, &str)]) -> Context {
    let mut found = found(variables);
    assert_eq!((names(&found).len(), &found.incomplete), (1, &Vec::new()), "{found:?}");
    found.usable.remove(0).context
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

    fn found(&self, variables: &[(&str, &str)]) -> Discovery {
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
    assert_eq!(context.settings.text(&cycle::HUB), Some(HUB));
    assert!(
        matches!(context.credentials, Credentials::Token(SecretRef::Env(name)) if name == "CYCLE_API_KEY")
    );
}

#[test]
fn gcores_variables_make_a_context_with_or_without_a_project() {
    let context = one(&[("GCORE_API_KEY", "fake")]);
    assert_eq!(
        (context.settings.number(&gcore::PROJECT), context.settings.numbers(&gcore::REGIONS)),
        (None, &[][..])
    );
    let context = one(&[
        ("GCORE_API_KEY", "1$fake"),
        ("GCORE_CLOUD_PROJECT_ID", "7"),
        ("GCORE_CLOUD_REGION_ID", " 76 "),
        ("GCORE_BASE_URL", "http://127.0.0.1:99/"),
    ]);
    assert_eq!(
        (context.settings.number(&gcore::PROJECT), context.settings.numbers(&gcore::REGIONS)),
        (Some(7), &[76][..])
    );
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
        assert_eq!(context.settings.words(&exoscale::ZONES), ["de-fra-1"]);
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
fn several_are_found_at_once_and_an_incomplete_one_stops_none() {
    let found = found(&[
        ("CYCLE_API_KEY", "fake-value"),
        ("GCORE_API_KEY", "fake-value"),
        ("EXOSCALE_API_KEY", "fake-value"),
        ("ELASTICBOX_URL", "https://appliance.example.com"),
        ("CAM_TOKEN", "fake-value"),
    ]);
    assert_eq!(names(&found), ["gcore", "elasticbox"]);
    let incomplete = found.incomplete.join("\n");
    assert_eq!(found.incomplete.len(), 2, "{incomplete}");
    assert!(
        incomplete.contains("CYCLE_HUB_ID") && incomplete.contains("EXOSCALE_API_SECRET"),
        "{incomplete}"
    );
    assert!(!incomplete.contains("fake-value"), "{incomplete}");
    assert!(!format!("{found:?}").contains("fake-value"));
}

#[test]
fn incomplete_or_invalid_variables_are_reported_by_their_name() {
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
        assert!(found.usable.is_empty(), "{found:?}");
        let incomplete = found.incomplete.join("\n");
        assert!(incomplete.contains(word) && !incomplete.contains("fake"), "{word}: {incomplete}");
    }
}

#[test]
fn empty_variables_are_no_credentials() {
    let found = found(&[("CYCLE_API_KEY", ""), ("GCORE_API_KEY", "  "), ("EXOSCALE_ZONE", "x")]);
    assert!(found.usable.is_empty() && found.incomplete.is_empty(), "{found:?}");
}

#[test]
fn the_accounts_of_exoscales_file_become_contexts_the_default_first() {
    let home = Home::with(".exoscale", ACCOUNTS);
    let found = home.found(&[]);
    assert_eq!(names(&found), ["exoscale-lab-2", "exoscale-work"]);
    let [lab, work] = &found.usable[..] else {
        unreachable!("two were counted");
    };
    assert_eq!(lab.context.base_url.as_str(), "https://ppapi.example.com/v2");
    assert!(lab.context.settings.words(&exoscale::ZONES).is_empty(), "a default zone is no filter");
    let references = |found: &Discovered| format!("{:?}", found.context.credentials);
    assert!(references(lab).contains("Command([\"pass\", \"show\", \"exo\"])"));
    assert!(references(work).contains("[\"accounts\", \"work\", \"secret\"]"), "{}", references(work));
    assert_eq!(found.incomplete.len(), 1);
    assert!(found.incomplete[0].contains("`bare`"), "{:?}", found.incomplete);
    let shown = format!("{found:?}");
    assert!(!shown.contains("fake-secret") && !shown.contains("EXOfake"), "{shown}");
}

#[tokio::test]
async fn an_accounts_secret_is_read_from_its_file_when_it_is_used() {
    let home = Home::with(".exoscale", ACCOUNTS);
    let found = home.found(&[("EXOSCALE_ACCOUNT", "work")]);
    assert_eq!(names(&found), ["exoscale-work"], "the one that was asked for");
    let mut read = Vec::new();
    for (_, reference) in found.usable[0].context.credentials.references() {
        read.push(reference.resolve().await.expect("a secret").expose().to_owned());
    }
    assert_eq!(read, ["EXOfakekey1", "fake-secret-1"]);
}

#[test]
fn the_file_is_searched_for_in_its_places_in_their_order() {
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
    assert_eq!(names(&home.found(&pair)), ["exoscale"], "a complete pair goes first");
    let missing = home.found(&[("EXOSCALE_ACCOUNT", "missing")]);
    assert!(missing.usable.is_empty() && missing.incomplete[0].contains("missing"), "{missing:?}");
}

#[test]
fn a_file_of_the_current_directory_runs_no_command() {
    let home = Home::with("project", ACCOUNTS);
    let folder = home.0.path().join("project");
    let found = found_in(&[], Some(&folder));
    assert_eq!(names(&found), ["exoscale-work"]);
    let incomplete = found.incomplete.join("\n");
    assert!(incomplete.contains("`Lab 2`") && incomplete.contains("current directory"), "{incomplete}");
}

#[test]
fn a_broken_file_is_reported_without_its_text() {
    let home = Home::with(".exoscale", "[[accounts]]\nsecret = fake-secret\n");
    let found = home.found(&[("GCORE_API_KEY", "fake")]);
    assert_eq!(names(&found), ["gcore"]);
    assert!(
        found.incomplete[0].contains("line 2") && !found.incomplete[0].contains("fake-secret"),
        "{:?}",
        found.incomplete
    );
}

#[test]
fn names_of_accounts_become_names_of_contexts() {
    let long = "x-".repeat(40);
    let account = |name| format!("[[accounts]]\nname='{name}'\nkey='EXOfake'\nsecret='fake'\n");
    let text = ["Ünï cödé", "a/b", "A B", "", &long].map(account).concat();
    let found = Home::with("", &text).found(&[]);
    assert_eq!(found.usable.len(), 4, "one has no name: {found:?}");
    let mut seen = names(&found);
    assert!(seen.iter().all(|name| is_name(name)), "{seen:?}");
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
    let text: String = found.usable.iter().map(|it| section(&it.context)).collect();
    assert!(!text.contains("fake"), "{text}");
    let (_, read) = parse(&text, Path::new("/x/config.toml"), &Registry::builtin().specs())
        .unwrap_or_else(|it| panic!("{it}"));
    let written: Vec<String> = found.usable.iter().map(|it| format!("{:?}", it.context)).collect();
    let read: Vec<String> = read.iter().map(|it| format!("{it:?}")).collect();
    assert_eq!(read, written);
}

#[test]
fn every_part_of_a_context_comes_back() {
    let specs = Registry::builtin().specs();
    let text = r#"
[contexts.a]
platform = "exoscale"
base_url = "https://ppapi.example.com/v2"
zones = ["ch-gva-2", "de-fra-1"]
key = { file = "/home/me/exo\"scale.toml", key = ["accounts", "my work", "key"] }
secret = { command = ["pass", "show", "it's \"mine\""] }
read_only = true
enabled = false
concurrency = 3

[contexts.b]
platform = "gcore"
token = { env = "GCORE_API_KEY" }
project = 7
regions = [76, 104]
console_input = false
console_size_reports = true

[contexts.c]
platform = "elasticbox"
base_url = "http://appliance.example.com"
token = { keyring = "box" }
workspaces = ["operations"]
token_header = "elasticbox"
insecure = true
insecure_tls = true

[contexts.d]
platform = "quasarch"
base_url = "https://quasarch.example.com"
email = "me@example.com"
password = { file = "/home/me/.secret" }

[contexts.e]
platform = "cycle"
hub = "651586fca6078e98982dbd90"
token = { env = "CYCLE_API_KEY" }
"#;
    let (_, contexts) = parse(text, Path::new("/etc/qdeck/config.toml"), &specs).expect("good");
    assert_eq!(contexts.len(), 5);
    for context in contexts {
        let written = section(&context);
        let (_, again) = parse(&written, Path::new("/elsewhere/config.toml"), &specs)
            .unwrap_or_else(|mistakes| panic!("{written}\n{mistakes}"));
        assert_eq!(format!("{:?}", again[0]), format!("{context:?}"));
    }
}

#[test]
fn each_example_is_read_and_shows_every_setting() {
    for registration in Registry::builtin().iter() {
        let spec = &registration.spec;
        let (_, contexts) = parse(spec.example, Path::new("example"), &[spec])
            .unwrap_or_else(|mistakes| panic!("{mistakes}"));
        assert_eq!(contexts.len(), 1, "{spec:?}");
        for setting in spec.settings {
            assert!(spec.example.contains(&format!("{} = ", setting.name)), "{spec:?}: {}", setting.name);
        }
        for line in spec.example.lines().filter_map(|line| line.strip_prefix("# ")) {
            let key = line.split(' ').next().unwrap_or_default();
            // A token takes the place of the other way to sign in.
            let replaced =
                |it: &str| it.starts_with(key) || key == "token" && matches!(it, "email" | "password");
            let rest = spec.example.lines().filter(|it| !replaced(it.split(' ').next().unwrap_or_default()));
            let text = rest.chain([line]).collect::<Vec<_>>().join("\n");
            parse(&text, Path::new("example"), &[spec]).unwrap_or_else(|it| panic!("{text}\n{it}"));
        }
    }
}

#[test]
fn names_are_unique_and_a_context_is_opened_by_its_platform() {
    let registry = Registry::builtin();
    for registration in registry.iter() {
        let same = registry.iter().filter(|it| it.platform().name() == registration.platform().name());
        assert_eq!(same.count(), 1, "{:?}", registration.spec);
        let (_, contexts) = parse(registration.spec.example, Path::new("example"), &registry.specs())
            .unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let provider = registry.open(&contexts[0]).unwrap_or_else(|problem| panic!("{problem}"));
        assert_eq!(provider.platform(), registration.platform());
    }
}
