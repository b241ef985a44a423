//! One moment of an instance's resource use.

use super::{Bytes, BytesPerSecond, Cores, Timestamp};

/// Gauges at one moment. A figure that the platform does not send is `None`; nothing is invented.
///
/// Providers turn cumulative counters into rates before they make a sample, and make none for an interval in which
/// a counter went backwards (a restart).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// When it was measured, by the remote clock.
    pub at: Timestamp,
    /// Processor use since the sample before.
    pub cpu: Option<Cores>,
    /// Processors it may use.
    pub cpu_limit: Option<Cores>,
    /// Memory in use.
    pub memory: Option<Bytes>,
    /// Memory it may use.
    pub memory_limit: Option<Bytes>,
    /// Received from the network.
    pub net_rx: Option<BytesPerSecond>,
    /// Sent to the network.
    pub net_tx: Option<BytesPerSecond>,
    /// Read from disks.
    pub disk_read: Option<BytesPerSecond>,
    /// Written to disks.
    pub disk_write: Option<BytesPerSecond>,
    /// Processes inside.
    pub processes: Option<u32>,
}

impl Sample {
    /// A sample without figures; fill in those that are known.
    pub const fn empty(at: Timestamp) -> Self {
        Self {
            at,
            cpu: None,
            cpu_limit: None,
            memory: None,
            memory_limit: None,
            net_rx: None,
            net_tx: None,
            disk_read: None,
            disk_write: None,
            processes: None,
        }
    }

    /// One figure of it as a bare number in the metric's unit.
    #[expect(clippy::cast_precision_loss, reason = "drawn on a chart")]
    pub fn value(&self, metric: Metric) -> Option<f64> {
        match metric {
            Metric::Cpu => self.cpu.map(|v| v.0),
            Metric::Memory => self.memory.map(|v| v.0 as f64),
            Metric::NetReceive => self.net_rx.map(|v| v.0),
            Metric::NetSend => self.net_tx.map(|v| v.0),
            Metric::DiskRead => self.disk_read.map(|v| v.0),
            Metric::DiskWrite => self.disk_write.map(|v| v.0),
            Metric::Processes => self.processes.map(f64::from),
        }
    }
}

/// The metric of a chart. The unit of each is that of its [`Sample`] field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Metric {
    /// Cores in use.
    Cpu,
    /// Bytes in use.
    Memory,
    /// Bytes received a second.
    NetReceive,
    /// Bytes sent a second.
    NetSend,
    /// Bytes read a second.
    DiskRead,
    /// Bytes written a second.
    DiskWrite,
    /// Count of processes.
    Processes,
}

impl Metric {
    /// Every metric, in the order charts are stacked.
    pub const ALL: [Self; 7] = [
        Self::Cpu,
        Self::Memory,
        Self::NetReceive,
        Self::NetSend,
        Self::DiskRead,
        Self::DiskWrite,
        Self::Processes,
    ];

    /// The chart's title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Memory => "MEM",
            Self::NetReceive => "NET ↓",
            Self::NetSend => "NET ↑",
            Self::DiskRead => "DISK read",
            Self::DiskWrite => "DISK write",
            Self::Processes => "PROCESSES",
        }
    }

    /// `value` of this metric as text for the screen: `0.34`, `3.3 GiB`, `1.2 MB/s`.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "negative and huge values saturate"
    )]
    pub fn show(self, value: f64) -> String {
        match self {
            Self::Cpu => Cores(value).to_string(),
            Self::Memory => Bytes(value as u64).to_string(),
            Self::NetReceive | Self::NetSend | Self::DiskRead | Self::DiskWrite => {
                BytesPerSecond(value).to_string()
            }
            Self::Processes => format!("{value:.0}"),
        }
    }
}
