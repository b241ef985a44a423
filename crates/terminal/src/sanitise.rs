//! What of a remote side's text may reach the user's own terminal.

/// Longest title kept, in characters.
const TITLE_LENGTH: usize = 256;
/// Longest text taken from the guest's clipboard request, in bytes.
const CLIPBOARD_LENGTH: usize = 256 * 1024;

/// Whether a character only shows something: no control, nothing that reorders text or hides in it.
///
/// Combining marks show. Joiners and variation selectors do not pass: they make the outer terminal draw several cells
/// as one, and every column after them is off.
pub(super) fn shows(c: char) -> bool {
    !(c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'))
}

/// A title on one line.
pub(super) fn title(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .chars()
        .filter(|c| shows(*c))
        .take(TITLE_LENGTH)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// A text for the clipboard: lines and tabs kept, all else that does not show left out. `None` if it is not text, too
/// long, or empty.
pub(super) fn clipboard(bytes: &[u8]) -> Option<String> {
    if bytes.len() > CLIPBOARD_LENGTH {
        return None;
    }
    let text: String =
        std::str::from_utf8(bytes).ok()?.chars().filter(|c| shows(*c) || matches!(c, '\n' | '\t')).collect();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_lose_what_does_not_show() {
        assert_eq!(title("a\u{1b}[31m\u{202e}b\u{7}é\n".as_bytes()), "a[31mbé");
        assert_eq!(title(&[b'x'; 5000]).len(), TITLE_LENGTH);
    }

    #[test]
    fn the_clipboard_takes_text_only() {
        assert_eq!(clipboard(b"a\tb\r\nc\x1b[0m"), Some("a\tb\nc[0m".to_owned()));
        assert_eq!(clipboard(&[0xff, 0xfe]), None);
        assert_eq!(clipboard(&vec![b'x'; CLIPBOARD_LENGTH + 1]), None);
        assert_eq!(clipboard(b"\x01"), None);
    }
}
