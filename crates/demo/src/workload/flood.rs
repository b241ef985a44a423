//! Numbered coloured lines, so that a reader can count what is missing.

use std::io::{BufWriter, Write};
use std::time::{Duration, Instant};

/// Lines a batch when there is no limit a second.
const BATCH: u64 = 500;

pub(super) fn run(rate: Option<u64>, lines: Option<u64>, bytes: Option<u64>) -> std::io::Result<()> {
    let given = |name: &str| std::env::var(name).ok().and_then(|v| v.parse().ok());
    let rate = rate.or_else(|| given("FLOOD_RATE")).unwrap_or(0);
    let lines = lines.or_else(|| given("FLOOD_LINES")).unwrap_or(u64::MAX);
    let bytes = bytes.or_else(|| given("FLOOD_BYTES")).unwrap_or(u64::MAX);
    let mut out = BufWriter::with_capacity(64 * 1024, std::io::stdout().lock());
    let began = Instant::now();
    let (mut printed, mut written) = (0, 0);
    while printed < lines && written < bytes {
        // Twenty batches a second keep the pace even without a wake-up a line.
        let batch = if rate == 0 { BATCH } else { rate.div_ceil(20) };
        for _ in 0..batch.min(lines - printed) {
            let line = line(printed);
            out.write_all(line.as_bytes())?;
            printed += 1;
            written += line.len() as u64;
            if written >= bytes {
                break;
            }
        }
        out.flush()?;
        if let Some(due) = printed.saturating_mul(1000).checked_div(rate) {
            std::thread::sleep(Duration::from_millis(due).saturating_sub(began.elapsed()));
        }
    }
    out.flush()?;
    // A container whose process ends is restarted; this one has said what it had to say.
    if std::env::var_os(crate::process::reaper::MARK).is_some() && std::env::var_os("QDECK").is_none() {
        std::thread::sleep(Duration::from_secs(3600));
    }
    Ok(())
}

/// `flood 0000000042 ...`, 120 bytes with colours that change.
fn line(number: u64) -> String {
    let colour = 31 + number % 6;
    let level = if number.is_multiple_of(97) { "ERROR" } else { "INFO" };
    format!("\x1b[{colour}mflood\x1b[0m {number:010} {level:<5} \x1b[1m{:x<76}\x1b[0m {colour}\n", "")
}
