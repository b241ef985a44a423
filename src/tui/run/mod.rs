//! The frame loop: input first, then one draw if something changed, then news for a bounded time. Nothing is awaited here but
//! the queues; whatever takes time runs in a task that this loop owns and that ends with it.

mod keeping;
mod presence;

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Notify, mpsc};

use super::app::Options;
use super::draw;
use super::effect::{EditRequest, TerminalEffect, Work};
use super::frame_clock::{FrameClock, MIN_FRAME_INTERVAL};
use super::input::{Input, Outside, is_interrupt};
use super::layer::Answer;
use super::perform::Performer;
use super::terminal::background::{self, Answer as TerminalAnswer};
use super::terminal::{self, Abilities, Graphics, Guard, InputWish, Screen, Suspended};
use super::ui::{Event, Ui};
use crate::console::pictures::PictureWorker;
use crate::fleet::{Events, Fleet, Store};
use crate::leave::{self, INTERRUPTS};
use crate::model::Timestamp;
use crate::terminal::input::MouseProtocolMode;
use keeping::Keeping;
use presence::Presence;

/// The time for news between two looks at the input and the clock of frames. A key that comes meanwhile ends it.
const NEWS_SLICE: Duration = Duration::from_millis(2);
/// Keys and the like that are taken before the frame that answers them, so that an endless paste is drawn, too.
const MAX_INPUTS_A_FRAME: usize = 512;
/// Results of our own tasks that may wait; the tasks wait when it is full.
const EVENT_QUEUE_CAPACITY: usize = 256;
/// Rows must rest this long before they are sampled: scrolling past is not looking at.
const WATCH_DEBOUNCE: Duration = Duration::from_millis(80);

/// The reason why the screen ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// The user quit.
    Quit,
    /// A signal of this number asked to. By custom the exit status is 128 more.
    Signal(i32),
}

/// Takes the terminal and shows the fleet until the user quits or a signal comes. The terminal is given back
/// whatever happens. Must be called inside a tokio runtime, on the thread that installed the panic report.
///
/// # Errors
/// When the terminal cannot be taken or is gone.
pub async fn run(fleet: Fleet, events: Events, store: Store, options: Options) -> io::Result<Leaving> {
    terminal::install_hook();
    let mut input = Input::open()?;
    let mouse = if options.mouse { MouseProtocolMode::PressRelease } else { MouseProtocolMode::None };
    let input_wish = InputWish { mouse, ..InputWish::default() };
    let guard = Guard::take(input_wish)?;
    let (columns, rows) = terminal::size()?;
    let idle = terminal::idle_notice()?;
    let (sender, queue) = mpsc::channel(EVENT_QUEUE_CAPACITY);
    let wake = Arc::new(Notify::new());
    // Who makes no difference to the pace is never away.
    let away_after = (options.slow_away > 1).then_some(options.away_after);
    let presence = Presence::new(away_after, Instant::now());
    let mut keeping = Keeping::new(options.kept.clone(), options.forms.clone());
    let sessions = options.sessions.clone();
    let abilities = Abilities::detect(options.depth, |name| std::env::var(name).ok());
    let graphics = Graphics::new(options.pictures, |name| std::env::var(name).ok());
    let mut ui = Ui::new(store, options, Timestamp::now());
    let ways = fleet.clone();
    ui.app.set_ways(Arc::new(move |row| ways.ways(row)));
    let pictures = Arc::new(Notify::new());
    let finished = Arc::clone(&pictures);
    ui.app.picture_worker = PictureWorker::new(Arc::new(move || finished.notify_one()));
    let screen = Screen::new(terminal::writer()?, columns, rows, abilities)
        .with_pictures(ui.app.picture_worker.clone());
    keeping.restore(&mut ui);
    let (recordings, play) = (ui.app.options.recordings.clone(), ui.app.options.play.clone());
    let mut frames = Frames {
        keeping,
        presence,
        ui,
        screen,
        input_wish,
        abilities,
        graphics,
        pictures,
        performer: Performer::new(fleet, sender, wake.clone(), recordings, sessions),
        clock: FrameClock::default(),
        redraw_at: None,
        watch: None,
        leaving: None,
    };
    if let Some((path, options)) = play {
        for event in frames.performer.perform(&frames.ui, Work::Play(path, options)) {
            frames.take(event)?;
        }
    }
    frames.set_pictures()?;
    let result = frames.turn(events, queue, &mut input, &wake, &idle).await;
    // Before the time limit of the end: the platform's answer may take longer. At once where there is nothing to do.
    frames.performer.expire_ssh().await;
    leave::begin(match result {
        Ok(Leaving::Quit) => 0,
        Ok(Leaving::Signal(number)) => leave::status_of(number),
        Err(_) => 1,
    });
    // First of all: whatever hangs after this, the user has the terminal.
    drop(guard);
    frames.performer.end();
    frames.keeping.write_last(&mut frames.ui);
    result
}

struct Frames {
    ui: Ui,
    screen: Screen<terminal::Writer>,
    /// The input that the terminal was asked for.
    input_wish: InputWish,
    abilities: Abilities,
    graphics: Graphics,
    /// Notified when there are pictures for another frame.
    pictures: Arc<Notify>,
    performer: Performer,
    clock: FrameClock,
    redraw_at: Option<Instant>,
    watch: Option<(Instant, Work)>,
    keeping: Keeping,
    presence: Presence,
    leaving: Option<Leaving>,
}

impl Frames {
    async fn turn(
        &mut self,
        mut events: Events,
        mut queue: mpsc::Receiver<Event>,
        input: &mut Input,
        wake: &Notify,
        idle: &Notify,
    ) -> io::Result<Leaving> {
        let mut fleet_lives = true;
        let mut has_asked = false;
        loop {
            self.draw_if_due()?;
            // The first frame does not wait for the question, and nothing does for the answer.
            if self.clock.has_drawn() && !std::mem::replace(&mut has_asked, true) {
                self.ask_background()?;
            }
            self.take_news(&mut events, &mut queue, input)?;
            if let Some(leaving) = self.leaving {
                return Ok(leaving);
            }
            let (until, is_frame_near) = self.next_deadline();
            tokio::select! {
                biased;
                outside = input.next() => if let Some(outside) = outside { self.take_outside(outside)?; },
                event = queue.recv() => if let Some(event) = event { self.take(event)?; },
                event = events.recv(), if fleet_lives => match event {
                    Some(event) => self.take(Event::Fleet(Box::new(event)))?,
                    None => fleet_lives = false,
                },
                // A flood wakes again and again: what it brought until the frame is polled with that.
                () = wake.notified(), if !is_frame_near => {
                    for event in self.performer.poll_consoles() {
                        self.take(event)?;
                    }
                    self.ui.set_consoles(self.performer.open_consoles());
                }
                () = self.pictures.notified() => self.take(Event::Tick)?,
                // The terminal has read the frame before: the next one may be due.
                () = idle.notified() => {}
                () = sleep_until(until) => self.take_deadline()?,
            }
            for _ in 0..MAX_INPUTS_A_FRAME {
                let Some(outside) = input.try_next() else { break };
                self.take_outside(outside)?;
            }
        }
    }

    /// Takes news that have arrived, at least one so that no flood of keys holds them up for good, until the slice of time
    /// is over or input waits.
    fn take_news(
        &mut self,
        events: &mut Events,
        queue: &mut mpsc::Receiver<Event>,
        input: &Input,
    ) -> io::Result<()> {
        let until = Instant::now() + NEWS_SLICE;
        loop {
            let fleet = || events.try_recv().map(|event| Event::Fleet(Box::new(event)));
            let Some(event) = queue.try_recv().ok().or_else(fleet) else {
                return Ok(());
            };
            self.take(event)?;
            if input.is_waiting() || Instant::now() >= until {
                return Ok(());
            }
        }
    }

    fn take(&mut self, event: Event) -> io::Result<()> {
        self.ui.app.now = Timestamp::now();
        for outside in self.ui.update(event) {
            match outside {
                super::effect::Outside::Terminal(effect) => self.perform(effect)?,
                super::effect::Outside::Work(work) => {
                    for event in self.performer.perform(&self.ui, work) {
                        self.take(event)?;
                    }
                }
            }
        }
        if let Some(spent) = self.ui.take_spent() {
            self.performer.discard(spent);
        }
        // A console that opens by itself takes Ctrl-C from there on, too.
        INTERRUPTS.set_leaves(self.ui.interrupt_leaves());
        Ok(())
    }

    fn ask_background(&self) -> io::Result<()> {
        let variable = |name: &str| std::env::var(name).ok();
        if !background::can_ask(variable) {
            return Ok(());
        }
        background::ask(variable, self.ui.app.follows_terminal(), self.graphics.wants_answers())
    }

    /// Sets the way in which images are shown, as far as it is known, for the size that the terminal has now.
    fn set_pictures(&mut self) -> io::Result<()> {
        let support = self.graphics.support();
        if support == self.ui.app.pictures {
            return Ok(());
        }
        self.screen.set_protocol(support.protocol);
        self.ui.app.pictures = support;
        self.take(Event::Tick)
    }

    fn take_outside(&mut self, outside: Outside) -> io::Result<()> {
        match outside {
            Outside::Answer(TerminalAnswer::Background(background)) => {
                self.take(Event::Background(background))
            }
            Outside::Answer(answer) => {
                self.graphics.take(answer);
                self.set_pictures()
            }
            Outside::Terminal(event, read) => {
                if let crossterm::event::Event::Resize(columns, rows) = event {
                    self.screen.resize(columns, rows);
                    self.set_pictures()?;
                }
                let now = Instant::now();
                if is_prompt(&event) {
                    self.clock.typed(now);
                }
                self.presence.take(&event, now);
                self.attend(now);
                let interrupt = is_interrupt(&event);
                self.ui.app.input_read = Some(read);
                self.take(Event::Terminal(event))?;
                self.ui.app.input_read = None;
                if interrupt {
                    INTERRUPTS.taken();
                }
                Ok(())
            }
            Outside::Signal(number) => {
                self.leaving = Some(Leaving::Signal(number));
                Ok(())
            }
            Outside::Lost(error) => Err(error),
            Outside::Stop => self.perform(TerminalEffect::Suspend),
            Outside::Continued => {
                terminal::retake(self.input_wish)?;
                self.draw_anew()
            }
        }
    }

    /// Lets the fleet ask more slowly for a user who is away.
    fn attend(&mut self, now: Instant) {
        self.ui.set_away(self.presence.away_at().is_some_and(|at| at <= now));
        self.performer.attend(self.ui.attention());
    }

    fn take_deadline(&mut self) -> io::Result<()> {
        let now = Instant::now();
        self.attend(now);
        if let Some((_, work)) = self.watch.take_if(|(at, _)| *at <= now) {
            self.performer.perform(&self.ui, work);
        }
        self.keeping.write_if_due(&mut self.ui, &mut self.performer, now);
        if self.redraw_at.is_some_and(|at| at <= now) {
            self.redraw_at = None;
            self.take(Event::Tick)?;
        }
        Ok(())
    }

    /// When something is to be done even if nothing happens, and whether a frame is to be drawn soon.
    fn next_deadline(&self) -> (Option<Instant>, bool) {
        let watch = self.watch.as_ref().map(|(at, _)| *at);
        let frame = (self.ui.is_dirty() && terminal::is_idle()).then(|| self.frame_due());
        let away = self.presence.away_at().filter(|_| !self.ui.app.polling.is_away);
        let is_frame_near = frame.is_some_and(|at| at <= Instant::now() + MIN_FRAME_INTERVAL);
        ([watch, away, self.redraw_at, self.keeping.due(), frame].into_iter().flatten().min(), is_frame_near)
    }

    fn frame_due(&self) -> Instant {
        self.clock.due(self.ui.frame_wait(), Instant::now())
    }

    fn draw_if_due(&mut self) -> io::Result<()> {
        for panic in terminal::take_background_panics() {
            self.take(Event::Failed(panic))?;
        }
        // A terminal that has not read the frame before gets no other: the user may still leave.
        if !self.ui.is_dirty() || !terminal::is_idle() || self.frame_due() > Instant::now() {
            return Ok(());
        }
        self.ui.app.now = Timestamp::now();
        if let Some(job) = self.ui.arrange() {
            self.performer.arrange(job);
        }
        let mut wish = self.ui.input_wish();
        wish.unambiguous_keys &= self.abilities.kitty_keys;
        if wish != self.input_wish {
            terminal::change_input(self.input_wish, wish)?;
            self.input_wish = wish;
        }
        self.ui.set_consoles(self.performer.open_consoles());
        self.performer.begin_frame();
        let ui = &mut self.ui;
        self.screen.draw_with_pictures(|area, buf| {
            let cursor = draw::frame(ui, area, buf);
            (cursor, std::mem::take(&mut ui.app.wanted_pictures))
        })?;
        let now = Instant::now();
        self.clock.drawn(now);
        #[cfg(debug_assertions)]
        terminal::panic_if_asked();
        self.performer.attend(self.ui.attention());
        if let Some(work) = self.ui.drawn() {
            self.watch = Some((now + WATCH_DEBOUNCE, work));
        }
        // A console that was drawn has no marks any more.
        self.ui.set_consoles(self.performer.open_consoles());
        self.keeping.look(&mut self.ui, now);
        self.redraw_at = self.ui.redraw_in().map(|after| now + after.max(MIN_FRAME_INTERVAL));
        Ok(())
    }

    fn perform(&mut self, effect: TerminalEffect) -> io::Result<()> {
        match effect {
            TerminalEffect::Quit => self.leaving = Some(Leaving::Quit),
            TerminalEffect::Redraw => self.screen.forget(),
            TerminalEffect::Suspend => self.suspend()?,
            TerminalEffect::Edit(request) => self.edit(&request)?,
            TerminalEffect::DrawAfter(after) => {
                let at = Instant::now() + after;
                self.redraw_at = Some(self.redraw_at.map_or(at, |known| known.min(at)));
            }
        }
        Ok(())
    }

    fn suspend(&mut self) -> io::Result<()> {
        match terminal::suspend(self.input_wish)? {
            Suspended::AndBack => self.draw_anew(),
            Suspended::NoShell => self
                .take(Event::Failed("there is no shell here that could bring it back: q quits".to_owned())),
        }
    }

    /// Gives the terminal to the user's editor until it ends. The fleet's tasks go on meanwhile; their news wait.
    fn edit(&mut self, request: &EditRequest) -> io::Result<()> {
        let edited = terminal::edit(&request.name, &request.text, self.input_wish)?;
        self.draw_anew()?;
        self.take(Event::Answer(request.ticket, Answer::Edited(edited)))
    }

    /// Draws everything again, at the size that the terminal has now.
    fn draw_anew(&mut self) -> io::Result<()> {
        let (columns, rows) = terminal::size()?;
        self.screen.resize(columns, rows);
        self.screen.forget();
        self.take(Event::Terminal(crossterm::event::Event::Resize(columns, rows)))
    }
}

/// Returns true for input whose answer is awaited: all but the mouse passing over something.
fn is_prompt(event: &crossterm::event::Event) -> bool {
    use crossterm::event::{Event, MouseEventKind};
    match event {
        Event::Key(_) | Event::Paste(_) => true,
        Event::Mouse(mouse) => !matches!(mouse.kind, MouseEventKind::Moved | MouseEventKind::Drag(_)),
        Event::Resize(..) | Event::FocusGained | Event::FocusLost => false,
    }
}

async fn sleep_until(until: Option<Instant>) {
    match until {
        Some(until) => tokio::time::sleep_until(until.into()).await,
        None => std::future::pending().await,
    }
}
