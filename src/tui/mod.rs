//! The terminal user interface.
//!
//! Keys become [`Command`]s, commands change state and ask for [`Effect`]s, effects come back as events; drawing is a
//! pure function of state. The screen knows no platform: it draws whatever the fleet reports.

pub mod app;
mod browser;
pub mod command;
mod curl;
pub mod draw;
pub mod effect;
mod frame_clock;
mod input;
pub mod keymap;
pub mod layer;
mod look;
pub mod overlays;
pub mod pane;
mod perform;
mod run;
#[cfg(test)]
pub(crate) mod sample;
pub mod terminal;
pub mod theme;
pub mod ui;
pub mod ui_state;
pub mod views;
pub mod widgets;
pub mod writes;

pub use app::Options;
pub use command::{Command, KeyContext};
pub use effect::Effect;
pub use look::{Look, Theme};
pub use run::{Leaving, run};
pub use theme::Depth;
