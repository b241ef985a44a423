//! Quarterdeck: one terminal from which an operator commands compute on several cloud platforms.
//!
//! This crate is the application: the screen and the command line. Both build on crates of their own in
//! `crates/`, from the ground up; `docs/architecture.md` describes how data moves through them.

pub use qdeck_model as model; // the vocabulary: resources, states, samples, log lines, ids

pub use qdeck_config as config; // the configuration file, contexts, secrets by reference
pub use qdeck_files as files; // files that a user names: regular ones only, bounded, private
pub use qdeck_net as net; // the one door to the network: HTTP, event streams, websockets

pub use qdeck_console as console; // sessions on a remote screen
pub use qdeck_providers as providers; // one folder a platform, behind one trait
pub use qdeck_terminal as terminal; // the terminal emulator
pub use qdeck_vnc as vnc; // screens of pixels: the client, and their pictures in a terminal

pub use qdeck_table as table; // columns, filter, order and arrangement of rows, without a screen

pub use qdeck_fleet as fleet; // the live state of everything, without any screen

pub mod console_fonts; // the fonts by which the text of a machine's screen is recognised

pub mod consoles; // opens the consoles of the fleet, for the screen and the command line

pub mod tui; // the terminal user interface

pub mod leave; // the end of the program: signals, and a time limit whatever hangs

pub mod cli; // one file a subcommand

#[cfg(feature = "demo")]
pub use qdeck_demo as demo; // the embedded cloud; written from the APIs' documents, apart from `providers`
