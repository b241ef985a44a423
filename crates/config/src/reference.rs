//! Every key of the file with what it takes and means: the parser's list of known keys and the reference's text.

/// A key of the file.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// As it is written.
    pub name: &'static str,
    /// What it takes.
    pub takes: &'static str,
    /// What holds without it; empty where it must be there.
    pub default: &'static str,
    /// What it means, in a sentence.
    pub says: &'static str,
}

const fn key(name: &'static str, takes: &'static str, default: &'static str, says: &'static str) -> Key {
    Key { name, takes, default, says }
}

/// The keys at the top of the file.
pub const SETTINGS: [Key; 9] = [
    key(
        "refresh",
        "a duration, `1s` to `1h`",
        "`\"5s\"`",
        "Time between two listings of a kind where the platform does not push its changes.",
    ),
    key(
        "sample_every",
        "a duration, `1s` to `1h`",
        "`\"5s\"`",
        "Time between two samples of each instance on the screen.",
    ),
    key(
        "theme",
        "the name of a theme",
        "`\"dark\"`",
        "The colours. `T` goes through the themes; where `NO_COLOR` is set there are none.",
    ),
    key(
        "mouse",
        "true or false",
        "`true`",
        "A click selects, the wheel scrolls. Switched off, the terminal's own selection works without Shift.",
    ),
    key("ascii", "true or false", "`false`", "Draw without blocks, braille and dots."),
    key(
        "log_buffer",
        "a size, `64KiB` to `4GiB`",
        "`\"32MiB\"`",
        "How much of a log is kept, a source. Where older lines were dropped a marker says so.",
    ),
    key("read_only", "true or false", "`false`", "Change nothing through any context."),
    key("keys", "tables", "none", "Keys bound otherwise: see [keys](keys.md)."),
    key(
        "contexts",
        "tables",
        "none",
        "One table an account, `[contexts.NAME]`. A name has small letters, digits and dashes, at most 32.",
    ),
];

/// The keys of a context.
pub const CONTEXT: [Key; 20] = [
    key(
        "platform",
        "`\"cycle\"`, `\"quasarch\"`, `\"gcore\"`, `\"elasticbox\"` or `\"exoscale\"`",
        "",
        "Which platform the account is on.",
    ),
    key(
        "base_url",
        "a URL",
        "the public one",
        "The API's address. Quasarch publishes none, so it must be given there. Exoscale: of any zone, it tells the others.",
    ),
    key(
        "token",
        "a reference to a secret",
        "",
        "Cycle: an API key. Quasarch: a token, unless `email` and `password` are given. Gcore: a permanent API token. ElasticBox: a token. Exoscale has none.",
    ),
    key("key", "a reference to a secret", "none", "Exoscale: the API key."),
    key(
        "secret",
        "a reference to a secret",
        "none",
        "Exoscale: the secret that belongs to `key`; it signs requests and is never sent.",
    ),
    key("email", "an e-mail address", "none", "Quasarch: signs in with `password`."),
    key("password", "a reference to a secret", "none", "Quasarch: belongs to `email`."),
    key("hub", "24 hexadecimal digits", "", "Cycle: the hub's id. Other platforms have none."),
    key("project", "a whole number", "the account's default project", "Gcore: the project's id."),
    key(
        "regions",
        "a list of whole numbers",
        "every active region",
        "Gcore: the ids of the regions to show.",
    ),
    key(
        "workspaces",
        "a list of ids",
        "every workspace that is told",
        "ElasticBox: the team workspaces to show beside the personal one.",
    ),
    key(
        "token_header",
        "`\"auto\"`, `\"bearer\"` or `\"elasticbox\"`",
        "`\"auto\"`",
        "ElasticBox: which header carries the token; of itself a JSON web token is a bearer.",
    ),
    key("zones", "a list of names", "every zone", "Exoscale: the zones to show."),
    key("read_only", "true or false", "`false`", "Change nothing through this context."),
    key(
        "enabled",
        "true or false",
        "`true`",
        "Whether it is connected at the start; `--context NAME` connects it all the same.",
    ),
    key("concurrency", "1 to 64", "`8`", "Requests at once."),
    key(
        "console_input",
        "true or false",
        "`true`",
        "Send keys to a console, as binary frames. Cycle's documents say nothing of input.",
    ),
    key(
        "console_size_reports",
        "true or false",
        "`false`",
        "Tell a console its size as `CSI 8 ; rows ; columns t`. No document names a resize message.",
    ),
    key(
        "insecure",
        "true or false",
        "`false`",
        "Allow plain `http://` to other hosts than this machine. Credentials then cross the network readable by all.",
    ),
    key(
        "insecure_tls",
        "true or false",
        "`false`",
        "Take the server's certificate unverified, as appliances with one of their own need. Whoever is in between can then read and change everything.",
    ),
];

/// The names of these keys.
pub fn names(keys: &[Key]) -> Vec<&'static str> {
    keys.iter().map(|key| key.name).collect()
}
