//! The answers to ssh's questions in a session with a password that was made for it.
//!
//! ssh starts the program that `SSH_ASKPASS` names with its question as the only argument. That program is this binary,
//! by a link beside a socket in a folder for this user alone:
//!
//! ```text
//! qdeck-ssh-RANDOM/            mode 0700
//!   askpass  ─▶ this binary    what ssh starts: the folder of the link is that of the socket
//!   socket   ◀─ Server         question and asking process in; the password once, to the ssh of this session
//! ```
//!
//! A question that is not for the password is asked on the terminal of ssh, as ssh itself would have done it. A password
//! that was refused is not given again.

mod helper;
mod server;
mod wire;

use qdeck_model::Secret;

pub use helper::run_if_asked;
pub use server::Server;

/// The name of the link to this binary.
const LINK_NAME: &str = "askpass";
/// The name of the socket beside it.
const SOCKET_NAME: &str = "socket";

/// A password, and the user it is for.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The password.
    pub password: Secret,
    /// The user that ssh signs in as.
    pub user: String,
}

impl Offer {
    /// Returns whether ssh asks for the password of this user. Its questions are `USER@HOST's password: `, and for the
    /// keyboard-interactive method `(USER@HOST) ` with the far side's words behind it. Names are cut off after 30 bytes in
    /// the first.
    fn is_asked_for(&self, question: &str) -> bool {
        let user: String = self.user.chars().take(30).collect();
        let plain = question.strip_prefix(&*user).is_some_and(|rest| rest.starts_with('@'))
            && question.trim_end().ends_with("'s password:")
            && !question.contains('\n');
        let interactive = question.strip_prefix('(').and_then(|rest| rest.strip_prefix(&*self.user));
        let words = interactive.filter(|rest| rest.starts_with('@')).and_then(|rest| rest.split_once(") "));
        plain || words.is_some_and(|(_, words)| words.trim().eq_ignore_ascii_case("password:"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_question_for_the_password_of_the_user_is_one() {
        let offer = Offer { password: Secret::new("fake"), user: "5cc78aa0db2ab000014a8b98".to_owned() };
        for question in [
            "5cc78aa0db2ab000014a8b98@console.example.com's password: ",
            "(5cc78aa0db2ab000014a8b98@console.example.com) Password: ",
            "(5cc78aa0db2ab000014a8b98@console.example.com) password:",
        ] {
            assert!(offer.is_asked_for(question), "{question}");
        }
        for question in [
            "admin@bastion's password: ",
            "(admin@bastion) Password: ",
            "Enter passphrase for key '/home/a/.ssh/id_ed25519': ",
            "Are you sure you want to continue connecting (yes/no/[fingerprint])? ",
            "(5cc78aa0db2ab000014a8b98@console.example.com) One-time code: ",
            "(5cc78aa0db2ab000014a8b98@console.example.com) Old password: ",
            "5cc78aa0db2ab000014a8b98x@console.example.com's password: ",
            "Enter passphrase for 5cc78aa0db2ab000014a8b98@console.example.com's password: ",
            "",
        ] {
            assert!(!offer.is_asked_for(question), "{question}");
        }
        let long = Offer { user: "u".repeat(40), ..offer };
        assert!(long.is_asked_for(&format!("{}@console.example.com's password: ", "u".repeat(30))));
    }
}
