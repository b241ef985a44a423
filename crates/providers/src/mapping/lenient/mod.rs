//! Field types of the wire structs. They read leniently, so that a wire struct needs hardly any attribute:
//!
//! | field type | reads | anything else is |
//! |---|---|---|
//! | [`Text`] | texts, and numbers and booleans as text | `None`, as is the empty text |
//! | [`Lenient<T>`], with [`Number<T>`] and [`Flag`] | what `T` reads | the default of `T` |
//! | [`ObjectOrDefault<T>`], [`ObjectOrNone<T>`] | an object of `T`'s fields | the default of `T`, or `None` |
//! | [`ListOrDefault<T>`], [`ListOrNone<T>`] | a list of such objects | an empty list, or `None` |
//! | [`ObjectOrText<T>`] | an object of `T`'s fields, or a text in place of it | the default of `T` |
//! | [`AnyValue`] | any JSON | |
//! | [`Rows<T>`] | the rows of a page; a row that `T` does not read is counted | an error, but for `null`; and so are too many |
//! | [`BareRows<T>`] | the same where the list is the whole answer | an error |
//! | [`RowsCutOut`] | the place of rows that were cut out | an error, but for `null` and an empty list |
//! | [`RowId`] | a text or a number, by which a row is addressed | an error: the row cannot be read |
//! | [`RequiredSecret`], [`OptionalSecret`] | a text, which is never printed | an error, or `None` |
//!
//! But for [`Rows`] and [`RowId`], `null` and an absent field read alike, without `#[serde(default)]`: the types
//! are read as an option, and serde reads an absent field as an option that is `None`. Objects and lists are read in place. Only [`Lenient`] buffers one, so it
//! is not for the objects of a row.

mod collections;
#[cfg(test)]
pub(crate) mod property;
mod read;
mod rows;
mod scalars;
mod secrets;
#[cfg(test)]
mod tests;

pub(crate) use collections::{
    AnyValue, ListOrDefault, ListOrNone, ObjectOrDefault, ObjectOrNone, ObjectOrText,
};
pub(crate) use rows::{BareRows, MAX_ROWS_OF_AN_ANSWER, RowId, Rows, RowsCutOut, read_row, too_many_rows};
pub(crate) use scalars::{Flag, Lenient, Number, Text};
pub(crate) use secrets::{OptionalSecret, RequiredSecret};
