//! `qdeck screenshot`: what the screen of an instance shows now, as a picture or as text.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use qdeck_vnc::Framebuffer;
use qdeck_vnc::text::Recognizer;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::connection::Connection;
use super::console::{page_error, shown_name};
use super::error::{Code, CommandError};
use super::{Arguments, output, targets};
use crate::console::{OpenConsole, SessionState, Sessions, add_fonts, fonts};
use crate::fleet::Fleet;
use crate::model::{Kind, Resource, ScreenKind};
use crate::providers::Registry;
use crate::{console_fonts, consoles, files};

/// The time without output after which a screen counts as drawn.
const SETTLED: Duration = Duration::from_millis(500);
/// The size of a terminal whose text is wanted.
const TERMINAL: Rect = Rect { x: 0, y: 0, width: 80, height: 24 };

/// Arguments of `qdeck screenshot`.
#[derive(Debug, Clone, Args)]
pub struct ScreenshotArguments {
    /// The instance: NAME, CONTEXT/NAME or an id
    pub target: String,
    /// The contexts to look in
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub context: Vec<String>,
    /// The file, which is replaced if it is there: a picture by the ending .png, text by .txt
    #[arg(short, long, value_name = "FILE")]
    pub output: OutputFile,
    /// How long the screen is waited for
    #[arg(long, value_name = "TIME", value_parser = super::duration, default_value = "15s")]
    pub wait: Duration,
}

/// A file whose ending says what is written to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFile {
    path: PathBuf,
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Picture,
    Text,
}

impl FromStr for OutputFile {
    type Err = &'static str;

    fn from_str(path: &str) -> Result<Self, Self::Err> {
        let ending = Path::new(path).extension().map(OsStr::to_ascii_lowercase);
        let form = match ending.as_ref().and_then(|ending| ending.to_str()) {
            Some("png") => Form::Picture,
            Some("txt") => Form::Text,
            _ => return Err("expected a file that ends in .png or .txt"),
        };
        Ok(Self { path: path.into(), form })
    }
}

/// `qdeck screenshot`.
pub(super) async fn run(arguments: &Arguments, of: &ScreenshotArguments, registry: &Registry) -> ExitCode {
    match take(arguments, of, registry).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::error_line(&error.line());
            ExitCode::from(error.code as u8)
        }
    }
}

async fn take(
    arguments: &Arguments,
    of: &ScreenshotArguments,
    registry: &Registry,
) -> Result<(), CommandError> {
    let Connection { fleet, events, console_fonts } = Connection::open(arguments, &of.context, registry)?;
    // Nothing is listened for: what is asked for is answered.
    drop(events);
    let fonts = console_fonts::load(&console_fonts);
    add_fonts(fonts.map_err(|error| CommandError::new(Code::Config, error.to_string()))?);
    let (context, _) = targets::qualified(&fleet, &of.target);
    let rows = targets::rows(&fleet, &[Kind::Instance], context).await;
    let instance = rows.find(&fleet, &of.target)?;
    let name = shown_name(instance);
    let kind = kind(&fleet, instance, &name, of.output.form)?;

    let changed = Arc::new(Notify::new());
    let wake = {
        let changed = changed.clone();
        Arc::new(move || changed.notify_one())
    };
    let sessions = Sessions::new(consoles::opener(fleet.clone()), wake);
    let console = sessions.open_new(instance.id(), &name, kind);
    wait_until_drawn(&console, &changed, &name, of.wait).await?;
    let bytes = match of.output.form {
        Form::Picture => picture(&console, &name)?,
        Form::Text => text(&console, &name)?.into_bytes(),
    };
    files::replace(&of.output.path, &bytes).map_err(|error| {
        CommandError::new(Code::Failed, format!("could not write {}: {error}", of.output.path.display()))
    })
}

/// The console that has what is wanted: pixels for a picture; for a text the platform's terminal, else a screen whose text
/// can be recognised.
fn kind(fleet: &Fleet, instance: &Resource, name: &str, form: Form) -> Result<ScreenKind, CommandError> {
    let ways = match instance {
        Resource::Instance(row) => fleet.ways(row),
        _ => Vec::new(),
    };
    let wanted = |kind: ScreenKind| match form {
        Form::Picture => kind == ScreenKind::Framebuffer,
        Form::Text => matches!(kind, ScreenKind::Terminal | ScreenKind::Framebuffer),
    };
    if let Some(way) = ways.iter().find(|way| wanted(way.kind) && way.barrier.is_none()) {
        return Ok(way.kind);
    }
    let what = match form {
        Form::Picture => "no screen of pixels (VNC)",
        Form::Text => "no console",
    };
    let why = ways.into_iter().find(|way| wanted(way.kind)).and_then(|way| way.barrier);
    let why = why.unwrap_or_else(|| "its platform offers none, or it is gone".to_owned());
    let error = CommandError::new(Code::Refused, format!("{name} has {what}: {why}"));
    Err(if form == Form::Picture {
        error.hint("`-o FILE.txt` writes the text of its terminal, if it has one")
    } else {
        error
    })
}

/// Waits until the screen is there, and no more of it has come for a moment. A terminal that is silent counts as drawn in
/// the end; pixels must have come.
async fn wait_until_drawn(
    console: &OpenConsole,
    changed: &Notify,
    name: &str,
    limit: Duration,
) -> Result<(), CommandError> {
    let deadline = Instant::now() + limit;
    let mut has_output = false;
    loop {
        match console.screen.state() {
            SessionState::Ended(Some(problem)) => return Err(problem.into()),
            SessionState::Ended(None) => {
                let message = format!("the console of {name} ended before its screen was there");
                return Err(CommandError::new(Code::LinkBroken, message));
            }
            SessionState::Page(page) => return Err(page_error(name, &page)),
            SessionState::Connecting | SessionState::Live | SessionState::Reconnecting(_) => {}
        }
        console.screen.take_dirty();
        has_output |= console.screen.take_output();
        let until = if has_output { (Instant::now() + SETTLED).min(deadline) } else { deadline };
        if tokio::time::timeout_at(until, changed.notified()).await.is_ok() {
            continue;
        }
        let is_live = console.screen.state() == SessionState::Live;
        return if has_output || (is_live && console.screen.pixels().is_none()) {
            Ok(())
        } else {
            let message = format!("the screen of {name} did not appear within {} s", limit.as_secs());
            Err(CommandError::new(Code::NotFinished, message).hint("`--wait 1m` waits for longer"))
        };
    }
}

fn picture(console: &OpenConsole, name: &str) -> Result<Vec<u8>, CommandError> {
    let Some(pixels) = console.screen.pixels() else {
        let message = format!("the console of {name} is a terminal, which has no picture");
        return Err(CommandError::new(Code::Refused, message).hint("`-o FILE.txt` writes its text"));
    };
    let mut encoded = Ok(Vec::new());
    pixels.with_framebuffer(&mut |screen, _| encoded = png(screen));
    encoded.map_err(|error| CommandError::new(Code::Failed, format!("could not make a picture: {error}")))
}

fn png(screen: &Framebuffer) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, screen.width().into(), screen.height().into());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    let rows = (0..screen.height()).flat_map(|y| screen.row(y));
    let bytes: Vec<u8> = rows.flat_map(|pixel| pixel.to_be_bytes().into_iter().skip(1)).collect();
    writer.write_image_data(&bytes)?;
    writer.finish()?;
    Ok(file)
}

fn text(console: &OpenConsole, name: &str) -> Result<String, CommandError> {
    let Some(pixels) = console.screen.pixels() else { return Ok(terminal_text(console)) };
    let mut grid = None;
    pixels.with_framebuffer(&mut |screen, _| grid = Recognizer::new(fonts()).read(screen));
    grid.map(|grid| grid.to_text()).ok_or_else(|| {
        CommandError::new(
            Code::Refused,
            format!("the screen of {name} shows no text in a known console font"),
        )
        .hint("`-o FILE.png` writes its picture; `console_fonts` in the configuration adds fonts")
    })
}

/// The rows of a terminal's screen, without blanks at their ends and without empty rows at the end.
fn terminal_text(console: &OpenConsole) -> String {
    let mut buffer = Buffer::empty(TERMINAL);
    console.screen.draw(TERMINAL, &mut buffer);
    let rows = buffer.content().chunks(usize::from(TERMINAL.width));
    let text: String = rows
        .map(|row| {
            row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned() + "\n"
        })
        .collect();
    let text = text.trim_end_matches('\n');
    if text.is_empty() { String::new() } else { format!("{text}\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_the_file_says_what_is_written() {
        for (path, form) in
            [("a.png", Some(Form::Picture)), ("b/c.TXT", Some(Form::Text)), ("d", None), ("e.jpg", None)]
        {
            assert_eq!(path.parse::<OutputFile>().ok().map(|file| file.form), form, "{path}");
        }
    }

    #[test]
    fn a_picture_has_the_pixels_of_the_screen() {
        let mut screen = Framebuffer::new(3, 2);
        screen.write(screen.bounds(), |y, row| {
            row.copy_from_slice(&[0x0012_3456 + u32::from(y), 0, 0x00ff_ffff]);
        });
        let file = png(&screen).expect("a picture");
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().expect("a picture");
        let mut bytes = vec![0; reader.output_buffer_size().expect("its size")];
        let info = reader.next_frame(&mut bytes).expect("its pixels");
        assert_eq!((info.width, info.height), (3, 2));
        assert_eq!(
            bytes,
            [0x12, 0x34, 0x56, 0, 0, 0, 255, 255, 255, 0x12, 0x34, 0x57, 0, 0, 0, 255, 255, 255]
        );
    }
}
