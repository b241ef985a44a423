//! Random values that open the demo cloud for one run: it hands out shells, so they come from the system's randomness.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The credentials of a run.
#[derive(Debug)]
pub struct Credentials {
    /// 24 hex digits.
    pub hub: String,
    /// The hub's API key.
    pub key: String,
    /// The user's address.
    pub email: String,
    /// The user's password.
    pub password: String,
    /// The user's id, a UUID.
    pub user: String,
    /// Gcore's permanent token: a number, a dollar sign, a secret.
    pub gcore: String,
    /// Gcore's project, the only one of the account.
    pub project: u64,
    /// ElasticBox's token.
    pub elasticbox: String,
    /// Exoscale's key.
    pub exoscale_key: String,
    /// Exoscale's secret, which signs and is never sent.
    pub exoscale_secret: String,
    logins: Mutex<HashMap<String, Instant>>,
    tickets: Mutex<HashMap<String, (Instant, Ticket)>>,
    passwords: Mutex<HashMap<String, (Instant, u32)>>,
}

/// The websocket that a single-use token opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ticket {
    /// The console of an instance.
    Console(u32),
    /// The live telemetry of an instance.
    Telemetry(u32),
    /// The stream of changes.
    Notifications,
}

/// The lifetime of a login. The platform's own lifetime is not documented; an hour is what its template uses.
pub const LOGIN_LIFE: Duration = Duration::from_secs(3600);
/// Websocket tokens must be used within 15 minutes, says Cycle's console page.
pub const TICKET_LIFE: Duration = Duration::from_secs(15 * 60);
/// The lifetime of a password for SSH, as in the vendor's sample.
pub const PASSWORD_LIFE: Duration = Duration::from_secs(30 * 60);
/// Asking for tokens without using them must not grow memory.
const MOST_TOKENS: usize = 128;

/// `bytes` random bytes as lower-case hex.
///
/// # Errors
/// A sentence, when the system has no randomness to give.
pub fn random_hex(bytes: usize) -> Result<String, String> {
    let mut raw = vec![0_u8; bytes];
    rustls::crypto::ring::default_provider()
        .secure_random
        .fill(&mut raw)
        .map_err(|_| "the system gave no random bytes for credentials".to_owned())?;
    Ok(raw.iter().fold(String::with_capacity(bytes * 2), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    }))
}

impl Credentials {
    /// Makes new ones.
    ///
    /// # Errors
    /// A sentence, when the system has no randomness to give.
    pub fn random() -> Result<Self, String> {
        let id = random_hex(16)?;
        Ok(Self {
            hub: random_hex(12)?,
            key: random_hex(32)?,
            email: "captain@example.com".to_owned(),
            password: random_hex(16)?,
            user: format!("{}-{}-4{}-a{}-{}", &id[..8], &id[8..12], &id[13..16], &id[17..20], &id[20..]),
            gcore: format!("29841${}", random_hex(32)?),
            project: 1437,
            elasticbox: random_hex(24)?,
            exoscale_key: format!("EXO{}", random_hex(12)?),
            exoscale_secret: random_hex(22)?,
            logins: Mutex::default(),
            tickets: Mutex::default(),
            passwords: Mutex::default(),
        })
    }

    /// A token in the shape of a JWT whose `exp` is true; what makes it valid is that we remember it.
    ///
    /// # Errors
    /// A sentence, when the system has no randomness to give.
    pub fn log_in(&self) -> Result<String, String> {
        let now = jiff::Timestamp::now().as_second();
        let life = i64::try_from(LOGIN_LIFE.as_secs()).unwrap_or(i64::MAX);
        let header = r#"{"alg":"RS256","typ":"JWT"}"#;
        let claims = serde_json::json!({
            "iss": "quarterdeck demo", "sub": self.user, "exp": now + life, "iat": now, "roles": ["USER"],
        });
        let token = format!(
            "{}.{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(claims.to_string()),
            URL_SAFE_NO_PAD.encode(random_hex(32)?)
        );
        remember(&self.logins, token.clone(), Instant::now() + LOGIN_LIFE, |ends| *ends);
        Ok(token)
    }

    /// Returns whether a login token is one of ours and not expired.
    pub fn knows_login(&self, token: &str) -> bool {
        let logins = self.logins.lock();
        logins.get(token).is_some_and(|ends| *ends > Instant::now())
    }

    /// Ends every login, as if an hour had passed.
    pub fn expire_logins(&self) {
        self.logins.lock().clear();
    }

    /// A token that opens one thing once.
    ///
    /// # Errors
    /// A sentence, when the system has no randomness to give.
    pub fn issue(&self, ticket: Ticket) -> Result<String, String> {
        let token = random_hex(24)?;
        remember(&self.tickets, token.clone(), (Instant::now() + TICKET_LIFE, ticket), |(ends, _)| *ends);
        Ok(token)
    }

    /// Takes a token in: true only once, only in time, and only for what it was issued for.
    pub fn redeem(&self, token: &str, ticket: Ticket) -> bool {
        let mut tickets = self.tickets.lock();
        match tickets.get(token) {
            Some((ends, opens)) if *opens == ticket => {
                let in_time = *ends > Instant::now();
                tickets.remove(token);
                in_time
            }
            _ => false,
        }
    }

    /// A password that opens an instance over SSH once.
    ///
    /// # Errors
    /// A sentence, when the system has no randomness to give.
    pub fn mint_password(&self, instance: u32) -> Result<String, String> {
        // 25 characters, as in the vendor's sample.
        let mut secret = random_hex(13)?;
        secret.truncate(25);
        remember(&self.passwords, secret.clone(), (Instant::now() + PASSWORD_LIFE, instance), |(ends, _)| {
            *ends
        });
        Ok(secret)
    }

    /// Takes a password in: true only once, only in time, and only for its instance. A wrong guess uses none up.
    pub fn redeem_password(&self, instance: u32, password: &str) -> bool {
        let mut passwords = self.passwords.lock();
        match passwords.get(password) {
            Some((ends, of)) if *of == instance => {
                let in_time = *ends > Instant::now();
                passwords.remove(password);
                in_time
            }
            _ => false,
        }
    }

    /// Expires the passwords of an instance, and returns how many of them were valid.
    pub fn expire_passwords(&self, instance: u32) -> usize {
        let (now, mut valid) = (Instant::now(), 0);
        self.passwords.lock().retain(|_, (ends, of)| {
            valid += usize::from(*of == instance && *ends > now);
            *of != instance
        });
        valid
    }

    /// Lets the time of every password pass, as if half an hour had gone by.
    pub fn outlive_passwords(&self) {
        let now = Instant::now();
        self.passwords.lock().values_mut().for_each(|(ends, _)| *ends = now);
    }
}

/// Keeps a token, forgetting expired ones, and the one nearest its end when there are too many.
fn remember<V>(kept: &Mutex<HashMap<String, V>>, token: String, value: V, ends: impl Fn(&V) -> Instant) {
    let mut kept = kept.lock();
    if kept.len() >= MOST_TOKENS {
        let now = Instant::now();
        kept.retain(|_, v| ends(v) > now);
        if kept.len() >= MOST_TOKENS
            && let Some(oldest) = kept.iter().min_by_key(|(_, v)| ends(v)).map(|(k, _)| k.clone())
        {
            kept.remove(&oldest);
        }
    }
    kept.insert(token, value);
}

/// Compares without telling by its timing how much was right.
pub fn same(given: &str, expected: &str) -> bool {
    given.len() == expected.len()
        && given.bytes().zip(expected.bytes()).fold(0_u8, |differ, (a, b)| differ | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_opens_one_thing_once() {
        let credentials = Credentials::random().expect("randomness");
        let token = credentials.issue(Ticket::Console(4)).expect("randomness");
        assert!(!credentials.redeem(&token, Ticket::Console(5)), "opened another console");
        assert!(!credentials.redeem(&token, Ticket::Notifications));
        assert!(credentials.redeem(&token, Ticket::Console(4)));
        assert!(!credentials.redeem(&token, Ticket::Console(4)), "opened twice");
    }

    #[test]
    fn a_password_opens_its_own_instance_once_and_in_time() {
        let credentials = Credentials::random().expect("randomness");
        let mint = || credentials.mint_password(4).expect("randomness");
        let password = mint();
        assert_eq!(password.len(), 25);
        assert!(!credentials.redeem_password(5, &password), "opened another instance");
        assert!(!credentials.redeem_password(4, "wrong"));
        assert!(credentials.redeem_password(4, &password));
        assert!(!credentials.redeem_password(4, &password), "opened twice");

        let late = mint();
        credentials.outlive_passwords();
        assert!(!credentials.redeem_password(4, &late), "opened after its time");

        let (first, second) = (mint(), mint());
        let other = credentials.mint_password(5).expect("randomness");
        assert_eq!(credentials.expire_passwords(4), 2);
        assert_eq!(credentials.expire_passwords(4), 0);
        assert!(!credentials.redeem_password(4, &first) && !credentials.redeem_password(4, &second));
        assert!(credentials.redeem_password(5, &other), "expired with another's");
    }

    #[test]
    fn a_login_reads_as_a_jwt_that_expires() {
        let credentials = Credentials::random().expect("randomness");
        let token = credentials.log_in().expect("randomness");
        let parts: Vec<&str> = token.split('.').collect();
        assert_eq!(parts.len(), 3);
        let claims = URL_SAFE_NO_PAD.decode(parts[1]).expect("base64url");
        let claims: serde_json::Value = serde_json::from_slice(&claims).expect("JSON");
        assert!(claims["exp"].as_i64().expect("exp") > jiff::Timestamp::now().as_second() + 3000);
        assert!(credentials.knows_login(&token));
        credentials.expire_logins();
        assert!(!credentials.knows_login(&token));
    }
}
