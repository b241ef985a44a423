//! `CSI` sequences: forwarded, translated, or answered.

mod params;
mod sgr;

use super::Filter;
pub(super) use params::{Csi, Params};

/// The longest sequence forwarded without being parsed.
const MAX_PASSTHROUGH_BYTES: usize = 64;

/// The length of the sequence at the start of `bytes`, if it is whole and vt100 handles it correctly. While text is
/// `concealed` every rendition is parsed, to find the one that ends it.
pub(super) fn passthrough_length(bytes: &[u8], concealed: bool) -> Option<usize> {
    if bytes.get(1) != Some(&b'[') {
        return None;
    }
    let mut number = 0_u16;
    for (place, byte) in bytes.iter().enumerate().take(MAX_PASSTHROUGH_BYTES).skip(2) {
        match byte {
            b'0'..=b'9' => number = number.saturating_mul(10).saturating_add(u16::from(byte - b'0')),
            // Conceal is handled in front of vt100; double underline and underline colour are rewritten.
            b';' | b'm' if matches!(number, 8 | 21 | 28 | 58) => return None,
            b'm' if concealed => return None,
            b';' => number = 0,
            b'A'..=b'C' | b'E'..=b'H' | b'J'..=b'M' | b'P' | b'X' | b'@' | b'f' | b'm' => {
                return Some(place + 1);
            }
            _ => return None,
        }
    }
    None
}

impl Filter {
    /// Handles a sequence; `after` is the rest of this feed.
    pub(super) fn csi(&mut self, csi: &Csi<'_>, after: &[u8]) {
        match (csi.private, csi.intermediates) {
            (None, []) => self.csi_plain(csi),
            (Some(b'?'), []) => self.csi_private(csi, after),
            (Some(b'>'), []) => match csi.action {
                b'c' if csi.params.get(0) == 0 => self.secondary_attributes(),
                b'q' if csi.params.get(0) == 0 => self.version(),
                _ => {}
            },
            (Some(b'='), []) if csi.action == b'c' && csi.params.get(0) == 0 => {
                self.reply(format_args!("\x1bP!|00000000\x1b\\"));
            }
            (None, b"!") if csi.action == b'p' => self.soft_reset(),
            (None, b" ") if csi.action == b'q' => self.inject(format_args!("\x1b[{} q", csi.params.get(0))),
            (private, b"$") if csi.action == b'p' => self.report_mode(private, csi.params.get(0)),
            (None, b"*") if csi.action == b'y' => self.checksum(&csi.params),
            _ => {}
        }
    }

    fn csi_plain(&mut self, csi: &Csi<'_>) {
        let params = &csi.params;
        match csi.action {
            b'm' => self.rendition(params),
            b'h' | b'l' => self.ansi_modes(params, csi.action == b'h'),
            b'r' => self.set_margins(params.get(0), params.get(1)),
            b's' => self.save_cursor(),
            b'u' => self.restore_cursor(),
            b'a' => self.inject(format_args!("\x1b[{}C", params.count(0))), // HPR
            b'e' => self.inject(format_args!("\x1b[{}B", params.count(0))), // VPR
            b'j' | b'D' => self.cursor_left(params.count(0)),
            b'k' => self.inject(format_args!("\x1b[{}A", params.count(0))),
            b'd' => {
                // vt100's VPA ignores the origin mode, its CUP does not.
                let column = self.column() + 1;
                self.inject(format_args!("\x1b[{};{column}H", params.count(0)));
            }
            b'b' => {
                // More repeats than cells show nothing more, and cost time.
                let cells = u32::from(self.rows()) * u32::from(self.columns());
                self.inject(format_args!("\x1b[{}b", u32::from(params.count(0)).min(cells)));
            }
            b'I' => {
                let column = self.tabs.right(self.column(), params.count(0), self.columns());
                self.inject(format_args!("\x1b[{}G", column + 1));
            }
            b'Z' => {
                let column = self.tabs.left(self.column(), params.count(0));
                self.inject(format_args!("\x1b[{}G", column + 1));
            }
            b'g' => match params.get(0) {
                0 => {
                    let column = self.column();
                    self.tabs.clear(column, self.columns());
                }
                3 => self.tabs.clear_all(self.columns()),
                _ => {}
            },
            b'W' if params.get(0) == 5 => self.tabs.reset(), // DECST8C without its `?`, as the Linux console has it
            b'c' if params.get(0) == 0 => self.device_attributes(),
            b'n' => self.status_report(params.get(0), false),
            b't' => self.window(params),
            b'A'..=b'C' | b'E'..=b'H' | b'J'..=b'M' | b'P' | b'S' | b'T' | b'X' | b'@' | b'`' | b'f' => {
                self.forward_csi(csi);
            }
            _ => {}
        }
    }

    fn csi_private(&mut self, csi: &Csi<'_>, after: &[u8]) {
        let params = &csi.params;
        match csi.action {
            b'h' | b'l' => {
                for mode in params.values() {
                    self.private_mode(*mode, csi.action == b'h', after);
                }
            }
            b's' => self.save_modes(params.values()),
            b'r' => self.restore_modes(params.values()),
            b'J' | b'K' => self.inject(format_args!("\x1b[{}{}", params.get(0), char::from(csi.action))),
            b'n' => self.status_report(params.get(0), true),
            b'W' if params.get(0) == 5 => self.tabs.reset(),
            _ => {}
        }
    }

    /// Forwards a parsed sequence: it was cut, or not simple enough for the fast path.
    fn forward_csi(&mut self, csi: &Csi<'_>) {
        let (first, second) = (csi.params.get(0), csi.params.get(1));
        self.inject(format_args!("\x1b[{first};{second}{}", char::from(csi.action)));
    }

    /// CUB. vt100 would start behind the last column while a wrap is pending.
    fn cursor_left(&mut self, count: u16) {
        if self.wrap_pending() {
            self.inject(format_args!("\x1b[{}G", self.columns()));
        }
        self.inject(format_args!("\x1b[{count}D"));
    }

    /// DECSTBM, with the rows from one. vt100 homes the cursor to the top margin, a real terminal does so in origin mode
    /// only.
    fn set_margins(&mut self, top: u16, bottom: u16) {
        let rows = self.rows();
        let top = top.max(1);
        let bottom = if bottom == 0 { rows } else { bottom.min(rows) };
        if top >= bottom {
            return;
        }
        self.modes.margins = (top > 1 || bottom < rows).then_some((top, bottom));
        self.inject(format_args!("\x1b[{top};{bottom}r\x1b[H"));
    }
}
