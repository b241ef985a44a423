//! Parts that the wire types and the mappers of all platforms share. No requests, and no platform by name.

pub(crate) mod accelerator;
pub(crate) mod facts;
pub(crate) mod interner;
pub(crate) mod lenient;
