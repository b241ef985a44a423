//! A training loop that really computes: gradient descent on a small least-squares problem.
//!
//! Its share of a processor rises and falls in slow waves between about two and fifteen percent, each instance's at
//! its own pace, and its memory grows over an epoch and is given back at the end of it.

use std::f64::consts::TAU;
use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use super::{say, watched};

const WEIGHTS: usize = 64;
/// Between two slices of work; the line of a step comes every so many of them.
const SLICE: Duration = Duration::from_millis(100);
const SLICES: u32 = 25;
/// Steps an epoch.
const STEPS: usize = 16;
const EPOCHS: u32 = 400;
const MIB: usize = 1024 * 1024;

/// The load of an instance over time: two waves of its own lengths and beginnings.
struct Wave {
    periods: (f64, f64),
    phases: (f64, f64),
}

impl Wave {
    fn new(dice: &mut fastrand::Rng) -> Self {
        Self {
            periods: (34.0 + dice.f64() * 44.0, 9.0 + dice.f64() * 9.0),
            phases: (dice.f64() * TAU, dice.f64() * TAU),
        }
    }

    /// The share of a processor, from 0.02 to 0.15.
    fn share(&self, seconds: f64) -> f64 {
        let swell = (TAU * seconds / self.periods.0 + self.phases.0).sin() * 0.5 + 0.5;
        let ripple = (TAU * seconds / self.periods.1 + self.phases.1).sin() * 0.5 + 0.5;
        // Squared, so that the crests are short and the troughs long.
        0.02 + 0.1 * swell * swell + 0.03 * ripple * swell
    }
}

pub(super) fn run(dice: &mut fastrand::Rng) -> std::io::Result<()> {
    let truth: Vec<f64> = (0..WEIGHTS).map(|_| dice.f64() - 0.5).collect();
    let mut weights = vec![0.0; WEIGHTS];
    let wave = Wave::new(dice);
    let appetite = dice.usize(900 * 1024..2 * MIB);
    let data = shard(dice);
    say("INFO", &format!("trainer up, {WEIGHTS} weights, {EPOCHS} epochs, one worker"))?;
    // It resumes somewhere within an epoch, so that replicas do not march in step.
    let (mut epoch, mut step) = (dice.u32(1..40), dice.usize(1..STEPS));
    let mut kept = activations(step * appetite);
    let began = Instant::now();
    while epoch <= EPOCHS {
        let (mut loss, mut samples) = (0.0, 0);
        for _ in 0..SLICES {
            let mut share = wave.share(began.elapsed().as_secs_f64());
            let slice = if watched() { SLICE } else { SLICE * 10 };
            if slice > SLICE {
                share = 0.006;
            }
            let started = Instant::now();
            let (mean, seen) = descend(&mut weights, &truth, dice, slice.mul_f64(share));
            (loss, samples) = (mean, samples + seen);
            std::thread::sleep(slice.saturating_sub(started.elapsed()));
        }
        let read = load(data.as_deref(), 1 + step % 5)?;
        kept.resize(step * appetite, 1);
        let bar = "█".repeat(step) + &"░".repeat(STEPS - step);
        say(
            "INFO",
            &format!(
                "epoch {epoch:>3}/{EPOCHS} \x1b[36m{bar}\x1b[0m loss {loss:.5} samples {samples} shard {} KiB",
                read / 1024
            ),
        )?;
        step += 1;
        if step > STEPS {
            (loss, samples) = descend(&mut weights, &truth, dice, Duration::from_millis(60));
            let level = if epoch.is_multiple_of(9) { "WARN" } else { "INFO" };
            say(
                level,
                &format!(
                    "\x1b[1mepoch {epoch} done\x1b[0m validation loss {loss:.6} over {samples} samples, {} MiB freed",
                    kept.len() / MIB
                ),
            )?;
            kept = activations(0);
            step = 1;
            epoch += 1;
            if epoch.is_multiple_of(40) {
                weights.fill(0.0);
                say("WARN", "learning rate restarted")?;
            }
        }
    }
    Ok(())
}

/// Memory for an epoch. So large a piece is mapped by itself: only what is written to it takes memory, and all of it
/// goes back when it is dropped.
fn activations(filled: usize) -> Vec<u8> {
    let mut memory = Vec::with_capacity(40 * MIB);
    memory.resize(filled, 1);
    memory
}

/// Training data of its own in a file; without a place for one it trains on what it draws alone.
fn shard(dice: &mut fastrand::Rng) -> Option<std::path::PathBuf> {
    let path = std::path::PathBuf::from(std::env::var_os("HOME")?).join("shard.bin");
    let bytes: Vec<u8> = (0..dice.usize(60..220) * 1024).map(|_| dice.u8(..)).collect();
    std::fs::File::create(&path).ok()?.write_all(&bytes).ok()?;
    Some(path)
}

/// Reads the training data so many times; how many bytes that were.
fn load(shard: Option<&std::path::Path>, times: usize) -> std::io::Result<usize> {
    let (Some(path), mut read) = (shard, 0) else {
        return Ok(0);
    };
    for _ in 0..times {
        let mut bytes = Vec::new();
        // A user at the console may have removed it.
        if let Ok(mut file) = std::fs::File::open(path) {
            read += file.read_to_end(&mut bytes)?;
        }
    }
    Ok(read)
}

/// Descends for a while; the mean loss and how many samples were seen.
fn descend(weights: &mut [f64], truth: &[f64], dice: &mut fastrand::Rng, how_long: Duration) -> (f64, u32) {
    let began = Instant::now();
    let (mut loss, mut seen) = (0.0, 0_u32);
    while began.elapsed() < how_long {
        let sample: Vec<f64> = (0..WEIGHTS).map(|_| dice.f64() - 0.5).collect();
        let dot = |w: &[f64]| w.iter().zip(&sample).map(|(a, b)| a * b).sum::<f64>();
        let error = dot(weights) - dot(truth) + (dice.f64() - 0.5) * 0.01;
        for (weight, x) in weights.iter_mut().zip(&sample) {
            *weight -= 0.0004 * error * x;
        }
        loss += error * error;
        seen += 1;
    }
    (loss / f64::from(seen.max(1)), seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_stays_within_its_bounds_and_moves() {
        for seed in 0..20 {
            let wave = Wave::new(&mut fastrand::Rng::with_seed(seed));
            let shares: Vec<f64> = (0..120).map(|s| wave.share(f64::from(s))).collect();
            let least = shares.iter().copied().fold(1.0, f64::min);
            let most = shares.iter().copied().fold(0.0, f64::max);
            assert!((0.02..0.04).contains(&least) && (0.1..=0.15).contains(&most), "{least} to {most}");
        }
    }
}
