//! An SSH server on a loopback port, and a client that knows nothing of this machine's own configuration.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use qdeck_console::ssh::Launcher;
use qdeck_model::SshTarget;
use tempfile::TempDir;

/// Time for a server to listen.
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// A folder with keys and configurations.
pub struct Site {
    folder: TempDir,
}

impl Site {
    /// Makes it, with a key of the user.
    pub fn new() -> Self {
        let site = Self { folder: tempfile::tempdir().unwrap() };
        site.make_key("user_key");
        let config = format!(
            "Host *\n UserKnownHostsFile {}\n GlobalKnownHostsFile /dev/null\n StrictHostKeyChecking accept-new\n \
             IdentityAgent none\n IdentitiesOnly yes\n ConnectTimeout 20\n",
            site.path("known_hosts").display()
        );
        std::fs::write(site.path("config"), config).unwrap();
        let wrapper = site.path("ssh");
        std::fs::write(
            &wrapper,
            format!("#!/bin/sh\nexec ssh -F {} \"$@\"\n", site.path("config").display()),
        )
        .unwrap();
        std::fs::set_permissions(&wrapper, std::fs::Permissions::from_mode(0o700)).unwrap();
        site
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Makes a key without a passphrase.
    pub fn make_key(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        let made =
            Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&path).status();
        assert!(made.unwrap().success());
        path
    }

    /// Adds lines before the others of the client's configuration.
    pub fn configure(&self, lines: &str) {
        let before = std::fs::read_to_string(self.path("config")).unwrap();
        std::fs::write(self.path("config"), format!("{lines}\n{before}")).unwrap();
    }

    pub fn launcher(&self) -> Launcher {
        Launcher::new(Vec::new()).unwrap().with_program(self.path("ssh"))
    }

    /// A target on this port of the loopback interface, with the key of the user.
    pub fn target(&self, port: u16) -> SshTarget {
        SshTarget {
            host: "127.0.0.1".to_owned(),
            port: Some(port),
            user: Some(user()),
            identities: vec![self.path("user_key")],
            ..SshTarget::default()
        }
    }
}

/// The user that runs the test.
pub fn user() -> String {
    let output = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A server; dropping it ends it, and not the sessions on it.
pub struct Server {
    child: Child,
    pub port: u16,
}

impl Server {
    /// Starts one with a host key of its own that accepts the key of the user.
    pub fn start(site: &Site, name: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let host_key = site.make_key(&format!("{name}_host_key"));
        let config = site.path(&format!("{name}_config"));
        std::fs::write(
            &config,
            format!(
                "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nPidFile none\nAuthorizedKeysFile {}\n\
                 StrictModes no\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication yes\nPrintMotd no\n\
                 PrintLastLog no\n",
                host_key.display(),
                site.path("user_key.pub").display()
            ),
        )
        .unwrap();
        if user() == "root" {
            // The server insists on it, and nothing else has made it where no service runs.
            std::fs::create_dir_all("/run/sshd").unwrap();
        }
        let log = std::fs::File::create(site.path(&format!("{name}_log"))).unwrap();
        let child = Command::new(find_sshd())
            .args(["-D", "-e", "-f"])
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("sshd is installed");
        let server = Self { child, port };
        let began = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                began.elapsed() < START_TIMEOUT,
                "{:?}",
                std::fs::read_to_string(site.path(&format!("{name}_log")))
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// sshd must be started by its full path, and is in no user's `PATH`.
fn find_sshd() -> &'static Path {
    let places = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"];
    places.into_iter().map(Path::new).find(|path| path.is_file()).expect("openssh-server is installed")
}
