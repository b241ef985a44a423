//! Quasarch as the rest of the program knows it.

use std::sync::Arc;

use super::Quasarch;
use super::endpoints::ENDPOINTS;
use crate::Registration;
use qdeck_model::Platform;

/// The platform's handle.
pub const PLATFORM: Platform = Platform::new("quasarch", "Quasarch");

/// What the registry holds of Quasarch.
pub static REGISTRATION: Registration = Registration {
    platform: PLATFORM,
    open: |context| Ok(Arc::new(Quasarch::new(context)?)),
    endpoints: ENDPOINTS,
};
