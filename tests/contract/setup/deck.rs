//! A fleet of one provider, to change things through its gate as the screen and the command line do.

use std::collections::HashMap;
use std::time::Duration;

use quarterdeck::fleet::journal::Journal;
use quarterdeck::fleet::{
    Events, Fleet, FleetEvent, Member, Options, Store, WriteEnd, WriteEvent, WritePhase,
};
use quarterdeck::model::{
    Action, ActionId, Choice, ContextName, Form, FormValues, Kind, Origin, Platform, PreparedWrite, Problem,
    Resource, Shown, Target,
};
use quarterdeck::providers::SharedProvider;

use super::within;

/// A fleet of one provider with a journal of its own.
pub struct Deck {
    pub fleet: Fleet,
    events: Events,
    pub store: Store,
    pub journal: Journal,
    context: ContextName,
    _folder: tempfile::TempDir,
}

impl Deck {
    /// The fleet of the context that `row` is in.
    pub fn of(platform: Platform, provider: &SharedProvider, row: &Resource) -> Self {
        Self::open(platform, provider, &row.id().context, false)
    }

    /// The fleet of a context.
    pub fn open(
        platform: Platform,
        provider: &SharedProvider,
        context: &ContextName,
        read_only: bool,
    ) -> Self {
        let member = Member { read_only, ..Member::new(context.clone(), platform, Ok(provider.clone())) };
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::at(folder.path().join("journal.jsonl"));
        let options = Options {
            refresh: Duration::from_secs(3600),
            sample_every: Duration::from_secs(3600),
            ..Default::default()
        };
        let store = Store::new(std::slice::from_ref(&member));
        let (fleet, events) = Fleet::start_with(vec![member], options, journal.clone());
        Self { fleet, events, store, journal, context: context.clone(), _folder: folder }
    }

    /// Prepares an action on a row.
    pub async fn prepare(
        &self,
        row: &Resource,
        action: ActionId,
        values: FormValues,
    ) -> Result<PreparedWrite, Problem> {
        let action = offered(&self.fleet.actions(row), action).clone();
        within(self.fleet.prepare(Target::of(row), action, values, Origin::Command)).await
    }

    /// The form of an action on a row, before anything is entered.
    pub async fn form(&self, row: &Resource, action: ActionId) -> Form {
        let (target, values) = (Target::of(row), FormValues::new());
        within(self.fleet.form(&target, action, &values)).await.unwrap()
    }

    /// The choices of a field of that form.
    pub async fn choices(&self, row: &Resource, action: ActionId, field: &str) -> Vec<Choice> {
        let (target, values) = (Target::of(row), FormValues::new());
        within(self.fleet.choices(&target, action, field, &values)).await.unwrap()
    }

    /// Prepares an action on the context.
    pub async fn prepare_new(
        &self,
        kind: Kind,
        action: ActionId,
        values: FormValues,
    ) -> Result<PreparedWrite, Problem> {
        let all: Vec<_> = self.fleet.context_actions().into_iter().map(|(_, action)| action).collect();
        let target = Target::new_in(&self.context, kind);
        within(self.fleet.prepare(target, offered(&all, action).clone(), values, Origin::Command)).await
    }

    /// Performs an action on a row and follows it to its end.
    pub async fn perform(&mut self, row: &Resource, action: ActionId, values: FormValues) -> WriteEnd {
        let write = self.prepare(row, action, values).await.unwrap();
        self.send(write).await.0
    }

    /// Performs an action on the context and follows it to its end.
    pub async fn create(&mut self, kind: Kind, action: ActionId, values: FormValues) -> WriteEnd {
        let write = self.prepare_new(kind, action, values).await.unwrap();
        self.send(write).await.0
    }

    /// Sends a write and follows it to its end. Returns that and what was shown of the answer.
    pub async fn send(&mut self, write: PreparedWrite) -> (WriteEnd, Shown) {
        let id = within(self.fleet.perform(write)).await.unwrap();
        let mut answer = Shown::default();
        within(async {
            loop {
                let event = self.events.recv().await.expect("the fleet lives");
                self.store.apply(event.clone());
                let FleetEvent::Write(event) = event else { continue };
                let WriteEvent { id: of, phase, .. } = *event;
                match phase {
                    WritePhase::Shown(shown) if of == id => answer = shown,
                    WritePhase::Ended(end) if of == id => return (end, answer),
                    _ => {}
                }
            }
        })
        .await
    }

    /// Performs creations in the context, so many at once, and follows each to its end. Returns the ends by the names of
    /// what was to be made.
    pub async fn create_all(
        &mut self,
        (kind, action): (Kind, ActionId),
        all: Vec<FormValues>,
        at_once: usize,
    ) -> HashMap<String, WriteEnd> {
        let mut waiting = all.into_iter();
        let (mut open, mut ends) = (HashMap::new(), HashMap::new());
        loop {
            while open.len() < at_once
                && let Some(values) = waiting.next()
            {
                let write = self.prepare_in_the_end(kind, action, &values).await;
                let name = write.preview.creates.as_ref().expect("it creates").name.to_string();
                let id = within(self.fleet.perform(write)).await.unwrap();
                open.insert(id, name);
            }
            if open.is_empty() {
                return ends;
            }
            let event = self.events.recv().await.expect("the fleet lives");
            if let FleetEvent::Write(event) = event
                && let WritePhase::Ended(end) = event.phase
            {
                let name = open.remove(&event.id).expect("each write ends once");
                ends.insert(name, end);
            }
        }
    }

    /// Prepares a creation, again where a read for it failed: nothing is sent by that.
    async fn prepare_in_the_end(&self, kind: Kind, action: ActionId, values: &FormValues) -> PreparedWrite {
        for _ in 0..20 {
            if let Ok(write) = self.prepare_new(kind, action, values.clone()).await {
                return write;
            }
        }
        panic!("it cannot be prepared: {:?}", self.prepare_new(kind, action, values.clone()).await)
    }
}

/// The action of this id, which must be there.
pub fn offered(actions: &[Action], id: ActionId) -> &Action {
    actions.iter().find(|action| action.id == id).unwrap_or_else(|| panic!("{id} is not among {actions:?}"))
}

/// The actions of a row that can be taken now.
pub fn available(provider: &SharedProvider, row: &Resource) -> Vec<ActionId> {
    let actions = provider.actions(row);
    actions.iter().filter(|action| action.availability.is_yes()).map(|action| action.id).collect()
}
