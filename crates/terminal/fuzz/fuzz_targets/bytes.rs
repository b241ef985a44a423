#![no_main]

#[path = "../../tests/fuzz/mod.rs"]
#[expect(dead_code, reason = "each target uses its own")]
mod fuzz;

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::bytes(data));
