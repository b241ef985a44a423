//! The columns that a filter can name.

/// A column by its key in `key:value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// The name.
    Name,
    /// The state, mapped or raw.
    State,
    /// The context's name.
    Context,
    /// The platform's name.
    Platform,
    /// Image or template.
    Image,
    /// Size, type, flavour.
    Size,
    /// Location, region, zone, environment.
    Location,
    /// The machine it runs on.
    Host,
    /// Addresses and endpoints.
    Address,
    /// The container's name or id.
    Container,
    /// The platform's own id.
    Id,
    /// GPU models.
    Gpu,
    /// Memory: of an accelerator, or what each instance of a container may use.
    Memory,
    /// Price of an accelerator.
    Price,
    /// What is left of the quota.
    Quota,
    /// How many resources use an accelerator.
    Used,
    /// Instances of a container that are up.
    Up,
    /// Processors each instance of a container may use.
    Cpu,
    /// What an operation changes.
    Target,
    /// Who asked for an operation.
    By,
    /// How far an operation is.
    Progress,
    /// A platform's own fact.
    Own(&'static str),
}

/// Every shared key: what is typed, further spellings, and what it looks at.
const SHARED: &[(&str, &[&str], Key)] = &[
    ("name", &[], Key::Name),
    ("state", &["status"], Key::State),
    ("ctx", &["context"], Key::Context),
    ("platform", &[], Key::Platform),
    ("image", &["template"], Key::Image),
    ("type", &["size"], Key::Size),
    ("where", &["location", "zone", "region"], Key::Location),
    ("host", &["server"], Key::Host),
    ("addr", &["address", "ip"], Key::Address),
    ("container", &[], Key::Container),
    ("id", &[], Key::Id),
    ("gpu", &["code"], Key::Gpu),
    ("memory", &["mem"], Key::Memory),
    ("cpu", &[], Key::Cpu),
    ("price", &[], Key::Price),
    ("quota", &[], Key::Quota),
    ("used", &[], Key::Used),
    ("up", &[], Key::Up),
    ("target", &[], Key::Target),
    ("by", &[], Key::By),
    ("progress", &[], Key::Progress),
];

impl Key {
    /// The key that a word names, ASCII case ignored.
    pub(super) fn read(word: &str, own: &[&'static str]) -> Option<Self> {
        let is = |name: &str| name.eq_ignore_ascii_case(word);
        SHARED
            .iter()
            .find(|(name, others, _)| is(name) || others.iter().any(|other| is(other)))
            .map(|(_, _, key)| *key)
            .or_else(|| own.iter().find(|name| is(name)).map(|name| Self::Own(name)))
    }

    /// The word to type for it.
    pub fn word(self) -> &'static str {
        if let Self::Own(name) = self {
            return name;
        }
        SHARED.iter().find(|(_, _, key)| *key == self).map_or("", |(name, _, _)| name)
    }

    /// Every shared key's word, for help and messages.
    pub fn words() -> impl Iterator<Item = &'static str> {
        SHARED.iter().map(|(name, _, _)| *name).chain(["label", "age", "re"])
    }
}
