//! What a person sees and presses.
//!
//! Keys become [`Intent`]s, intents change state and ask for [`Effect`]s, effects come back as events; drawing is a
//! pure function of state. The screen knows no platform: it draws whatever the fleet tells.

mod effect;
pub mod filter;
mod intent;
mod look;
mod view;
pub mod views;
pub mod widgets;

pub use effect::{DocumentForm, Effect};
pub use intent::{Intent, Place};
pub use look::{Look, Theme};
pub use view::View;
