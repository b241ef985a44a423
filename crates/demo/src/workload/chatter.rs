//! The workloads that mostly talk: a queue worker, a database, a crash-looper, a quiet one.

use std::time::Duration;

use super::{rest, say};

pub(super) fn queue(dice: &mut fastrand::Rng) -> std::io::Result<()> {
    say("INFO", "connected to queue `orders`, prefetch 8")?;
    for number in dice.u32(1000..9000).. {
        let (kind, took) = (["invoice", "resize", "email", "refund"][dice.usize(..4)], dice.u32(4..900));
        let line = format!(r#"{{"job":{number},"kind":"{kind}","ms":{took},"attempt":1,"ok":true}}"#);
        match dice.u32(0..40) {
            0 => say(
                "ERROR",
                &format!(r#"{{"job":{number},"kind":"{kind}","ok":false,"error":"connection reset"}}"#),
            )?,
            1..3 => say("WARN", &format!("job {number} took {}ms, over its budget of 1000ms", took + 1000))?,
            _ => say("INFO", &line)?,
        }
        rest(dice, 300..2600);
    }
    Ok(())
}

pub(super) fn db(dice: &mut fastrand::Rng) -> std::io::Result<()> {
    say("INFO", "database system is ready to accept connections")?;
    loop {
        let (buffers, ms) = (dice.u32(30..2000), dice.u32(20..900));
        match dice.u32(0..10) {
            0..3 => say("INFO", &format!("checkpoint complete: wrote {buffers} buffers; sync={ms} ms"))?,
            3..5 => say(
                "WARN",
                &format!("slow query, {} ms: SELECT * FROM orders WHERE shipped IS NULL", ms + 900),
            )?,
            5 => say("INFO", &format!("automatic vacuum of table \"shop.orders\": {buffers} pages scanned"))?,
            _ => say(
                "DEBUG",
                &format!("connection authorized: user=shop database=shop application=web-{}", ms % 6 + 1),
            )?,
        }
        rest(dice, 1500..6000);
    }
}

/// Works for some seconds, then falls over the same stone every time.
pub(super) fn crash(dice: &mut fastrand::Rng) -> u8 {
    let _ = say("INFO", "mailer starting, pid 1");
    // How many receipts it sends first may be set, so that a test need not wait for the crash.
    let patience = std::env::var("CRASH_AFTER").ok().and_then(|n| n.parse().ok());
    for sent in 1..=patience.unwrap_or_else(|| dice.u32(4..9)) {
        rest(dice, 900..2400);
        let _ = say("INFO", &format!("sent receipt {sent} in {}ms", dice.u32(20..200)));
    }
    let _ = say("ERROR", "\x1b[1;31mpanicked: template `receipt.html` has no field `vat_id`\x1b[0m");
    for (depth, frame) in
        ["mailer::template::render", "mailer::receipt::compose", "mailer::worker::step", "mailer::main"]
            .iter()
            .enumerate()
    {
        let _ = say(
            "ERROR",
            &format!("   {depth}: \x1b[35m{frame}\x1b[0m\n             at src/worker.rs:{}", 40 + depth * 17),
        );
    }
    101
}

pub(super) fn quiet() -> std::io::Result<()> {
    loop {
        say("INFO", "nothing to report")?;
        std::thread::sleep(Duration::from_secs(3600));
    }
}
