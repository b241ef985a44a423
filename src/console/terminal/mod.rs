//! Text consoles.
