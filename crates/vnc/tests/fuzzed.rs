//! What a fuzzer looks for, in bytes that are cheap to make.

mod fuzz;

#[test]
fn any_bytes_hold_what_a_fuzzer_looks_for() {
    let mut state = 7_u32;
    for number in 0_u8..240 {
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let start = [number, next()];
        let rest = (0..400).map(|_| if next() < 150 { next() % 8 } else { next() });
        fuzz::server(&start.into_iter().chain(rest.collect::<Vec<_>>()).collect::<Vec<_>>());
    }
}
