//! Keys as X11 keysyms, and as the codes of a keyboard's positions.

/// A key by its X11 number: a character of Latin-1 is its own, other characters are `0x0100_0000` and their code point,
/// and the rest has numbers from `0xff00` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Keysym(pub u32);
