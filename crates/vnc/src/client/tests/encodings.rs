use super::*;

const BLACK: u32 = 0;
const RED: u32 = 0x00ff_0000;
const GREEN: u32 = 0x0000_ff00;
const BLUE: u32 = 0x0000_00ff;

/// A whole pixel on the wire.
fn pixel(color: u32) -> [u8; 4] {
    color.to_le_bytes()
}

/// The three bytes of it that count.
fn short(color: u32) -> [u8; 3] {
    let [blue, green, red, _] = color.to_le_bytes();
    [blue, green, red]
}

fn number(number: u16) -> [u8; 2] {
    number.to_be_bytes()
}

#[test]
fn pixels_come_in_either_order_of_bytes() {
    let options = Options { byte_order: ByteOrder::Big, ..Options::default() };
    let mut client = Client::new(options.clone());
    client.feed(&greeting(1, 1)).unwrap();
    assert_eq!(client.take_output()[12 + 1 + 1..][..7], [0, 0, 0, 0, 32, 24, 1], "it asks for that order");
    let raw = update(&[rectangle(0, 0, 1, 1, 0, &[9, 1, 2, 3])]);
    assert_eq!(shown_with(1, 1, &options, &raw), [[0x0001_0203]]);
    let zrle = Stream::new().part_with_length(&[1, 1, 2, 3]);
    assert_eq!(shown_with(1, 1, &options, &update(&[rectangle(0, 0, 1, 1, 16, &zrle)])), [[0x0001_0203]]);
}

#[test]
fn copyrect_moves_what_is_there() {
    let raw: Vec<u8> = [RED, GREEN, BLUE, BLACK].into_iter().flat_map(pixel).collect();
    let bytes = update(&[rectangle(0, 0, 4, 1, 0, &raw), rectangle(1, 0, 3, 1, 1, &[0, 0, 0, 0])]);
    assert_eq!(shown(4, 1, &bytes), [[RED, RED, GREEN, BLUE]]);
}

#[test]
fn rre_is_rectangles_on_a_background() {
    let mut body = vec![0, 0, 0, 2];
    body.extend(pixel(BLUE));
    body.extend(pixel(RED));
    body.extend([0, 1, 0, 0, 0, 2, 0, 1]);
    body.extend(pixel(GREEN));
    body.extend([0, 0, 0, 1, 0, 1, 0, 2]);
    let expected =
        [[BLACK; 4], [BLACK, BLUE, RED, RED], [BLACK, GREEN, BLUE, BLUE], [BLACK, GREEN, BLUE, BLUE]];
    assert_eq!(shown(4, 4, &update(&[rectangle(1, 1, 3, 3, 2, &body)])), expected);
}

#[test]
fn hextile_keeps_its_colours_from_tile_to_tile() {
    let mut body = Vec::new();
    // A background and parts of the foreground.
    body.push(2 | 4 | 8);
    body.extend(pixel(BLUE));
    body.extend(pixel(RED));
    body.extend([2, 0x00, 0x00, 0x12, 0x21]);
    // The same background, parts of their own colours; four columns wide.
    body.push(8 | 16);
    body.push(1);
    body.extend(pixel(GREEN));
    body.extend([0x30, 0x0f]);
    // The second row of tiles is two rows high: all of one colour, then raw.
    body.push(0);
    body.push(1);
    body.extend((0..8).flat_map(|at| pixel(at + 1)));
    let rows = shown(20, 18, &update(&[rectangle(0, 0, 20, 18, 5, &body)]));
    let blue_but = |at: &[usize]| {
        let mut row = [BLUE; 16];
        for at in at {
            row[*at] = RED;
        }
        row
    };
    let tail = [BLUE, BLUE, BLUE, GREEN];
    assert_eq!(rows[0], [&blue_but(&[0])[..], &tail].concat());
    assert_eq!(rows[1], [&blue_but(&[])[..], &tail].concat());
    assert_eq!(rows[2], [&blue_but(&[1, 2, 3])[..], &tail].concat());
    assert_eq!(rows[3], [&blue_but(&[1, 2, 3])[..], &tail].concat());
    assert_eq!(rows[4], [&blue_but(&[])[..], &tail].concat());
    assert_eq!(rows[16], [&[BLUE; 16][..], &[1, 2, 3, 4]].concat());
    assert_eq!(rows[17], [&[BLUE; 16][..], &[5, 6, 7, 8]].concat());
}

#[test]
fn zlib_is_one_stream_over_all_rectangles() {
    let mut stream = Stream::new();
    let first: Vec<u8> = (0..6).flat_map(|at| pixel(at * 0x0001_0101)).collect();
    let second: Vec<u8> = [RED, RED, RED].into_iter().flat_map(pixel).collect();
    let bytes = update(&[
        rectangle(0, 0, 3, 2, 6, &stream.part_with_length(&first)),
        rectangle(0, 2, 3, 1, 6, &stream.part_with_length(&second)),
        rectangle(0, 0, 0, 0, 6, &[0, 0, 0, 0]),
    ]);
    let expected = [[0, 0x0001_0101, 0x0002_0202], [0x0003_0303, 0x0004_0404, 0x0005_0505], [RED; 3]];
    assert_eq!(shown(3, 3, &bytes), expected);
}

/// Each kind of tile, and the pixels that it shows, 5 wide and 2 high.
fn tiles() -> Vec<(Vec<u8>, [u32; 10])> {
    let palette = |colors: &[u32]| colors.iter().copied().flat_map(short).collect::<Vec<u8>>();
    let raw: [u32; 10] = std::array::from_fn(|at| u32::try_from(at).unwrap() * 0x0010_1010);
    let four = [RED, GREEN, BLUE, 7];
    let sixteen: Vec<u32> = (0..5).map(|at| at * 3).collect();
    vec![
        ([vec![0], palette(&raw)].concat(), raw),
        ([vec![1], palette(&[GREEN])].concat(), [GREEN; 10]),
        (
            [vec![2], palette(&[RED, BLUE]), vec![0b1010_0000, 0b0100_1000]].concat(),
            [BLUE, RED, BLUE, RED, RED, RED, BLUE, RED, RED, BLUE],
        ),
        (
            [vec![4], palette(&four), vec![0b0001_1011, 0, 0b1111_1111, 0b0100_0000]].concat(),
            [RED, GREEN, BLUE, 7, RED, 7, 7, 7, 7, GREEN],
        ),
        (
            [vec![5], palette(&sixteen), vec![0x01, 0x23, 0x40, 0x44, 0x44, 0x10]].concat(),
            [0, 3, 6, 9, 12, 12, 12, 12, 12, 3],
        ),
        (
            [vec![128], palette(&[RED]), vec![3], palette(&[GREEN]), vec![0], palette(&[BLUE]), vec![4]]
                .concat(),
            [RED, RED, RED, RED, GREEN, BLUE, BLUE, BLUE, BLUE, BLUE],
        ),
        (
            [vec![130], palette(&[RED, BLUE]), vec![0, 0x81, 6, 0, 1]].concat(),
            [RED, BLUE, BLUE, BLUE, BLUE, BLUE, BLUE, BLUE, RED, BLUE],
        ),
    ]
}

fn split(pixels: [u32; 10]) -> [Vec<u32>; 2] {
    [pixels[..5].to_vec(), pixels[5..].to_vec()]
}

#[test]
fn zrle_has_every_kind_of_tile() {
    let mut stream = Stream::new();
    for (at, (tile, pixels)) in tiles().into_iter().enumerate() {
        let body = Stream::new().part_with_length(&tile);
        assert_eq!(shown(5, 2, &update(&[rectangle(0, 0, 5, 2, 16, &body)])), split(pixels), "tile {at}");
        // And as one of several in a stream.
        assert!(!stream.part_with_length(&tile).is_empty());
    }
}

#[test]
fn zrle_is_one_stream_of_tiles_of_64_pixels() {
    let mut stream = Stream::new();
    // 70 by 66: four tiles. The run of 4096 pixels takes 16 bytes of 255 and one of 15.
    let mut plain = vec![128];
    plain.extend(short(RED));
    plain.extend([255; 16]);
    plain.push(15);
    plain.push(1);
    plain.extend(short(GREEN));
    plain.push(1);
    plain.extend(short(BLUE));
    plain.push(0);
    plain.extend((0..12).flat_map(|at| short(at + 1)));
    let first = rectangle(0, 0, 70, 66, 16, &stream.part_with_length(&plain));
    let second = rectangle(1, 0, 1, 1, 16, &stream.part_with_length(&[&[1][..], &short(9)].concat()));
    let rows = shown(70, 66, &update(&[first, second]));
    assert_eq!(rows[0][..3], [RED, 9, RED]);
    assert_eq!(rows[63][63..], [RED, GREEN, GREEN, GREEN, GREEN, GREEN, GREEN]);
    assert_eq!(rows[64][63..], [BLUE, 1, 2, 3, 4, 5, 6]);
    assert_eq!(rows[65][63..], [BLUE, 7, 8, 9, 10, 11, 12]);
}

#[test]
fn trle_uses_a_palette_again() {
    for (at, (tile, pixels)) in tiles().into_iter().enumerate() {
        assert_eq!(shown(5, 2, &update(&[rectangle(0, 0, 5, 2, 15, &tile)])), split(pixels), "tile {at}");
    }
    let mut body = vec![2];
    body.extend([short(RED), short(BLUE)].concat());
    body.extend([0xff; 32]);
    body.extend([127, 0b0000_0000]);
    body.extend([0x80; 15]);
    let rows = shown(17, 16, &update(&[rectangle(0, 0, 17, 16, 15, &body)]));
    assert_eq!(rows[0][15..], [BLUE, RED]);
    assert_eq!(rows[1][15..], [BLUE, BLUE]);
    let runs = [&[130][..], &short(RED), &short(BLUE), &[0x80, 255, 0, 129, 0x81, 15]].concat();
    let rows = shown(17, 16, &update(&[rectangle(0, 0, 17, 16, 15, &runs)]));
    assert_eq!((&rows[0][15..], &rows[15][16..]), (&[RED, BLUE][..], &[BLUE][..]));
}

#[test]
fn pixels_are_counted_by_their_encoding_once_they_are_there() {
    let mut client = running(4, 2);
    let counts = |client: &Client| Encoding::ALL.map(|encoding| client.pixels_in(encoding));
    let raw = update(&[rectangle(0, 0, 4, 1, 0, &[0; 16]), rectangle(0, 1, 4, 1, 1, &[0; 4])]);
    client.feed(&raw[..raw.len() - 1]).unwrap();
    assert_eq!(counts(&client), [0, 0, 0, 0, 0, 0, 0, 4], "the second rectangle is not whole");
    client.feed(&raw[raw.len() - 1..]).unwrap();
    let zrle = Stream::new().part_with_length(&[1, 1, 2, 3]);
    client.feed(&update(&[rectangle(1, 0, 3, 2, 16, &zrle)])).unwrap();
    client.feed(&update(&[rectangle(0, 0, 4, 1, 0, &[0; 16])])).unwrap();
    assert_eq!(counts(&client), [4, 0, 6, 0, 0, 0, 0, 8]);
}

#[test]
fn an_update_may_end_with_a_mark_instead_of_a_number() {
    let mut bytes = vec![0, 0, 0xff, 0xff];
    bytes.extend(rectangle(0, 0, 1, 1, 0, &pixel(RED)));
    bytes.extend(rectangle(0, 0, 0, 0, -224, &[]));
    assert_eq!(shown(1, 1, &bytes), [[RED]]);
}

#[test]
fn rectangles_without_pixels_are_read() {
    let nothing = Stream::new().part_with_length(&[]);
    for (encoding, body) in [
        (0, vec![]),
        (1, vec![0; 4]),
        (2, [&number(0)[..], &number(0), &pixel(RED)].concat()),
        (5, vec![]),
        (6, nothing.clone()),
        (15, vec![]),
        (16, nothing),
        (7, vec![0]),
    ] {
        for (width, height) in [(0, 0), (0, 2), (2, 0)] {
            let bytes = update(&[rectangle(0, 0, width, height, encoding, &body)]);
            assert_eq!(shown(2, 2, &bytes), [[BLACK; 2]; 2], "encoding {encoding}, {width}x{height}");
        }
    }
}
