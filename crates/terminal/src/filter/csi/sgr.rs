//! Select Graphic Rendition in the forms that vt100 does not parse.

use super::Params;
use crate::filter::Filter;

impl Filter {
    /// Rewrites colons into semicolons, handles conceal here, leaves out underline colours, and makes every underline a
    /// plain one.
    pub(super) fn rendition(&mut self, params: &Params) {
        let mut out = String::from("\x1b[");
        let mut groups = params.groups();
        let mut first = true;
        while let Some(group) = groups.next() {
            let mut code = String::new();
            match group {
                [8] => self.modes.concealed = true,
                [28] => self.modes.concealed = false,
                [0] => {
                    self.modes.concealed = false;
                    code.push('0');
                }
                [4, 0] => code.push_str("24"),
                [4, _] | [21] => code.push('4'),
                [target @ (38 | 48), 5, index, ..] => code = format!("{target};5;{index}"),
                // With a colour space between, which may be left empty, and without.
                [target @ (38 | 48), 2, _, r, g, b, ..] | [target @ (38 | 48), 2, r, g, b] => {
                    code = format!("{target};2;{r};{g};{b}");
                }
                [target @ (38 | 48 | 58)] => {
                    let numbers = match groups.next() {
                        Some([2]) => 3,
                        Some([5]) => 1,
                        _ => break,
                    };
                    let values: Vec<u16> = groups.by_ref().take(numbers).map(|group| group[0]).collect();
                    if values.len() < numbers {
                        break;
                    }
                    match (*target, &values[..]) {
                        (58, _) => {}
                        (_, [index]) => code = format!("{target};5;{index}"),
                        (_, values) => {
                            code = format!("{target};2;{};{};{}", values[0], values[1], values[2]);
                        }
                    }
                }
                [single] => code = format!("{single}"),
                _ => {}
            }
            if !code.is_empty() {
                if !first {
                    out.push(';');
                }
                out.push_str(&code);
                first = false;
            }
        }
        // An empty list would be a reset.
        if !first {
            out.push('m');
            self.forward(out.as_bytes());
        }
    }
}
