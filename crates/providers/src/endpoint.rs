//! The use of the endpoints that a platform's documents name.

/// The use of an endpoint of a platform's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It is read; where its answer is shown.
    Reads(&'static str),
    /// It is called to change something; the name of the action.
    Writes(&'static str),
    /// It is not used, and why.
    Not(&'static str),
}

/// An endpoint that a platform's documents name, or that is read beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint {
    /// `GET`, `POST`, `WS`.
    pub method: &'static str,
    /// The path below the base URL, `{}` around what varies.
    pub path: &'static str,
    /// Its use.
    pub used: Use,
}

impl Endpoint {
    /// One that is asked with `method`.
    pub(super) const fn new(method: &'static str, path: &'static str, used: Use) -> Self {
        Self { method, path, used }
    }

    /// One that is read with `GET`; `shown` is where.
    pub(super) const fn read(path: &'static str, shown: &'static str) -> Self {
        Self::new("GET", path, Use::Reads(shown))
    }

    /// One that changes something; the action that calls it.
    pub(super) const fn write(method: &'static str, path: &'static str, action: &'static str) -> Self {
        Self::new(method, path, Use::Writes(action))
    }

    /// One that is not used, and why.
    pub(super) const fn unused(method: &'static str, path: &'static str, why: &'static str) -> Self {
        Self::new(method, path, Use::Not(why))
    }
}
