//! The screens of machines behind the websocket proxies of two platforms, seen through the program's own VNC client.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use futures_util::{SinkExt as _, StreamExt as _};
use qdeck_console::fonts;
use qdeck_vnc::text::{Recognizer, TextGrid};
use qdeck_vnc::{Client as VncClient, Encoding, Event, Options, keys};
use reqwest::Method;
use serde_json::json;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::client::LIMIT;
use crate::exoscale::zone::{Zone, cloud};
use crate::gcore::Gcore;

/// How a proxy answers a token that is wrong or has expired.
const FORBIDDEN: Option<u16> = Some(403);

/// A VNC client at a screen.
struct Viewer {
    wire: WebSocketStream<TcpStream>,
    client: VncClient,
    recognizer: Recognizer,
    /// The frame with which the server ended the connection.
    closed: Option<CloseFrame>,
}

impl Viewer {
    /// Opens a websocket by its address, or gives the HTTP status of the refusal.
    async fn open(url: &str, options: Options) -> Result<Self, u16> {
        let mut request = url.into_client_request().expect("an address");
        request.headers_mut().insert("Sec-WebSocket-Protocol", "binary".parse().expect("a value"));
        let authority = request.uri().authority().expect("a host").to_string();
        let stream = TcpStream::connect(authority).await.expect("it listens");
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((wire, _)) => Ok(Self {
                wire,
                client: VncClient::new(options),
                recognizer: Recognizer::new(fonts()),
                closed: None,
            }),
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// The status of a refusal; `None` if it opens.
    async fn refusal(url: &str) -> Option<u16> {
        Self::open(url, Options::default()).await.err()
    }

    /// Takes the next message of the server, and answers it. Returns whether there was one.
    async fn step(&mut self) -> bool {
        let output = self.client.take_output();
        if !output.is_empty() {
            self.wire.send(Message::binary(output)).await.expect("sent");
        }
        match self.wire.next().await {
            Some(Ok(Message::Binary(bytes))) => self.client.feed(&bytes).expect("VNC"),
            Some(Ok(Message::Close(frame))) => {
                self.closed = frame;
                return false;
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            other => panic!("{other:?}"),
        }
        if self.client.take_events().contains(&Event::Updated) {
            self.client.request_update();
        }
        true
    }

    fn text(&mut self) -> Option<TextGrid> {
        self.recognizer.read(self.client.framebuffer())
    }

    fn lines(&mut self) -> Vec<String> {
        self.text().map(|grid| grid.to_text()).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    /// Reads until the screen shows what is expected: it may do so already.
    async fn until(&mut self, what: &str, holds: impl Fn(&[String]) -> bool) {
        let ends = tokio::time::Instant::now() + LIMIT;
        while !holds(&self.lines()) {
            let more = tokio::time::timeout_at(ends, self.step()).await;
            let lines = self.lines();
            assert_eq!(more, Ok(true), "waited for {what}: {lines:#?} {:?}", self.closed);
        }
    }

    /// Reads until a line is the one that is expected.
    async fn shows(&mut self, line: &str) {
        self.until(line, |lines| lines.iter().any(|it| it == line)).await;
    }

    /// Types a line and Enter.
    fn enter(&mut self, line: &str) {
        let codes = line.chars().map(KeyCode::Char).chain([KeyCode::Enter]);
        for action in codes.flat_map(|code| keys::typed(&KeyEvent::new(code, KeyModifiers::NONE))) {
            self.client.key(action.keysym, action.position, action.down);
        }
    }

    /// Reads until the server closes the connection; returns the code and the reason.
    async fn end(&mut self) -> (u16, String) {
        let all = async { while self.step().await {} };
        tokio::time::timeout(LIMIT, all).await.expect("it is closed");
        let frame = self.closed.as_ref().expect("with a reason");
        (frame.code.into(), frame.reason.to_string())
    }
}

/// The address of a screen's websocket, as its platform answers.
async fn exoscale(zone: &Zone<'_>, machine: &str) -> String {
    let console = zone.get(&format!("/console/{machine}")).await;
    console["url"].as_str().expect("an address").to_owned()
}

/// The same of a page, from its query: the path is below the root of the page's server.
async fn gcore(gcore: &Gcore, machine: &str) -> String {
    let answer = gcore.get(&format!("{machine}/get_console?console_type=novnc")).await;
    let page = answer["remote_console"]["url"].as_str().expect("an address");
    let page = reqwest::Url::parse(page).expect("an address");
    let (_, path) = page.query_pairs().find(|(name, _)| name == "path").expect("a path");
    format!("ws://{}/{path}", page.authority())
}

/// Sees a shell's prompt as text, types into it, and sees the answer, in an encoding.
async fn is_a_shell(url: &str, name: &str, encoding: Encoding) {
    let options = Options { encodings: vec![encoding], ..Options::default() };
    let mut viewer = Viewer::open(url, options).await.expect("it opens");
    let prompt = format!("root@{name}:~#");
    viewer.shows(&prompt).await;
    assert_eq!(viewer.client.name(), name);
    viewer.enter("stty size; echo \"$((6 * 7)) ~ '{x}' | @$HOSTNAME\"");
    viewer.shows("25 80").await;
    viewer.shows(&format!("42 ~ '{{x}}' | @{name}")).await;
    // Its colours and those of the box are the console's.
    viewer.enter(
        r"clear; printf '\033[1;31m\342\224\214\342\224\200\342\224\220\033[0m \033[44mblue\033[0m\n'",
    );
    viewer.until("a box", |lines| lines.first().is_some_and(|line| line == "┌─┐ blue")).await;
    viewer.shows(&prompt).await;
    let grid = viewer.text().expect("a screen of text");
    let row = grid.row(0);
    assert_eq!((row[0].foreground, row[5].background), (0x00ff_5555, 0x0000_00aa));
    assert_eq!(grid.unknown(), 0, "{}", grid.to_text());
    assert!(viewer.client.pixels_in(encoding) >= 640 * 400, "{encoding:?} was not used");
}

#[tokio::test]
async fn exoscales_console_is_a_shell_and_its_token_opens_it_for_a_minute() {
    let cloud = cloud().await;
    let zone = Zone::of(&cloud, "ch-gva-2");
    let machine = zone.instance("bastion-1").await;
    let url = exoscale(&zone, &machine).await;
    is_a_shell(&url, "bastion-1", Encoding::Zrle).await;
    // And again, by the same token.
    is_a_shell(&url, "bastion-1", Encoding::Raw).await;
    let (address, _) = url.split_once("token=").expect("a token");
    for wrong in [format!("{url}0"), format!("{address}token="), address.trim_end_matches('?').to_owned()] {
        assert_eq!(Viewer::refusal(&wrong).await, FORBIDDEN, "{wrong}");
    }
    let mut other =
        Viewer::open(&exoscale(&zone, &machine).await, Options::default()).await.expect("it opens");
    other.shows("root@bastion-1:~#").await;

    pass(Duration::from_secs(61)).await;
    assert_eq!(Viewer::refusal(&url).await, FORBIDDEN);
    // A connection that is open outlives its token.
    other.enter("echo still-$((6 * 7))");
    other.shows("still-42").await;
    is_a_shell(&exoscale(&zone, &machine).await, "bastion-1", Encoding::Zrle).await;

    let stop = zone.change("PUT", &format!("/instance/{machine}:stop"), None).await;
    assert_eq!(other.end().await, (1000, "the guest has gone down".to_owned()));
    zone.wait(&stop).await;
}

#[tokio::test]
async fn gcores_console_is_a_shell_and_its_token_opens_it_for_ten_minutes() {
    let face = Gcore::start().await;
    let machine = face.api().await;
    let name = face.get(&machine).await["name"].as_str().expect("a name").to_owned();
    let url = gcore(&face, &machine).await;
    is_a_shell(&url, &name, Encoding::Zrle).await;
    is_a_shell(&url, &name, Encoding::Raw).await;
    let (address, _) = url.split_once("token=").expect("a token");
    for wrong in [format!("{url}0"), format!("{address}token="), address.trim_end_matches('?').to_owned()] {
        assert_eq!(Viewer::refusal(&wrong).await, FORBIDDEN, "{wrong}");
    }
    pass(Duration::from_secs(590)).await;
    let mut viewer = Viewer::open(&url, Options::default()).await.expect("it opens");
    viewer.shows(&format!("root@{name}:~#")).await;
    pass(Duration::from_secs(11)).await;
    assert_eq!(Viewer::refusal(&url).await, FORBIDDEN);

    let action = format!("{}/action", machine.replace("/v1/", "/v2/"));
    let task = face.begin(Method::POST, &action, Some(json!({ "action": "stop" }))).await;
    assert_eq!(viewer.end().await, (1000, "the guest has gone down".to_owned()));
    face.finish(&task).await;
}

/// Moves the clock of this process on.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}
