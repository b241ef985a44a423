//! Revisions of containers.

use super::KindColumns;
use super::common::{AGE, CONTAINER, CONTEXT, NAME, STATE};
use crate::column::Cell;
use crate::column::spec::{ColumnSpec, Shrink};

pub(super) static REVISIONS: KindColumns = KindColumns {
    sort: "container",
    details: &["container", "image"],
    own: &[
        CONTAINER.width(8, u16::MAX, 99).shrink(Shrink::Last),
        NAME.named("revision", "REVISION").width(6, 16, 98).shrink(Shrink::Never),
        CONTEXT,
        STATE,
        ColumnSpec::revision("image", "IMAGE", |it| Cell::text_of(it.image.as_ref()))
            .width(10, 48, 45)
            .keys(&["image", "template"])
            .example("nginx")
            .shrink(Shrink::Path(16))
            .searched(),
        AGE,
    ],
};
