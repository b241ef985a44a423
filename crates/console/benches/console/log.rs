//! The flood's bytes.

use std::fmt::Write;

use bytes::Bytes;

/// Parts of one MiB and a little: coloured log lines, numbered.
pub fn parts(count: usize) -> Vec<Bytes> {
    (0..count).map(part).collect()
}

/// The part of this number.
pub fn part(number: usize) -> Bytes {
    let mut text = String::with_capacity(1024 * 1024 + 256);
    let mut n = 0;
    while text.len() < 1024 * 1024 {
        let (colour, took) = (31 + n % 6, n % 1000);
        let _ = write!(
            text,
            "\x1b[2m{number:>4}.{n:<6}\x1b[m \x1b[{colour}mINFO\x1b[m request \x1b[1mdone\x1b[m in {took} ms\r\n"
        );
        n += 1;
    }
    text.into()
}
