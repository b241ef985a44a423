//! Quarterdeck: one terminal from which an operator commands compute on several cloud platforms.
//!
//! The rooms, from the ground up; a room uses those below it and never one above. `docs/architecture.md` tells how
//! data walks through them.

pub mod model; // the vocabulary: resources, states, samples, log lines, ids

pub mod config; // the configuration file, contexts, secrets by reference
pub mod net; // the one door to the network: HTTP, event streams, websockets

pub mod console; // sessions on a remote screen
pub mod providers; // one folder a platform, behind one trait

pub mod fleet; // the live state of everything, without any screen

pub mod tui; // what a person sees and presses

pub mod cli; // one file a subcommand

#[cfg(feature = "demo")]
pub mod demo; // the embedded cloud; written from the APIs' documents, apart from `providers`
