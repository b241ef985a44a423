use super::*;

fn sh(script: &str) -> SecretRef {
    SecretRef::Command(vec!["/bin/sh".into(), "-c".into(), script.into()])
}

async fn failure(reference: &SecretRef) -> String {
    reference.resolve().await.expect_err("no secret").to_string()
}

#[tokio::test]
async fn a_command_gives_its_first_line_one_line() {
    for script in ["echo ' s3cret '", "printf ' s3cret '", "printf ' s3cret \\r\\n'"] {
        let secret = sh(script).resolve().await.expect("a secret");
        assert_eq!(secret.expose(), " s3cret ", "{script}");
    }
}

#[tokio::test]
async fn a_failed_command_is_reported_with_its_message_but_not_the_secret() {
    let report = failure(&sh("echo s3cret; echo 'the vault is locked' >&2; exit 3")).await;
    assert!(report.contains("the vault is locked") && report.contains('3'), "{report}");
    let report = failure(&sh("echo s3cret; echo 'what is s3cret?' >&2; exit 3")).await;
    assert!(!report.contains("s3cret"), "{report}");
    assert!(failure(&sh("true")).await.contains("empty"));
    assert!(failure(&sh("echo one; echo two")).await.contains("several lines"));
    assert!(failure(&sh("printf '\\377'")).await.contains("UTF-8"));
    let missing = SecretRef::Command(vec!["/nowhere/at/all".into()]);
    assert!(failure(&missing).await.contains("cannot be started"));
}

#[tokio::test]
async fn a_command_has_no_input_to_wait_for_and_may_fill_its_pipes() {
    assert!(failure(&sh("cat")).await.contains("empty"), "its input is at its end at once");
    let flood = "head -c 300000 /dev/zero | tr '\\0' x >&2; echo s3cret";
    assert_eq!(sh(flood).resolve().await.expect("a secret").expose(), "s3cret");
}

// The clock is the test's: it jumps to the deadline as soon as nothing else is left to do.
#[tokio::test(start_paused = true)]
async fn a_command_that_hangs_is_stopped() {
    assert!(failure(&sh("exec sleep 600")).await.contains("within 30 s"));
}

fn is_running(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

/// The process that a script writes the number of into a file, once it has.
async fn started(file: &Path) -> i32 {
    loop {
        if let Some(pid) = std::fs::read_to_string(file).ok().and_then(|text| text.trim().parse().ok()) {
            return pid;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn until_ended(pid: i32) {
    let gone = async {
        while is_running(pid) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("it ends");
}

#[tokio::test]
async fn what_a_command_started_ends_with_it_when_nobody_waits_any_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pid");
    let script = format!("sleep 600 & echo $! > {}; wait", file.display());
    let reference = sh(&script);
    let waiting = tokio::spawn(async move { reference.resolve().await });
    let child = started(&file).await;
    assert!(is_running(child));
    waiting.abort();
    until_ended(child).await;
}

#[tokio::test]
async fn what_a_command_started_ends_with_it_when_it_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pid");
    // The one in the background holds the pipes open.
    let report = failure(&sh(&format!("sleep 600 & echo $! > {}; exit 3", file.display()))).await;
    assert!(report.contains('3'), "{report}");
    until_ended(started(&file).await).await;
}

#[tokio::test]
async fn a_command_that_ends_is_not_waited_for_because_an_agent_of_it_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pid");
    let script = format!("sleep 600 & echo $! > {}; echo s3cret", file.display());
    assert_eq!(sh(&script).resolve().await.expect("a secret").expose(), "s3cret");
    let agent = started(&file).await;
    assert!(is_running(agent), "an agent is left behind on purpose");
    rustix::process::kill_process(
        rustix::process::Pid::from_raw(agent).expect("a number"),
        rustix::process::Signal::KILL,
    )
    .expect("ours");
}

#[tokio::test]
async fn a_command_that_is_stopped_is_reported_and_not_waited_for() {
    // As one is that reads from the terminal.
    let report = failure(&sh("kill -STOP $$")).await;
    assert!(report.contains("wants to ask at the terminal"), "{report}");
}

#[tokio::test]
async fn a_pipe_a_device_and_a_large_file_are_refused_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let large = folder.path().join("large");
    std::fs::File::create(&large).and_then(|file| file.set_len(100 << 20)).expect("a large file");
    for (path, word) in [
        (pipe, "it is a pipe"),
        ("/dev/tty".into(), "it is a device"),
        ("/dev/zero".into(), "it is a device"),
        (large, "it has 100 MiB"),
    ] {
        let key = SecretRef::TomlKey { file: path.clone(), path: vec!["secret".into()] };
        for reference in [SecretRef::File(path), key] {
            let report = failure(&reference).await;
            assert!(report.contains(word), "{report}");
        }
    }
}

#[tokio::test]
async fn a_command_does_not_inherit_the_variables_that_contexts_name() {
    let text =
        "[contexts.mine]\nplatform = \"example\"\ntoken = { env = \"CARGO_PKG_NAME\" }\nletters = \"abc\"\n";
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("config.toml");
    std::fs::write(&path, text).expect("writable");
    crate::load(Some(&path), &[&crate::example::EXAMPLE], |_| Vec::new(), |_| None).expect("good");
    let printed =
        sh("echo \"${CARGO_PKG_NAME-none} ${CARGO_PKG_VERSION-none}\"").resolve().await.expect("a line");
    assert_eq!(printed.expose(), concat!("none ", env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn a_file_returns_its_line_and_warns_when_others_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("secret");
    let reference = SecretRef::File(path.clone());
    assert!(failure(&reference).await.contains("cannot be read"));
    std::fs::write(&path, "s3cret\n").expect("writable");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("ours");
    assert_eq!(reference.resolve().await.expect("a secret").expose(), "s3cret");
    assert!(reference.warning().expect("a warning").contains("644"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("ours");
    assert_eq!(reference.warning(), None);
}

#[tokio::test]
async fn one_string_of_a_toml_file_is_read_when_it_is_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("exoscale.toml");
    let reference = |name: &str| SecretRef::TomlKey {
        file: file.clone(),
        path: vec!["accounts".into(), name.into(), "secret".into()],
    };
    assert!(failure(&reference("work")).await.contains("cannot be read"));
    std::fs::write(&file, "[[accounts]]\nname = 'work'\nsecret = 's3cret'\n").expect("writable");
    let found = reference("work").resolve().await.expect("a secret");
    assert_eq!(found.expose(), "s3cret");
    assert!(!format!("{:?}", reference("work")).contains("s3cret"));
    let report = failure(&reference("home")).await;
    assert!(report.contains("accounts.home.secret") && !report.contains("s3cret"), "{report}");
    std::fs::write(&file, "secret = 's3cret").expect("writable");
    let report = failure(&reference("work")).await;
    assert!(report.contains("line 1") && !report.contains("s3cret"), "{report}");
}

#[tokio::test]
async fn the_environment_is_read_and_a_missing_variable_named() {
    let found = SecretRef::Env("CARGO_MANIFEST_DIR".into()).resolve().await.expect("set by cargo");
    assert_eq!(found.expose(), env!("CARGO_MANIFEST_DIR"));
    assert!(failure(&SecretRef::Env("QDECK_NO_SUCH".into())).await.contains("QDECK_NO_SUCH"));
}
