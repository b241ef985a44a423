//! A weighted grammar of terminal output.

use fastrand::Rng;

/// A family of sequences with its weight.
type Production = (u32, fn(&mut Rng) -> Vec<u8>);

const PRODUCTIONS: &[Production] = &[
    (30, text),
    (6, full_row),
    (6, other_text),
    (4, invalid_text),
    (20, control),
    (30, cursor),
    (8, position),
    (24, erase),
    (30, rendition),
    (24, edit),
    (14, scroll),
    (12, margins),
    (18, mode),
    (8, save),
    (6, screen),
    (8, tabs),
    (5, charset),
    (3, double),
    (6, repeat),
    (10, rectangle),
    (6, protect),
    (2, reset),
    (3, query),
];

/// The pieces of case `number`: some begin on a screen full of letters, so that what moves is seen.
pub(crate) fn sequence(seed: u64, number: u64) -> Vec<Vec<u8>> {
    let mut rng = Rng::with_seed(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(number));
    let rng = &mut rng;
    let mut chunks = Vec::new();
    if rng.bool() {
        chunks.extend((0..6).map(filled_row));
    }
    let total: u32 = PRODUCTIONS.iter().map(|(weight, _)| weight).sum();
    for _ in 0..rng.usize(3..32) {
        let mut at = rng.u32(..total);
        let (_, production) = PRODUCTIONS
            .iter()
            .find(|(weight, _)| {
                let here = at < *weight;
                at = at.saturating_sub(*weight);
                here
            })
            .unwrap();
        chunks.push(production(rng));
    }
    chunks
}

/// Sequences of which any part may be missing, doubled or of another kind. Those that resize the window (`|` and `t`), print or open files are not
/// among them.
pub(crate) fn noise(seed: u64, number: u64) -> Vec<Vec<u8>> {
    let mut rng = Rng::with_seed(seed.wrapping_mul(0x2545_f491_4f6c_dd1d).wrapping_add(number));
    let rng = &mut rng;
    let mut chunks = vec![filled_row(1), filled_row(3), b"\x1b[3;9H".to_vec()];
    for _ in 0..rng.usize(2..16) {
        let mut chunk = one(rng, &["\x1b[", "\x1b[", "\x1b[", "\x1b", "\x1b]2;", "\x1bPq", "\x1b_x", ""])
            .as_bytes()
            .to_vec();
        for _ in 0..rng.usize(0..7) {
            chunk.push(*one(rng, b"0123456789;;;?>=!$ '\r\n\x08\t\x18\x1a\x1b\x00\x07\x0e\x0fx"));
        }
        chunk.push(*one(rng, b"ABCDEFGHJKLMPSTXZ@dfgm`ae\\yz~{\x07"));
        chunks.push(chunk);
    }
    chunks
}

fn filled_row(row: u8) -> Vec<u8> {
    let letters = (0..20).map(|column| char::from(b'A' + (row * 7 + column) % 26));
    format!("\x1b[{};1H{}", row + 1, letters.collect::<String>()).into_bytes()
}

fn one<'a, T>(rng: &mut Rng, of: &'a [T]) -> &'a T {
    &of[rng.usize(..of.len())]
}

/// A parameter: mostly small, sometimes left out, zero or beyond the screen.
fn number(rng: &mut Rng) -> String {
    match rng.u8(..16) {
        0 => String::new(),
        1 => "0".to_owned(),
        2 => rng.u16(18..23).to_string(),
        3 => one(rng, &["99", "999", "32767"]).to_string(),
        _ => rng.u16(1..8).to_string(),
    }
}

fn row(rng: &mut Rng) -> String {
    if rng.u8(..12) == 0 { number(rng) } else { rng.u16(1..=6).to_string() }
}

fn column(rng: &mut Rng) -> String {
    if rng.u8(..12) == 0 { number(rng) } else { rng.u16(1..=20).to_string() }
}

fn text(rng: &mut Rng) -> Vec<u8> {
    (0..rng.usize(1..9)).map(|_| rng.u8(b'a'..=b'z')).collect()
}

fn full_row(rng: &mut Rng) -> Vec<u8> {
    (0..rng.usize(18..23)).map(|_| rng.u8(b'0'..=b'9')).collect()
}

fn other_text(rng: &mut Rng) -> Vec<u8> {
    let pieces = ["漢", "字", "あい", "x\u{334}", "y\u{20d0}", "─┼", "é", "ß", "\u{a0}", "漢\u{334}", " "];
    (0..rng.usize(1..4)).flat_map(|_| one(rng, &pieces).bytes()).collect()
}

fn invalid_text(rng: &mut Rng) -> Vec<u8> {
    let pieces: [&[u8]; 9] = [
        b"caf\xe9|",
        b"\xff",
        b"\xc3",
        b"\xe6\xbc",
        b"\xf0\x9f\x98",
        b"\xed\xa0\x80",
        b"\x80x",
        b"\xbf",
        b"\xe6\xbcq",
    ];
    one(rng, &pieces).to_vec()
}

fn control(rng: &mut Rng) -> Vec<u8> {
    one(rng, &["\r", "\n", "\r\n", "\x08", "\t", "\x0b", "\x0c", "\x1bD", "\x1bM", "\x1bE"])
        .as_bytes()
        .to_vec()
}

fn cursor(rng: &mut Rng) -> Vec<u8> {
    let last = *one(rng, &['A', 'B', 'C', 'D', 'E', 'F', 'G', 'd', 'a', 'e', '`', 'I', 'Z']);
    format!("\x1b[{}{last}", number(rng)).into_bytes()
}

fn position(rng: &mut Rng) -> Vec<u8> {
    let last = *one(rng, &['H', 'H', 'H', 'f']);
    format!("\x1b[{};{}{last}", row(rng), column(rng)).into_bytes()
}

/// Smooth scrolling on and off: xterm draws what has scrolled, and with that still to do it erases what is protected.
const FLUSH: &str = "\x1b[?4h\x1b[?4l";

fn erase(rng: &mut Rng) -> Vec<u8> {
    let which = *one(rng, &["", "0", "1", "2"]);
    let erase = match rng.u8(..8) {
        0 => format!("\x1b[{}X", number(rng)),
        1 => format!("\x1b[?{which}K"),
        2 => format!("\x1b[?{which}J"),
        3..=5 => format!("\x1b[{which}K"),
        _ => format!("\x1b[{which}J"),
    };
    format!("{FLUSH}{erase}").into_bytes()
}

#[rustfmt::skip]
fn rendition(rng: &mut Rng) -> Vec<u8> {
    let fixed = [
        "", "0", "1", "2", "3", "4", "5", "7", "9", "21", "22", "23", "24", "25", "27", "29", "39", "49", "1;31",
        "44", "7;42", "4;31;43", "38;5;200", "48;5;17", "48;5;3", "48:5:99", "91;104", "37;41", "1;4;5;7", "0;45",
        "48;5;250;1",
    ];
    match rng.u8(..6) {
        0 => direct_colour(rng),
        _ => format!("\x1b[{}m", one(rng, &fixed)).into_bytes(),
    }
}

/// A colour of red, green and blue for a few sequences: xterm does not reset it with DECRC and DECALN.
fn direct_colour(rng: &mut Rng) -> Vec<u8> {
    let colour = one(rng, &["38;2;10;20;30", "48;2;40;50;60", "38:2::1:2:3", "48:2::9:8:7"]);
    let mut bytes = format!("\x1b[{colour}m").into_bytes();
    for _ in 0..rng.u8(1..4) {
        let production =
            *one(rng, &[text as fn(&mut Rng) -> Vec<u8>, control, cursor, erase, edit, scroll, full_row]);
        bytes.extend(production(rng));
    }
    bytes.extend_from_slice(b"\x1b[39;49m");
    bytes
}

fn edit(rng: &mut Rng) -> Vec<u8> {
    let last = *one(rng, &["L", "M", "@", "P", "'}", "'~", "L", "M", "@", "P"]);
    if rng.u8(..10) == 0 {
        return one(rng, &["\x1b6", "\x1b9"]).as_bytes().to_vec();
    }
    format!("{FLUSH}\x1b[{}{last}", number(rng)).into_bytes()
}

fn scroll(rng: &mut Rng) -> Vec<u8> {
    let last = *one(rng, &["S", "T", " @", " A", "S", "T"]);
    format!("\x1b[{}{last}", number(rng)).into_bytes()
}

fn margins(rng: &mut Rng) -> Vec<u8> {
    match rng.u8(..8) {
        0 => "\x1b[r".to_owned(),
        1..=3 => format!("\x1b[{};{}r", row(rng), row(rng)),
        4 => "\x1b[?69h".to_owned(),
        5 => format!("\x1b[{};{}s", column(rng), column(rng)),
        6 => format!("\x1b[?69h\x1b[{};{}s", rng.u16(2..8), rng.u16(9..19)),
        _ => "\x1b[?69l".to_owned(),
    }
    .into_bytes()
}

fn mode(rng: &mut Rng) -> Vec<u8> {
    let mode =
        *one(rng, &["?6", "?7", "4", "20", "?45", "?41", "?6", "?7", "?25", "?1", "?2004", "?66", "?12"]);
    let set = if rng.u8(..3) > 0 { 'h' } else { 'l' };
    format!("\x1b[{mode}{set}").into_bytes()
}

/// What is restored is shown by a text. Then colours are reset: xterm restores them by halves, and the next change of an
/// attribute brings those from before back.
fn save(rng: &mut Rng) -> Vec<u8> {
    let sequence = *one(rng, &["\x1b7", "\x1b8", "\x1b8", "\x1b[s", "\x1b[u", "\x1b[?1048h", "\x1b[?1048l"]);
    if sequence.ends_with(['8', 'u', 'l']) {
        return format!("{sequence}{}\x1b[39;49m", String::from_utf8(text(rng)).unwrap()).into_bytes();
    }
    sequence.as_bytes().to_vec()
}

fn screen(rng: &mut Rng) -> Vec<u8> {
    let mode = *one(rng, &["47", "1047", "1049"]);
    format!("\x1b[?{mode}{}\x1b[39;49m", one(rng, &['h', 'l'])).into_bytes()
}

fn tabs(rng: &mut Rng) -> Vec<u8> {
    one(rng, &["\x1bH", "\x1b[g", "\x1b[3g", "\t", "\t\t", "\x1b[2I", "\x1b[Z"]).as_bytes().to_vec()
}

/// The sets of G2 and G3 are put back at once, as xterm applies them to text that is UTF-8, too; before a single shift is
/// a narrow character, as xterm repeats a wide one there.
fn charset(rng: &mut Rng) -> Vec<u8> {
    let pieces = [
        "\x1b(0lqk",
        "\x1b(0x",
        "\x1b(B",
        "\x1b)0",
        "\x0e",
        "\x0f",
        "\x1b(A#\x1b(B",
        "a\x1b*0\x1bNq\x1b*B",
        "\x1b*0\x1bnqx\x0f\x1b*B",
        "a\x1b+0\x1bOq\x1b+B",
        "\x1b(0`{|}~",
    ];
    one(rng, &pieces).as_bytes().to_vec()
}

/// A line of double width for a few sequences; the mode of margins makes it single again. A text that wraps within one
/// read is broken by xterm at the width of the row before, so characters come one by one.
fn double(rng: &mut Rng) -> Vec<u8> {
    let size = one(rng, &["3", "4", "6"]);
    let mut bytes = format!("\x1b[?69l\x1b[{};1H\x1b#{size}ab", rng.u16(1..=3)).into_bytes();
    for _ in 0..rng.u8(1..5) {
        let production = *one(rng, &[cursor as fn(&mut Rng) -> Vec<u8>, erase, tabs, position, save]);
        bytes.extend(production(rng));
        bytes.push(rng.u8(b'a'..=b'z'));
    }
    bytes.extend_from_slice(b"\x1b[?69h\x1b[?69l");
    bytes
}

fn repeat(rng: &mut Rng) -> Vec<u8> {
    format!("{}\x1b[{}b", one(rng, &["", "x", "漢", "y"]), number(rng)).into_bytes()
}

fn area(rng: &mut Rng) -> String {
    if rng.u8(..10) == 0 {
        return String::new();
    }
    format!("{};{};{};{}", row(rng), column(rng), row(rng), column(rng))
}

fn rectangle(rng: &mut Rng) -> Vec<u8> {
    let area = area(rng);
    match rng.u8(..8) {
        0 | 1 => copy(rng),
        2 => format!("\x1b[{};{area}$x", rng.u8(b'A'..=b'Z')),
        3 => format!("\x1b[{area}$z"),
        4 => format!("\x1b[{area}${{"),
        5 => format!("\x1b[{area};{}$r", one(rng, &["1", "4", "7", "0", "1;7", "22", "5"])),
        6 => format!("\x1b[{area};{}$t", one(rng, &["1", "4", "7", "1;7", "5"])),
        _ => format!("\x1b[{}*x", one(rng, &["0", "1", "2"])),
    }
    .into_bytes()
}

/// A copy that ends inside the screen: behind its right edge xterm writes to other rows.
fn copy(rng: &mut Rng) -> String {
    let (width, height) = (rng.u16(1..=10), rng.u16(1..=4));
    let (top, left) = (rng.u16(1..=7 - height), rng.u16(1..=21 - width));
    let (to_top, to_left) = (rng.u16(1..=7 - height), rng.u16(1..=21 - width));
    let (bottom, right) = (top + height - 1, left + width - 1);
    format!("\x1b[?6l\x1b[{top};{left};{bottom};{right};1;{to_top};{to_left};1$v")
}

fn protect(rng: &mut Rng) -> Vec<u8> {
    one(rng, &["\x1b[1\"q", "\x1b[0\"q", "\x1b[2\"q", "\x1b[\"q", "\x1bV", "\x1bW"]).as_bytes().to_vec()
}

/// DECSTR with the reset of the attributes that xterm forgets: faint, strike and double underline.
fn reset(rng: &mut Rng) -> Vec<u8> {
    one(rng, &["\x1b[!p\x1b[m", "\x1b[!p\x1b[m", "\x1bc", "\x1b#8"]).as_bytes().to_vec()
}

fn query(rng: &mut Rng) -> Vec<u8> {
    one(rng, &["\x1b[6n", "\x1b[?6n", "\x1b[5n", "\x1bP$qr\x1b\\", "\x1bP$qs\x1b\\", "\x1bP$q\"q\x1b\\"])
        .as_bytes()
        .to_vec()
}
