//! Cycle's ids: 24 hex digits that look like its database's, and lead back to the engine's index without a table.

/// The kind of thing that an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thing {
    Container,
    Instance,
    Server,
    Location,
    Environment,
    Job,
    Task,
    Image,
    Cluster,
    Volume,
    Account,
    Integration,
    Model,
    Node,
    Role,
    Membership,
    ShellToken,
}

/// A moment that every id of the demo carries in front.
const EPOCH: u32 = 0x6740_1d5a;

const fn tag(thing: Thing) -> u64 {
    // Any spread of bits will do, as long as no two kinds share one.
    (thing as u64 + 1).wrapping_mul(0x9e_3779_b97f) & 0xff_ffff_ffff
}

/// The id of a thing.
pub(crate) fn id(thing: Thing, index: u32) -> String {
    format!("{EPOCH:08x}{:010x}{:06x}", tag(thing), index & 0xff_ffff)
}

/// The index behind an id, when it names a thing of that kind.
pub(crate) fn index(thing: Thing, text: &str) -> Option<u32> {
    let tail = text.get(18..)?;
    let index = u32::from_str_radix(tail, 16).ok()?;
    (text == id(thing, index)).then_some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_back_to_its_index_and_kind() {
        let text = id(Thing::Instance, 99_999);
        assert_eq!(text.len(), 24);
        assert!(text.bytes().all(|b| b.is_ascii_hexdigit()));
        assert_eq!(index(Thing::Instance, &text), Some(99_999));
        assert_eq!(index(Thing::Container, &text), None);
        for odd in ["", "xyz", "67401d5a", "ééééééééééééé", &text[..23]] {
            assert_eq!(index(Thing::Instance, odd), None);
        }
    }
}
