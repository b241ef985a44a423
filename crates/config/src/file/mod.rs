//! The text of the file to contexts and settings, with every mistake it holds.

mod credentials;
pub(crate) mod keys;
pub(crate) mod mistake;
pub(crate) mod section;
pub(crate) mod settings;
mod ssh;

use std::path::Path;

use toml::de::{DeTable, DeValue};
use url::{Host, Url};

use crate::context::{
    ANSWER_TIMEOUT_RANGE, ConsoleEncoding, Context, DEFAULT_ANSWER_TIMEOUT, DEFAULT_CONCURRENCY,
    DEFAULT_REQUESTS_PER_SECOND,
};
use crate::platform::{PlatformSpec, read_settings};
use crate::reference::known_keys;
use credentials::{check_secret, expected, read_credentials};
use keys::KeyCheck;
use mistake::{Mistakes, Notes};
use qdeck_model::{ContextColor, ContextName};
use section::{Located, Section, missing, note_unknown, type_word};
use settings::Settings;
use ssh::read_ssh;

/// Reads the text of a configuration file. `path` is named in mistakes, and its folder is where relative paths of
/// secrets start. `platforms` are those that a context can belong to.
///
/// # Errors
/// Every mistake of the text, from its top.
pub fn parse(
    text: &str,
    path: &Path,
    platforms: &[&'static PlatformSpec],
) -> Result<(Settings, Vec<Context>), Mistakes> {
    parse_with_keys(text, path, platforms, |_| Vec::new())
}

/// The same with a check of the key bindings.
///
/// # Errors
/// Every mistake of the text, from its top.
pub fn parse_with_keys(
    text: &str,
    path: &Path,
    platforms: &[&'static PlatformSpec],
    check_keys: KeyCheck,
) -> Result<(Settings, Vec<Context>), Mistakes> {
    let mut notes = Notes::new(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let span = error.span().unwrap_or(0..0);
        // The parser's message may span lines; a report has one line for it.
        let message = error.message().trim().replace('\n', "; ");
        notes.add(span, message);
    }
    // After broken syntax the rest is guesswork, and false mistakes would bury the real one.
    let duplicates_only = errors.iter().all(|error| error.message().starts_with("duplicate"));
    let mut settings = Settings::default();
    let mut contexts = Vec::new();
    if duplicates_only {
        let top = Section::new(document.get_ref(), 0..0);
        settings = Settings::read(&top, path, check_keys, &mut notes);
        if let Some(section) = top.table("contexts", &mut notes) {
            let reader = Reader { path, platforms };
            contexts = reader.contexts(&section, &mut notes);
        }
    }
    if notes.is_empty() {
        return Ok((settings, contexts));
    }
    Err(Mistakes { path: path.to_owned(), list: notes.into_list() })
}

/// Reads contexts.
struct Reader<'a> {
    /// The file, beside which relative paths start.
    path: &'a Path,
    platforms: &'a [&'static PlatformSpec],
}

impl Reader<'_> {
    fn contexts(&self, section: &Section<'_, '_>, notes: &mut Notes<'_>) -> Vec<Context> {
        let mut contexts = Vec::new();
        for (name, value) in section.entries() {
            if !is_name(name.value) {
                notes
                    .add(name.span.clone(), format!("`{}` is not a valid context name", name.value))
                    .expected(
                        "expected lower-case letters, digits and dashes, at most 32, such as `cycle-prod`",
                    );
            }
            let DeValue::Table(table) = value.get_ref() else {
                notes
                    .add(value.span(), format!("the context is {}", type_word(value.get_ref())))
                    .expected("expected a table: [contexts.NAME]");
                continue;
            };
            contexts.extend(self.context(&name, &Section::new(table, name.span.clone()), notes));
        }
        contexts
    }

    fn context(
        &self,
        name: &Located<&str>,
        section: &Section<'_, '_>,
        notes: &mut Notes<'_>,
    ) -> Option<Context> {
        let spec = self.platform(section, name.value, notes);
        self.check_keys(section, spec, notes);
        let insecure = section.boolean("insecure", notes).unwrap_or(false);
        let base_url = read_base_url(section, spec, insecure, notes);
        let credentials = spec.map(|spec| read_credentials(section, spec, self.path, notes));
        let settings = spec.map(|spec| read_settings(section, spec.settings, notes));
        let insecure_tls = section.boolean("insecure_tls", notes);
        let read_only = section.boolean("read_only", notes);
        let protected = section.boolean("protected", notes);
        let color = read_color(section, notes);
        let console_encoding = read_encoding(section, notes);
        let ssh = read_ssh(section, notes);
        let concurrency = section.count("concurrency", 1..65, notes);
        let requests_per_second = section.count("requests_per_second", 1..1_001, notes);
        let answer_timeout = section.duration("answer_timeout", ANSWER_TIMEOUT_RANGE, notes);
        let enabled = section.boolean("enabled", notes);
        // Only here, where every mistake of the section is noted.
        Some(Context {
            name: ContextName::new(name.value),
            spec: spec?,
            base_url: base_url?,
            credentials: credentials??,
            settings: settings?,
            insecure_tls: insecure_tls.unwrap_or(false),
            insecure,
            read_only: read_only.unwrap_or(false),
            protected: protected.unwrap_or(false),
            color,
            console_encoding,
            ssh,
            concurrency: concurrency.unwrap_or(DEFAULT_CONCURRENCY),
            requests_per_second: requests_per_second
                .and_then(|found| u32::try_from(found).ok())
                .unwrap_or(DEFAULT_REQUESTS_PER_SECOND),
            answer_timeout: answer_timeout.unwrap_or(DEFAULT_ANSWER_TIMEOUT),
            enabled: enabled.unwrap_or(true),
        })
    }

    fn platform(
        &self,
        section: &Section<'_, '_>,
        context: &str,
        notes: &mut Notes<'_>,
    ) -> Option<&'static PlatformSpec> {
        let names: Vec<&str> = self.platforms.iter().map(|spec| spec.platform.name()).collect();
        let expected = format!("one of: {}", names.join(", "));
        if section.entry("platform").is_none() {
            missing(section, notes, "platform", &expected);
            return None;
        }
        let found = section.string("platform", names.first().copied().unwrap_or_default(), notes)?;
        let spec = self.platforms.iter().copied().find(|spec| spec.platform.name() == found.value);
        if spec.is_none() {
            notes
                .add(found.span, format!("no platform `{}` (context `{context}`)", found.value))
                .expected(format!("expected {expected}"))
                .nearest(found.value, &names);
        }
        spec
    }

    /// Notes keys that no context has, and keys of other platforms than the context's own.
    fn check_keys(
        &self,
        section: &Section<'_, '_>,
        spec: Option<&'static PlatformSpec>,
        notes: &mut Notes<'_>,
    ) {
        let all = known_keys(self.platforms);
        let own = spec.map_or_else(|| all.clone(), |spec| known_keys(&[spec]));
        for (key, _) in section.entries() {
            match spec {
                Some(spec) if all.contains(&key.value) && !own.contains(&key.value) => {
                    self.note_foreign(&key, spec, notes);
                }
                _ => note_unknown(&key, &own, "a context", notes),
            }
        }
        if spec.is_none() {
            // Whatever the platform is, a wrong reference to a secret is a mistake.
            let keys = self.platforms.iter().flat_map(|spec| spec.credential_keys());
            let mut secrets: Vec<&str> = keys.filter(|key| key.is_secret).map(|key| key.name).collect();
            secrets.sort_unstable();
            secrets.dedup();
            for key in secrets {
                check_secret(section, key, self.path, notes);
            }
        }
    }

    /// Notes a key that other platforms have.
    fn note_foreign(&self, key: &Located<&str>, spec: &PlatformSpec, notes: &mut Notes<'_>) {
        let (platform, name) = (spec.platform, key.value);
        let owners = self.platforms.iter().filter(|it| it.setting(name).is_some());
        let owners: Vec<&str> = owners.map(|it| it.platform.name()).collect();
        if owners.is_empty() {
            notes
                .add_secret(key.span.clone(), format!("{platform} does not sign in with `{name}`"))
                .expected(format!("expected {}", expected(spec)));
        } else {
            notes
                .add(key.span.clone(), format!("{platform} has no setting `{name}`"))
                .expected(format!("`{name}` is a setting of {}", owners.join(" and ")));
        }
    }
}

/// Reads the colour of a context.
fn read_color(section: &Section<'_, '_>, notes: &mut Notes<'_>) -> Option<ContextColor> {
    let found = section.string("color", ContextColor::Red.name(), notes)?;
    let color = ContextColor::parse(found.value);
    if color.is_none() {
        let names = ContextColor::ALL.map(ContextColor::name);
        notes
            .add(found.span, format!("`color` cannot be `{}`", found.value))
            .expected(format!("expected one of: {}", names.join(", ")))
            .nearest(found.value, &names);
    }
    color
}

/// Reads the encoding of a context's consoles.
fn read_encoding(section: &Section<'_, '_>, notes: &mut Notes<'_>) -> ConsoleEncoding {
    let Some(found) = section.string("console_encoding", ConsoleEncoding::Cp437.name(), notes) else {
        return ConsoleEncoding::default();
    };
    let encoding = ConsoleEncoding::ALL.into_iter().find(|encoding| encoding.name() == found.value);
    if encoding.is_none() {
        let names = ConsoleEncoding::ALL.map(ConsoleEncoding::name);
        notes
            .add(found.span, format!("`console_encoding` cannot be `{}`", found.value))
            .expected(format!("expected one of: {}", names.join(", ")))
            .nearest(found.value, &names);
    }
    encoding.unwrap_or_default()
}

/// `[a-z0-9][a-z0-9-]*`, at most 32: names are typed in filters and on the command line, and shown in a column.
pub fn is_name(name: &str) -> bool {
    name.len() <= 32
        && name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn read_base_url(
    section: &Section<'_, '_>,
    spec: Option<&PlatformSpec>,
    insecure: bool,
    notes: &mut Notes<'_>,
) -> Option<Url> {
    if section.entry("base_url").is_none() {
        let spec = spec?;
        let known = spec.default_address();
        if known.is_none() {
            let expected = format!("the address of the API: {}", spec.address.help.trim_end_matches('.'));
            missing(section, notes, "base_url", &expected);
        }
        return known;
    }
    let found = section.string("base_url", "https://api.example.com", notes)?;
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
/// A message with what is wrong, and one with what was expected.
pub(crate) fn base_url(text: &str, insecure: bool) -> Result<Url, (String, &'static str)> {
    const EXAMPLE: &str = "expected an address such as \"https://api.example.com\"";
    let mut url = Url::parse(text).map_err(|error| (format!("`base_url` is not a URL: {error}"), EXAMPLE))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(("`base_url` is neither http nor https".into(), EXAMPLE));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err((
            "`base_url` contains credentials".into(),
            "move them to the keys that refer to a secret",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(("`base_url` has a query or a fragment".into(), EXAMPLE));
    }
    if url.scheme() == "http" && !is_loopback(&url) && !insecure {
        return Err((
            "`base_url` is plain http: the credentials would cross the network unencrypted".into(),
            "use https, or add `insecure = true` to allow it",
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
