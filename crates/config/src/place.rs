//! Which part of an account a context is, in the words of the one platform that has such a part: hub, project, regions,
//! zones, workspaces.

use toml::de::DeValue;

use super::context::TokenHeader;
use super::file::missing;
use super::known;
use super::mistake::Notes;
use super::section::{Section, wrong_type};
use qdeck_model::Platform;

/// Keys that one platform alone has.
const OWN: [(&str, Platform); 6] = [
    ("hub", known::CYCLE),
    ("project", known::GCORE),
    ("regions", known::GCORE),
    ("token_header", known::ELASTICBOX),
    ("workspaces", known::ELASTICBOX),
    ("zones", known::EXOSCALE),
];

/// The part of an account that a context is.
#[derive(Default)]
pub(super) struct Place {
    pub(super) hub: Option<String>,
    pub(super) project: Option<u64>,
    pub(super) regions: Vec<u64>,
    pub(super) zones: Vec<String>,
    pub(super) workspaces: Vec<String>,
    pub(super) token_header: TokenHeader,
}

/// Reads it, noting keys of other platforms.
pub(super) fn read_place(
    section: &Section<'_, '_>,
    platform: Option<Platform>,
    notes: &mut Notes<'_>,
) -> Place {
    let Some(platform) = platform else {
        return Place::default();
    };
    for (key, owner) in OWN {
        if owner != platform
            && let Some((span, _)) = section.entry(key)
        {
            notes
                .add(span, format!("`{key}` means nothing to {platform}"))
                .expected(format!("only {owner} has it"));
        }
    }
    match platform {
        known::CYCLE => Place { hub: read_hub(section, notes), ..Place::default() },
        known::GCORE => Place {
            project: read_number(section, "project", notes),
            regions: read_regions(section, notes),
            ..Place::default()
        },
        known::ELASTICBOX => Place {
            workspaces: section.words("workspaces", "operations", notes),
            token_header: read_token_header(section, notes),
            ..Place::default()
        },
        known::EXOSCALE => Place { zones: section.words("zones", "ch-gva-2", notes), ..Place::default() },
        _ => Place::default(),
    }
}

fn read_hub(section: &Section<'_, '_>, notes: &mut Notes<'_>) -> Option<String> {
    if section.entry("hub").is_none() {
        let expected = "the hub's id, 24 hexadecimal digits (Hub settings, API access)";
        missing(section, notes, "hub", expected);
        return None;
    }
    let found = section.string("hub", "651586fca6078e98982dbd90", notes)?;
    if !is_hub(found.value) {
        notes
            .add(found.span, "`hub` is no hub id")
            .expected("expected 24 hexadecimal digits such as \"651586fca6078e98982dbd90\"");
        return None;
    }
    Some(found.value.to_ascii_lowercase())
}

/// Cycle's ids are 24 hexadecimal digits.
pub(super) fn is_hub(text: &str) -> bool {
    text.len() == 24 && text.chars().all(|c| c.is_ascii_hexdigit())
}

/// A project's or a region's number.
fn read_number(section: &Section<'_, '_>, key: &str, notes: &mut Notes<'_>) -> Option<u64> {
    let (_, value) = section.entry(key)?;
    let number = whole(value.get_ref());
    if number.is_none() {
        wrong_type(notes, value.span(), key, value.get_ref(), "a whole number such as 76");
    }
    number
}

fn whole(value: &DeValue<'_>) -> Option<u64> {
    match value {
        DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
        _ => None,
    }
}

/// One number or a list of them.
fn read_regions(section: &Section<'_, '_>, notes: &mut Notes<'_>) -> Vec<u64> {
    let Some((_, value)) = section.entry("regions") else {
        return Vec::new();
    };
    let found = match value.get_ref() {
        DeValue::Array(list) => list.iter().map(|one| whole(one.get_ref())).collect(),
        one => whole(one).map(|number| vec![number]),
    };
    if found.is_none() {
        let wanted = "a list of whole numbers such as [76, 104]";
        wrong_type(notes, value.span(), "regions", value.get_ref(), wanted);
    }
    found.unwrap_or_default()
}

fn read_token_header(section: &Section<'_, '_>, notes: &mut Notes<'_>) -> TokenHeader {
    let Some(found) = section.string("token_header", "auto", notes) else {
        return TokenHeader::Auto;
    };
    match found.value {
        "auto" => TokenHeader::Auto,
        "bearer" => TokenHeader::Bearer,
        "elasticbox" => TokenHeader::ElasticBox,
        other => {
            let known = ["auto", "bearer", "elasticbox"];
            notes
                .add(found.span, format!("no token header `{other}` is known"))
                .expected(format!("expected one of: {}", known.join(", ")))
                .nearest(other, &known);
            TokenHeader::Auto
        }
    }
}
