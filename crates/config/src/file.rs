//! The text of the file to contexts and settings, with every mistake it holds.

use std::path::Path;

use toml::de::{DeTable, DeValue};
use url::{Host, Url};

use super::context::Context;
use super::credentials::read_credentials;
use super::known;
use super::mistake::{Mistakes, Notes};
use super::place::read_place;
use super::reference::{CONTEXT, names};
use super::section::{Found, Section, type_word};
use super::settings::Settings;
use qdeck_model::{ContextName, Platform};

/// The address of Cycle's API, the same for every hub.
pub(super) const CYCLE: &str = "https://api.cycle.io";

/// The public address of a platform's API, where it has one: [`CYCLE`] is the same for every hub; Gcore's and Exoscale's
/// are in their API descriptions (an Exoscale context asks there for the addresses of its zones), ElasticBox's in its
/// documentation of 2018.
pub(super) fn address(platform: Platform) -> Option<&'static str> {
    match platform {
        known::CYCLE => Some(CYCLE),
        known::GCORE => Some("https://api.gcore.com"),
        known::ELASTICBOX => Some("https://cam.ctl.io"),
        known::EXOSCALE => Some("https://api-ch-gva-2.exoscale.com/v2"),
        _ => None,
    }
}

/// Requests at once, where the file does not say: enough to hide latency, few enough to be a good guest.
pub(super) const CONCURRENCY: usize = 8;

/// Reads the text of a configuration file. `path` is named in mistakes, and its folder is where relative paths of
/// secrets start.
///
/// # Errors
/// Every mistake of the text, from its top.
pub fn parse(text: &str, path: &Path) -> Result<(Settings, Vec<Context>), Mistakes> {
    let mut notes = Notes::new(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let span = error.span().unwrap_or(0..0);
        // The parser's words may span lines; a report has one line for what is wrong.
        let message = error.message().trim().replace('\n', "; ");
        notes.add(span, message);
    }
    // After broken syntax the rest is guesswork, and mistakes that are none would bury the one that is.
    let duplicates_only = errors.iter().all(|error| error.message().starts_with("duplicate"));
    let mut settings = Settings::default();
    let mut contexts = Vec::new();
    if duplicates_only {
        let top = Section::new(document.get_ref(), 0..0);
        settings = Settings::read(&top, &mut notes);
        if let Some(section) = top.table("contexts", &mut notes) {
            contexts = read_contexts(&section, path, &mut notes);
        }
    }
    if notes.is_empty() {
        return Ok((settings, contexts));
    }
    Err(Mistakes { path: path.to_owned(), list: notes.into_list() })
}

fn read_contexts(section: &Section<'_, '_>, path: &Path, notes: &mut Notes<'_>) -> Vec<Context> {
    let mut contexts = Vec::new();
    for (name, value) in section.entries() {
        if !is_name(name.value) {
            notes
                .add(name.span.clone(), format!("`{}` cannot name a context", name.value))
                .expected("expected small letters, digits and dashes, at most 32, such as `cycle-prod`");
        }
        let DeValue::Table(table) = value.get_ref() else {
            notes
                .add(value.span(), format!("the context is {}", type_word(value.get_ref())))
                .expected("expected a table: [contexts.NAME]");
            continue;
        };
        contexts.extend(read_context(&name, &Section::new(table, name.span.clone()), path, notes));
    }
    contexts
}

/// `[a-z0-9][a-z0-9-]*`, at most 32: names are typed in filters and on the command line, and stand in a column.
pub fn is_name(name: &str) -> bool {
    name.len() <= 32
        && name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn read_context(
    name: &Found<&str>,
    section: &Section<'_, '_>,
    path: &Path,
    notes: &mut Notes<'_>,
) -> Option<Context> {
    section.only(&names(&CONTEXT), "a context", notes);
    let platform = read_platform(section, name.value, notes);
    let insecure = section.boolean("insecure", notes).unwrap_or(false);
    let base_url = read_base_url(section, platform, insecure, notes);
    let credentials = read_credentials(section, platform, path, notes);
    let place = read_place(section, platform, notes);
    let context = Context {
        name: ContextName::new(name.value),
        platform: platform?,
        base_url: base_url?,
        credentials: credentials?,
        hub: place.hub,
        project: place.project,
        regions: place.regions,
        zones: place.zones,
        workspaces: place.workspaces,
        token_header: place.token_header,
        insecure_tls: section.boolean("insecure_tls", notes).unwrap_or(false),
        insecure,
        read_only: section.boolean("read_only", notes).unwrap_or(false),
        console_input: section.boolean("console_input", notes).unwrap_or(true),
        console_size_reports: section.boolean("console_size_reports", notes).unwrap_or(false),
        concurrency: section.count("concurrency", 1..65, notes).unwrap_or(CONCURRENCY),
        enabled: section.boolean("enabled", notes).unwrap_or(true),
    };
    Some(context)
}

fn read_platform(section: &Section<'_, '_>, context: &str, notes: &mut Notes<'_>) -> Option<Platform> {
    let names = known::ALL.map(Platform::name);
    if section.entry("platform").is_none() {
        missing(section, notes, "platform", &format!("one of: {}", names.join(", ")));
        return None;
    }
    let found = section.string("platform", "cycle", notes)?;
    let platform = known::ALL.into_iter().find(|platform| platform.name() == found.value);
    if platform.is_none() {
        notes
            .add(found.span, format!("no platform `{}` is known (context `{context}`)", found.value))
            .expected(format!("expected one of: {}", names.join(", ")))
            .nearest(found.value, &names);
    }
    platform
}

fn read_base_url(
    section: &Section<'_, '_>,
    platform: Option<Platform>,
    insecure: bool,
    notes: &mut Notes<'_>,
) -> Option<Url> {
    let Some(_) = section.entry("base_url") else {
        let known = address(platform?);
        if known.is_none() {
            let expected = "the address of the API: Quasarch publishes none, so it cannot be known";
            missing(section, notes, "base_url", expected);
        }
        return known.and_then(|known| Url::parse(known).ok());
    };
    let found = section.string("base_url", CYCLE, notes)?;
    match base_url(found.value, insecure) {
        Ok(url) => Some(url),
        Err((message, expected)) => {
            notes.add(found.span, message).expected(expected);
            None
        }
    }
}

/// Reads a base URL: http or https, a host, no credentials, plain `http` only to this machine or when asked for.
///
/// # Errors
/// What is wrong, and what was expected.
pub(super) fn base_url(text: &str, insecure: bool) -> Result<Url, (String, &'static str)> {
    const EXAMPLE: &str = "expected an address such as \"https://api.example.com\"";
    let mut url = Url::parse(text).map_err(|error| (format!("`base_url` is no URL: {error}"), EXAMPLE))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(("`base_url` is neither http nor https".into(), EXAMPLE));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err((
            "`base_url` holds credentials".into(),
            "put them into `token`, or `email` and `password`",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(("`base_url` holds a query or a fragment".into(), EXAMPLE));
    }
    if url.scheme() == "http" && !is_loopback(&url) && !insecure {
        return Err((
            "`base_url` is plain http: the credentials would cross the network readable by all".into(),
            "expected https, or `insecure = true` beside it if that is what you want",
        ));
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Notes that a context lacks a key.
pub(super) fn missing(section: &Section<'_, '_>, notes: &mut Notes<'_>, key: &str, expected: &str) {
    notes.add(section.span.clone(), format!("`{key}` is missing")).expected(format!("expected {expected}"));
}
