//! `qdeck screenshot`: the screens of machines as pictures and as texts.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use quarterdeck::console::fonts;
use quarterdeck::vnc::Framebuffer;
use quarterdeck::vnc::text::Recognizer;

use crate::cloud::{Cloud, QDECK};

/// A demo cloud, and a home whose configuration connects to it.
struct Setup {
    cloud: Cloud,
    home: tempfile::TempDir,
}

impl Setup {
    fn start(faces: &str) -> Self {
        Self { cloud: Cloud::start(&["--faces", faces]), home: tempfile::tempdir().expect("a folder") }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Takes one; returns the exit code and what is on standard error. Nothing is on standard output.
    fn take(&self, target: &str, arguments: &[&str]) -> (Option<i32>, String) {
        let output = Command::new(QDECK)
            .arg("--config")
            .arg(self.cloud.config())
            .args(["screenshot", target])
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.home.path())
            .current_dir(self.home.path())
            .stdin(Stdio::null())
            .output()
            .expect("it starts");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// Takes one of a screen that has a shell, however long that takes to start.
    fn taken(&self, target: &str, file: &str) -> PathBuf {
        assert_eq!(self.take(target, &["-o", file, "--wait", "5m"]), (Some(0), String::new()), "{target}");
        self.file(file)
    }
}

/// Reads a picture back.
fn screen(file: &Path) -> Framebuffer {
    let file = std::io::BufReader::new(std::fs::File::open(file).expect("a file"));
    let mut reader = png::Decoder::new(file).read_info().expect("a picture");
    let mut bytes = vec![0; reader.output_buffer_size().expect("its size")];
    let info = reader.next_frame(&mut bytes).expect("its pixels");
    assert_eq!((info.color_type, info.bit_depth), (png::ColorType::Rgb, png::BitDepth::Eight));
    let side = |length: u32| u16::try_from(length).expect("a screen");
    let mut screen = Framebuffer::new(side(info.width), side(info.height));
    let (bounds, width) = (screen.bounds(), info.width as usize);
    screen.write(bounds, |y, row| {
        let line = bytes[usize::from(y) * width * 3..][..width * 3].as_chunks::<3>().0;
        for (pixel, [red, green, blue]) in row.iter_mut().zip(line) {
            *pixel = u32::from_be_bytes([0, *red, *green, *blue]);
        }
    });
    screen
}

#[test]
fn the_screens_of_two_platforms_are_written_as_pictures_and_as_texts() {
    let it = Setup::start("exoscale,gcore");
    for (target, prompt) in
        [("demo-exoscale/front-1", "root@front-1:~#"), ("demo-gcore/api-1", "root@api-1:~#")]
    {
        let screen = screen(&it.taken(target, "screen.png"));
        assert_eq!((screen.width(), screen.height()), (640, 400), "{target}");
        let text = Recognizer::new(fonts()).read(&screen).expect("a screen of text");
        assert_eq!(text.to_text(), format!("{prompt}\n"));
        // And over the one that is there.
        std::fs::write(it.file("screen.txt"), "an older one").expect("writable");
        let text = it.taken(target, "screen.txt");
        assert_eq!(std::fs::read_to_string(&text).expect("readable"), format!("{prompt}\n"));
        let mode = std::fs::metadata(&text).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "a screen may show secrets");
    }
    let files = std::fs::read_dir(it.home.path()).expect("a folder");
    let mut files: Vec<String> =
        files.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned()).collect();
    files.retain(|name| name.contains("screen"));
    files.sort();
    assert_eq!(files, ["screen.png", "screen.txt"]);
}

#[test]
fn a_file_that_cannot_be_written_is_reported_before_anything_is_asked() {
    let it = Setup::start("exoscale");
    std::fs::create_dir(it.file("folder.png")).expect("a folder");
    for (file, code, expected) in [
        ("missing/a.png", 1, "qdeck: could not write missing/a.png: there is no folder missing\n"),
        ("folder.png", 1, "qdeck: could not write folder.png: it is there, and no regular file\n"),
        ("a.jpg", 2, "expected a file that ends in .png or .txt"),
        ("-", 2, "expected a file that ends in .png or .txt"),
    ] {
        // No instance has this name: that is found out later.
        let (found, said) = it.take("nowhere", &["-o", file]);
        assert_eq!(found, Some(code), "{file}: {said}");
        assert!(said.contains(expected), "{file}: {said}");
    }
    assert!(!it.file("missing").exists());
}

#[test]
fn a_screen_that_cannot_be_taken_is_an_error_with_a_code_and_leaves_the_file_as_it_was() {
    let it = Setup::start("cycle,elasticbox,exoscale,gcore");
    for file in ["old.png", "old.txt"] {
        std::fs::write(it.file(file), "an older one").expect("writable");
    }
    for (target, arguments, code, expected) in [
        (
            "demo-exoscale/fron-1",
            &["-o", "old.png"][..],
            5,
            "there is no `demo-exoscale/fron-1`\nDid you mean `front-1`?\n",
        ),
        ("front-1", &["-o", "old.png", "--context", "nowhere"], 5, "no context `nowhere`"),
        (
            "demo-cycle/web-1",
            &["-o", "old.png"],
            6,
            "demo-cycle/web-1 has no screen by VNC: its platform offers none\n`-o FILE.txt` writes the text of its terminal\n",
        ),
        (
            "demo-elasticbox/tomcat-1",
            &["-o", "old.png"],
            6,
            "demo-elasticbox/tomcat-1 has no screen by VNC: its platform offers none\n",
        ),
        (
            "demo-elasticbox/tomcat-1",
            &["-o", "old.txt"],
            6,
            "demo-elasticbox/tomcat-1 has no console: its platform offers none\n",
        ),
        (
            "demo-exoscale/front-1",
            &["-o", "old.png", "--wait", "1ms"],
            8,
            "the screen of demo-exoscale/front-1 did not appear within 1ms\nA longer `--wait` may help\n",
        ),
    ] {
        let (found, said) = it.take(target, arguments);
        assert_eq!(found, Some(code), "{target}: {said}");
        assert!(
            said.starts_with("qdeck: ") && said.ends_with(expected) || said.contains("nowhere"),
            "{said}"
        );
    }
    for file in ["old.png", "old.txt"] {
        assert_eq!(std::fs::read_to_string(it.file(file)).expect("readable"), "an older one");
    }
}
