use super::*;

/// A length of Tight.
fn length(length: usize) -> Vec<u8> {
    let part = |shift: usize| u8::try_from(length >> shift & 0x7f).unwrap();
    match length {
        0..128 => vec![part(0)],
        128..16384 => vec![part(0) | 0x80, part(7)],
        _ => vec![part(0) | 0x80, part(7) | 0x80, u8::try_from(length >> 14).unwrap()],
    }
}

fn compressed(stream: &mut Stream, plain: &[u8]) -> Vec<u8> {
    let part = stream.part(plain);
    [length(part.len()), part].concat()
}

fn tight(width: u16, height: u16, body: &[u8]) -> Vec<u8> {
    rectangle(0, 0, width, height, 7, body)
}

#[test]
fn a_fill_is_one_colour() {
    let bytes = update(&[tight(3, 2, &[0x80, 1, 2, 3])]);
    assert_eq!(shown(3, 2, &bytes), [[0x0001_0203; 3]; 2]);
    let big = Options { byte_order: ByteOrder::Big, ..Options::default() };
    assert_eq!(shown_with(3, 2, &big, &bytes), [[0x0001_0203; 3]; 2], "its order is always the same");
}

#[test]
fn short_rows_are_not_compressed() {
    let bytes = update(&[tight(3, 1, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9])]);
    assert_eq!(shown(3, 1, &bytes), [[0x0001_0203, 0x0004_0506, 0x0007_0809]]);
}

#[test]
fn each_stream_goes_on_until_it_is_reset() {
    let plain: Vec<u8> = (0..48).collect();
    let pixels: Vec<u32> =
        plain.as_chunks::<3>().0.iter().map(|it| u32::from_be_bytes([0, it[0], it[1], it[2]])).collect();
    let mut first = Stream::new();
    let mut fourth = Stream::new();
    let rectangles = [
        [vec![0x00], compressed(&mut first, &plain)].concat(),
        [vec![0x30], compressed(&mut fourth, &plain)].concat(),
        [vec![0x00], compressed(&mut first, &plain)].concat(),
        // The first stream anew, and the fourth goes on behind a filter that copies.
        [vec![0x01], compressed(&mut Stream::new(), &plain)].concat(),
        [vec![0x70, 0], compressed(&mut fourth, &plain)].concat(),
    ];
    for count in 1..=rectangles.len() {
        let bytes = update(&rectangles[..count].iter().map(|body| tight(4, 4, body)).collect::<Vec<_>>());
        assert_eq!(shown(4, 4, &bytes).concat(), pixels, "{count} rectangles");
    }
}

#[test]
fn two_colours_take_a_bit_each() {
    let mut body = vec![0x50, 1, 1, 10, 10, 10, 20, 20, 20];
    body.extend([0b0100_0000, 0b1000_0000, 0b0000_0001, 0b0000_0000]);
    let rows = shown(9, 2, &update(&[tight(9, 2, &body)]));
    let (zero, one) = (0x000a_0a0a, 0x0014_1414);
    assert_eq!(rows[0], [zero, one, zero, zero, zero, zero, zero, zero, one]);
    assert_eq!(rows[1], [zero, zero, zero, zero, zero, zero, zero, one, zero]);
    // And compressed: 12 rows of a byte.
    let mut body = vec![0x50, 1, 1, 10, 10, 10, 20, 20, 20];
    body.extend(compressed(&mut Stream::new(), &[0b1000_0000; 12]));
    assert_eq!(shown(2, 12, &update(&[tight(2, 12, &body)])), [[one, zero]; 12]);
}

#[test]
fn more_colours_take_a_byte_each() {
    let mut body = vec![0x60, 1, 2, 0, 0, 1, 0, 0, 2, 0, 0, 3];
    let numbers: Vec<u8> = (0..16).map(|at| at % 3).collect();
    body.extend(compressed(&mut Stream::new(), &numbers));
    let rows = shown(4, 4, &update(&[tight(4, 4, &body)]));
    assert_eq!(rows.concat(), numbers.iter().map(|it| u32::from(*it) + 1).collect::<Vec<_>>());
    let one_colour = [&[0x40, 1, 0, 7, 7, 7][..], &[0, 0]].concat();
    assert_eq!(shown(3, 2, &update(&[tight(3, 2, &one_colour)])), [[0x0007_0707; 3]; 2]);
}

#[test]
fn a_gradient_is_what_its_neighbours_do_not_foresee() {
    let (width, height) = (5, 4);
    // Channels that wrap around and that are clamped.
    let sample = |x: i32, y: i32, channel: i32| ((x * 70 + y * 90 + channel * 40) ^ (x * y * 13)) & 0xff;
    let at = |x: i32, y: i32, channel| if x < 0 || y < 0 { 0 } else { sample(x, y, channel) };
    let mut plain = Vec::new();
    let mut expected = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let mut color = [0u8; 4];
            for channel in 0..3 {
                let foreseen =
                    (at(x - 1, y, channel) + at(x, y - 1, channel) - at(x - 1, y - 1, channel)).clamp(0, 255);
                let value = sample(x, y, channel);
                plain.push(u8::try_from((value - foreseen) & 0xff).unwrap());
                color[usize::try_from(channel).unwrap() + 1] = u8::try_from(value).unwrap();
            }
            expected.push(u32::from_be_bytes(color));
        }
    }
    let mut body = vec![0x40, 2];
    body.extend(compressed(&mut Stream::new(), &plain));
    assert_eq!(shown(5, 4, &update(&[tight(5, 4, &body)])).concat(), expected);
}

#[test]
fn lengths_take_up_to_three_bytes() {
    // Noise does not become shorter.
    let mut state = 1u32;
    let mut noise = |count: usize| -> Vec<u8> {
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        };
        (0..count).map(|_| next()).collect()
    };
    let mut client = running(100, 100);
    for (width, height) in [(6, 2), (20, 10), (100, 100)] {
        let plain = noise(usize::from(width) * usize::from(height) * 3);
        let body = [vec![0x01], compressed(&mut Stream::new(), &plain)].concat();
        client.feed(&update(&[tight(width, height, &body)])).unwrap();
        let shown: Vec<u8> = (0..height)
            .flat_map(|y| client.framebuffer().row(y)[..width.into()].to_vec())
            .flat_map(|pixel| pixel.to_be_bytes()[1..].to_vec())
            .collect();
        assert!(shown == plain, "{width}x{height}");
    }
}

#[test]
fn what_was_not_asked_for_is_an_error() {
    let error = |body: &[u8]| failure(4, 4, &update(&[tight(4, 4, body)]));
    assert!(error(&[0x90, 1, 0]).contains("a picture with losses, which was not asked for"));
    assert!(error(&[0xa0]).contains("10 is no kind of rectangle of Tight"));
    assert!(error(&[0x40, 3]).contains("3 is no filter of Tight"));
}
