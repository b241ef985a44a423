//! Exoscale as the rest of the program knows it.

use std::sync::Arc;

use super::Exoscale;
use super::endpoints::ENDPOINTS;
use crate::Registration;
use qdeck_model::Platform;

/// The platform's handle.
pub const PLATFORM: Platform = Platform::new("exoscale", "Exoscale");

/// What the registry holds of Exoscale.
pub static REGISTRATION: Registration = Registration {
    platform: PLATFORM,
    open: |context| Ok(Arc::new(Exoscale::new(context)?)),
    endpoints: ENDPOINTS,
};
