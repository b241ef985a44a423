//! The accounts of Exoscale's `exoscale.toml`: `defaultaccount`, and `[[accounts]]` with `name`, `key`, `secret` or
//! `secretCommand`, `endpoint`; upper and lower case are one in its keys.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::super::context::{Context, Credentials, SecretRef};
use super::super::known;
use super::super::toml_key::{self, LARGEST};
use super::{Around, Finding, Found, exoscale};
use qdeck_model::ContextName;

const CONFIG: &str = "EXOSCALE_CONFIG";
const ACCOUNT: &str = "EXOSCALE_ACCOUNT";

pub(super) fn find(around: &Around<'_>, found: &mut Found) {
    let asked = around.said(ACCOUNT);
    let Some(file) = file(around) else {
        if let Some(path) = around.said(CONFIG) {
            found.half.push(format!("{CONFIG} names {path}, which is no file"));
        } else if asked.is_some() {
            found.half.push(format!("{ACCOUNT} is set, but there is no exoscale.toml"));
        }
        return;
    };
    let document = match read(&file.path) {
        Ok(document) => document,
        Err(why) => {
            found.half.push(why);
            return;
        }
    };
    let shown = file.path.display();
    let mut accounts = accounts(&document);
    let default = word(&document, "defaultaccount");
    if let Some(asked) = &asked {
        accounts.retain(|account| account.name == *asked);
        if accounts.is_empty() {
            found.half.push(format!("{ACCOUNT} is `{asked}`, and {shown} has no such account"));
        }
    }
    // The one that their own tools would take comes first.
    accounts.sort_by_key(|account| default.as_deref() != Some(&account.name));
    let mut names = Vec::new();
    for account in accounts {
        let name = context_name(&account.name, &names);
        names.push(name.clone());
        let context = context(around, &file, &account, name);
        found.take(
            context
                .map(|context| {
                    let place = format!("account {} of {shown}", account.name);
                    Some(Finding { context, place })
                })
                .map_err(|why| format!("account `{}` of {shown} {why}", account.name)),
        );
    }
}

/// The file, and whether it lies in the directory that the program happens to be started in.
struct Place {
    path: PathBuf,
    here: bool,
}

/// The first of its places where the file is: what `EXOSCALE_CONFIG` names, the user's directory of configuration,
/// `~/.exoscale`, the home directory, the current directory.
fn file(around: &Around<'_>) -> Option<Place> {
    let place = |path: PathBuf, here| path.is_file().then_some(Place { path, here });
    if let Some(path) = around.said(CONFIG) {
        return place(std::path::absolute(path).ok()?, false);
    }
    let home = around.said("HOME").map(PathBuf::from);
    let below = |folder: &str| home.as_ref().map(|home| home.join(folder));
    let own = if cfg!(target_os = "macos") {
        below("Library/Application Support")
    } else {
        around.said("XDG_CONFIG_HOME").map(PathBuf::from).or_else(|| below(".config"))
    };
    [own.map(|own| own.join("exoscale")), below(".exoscale"), home.clone()]
        .into_iter()
        .flatten()
        .find_map(|folder| place(folder.join("exoscale.toml"), false))
        .or_else(|| place(around.folder?.join("exoscale.toml"), true))
}

/// Reads it. What is wrong with it is told without its words: secrets stand among them.
fn read(path: &Path) -> Result<Table, String> {
    let shown = path.display();
    let length = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    if length > LARGEST {
        return Err(format!("{shown} is too long to be a list of accounts"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| format!("{shown} cannot be read: {error}"))?;
    toml_key::parse(&text, path)
}

/// What is needed of an account; its secrets stay where they are.
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
fn context(around: &Around<'_>, file: &Place, account: &Account, name: String) -> Result<Context, String> {
    if !account.key {
        return Err("has no `key`".into());
    }
    let inside = |key: &str| SecretRef::TomlKey {
        file: file.path.clone(),
        path: vec!["accounts".into(), account.name.clone(), key.into()],
    };
    let secret = match &account.command {
        // A file that came with somebody's project must not run a program of theirs.
        Some(_) if file.here => {
            return Err(format!(
                "has a secretCommand, and the file was only found in the current directory: \
                 move it to your home, or name it in {CONFIG}"
            ));
        }
        Some(words) => SecretRef::Command(words.clone()),
        None if account.secret => inside("secret"),
        None => return Err("has neither `secret` nor `secretCommand`".into()),
    };
    let base_url = exoscale::address_of_account(around, account.endpoint.as_deref())
        .map_err(|why| format!("cannot be reached: {why}"))?;
    let credentials = Credentials::KeyPair { key: inside("key"), secret };
    Ok(Context {
        zones: exoscale::zones(around),
        ..Context::new(ContextName::new(name), known::EXOSCALE, base_url, credentials)
    })
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
