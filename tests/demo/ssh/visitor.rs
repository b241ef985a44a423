//! A client of the SSH end.

use std::sync::Arc;

use quarterdeck::demo::Cloud;
use russh::client::{AuthResult, Config, Handle, Handler, Msg, connect, connect_stream};
use russh::keys::{PrivateKeyWithHashAlg, PublicKey, PublicKeyOrCertificate, load_secret_key};
use russh::{Channel, ChannelMsg, Error, Sig};

use crate::client::LIMIT;

/// Accepts the host key of the run alone.
pub struct Host(PublicKey);

impl Handler for Host {
    type Error = Error;

    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool, Error> {
        Ok(key.public_key().key_data() == self.0.key_data())
    }
}

/// A connection.
pub struct Visitor {
    pub session: Handle<Host>,
    host: PublicKey,
}

/// Everything that a process sent until its channel was closed.
#[derive(Debug, Default)]
pub struct Ran {
    pub output: String,
    pub errors: String,
    pub status: Option<u32>,
    pub signal: Option<Sig>,
}

fn host(cloud: &Cloud) -> PublicKey {
    let known = std::fs::read_to_string(cloud.ssh().files.known_hosts()).expect("readable");
    let key = known.trim().strip_prefix("* ").expect("a key for every host");
    PublicKey::from_openssh(key).expect("a key")
}

impl Visitor {
    pub async fn to(cloud: &Cloud) -> Self {
        let host = host(cloud);
        let session = connect(Arc::new(Config::default()), cloud.ssh().address, Host(host.clone()));
        Self { session: session.await.expect("it connects"), host }
    }

    /// Lets a user in by password; false if refused.
    pub async fn by_password(&mut self, user: &str, password: &str) -> bool {
        self.session.authenticate_password(user, password).await.expect("an answer").success()
    }

    /// Lets a user in by the key of the run.
    pub async fn by_key(&mut self, user: &str, cloud: &Cloud) -> bool {
        let key = load_secret_key(cloud.ssh().files.identity(), None).expect("a key");
        let key = PrivateKeyWithHashAlg::new(Arc::new(key), None);
        let answer = self.session.authenticate_publickey(user, key).await.expect("an answer");
        matches!(answer, AuthResult::Success)
    }

    /// A connection to a machine behind this jump host; the error is the refusal.
    pub async fn jump(&self, address: &str) -> Result<Self, Error> {
        let channel = self.session.channel_open_direct_tcpip(address, 22, "127.0.0.1", 0).await?;
        let stream = channel.into_stream();
        let session = connect_stream(Arc::new(Config::default()), stream, Host(self.host.clone())).await?;
        Ok(Self { session, host: self.host.clone() })
    }

    pub async fn open(&self) -> Channel<Msg> {
        self.session.channel_open_session().await.expect("a channel")
    }

    /// Runs a command without a terminal and without input.
    pub async fn run(&self, command: &str) -> Ran {
        let channel = self.open().await;
        channel.exec(true, command).await.expect("sent");
        channel.eof().await.expect("sent");
        finish(channel).await
    }
}

/// Reads until the output has the words.
pub async fn until(channel: &mut Channel<Msg>, words: &str) -> String {
    let mut text = String::new();
    let reading = async {
        while !text.contains(words) {
            match channel.wait().await {
                Some(ChannelMsg::Data { data }) => text += &String::from_utf8_lossy(&data),
                Some(_) => {}
                None => panic!("closed before `{words}`: {text}"),
            }
        }
    };
    let read = tokio::time::timeout(LIMIT, reading).await;
    assert!(read.is_ok(), "no `{words}` came: {text}");
    text
}

/// Reads until the channel is closed.
pub async fn finish(mut channel: Channel<Msg>) -> Ran {
    let mut ran = Ran::default();
    let reading = async {
        while let Some(message) = channel.wait().await {
            match message {
                ChannelMsg::Data { data } => ran.output += &String::from_utf8_lossy(&data),
                ChannelMsg::ExtendedData { data, ext: 1 } => ran.errors += &String::from_utf8_lossy(&data),
                ChannelMsg::ExitStatus { exit_status } => ran.status = Some(exit_status),
                ChannelMsg::ExitSignal { signal_name, .. } => ran.signal = Some(signal_name),
                _ => {}
            }
        }
    };
    let read = tokio::time::timeout(LIMIT, reading).await;
    assert!(read.is_ok(), "it goes on: {ran:?}");
    ran
}
