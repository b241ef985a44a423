//! The kit: what every platform needs, written once. Knows no platform.

pub(crate) mod form;
pub(crate) mod log;
pub(crate) mod pages;
pub(crate) mod secret_fields;
pub(crate) mod ssh;

mod aged;
mod answer;
mod listing;
mod page_cache;
mod probes;
mod request;
mod row_cache;
mod row_splitter;
mod sign_in;

pub(crate) use aged::{AgedCache, Pending, if_good};
pub(crate) use answer::{
    Due, due, in_part, refusal_body, refusal_json, request_name, some_readable, unexpected_answer,
    unexpected_field, unsupported, within,
};
pub(crate) use listing::{
    ExpectedRows, Listing, each_row, failed_listing, is_of_context, of_parts, send_whole_listing, unless_gone,
};
pub(crate) use page_cache::{PageCache, SharedPages};
pub(crate) use pages::{Page, PageAt, PageWalk, Rest};
pub(crate) use probes::{Probe, Probes};
pub(crate) use request::{
    client_options, join_url, no_single_request, read_request, with_query, wrong_credentials,
};
pub(crate) use row_cache::{CachedWalk, ReadPage, RowCache, Walked, chunks};
pub(crate) use row_splitter::RowsAt;
pub(crate) use sign_in::SignIn;
