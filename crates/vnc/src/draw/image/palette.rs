//! The colours of a picture that has more than can be shown at once: by median cut.

/// The most colours: an index is a byte.
const MAX_COLORS: usize = 256;

/// Slots in which the colours of a picture of few are looked up; a power of two, four times as many.
const SLOTS: usize = 4 * MAX_COLORS;

/// Bits of each colour that are distinguished in a picture of many.
const BITS: u32 = 5;
const BINS: usize = 1 << (3 * BITS);

/// Colours, and which of them each pixel has.
#[derive(Debug)]
pub(super) struct Palette {
    /// The colours, `0x00RRGGBB`.
    pub colors: Vec<u32>,
    /// For each pixel the number of its colour.
    pub indices: Vec<u8>,
}

impl Palette {
    /// The palette of some pixels. Where they have no more than `most` colours, exactly theirs.
    pub(super) fn of(pixels: &[u32], most: u16) -> Self {
        let most = usize::from(most).clamp(2, MAX_COLORS);
        exact(pixels, most).unwrap_or_else(|| median_cut(pixels, most))
    }
}

/// The palette of a picture of few colours.
fn exact(pixels: &[u32], most: usize) -> Option<Palette> {
    let mut slots = [None::<(u32, u8)>; SLOTS];
    let mut palette = Palette { colors: Vec::new(), indices: Vec::with_capacity(pixels.len()) };
    let mut last = None;
    for pixel in pixels {
        if let Some((color, index)) = last
            && color == *pixel
        {
            palette.indices.push(index);
            continue;
        }
        // Multiplicative hashing; there are fewer colours than slots, so a free one is found.
        let hash = usize::try_from(pixel.wrapping_mul(0x9e37_79b1) >> 20).unwrap_or(0);
        let mut turns = (0..SLOTS).map(|step| (hash + step) % SLOTS);
        let slot = turns.find(|slot| slots[*slot].is_none_or(|known| known.0 == *pixel))?;
        let index = match slots[slot] {
            Some((_, index)) => index,
            None if palette.colors.len() == most => return None,
            None => {
                let index = u8::try_from(palette.colors.len()).ok()?;
                palette.colors.push(*pixel);
                slots[slot] = Some((*pixel, index));
                index
            }
        };
        palette.indices.push(index);
        last = Some((*pixel, index));
    }
    Some(palette)
}

/// The bin of a colour.
fn bin(pixel: u32) -> usize {
    let part = |shift: u32| (pixel >> (shift + 8 - BITS)) & ((1 << BITS) - 1);
    usize::try_from(part(16) << (2 * BITS) | part(8) << BITS | part(0)).unwrap_or(0)
}

/// One of the three parts of a bin.
const fn part_of(bin: usize, axis: u32) -> usize {
    bin >> (axis * BITS) & ((1 << BITS) - 1)
}

/// Bins that become one colour: where they are in the list, the axis on which they differ most, and how much there is to
/// gain from dividing them.
struct Group {
    bins: std::ops::Range<usize>,
    axis: u32,
    gain: u64,
}

impl Group {
    fn new(bins: std::ops::Range<usize>, all: &[usize], counts: &[u32]) -> Self {
        let own = || all.get(bins.clone()).unwrap_or_default().iter();
        let extent = |axis: u32| {
            let parts = || own().map(|bin| part_of(*bin, axis));
            parts().max().unwrap_or(0) - parts().min().unwrap_or(0)
        };
        let axis = (0..3).max_by_key(|axis| extent(*axis)).unwrap_or(0);
        let pixels: u64 = own().map(|bin| u64::from(counts[*bin])).sum();
        let extent = u64::try_from(extent(axis)).unwrap_or(0);
        Self { bins, axis, gain: pixels * extent * extent }
    }
}

fn median_cut(pixels: &[u32], most: usize) -> Palette {
    let mut counts = vec![0_u32; BINS];
    for pixel in pixels {
        counts[bin(*pixel)] += 1;
    }
    let mut bins: Vec<usize> = (0..BINS).filter(|bin| counts[*bin] > 0).collect();
    let mut groups = vec![Group::new(0..bins.len(), &bins, &counts)];
    while groups.len() < most {
        let Some(at) = (0..groups.len()).max_by_key(|at| groups[*at].gain) else { break };
        if groups[at].gain == 0 {
            break;
        }
        let Group { bins: range, axis, .. } = groups.swap_remove(at);
        let own = &mut bins[range.clone()];
        own.sort_unstable_by_key(|bin| part_of(*bin, axis));
        let half = own.iter().map(|bin| u64::from(counts[*bin])).sum::<u64>() / 2;
        let mut before = 0;
        let middle = own.iter().position(|bin| {
            before += u64::from(counts[*bin]);
            before > half
        });
        let middle = range.start + middle.unwrap_or(0).clamp(1, range.len() - 1);
        groups.push(Group::new(range.start..middle, &bins, &counts));
        groups.push(Group::new(middle..range.end, &bins, &counts));
    }
    let mut group_of = vec![0_u8; BINS];
    for (number, group) in groups.iter().enumerate() {
        for bin in &bins[group.bins.clone()] {
            group_of[*bin] = u8::try_from(number).unwrap_or(u8::MAX);
        }
    }
    let indices: Vec<u8> = pixels.iter().map(|pixel| group_of[bin(*pixel)]).collect();
    let mut sums = vec![[0_u64; 4]; groups.len()];
    for (pixel, index) in pixels.iter().zip(&indices) {
        let [_, red, green, blue] = pixel.to_be_bytes().map(u64::from);
        for (sum, part) in sums[usize::from(*index)].iter_mut().zip([red, green, blue, 1]) {
            *sum += part;
        }
    }
    let colors = sums.iter().map(|[red, green, blue, count]| {
        let mean = |sum: &u64| u32::try_from((sum + count / 2) / (*count).max(1)).unwrap_or(0xff);
        mean(red) << 16 | mean(green) << 8 | mean(blue)
    });
    Palette { colors: colors.collect(), indices }
}
