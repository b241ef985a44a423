//! Cycle as the rest of the program knows it.

use std::sync::Arc;

use super::Cycle;
use super::endpoints::ENDPOINTS;
use crate::Registration;
use qdeck_model::Platform;

/// The platform's handle.
pub const PLATFORM: Platform = Platform::new("cycle", "Cycle");

/// What the registry holds of Cycle.
pub static REGISTRATION: Registration = Registration {
    platform: PLATFORM,
    open: |context| Ok(Arc::new(Cycle::new(context)?)),
    endpoints: ENDPOINTS,
};
