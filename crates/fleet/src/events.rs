//! The two lanes on which news leaves the fleet: one for what the store takes in, one for log lines.

use tokio::sync::mpsc;

use super::FleetEvent;

/// News that may wait for whoever draws; the tasks wait when it is full.
const CONTROL: usize = 256;
/// Batches of log lines that may wait. When it is full the tails stop reading, and their platforms feel it.
const LOGS: usize = 64;

/// What the fleet tells, in order.
///
/// Log events travel in a lane of their own, so that a flood of lines never delays a listing or a sample; within a
/// lane the order is kept. Both lanes are bounded: whoever does not read holds the fleet's tasks up, not the memory.
pub struct Events {
    control: mpsc::Receiver<FleetEvent>,
    logs: mpsc::Receiver<FleetEvent>,
}

impl Events {
    /// Waits for the next event, those that are no log lines first. `None` once the fleet has ended. Cancel safe: an
    /// event is never lost when the future is dropped.
    pub async fn recv(&mut self) -> Option<FleetEvent> {
        tokio::select! {
            biased;
            Some(event) = self.control.recv() => Some(event),
            Some(event) = self.logs.recv() => Some(event),
            else => None,
        }
    }

    /// The next event if one has arrived, those that are no log lines first.
    pub fn try_recv(&mut self) -> Option<FleetEvent> {
        self.control.try_recv().or_else(|_| self.logs.try_recv()).ok()
    }
}

/// The ends of the lanes at which the fleet's tasks stand.
#[derive(Clone)]
pub(super) struct Outbox {
    control: mpsc::Sender<FleetEvent>,
    logs: mpsc::Sender<FleetEvent>,
}

impl Outbox {
    /// Sends, waiting while the lane is full. Returns whether anyone still listens.
    pub(super) async fn send(&self, event: FleetEvent) -> bool {
        let lane = match event {
            FleetEvent::Log(..) | FleetEvent::LogEnded(_) => &self.logs,
            _ => &self.control,
        };
        lane.send(event).await.is_ok()
    }
}

pub(super) fn channel() -> (Outbox, Events) {
    let (control, control_end) = mpsc::channel(CONTROL);
    let (logs, logs_end) = mpsc::channel(LOGS);
    let events = Events { control: control_end, logs: logs_end };
    (Outbox { control, logs }, events)
}
