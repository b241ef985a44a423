//! The side that has the password.

use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use qdeck_files::RunFolder;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use super::wire::{Answer, MAX_MESSAGE_BYTES, Question};
use super::{LINK_NAME, Offer, SOCKET_NAME};

/// Time for a question and its answer, once connected.
const EXCHANGE_TIMEOUT: Duration = Duration::from_secs(10);

/// Answers the questions of one ssh. Dropping it removes the socket and forgets the password.
#[derive(Debug)]
pub struct Server {
    state: Arc<Mutex<State>>,
    program: PathBuf,
    _task: AbortOnDropHandle<()>,
    _folder: RunFolder,
}

#[derive(Debug)]
struct State {
    /// `None` once it was given.
    offer: Option<Offer>,
    /// The user of the offer, also once it was given.
    given: Option<Offer>,
    /// The process that may have it; `None` until it is known, and then none may.
    process: Option<u32>,
}

impl Server {
    /// Makes the socket in a folder of its own, and the link to this binary beside it. Must be called inside a tokio
    /// runtime.
    ///
    /// # Errors
    /// When the folder cannot be written to, or its path is too long for a socket.
    pub fn start(folder: RunFolder, own_binary: &Path, offer: Offer) -> io::Result<Self> {
        let listener = UnixListener::bind(folder.path().join(SOCKET_NAME))?;
        let program = folder.path().join(LINK_NAME);
        symlink(own_binary, &program)?;
        let state = Arc::new(Mutex::new(State { offer: Some(offer), given: None, process: None }));
        let task = tokio::spawn(serve(listener, Arc::clone(&state)));
        Ok(Self { state, program, _task: AbortOnDropHandle::new(task), _folder: folder })
    }

    /// The program for `SSH_ASKPASS`.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Gives the password to this process alone.
    pub fn serve_only(&self, process: u32) {
        self.state.lock().process = Some(process);
    }
}

async fn serve(listener: UnixListener, state: Arc<Mutex<State>>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of descriptors, perhaps: not again at once.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        // The folder keeps other users out already.
        let is_own = stream.peer_cred().is_ok_and(|peer| peer.uid() == own_uid());
        if is_own {
            // One that does not go on in time is left alone.
            let _ = timeout(EXCHANGE_TIMEOUT, exchange(stream, &state)).await;
        }
    }
}

fn own_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

async fn exchange(mut stream: UnixStream, state: &Mutex<State>) -> io::Result<()> {
    let mut bytes = Vec::new();
    (&mut stream).take(MAX_MESSAGE_BYTES).read_to_end(&mut bytes).await?;
    let Some(question) = Question::decode(&bytes) else { return Ok(()) };
    let answer = state.lock().answer(&question);
    stream.write_all(&answer.encode()).await?;
    stream.shutdown().await
}

impl State {
    fn answer(&mut self, question: &Question) -> Answer {
        if self.process != Some(question.process) {
            return Answer::Ask;
        }
        if self.given.as_ref().is_some_and(|given| given.is_asked_for(&question.words)) {
            return Answer::Refuse;
        }
        let offer = self.offer.take_if(|offer| offer.is_asked_for(&question.words));
        let Some(Offer { password, user }) = offer else { return Answer::Ask };
        self.given = Some(Offer { password: qdeck_model::Secret::new(""), user });
        Answer::Password(password)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use qdeck_model::Secret;

    use super::*;

    const QUESTION: &str = "u@h's password: ";

    async fn ask(server: &Server, process: u32, words: &str) -> Answer {
        let socket = server.program().with_file_name(SOCKET_NAME);
        let mut stream = UnixStream::connect(socket).await.unwrap();
        let question = Question { process, words: words.to_owned() };
        stream.write_all(&question.encode()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        Answer::decode(&bytes).unwrap()
    }

    #[tokio::test]
    async fn the_password_is_given_once_to_the_process_it_is_for() {
        let parent = tempfile::tempdir().unwrap();
        let folder = RunFolder::create(parent.path(), "ssh-").unwrap();
        let path = folder.path().to_owned();
        let offer = Offer { password: Secret::new("fake-password"), user: "u".to_owned() };
        let server = Server::start(folder, Path::new("/bin/true"), offer).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        assert!(matches!(ask(&server, 7, QUESTION).await, Answer::Ask), "ssh has not started");
        server.serve_only(7);
        assert!(matches!(ask(&server, 8, QUESTION).await, Answer::Ask), "another process");
        assert!(matches!(ask(&server, 7, "a passphrase? ").await, Answer::Ask), "another question");
        let given = ask(&server, 7, QUESTION).await;
        assert!(matches!(given, Answer::Password(password) if password.expose() == "fake-password"));
        assert!(matches!(ask(&server, 7, QUESTION).await, Answer::Refuse), "it was wrong");
        assert!(matches!(ask(&server, 7, "(u@h) Password: ").await, Answer::Refuse), "by any method");
        assert!(matches!(ask(&server, 7, "a passphrase? ").await, Answer::Ask));
        assert!(!format!("{server:?}").contains("fake-password"));
        drop(server);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn one_that_connects_and_asks_nothing_or_too_much_gets_nothing() {
        let parent = tempfile::tempdir().unwrap();
        let folder = RunFolder::create(parent.path(), "ssh-").unwrap();
        let offer = Offer { password: Secret::new("fake-password"), user: "u".to_owned() };
        let server = Server::start(folder, Path::new("/bin/true"), offer).unwrap();
        server.serve_only(7);
        let socket = server.program().with_file_name(SOCKET_NAME);
        for sent in [Vec::new(), vec![b'x'; 1 << 20], b"7".to_vec()] {
            let mut stream = UnixStream::connect(&socket).await.unwrap();
            // It is not read to its end.
            let _ = stream.write_all(&sent).await;
            let _ = stream.shutdown().await;
            let mut bytes = Vec::new();
            let _ = stream.read_to_end(&mut bytes).await;
            assert!(bytes.is_empty());
        }
        assert!(matches!(ask(&server, 7, QUESTION).await, Answer::Password(_)));
    }
}
