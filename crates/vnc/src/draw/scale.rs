//! Scaling by area: each pixel of the picture is the mean of what it covers of the screen.

use std::ops::Range;

use super::source::Source;
use crate::Region;

/// The most pixels of the screen that are read along one axis for one pixel of the picture. Of more, evenly chosen ones
/// are.
const MAX_SAMPLES: u64 = 128;

/// Bits of the weights of one pixel along one axis. With the colour and its fraction they fill the 21 bits of a lane.
const WEIGHT_BITS: u32 = 11;

/// The sum of the weights of one pixel along one axis.
const WEIGHT_SUM: u64 = 1 << WEIGHT_BITS;

/// Bits that are kept below the whole values between the two axes.
const FRACTION_BITS: u32 = 2;

/// One axis of the way from picture to screen: pixel `i` of the picture covers the screen from `i * step` to
/// `(i + 1) * step`, in fractions of a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Axis {
    start: u16,
    length: u16,
    /// The step as a fraction.
    step: (u64, u64),
}

impl Axis {
    /// An axis from the `length` pixels after `start` on, of which each pixel of the picture covers `step.0 / step.1`.
    pub(super) fn new(start: u16, length: u16, step: (u64, u64)) -> Self {
        Self { start, length, step: (step.0.max(1), step.1.max(1)) }
    }

    fn is_identity(self) -> bool {
        self.step.0 == self.step.1
    }

    /// The part of the screen that some pixels of the picture cover: its start and length.
    pub(super) fn covered(self, pixels: &Range<u32>) -> (u16, u16) {
        let (step, whole) = self.step;
        let first = (u64::from(pixels.start) * step / whole).min(self.length.into());
        let end = (u64::from(pixels.end) * step).div_ceil(whole).min(self.length.into());
        let clamp = |number: u64| u16::try_from(number).unwrap_or(u16::MAX);
        (self.start.saturating_add(clamp(first)), clamp(end - first))
    }

    /// The pixels that one of the picture is made of, with their weights.
    fn span(self, pixel: u32, weights: &mut Vec<u32>) -> Span {
        let (step, whole) = self.step;
        let limit = u64::from(self.length) * whole;
        let from = (u64::from(pixel) * step).min(limit);
        let to = ((u64::from(pixel) + 1) * step).min(limit);
        let (first, end) = (from / whole, to.div_ceil(whole));
        let stride = (end - first).div_ceil(MAX_SAMPLES).max(1);
        let before = weights.len();
        let (mut position, mut given) = (first, 0);
        while position < end {
            let next = (position + stride).min(end);
            let upto = ((next * whole).min(to) - from) * WEIGHT_SUM / (to - from).max(1);
            weights.push(u32::try_from(upto - given).unwrap_or(0));
            given = upto;
            position = next;
        }
        let start = usize::from(self.start) + usize::try_from(first).unwrap_or(usize::MAX);
        Span { start, stride: usize::try_from(stride).unwrap_or(1), weights: before..weights.len() }
    }
}

/// The pixels of the screen along one axis that a pixel of the picture is made of.
#[derive(Debug)]
struct Span {
    start: usize,
    stride: usize,
    weights: Range<usize>,
}

/// Both axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grid {
    pub(super) x: Axis,
    pub(super) y: Axis,
}

impl Grid {
    /// The part of the screen that some pixels of the picture cover.
    pub(super) fn covered(&self, columns: &Range<u32>, rows: &Range<u32>) -> Region {
        let ((x, width), (y, height)) = (self.x.covered(columns), self.y.covered(rows));
        Region { x, y, width, height }
    }
}

/// A scaler, with the room that it needs again and again.
#[derive(Debug, Default)]
pub(super) struct Scaler {
    weights: Vec<u32>,
    spans: Vec<Span>,
    sums: Vec<u64>,
}

impl Scaler {
    /// Appends the pixels of a part of the picture to `out`, row by row. What lies outside of the screen is black.
    pub(super) fn scale(
        &mut self,
        source: Source<'_>,
        grid: &Grid,
        columns: Range<u32>,
        rows: Range<u32>,
        out: &mut Vec<u32>,
    ) {
        let begin = out.len();
        self.scale_bright(source, grid, columns, rows, out);
        if source.is_dimmed {
            for pixel in out.get_mut(begin..).unwrap_or_default() {
                *pixel = (*pixel >> 1) & 0x007f_7f7f;
            }
        }
    }

    fn scale_bright(
        &mut self,
        source: Source<'_>,
        grid: &Grid,
        columns: Range<u32>,
        rows: Range<u32>,
        out: &mut Vec<u32>,
    ) {
        out.reserve(columns.len() * rows.len());
        if grid.x.is_identity() && grid.y.is_identity() {
            copy(source, grid, columns, rows, out);
            return;
        }
        self.weights.clear();
        self.spans.clear();
        for column in columns.clone() {
            let span = grid.x.span(column, &mut self.weights);
            self.spans.push(span);
        }
        let (left, width) = grid.x.covered(&columns);
        let (left, right) = (usize::from(left), usize::from(left) + usize::from(width));
        let across = self.weights.len();
        for row in rows {
            let span = grid.y.span(row, &mut self.weights);
            self.add_rows(source, left..right, &span);
            self.weights.truncate(across);
            out.extend(self.spans.iter().map(|span| {
                let sums = self.sums.get(span.start - left..).unwrap_or_default();
                let weights = self.weights.get(span.weights.clone()).unwrap_or_default();
                let sum = sums
                    .iter()
                    .step_by(span.stride)
                    .zip(weights)
                    .map(|(sum, weight)| sum * u64::from(*weight));
                packed(sum.sum(), FRACTION_BITS + WEIGHT_BITS)
            }));
        }
    }

    /// Sums up the rows of a span, column by column.
    fn add_rows(&mut self, source: Source<'_>, columns: Range<usize>, span: &Span) {
        self.sums.clear();
        self.sums.resize(columns.len(), 0);
        let weights = self.weights.get(span.weights.clone()).unwrap_or_default();
        for (y, weight) in (span.start..).step_by(span.stride).zip(weights) {
            let Ok(y) = u16::try_from(y) else { break };
            let weight = u64::from(*weight);
            let row = source.screen.row(y).get(columns.clone()).unwrap_or_default();
            for (sum, pixel) in self.sums.iter_mut().zip(row) {
                *sum += spread(*pixel) * weight;
            }
            let sums = &mut self.sums;
            source.for_blended(y, |x, own, blended| {
                if let Some(sum) = x.checked_sub(columns.start).and_then(|x| sums.get_mut(x)) {
                    *sum = sum
                        .wrapping_add(spread(blended).wrapping_mul(weight))
                        .wrapping_sub(spread(own).wrapping_mul(weight));
                }
            });
        }
        for sum in &mut self.sums {
            *sum = (*sum >> (WEIGHT_BITS - FRACTION_BITS)) & LANES;
        }
    }
}

/// Copies pixel by pixel.
fn copy(source: Source<'_>, grid: &Grid, columns: Range<u32>, rows: Range<u32>, out: &mut Vec<u32>) {
    let index = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    for row in rows {
        let begin = out.len();
        let y = row + u32::from(grid.y.start);
        let y = u16::try_from(y).ok().filter(|_| row < grid.y.length.into());
        if let Some(y) = y {
            let start = usize::from(grid.x.start);
            let end = start + index(columns.end).min(grid.x.length.into());
            let from = start + index(columns.start);
            out.extend_from_slice(source.screen.row(y).get(from..end).unwrap_or_default());
            source.for_blended(y, |x, _, blended| {
                let place = x.checked_sub(from).filter(|_| x < end);
                if let Some(pixel) = place.and_then(|x| out.get_mut(begin + x)) {
                    *pixel = blended;
                }
            });
        }
        out.resize(begin + columns.len(), 0);
    }
}

/// The three colours of a pixel, 21 bits apart, so that all are added and multiplied at once.
fn spread(pixel: u32) -> u64 {
    let pixel = u64::from(pixel);
    (pixel & 0xff) | ((pixel & 0xff00) << 13) | ((pixel & 0x00ff_0000) << 26)
}

/// The bits of each colour that are kept between the two axes.
const LANES: u64 = 0x3ff | (0x3ff << 21) | (0x3ff << 42);

/// The pixel of a sum that is `2^bits` times as large in each colour, rounded.
fn packed(sum: u64, bits: u32) -> u32 {
    let half = 1 << (bits - 1);
    let part = |lane: u32| ((((sum >> lane) & 0x001f_ffff) + half) >> bits) & 0xff;
    #[expect(clippy::cast_possible_truncation, reason = "three parts of eight bits")]
    let pixel = (part(42) << 16 | part(21) << 8 | part(0)) as u32;
    pixel
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::draw::Overlay;
    use crate::draw::testing::{mean_of_area, noise};

    fn whole(source: Source<'_>, width: u32, height: u32) -> Vec<u32> {
        let screen = source.screen;
        let axis = |length: u16, to: u32| Axis::new(0, length, (length.into(), to.into()));
        let grid = Grid { x: axis(screen.width(), width), y: axis(screen.height(), height) };
        let mut out = Vec::new();
        Scaler::default().scale(source, &grid, 0..width, 0..height, &mut out);
        out
    }

    #[test]
    fn halves_and_doubles_are_exact() {
        let mut screen = crate::Framebuffer::new(4, 2);
        screen.write(screen.bounds(), |y, row| {
            let colors =
                [[0, 0x0020_4060, 0x00ff_0000, 0x00ff_0000], [0, 0x0020_4060, 0x0000_00ff, 0x0000_00ff]];
            row.copy_from_slice(&colors[usize::from(y)]);
        });
        assert_eq!(whole((&screen).into(), 2, 1), [0x0010_2030, 0x0080_0080]);
        let doubled = whole((&screen).into(), 8, 4);
        assert_eq!(doubled[0..8], doubled[8..16]);
        assert_eq!(doubled[2..6], [0x0020_4060, 0x0020_4060, 0x00ff_0000, 0x00ff_0000]);
        assert_eq!(doubled[31], 0x0000_00ff);
    }

    #[test]
    fn a_pointer_is_blended_before_it_is_scaled() {
        let mut screen = crate::Framebuffer::new(4, 4);
        screen.fill(screen.bounds(), 0x0000_00ff);
        let pixels = [0xffff_0000, 0x80ff_0000, 0xffff_0000, 0x00ff_0000];
        let source = Source {
            screen: &screen,
            overlay: Some(Overlay { x: -1, y: 3, width: 2, pixels: &pixels }),
            is_dimmed: false,
        };
        let plain = whole(source, 4, 4);
        assert_eq!(plain[12], 0x0080_007f, "the pixel to the left and the row below are not on the screen");
        assert!(plain[..12].iter().chain(&plain[13..]).all(|pixel| *pixel == 0x0000_00ff));
        assert_eq!(whole(source, 2, 2)[2], 0x0020_00df);
    }

    #[test]
    fn what_is_dimmed_has_half_the_brightness() {
        let mut screen = crate::Framebuffer::new(2, 2);
        screen.fill(screen.bounds(), 0x00ff_8001);
        let source = Source { is_dimmed: true, ..(&screen).into() };
        assert_eq!(whole(source, 1, 1), [0x007f_4000]);
        assert_eq!(whole(source, 2, 2), [0x007f_4000; 4]);
    }

    #[test]
    fn the_largest_screen_is_read_in_bounded_steps() {
        let axis = Axis::new(0, u16::MAX, (u16::MAX.into(), 3));
        let mut weights = Vec::new();
        let span = axis.span(2, &mut weights);
        assert!(weights.len() <= 128 && span.start + weights.len() * span.stride >= 65_535);
        assert_eq!(u64::from(weights.iter().sum::<u32>()), WEIGHT_SUM);
    }

    proptest! {
        #[test]
        fn each_pixel_is_the_mean_of_its_area(
            size in (1..40_u16, 1..40_u16), to in (1..40_u32, 1..40_u32), seed in any::<u64>(),
        ) {
            let screen = noise(size.0, size.1, seed);
            let made = whole((&screen).into(), to.0, to.1);
            for (index, pixel) in made.iter().enumerate() {
                let index = u32::try_from(index).unwrap();
                let mean = mean_of_area(&screen, (index % to.0, index / to.0), to);
                for (shift, mean) in [16, 8, 0].into_iter().zip(mean) {
                    let part = f64::from((pixel >> shift) & 0xff);
                    // Weights are of 2,048 parts, and a quarter is cut off between the axes.
                    prop_assert!((part - mean).abs() <= 1.5, "{index}: {part} {mean}");
                }
            }
        }

        #[test]
        fn parts_are_the_same_as_the_whole(
            size in (1..40_u16, 1..40_u16), to in (2..40_u32, 2..40_u32), cut in (0..40_u32, 0..40_u32),
        ) {
            let screen = noise(size.0, size.1, 7);
            let axis = |length: u16, to: u32| Axis::new(0, length, (length.into(), to.into()));
            let grid = Grid { x: axis(size.0, to.0), y: axis(size.1, to.1) };
            let all = whole((&screen).into(), to.0, to.1);
            let (left, top) = (cut.0 % to.0, cut.1 % to.1);
            let mut part = Vec::new();
            Scaler::default().scale((&screen).into(), &grid, left..to.0, top..to.1, &mut part);
            let rows = all.chunks(usize::try_from(to.0).unwrap()).skip(usize::try_from(top).unwrap());
            let expected: Vec<u32> = rows.flat_map(|row| &row[usize::try_from(left).unwrap()..]).copied().collect();
            prop_assert_eq!(part, expected);
        }
    }
}
