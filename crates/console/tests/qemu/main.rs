//! Screens of a real QEMU, read as text: a BIOS, a boot loader and a text console of Linux, each compared with what the
//! machine itself holds, cell by cell with its colours, and typed into.
//!
//! They need the guest that `guest/build` makes, in the folder `QDECK_TEST_GUEST` or `target/guest`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where something is not as it must be"
)]

#[path = "../kit/connector.rs"]
mod connector;
mod console;
mod machine;
#[path = "../kit/vnc.rs"]
mod vnc;

use crossterm::event::KeyCode;
use qdeck_console::{ByteStream, Connector, Opened, PixelTransport};

use console::{Console, Font};
use machine::{Machine, guest, until};

/// Keys of every kind that a line can have.
const LINE: &str = "The quick brown fox 0123456789 !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ JUMPS";

/// Has the guest draw a page and report it, and compares all that is read until the cursor has come and gone; then ends the
/// page with a line.
async fn shows_page(machine: &Machine, page: &str, font: Font) {
    let (begin, end) = (format!("\nbegin {page}\n"), format!("\nend {page}\n"));
    let before = machine.serial().matches(&end).count();
    machine.enter(page);
    let report = until(&format!("the report of {page}"), || {
        let serial = machine.serial();
        let report = serial.split(&begin).nth(before + 1).and_then(|report| report.split_once(&end));
        report.map(|(report, _)| report.to_owned()).ok_or(serial)
    })
    .await;
    let console = Console::of_report(&report, font);
    until(page, || console.compare(&machine.session)).await;
    // From now on nothing that is read may be wrong.
    for visible in [true, false, true] {
        until("a cursor that comes and goes", || {
            let has_cursor = console.compare(&machine.session).expect(page);
            if has_cursor == visible { Ok(()) } else { Err(has_cursor) }
        })
        .await;
    }
    machine.enter("");
    machine.shows("guest#").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn system_a_bios_a_boot_loader_and_linux_are_read_from_the_text_mode_of_a_vga() {
    let disc = guest().join("disc.iso");
    let boot = ["-boot", "menu=on,splash-time=60000", "-cdrom", disc.to_str().unwrap()];
    let mut machine = Machine::start(&boot).await;
    machine.shows("Press ESC for boot menu").await;
    machine.shows_text_memory("SeaBIOS").await;
    machine.press(KeyCode::Esc);
    machine.shows("Select boot device").await;
    machine.shows_text_memory("SeaBIOS's menu").await;
    let entry = machine.shows("DVD/CD").await;
    machine.press(KeyCode::Char(entry.trim_start().chars().next().unwrap()));

    machine.shows("Use the ↑ and ↓ keys to select which entry is highlighted.").await;
    machine.shows_text_memory("GRUB's menu").await;
    machine.press(KeyCode::Down);
    machine.shows("*Linux on a framebuffer").await;
    machine.shows_text_memory("GRUB's menu, the second entry").await;
    machine.press(KeyCode::Char('c'));
    machine.shows("grub>").await;
    machine.enter("echo a line of \"GRUB\": $prefix");
    machine.shows("a line of GRUB: (").await;
    machine.shows_text_memory("GRUB's command line").await;
    machine.press(KeyCode::Esc);
    machine.shows("*Linux on a framebuffer").await;
    machine.press(KeyCode::Up);
    machine.shows("*Linux in the text mode").await;
    machine.press(KeyCode::Enter);

    machine.reports("ready").await;
    machine.shows("guest#").await;
    for page in ["characters", "colors", "full"] {
        shows_page(&machine, page, Font::Own).await;
    }
    // The VGA's own fonts are eight pixels wide.
    for font in ["Uni2-Fixed16", "Uni2-Terminus16"] {
        machine.enter(&format!("font {font}"));
        shows_page(&machine, "characters", Font::Loaded).await;
    }
    is_typed_into(&machine).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn system_linux_is_read_from_a_framebuffer() {
    let guest = guest();
    let (kernel, files) = (guest.join("vmlinuz"), guest.join("initrd.gz"));
    // 1024x768 pixels.
    let boot = ["-append", "quiet nokaslr vga=0x344", "-kernel"];
    let boot = [&boot[..], &[kernel.to_str().unwrap(), "-initrd", files.to_str().unwrap()]].concat();
    let machine = Machine::start(&boot).await;
    machine.reports("ready").await;
    machine.shows("guest#").await;
    for page in ["characters", "colors", "full"] {
        shows_page(&machine, page, Font::Own).await;
    }
    for font in ["Uni2-VGA16", "Uni2-Terminus32x16"] {
        machine.enter(&format!("font {font}"));
        shows_page(&machine, "characters", Font::Loaded).await;
        shows_page(&machine, "full", Font::Loaded).await;
    }
    is_typed_into(&machine).await;
}

/// Types a line of all kinds of keys, which the guest reports as it has read it.
async fn is_typed_into(machine: &Machine) {
    machine.enter("report line");
    machine.reports("end line").await;
    machine.enter(LINE);
    machine.reports(&format!("answer {LINE}")).await;
    machine.shows(LINE).await;
}
