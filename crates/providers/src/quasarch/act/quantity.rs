//! Quantities as Kubernetes writes them, for what is sent: `512Mi`, `10Gi`.

use super::super::map;
use qdeck_model::Bytes;

const MEBIBYTE: u64 = 1 << 20;

/// Whole mebibytes as a quantity; whole gibibytes are written as such, as in the API's samples.
pub(super) fn of_mebibytes(mebibytes: i64) -> String {
    if mebibytes % 1024 == 0 { format!("{}Gi", mebibytes / 1024) } else { format!("{mebibytes}Mi") }
}

/// The whole mebibytes of a quantity; `None` where it is not a number of them.
pub(super) fn mebibytes(quantity: &str) -> Option<u64> {
    let Bytes(bytes) = map::quantity(quantity)?;
    bytes.is_multiple_of(MEBIBYTE).then_some(bytes / MEBIBYTE)
}

/// Returns true if both are the same amount, however they are written.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    one == other || map::quantity(one).is_some_and(|bytes| map::quantity(other) == Some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_written_as_in_the_samples() {
        assert_eq!([512, 2048, 10_240, 1536].map(of_mebibytes), ["512Mi", "2Gi", "10Gi", "1536Mi"]);
        assert_eq!(["512Mi", "2Gi", "1500", "x"].map(mebibytes), [Some(512), Some(2048), None, None]);
        assert!(is_same("2Gi", "2048Mi") && is_same("odd", "odd") && !is_same("2Gi", "2G"));
    }
}
