//! Starts the screen with the configured contexts, or with the demo where there are none.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::config::variable;
use super::{Arguments, Failure, PlayArguments};
use crate::config::{Config, Context, Origin, RecordingFormat, default_path, load, nearest};
use crate::console::add_fonts;
use crate::console::recording::{CastVersion, RecordingOptions, default_folder};
use crate::fleet::journal::Journal;
use crate::fleet::{Fleet, Member, Options as FleetOptions, Store};
use crate::providers::Registry;
use crate::tui::keymap::Keymap;
use crate::tui::theme::{self, Background, Depth, is_ascii_terminal};
use crate::tui::{Leaving, Options, run};
use crate::{console_fonts, consoles, leave};

/// The banner while the demo is shown.
const DEMO_BANNER: &str =
    "demo cloud: real local processes, nothing leaves this machine. qdeck config init connects your own";

/// Runs the screen until the user quits or a signal ends it. With a recording it shows that and connects to nothing.
pub(super) async fn show(
    arguments: &Arguments,
    registry: &Registry,
    play: Option<&PlayArguments>,
) -> Result<ExitCode, Failure> {
    let asked = &arguments.screen;
    let mut config = load(arguments.config.as_deref(), &registry.specs(), Keymap::check, variable)?;
    require_terminal()?;
    if let Some(play) = play {
        // A name that is mistyped is no reason to take the screen.
        std::fs::metadata(&play.file)
            .map_err(|error| Failure::Message(format!("{} cannot be read: {error}", play.file.display())))?;
        config.contexts.clear();
        config.incomplete.clear();
    }
    let demo = play.is_none() && (asked.demo || config.contexts.is_empty());
    // Held until the screen is gone: dropping it ends its processes.
    let _cloud = if demo { Some(start_demo(&mut config, registry).await?) } else { None };
    if play.is_none() {
        select_contexts(&mut config, &asked.context)?;
    }
    for context in config.contexts.iter_mut().filter(|_| !asked.context.is_empty()) {
        // A context that is named on the command line is connected even if the file has `enabled = false`.
        context.enabled = true;
    }
    let banner = banner(&config.incomplete, demo);
    let settings = config.settings;
    add_fonts(console_fonts::load(&settings.console_fonts)?);
    let read_only = asked.read_only || settings.read_only;
    for context in &mut config.contexts {
        // One truth from here on: the gate of the fleet and the network layer both go by the context.
        context.read_only |= read_only;
    }
    let fleet_options = FleetOptions {
        refresh: asked.refresh.unwrap_or(settings.refresh),
        sample_every: settings.sample_every,
        slow_others: settings.slow_others,
        slow_away: settings.slow_away,
        listing: settings.listing,
    };
    let members = members(&config.contexts, registry);
    let protected = config.contexts.iter().filter(|it| it.protected).map(|it| it.name.clone()).collect();
    let read_only_contexts = config
        .contexts
        .iter()
        .filter(|context| context.read_only)
        .map(|context| context.name.clone())
        .collect();
    let store = Store::new(&members);
    // The state of the screen of a fleet stays as it is.
    let state = |path: Option<PathBuf>| path.filter(|_| play.is_none());
    let journal = state(state_file(demo, "journal", "jsonl")).map_or_else(Journal::none, Journal::at);
    let (fleet, events) = Fleet::start_with(members, fleet_options, journal);
    // Beside the first frame, however long the journal is.
    fleet.pick_up();
    let options = Options {
        banner,
        incomplete: config.incomplete,
        theme: match (&asked.theme, settings.theme) {
            (Some(name), _) => theme::Choice::Argument(name.clone()),
            (None, Some(name)) => theme::Choice::Configured(name),
            (None, None) => theme::Choice::Terminal(Background::detect(variable)),
        },
        ascii: asked.ascii || settings.ascii || is_ascii_terminal(variable),
        read_only,
        keys: settings.keys,
        mouse: settings.mouse,
        refresh: fleet_options.refresh,
        slow_away: fleet_options.slow_away,
        away_after: settings.away_after,
        depth: Depth::detect(variable),
        pictures: settings.pictures,
        log_buffer: settings.log_buffer,
        sessions: consoles::session_options(settings.console_history, &config.contexts),
        read_only_contexts,
        colors: config.contexts.iter().filter_map(|it| Some((it.name.clone(), it.color?))).collect(),
        protected_contexts: protected,
        kept: state(kept_file(demo, "screen", &config.origin)),
        forms: state(kept_file(demo, "forms", &config.origin)),
        recordings: RecordingOptions {
            folder: settings.recordings.or_else(default_folder),
            version: match settings.recording_format {
                RecordingFormat::AsciicastV3 => CastVersion::V3,
                RecordingFormat::AsciicastV2 => CastVersion::V2,
            },
        },
        play: play.map(|play| (play.file.clone(), play.options())),
    };
    Ok(match Box::pin(run(fleet, events, store, options)).await? {
        Leaving::Quit => ExitCode::SUCCESS,
        Leaving::Signal(number) => ExitCode::from(leave::status_of(number)),
    })
}

/// The banner of the start. Incomplete credentials come first: nothing else explains why their context is missing.
fn banner(incomplete: &[String], demo: bool) -> Option<String> {
    match (incomplete, demo) {
        ([], false) => None,
        ([], true) => Some(DEMO_BANNER.to_owned()),
        (incomplete, false) => Some(incomplete.join("; ")),
        (incomplete, true) => Some(format!("{}. This is the demo cloud", incomplete.join("; "))),
    }
}

/// A file of what the screen keeps between runs. Each configuration file has its own, because a filter of one fleet
/// hides all of another; that of the usual file, and of no file, is `screen.toml` or `forms.toml`.
fn kept_file(demo: bool, name: &str, origin: &Origin) -> Option<PathBuf> {
    let usual = state_file(demo, name, "toml")?;
    let Origin::File(path) = origin else { return Some(usual) };
    let full = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path)).ok();
    let path = full(path)?;
    if demo || default_path().and_then(|usual| full(&usual)).is_some_and(|usual| usual == path) {
        return Some(usual);
    }
    Some(usual.with_file_name(format!("{name}{}.toml", flat_name(&path))))
}

/// A path as part of a file's name, as editors name their undo files: `%home%me%work.toml`.
fn flat_name(path: &Path) -> String {
    path.to_string_lossy().replace('%', "%%").replace('/', "%")
}

/// A file of the state directory that is kept between runs, such as `screen.toml`; the demo has its own.
pub(super) fn state_file(demo: bool, name: &str, extension: &str) -> Option<PathBuf> {
    let places = directories::ProjectDirs::from("", "", "quarterdeck")?;
    let folder = places.state_dir().unwrap_or_else(|| places.data_local_dir());
    let demo = if demo { "-demo" } else { "" };
    Some(folder.join(format!("{name}{demo}.{extension}")))
}

#[cfg(feature = "demo")]
async fn start_demo(config: &mut Config, registry: &Registry) -> Result<crate::demo::Cloud, Failure> {
    let (cloud, contexts) = super::demo::embedded(registry).await?;
    config.contexts = contexts;
    Ok(cloud)
}

#[cfg(not(feature = "demo"))]
#[expect(clippy::unused_async, reason = "the same signature as with the feature")]
async fn start_demo(config: &mut Config, _: &Registry) -> Result<std::convert::Infallible, Failure> {
    use crate::config::Origin;
    let why = match &config.origin {
        Origin::Nothing(None) => "no configuration file found".to_owned(),
        Origin::Nothing(Some(path)) | Origin::File(path) => format!("{} has no contexts", path.display()),
        Origin::Discovered(_) => "the demo was asked for".to_owned(),
    };
    Err(Failure::Message(format!(
        "{why}, and this build has no demo cloud. `qdeck config init` writes a file to start from"
    )))
}

/// Refuses to draw into a pipe or a file.
fn require_terminal() -> Result<(), Failure> {
    if std::io::stdout().is_terminal() && std::io::stdin().is_terminal() {
        if variable("TERM").is_some_and(|term| term == "dumb") {
            let cause = "the screen needs a terminal that can place its cursor, and TERM is `dumb`. Where the terminal \
                         can, set TERM to its name, such as xterm-256color";
            return Err(Failure::Message(cause.into()));
        }
        return Ok(());
    }
    Err(Failure::Message("the screen needs a terminal, and standard input or output is not one".into()))
}

/// Narrows the contexts to those that were asked for by name.
pub(super) fn select_contexts(config: &mut Config, names: &[String]) -> Result<(), Failure> {
    if names.is_empty() {
        return Ok(());
    }
    let known: Vec<&str> = config.contexts.iter().map(|context| context.name.as_str()).collect();
    if known.is_empty() {
        let names = names.join(",");
        return Err(Failure::Message(format!("no context `{names}`: none is configured")));
    }
    if let Some(name) = names.iter().find(|name| !known.contains(&name.as_str())) {
        let suggestion =
            nearest(name, &known).map_or_else(String::new, |word| format!(". Did you mean `{word}`?"));
        return Err(Failure::Message(format!(
            "no context `{name}`; there are {}{suggestion}",
            known.join(", ")
        )));
    }
    config.contexts.retain(|context| names.iter().any(|name| name == context.name.as_str()));
    Ok(())
}

/// The contexts that are connected at the start, each with its provider or why there is none.
pub(super) fn members(contexts: &[Context], registry: &Registry) -> Vec<Member> {
    contexts
        .iter()
        .filter(|context| context.enabled)
        .map(|context| Member {
            read_only: context.read_only,
            protected: context.protected,
            color: context.color,
            ..Member::new(context.name.clone(), context.platform(), registry.open(context))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_configuration_file_keeps_its_own_filters_and_the_usual_one_is_plain() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, "").unwrap();
            kept_file(false, "screen", &Origin::File(path)).unwrap()
        };
        let (one, other) = (file("one.toml"), file("other.toml"));
        assert_ne!(one, other);
        assert_eq!(one, file("one.toml"));
        assert!(one.file_name().unwrap().to_string_lossy().ends_with("%one.toml.toml"), "{one:?}");
        let usual = kept_file(false, "screen", &Origin::Nothing(None)).unwrap();
        assert!(usual.ends_with("screen.toml"), "{usual:?}");
        assert!(kept_file(true, "screen", &Origin::Nothing(None)).unwrap().ends_with("screen-demo.toml"));
        if let Some(path) = default_path() {
            assert_eq!(kept_file(false, "screen", &Origin::File(path)), Some(usual));
        }
    }
}
