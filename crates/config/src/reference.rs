//! Every key of the file with what it takes and means: the parser's lists of known keys, and the text of the reference.

use super::platform::{Absent, CredentialShape, PlatformSpec, Setting, Takes, Value};

/// A key of the file.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// As it is written.
    pub name: &'static str,
    /// The values it takes.
    pub takes: &'static str,
    /// The value without it; empty where it must be given.
    pub default: &'static str,
    /// Its meaning, in a sentence.
    pub help: &'static str,
}

const fn key(name: &'static str, takes: &'static str, default: &'static str, help: &'static str) -> Key {
    Key { name, takes, default, help }
}

/// The keys at the top of the file.
pub const SETTINGS: [Key; 20] = [
    key(
        "refresh",
        "a duration, `1s` to `1h`",
        "`\"5s\"`",
        "Time between two listings of the kind in view where the platform does not push its changes.",
    ),
    key(
        "sample_every",
        "a duration, `1s` to `1h`",
        "`\"5s\"`",
        "Time between two samples of each instance on the screen.",
    ),
    key(
        "slow_others",
        "1 to 100",
        "`4`",
        "How many times less often the kinds that are not in view are listed. One that comes into view is listed at once if \
         it is older than `refresh`.",
    ),
    key(
        "slow_away",
        "1 to 100",
        "`6`",
        "How many times less often everything is listed and sampled while you are away; with a key, or when the terminal has \
         the focus again, what is old is read at once. `1` makes no difference.",
    ),
    key(
        "away_after",
        "a duration, `1m` to `24h`",
        "`\"10m\"`",
        "Without a key for this long you are away, or one minute after the terminal has lost the focus.",
    ),
    key(
        "theme",
        "`\"dark\"`, `\"light\"`, `\"harbour\"`, `\"contrast\"` or `\"mono\"`",
        "`\"dark\"` or `\"light\"`, as the terminal's background is",
        "The colours. `T` switches between the themes; what it chose is kept and comes before this. `NO_COLOR` turns \
         colours off.",
    ),
    key(
        "mouse",
        "true or false",
        "`true`",
        "A click selects, the wheel scrolls. Turn it off to select text without Shift.",
    ),
    key("ascii", "true or false", "`false`", "Draw with ASCII characters only."),
    key(
        "log_buffer",
        "a size, `64KiB` to `4GiB`",
        "`\"32MiB\"`",
        "How much of a log is kept for each source. A marker shows where older lines were dropped.",
    ),
    key(
        "console_history",
        "a size, `1MiB` to `4GiB`",
        "`\"64MiB\"`",
        "The scrollback of all consoles together. The console that was looked at longest ago loses its oldest lines first.",
    ),
    key(
        "console_fonts",
        "a list of files",
        "`[]`",
        "PSF fonts, plain or gzipped, by which the text of a VNC screen is recognised, beside those that come with the program. A relative one starts beside the configuration.",
    ),
    key(
        "listing_rows",
        "1000 to 10000000",
        "`500000`",
        "The most rows that one listing of a context brings. The table's border shows when there were more.",
    ),
    key("listing_pages", "100 to 10000000", "`100000`", "The most pages that are read for one listing."),
    key(
        "listing_size",
        "a size, `1MiB` to `64GiB`",
        "`\"2GiB\"`",
        "The most bytes that are read for one listing.",
    ),
    key(
        "recordings",
        "a directory",
        "`recordings` in the state directory",
        "Where recordings of consoles are written. A relative one starts beside the configuration.",
    ),
    key(
        "recording_format",
        "`\"asciicast-v3\"` or `\"asciicast-v2\"`",
        "`\"asciicast-v3\"`",
        "The format of recordings. Version 2 is read by asciinema before 3.0, too.",
    ),
    key(
        "pictures",
        "`\"auto\"`, `\"kitty\"`, `\"sixel\"`, `\"iterm2\"` or `\"cells\"`",
        "`\"auto\"`",
        "How screens of pixels are drawn: as images in one of three protocols, or as cells with block characters. `auto` is \
         the best one that the terminal is found to have; in tmux and screen it is cells.",
    ),
    key("read_only", "true or false", "`false`", "Change nothing through any context."),
    key("keys", "tables", "none", "Key bindings of your own: see [keys](keys.md)."),
    key(
        "contexts",
        "tables",
        "none",
        "One table for each account, `[contexts.NAME]`. A name has lower-case letters, digits and dashes, at most 32.",
    ),
];

/// The keys that every context has.
pub const CONTEXT: [Key; 13] = [
    key("platform", "the name of a platform", "", "Which platform the account is on."),
    key("base_url", "a URL", "the public one", "The API's address. Some platforms publish none: see below."),
    key("read_only", "true or false", "`false`", "Change nothing through this context."),
    key(
        "protected",
        "true or false",
        "`false`",
        "Confirm every change one level more strictly: what takes `y` elsewhere takes the action's own letter here, and \
         what takes that letter takes the typed name. `--confirm NAME` does so on the command line.",
    ),
    key(
        "color",
        "`\"red\"`, `\"green\"`, `\"yellow\"`, `\"blue\"`, `\"magenta\"`, `\"cyan\"`, `\"white\"` or `\"gray\"`",
        "none",
        "The colour that frames every form and confirmation of this context.",
    ),
    key(
        "console_encoding",
        "`\"utf-8\"`, `\"cp437\"` or `\"latin-1\"`",
        "`\"utf-8\"`",
        "The text of its consoles, both ways: `cp437` for boot loaders and firmware menus. A console can be switched by \
         itself.",
    ),
    key("ssh", "a table", "none", "The user, jump hosts and options of its SSH sessions: see below."),
    key(
        "enabled",
        "true or false",
        "`true`",
        "Whether it is connected at the start; `--context NAME` connects it all the same.",
    ),
    key("concurrency", "1 to 64", "`8`", "Requests at once."),
    key(
        "requests_per_second",
        "1 to 1000",
        "`50`",
        "Requests a second in the long run, logs and samples included. Ten seconds' worth may come at once.",
    ),
    key(
        "answer_timeout",
        "a duration from 1s to 5m",
        "`10s`",
        "Time to wait for the first byte of an answer. A read that takes longer has failed and is tried again later.",
    ),
    key(
        "insecure",
        "true or false",
        "`false`",
        "Allow plain `http://` to other hosts than this machine. Credentials then cross the network unencrypted.",
    ),
    key(
        "insecure_tls",
        "true or false",
        "`false`",
        "Accept the server's certificate without verifying it, as appliances with one of their own need. Anybody between you and the server can then read and change everything.",
    ),
];

/// The keys of a context's table `ssh`.
pub const SSH: [Key; 4] = [
    key("user", "a word", "the one that the platform names, or your own", "The user to sign in as."),
    key(
        "jump",
        "`[user@]host[:port]`, several with commas",
        "none",
        "Hosts to go through, as `ssh -J` takes them.",
    ),
    key(
        "options",
        "a list of options",
        "none",
        "Options as in `ssh_config`, a name and a value each: `\"ServerAliveInterval=15\"`. They come before your own \
         configuration.",
    ),
    key(
        "rules",
        "tables",
        "none",
        "Settings for the instances with a label: `[[contexts.NAME.ssh.rules]]`. Each one that matches applies, later \
         ones over earlier ones.",
    ),
];

/// The keys of a rule in a context's table `ssh`.
pub const SSH_RULE: [Key; 4] = [
    key("label", "`LABEL` or `LABEL=VALUE`", "", "The label of the instances it is for."),
    key("user", "a word", "the context's", "The user to sign in as."),
    key("jump", "as above", "the context's", "Hosts to go through; `\"\"` goes directly."),
    key("options", "a list of options", "none", "Options that come before those of the context."),
];

/// The names of these keys.
pub fn names(keys: &[Key]) -> Vec<&'static str> {
    keys.iter().map(|key| key.name).collect()
}

/// The keys that the contexts of these platforms have, each once.
pub(super) fn known_keys(platforms: &[&'static PlatformSpec]) -> Vec<&'static str> {
    let common = names(&CONTEXT);
    // The platform and its address first, as in a file.
    let (first, rest) = common.split_at(2);
    let credentials = platforms.iter().flat_map(|spec| spec.credential_keys()).map(|key| key.name);
    let settings = platforms.iter().flat_map(|spec| spec.settings).map(|setting| setting.name);
    let mut known = first.to_vec();
    for key in credentials.chain(settings).chain(rest.iter().copied()) {
        if !known.contains(&key) {
            known.push(key);
        }
    }
    known
}

/// The reference of the whole file as Markdown: the top, what every context has, and a part for each platform.
pub fn markdown(platforms: &[&'static PlatformSpec]) -> String {
    let mut text = format!(
        "## At the top\n\n{}\n## In every context\n\n{}\n### In `ssh` of a context\n\n{}\n### In a rule of `ssh`\n\n{}",
        table(&SETTINGS),
        table(&CONTEXT),
        table(&SSH),
        table(&SSH_RULE)
    );
    for spec in platforms {
        text.push_str(&section(spec));
    }
    text
}

const HEAD: &str = "| key | takes | without it | what it means |\n|---|---|---|---|\n";

fn row(name: &str, takes: &str, default: &str, help: &str) -> String {
    format!("| `{name}` | {takes} | {default} | {help} |\n")
}

fn table(keys: &[Key]) -> String {
    let rows = keys.iter().map(|key| {
        let default = if key.default.is_empty() { "required" } else { key.default };
        row(key.name, key.takes, default, key.help)
    });
    HEAD.to_owned() + &rows.collect::<String>()
}

/// The keys that a platform's contexts have of their own.
fn section(spec: &PlatformSpec) -> String {
    let (name, title) = (spec.platform.name(), spec.platform.title());
    let mut text = format!("\n## {title}: `platform = \"{name}\"`\n\n{HEAD}");
    let address = spec.address.default.map_or_else(|| "required".to_owned(), |it| format!("`\"{it}\"`"));
    text.push_str(&row("base_url", "a URL", &address, spec.address.help));
    text.push_str(&credentials(spec.credentials));
    for setting in spec.settings {
        text.push_str(&row(setting.name, &takes(setting), &absent(setting), setting.help));
    }
    let discovery = spec.discovery.map_or("nothing is found, write a context.", |it| it.help);
    text + "\nWithout a file: " + discovery + "\n"
}

/// The rows of the credentials. What holds without a way of signing in is any other way.
fn credentials(shapes: &[CredentialShape]) -> String {
    let mut rows = String::new();
    for (at, shape) in shapes.iter().enumerate() {
        let others = shapes.iter().enumerate().filter(|(other, _)| *other != at);
        let others: Vec<String> = others.map(|(_, other)| key_names(*other)).collect();
        let without = if others.is_empty() { "required".to_owned() } else { others.join(", or ") };
        for key in shape.keys() {
            let takes = if key.is_secret { "a reference to a secret" } else { "an e-mail address" };
            rows.push_str(&row(key.name, takes, &without, key.help));
        }
    }
    rows
}

/// The keys of a way of signing in: `` `email` and `password` ``.
fn key_names(shape: CredentialShape) -> String {
    let names: Vec<String> = shape.keys().iter().map(|key| format!("`{}`", key.name)).collect();
    names.join(" and ")
}

fn takes(setting: &Setting) -> String {
    match setting.takes {
        Takes::Text { form, .. } => form.to_owned(),
        Takes::Choice(choices) => {
            let choices: Vec<String> = choices.iter().map(|it| format!("`\"{it}\"`")).collect();
            match choices.split_last() {
                Some((last, [])) => last.clone(),
                Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
                None => String::new(),
            }
        }
        Takes::Number { .. } => "a whole number".to_owned(),
        Takes::Numbers { .. } => "a list of whole numbers".to_owned(),
        Takes::Words { what, .. } => format!("a list of {what}"),
        Takes::Switch { .. } => "true or false".to_owned(),
    }
}

fn absent(setting: &Setting) -> String {
    match (setting.absent, setting.takes.default()) {
        (Absent::Mistake(_), _) => "required".to_owned(),
        (Absent::Means(words), _) => words.to_owned(),
        (Absent::Default, Some(Value::Text(text))) => format!("`\"{text}\"`"),
        (Absent::Default, Some(Value::Switch(on))) => format!("`{on}`"),
        (Absent::Default, _) => "none".to_owned(),
    }
}
