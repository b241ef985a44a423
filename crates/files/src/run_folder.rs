//! Folders of one run in the temporary folder. A run that is killed cannot remove its own: the next one does.

use std::fs::{DirBuilder, File, OpenOptions};
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{FlockOperation, OFlags, flock};

use crate::create_new;

/// The file whose lock its run holds. The system releases it when the run ends, however it ends.
const LOCK_NAME: &str = ".lock";

/// A folder younger than this may be one that is being made.
const MIN_AGE: Duration = Duration::from_secs(30);

/// A folder of this run, for its owner alone. Dropping it removes it.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    _lock: File,
}

impl RunFolder {
    /// Makes a folder with a name of its own that begins with `prefix`.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(parent: &Path, prefix: &str) -> io::Result<Self> {
        let random = RandomState::new().hash_one(std::process::id());
        Self::create_at(parent.join(format!("{prefix}{random:016x}")))
    }

    /// Makes this folder, which must not be there: so another user cannot have made it for us.
    ///
    /// # Errors
    /// When it exists or cannot be made.
    pub fn create_at(path: PathBuf) -> io::Result<Self> {
        DirBuilder::new().mode(0o700).create(&path)?;
        let lock = create_new(&path.join(LOCK_NAME))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        Ok(Self { path, _lock: lock })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        // What is left behind is swept by a later run.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// Removes the folders of runs that have ended without doing so: those in `parent` whose names begin with `prefix`, that
/// belong to this user, and whose lock nothing holds. `before` is called with each before it goes.
pub fn sweep(parent: &Path, prefix: &str, before: impl Fn(&Path)) {
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix)) {
        let path = entry.path();
        if is_old_and_ours(&path) && is_abandoned(&path) {
            before(&path);
            // It does not follow links: neither the folder itself nor anything in it.
            let _ = std::fs::remove_dir_all(&path);
        }
    }
}

fn is_old_and_ours(path: &Path) -> bool {
    let Ok(found) = std::fs::symlink_metadata(path) else {
        return false;
    };
    let age = found.modified().ok().and_then(|at| at.elapsed().ok());
    found.is_dir()
        && found.uid() == rustix::process::getuid().as_raw()
        && age.is_some_and(|age| age > MIN_AGE)
}

/// Returns true if nothing holds the lock of the folder. A folder without one is of a run that was killed while it made it.
fn is_abandoned(path: &Path) -> bool {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    match OpenOptions::new().read(true).custom_flags(flags).open(path.join(LOCK_NAME)) {
        Ok(lock) => flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::time::SystemTime;

    use super::*;

    const PREFIX: &str = "qdeck-test-";

    /// Makes a folder look as if nothing had happened in it for an hour.
    fn age(path: &Path) {
        let hour_ago = SystemTime::now() - Duration::from_secs(3600);
        File::open(path).and_then(|folder| folder.set_modified(hour_ago)).expect("ours");
    }

    /// A folder of a run that was killed.
    fn leftover(parent: &Path) -> PathBuf {
        let mut folder = RunFolder::create(parent, PREFIX).expect("a folder");
        let path = std::mem::take(&mut folder.path);
        std::fs::write(path.join("secret"), "s3cret").expect("writable");
        age(&path);
        path
    }

    #[test]
    fn a_folder_is_for_its_owner_alone_and_goes_with_its_run() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = RunFolder::create(parent.path(), PREFIX).expect("a folder");
        let path = folder.path().to_owned();
        assert_eq!(std::fs::metadata(&path).expect("it exists").permissions().mode() & 0o777, 0o700);
        assert!(RunFolder::create_at(path.clone()).is_err(), "it is there already");
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn what_killed_runs_left_is_removed_and_nothing_else() {
        let parent = tempfile::tempdir().expect("a folder");
        let (killed, fresh) = (leftover(parent.path()), leftover(parent.path()));
        File::open(&fresh).and_then(|it| it.set_modified(SystemTime::now())).expect("ours");
        let alive = RunFolder::create(parent.path(), PREFIX).expect("a folder");
        age(alive.path());
        let other = parent.path().join("another-program");
        std::fs::create_dir(&other).expect("a folder");
        age(&other);
        // A link with our prefix leads to a folder that is none of ours.
        symlink(&other, parent.path().join(format!("{PREFIX}link"))).expect("a link");
        let met = std::sync::Mutex::new(Vec::new());
        sweep(parent.path(), PREFIX, |path| met.lock().expect("no panic").push(path.to_owned()));
        assert_eq!(met.into_inner().expect("no panic"), std::slice::from_ref(&killed));
        assert!(!killed.exists());
        assert!(fresh.exists() && alive.path().exists() && other.exists());
    }

    #[test]
    fn a_link_inside_of_a_leftover_is_removed_and_not_followed() {
        let parent = tempfile::tempdir().expect("a folder");
        let elsewhere = tempfile::tempdir().expect("a folder");
        std::fs::write(elsewhere.path().join("precious"), "").expect("writable");
        let killed = leftover(parent.path());
        symlink(elsewhere.path(), killed.join("link")).expect("a link");
        age(&killed);
        sweep(parent.path(), PREFIX, |_| {});
        assert!(!killed.exists() && elsewhere.path().join("precious").exists());
    }
}
