//! The environment variables that hold secrets. Programs that are started do not inherit them.

use parking_lot::Mutex;

use crate::{Context, SecretRef};

/// The names that contexts refer to, since the program started.
static NAMES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Adds the variables that these contexts refer to.
pub(crate) fn note_variables(contexts: &[Context]) {
    let mut names = NAMES.lock();
    let references = contexts.iter().flat_map(|context| context.credentials.references());
    for (_, reference) in references {
        if let SecretRef::Env(name) = reference
            && !names.contains(name)
        {
            names.push(name.clone());
        }
    }
}

/// The variables that hold secrets of a configuration that was loaded. Remove them from the environment of every program
/// that is started.
pub fn secret_variables() -> Vec<String> {
    NAMES.lock().clone()
}
