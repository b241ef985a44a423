//! The security type `VNC password` (RFC 6143, 7.2.2).

use des::Des;
use des::cipher::{Array, BlockCipherEncrypt, KeyInit};

/// Bytes of a challenge and of its answer.
const CHALLENGE_BYTES: usize = 16;
/// Bytes of a key; longer passwords are cut, shorter ones filled with zeros.
const KEY_BYTES: usize = 8;

/// The answer to a challenge: both halves of it encrypted with the password. The bits of each byte of the key are in the
/// order of the first implementation, least significant first.
pub(super) fn answer(password: &str, challenge: [u8; CHALLENGE_BYTES]) -> [u8; CHALLENGE_BYTES] {
    let mut key = zeroize::Zeroizing::new([0; KEY_BYTES]);
    for (to, byte) in key.iter_mut().zip(password.bytes()) {
        *to = byte.reverse_bits();
    }
    let cipher = Des::new(&Array(*key));
    let mut answer = challenge;
    for half in answer.as_chunks_mut::<KEY_BYTES>().0 {
        let mut block = Array(*half);
        cipher.encrypt_block(&mut block);
        half.copy_from_slice(&block);
    }
    answer
}
