//! The shape of the pointer, which the server leaves to the client to draw.

/// The shape of the pointer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CursorImage {
    /// Width in pixels; 0 where the pointer is hidden.
    pub width: u16,
    /// Height in pixels; 0 where the pointer is hidden.
    pub height: u16,
    /// The pixel of the shape that points: from its left edge and its upper one.
    pub hotspot: (u16, u16),
    /// The pixels row by row, each `0xAARRGGBB`, not multiplied with their opacity; 0 is transparent.
    pub pixels: Vec<u32>,
}
