use proptest::prelude::*;

use super::*;

/// Bytes that often are the start of something.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let encoding = prop_oneof![
        Just(0),
        Just(1),
        Just(2),
        Just(5),
        Just(6),
        Just(7),
        Just(15),
        Just(16),
        Just(-223),
        Just(-224),
        Just(-239),
        Just(-258),
        Just(-261),
        Just(-307),
        Just(-308),
        Just(-314),
        any::<i32>(),
    ];
    let side = prop_oneof![0u16..80, any::<u16>()];
    let body = prop::collection::vec(prop_oneof![Just(0u8), Just(1), Just(8), any::<u8>()], 0..200);
    let deflated = prop::collection::vec(prop_oneof![Just(0u8), Just(1), Just(130), any::<u8>()], 0..300)
        .prop_map(|plain| Stream::new().part_with_length(&plain));
    let body = prop_oneof![body, deflated];
    let part = (side.clone(), side.clone(), side.clone(), side, encoding, body).prop_map(
        |(x, y, width, height, encoding, body)| rectangle(x % 70, y % 70, width, height, encoding, &body),
    );
    prop_oneof![
        4 => prop::collection::vec(part, 0..4).prop_map(|parts| update(&parts)),
        1 => prop::collection::vec(any::<u8>(), 0..64),
        1 => (any::<u32>(), prop::collection::vec(any::<u8>(), 0..40))
            .prop_map(|(length, body)| [&[3, 0, 0, 0][..], &length.to_be_bytes(), &body].concat()),
        1 => (any::<u32>(), 0u8..70).prop_map(|(flags, length)| {
            [&[248, 0, 0, 0][..], &flags.to_be_bytes(), &[length], &vec![7; length.into()]].concat()
        }),
        1 => Just(vec![150]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 200 } else { 5000 }))]

    #[test]
    fn whatever_a_server_sends_is_taken_or_refused(
        messages in prop::collection::vec(message(), 0..12),
        cuts in prop::collection::vec(1usize..50, 1..20),
    ) {
        let bytes = messages.concat();
        let mut whole = running(70, 70);
        let outcome = whole.feed(&bytes);
        prop_assert!(whole.session.output.len() <= 2 * bytes.len() + 64);

        let mut cut = running(70, 70);
        let mut rest = &bytes[..];
        let mut cut_outcome = Ok(());
        for length in cuts.iter().cycle() {
            if rest.is_empty() || cut_outcome.is_err() {
                break;
            }
            let (part, after) = rest.split_at((*length).min(rest.len()));
            cut_outcome = cut.feed(part);
            prop_assert!(cut.input.capacity() <= 4 * bytes.len() + (2 << 20));
            rest = after;
        }
        // Of data that is damaged later on, more is drawn when it comes in pieces.
        prop_assert!(outcome.is_err() || rows(&whole) == rows(&cut));
        prop_assert_eq!(outcome, cut_outcome);
        prop_assert_eq!(whole.take_output(), cut.take_output());
    }

    #[test]
    fn whatever_begins_a_connection_is_taken_or_refused(
        bytes in prop::collection::vec(any::<u8>(), 0..100),
        cut in 0usize..40,
    ) {
        for start in [&b""[..], b"RFB 003.003\n", b"RFB 003.007\n", b"RFB 003.008\n\x01\x01\0\0\0\0"] {
            let all = [start, &bytes].concat();
            let mut whole = Client::new(Options::default());
            let outcome = whole.feed(&all);
            let mut halves = Client::new(Options::default());
            let (first, second) = all.split_at(cut.min(all.len()));
            let halved = halves.feed(first).and_then(|()| halves.feed(second));
            // That error shows as many bytes as there were.
            let not_vnc = |outcome| matches!(outcome, &Err(ProtocolError::NotVnc(_)));
            if !not_vnc(&outcome) || !not_vnc(&halved) {
                prop_assert_eq!(&outcome, &halved);
            }
            prop_assert_eq!(whole.take_output(), halves.take_output());
        }
    }
}
