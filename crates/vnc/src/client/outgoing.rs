//! The messages of the client (RFC 6143, 7.5, and rfbproto), as bytes.

use crate::{ByteOrder, Keysym, Region};

/// `SetPixelFormat`.
pub(super) fn set_pixel_format(output: &mut Vec<u8>, order: ByteOrder) {
    output.extend_from_slice(&[0; 4]);
    output.extend_from_slice(&order.pixel_format());
}

/// `SetEncodings`.
pub(super) fn set_encodings(output: &mut Vec<u8>, encodings: &[i32]) {
    // There are some thirty encodings in all.
    let count = u16::try_from(encodings.len()).unwrap_or(u16::MAX);
    output.extend_from_slice(&[2, 0]);
    output.extend_from_slice(&count.to_be_bytes());
    for encoding in &encodings[..count.into()] {
        output.extend_from_slice(&encoding.to_be_bytes());
    }
}

/// `FramebufferUpdateRequest`.
pub(super) fn update_request(output: &mut Vec<u8>, incremental: bool, region: Region) {
    output.extend_from_slice(&[3, u8::from(incremental)]);
    push_region(output, region);
}

/// `KeyEvent`.
pub(super) fn key(output: &mut Vec<u8>, keysym: Keysym, down: bool) {
    output.extend_from_slice(&[4, u8::from(down), 0, 0]);
    output.extend_from_slice(&keysym.0.to_be_bytes());
}

/// QEMU's `Extended Key Event`, which has the position on a keyboard too.
pub(super) fn extended_key(output: &mut Vec<u8>, keysym: Keysym, position: u8, down: bool) {
    output.extend_from_slice(&[255, 0, 0, u8::from(down)]);
    output.extend_from_slice(&keysym.0.to_be_bytes());
    output.extend_from_slice(&u32::from(position).to_be_bytes());
}

/// `PointerEvent`.
pub(super) fn pointer(output: &mut Vec<u8>, x: u16, y: u16, buttons: u8) {
    output.extend_from_slice(&[5, buttons]);
    output.extend_from_slice(&x.to_be_bytes());
    output.extend_from_slice(&y.to_be_bytes());
}

fn push_region(output: &mut Vec<u8>, region: Region) {
    for number in [region.x, region.y, region.width, region.height] {
        output.extend_from_slice(&number.to_be_bytes());
    }
}

/// `SetDesktopSize` with one screen, of which the server has this id and these flags.
pub(super) fn set_desktop_size(output: &mut Vec<u8>, size: (u16, u16), id: [u8; 4], flags: [u8; 4]) {
    let (width, height) = (size.0.to_be_bytes(), size.1.to_be_bytes());
    output.extend_from_slice(&[251, 0]);
    output.extend([width, height].concat());
    output.extend_from_slice(&[1, 0]);
    output.extend_from_slice(&id);
    output.extend_from_slice(&[0; 4]);
    output.extend([width, height].concat());
    output.extend_from_slice(&flags);
}

/// `EnableContinuousUpdates`.
pub(super) fn continuous_updates(output: &mut Vec<u8>, on: bool, region: Region) {
    output.extend_from_slice(&[150, u8::from(on)]);
    push_region(output, region);
}

/// `ClientFence`.
pub(super) fn fence(output: &mut Vec<u8>, flags: u32, payload: &[u8]) {
    output.extend_from_slice(&[248, 0, 0, 0]);
    output.extend_from_slice(&flags.to_be_bytes());
    // It is that of a fence of the server, whose length is a byte.
    output.push(u8::try_from(payload.len()).unwrap_or_default());
    output.extend_from_slice(payload);
}

/// `ClientCutText`, of Latin-1.
pub(super) fn cut_text(output: &mut Vec<u8>, latin1: &[u8]) {
    output.extend_from_slice(&[6, 0, 0, 0]);
    // Texts are bounded far below.
    output.extend_from_slice(&u32::try_from(latin1.len()).unwrap_or_default().to_be_bytes());
    output.extend_from_slice(latin1);
}

/// `ClientCutText` of the extended clipboard: its length is negative.
pub(super) fn extended_cut_text(output: &mut Vec<u8>, flags: u32, body: &[u8]) {
    output.extend_from_slice(&[6, 0, 0, 0]);
    let length = i32::try_from(body.len() + 4).unwrap_or_default();
    output.extend_from_slice(&(-length).to_be_bytes());
    output.extend_from_slice(&flags.to_be_bytes());
    output.extend_from_slice(body);
}
