//! The keys of a run, and the files by which a client of this machine knows the host and is let in.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use qdeck_files::RunFolder;
use russh::keys::ssh_key::LineEnding;
use russh::keys::{Algorithm, PrivateKey, PublicKey};

use crate::process::reaper;

/// The files of a client, in a folder that only this user can read. Dropping it removes them.
#[derive(Debug)]
pub struct ClientFiles {
    folder: RunFolder,
    address: SocketAddr,
}

/// A new key.
pub(super) fn random() -> Result<PrivateKey, String> {
    PrivateKey::random(&mut russh::keys::key::safe_rng(), Algorithm::Ed25519)
        .map_err(|e| format!("no key for the demo cloud's SSH end: {e}"))
}

impl ClientFiles {
    pub(super) fn write(
        mark: &str,
        address: SocketAddr,
        host: &PublicKey,
        visitor: &PrivateKey,
    ) -> Result<Self, String> {
        let wrong = |e: std::io::Error| format!("no files for clients of the demo cloud's SSH end: {e}");
        let unusable = |e: russh::keys::ssh_key::Error| format!("no key for the demo cloud's SSH end: {e}");
        let folder = RunFolder::create_at(reaper::home(&format!("{mark}-ssh"))).map_err(wrong)?;
        let files = Self { folder, address };
        let key = visitor.to_openssh(LineEnding::LF).map_err(unusable)?;
        create(&files.identity(), &key).map_err(wrong)?;
        // The host and, behind it as a jump host, any machine.
        let host = host.to_openssh().map_err(unusable)?;
        create(&files.known_hosts(), &format!("* {host}\n")).map_err(wrong)?;
        Ok(files)
    }

    /// Removes them ahead of time.
    pub(crate) fn remove(&self) {
        // What is left behind goes with the folder, or is swept by a later run.
        let _ = std::fs::remove_dir_all(self.folder.path());
    }

    /// The private key that jump host and machines let in.
    pub fn identity(&self) -> PathBuf {
        self.folder.path().join("id_ed25519")
    }

    /// The file of known hosts, with the host key of this run for the listener and for every machine.
    pub fn known_hosts(&self) -> PathBuf {
        self.folder.path().join("known_hosts")
    }

    /// Options of OpenSSH's configuration with which the host is known, and nothing of this run is noted among the
    /// user's own known hosts.
    pub fn host_options(&self) -> Vec<String> {
        vec![
            format!("UserKnownHostsFile={}", quoted(&self.known_hosts())),
            "GlobalKnownHostsFile=/dev/null".to_owned(),
            "StrictHostKeyChecking=yes".to_owned(),
        ]
    }

    /// Options with which a machine of a platform is reached through the jump host by its address, with the key of
    /// this run.
    pub fn jump_options(&self, platform: &str) -> Vec<String> {
        let identity = [
            format!("IdentityFile={}", quoted(&self.identity())),
            "IdentitiesOnly=yes".to_owned(),
            "IdentityAgent=none".to_owned(),
        ];
        let mut options: Vec<String> = identity.into_iter().chain(self.host_options()).collect();
        let own: Vec<String> = options.iter().map(|option| format!(" -o {}", shell_word(option))).collect();
        let (ip, port) = (self.address.ip(), self.address.port());
        let jump =
            format!("ssh -F none -o BatchMode=yes{} -p {port} -W '[%h]:%p' {platform}@{ip}", own.concat());
        options.push(format!("ProxyCommand={jump}"));
        options
    }
}

fn create(path: &Path, text: &str) -> std::io::Result<()> {
    qdeck_files::create_new(path)?.write_all(text.as_bytes())
}

/// A path as a value of ssh's configuration. Percent signs begin tokens there.
fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.to_string_lossy().replace('%', "%%"))
}

/// One word of a command that ssh gives to a shell after it has replaced the tokens in it.
fn shell_word(option: &str) -> String {
    format!("'{}'", option.replace('%', "%%").replace('\'', r"'\''"))
}
