//! A platform for the tests of this crate, with a setting of every sort.

use crate::{
    Absent, Address, CredentialShape, Discovered, DiscoverySpec, PlatformSpec, SecretRef, Setting, Takes,
};
use crate::{Credentials, address};
use qdeck_model::Platform;

const fn setting(name: &'static str, takes: Takes, absent: Absent) -> Setting {
    Setting { name, takes, absent, help: "An example." }
}

pub(crate) static LETTERS: Setting = setting(
    "letters",
    Takes::Text { form: "letters", example: "abc", parse: letters },
    Absent::Mistake("some letters"),
);
pub(crate) static MODE: Setting = setting("mode", Takes::Choice(&["fast", "slow"]), Absent::Default);
pub(crate) static NUMBER: Setting = setting("number", Takes::Number { example: "7" }, Absent::Means("none"));
pub(crate) static NUMBERS: Setting =
    setting("numbers", Takes::Numbers { example: "7, 8" }, Absent::Means("all"));
pub(crate) static WORDS: Setting =
    setting("words", Takes::Words { what: "words", example: "a" }, Absent::Means("all"));
pub(crate) static ECHO: Setting = setting("echo", Takes::Switch { default: true }, Absent::Default);

fn letters(text: &str) -> Option<String> {
    (!text.is_empty() && text.chars().all(char::is_alphabetic)).then(|| text.to_lowercase())
}

pub(crate) static EXAMPLE: PlatformSpec = PlatformSpec {
    platform: Platform::new("example", "Example"),
    address: Address { default: Some("https://api.example.com"), help: "An example." },
    credentials: &[
        CredentialShape::Token { token: "An example." },
        CredentialShape::KeyPair { key: "An example.", secret: "An example." },
    ],
    settings: &[&LETTERS, &MODE, &NUMBER, &NUMBERS, &WORDS, &ECHO],
    discovery: Some(DiscoverySpec {
        find: |environment, discovery| {
            if environment.has("EXAMPLE_TOKEN") {
                let token = Credentials::Token(SecretRef::Env("EXAMPLE_TOKEN".into()));
                let found = address("EXAMPLE_URL", None, &EXAMPLE)
                    .map(|base_url| Some(Discovered::new(&EXAMPLE, base_url, token, "EXAMPLE_TOKEN")));
                discovery.add(found);
            }
        },
        help: "`EXAMPLE_TOKEN`.",
    }),
    example: "[contexts.example]\n",
};
