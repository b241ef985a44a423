//! A gate before a server: it lets requests through, refuses the credentials of all, forbids some paths, or keeps what is
//! answered to some.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex};

use crate::network::{Listener, answer, copy_both_ways, read_head};

/// Cycle's words for a key that it does not know.
const REFUSAL: &str =
    r#"{"error":{"status":401,"code":"401.auth-invalid","title":"That key is not known here"},"data":null}"#;
/// Cycle's words for a role that lacks a capability.
const FORBIDDEN: &str = r#"{"error":{"status":403,"code":"403.permissions","title":"Not permitted","extra":{"capability":"apionly-jobs-view"}},"data":null}"#;

#[derive(Default)]
struct Rules {
    shut: bool,
    forbidden: Option<&'static str>,
    kept: Option<&'static str>,
    answers: Vec<String>,
}

/// The gate; it falls when dropped.
pub struct Gate {
    rules: Arc<Mutex<Rules>>,
    listener: Listener,
}

impl Gate {
    /// Puts one before `HOST:PORT`.
    pub fn before(server: &str) -> Self {
        let rules = Arc::new(Mutex::new(Rules::default()));
        let (server, known) = (server.to_owned(), rules.clone());
        let listener = Listener::start(([127, 0, 0, 1], 0).into(), move |near| {
            pass(near, &server, &known);
        });
        Self { rules, listener }
    }

    /// Where it is: `127.0.0.1:PORT`.
    pub fn address(&self) -> String {
        self.listener.address.to_string()
    }

    /// From now on every request's credentials are refused, or no longer.
    pub fn shut(&self, shut: bool) {
        self.rules.lock().expect("no thread panicked").shut = shut;
    }

    /// From now on this path is forbidden.
    pub fn forbid(&self, path: &'static str) {
        self.rules.lock().expect("no thread panicked").forbidden = Some(path);
    }

    /// From now on the bodies of what is answered to reads of paths with this end are kept.
    #[cfg(feature = "system-tests")]
    pub fn keep(&self, end: &'static str) {
        self.rules.lock().expect("no thread panicked").kept = Some(end);
    }

    /// The bodies that were kept, the oldest first.
    #[cfg(feature = "system-tests")]
    pub fn answers(&self) -> Vec<String> {
        self.rules.lock().expect("no thread panicked").answers.clone()
    }
}

fn pass(mut near: TcpStream, server: &str, rules: &Mutex<Rules>) {
    let head = read_head(&mut near);
    let (refusal, is_kept) = {
        let rules = rules.lock().expect("no thread panicked");
        let path = head.split(' ').nth(1).unwrap_or_default();
        let refusal = if rules.shut {
            Some(answer("401 Unauthorized", "application/json", REFUSAL))
        } else if rules.forbidden.is_some_and(|forbidden| path.contains(forbidden)) {
            Some(answer("403 Forbidden", "application/json", FORBIDDEN))
        } else {
            None
        };
        (refusal, head.starts_with("GET ") && rules.kept.is_some_and(|kept| path.ends_with(kept)))
    };
    if let Some(refusal) = refusal {
        // A client that hangs up early is welcome to.
        let _ = near.write_all(refusal.as_bytes()).and_then(|()| near.flush());
        let _ = near.shutdown(Shutdown::Write);
        // What it still sends is taken, lest the answer be lost to a reset.
        let _ = std::io::copy(&mut near, &mut std::io::sink());
        return;
    }
    let Ok(mut far) = TcpStream::connect(server) else {
        return;
    };
    // Each request must come by the gate: one a connection, but for those that become something else.
    let (first, rest) = head.split_once("\r\n").unwrap_or((&head, ""));
    if is_kept {
        // As plain text, and only then passed on, so that it can be found here.
        let plain =
            rest.split("\r\n").filter(|line| !line.to_ascii_lowercase().starts_with("accept-encoding:"));
        let plain = plain.collect::<Vec<_>>().join("\r\n");
        let mut whole = Vec::new();
        let asked = far.write_all(format!("{first}\r\nconnection: close\r\n{plain}").as_bytes());
        if asked.and_then(|()| far.read_to_end(&mut whole)).is_ok() {
            let text = String::from_utf8_lossy(&whole).into_owned();
            let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
            rules.lock().expect("no thread panicked").answers.push(body.to_owned());
            let _ = near.write_all(&whole).and_then(|()| near.flush());
        }
        return;
    }
    let close = if head.to_ascii_lowercase().contains("\r\nupgrade:") { "" } else { "connection: close\r\n" };
    if far.write_all(format!("{first}\r\n{close}{rest}").as_bytes()).is_ok() {
        copy_both_ways(&near, &far);
    }
}
