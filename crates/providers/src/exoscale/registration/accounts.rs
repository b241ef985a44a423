//! The accounts of Exoscale's `exoscale.toml`: `defaultaccount`, and `[[accounts]]` with `name`, `key`, `secret` or
//! `secretCommand`, `endpoint`; upper and lower case are one in its keys.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::{REGISTRATION, discovery};
use qdeck_config::toml_key::{self, MAX_FILE_BYTES};
use qdeck_config::{Context, Credentials, Discovered, Discovery, Environment, SecretRef};
use qdeck_model::ContextName;

const CONFIG: &str = "EXOSCALE_CONFIG";
const ACCOUNT: &str = "EXOSCALE_ACCOUNT";

pub(super) fn find(environment: &Environment<'_>, found: &mut Discovery) {
    let asked = environment.value(ACCOUNT);
    let Some(file) = file(environment) else {
        if let Some(path) = environment.value(CONFIG) {
            found.incomplete.push(format!("{CONFIG} names {path}: no such file"));
        } else if asked.is_some() {
            found.incomplete.push(format!("{ACCOUNT} is set, but there is no exoscale.toml"));
        }
        return;
    };
    let document = match read(&file.path) {
        Ok(document) => document,
        Err(why) => {
            found.incomplete.push(why);
            return;
        }
    };
    let shown = file.path.display();
    let mut accounts = accounts(&document);
    let default = word(&document, "defaultaccount");
    if let Some(asked) = &asked {
        accounts.retain(|account| account.name == *asked);
        if accounts.is_empty() {
            found.incomplete.push(format!("{ACCOUNT} is `{asked}`, and {shown} has no such account"));
        }
    }
    // The one that Exoscale's own tools would take comes first.
    accounts.sort_by_key(|account| default.as_deref() != Some(&account.name));
    let mut names = Vec::new();
    for account in accounts {
        let name = context_name(&account.name, &names);
        names.push(name.clone());
        let context = context(environment, &file, &account, name);
        found.add(
            context
                .map(|context| {
                    let source = format!("account {} of {shown}", account.name);
                    Some(Discovered { context, source })
                })
                .map_err(|why| format!("account `{}` of {shown} {why}", account.name)),
        );
    }
}

/// The file, and whether it lies in the directory that the program happens to be started in.
struct AccountsFile {
    path: PathBuf,
    here: bool,
}

/// The first of its places where the file is: what `EXOSCALE_CONFIG` names, the user's directory of configuration,
/// `~/.exoscale`, the home directory, the current directory.
fn file(environment: &Environment<'_>) -> Option<AccountsFile> {
    let place = |path: PathBuf, here| path.is_file().then_some(AccountsFile { path, here });
    if let Some(path) = environment.value(CONFIG) {
        return place(std::path::absolute(path).ok()?, false);
    }
    folders(environment)
        .into_iter()
        .find_map(|folder| place(folder.join("exoscale.toml"), false))
        .or_else(|| place(environment.folder?.join("exoscale.toml"), true))
}

/// The folders in which the file may be, but for the one that `EXOSCALE_CONFIG` names.
fn folders(environment: &Environment<'_>) -> Vec<PathBuf> {
    let home = environment.value("HOME").map(PathBuf::from);
    let below = |folder: &str| home.as_ref().map(|home| home.join(folder));
    let own = if cfg!(target_os = "macos") {
        below("Library/Application Support")
    } else {
        environment.value("XDG_CONFIG_HOME").map(PathBuf::from).or_else(|| below(".config"))
    };
    [own.map(|own| own.join("exoscale")), below(".exoscale"), home.clone()].into_iter().flatten().collect()
}

/// The folders in which `exo` keeps what belongs to its configuration, such as keys of instances.
pub(in super::super) fn config_folders(variable: &dyn Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let environment = Environment { variable, folder: None };
    let named = environment.value(CONFIG).map(PathBuf::from);
    let named = named.and_then(|file| Some(file.parent()?.to_owned()));
    named.into_iter().chain(folders(&environment)).collect()
}

/// Reads it. Errors never quote its text: secrets are in it.
fn read(path: &Path) -> Result<Table, String> {
    let text = qdeck_files::read_text(path, MAX_FILE_BYTES).map_err(|error| error.to_string())?;
    toml_key::parse(&text, path)
}

/// An account without its secrets, which stay where they are.
struct Account {
    name: String,
    key: bool,
    secret: bool,
    command: Option<Vec<String>>,
    endpoint: Option<String>,
}

fn accounts(document: &Table) -> Vec<Account> {
    let Some(Value::Array(list)) = toml_key::get(document, "accounts") else {
        return Vec::new();
    };
    let account = |value: &Value| {
        let table = value.as_table()?;
        Some(Account {
            name: word(table, "name")?,
            key: word(table, "key").is_some(),
            secret: word(table, "secret").is_some(),
            command: words(table, "secretcommand"),
            endpoint: word(table, "endpoint"),
        })
    };
    list.iter().filter_map(account).collect()
}

fn word(table: &Table, key: &str) -> Option<String> {
    let word = toml_key::get(table, key)?.as_str()?;
    (!word.is_empty()).then(|| word.to_owned())
}

fn words(table: &Table, key: &str) -> Option<Vec<String>> {
    let list = toml_key::get(table, key)?.as_array()?;
    let words: Option<Vec<String>> = list.iter().map(|word| word.as_str().map(str::to_owned)).collect();
    words.filter(|words| words.first().is_some_and(|program| !program.is_empty()))
}

/// The context of an account, or what it lacks.
fn context(
    environment: &Environment<'_>,
    file: &AccountsFile,
    account: &Account,
    name: String,
) -> Result<Context, String> {
    if !account.key {
        return Err("has no `key`".into());
    }
    let inside = |key: &str| SecretRef::TomlKey {
        file: file.path.clone(),
        path: vec!["accounts".into(), account.name.clone(), key.into()],
    };
    let secret = match &account.command {
        // A file that came with someone else's project must not run a program.
        Some(_) if file.here => {
            return Err(format!(
                "has a secretCommand, and the file is only in the current directory: \
                 move it to your home, or name it in {CONFIG}"
            ));
        }
        Some(words) => SecretRef::Command(words.clone()),
        None if account.secret => inside("secret"),
        None => return Err("has neither `secret` nor `secretCommand`".into()),
    };
    let base_url = discovery::address_of_account(environment, account.endpoint.as_deref())
        .map_err(|why| format!("has no usable address: {why}"))?;
    let credentials = Credentials::KeyPair { key: inside("key"), secret };
    let mut context = Context::new(ContextName::new(name), &REGISTRATION.spec, base_url, credentials);
    discovery::set_zones(environment, &mut context);
    Ok(context)
}

/// `exoscale-` and the account's name, in the letters that a context's name may have, and unlike the others.
fn context_name(account: &str, taken: &[String]) -> String {
    let mut name = String::from("exoscale");
    for part in
        account.to_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty())
    {
        name.push('-');
        name.push_str(part);
    }
    name.truncate(29);
    let name = name.trim_end_matches('-');
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or_default()
}
