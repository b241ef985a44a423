//! Links in the text of a console: those that the guest marked as such (OSC 8), and web addresses that it printed.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::rows::{glyph_at, glyphs};
use crate::console::{Line, Place, TextScreen};
use crate::model::Secret;
use crate::tui::effect::Address;

/// The longest address that is opened, in bytes, as the longest link of a guest.
const MAX_ADDRESS_BYTES: usize = 2048;

/// A web address as it may stand in a text, with the punctuation behind it.
static WEB_ADDRESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i)\bhttps?://[^\s\p{C}<>"`{}|\\^]+"#).ok());

/// The web address at a place of the text. The link that the guest made there counts before the text that it shows.
///
/// # Errors
/// Why there is nothing to open.
pub(super) fn web_address_at(text: &dyn TextScreen, place: Place) -> Result<Address, String> {
    let line = text.line(place.line).unwrap_or_default();
    let place = Place { column: first_column(&line, place.column), ..place };
    let found = match text.link_at(place) {
        Some(uri) => uri.to_string(),
        None => printed_at(&line, place.column).ok_or("no link under the cursor")?.to_owned(),
    };
    if found.len() > MAX_ADDRESS_BYTES {
        return Err(format!("the link has more than {MAX_ADDRESS_BYTES} bytes: it is not opened"));
    }
    // Parsed, it holds neither blanks nor letters that look like others in its host.
    let url = Url::parse(&found).map_err(|error| format!("not a web address: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("a link to {}: only http and https are opened", url.scheme()));
    }
    Ok(Address(Secret::new(url.to_string())))
}

/// The first column of the character in a column.
fn first_column(line: &Line, column: u32) -> u32 {
    let glyphs = glyphs(line);
    glyphs.get(glyph_at(&glyphs, column)).map_or(column, |glyph| glyph.columns.start)
}

/// The web address in a line's text that covers a column.
fn printed_at(line: &Line, column: u32) -> Option<&str> {
    WEB_ADDRESS.as_ref()?.find_iter(&line.text).find_map(|found| {
        let address = without_punctuation(found.as_str());
        let columns = line.column_of(found.start())..line.column_of(found.start() + address.len());
        columns.contains(&column).then_some(address)
    })
}

/// An address without what ends the sentence or the brackets around it.
fn without_punctuation(mut address: &str) -> &str {
    while let Some(last) = address.chars().next_back() {
        let count = |c| address.matches(c).count();
        let is_around = match last {
            ')' => count(')') > count('('),
            ']' => count(']') > count('['),
            last => ".,;:!?'*".contains(last),
        };
        if !is_around {
            break;
        }
        address = &address[..address.len() - last.len_utf8()];
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str, column: u32) -> Option<&str> {
        let line = Line { text: text.to_owned(), is_prompt: false };
        printed_at(&line, column).map(|found| &text[text.find(found).unwrap()..][..found.len()])
    }

    #[test]
    fn an_address_ends_where_its_sentence_or_its_brackets_do() {
        for (text, expected) in [
            ("see https://a.example/x.", "https://a.example/x"),
            ("(https://a.example/x)", "https://a.example/x"),
            ("https://a.example/x_(y)", "https://a.example/x_(y)"),
            ("[https://a.example/], and", "https://a.example/"),
            ("'http://a.example:80/?q=1&r=2#top'", "http://a.example:80/?q=1&r=2#top"),
            ("<HTTPS://A.example/>", "HTTPS://A.example/"),
            ("http://[::1]:8080/", "http://[::1]:8080/"),
            ("日本 https://a.example/日本 word", "https://a.example/日本"),
        ] {
            let line = Line { text: text.to_owned(), is_prompt: false };
            let start = line.column_of(text.find(expected).unwrap());
            let end = line.column_of(text.find(expected).unwrap() + expected.len());
            for column in [start, end - 1] {
                assert_eq!(printed(text, column), Some(expected), "{text} at {column}");
            }
            assert_eq!(printed(text, end), None, "{text} behind it");
            assert!(start == 0 || printed(text, start - 1).is_none(), "{text} before it");
        }
        assert_eq!(printed("ftp://a.example xhttp://b.example", 20), None);
    }
}
