//! Instances.

use qdeck_model::Metric;

use super::KindColumns;
use super::common::{AGE, CONTAINER, CONTEXT, GPUS, NAME, STATE};
use crate::column::Cell;
use crate::column::spec::{ColumnSpec, Shrink, Tone};

/// As narrow as a sparkline with its number may get.
const SPARKLINE: Shrink = Shrink::Sparkline(11);

pub(super) static INSTANCES: KindColumns = KindColumns {
    sort: "name",
    details: &["container", "image", "host", "type", "gpu", "where", "labels"],
    own: &[
        NAME,
        CONTEXT,
        STATE,
        ColumnSpec::instance("type", "TYPE", |it| Cell::text_of(it.size.as_ref()))
            .width(6, 22, 25)
            .keys(&["type", "size"])
            .searched(),
        ColumnSpec::instance("where", "WHERE", |it| Cell::text_of(it.location.as_ref()))
            .width(6, 28, 35)
            .keys(&["where", "location", "zone", "region"])
            .shrink(Shrink::Half)
            .searched(),
        ColumnSpec::instance("address", "ADDRESS", |it| Cell::Addresses(&it.addresses))
            .width(7, 26, 40)
            .keys(&["addr", "address", "ip"])
            .searched(),
        ColumnSpec::instance("cpu", "CPU", |_| Cell::Samples(Metric::Cpu))
            .width(5, 46, 70)
            .shrink(SPARKLINE)
            .no_field(),
        ColumnSpec::instance("mem", "MEM", |_| Cell::Samples(Metric::Memory))
            .width(5, 46, 60)
            .shrink(SPARKLINE)
            .no_field(),
        CONTAINER.wide(),
        GPUS.width(4, 20, 28).wide(),
        ColumnSpec::instance("host", "HOST", |it| Cell::text_of(it.host.as_ref()))
            .width(6, 22, 20)
            .keys(&["host", "server"])
            .shrink(Shrink::Half)
            .wide(),
        ColumnSpec::instance("image", "IMAGE", |it| Cell::text_of(it.image.as_ref()))
            .width(10, 48, 45)
            .keys(&["image", "template"])
            .example("nginx")
            .shrink(Shrink::Path(16))
            .searched()
            .wide(),
        ColumnSpec::instance("labels", "LABELS", |it| Cell::Labels(&it.labels))
            .width(8, 36, 15)
            .shrink(Shrink::Half)
            .tone(Tone::Dim)
            .wide(),
        AGE,
    ],
};
