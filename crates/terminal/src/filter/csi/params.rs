//! The parts of a CSI sequence.

/// The most parameters read from one CSI.
const MAX_PARAMETERS: usize = 32;

/// The numbers of a CSI. A number left out reads as zero.
#[derive(Debug, Clone, Copy)]
pub(in crate::filter) struct Params {
    values: [u16; MAX_PARAMETERS],
    /// Whether a value follows a colon, and so belongs to the one before.
    sub: [bool; MAX_PARAMETERS],
    len: usize,
}

impl Params {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut params = Self { values: [0; MAX_PARAMETERS], sub: [false; MAX_PARAMETERS], len: 1 };
        for byte in bytes {
            match byte {
                b'0'..=b'9' => {
                    let value = &mut params.values[params.len - 1];
                    *value = value.saturating_mul(10).saturating_add(u16::from(byte - b'0'));
                }
                b';' | b':' if params.len < MAX_PARAMETERS => {
                    params.sub[params.len] = *byte == b':';
                    params.len += 1;
                }
                b';' | b':' => break,
                _ => return None,
            }
        }
        Some(params)
    }

    /// The number at a place, zero if left out.
    pub fn get(&self, place: usize) -> u16 {
        self.values[..self.len].get(place).copied().unwrap_or(0)
    }

    /// The number at a place where zero means one.
    pub fn count(&self, place: usize) -> u16 {
        self.get(place).max(1)
    }

    /// All numbers.
    pub fn values(&self) -> &[u16] {
        &self.values[..self.len]
    }

    /// The parameters one by one, each with its sub-parameters.
    pub fn groups(&self) -> impl Iterator<Item = &[u16]> {
        let mut at = 0;
        std::iter::from_fn(move || {
            (at < self.len).then(|| {
                let start = at;
                at += 1;
                while at < self.len && self.sub[at] {
                    at += 1;
                }
                &self.values[start..at]
            })
        })
    }
}

/// A whole `CSI` sequence.
#[derive(Debug, Clone, Copy)]
pub(in crate::filter) struct Csi<'a> {
    /// `<`, `=`, `>` or `?`.
    pub private: Option<u8>,
    pub params: Params,
    pub intermediates: &'a [u8],
    pub action: u8,
}

impl<'a> Csi<'a> {
    /// Parses the bytes between `CSI` and the last one; `None` if they are malformed.
    pub fn parse(body: &'a [u8], action: u8) -> Option<Self> {
        let (private, rest) = match body.split_first() {
            Some((first @ 0x3c..=0x3f, rest)) => (Some(*first), rest),
            _ => (None, body),
        };
        let numbers = rest.iter().take_while(|byte| **byte >= 0x30).count();
        let (numbers, intermediates) = rest.split_at(numbers);
        if intermediates.iter().any(|byte| *byte >= 0x30) {
            return None;
        }
        Some(Self { private, params: Params::parse(numbers)?, intermediates, action })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_csi_is_parsed() {
        let csi = Csi::parse(b"?1;2:3;$", b'p').unwrap();
        assert_eq!(csi.private, Some(b'?'));
        assert_eq!(csi.intermediates, b"$");
        let groups: Vec<Vec<u16>> = csi.params.groups().map(<[u16]>::to_vec).collect();
        assert_eq!(groups, [vec![1], vec![2, 3], vec![0]]);
        assert_eq!(csi.params.count(3), 1);
        assert!(Csi::parse(b"1?2", b'h').is_none());
        assert!(Csi::parse(b"$1", b'h').is_none());
    }

    #[test]
    fn numbers_saturate_and_parameters_are_bounded() {
        let many = ";".repeat(100);
        let csi = Csi::parse(many.as_bytes(), b'm').unwrap();
        assert_eq!(csi.params.values().len(), MAX_PARAMETERS);
        assert_eq!(Csi::parse(b"99999999", b'A').unwrap().params.get(0), u16::MAX);
    }
}
