//! From the words of the command line to actions and resources.

use futures_util::StreamExt as _;
use futures_util::future::join_all;

use super::error::{Code, CommandError};
use crate::config::nearest;
use crate::fleet::{DeclaredAction, Fleet, ListEvent};
use crate::model::{ActionId, ContextName, Kind, Problem, Resource, Target, Timestamp};
use crate::table::filter::Matcher;
use crate::table::{Filter, Row};

/// The action that a word means: its id, or its verb where only one action has it.
pub(super) fn action(fleet: &Fleet, word: &str) -> Result<DeclaredAction, CommandError> {
    let declared = fleet.declared_actions(None);
    if let Some(found) = declared.iter().find(|it| it.action.id.as_str() == word) {
        return Ok(found.clone());
    }
    let by_verb: Vec<&DeclaredAction> =
        declared.iter().filter(|it| ActionId::verb_of(it.action.id.as_str()) == word).collect();
    match *by_verb {
        [only] => Ok(only.clone()),
        [] => {
            let ids: Vec<&str> = declared.iter().map(|it| it.action.id.as_str()).collect();
            let error = CommandError::usage(format!("no action `{word}`"));
            Err(match nearest(word, &ids) {
                Some(id) => error.hint(format!("Did you mean `{id}`?")),
                None => error.hint("`qdeck do` lists all of them"),
            })
        }
        _ => {
            let ids = by_verb.iter().map(|it| it.action.id.to_string()).collect();
            Err(CommandError::usage(format!("`{word}` is the verb of several actions:"))
                .list("candidates", ids))
        }
    }
}

/// The rows of a kind over all contexts, and the contexts that could not be listed.
pub(super) struct Rows {
    pub(super) rows: Vec<Resource>,
    pub(super) failed: Vec<(ContextName, Problem)>,
}

/// Lists kinds in all contexts, or in one.
pub(super) async fn rows(fleet: &Fleet, kinds: &[Kind], only: Option<&str>) -> Rows {
    let contexts = fleet.members().iter().map(|member| &member.name);
    let contexts = contexts.filter(|name| only.is_none_or(|only| name.as_str() == only));
    let listings = contexts.flat_map(|context| kinds.iter().map(move |kind| (context, *kind)));
    let listed = join_all(listings.map(async |(context, kind)| (context, list(fleet, context, kind).await)));
    let mut all = Rows { rows: Vec::new(), failed: Vec::new() };
    for (context, (rows, problem)) in listed.await {
        all.rows.extend(rows);
        all.failed.extend(problem.map(|problem| (context.clone(), problem)));
    }
    all
}

async fn list(fleet: &Fleet, context: &ContextName, kind: Kind) -> (Vec<Resource>, Option<Problem>) {
    let mut listing = fleet.list(context, kind);
    let (mut found, mut failed) = (Vec::new(), None);
    while let Some(event) = listing.next().await {
        match event {
            ListEvent::Page { rows, .. } => {
                found.extend(rows.iter().map(|row| Resource::clone(row)));
            }
            ListEvent::ScopeFailed(_, problem) => failed = Some(problem),
            ListEvent::Failed(problem) => return (found, Some(problem)),
            ListEvent::End => break,
            ListEvent::ScopeEnd(_) | ListEvent::Unreadable(_) | ListEvent::Bounded(_) => {}
        }
    }
    (found, failed)
}

impl Rows {
    /// The resource that a word names: `NAME`, `CONTEXT/NAME` or an id; of a revision `CONTAINER/NUMBER` too.
    pub(super) fn find(&self, fleet: &Fleet, word: &str) -> Result<&Resource, CommandError> {
        let (context, name) = qualified(fleet, word);
        let is_named = |row: &&Resource| {
            let is_in_context = context.is_none_or(|context| row.id().context.as_str() == context);
            is_in_context && (row.name() == name || *row.id().id == *name || is_revision(row, name))
        };
        let found: Vec<&Resource> = self.rows.iter().filter(is_named).collect();
        let failed = self.failed.iter().find(|(of, _)| context.is_none_or(|context| of.as_str() == context));
        match (&*found, failed) {
            // Another of that name may be where nothing was listed.
            ([only], None) => Ok(only),
            ([only], Some(_)) if context.is_some() => Ok(only),
            ([only], Some((of, problem))) => {
                let message =
                    format!("could not list {of}, where another {name} may be: {}", problem.message);
                let hint = format!("Name it with its context: {}/{name}", only.id().context);
                Err(CommandError::new(Code::of(problem), message).hint(hint))
            }
            ([], Some((of, problem))) => {
                let message = format!("could not list {of}: {}", problem.message);
                Err(CommandError::new(Code::of(problem), message))
            }
            ([], None) => Err(self.missing(word, name)),
            (several, _) => {
                let message = format!("`{word}` is the name of {}:", several.len());
                let hint = "Name one with its context, or by its id";
                let candidates = several.iter().map(|row| describe(row)).collect();
                Err(CommandError::usage(message).list("candidates", candidates).hint(hint))
            }
        }
    }

    fn missing(&self, word: &str, name: &str) -> CommandError {
        let error = CommandError::new(Code::NotFound, format!("there is no `{word}`"));
        let names: Vec<&str> = self.rows.iter().map(Resource::name).collect();
        match nearest(name, &names) {
            Some(name) => error.hint(format!("Did you mean `{name}`?")),
            None => error,
        }
    }

    /// Everything that a filter matches.
    pub(super) fn filter(&self, fleet: &Fleet, text: &str) -> Result<Vec<&Resource>, CommandError> {
        let mut own: Vec<&'static str> =
            self.rows.iter().flat_map(Resource::facts).map(|fact| fact.name).collect();
        own.sort_unstable();
        own.dedup();
        let kind = self.rows.first().map(Resource::kind);
        let filter = match kind.filter(|kind| self.rows.iter().all(|row| row.kind() == *kind)) {
            Some(kind) => Filter::parse_for(kind, text, &own),
            None => Filter::parse(text, &own),
        };
        let filter = filter.map_err(|error| CommandError::usage(error.to_string()))?;
        if filter.is_empty() {
            return Err(CommandError::usage("the filter is empty, and would match everything"));
        }
        if let Some((context, problem)) = self.failed.first() {
            let message = format!("could not list {context}: {}", problem.message);
            return Err(CommandError::new(Code::of(problem), message));
        }
        let (mut matcher, now) = (Matcher::default(), Timestamp::now());
        let found = self.rows.iter().filter(|row| {
            let member = fleet.members().iter().find(|member| member.name == row.id().context);
            let platform = member.map_or("", |member| member.platform.name());
            filter.matches(&mut matcher, &Row { resource: row, platform, now, count: None })
        });
        Ok(found.collect())
    }
}

/// A word as a context and a name, where what is before its slash is a context.
pub(super) fn qualified<'a>(fleet: &Fleet, word: &'a str) -> (Option<&'a str>, &'a str) {
    match word.split_once('/') {
        Some((context, name)) if fleet.members().iter().any(|member| member.name.as_str() == context) => {
            (Some(context), name)
        }
        _ => (None, word),
    }
}

/// Returns true if a row is a revision by the name that is printed: `image-resizer/1`.
fn is_revision(row: &Resource, name: &str) -> bool {
    row.kind() == Kind::Revision && *Target::of(row).name == *name
}

/// A resource as a candidate: `exo-prod/web-1 (instance 1f2e…)`, `quasarch-ml/embed/2 (revision 7c1d…)`.
pub(super) fn describe(row: &Resource) -> String {
    let id = row.id();
    format!("{}/{} ({} {})", id.context, Target::of(row).name, row.kind().singular(), id.id)
}
