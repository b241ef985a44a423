//! `qdeck config check`: connects to every context at once and tells of each, as soon as it is known, what works, how
//! fast, and what may not be read.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::{keys_fit, variable};
use crate::cli::Failure;
use crate::config::{Config, Context, Origin, load};
use crate::model::{Problem, ProblemKind};
use crate::net::fail_fast;
use crate::providers::{Check, Registry};
use crate::tui::theme::Depth;

/// A single request of a check; who waits at a prompt wants to know, not to wait.
const A_REQUEST: Duration = Duration::from_secs(5);
/// A whole check. A password manager may ask a person first.
const A_CHECK: Duration = Duration::from_secs(40);

/// Reads the file, connects to every context at once, and prints what works.
pub async fn check(asked: Option<&Path>) -> Result<ExitCode, Failure> {
    let config = load(asked, variable)?;
    keys_fit(&config)?;
    let mut out = std::io::stdout();
    let paint = Paint(out.is_terminal() && Depth::detect(variable) != Depth::None);
    write!(out, "{}", source(&config, paint))?;
    if matches!(config.origin, Origin::Nothing(_)) {
        return Ok(code(config.half.is_empty()));
    }
    let mut checks: FuturesUnordered<_> = config.contexts.iter().map(try_out).collect();
    let mut good = 0;
    while let Some((context, answer)) = checks.next().await {
        let (words, well) = tell(context, &answer, paint);
        good += usize::from(well);
        write!(out, "\n{words}")?;
        out.flush()?;
    }
    let all = config.contexts.len();
    if all > 1 {
        let (sum, ink) = match all - good {
            0 => (format!("all {all} contexts work"), Ink::Good),
            bad => (format!("{bad} of {all} contexts lack something"), Ink::Bad),
        };
        writeln!(out, "\n{}", paint.with(ink, &sum))?;
    }
    Ok(code(good == all && config.half.is_empty()))
}

fn code(well: bool) -> ExitCode {
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Where the contexts come from, and what cannot be used there.
fn source(config: &Config, paint: Paint) -> String {
    let mut lines = Vec::new();
    match &config.origin {
        Origin::File(path) if config.contexts.is_empty() => {
            lines.push(format!("{}: read without a mistake, and has no contexts yet", path.display()));
        }
        Origin::File(path) => lines.push(format!("{}: read without a mistake", path.display())),
        Origin::Found(places) => {
            lines.push("no file has contexts; credentials were found elsewhere".to_owned());
            lines.extend(places.iter().map(|place| format!("  + {}", harmless(place))));
        }
        Origin::Nothing(why) => {
            lines.push(format!("{why}; `qdeck config init` writes a file, `qdeck` alone shows the demo"))
        }
    }
    let half = config.half.iter();
    lines.extend(half.map(|why| paint.with(Ink::Warn, &format!("  ! {}", harmless(why)))));
    lines.push(String::new());
    lines.join("\n")
}

/// Signs in and tries every sort of read.
async fn try_out(context: &Context) -> (&Context, Result<Check, Problem>) {
    let run = async { Registry::builtin().open(context)?.check().await };
    let answer = tokio::time::timeout(A_CHECK, fail_fast(A_REQUEST, run)).await.unwrap_or_else(|_| {
        let words = format!("nothing was known after {} s", A_CHECK.as_secs());
        Err(Problem::new(ProblemKind::Unreachable, words))
    });
    (context, answer)
}

/// What is said of a context, and whether everything of it works.
fn tell(context: &Context, answer: &Result<Check, Problem>, paint: Paint) -> (String, bool) {
    let mut text = format!(
        "{} {}\n",
        paint.with(Ink::Name, context.name.as_str()),
        paint.with(
            Ink::Dim,
            &format!(
                "({}, {}){}",
                context.platform,
                context.base_url,
                if context.enabled { "" } else { ", not connected at the start" }
            )
        )
    );
    let mut line = |words: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {words}");
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
        let words = format!("! these credentials lack the permission for: {}", lacking.join(", "));
        line(&paint.with(Ink::Warn, &words));
    }
    (text, check.probes.iter().all(|(_, result)| result.is_ok()))
}

/// Words of a remote side, which must not command the terminal.
fn harmless(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// Whether colours are written.
#[derive(Clone, Copy)]
struct Paint(bool);

#[derive(Clone, Copy)]
enum Ink {
    Name,
    Good,
    Bad,
    Warn,
    Dim,
}

impl Paint {
    fn with(self, ink: Ink, text: &str) -> String {
        let code = match ink {
            Ink::Name => 1,
            Ink::Good => 32,
            Ink::Bad => 31,
            Ink::Warn => 33,
            Ink::Dim => 2,
        };
        if self.0 { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    fn context() -> Context {
        let text = "[contexts.prod]\nplatform = \"gcore\"\ntoken = { env = \"X\" }\n";
        let (_, mut contexts) = parse(text, Path::new("file")).expect("good");
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
        let (text, well) = tell(&context(), &Ok(checked()), Paint(false));
        assert!(!well);
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
    fn colours_are_written_only_where_they_are_wanted() {
        let (plain, _) = tell(&context(), &Ok(checked()), Paint(false));
        assert!(!plain.contains('\x1b'), "a remote's words command no terminal: {plain}");
        let (painted, _) = tell(&context(), &Ok(checked()), Paint(true));
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
        let (text, well) = tell(&context(), &Err(refused), Paint(false));
        assert!(!well);
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.contains("✗ not signed in: no such key"), "{text}");
    }
}
