//! The screen: which contexts it starts with, and the demo where there are none.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use super::config::variable;
use super::{Arguments, Failure};
use crate::config::{Config, Context, load, nearest};
use crate::fleet::{Fleet, Member, Options as Pace, Store};
use crate::providers::Registry;
use crate::tui::theme::{Depth, is_ascii_locale, of_background};
use crate::tui::{Leaving, Options, run};

/// What the banner says while the demo is shown.
const DEMO: &str =
    "demo cloud: real local processes, nothing leaves this machine. qdeck config init connects your own";

/// Shows the fleet until a person leaves or a signal comes.
pub(super) async fn show(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let asked = &arguments.screen;
    let mut config = load(arguments.config.as_deref(), variable)?;
    super::config::keys_fit(&config)?;
    need_terminal()?;
    let demo = asked.demo || config.contexts.is_empty();
    // Held until the screen is gone: dropping it ends its processes.
    let _cloud = if demo { Some(bring_demo(&mut config).await?) } else { None };
    chosen(&mut config, &asked.context)?;
    let banner = banner(&config.half, demo);
    let settings = config.settings;
    let pace =
        Pace { refresh: asked.refresh.unwrap_or(settings.refresh), sample_every: settings.sample_every };
    let members = members(&config.contexts);
    let read_only_contexts = config
        .contexts
        .iter()
        .filter(|context| context.read_only)
        .map(|context| context.name.clone())
        .collect();
    let store = Store::new(&members);
    let (fleet, events) = Fleet::start(members, pace);
    let options = Options {
        banner,
        theme: asked.theme.clone().or(settings.theme).or_else(|| of_background(variable).map(str::to_owned)),
        ascii: asked.ascii || settings.ascii || is_ascii_locale(variable),
        read_only: asked.read_only || settings.read_only,
        keys: settings.keys,
        mouse: settings.mouse,
        refresh: pace.refresh,
        depth: Depth::detect(variable),
        log_buffer: settings.log_buffer,
        read_only_contexts,
        kept: kept(demo),
    };
    Ok(match Box::pin(run(fleet, events, store, options)).await? {
        Leaving::Quit => ExitCode::SUCCESS,
        // By custom 128 more than the signal's number.
        Leaving::Signal(number) => ExitCode::from(u8::try_from(128 + number).unwrap_or(u8::MAX)),
    })
}

/// Credentials that were found and cannot be used come first: nothing else says why their context is missing.
fn banner(half: &[String], demo: bool) -> Option<String> {
    match (half, demo) {
        ([], false) => None,
        ([], true) => Some(DEMO.to_owned()),
        (half, false) => Some(half.join("; ")),
        (half, true) => Some(format!("{}. This is the demo cloud", half.join("; "))),
    }
}

/// Where filters, orders and columns are kept between runs; those of the demo apart.
fn kept(demo: bool) -> Option<PathBuf> {
    let places = directories::ProjectDirs::from("", "", "quarterdeck")?;
    let folder = places.state_dir().unwrap_or_else(|| places.data_local_dir());
    Some(folder.join(if demo { "screen-demo.toml" } else { "screen.toml" }))
}

#[cfg(feature = "demo")]
async fn bring_demo(config: &mut Config) -> Result<crate::demo::Cloud, Failure> {
    let (cloud, contexts) = super::demo::inside().await?;
    config.contexts = contexts;
    Ok(cloud)
}

#[cfg(not(feature = "demo"))]
#[expect(clippy::unused_async, reason = "the same signature as with the feature")]
async fn bring_demo(config: &mut Config) -> Result<std::convert::Infallible, Failure> {
    use crate::config::Origin;
    let why = match &config.origin {
        Origin::Nothing(why) => why.clone(),
        Origin::File(path) => format!("{} has no contexts", path.display()),
        Origin::Found(_) => "the demo was asked for".to_owned(),
    };
    Err(Failure::Told(format!(
        "{why}, and this build has no demo cloud. `qdeck config init` writes a file to start from"
    )))
}

/// Refuses to draw into a pipe or a file.
fn need_terminal() -> Result<(), Failure> {
    if std::io::stdout().is_terminal() && std::io::stdin().is_terminal() {
        return Ok(());
    }
    Err(Failure::Told("the screen needs a terminal to draw on, and standard input or output is none".into()))
}

/// The contexts that were asked for by name, or all that are not switched off.
fn chosen(config: &mut Config, names: &[String]) -> Result<(), Failure> {
    if names.is_empty() {
        return Ok(());
    }
    let known: Vec<&str> = config.contexts.iter().map(|context| context.name.as_str()).collect();
    if let Some(name) = names.iter().find(|name| !known.contains(&name.as_str())) {
        let meant =
            nearest(name, &known).map_or_else(String::new, |word| format!("; did you mean `{word}`?"));
        return Err(Failure::Told(format!(
            "no context is called `{name}`: there are {}{meant}",
            known.join(", ")
        )));
    }
    config.contexts.retain(|context| names.iter().any(|name| name == context.name.as_str()));
    for context in &mut config.contexts {
        // Named on the command line is asked for, whatever the file says of the start.
        context.enabled = true;
    }
    Ok(())
}

/// What the fleet watches: every context that is connected at the start, or why it cannot be.
fn members(contexts: &[Context]) -> Vec<Member> {
    let registry = Registry::builtin();
    contexts
        .iter()
        .filter(|context| context.enabled)
        .map(|context| Member {
            name: context.name.clone(),
            platform: context.platform,
            provider: registry.open(context),
        })
        .collect()
}
