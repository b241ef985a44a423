//! A training loop that really computes: gradient descent on a small least-squares problem.

use std::time::{Duration, Instant};

use super::{rest, say};

const WEIGHTS: usize = 64;

pub(super) fn run(dice: &mut fastrand::Rng) -> std::io::Result<()> {
    let truth: Vec<f64> = (0..WEIGHTS).map(|_| dice.f64() - 0.5).collect();
    let mut weights = vec![0.0; WEIGHTS];
    let epochs = 400;
    say(
        "INFO",
        &format!("trainer up, {WEIGHTS} weights, {epochs} epochs, one worker"),
    )?;
    for epoch in 1..=epochs {
        let steps = 16;
        for step in 1..=steps {
            let (loss, samples) = descend(&mut weights, &truth, dice, Duration::from_millis(8));
            let bar = "█".repeat(step) + &"░".repeat(steps - step);
            say(
                "INFO",
                &format!("epoch {epoch:>3}/{epochs} \x1b[36m{bar}\x1b[0m loss {loss:.5} samples {samples}"),
            )?;
            rest(dice, 1800..3200);
        }
        // The evaluation is the burst that shows in a sparkline.
        let (loss, samples) = descend(&mut weights, &truth, dice, Duration::from_millis(150));
        let level = if epoch % 9 == 0 { "WARN" } else { "INFO" };
        say(
            level,
            &format!("\x1b[1mepoch {epoch} done\x1b[0m validation loss {loss:.6} over {samples} samples"),
        )?;
        if epoch % 40 == 0 {
            weights.fill(0.0);
            say("WARN", "learning rate restarted")?;
        }
    }
    Ok(())
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
