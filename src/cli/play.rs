//! `qdeck play`: a recording on the screen, as text, or as the bytes that it was.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::Failure;
use crate::console::recording::{Cast, PlayOptions, dump, timed_output};

/// The slowest and the fastest speed.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.01..=1000.0;

/// Options of `play`.
#[derive(Debug, Clone, Args)]
pub struct PlayArguments {
    /// The recording: asciicast version 2 or 3, as qdeck and asciinema write them
    pub file: PathBuf,
    /// Print the text of scrollback and screen at its end
    #[arg(long, conflicts_with_all = ["cat", "speed", "idle_limit"])]
    pub dump: bool,
    /// Write its output to standard output as it was, escape sequences included, at its times
    #[arg(long)]
    pub cat: bool,
    /// Times its speed
    #[arg(long, value_name = "N", value_parser = speed)]
    pub speed: Option<f64>,
    /// Shorten longer pauses to this, such as 2s; without it to what the recording says
    #[arg(long, value_name = "TIME", value_parser = idle_limit)]
    pub idle_limit: Option<Duration>,
}

impl PlayArguments {
    /// How it is played.
    pub(super) fn options(&self) -> PlayOptions {
        PlayOptions { speed: self.speed.unwrap_or(1.0), idle_limit: self.idle_limit }
    }
}

fn speed(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|speed| SPEEDS.contains(speed))
        .ok_or_else(|| format!("expected a number from {} to {}", SPEEDS.start(), SPEEDS.end()))
}

fn idle_limit(text: &str) -> Result<Duration, String> {
    crate::config::duration(text)
        .filter(|found| !found.is_zero())
        .ok_or_else(|| "expected a time such as 2s or 500ms".into())
}

/// Prints a recording, as text or as it was.
pub(super) fn print(play: &PlayArguments, out: &mut impl Write) -> Result<ExitCode, Failure> {
    let cast = Cast::open(&play.file).map_err(Failure::Message)?;
    let fault = cast.fault();
    if play.dump {
        out.write_all(dump(&cast).as_bytes())?;
        out.flush()?;
    } else {
        timed_output(cast, play.options(), out, std::thread::sleep)?;
    }
    match fault {
        // What is whole has been printed.
        Some(fault) => Err(Failure::Message(format!("{}: {fault}", play.file.display()))),
        None => Ok(ExitCode::SUCCESS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn play(dump: bool, text: &str) -> (String, Result<ExitCode, Failure>) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.cast");
        std::fs::write(&file, text).unwrap();
        let arguments = PlayArguments { file, dump, cat: !dump, speed: Some(1000.0), idle_limit: None };
        let mut out = Vec::new();
        let result = print(&arguments, &mut out);
        (String::from_utf8(out).unwrap(), result)
    }

    #[test]
    fn a_recording_is_printed_as_text_and_as_it_was() {
        let text =
            "{\"version\": 2, \"width\": 20, \"height\": 4}\n[0.1, \"o\", \"\\u001b[1mone\\r\\ntwo\"]\n";
        let (shown, result) = play(true, text);
        assert_eq!((shown.as_str(), result.is_ok()), ("one\ntwo\n", true));
        let (shown, result) = play(false, text);
        assert_eq!((shown.as_str(), result.is_ok()), ("\x1b[1mone\r\ntwo", true));
    }

    #[test]
    fn what_is_whole_is_printed_and_the_fault_reported() {
        let (shown, result) =
            play(true, "{\"version\": 2, \"width\": 20, \"height\": 4}\n[0.1, \"o\", \"one\"]\n[0.2, \"o");
        assert_eq!(shown, "one\n");
        let error = result.unwrap_err().to_string();
        assert!(error.ends_with("a.cast: line 3: the line is cut off; it is not played"), "{error}");
    }

    #[test]
    fn speeds_and_pauses_are_checked() {
        assert_eq!(speed("2"), Ok(2.0));
        for wrong in ["0", "-1", "fast", "1e9", "NaN", "inf"] {
            assert!(speed(wrong).is_err(), "{wrong}");
        }
        assert_eq!(idle_limit("500ms"), Ok(Duration::from_millis(500)));
        assert!(idle_limit("0s").is_err() && idle_limit("2").is_err());
    }
}
