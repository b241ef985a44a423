//! ElasticBox as the rest of the program knows it.

use std::sync::Arc;

use super::ElasticBox;
use super::endpoints::ENDPOINTS;
use crate::Registration;
use qdeck_model::Platform;

/// The platform's handle.
pub const PLATFORM: Platform = Platform::new("elasticbox", "ElasticBox");

/// What the registry holds of ElasticBox.
pub static REGISTRATION: Registration = Registration {
    platform: PLATFORM,
    open: |context| Ok(Arc::new(ElasticBox::new(context)?)),
    endpoints: ENDPOINTS,
};
