//! The parts of a CSI sequence.

/// The most parameters kept of one CSI; further ones are dropped.
const MAX_PARAMETERS: usize = 32;

/// A whole CSI sequence.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Csi<'a> {
    /// One of `<`, `=`, `>`, `?`.
    pub private: Option<u8>,
    pub params: &'a Params,
    pub intermediates: &'a [u8],
    pub action: u8,
}

/// The numbers of a CSI. A number left out reads as zero; a larger one than 65,535 as that.
#[derive(Debug, Clone)]
pub(crate) struct Params {
    values: [u16; MAX_PARAMETERS],
    /// Whether a value follows a colon, and so belongs to the one before.
    sub: [bool; MAX_PARAMETERS],
    len: usize,
    /// No byte of a parameter was read yet.
    is_new: bool,
    /// The first number has a digit.
    has_digit: bool,
    /// There are more than are kept.
    is_full: bool,
}

impl Params {
    pub fn new() -> Self {
        let (values, sub) = ([0; MAX_PARAMETERS], [false; MAX_PARAMETERS]);
        Self { values, sub, len: 1, is_new: true, has_digit: false, is_full: false }
    }

    pub fn clear(&mut self) {
        self.values[0] = 0;
        self.len = 1;
        self.is_new = true;
        self.has_digit = false;
        self.is_full = false;
    }

    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// Whether a zero is written as the first number.
    pub fn is_zero(&self) -> bool {
        self.values[0] == 0 && self.has_digit
    }

    pub fn digit(&mut self, digit: u8) {
        self.is_new = false;
        self.has_digit |= self.len == 1;
        if !self.is_full {
            let value = &mut self.values[self.len - 1];
            *value = value.saturating_mul(10).saturating_add(u16::from(digit));
        }
    }

    pub fn next(&mut self, sub: bool) {
        self.is_new = false;
        if self.len == MAX_PARAMETERS {
            self.is_full = true;
        } else {
            self.values[self.len] = 0;
            self.sub[self.len] = sub;
            self.len += 1;
        }
    }

    /// The number at a place, zero if left out.
    pub fn get(&self, place: usize) -> u16 {
        self.values().get(place).copied().unwrap_or(0)
    }

    /// The number at a place where zero means one.
    pub fn count(&self, place: usize) -> usize {
        usize::from(self.get(place).max(1))
    }

    /// All numbers.
    pub fn values(&self) -> &[u16] {
        &self.values[..self.len]
    }

    /// Whether a colon joins two of the numbers.
    pub fn has_groups(&self) -> bool {
        self.sub[1..self.len].contains(&true)
    }

    /// The numbers in groups: one, and those that colons add to it.
    pub fn groups(&self) -> impl Iterator<Item = &[u16]> {
        let mut start = 0;
        std::iter::from_fn(move || {
            if start >= self.len {
                return None;
            }
            let end = (start + 1..self.len).find(|place| !self.sub[*place]).unwrap_or(self.len);
            let group = &self.values[start..end];
            start = end;
            Some(group)
        })
    }
}
