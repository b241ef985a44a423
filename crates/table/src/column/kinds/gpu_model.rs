//! Models of accelerators.

use super::KindColumns;
use super::common::{CONTEXT, NAME};
use crate::column::Cell;
use crate::column::spec::{ColumnSpec, Shrink};

pub(super) static GPU_MODELS: KindColumns = KindColumns {
    sort: "name",
    details: &["code", "memory", "used-by", "price", "quota", "sizes", "where"],
    own: &[
        NAME,
        CONTEXT,
        ColumnSpec::gpu_model("code", "CODE", |it, _| Cell::Code { code: &it.code, name: &it.name })
            .width(4, 18, 60)
            .keys(&["gpu", "code"])
            .example("a100")
            .searched(),
        ColumnSpec::gpu_model("memory", "MEMORY", |it, _| it.memory.map_or(Cell::Empty, Cell::Bytes))
            .width(6, 9, 70)
            .keys(&["memory", "mem"])
            .example(">40")
            .right()
            .field("memory_bytes"),
        ColumnSpec::gpu_model("sizes", "SIZES", |it, _| Cell::Texts(&it.sizes))
            .width(5, 36, 55)
            .keys(&["type", "size"])
            .shrink(Shrink::Half)
            .searched(),
        ColumnSpec::gpu_model("where", "WHERE", |it, _| Cell::Texts(&it.locations))
            .width(6, 28, 35)
            .keys(&["where", "location", "zone", "region"])
            .shrink(Shrink::Half)
            .searched(),
        ColumnSpec::gpu_model("price", "PRICE", |it, _| {
            it.price.as_deref().map_or(Cell::Empty, Cell::Amount)
        })
        .width(5, 24, 50)
        .keys(&["price"])
        .example("<2"),
        ColumnSpec::gpu_model("quota", "QUOTA", |it, _| {
            it.quota.as_deref().map_or(Cell::Empty, Cell::Amount)
        })
        .width(5, 24, 45)
        .keys(&["quota"]),
        ColumnSpec::gpu_model("used-by", "USED BY", |_, row| row.usage().map_or(Cell::Empty, Cell::Users))
            .width(7, 20, 65)
            .keys(&["used"])
            .example(">0")
            .counted()
            .field("used_by"),
    ],
};
