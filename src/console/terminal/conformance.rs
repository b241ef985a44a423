//! Bytes against the screen that a real terminal shows for them.
