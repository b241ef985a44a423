//! Who is let in where: the front, which is Cycle's SSH end and the others' jump host, and the machines behind it.

use std::sync::Arc;

use russh::keys::PublicKey;
use russh::server::{Auth, ChannelOpenHandle, Handler, Msg, PublicKeyOffer, Session, VerifiedPublicKey};
use russh::{Channel, ChannelId, ChannelOpenFailure, Error, MethodKind, Pty};
use tokio::sync::Notify;

use super::{Shared, channel};
use crate::faces::{Reached, Ssh};

/// The most channels of one connection.
const MAX_CHANNELS: usize = 8;
/// The port that a machine's SSH server listens on.
const SSH_PORT: u32 = 22;

/// The server that a connection has reached.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// The listener.
    Front,
    /// A machine behind it.
    Machine(Reached),
}

/// What a client may do once it is let in.
#[derive(Clone, Copy)]
enum Pass {
    /// Have shells and commands in an instance.
    Enter(u32),
    /// Be connected with machines of a platform.
    Jump(Ssh),
}

/// One connection.
pub(super) struct Gate {
    shared: Arc<Shared>,
    place: Place,
    pass: Option<Pass>,
    /// Notified once the client is let in.
    admitted: Arc<Notify>,
    channels: usize,
}

impl Gate {
    pub(super) fn new(shared: Arc<Shared>, place: Place, admitted: Arc<Notify>) -> Self {
        Self { shared, place, pass: None, admitted, channels: 0 }
    }

    /// The way to the instances of the platform that a user of the jump host is named after.
    fn jump(&self, user: &str) -> Option<Ssh> {
        let found = self.shared.faces.iter().find(|(platform, _)| *platform == user);
        found.map(|(_, ssh)| *ssh).filter(|ssh| matches!(ssh, Ssh::ByAddress(_)))
    }

    /// What a user may do who proves to have the key of this run.
    fn pass_by_key(&self, user: &str, key: &PublicKey) -> Option<Pass> {
        if key.key_data() != self.shared.visitor.key_data() {
            return None;
        }
        match self.place {
            Place::Front => self.jump(user).map(Pass::Jump),
            Place::Machine(Reached { instance, user: only }) => {
                only.is_none_or(|only| only == user).then_some(Pass::Enter(instance))
            }
        }
    }

    /// The instance that a user of the front is named after, if the password was made for it.
    fn instance_by_password(&self, user: &str, password: &str) -> Option<u32> {
        let Place::Front = self.place else { return None };
        let named = self.shared.engine.read(|fleet| {
            self.shared.faces.iter().find_map(|(_, ssh)| match ssh {
                Ssh::ByUser(instance_of) => instance_of(fleet, user),
                Ssh::ByAddress(_) | Ssh::None => None,
            })
        });
        named.filter(|instance| self.shared.credentials.redeem_password(*instance, password))
    }

    fn refusal(&self, user: &str) -> Auth {
        let by_key = matches!(self.place, Place::Machine(_)) || self.jump(user).is_some();
        let method = if by_key { MethodKind::PublicKey } else { MethodKind::Password };
        Auth::Reject { proceed_with_methods: Some([method].as_slice().into()), partial_success: false }
    }

    fn enter(&mut self, pass: Option<Pass>, user: &str) -> Auth {
        self.pass = pass;
        if pass.is_none() {
            return self.refusal(user);
        }
        self.admitted.notify_one();
        Auth::Accept
    }

    /// The machine that a channel of the jump host is to lead to.
    fn reach(&self, ways: Ssh, host: &str) -> Option<Reached> {
        let Ssh::ByAddress(at) = ways else { return None };
        let address = host.trim_matches(['[', ']']).parse().ok()?;
        let reached = self.shared.engine.read(|fleet| at(fleet, address))?;
        self.shared.engine.is_running(reached.instance).then_some(reached)
    }
}

impl Handler for Gate {
    type Error = Error;

    async fn auth_none(&mut self, user: &str) -> Result<Auth, Error> {
        Ok(self.refusal(user))
    }

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, Error> {
        let pass = self.instance_by_password(user, password).map(Pass::Enter);
        Ok(self.enter(pass, user))
    }

    async fn auth_publickey_offered(&mut self, user: &str, offer: PublicKeyOffer<'_>) -> Result<Auth, Error> {
        let known = self.pass_by_key(user, offer.public_key).is_some();
        Ok(if known { Auth::Accept } else { self.refusal(user) })
    }

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, Error> {
        let pass = self.pass_by_key(user, key.public_key);
        Ok(self.enter(pass, user))
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        session: &mut Session,
    ) -> Result<(), Error> {
        let Some(Pass::Enter(instance)) = self.pass else {
            reply.reject(ChannelOpenFailure::AdministrativelyProhibited).await;
            return Ok(());
        };
        if self.channels == MAX_CHANNELS {
            reply.reject(ChannelOpenFailure::ResourceShortage).await;
            return Ok(());
        }
        self.channels += 1;
        reply.accept().await;
        let engine = self.shared.engine.clone();
        engine.spawn(channel::serve(self.shared.engine.clone(), instance, channel, session.handle()));
        Ok(())
    }

    // What a request is for is done by the channel's own task. The reply is given here: the library pairs it with the
    // request that came last.

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        _term: &str,
        _columns: u32,
        _rows: u32,
        _width: u32,
        _height: u32,
        _modes: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), Error> {
        session.channel_success(channel)
    }

    async fn env_request(
        &mut self,
        channel: ChannelId,
        name: &str,
        value: &str,
        session: &mut Session,
    ) -> Result<(), Error> {
        reply(channel, channel::is_taken(name, value), session)
    }

    async fn shell_request(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), Error> {
        session.channel_success(channel)
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        command: &[u8],
        session: &mut Session,
    ) -> Result<(), Error> {
        reply(channel, channel::command(command).is_some(), session)
    }

    async fn subsystem_request(
        &mut self,
        channel: ChannelId,
        _name: &str,
        session: &mut Session,
    ) -> Result<(), Error> {
        session.channel_failure(channel)
    }

    async fn x11_request(
        &mut self,
        channel: ChannelId,
        _single_connection: bool,
        _protocol: &str,
        _cookie: &str,
        _screen: u32,
        session: &mut Session,
    ) -> Result<(), Error> {
        session.channel_failure(channel)
    }

    async fn channel_close(&mut self, _channel: ChannelId, _session: &mut Session) -> Result<(), Error> {
        self.channels = self.channels.saturating_sub(1);
        Ok(())
    }

    async fn channel_open_direct_tcpip(
        &mut self,
        channel: Channel<Msg>,
        host: &str,
        port: u32,
        _originator: &str,
        _originator_port: u32,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Error> {
        let Some(Pass::Jump(ways)) = self.pass else {
            reply.reject(ChannelOpenFailure::AdministrativelyProhibited).await;
            return Ok(());
        };
        let reached = self.reach(ways, host).filter(|_| port == SSH_PORT);
        let Some(reached) = reached.filter(|_| self.channels < MAX_CHANNELS) else {
            reply.reject(ChannelOpenFailure::ConnectFailed).await;
            return Ok(());
        };
        self.channels += 1;
        reply.accept().await;
        let shared = self.shared.clone();
        let engine = shared.engine.clone();
        engine.spawn(behind(channel, shared, Place::Machine(reached)));
        Ok(())
    }
}

fn reply(channel: ChannelId, is_taken: bool, session: &mut Session) -> Result<(), Error> {
    if is_taken { session.channel_success(channel) } else { session.channel_failure(channel) }
}

/// A machine's own server at the end of a channel. Boxed: it has the type of the connection that it came by in it.
fn behind(
    channel: Channel<Msg>,
    shared: Arc<Shared>,
    place: Place,
) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(super::run(channel.into_stream(), shared, place))
}
