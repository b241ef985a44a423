use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

use super::*;

/// Does it on a thread of its own, so that one that waits for a pipe fails instead of hanging.
fn promptly<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(run()));
    receiver.recv_timeout(Duration::from_secs(20)).expect("it does not wait")
}

fn fifo(folder: &tempfile::TempDir) -> PathBuf {
    let path = folder.path().join("pipe");
    let kind = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, &path, kind, rustix::fs::Mode::from_raw_mode(0o600), 0)
        .expect("a pipe");
    path
}

#[test]
fn a_pipe_a_device_and_a_folder_are_refused_at_once_for_reading_and_for_writing() {
    let folder = tempfile::tempdir().expect("a folder");
    let link = folder.path().join("link");
    let pipe = fifo(&folder);
    symlink(&pipe, &link).expect("a link");
    for (path, word) in [
        (pipe, "a pipe"),
        (link, "a pipe"),
        ("/dev/zero".into(), "a device"),
        ("/dev/tty".into(), "a device"),
        (folder.path().to_owned(), "a folder"),
    ] {
        let shown = path.display().to_string();
        let same = path.clone();
        let error = promptly(move || read(&path, 100)).expect_err("not regular").to_string();
        assert_eq!(error, format!("{shown} cannot be read: it is {word}. Name a regular file"));
        let error = promptly(move || append(&same)).expect_err("not regular").to_string();
        assert_eq!(error, format!("{shown} cannot be written: it is {word}. Name a regular file"));
    }
}

#[test]
fn a_large_file_is_refused_by_its_size_before_it_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large");
    // Sparse: it takes no room on the disk, and reading it would take a long time.
    File::create(&path).and_then(|file| file.set_len(100 << 30)).expect("a large file");
    let error = read(&path, 1 << 20).expect_err("too large").to_string();
    assert!(error.contains("it has 102400 MiB, and at most 1 MiB are read"), "{error}");
    // A file of /proc has no size, and content all the same.
    let error = read(Path::new("/proc/self/stat"), 5).expect_err("too large").to_string();
    assert!(error.contains("it has 6 bytes, and at most 5 bytes are read"), "{error}");
}

#[test]
fn a_file_within_the_limit_is_read_and_a_missing_one_is_reported_as_missing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file");
    assert!(read_text(&path, 5).expect_err("missing").is_missing());
    std::fs::write(&path, "12345").expect("writable");
    assert_eq!(read_text(&path, 5).expect("it fits"), "12345");
    std::fs::write(&path, [0xff]).expect("writable");
    assert!(read_text(&path, 5).expect_err("no text").to_string().contains("not text"));
}

#[test]
fn what_is_written_is_for_its_owner_alone_and_replaces_what_was_open_to_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let mode = |path: &Path| std::fs::metadata(path).expect("it exists").permissions().mode() & 0o777;
    let path = folder.path().join("deep/state.toml");
    replace(&path, b"one").expect("written");
    assert_eq!((mode(&path), mode(path.parent().expect("a folder"))), (0o600, 0o700));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).expect("ours");
    replace(&path, b"two").expect("written");
    assert_eq!((mode(&path), read_text(&path, 9).expect("read")), (0o600, "two".to_owned()));
    let log = folder.path().join("log");
    append(&log).expect("made");
    assert_eq!(mode(&log), 0o600);
    let new = folder.path().join("new");
    create_new(&new).expect("made");
    assert_eq!(mode(&new), 0o600);
    assert!(create_new(&new).is_err(), "nothing is overwritten");
}

#[test]
fn two_that_replace_a_file_at_once_both_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.toml");
    std::thread::scope(|scope| {
        for letter in [b'a', b'b', b'c', b'd'] {
            let path = &path;
            scope.spawn(move || {
                for _ in 0..50 {
                    replace(path, &[letter; 4000]).expect("written");
                    let read = read(path, 9000).expect("read");
                    assert!(
                        read.len() == 4000 && read.iter().all(|byte| *byte == read[0]),
                        "one of them whole"
                    );
                }
            });
        }
    });
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "only the file itself");
}

#[test]
fn a_file_that_others_can_change_or_replace_is_warned_of() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("config.toml");
    std::fs::write(&path, "").expect("writable");
    let set = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("ours");
    };
    set(folder.path(), 0o755);
    set(&path, 0o644);
    assert_eq!(write_warning(&path), None, "others may read it");
    set(&path, 0o664);
    assert!(write_warning(&path).expect("a warning").contains("(mode 664): run chmod go-w on it"));
    set(&path, 0o600);
    set(folder.path(), 0o777);
    assert!(write_warning(&path).expect("a warning").contains("go-w on the folder"));
    set(folder.path(), 0o1777);
    assert_eq!(write_warning(&path), None, "as in /tmp");
}
