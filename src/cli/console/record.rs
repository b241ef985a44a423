//! `--record FILE`: the output of the console in an asciicast file beside the terminal.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::watch;

use crate::cli::error::{Code, CommandError};
use crate::cli::output;
use crate::console::Size;
use crate::console::recording::{CastVersion, Recorder, RecordingFile, RecordingHandle};
use crate::terminal::Emulator;

/// The size of a recording where there is no terminal.
const SIZE_WITHOUT_TERMINAL: Size = Size { columns: 80, rows: 24 };
/// Time to make the file.
const OPEN_TIMEOUT: Duration = Duration::from_secs(10);
/// Time for the file to be complete at the end.
const END_TIMEOUT: Duration = Duration::from_millis(300);

/// Reports a file that cannot be recorded to, without making it.
///
/// # Errors
/// There is something at the path, or no folder for it.
pub(super) fn check(path: &Path) -> Result<(), CommandError> {
    let error = |why: &str, hint: &str| {
        let message = format!("could not record to {}: {why}", path.display());
        Err(CommandError::new(Code::Failed, message).hint(hint.to_owned()))
    };
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    if path.symlink_metadata().is_ok() {
        return error("it exists, and a recording replaces no file", "Name another file, or remove this one");
    }
    if !folder.is_dir() {
        return error(&format!("there is no folder {}", folder.display()), "Make it first");
    }
    Ok(())
}

/// A recording under way.
pub(super) struct Recording {
    /// Shows what the terminal does: after a gap the recording goes on with its picture.
    emulator: Emulator,
    recorder: Recorder,
    handle: RecordingHandle,
    sizes: Option<watch::Receiver<Size>>,
}

impl Recording {
    /// Starts to record to a new file.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn start(path: &Path, name: &str, sizes: Option<watch::Receiver<Size>>) -> io::Result<Self> {
        let size = sizes.as_ref().map_or(SIZE_WITHOUT_TERMINAL, |sizes| *sizes.borrow());
        let mut emulator = Emulator::new(size);
        let file = RecordingFile::At(path.to_owned());
        let (recorder, handle) =
            Recorder::start(file, CastVersion::default(), name, &mut emulator, Arc::new(|| {}))?;
        handle.wait_opened(Instant::now() + OPEN_TIMEOUT);
        match handle.end().and_then(|end| end.error) {
            Some(error) => Err(io::Error::other(format!("could not record to {}: {error}", path.display()))),
            None => Ok(Self { emulator, recorder, handle, sizes }),
        }
    }

    /// Records output, and the size if it is another one since the output before.
    pub fn output(&mut self, bytes: &Bytes) {
        if let Some(sizes) = &self.sizes {
            let size = *sizes.borrow();
            if size != self.emulator.size() {
                self.emulator.resize(size);
                self.recorder.resize(self.emulator.size());
            }
        }
        self.emulator.feed(bytes);
        self.emulator.take_replies();
        self.recorder.output(bytes, &mut self.emulator);
    }

    /// Ends the recording, and reports a failure of it.
    pub fn finish(self) {
        drop(self.recorder);
        self.handle.wait_until(Instant::now() + END_TIMEOUT);
        if let Some(end) = self.handle.end() {
            let path = end.path.map(|path| path.display().to_string()).unwrap_or_default();
            output::error_line(&match end.error {
                Some(error) => format!("the recording ended: {error}. What came before it is in {path}"),
                None => format!("recorded {path}"),
            });
        }
    }
}
