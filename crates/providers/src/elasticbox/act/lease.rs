//! The lease of an instance in a form and in a document: the moment at which it is shut down or terminated by itself.

use serde_json::{Value, json};

use super::super::api::field;
use crate::kit::form::wrong_field;
use qdeck_model::{Choice, Choices, Field, FieldKind, FieldValue, FormValues, Problem, Timestamp};

/// The word of the Instances API's page for an instance without a lease. It is never a value on the wire.
const ALWAYS_ON: &str = "alwayson";
pub(super) const OPERATION: &str = "lease.operation";
pub(super) const EXPIRE: &str = "lease.expire";

/// The fields of a lease; `now` is the lease that there is. The moment is only asked for where there is to be one.
pub(super) fn fields(now: Option<&Value>, values: &FormValues) -> Vec<Field> {
    let operation_now = now.and_then(|lease| field(lease, "operation")).unwrap_or(ALWAYS_ON);
    let choice = |value: &str, label: &str| Choice { label: label.into(), ..Choice::plain(value) };
    let operations = vec![
        choice(ALWAYS_ON, "None: always on"),
        choice("shutdown", "Shut down"),
        choice("terminate", "Terminate"),
    ];
    let operation = Field::new(OPERATION, "At its end", FieldKind::Choice(Choices::Fixed(operations)))
        .section("Lease")
        .default(FieldValue::text(operation_now))
        .help("The operation that ElasticBox runs by itself at the end of the lease.")
        .reshapes();
    if values.text(OPERATION).unwrap_or(operation_now) == ALWAYS_ON {
        return vec![operation];
    }
    let expire = Field::new(EXPIRE, "Ends", FieldKind::Date)
        .section("Lease")
        .required()
        .help("The end of the lease, in the future.");
    let expire_now = now.and_then(|lease| field(lease, "expire")).and_then(Timestamp::parse);
    vec![operation, expire_now.into_iter().fold(expire, |expire, at| expire.default(FieldValue::Date(at)))]
}

/// The lease that was entered, or the one that there is where none was; `None` without one.
///
/// # Errors
/// A new lease ends in the past.
pub(super) fn entered(now: Option<&Value>, values: &FormValues) -> Result<Option<Value>, Problem> {
    let lease = |name| now.and_then(|lease| field(lease, name));
    let operation = values.text(OPERATION).or(lease("operation")).unwrap_or(ALWAYS_ON);
    let before = lease("expire").and_then(Timestamp::parse);
    let expire = match values.get(EXPIRE) {
        Some(FieldValue::Date(at)) => Some(*at),
        _ => before,
    };
    let expire = match expire {
        _ if operation == ALWAYS_ON => return Ok(None),
        Some(expire) => expire,
        None => return Err(wrong_field(EXPIRE, "must be filled in")),
    };
    if lease("operation") == Some(operation) && before == Some(expire) {
        return Ok(now.cloned());
    }
    if expire <= Timestamp::now() {
        return Err(wrong_field(EXPIRE, "must lie in the future"));
    }
    Ok(Some(json!({"expire": wire_time(expire), "operation": operation})))
}

/// A moment as the page writes it: `2015-10-29 19:00:00.000000`, in UTC.
fn wire_time(at: Timestamp) -> String {
    let text = at.to_string().replace('T', " ");
    let text = text.trim_end_matches('Z');
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{seconds}.{fraction:0<6.6}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(operation: &str, expire: Option<&str>) -> FormValues {
        let values = FormValues::new().with(OPERATION, FieldValue::text(operation));
        let date = |at| FieldValue::Date(Timestamp::parse(at).unwrap());
        expire.into_iter().fold(values, |values, at| values.with(EXPIRE, date(at)))
    }

    #[test]
    fn a_moment_is_written_as_the_page_does() {
        for (at, text) in [
            ("2015-10-29T19:00:00Z", "2015-10-29 19:00:00.000000"),
            ("2015-10-29T19:00:00.5Z", "2015-10-29 19:00:00.500000"),
            ("2015-10-29T19:00:00.123456789Z", "2015-10-29 19:00:00.123456"),
        ] {
            assert_eq!(wire_time(Timestamp::parse(at).unwrap()), text);
        }
    }

    #[test]
    fn a_lease_is_kept_changed_or_left_out() {
        let now = json!({"expire": "2015-10-29 19:00:00.000000", "operation": "shutdown", "released": true});
        let lease = |values: &FormValues| entered(Some(&now), values).map_err(|it| it.message.to_string());
        assert_eq!(lease(&FormValues::new()), Ok(Some(now.clone())));
        assert_eq!(lease(&values("shutdown", Some("2015-10-29T19:00:00Z"))), Ok(Some(now.clone())));
        assert_eq!(lease(&values(ALWAYS_ON, None)), Ok(None));
        let past = lease(&values("terminate", None));
        assert_eq!(past, Err("lease.expire: must lie in the future".to_owned()));
        let future = json!({"expire": "2999-01-01 00:00:00.000000", "operation": "terminate"});
        assert_eq!(lease(&values("terminate", Some("2999-01-01T00:00:00Z"))), Ok(Some(future)));
        let none = entered(None, &values("terminate", None)).unwrap_err();
        assert_eq!(&*none.message, "lease.expire: must be filled in");
    }

    #[test]
    fn the_moment_is_asked_for_where_there_is_to_be_a_lease() {
        let names = |values: &FormValues| -> Vec<String> {
            fields(None, values).iter().map(|field| field.name.to_string()).collect()
        };
        assert_eq!(names(&FormValues::new()), [OPERATION]);
        assert_eq!(names(&values("shutdown", None)), [OPERATION, EXPIRE]);
    }
}
