use super::*;

fn start(width: u16, height: u16, name_length: u32) -> String {
    let mut bytes = greeting_named(width, height, b"");
    let at = bytes.len() - 4;
    bytes[at..].copy_from_slice(&name_length.to_be_bytes());
    Client::new(Options::default()).feed(&bytes).unwrap_err().to_string()
}

#[test]
fn a_screen_that_is_too_large_is_not_begun() {
    let expected = "the machine's screen is 65535x65535 pixels, and at most 8192x8192 are shown. \
                    Set a lower resolution in the machine";
    assert_eq!(start(65535, 65535, 0), expected);
    assert!(start(8193, 1, 0).contains("8193x1"));
    let grown = failure(4, 4, &update(&[rectangle(0, 0, 65535, 65535, -223, &[])]));
    assert_eq!(grown, expected);
    let grown = failure(4, 4, &update(&[rectangle(0, 0, 9000, 2, -308, &[0, 0, 0, 0])]));
    assert!(grown.contains("9000x2"));
}

#[test]
fn endless_names_and_texts_are_refused_when_they_are_announced() {
    let error = start(1, 1, u32::MAX);
    assert_eq!(
        error,
        "the VNC server announced a name of its screen of 4294967295 bytes, and at most 4096 are taken"
    );
    let renamed = failure(1, 1, &update(&[rectangle(0, 0, 0, 0, -307, &[0xff; 4])]));
    assert_eq!(renamed, error);
    let text = failure(1, 1, &[3, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff]);
    assert!(text.contains("a text for the clipboard of 2147483647 bytes"), "{text}");
    let text = failure(1, 1, &[3, 0, 0, 0, 0x80, 0, 0, 0]);
    assert!(text.contains("a text for the clipboard of 2147483648 bytes"), "{text}");
    let pointer = failure(1, 1, &update(&[rectangle(0, 0, 65535, 65535, -239, &[])]));
    assert!(pointer.contains("a pointer of 17179344900 bytes"), "{pointer}");
    assert!(failure(1, 1, &[248, 0, 0, 0, 0, 0, 0, 0, 65]).contains("a fence of 65 bytes"));
}

#[test]
fn a_server_that_asks_for_answers_and_reads_none_is_refused_before_they_take_much_memory() {
    let fence = [&[248, 0, 0, 0, 0x80, 0, 0, 1, 64][..], &[7; 64]].concat().repeat(1000);
    let offer = [3, 0, 0, 0, 0xff, 0xff, 0xff, 0xfc, 0x08, 0, 0, 1].repeat(6000);
    for flood in [fence, offer] {
        let mut client = running(4, 4);
        // One that reads gets as many as it wants.
        for _ in 0..300 {
            client.feed(&flood).unwrap();
            assert!(!client.take_output().is_empty());
        }
        let mut fed = 0;
        let error = loop {
            match client.feed(&flood) {
                Ok(()) => fed += flood.len(),
                Err(error) => break error.to_string(),
            }
            assert!(fed < 32 << 20, "it goes on for ever");
        };
        assert!(error.contains("reads none of them"), "{error}");
        assert!(client.take_output().is_empty());
    }
}

#[test]
fn rectangles_outside_of_the_screen_are_refused() {
    for (x, y, width, height) in [(0, 0, 5, 1), (4, 0, 1, 1), (0, 3, 1, 2), (65535, 65535, 65535, 65535)] {
        for encoding in [0, 1, 2, 5, 6, 7, 15, 16] {
            let error = failure(4, 4, &update(&[rectangle(x, y, width, height, encoding, &[])]));
            let expected = format!("it sent {width}x{height} pixels at {x},{y}, outside of the 4x4");
            assert!(error.contains(&expected), "{error}");
        }
    }
    let copied = failure(4, 4, &update(&[rectangle(0, 0, 2, 2, 1, &[0, 3, 0, 0])]));
    assert!(copied.contains("2x2 pixels at 3,0, outside of the 4x4"), "{copied}");
    let part = failure(
        4,
        4,
        &update(&[rectangle(1, 1, 2, 2, 2, &[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 1])]),
    );
    assert!(part.contains("1x1 pixels at 2,0, outside of the 2x2"), "{part}");
    let tile = failure(4, 4, &update(&[rectangle(0, 0, 4, 4, 5, &[8, 1, 0x11, 0x33])]));
    assert!(tile.contains("4x4 pixels at 1,1, outside of the 4x4"), "{tile}");
}

#[test]
fn what_was_never_asked_for_is_refused() {
    assert!(failure(1, 1, &[7]).contains("it sent message 7, which was not asked for"));
    for encoding in [4, -260, -65526, 0x574d_5664] {
        let error = failure(1, 1, &update(&[rectangle(0, 0, 1, 1, encoding, &[])]));
        assert!(error.contains(&format!("it sent encoding {encoding}, which was not asked for")), "{error}");
        assert!(error.contains("Reconnect; if it repeats, report it to the platform"));
    }
}

#[test]
fn compressed_data_holds_its_pixels_and_nothing_else() {
    let zeros = vec![0; 64 << 20];
    let bomb = {
        let mut bytes = Vec::with_capacity(1 << 20);
        Compress::new(Compression::best(), true)
            .compress_vec(&zeros, &mut bytes, FlushCompress::Sync)
            .unwrap();
        bytes
    };
    drop(zeros);
    assert!(bomb.len() < 100 << 10, "{}", bomb.len());
    // As much as is believed of a screen of this size.
    let length = u32::try_from(bomb.len()).unwrap();
    let body = [&length.to_be_bytes()[..], &bomb].concat();
    for encoding in [6, 16] {
        let error = failure(200, 200, &update(&[rectangle(0, 0, 200, 200, encoding, &body)]));
        assert!(error.contains("its compressed data holds more than its pixels"), "{error}");
    }
    let tight = [&[0, 0xff, 0xff, 3][..], &bomb].concat();
    let error = failure(200, 200, &update(&[rectangle(0, 0, 200, 200, 7, &tight)]));
    assert!(error.contains("its compressed data holds more than its pixels"), "{error}");
}

#[test]
fn compressed_data_has_a_believable_length() {
    for encoding in [6, 16] {
        let error = failure(4, 4, &update(&[rectangle(0, 0, 4, 4, encoding, &[0xff; 4])]));
        assert!(error.contains("4294967295 bytes of compressed data"), "{error}");
    }
}

#[test]
fn damaged_and_short_data_is_an_error() {
    for encoding in [6, 16] {
        let error = failure(4, 4, &update(&[rectangle(0, 0, 4, 4, encoding, &[0, 0, 0, 4, 1, 2, 3, 4])]));
        assert!(error.contains("its compressed data is damaged"), "{error}");
        let short = Stream::new().part_with_length(&[0, 1, 2]);
        let error = failure(4, 4, &update(&[rectangle(0, 0, 4, 4, encoding, &short)]));
        assert!(error.contains("its compressed data ends before its pixels"), "{error}");
        // A stream that has ended does not go on.
        let mut ended = Vec::with_capacity(100);
        Compress::new(Compression::best(), true)
            .compress_vec(&[1, 2, 3], &mut ended, FlushCompress::Finish)
            .unwrap();
        ended.extend([0; 9]);
        let body = [&u32::try_from(ended.len()).unwrap().to_be_bytes()[..], &ended].concat();
        let error = failure(1, 1, &update(&[rectangle(0, 0, 1, 1, encoding, &body)]));
        assert!(error.contains("compressed data"), "{error}");
    }
}

#[test]
fn tiles_that_are_none_are_refused() {
    let error = |tile: &[u8]| failure(4, 4, &update(&[rectangle(0, 0, 4, 4, 15, tile)]));
    assert!(error(&[17]).contains("17 is no kind of tile"));
    assert!(error(&[127, 0]).contains("a palette again that it has not sent"));
    assert!(error(&[129, 0]).contains("colour 0 of a palette of 0"));
    assert!(error(&[3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0, 0, 0]).contains("colour 3 of a palette of 3"));
    assert!(error(&[128, 0, 0, 0, 16]).contains("its run of pixels is longer than its tile"));
    let zrle = Stream::new().part_with_length(&[127, 0]);
    assert!(failure(4, 4, &update(&[rectangle(0, 0, 4, 4, 16, &zrle)])).contains("127 is no kind of tile"));
}

#[test]
fn the_same_pixels_are_not_drawn_without_end() {
    let fill = rectangle(0, 0, 8192, 8192, 7, &[0x80, 1, 2, 3]);
    let bytes = update(&vec![fill; 1000]);
    assert!(failure(8192, 8192, &bytes).contains("the same pixels again and again in one update"));
    let mut body = vec![0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];
    for _ in 0..300 {
        body.extend([0, 0, 0, 0, 0, 0, 0, 0, 0x20, 0, 0x20, 0]);
    }
    let error = failure(8192, 8192, &update(&[rectangle(0, 0, 8192, 8192, 2, &body)]));
    assert!(error.contains("it fills the same pixels again and again"), "{error}");
    let sizes: Vec<_> = (0..1000).map(|at| rectangle(0, 0, 8192, 8192 - at % 2, -223, &[])).collect();
    assert!(failure(1, 1, &update(&sizes)).contains("the same pixels again and again in one update"));
}

#[test]
fn a_server_that_stops_in_the_middle_leaves_what_was_drawn() {
    let mut client = running(2, 2);
    let bytes = update(&[rectangle(0, 0, 2, 2, 0, &[9; 16])]);
    client.feed(&bytes[..bytes.len() - 1]).unwrap();
    assert!(client.is_within_update());
    assert!(client.take_events().is_empty(), "nothing is complete");
    assert_eq!(client.framebuffer().row(0), [0x0009_0909; 2]);
}
