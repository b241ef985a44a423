//! Containers.

use super::KindColumns;
use super::common::{AGE, CONTEXT, GPUS, NAME, STATE};
use crate::column::Cell;
use crate::column::spec::{ColumnSpec, Shrink, Tone};

pub(super) static CONTAINERS: KindColumns = KindColumns {
    sort: "name",
    details: &["image", "limits", "gpu", "endpoints", "where", "labels"],
    own: &[
        NAME,
        CONTEXT,
        STATE,
        ColumnSpec::container("up", "UP", |it, row| {
            // Where the platform does not count them, those listed are counted.
            let listed = row.population().filter(|it| it.total > 0);
            match (it.instances_running, listed) {
                (None, Some(listed)) => {
                    Cell::Ready { up: Some(listed.running), of: it.instances.or(Some(listed.total)) }
                }
                (up, _) => Cell::Ready { up, of: it.instances },
            }
        })
        .width(3, 9, 75)
        .keys(&["up"])
        .example("<1")
        .right()
        .counted(),
        ColumnSpec::container("desired", "DESIRED", |it, _| it.instances.map_or(Cell::Empty, Cell::Count))
            .unseen(),
        ColumnSpec::container("image", "IMAGE", |it, _| Cell::text_of(it.image.as_ref()))
            .width(10, 48, 45)
            .keys(&["image", "template"])
            .example("nginx")
            .shrink(Shrink::Path(16))
            .searched(),
        ColumnSpec::container("limits", "LIMITS", |it, _| Cell::Limits(it.cpu, it.memory))
            .width(6, 20, 30)
            .no_field(),
        // What a limit is made of: two numbers are filtered by, and written, apart.
        ColumnSpec::container("cpu", "CPU", |it, _| it.cpu.map_or(Cell::Empty, Cell::Cores))
            .keys(&["cpu"])
            .field("cpu_cores")
            .unseen(),
        ColumnSpec::container("memory", "MEMORY", |it, _| it.memory.map_or(Cell::Empty, Cell::Bytes))
            .keys(&["memory", "mem"])
            .example(">40")
            .field("memory_bytes")
            .unseen(),
        GPUS,
        ColumnSpec::container("where", "WHERE", |it, _| Cell::text_of(it.location.as_ref()))
            .width(6, 28, 22)
            .keys(&["where", "location", "zone", "region"])
            .shrink(Shrink::Half)
            .searched(),
        ColumnSpec::container("endpoints", "ENDPOINTS", |it, _| Cell::Texts(&it.endpoints))
            .width(10, 40, 18)
            .keys(&["addr", "address", "ip"])
            .shrink(Shrink::Half)
            .searched()
            .wide(),
        ColumnSpec::container("labels", "LABELS", |it, _| Cell::Labels(&it.labels))
            .width(8, 36, 15)
            .shrink(Shrink::Half)
            .tone(Tone::Dim)
            .wide(),
        AGE,
    ],
};
