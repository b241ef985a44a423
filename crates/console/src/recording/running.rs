//! The recordings under way, of all sessions.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::file::{RecordingFile, default_folder};
use super::format::CastVersion;
use super::recorder::{RecordingEnd, RecordingHandle};
use crate::{OpenConsole, Wake};
use parking_lot::Mutex;

/// Where and how recordings are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingOptions {
    /// The folder; `None` where this system has none for it.
    pub folder: Option<PathBuf>,
    /// The version of the format.
    pub version: CastVersion,
}

impl Default for RecordingOptions {
    fn default() -> Self {
        Self { folder: default_folder(), version: CastVersion::default() }
    }
}

/// The recordings under way, and those whose end has not been reported. Clones are handles on the same list.
#[derive(Clone, Default)]
pub struct Recordings {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    options: RecordingOptions,
    running: Vec<Running>,
}

struct Running {
    name: String,
    handle: RecordingHandle,
}

impl Recordings {
    /// Sets where and how the next ones are written.
    pub fn set_options(&self, options: RecordingOptions) {
        self.inner.lock().options = options;
    }

    /// Where and how they are written.
    pub fn options(&self) -> RecordingOptions {
        self.inner.lock().options.clone()
    }

    /// Starts to record a console.
    pub(crate) fn start(&self, open: &OpenConsole, wake: Wake) -> Result<(), String> {
        let Some(recordable) = open.screen.recordable() else {
            return Err("this screen cannot be recorded".to_owned());
        };
        let options = self.options();
        let folder =
            options.folder.ok_or("no directory for recordings: set `recordings` in the configuration")?;
        let name = open.label();
        let file = RecordingFile::In { folder, name: name.clone() };
        let handle = recordable
            .start_recording(file, options.version, &name, wake)
            .map_err(|error| format!("could not record {name}: {error}"))?;
        let running = Running { name, handle };
        self.inner.lock().running.push(running);
        Ok(())
    }

    /// Takes those that have ended, each with the name of its console.
    pub fn take_ended(&self) -> Vec<(String, RecordingEnd)> {
        let mut ended = Vec::new();
        self.inner.lock().running.retain(|it| match it.handle.end() {
            Some(end) => {
                ended.push((it.name.clone(), end));
                false
            }
            None => true,
        });
        ended
    }

    /// Waits until all have ended, but not longer than this.
    pub fn wait(&self, timeout: Duration) {
        let deadline = Instant::now() + timeout;
        let handles: Vec<_> = self.inner.lock().running.iter().map(|it| it.handle.clone()).collect();
        for handle in handles {
            handle.wait_until(deadline);
        }
    }
}
