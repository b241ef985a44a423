//! The screen of a machine by VNC, without I/O: the pixels, and what changed of them.

pub mod draw;
mod framebuffer;

pub use framebuffer::{BLOCK, Framebuffer, Generation, Region};
