//! Gcore as the rest of the program knows it.

use std::sync::Arc;

use super::Gcore;
use super::endpoints::ENDPOINTS;
use crate::Registration;
use qdeck_model::Platform;

/// The platform's handle.
pub const PLATFORM: Platform = Platform::new("gcore", "Gcore");

/// What the registry holds of Gcore.
pub static REGISTRATION: Registration = Registration {
    platform: PLATFORM,
    open: |context| Ok(Arc::new(Gcore::new(context)?)),
    endpoints: ENDPOINTS,
};
