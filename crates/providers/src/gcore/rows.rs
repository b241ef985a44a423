//! The identity of the rows of Gcore's lists, by which a repeated page is noticed.

use super::wire;
use crate::kit::pages::{Row, key_of};

macro_rules! rows {
    ($($row:ty: |$it:ident| $id:expr),+ $(,)?) => {$(
        impl Row for $row {
            fn key(&self) -> u64 {
                let $it = self;
                key_of($id)
            }
        }
    )+};
}

rows! {
    wire::Project: |it| &it.id,
    wire::Region: |it| &it.id,
    wire::Instance: |it| it.id(),
    wire::Deployment: |it| &it.name,
    wire::CaasContainer: |it| &it.name,
    wire::Task: |it| &it.id,
    wire::InferenceFlavor: |it| &it.name,
    wire::VmFlavor: |it| &it.flavor_name,
    wire::GpuFlavor: |it| &it.name,
    wire::Capacity: |it| &it.region_id,
}
