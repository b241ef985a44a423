//! `qdeck config check`: connects to every context at once and reports for each, as soon as it is known, what works, how
//! fast, and what the credentials may not read.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::paint::{Ink, Paint};
use super::{check_keys, variable};
use crate::cli::Failure;
use crate::config::{Config, Context, Origin, load};
use crate::model::{Problem, ProblemKind};
use crate::net::fail_fast;
use crate::providers::{Check, Registry};

/// Time limit of a single request of a check: the user waits for it at a prompt.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// Time limit of the check of a context: a password manager may ask the user first.
const CHECK_TIMEOUT: Duration = Duration::from_secs(40);

/// Reads the file, connects to every context at once, and prints what works. Returns whether everything does.
///
/// # Errors
/// The file cannot be read or holds mistakes.
pub async fn check(
    asked: Option<&Path>,
    registry: &Registry,
    paint: Paint,
    out: &mut impl Write,
) -> Result<bool, Failure> {
    let config = load(asked, &registry.specs(), variable)?;
    check_keys(&config)?;
    write!(out, "{}", source(&config, paint))?;
    if matches!(config.origin, Origin::Nothing(_)) {
        return Ok(config.incomplete.is_empty());
    }
    let mut checks: FuturesUnordered<_> =
        config.contexts.iter().map(|context| try_context(registry, context)).collect();
    let mut good = 0;
    while let Some((context, answer)) = checks.next().await {
        let (text, works) = report(context, &answer, paint);
        good += usize::from(works);
        write!(out, "\n{text}")?;
        out.flush()?;
    }
    let all = config.contexts.len();
    if all > 1 {
        let (summary, ink) = match all - good {
            0 => (format!("all {all} contexts work"), Ink::Good),
            bad => (format!("{bad} of {all} contexts have a problem"), Ink::Bad),
        };
        writeln!(out, "\n{}", paint.with(ink, &summary))?;
    }
    Ok(good == all && config.incomplete.is_empty())
}

/// Describes where the contexts come from, and which credentials there cannot be used.
fn source(config: &Config, paint: Paint) -> String {
    let mut lines = Vec::new();
    match &config.origin {
        Origin::File(path) if config.contexts.is_empty() => {
            lines.push(format!("{}: no mistakes, but it has no contexts yet", path.display()));
        }
        Origin::File(path) => lines.push(format!("{}: no mistakes", path.display())),
        Origin::Discovered(sources) => {
            lines.push("no configuration file has contexts; these credentials were found:".to_owned());
            lines.extend(sources.iter().map(|source| format!("  + {}", harmless(source))));
        }
        Origin::Nothing(why) => {
            lines.push(format!("{why}; `qdeck config init` writes one, `qdeck` alone shows the demo"));
        }
    }
    let incomplete = config.incomplete.iter();
    lines.extend(incomplete.map(|why| paint.with(Ink::Warn, &format!("  ! {}", harmless(why)))));
    lines.push(String::new());
    lines.join("\n")
}

/// Signs in and tries every kind of read.
async fn try_context<'c>(registry: &Registry, context: &'c Context) -> (&'c Context, Result<Check, Problem>) {
    let run = async { registry.open(context)?.check().await };
    let answer =
        tokio::time::timeout(CHECK_TIMEOUT, fail_fast(REQUEST_TIMEOUT, run)).await.unwrap_or_else(|_| {
            let message = format!("no result after {} s", CHECK_TIMEOUT.as_secs());
            Err(Problem::new(ProblemKind::Unreachable, message))
        });
    (context, answer)
}

/// The report of a context, and whether everything of it works.
fn report(context: &Context, answer: &Result<Check, Problem>, paint: Paint) -> (String, bool) {
    let mut text = format!(
        "{} {}\n",
        paint.with(Ink::Name, context.name.as_str()),
        paint.with(
            Ink::Dim,
            &format!(
                "({}, {}){}",
                context.platform(),
                context.base_url,
                if context.enabled { "" } else { ", not connected at the start" }
            )
        )
    );
    let mut line = |content: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {content}");
    };
    let references = context.credentials.references();
    for warning in references.iter().filter_map(|(_, reference)| reference.warning()) {
        line(&paint.with(Ink::Warn, &format!("! {warning}")));
    }
    let refused = |problem: &Problem| {
        paint.with(Ink::Bad, problem.kind.word()) + &format!(": {}", harmless(&problem.to_string()))
    };
    let (yes, no) = (paint.with(Ink::Good, "✓"), paint.with(Ink::Bad, "✗"));
    let check = match answer {
        Ok(check) => check,
        Err(problem) => {
            line(&format!("{no} {}", refused(problem)));
            return (text, false);
        }
    };
    line(&format!("{yes} signed in as {}", harmless(&check.identity)));
    let names = check.probes.iter().map(|(name, _)| name.chars().count());
    let width = names.max().unwrap_or(0).max(16);
    let mut lacking = Vec::new();
    for (name, result) in &check.probes {
        match result {
            Ok(took) => {
                let took = format!("{:>6} ms", took.as_millis());
                line(&format!("{yes} {name:<width$}  {}", paint.with(Ink::Dim, &took)));
            }
            Err(problem) => {
                line(&format!("{no} {name:<width$}  {}", refused(problem)));
                if problem.kind == ProblemKind::Forbidden {
                    lacking.push(name.as_str());
                }
            }
        }
    }
    if !lacking.is_empty() {
        let missing = format!("! these credentials lack the permission for: {}", lacking.join(", "));
        line(&paint.with(Ink::Warn, &missing));
    }
    (text, check.probes.iter().all(|(_, result)| result.is_ok()))
}

/// Replaces control characters: a remote side must not command the terminal.
fn harmless(text: &str) -> String {
    text.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    fn context() -> Context {
        let text = "[contexts.prod]\nplatform = \"gcore\"\ntoken = { env = \"X\" }\n";
        let (_, mut contexts) = parse(text, Path::new("file"), &Registry::builtin().specs()).expect("good");
        contexts.remove(0)
    }

    fn forbidden() -> Problem {
        Problem::new(ProblemKind::Forbidden, "may \x1b[31mnot").hint("The role lacks `jobs-view`")
    }

    fn checked() -> Check {
        Check {
            identity: "me\x07 too".into(),
            probes: vec![
                ("instances".into(), Ok(Duration::from_millis(12))),
                ("a longer name here".into(), Ok(Duration::from_millis(1234))),
                ("jobs".into(), Err(forbidden())),
            ],
        }
    }

    #[test]
    fn probes_are_aligned_and_the_missing_permission_is_named() {
        let (text, works) = report(&context(), &Ok(checked()), Paint(false));
        assert!(!works);
        insta::assert_snapshot!(text, @r"
        prod (gcore, https://api.gcore.com/)
          ✓ signed in as me  too
          ✓ instances               12 ms
          ✓ a longer name here    1234 ms
          ✗ jobs                not allowed: may  [31mnot. The role lacks `jobs-view`
          ! these credentials lack the permission for: jobs
        ");
    }

    #[test]
    fn colours_are_written_only_where_they_are_asked_for() {
        let (plain, _) = report(&context(), &Ok(checked()), Paint(false));
        assert!(!plain.contains('\x1b'), "a remote side commands no terminal: {plain}");
        let (painted, _) = report(&context(), &Ok(checked()), Paint(true));
        assert!(painted.contains("\x1b[32m✓\x1b[0m") && painted.contains("\x1b[31m✗\x1b[0m"));
        let mut bare = painted;
        for code in [0, 1, 2, 31, 32, 33] {
            bare = bare.replace(&format!("\x1b[{code}m"), "");
        }
        assert_eq!(bare, plain, "and change nothing else");
    }

    #[test]
    fn a_refusal_is_one_line() {
        let refused = Problem::new(ProblemKind::Unauthorized, "no such key");
        let (text, works) = report(&context(), &Err(refused), Paint(false));
        assert!(!works);
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.contains("✗ not signed in: no such key"), "{text}");
    }
}
