//! Exoscale's ids: UUIDs that lead back to a kind and a number without a table.

/// The kind of thing that an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Thing {
    Zone,
    Instance,
    InstanceType,
    Template,
    Operation,
    Snapshot,
    SecurityGroup,
    Rule,
    ElasticIp,
    AntiAffinityGroup,
    DeployTarget,
    PrivateNetwork,
    Volume,
    SshKey,
    Pool,
    Organization,
    Role,
    Request,
    VolumeSnapshot,
}

/// The id of a thing: a version 4 UUID in form.
pub(super) fn id(thing: Thing, index: u32) -> String {
    let kind = thing as u32 + 1;
    let mixed = index.wrapping_mul(0x9e37_79b9) ^ kind.wrapping_mul(0x85eb_ca6b);
    format!("{mixed:08x}-e0{kind:02x}-4c05-8a1e-0000{index:08x}")
}

/// The number behind an id, when it names a thing of that kind.
pub(super) fn index(thing: Thing, text: &str) -> Option<u32> {
    let index = u32::from_str_radix(text.get(28..)?, 16).ok()?;
    (text == id(thing, index)).then_some(index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faces::kit::is_uuid;

    #[test]
    fn an_id_leads_back_to_its_kind_and_number() {
        let text = id(Thing::Instance, 70_000);
        assert!(is_uuid(&text), "{text}");
        assert_eq!(index(Thing::Instance, &text), Some(70_000));
        assert_eq!(index(Thing::Template, &text), None);
        for odd in ["", "nonsense", "ééééééééééééééééé", &text[..35]] {
            assert_eq!(index(Thing::Instance, odd), None);
            assert!(!is_uuid(odd));
        }
    }
}
