//! Contexts that need a sign-in: the notice, once a context and cause, and the key that signs in again.

use super::App;
use crate::fleet::{Auth, ContextState, Feature};
use crate::tui::Effect;
use crate::tui::effect::Work;

impl App {
    /// The first context that needs a sign-in, and the number of the others. What was put away with Esc
    /// does not come back for the same cause.
    pub(in crate::tui) fn notice(&self) -> Option<(&ContextState, usize)> {
        let mut waiting = self.store.contexts().iter().filter(|context| {
            let put_away = self.put_away.get(&context.name) == Some(&context.auth);
            !context.auth.is_good() && !put_away && !self.hidden.contains(&context.name)
        });
        let first = waiting.next()?;
        Some((first, waiting.count()))
    }

    /// Puts the line away. Returns whether there was one.
    pub(in crate::tui) fn dismiss_notice(&mut self) -> bool {
        let Some((context, _)) = self.notice() else {
            return false;
        };
        let (name, auth) = (context.name.clone(), context.auth.clone());
        self.put_away.insert(name, auth);
        true
    }

    /// After any news of credentials: what was put away counts only as long as it lasts.
    pub(in crate::tui) fn forget_put_away(&mut self) {
        let store = &self.store;
        self.put_away.retain(|name, auth| store.context(name).is_some_and(|context| context.auth == *auth));
    }

    /// Signs in again where credentials do not hold; where all of them do, where something is forbidden, since a
    /// user may have got the permission meanwhile.
    pub(in crate::tui) fn sign_in_again(&self) -> Vec<Effect> {
        let contexts = self.store.contexts();
        let mut names: Vec<_> = contexts
            .iter()
            .filter(|context| !context.auth.is_good())
            .map(|context| context.name.clone())
            .collect();
        if names.is_empty() {
            let lacking = |context: &&ContextState| Feature::all().any(|it| context.forbidden(it).is_some());
            names = contexts.iter().filter(lacking).map(|context| context.name.clone()).collect();
        }
        if names.is_empty() {
            return vec![Effect::report("every context is signed in".to_owned())];
        }
        let listed: Vec<&str> = names.iter().map(crate::model::ContextName::as_str).collect();
        let notice = Effect::report(format!("signing in again to {}", listed.join(", ")));
        names.into_iter().map(|name| Work::Reconnect(name).into()).chain([notice]).collect()
    }
}

/// The problem of a context's credentials, in a sentence without its name.
pub(in crate::tui) fn cause(auth: &Auth, now: crate::model::Timestamp) -> String {
    match auth {
        Auth::Good => String::new(),
        Auth::Expiring(at) if *at > now => {
            let left = crate::model::age(at.since(now));
            format!("its token ends in {left}, and only you can renew it")
        }
        Auth::Expiring(_) => "its token has passed its own expiry date".to_owned(),
        Auth::Expired(problem) => format!("the sign-in has expired: {}", problem.message),
        Auth::Refused(problem) => format!("the credentials were refused: {}", problem.message),
    }
}
