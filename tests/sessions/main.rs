//! The built binary as a person uses it: in a terminal, with keys, signals and a network that fails.
//!
//! No test sleeps: each waits for what it expects, with a deadline.
#![cfg(all(unix, feature = "demo"))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop where something is not as it must be"
)]

mod actions;
mod burst;
mod changes;
mod cloud;
mod colors;
mod commands;
mod consoles;
mod consoles_alone;
mod copying;
mod credentials;
mod dangers;
mod deck;
mod endless;
mod gate;
mod guests;
mod hanging;
mod headless;
mod leaving;
mod lives;
mod logs;
#[cfg(feature = "system-tests")]
mod minted;
mod mouse;
mod network;
mod panes;
mod picture;
mod platforms;
mod recording;
mod screenshots;
mod secrets;
mod terminal;
mod tiles;
#[cfg(feature = "system-tests")]
mod tools;
mod ways;
mod wrong_input;
