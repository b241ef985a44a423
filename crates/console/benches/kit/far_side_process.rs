//! The far side of a benchmark, in a process of its own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::Error;

/// The argument with which this program is the far side. What it is to send is the next one.
pub const ARGUMENT: &str = "far-side";

/// A far side that waits for its connection. It ends with that, or when this is dropped.
pub struct FarSide {
    process: Child,
    /// The address of its websocket.
    pub url: url::Url,
}

impl FarSide {
    /// Starts one that is to send this.
    pub fn start(what: &str) -> Result<Self, Error> {
        let mut process =
            Command::new(std::env::current_exe()?).args([ARGUMENT, what]).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        let stdout = process.stdout.take().ok_or("no output")?;
        BufReader::new(stdout).read_line(&mut line)?;
        Ok(Self { process, url: format!("ws://{}/", line.trim()).parse()? })
    }
}

impl Drop for FarSide {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
