//! `qdeck config check`: connects to every context at once and reports for each, as soon as it is known, what works, how
//! fast, and what the credentials may not read.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::paint::{Ink, Paint};
use super::variable;
use crate::cli::Failure;
use crate::cli::screen::select_contexts;
use crate::config::{Config, Context, Origin, load};
use crate::files::write_warning;
use crate::model::{Problem, ProblemKind, Reason};
use crate::net::fail_fast;
use crate::providers::{Check, Registry};
use crate::tui::keymap::Keymap;

/// Time limit of a single request of a check: the user waits for it at a prompt.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// Time limit of the check of a context. A server that does not answer ends it much sooner; one that takes seconds for each
/// answer is let finish, and a password manager may ask the user first.
const CHECK_TIMEOUT: Duration = Duration::from_secs(180);
/// A read that takes longer is called slow.
const SLOW_READ: Duration = Duration::from_secs(2);

/// Reads the file, connects at once to every context, or to those of these `names`, and prints what works. Returns whether
/// everything does.
///
/// # Errors
/// The file cannot be read or holds mistakes, or has no context of one of the names.
pub async fn check(
    asked: Option<&Path>,
    names: &[String],
    registry: &Registry,
    paint: Paint,
    out: &mut impl Write,
) -> Result<bool, Failure> {
    let mut config = load(asked, &registry.specs(), Keymap::check, variable)?;
    select_contexts(&mut config, names)?;
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
            lines.push(format!("{}: no mistakes, but it has no contexts yet: fill one in", path.display()));
        }
        Origin::File(path) => lines.push(format!("{}: no mistakes", path.display())),
        Origin::Discovered(sources) => {
            lines.push("no configuration file has contexts; these credentials were found:".to_owned());
            lines.extend(sources.iter().map(|source| format!("  + {}", harmless(source))));
        }
        Origin::Nothing(Some(path)) => {
            let path = path.display();
            lines.push(format!("{path} has no contexts yet: fill one in; `qdeck` alone shows the demo"));
        }
        Origin::Nothing(None) => lines.push(
            "no configuration file found; `qdeck config init` writes one, `qdeck` alone shows the demo"
                .into(),
        ),
    }
    if let Origin::File(path) = &config.origin
        && let Some(warning) = write_warning(path)
    {
        lines.push(paint.with(Ink::Warn, &format!("  ! {warning}")));
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
            Err(Problem::new(ProblemKind::Unreachable, message).reason(Reason::Timeout))
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
        // It was reached: it is late.
        let is_late = problem.kind == ProblemKind::Unreachable && problem.reason == Some(Reason::Timeout);
        let word = if is_late { "no answer" } else { problem.kind.word() };
        paint.with(Ink::Bad, word) + &format!(": {}", harmless(&problem.to_string()))
    };
    let (yes, no) = (paint.with(Ink::Good, "✓"), paint.with(Ink::Bad, "✗"));
    let check = match answer {
        Ok(check) => check,
        Err(problem) => {
            line(&format!("{no} {}", refused(problem)));
            return (text, false);
        }
    };
    line(&match &check.identity {
        Some(identity) => format!("{yes} signed in as {}", harmless(identity)),
        None => format!("{yes} signed in"),
    });
    let names = check.probes.iter().map(|(name, _)| name.chars().count());
    let width = names.max().unwrap_or(0).max(16);
    let mut lacking = Vec::new();
    for (name, result) in &check.probes {
        match result {
            Ok(took) => {
                let slow = if *took > SLOW_READ { paint.with(Ink::Warn, "  slow") } else { String::new() };
                let took = format!("{:>6} ms", took.as_millis());
                line(&format!("{yes} {name:<width$}  {}{slow}", paint.with(Ink::Dim, &took)));
            }
            Err(problem) if is_not_here(problem) => {
                line(&paint.with(Ink::Dim, &format!("- {name:<width$}  not available here")));
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
    let works = |result: &Result<_, Problem>| result.as_ref().err().is_none_or(is_not_here);
    (text, check.probes.iter().all(|(_, result)| works(result)))
}

/// Returns true for a product that the account or its region does not have, which is no fault of the context.
fn is_not_here(problem: &Problem) -> bool {
    matches!(problem.kind, ProblemKind::NotFound | ProblemKind::Unsupported)
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
            identity: Some("me\x07 too".into()),
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
    fn a_product_that_is_not_there_and_a_slow_one_are_no_failure() {
        let absent = Problem::new(ProblemKind::NotFound, "no such service");
        let check = Check {
            identity: None,
            probes: vec![
                ("instances".into(), Ok(Duration::from_millis(4012))),
                ("GPU clusters".into(), Err(absent)),
            ],
        };
        let (text, works) = report(&context(), &Ok(check), Paint(false));
        assert!(works);
        insta::assert_snapshot!(text, @r"
        prod (gcore, https://api.gcore.com/)
          ✓ signed in
          ✓ instances           4012 ms  slow
          - GPU clusters      not available here
        ");
        let late = Problem::new(ProblemKind::Unreachable, "no answer within 10 s").reason(Reason::Timeout);
        let (text, works) = report(&context(), &Err(late), Paint(false));
        assert!(!works && text.contains("✗ no answer: no answer within 10 s"), "{text}");
        let lost =
            Problem::new(ProblemKind::Unreachable, "no connection within 5 s").reason(Reason::ConnectTimeout);
        let (text, _) = report(&context(), &Err(lost), Paint(false));
        assert!(text.contains("✗ unreachable: no connection within 5 s"), "{text}");
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
