//! Sanitising of remote text before it reaches the user's own terminal.

/// The longest title kept, in characters.
const MAX_TITLE_CHARS: usize = 256;
/// The longest text accepted for the clipboard, in bytes.
const MAX_CLIPBOARD_BYTES: usize = 256 * 1024;

/// Whether a character is visible and harmless: not a control, and nothing that reorders text or hides in it.
///
/// Combining marks are visible. Joiners and variation selectors are not: they make the outer terminal draw several cells
/// as one, which shifts every column after them.
pub(super) fn is_visible(c: char) -> bool {
    !(c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'))
}

/// Sanitises a title to one line.
pub(super) fn title(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .chars()
        .filter(|c| is_visible(*c))
        .take(MAX_TITLE_CHARS)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Sanitises a text for the clipboard: lines and tabs are kept, other invisible characters left out. `None` if it is not
/// UTF-8, too long, or empty.
pub(super) fn clipboard(bytes: &[u8]) -> Option<String> {
    if bytes.len() > MAX_CLIPBOARD_BYTES {
        return None;
    }
    let text: String = std::str::from_utf8(bytes)
        .ok()?
        .chars()
        .filter(|c| is_visible(*c) || matches!(c, '\n' | '\t'))
        .collect();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_lose_invisible_characters() {
        assert_eq!(title("a\u{1b}[31m\u{202e}b\u{7}é\n".as_bytes()), "a[31mbé");
        assert_eq!(title(&[b'x'; 5000]).len(), MAX_TITLE_CHARS);
    }

    #[test]
    fn the_clipboard_accepts_text_only() {
        assert_eq!(clipboard(b"a\tb\r\nc\x1b[0m"), Some("a\tb\nc[0m".to_owned()));
        assert_eq!(clipboard(&[0xff, 0xfe]), None);
        assert_eq!(clipboard(&vec![b'x'; MAX_CLIPBOARD_BYTES + 1]), None);
        assert_eq!(clipboard(b"\x01"), None);
    }
}
