//! What holds for any bytes.
