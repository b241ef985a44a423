//! One string of a TOML file that another program keeps. The file is read when the string is used, and what is wrong
//! with it is reported without its text.

use std::path::Path;

use toml::{Table, Value};

/// The largest file of credentials that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 1 << 20;

/// Reads the text of a file.
///
/// # Errors
/// The file and the line where it is not valid TOML.
pub fn parse(text: &str, path: &Path) -> Result<Table, String> {
    text.parse::<Table>().map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
        format!("{} is not valid TOML: line {line}", path.display())
    })
}

/// A key of a table; upper and lower case are the same where no key matches exactly.
pub fn get<'t>(table: &'t Table, key: &str) -> Option<&'t Value> {
    table.get(key).or_else(|| {
        let mut entries = table.iter();
        entries.find_map(|(name, value)| name.eq_ignore_ascii_case(key).then_some(value))
    })
}

/// The string at the end of a path. In a list of tables a word of the path is a table's `name`.
pub fn walk<'t>(document: &'t Table, path: &[String]) -> Option<&'t str> {
    let (first, rest) = path.split_first()?;
    let mut value = get(document, first)?;
    for word in rest {
        value = match value {
            Value::Table(table) => get(table, word)?,
            Value::Array(list) => list.iter().find(|one| has_name(one, word))?,
            _ => return None,
        };
    }
    value.as_str()
}

fn has_name(value: &Value, name: &str) -> bool {
    let table = value.as_table();
    let called = table.and_then(|table| get(table, "name")).and_then(Value::as_str);
    called == Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "DefaultAccount = 'b'\n[[Accounts]]\nName = 'a'\nSecret = 'one'\n[[accounts_]]\n\
                        [own]\nSECRET = 'three'\nsecret = 'four'\n";

    #[test]
    fn a_path_leads_through_tables_and_named_ones_in_lists() {
        let document = parse(FILE, Path::new("x.toml")).expect("good");
        let at = |path: &str| {
            let path: Vec<String> = path.split('.').map(str::to_owned).collect();
            walk(&document, &path)
        };
        assert_eq!(at("accounts.a.secret"), Some("one"));
        assert_eq!(at("own.secret"), Some("four"), "an exact match goes first");
        assert_eq!(at("own.Secret"), Some("three"));
        assert_eq!(at("accounts.b.secret"), None);
        assert_eq!(at("accounts.a"), None, "a table is no string");
        assert_eq!(at("defaultaccount.a"), None);
        assert_eq!(walk(&document, &[]), None);
    }

    #[test]
    fn a_broken_file_is_reported_by_its_line_alone() {
        let report = parse("a = 1\nsecret = 'hunter2\n", Path::new("x.toml")).expect_err("broken");
        assert_eq!(report, "x.toml is not valid TOML: line 2");
    }
}
