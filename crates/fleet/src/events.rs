//! The two queues by which events leave the fleet: one for the store, one for log lines.

use tokio::sync::mpsc;

use super::FleetEvent;

/// Queued events of the store; the tasks wait when it is full.
const MAX_QUEUED_EVENTS: usize = 256;
/// Queued batches of log lines. When it is full the tails stop reading, and TCP pushes back.
const MAX_QUEUED_LOG_BATCHES: usize = 64;

/// The events of the fleet, in order.
///
/// Log events have a queue of their own, so that a flood of lines never delays a listing or a sample; within a
/// queue the order is kept. Both are bounded: a receiver that does not read holds up the fleet's tasks, not the memory.
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

/// The receiver of the events is gone, and with it the reason for every task of the fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Closed;

/// The sending ends of the queues, for the fleet's tasks.
#[derive(Clone)]
pub(super) struct Outbox {
    control: mpsc::Sender<FleetEvent>,
    logs: mpsc::Sender<FleetEvent>,
}

impl Outbox {
    /// Sends, waiting while the queue is full.
    pub(super) async fn send(&self, event: FleetEvent) -> Result<(), Closed> {
        let queue = match event {
            FleetEvent::Log(..) | FleetEvent::LogEnded(_) => &self.logs,
            _ => &self.control,
        };
        queue.send(event).await.map_err(|_| Closed)
    }
}

pub(super) fn channel() -> (Outbox, Events) {
    let (control, control_end) = mpsc::channel(MAX_QUEUED_EVENTS);
    let (logs, logs_end) = mpsc::channel(MAX_QUEUED_LOG_BATCHES);
    let events = Events { control: control_end, logs: logs_end };
    (Outbox { control, logs }, events)
}
