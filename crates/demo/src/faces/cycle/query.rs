//! The query string of Cycle's API: `page[size]`, `filter[state]`, `sort`, `include`, `meta`.
//! Anything that is not documented is refused, so that a client's slip is seen.

use super::problem::Problem;

/// Default page size. The document only shows 20 in its example.
const DEFAULT_SIZE: usize = 20;
/// The largest page answered; the real maximum is not documented.
const LARGEST_SIZE: usize = 1000;

/// The parameters that an endpoint takes.
pub(crate) struct Known {
    pub(crate) filters: &'static [&'static str],
    pub(crate) sorts: &'static [&'static str],
    pub(crate) includes: &'static [&'static str],
    pub(crate) metas: &'static [&'static str],
}

impl Known {
    /// The same for one document: there is nothing to filter or sort.
    pub(crate) const fn of_one(self) -> Self {
        Self { filters: &[], sorts: &[], ..self }
    }
}

/// Nothing but a path.
pub(crate) const PLAIN: Known = Known { filters: &[], sorts: &[], includes: &[], metas: &[] };

/// A query string, read and checked.
#[derive(Debug, Default)]
pub(crate) struct Query {
    filters: Vec<(String, String)>,
    pub(crate) sort: Option<(String, bool)>,
    includes: Vec<String>,
    metas: Vec<String>,
    pub(crate) size: usize,
    pub(crate) number: usize,
}

impl Query {
    /// Reads a raw query string against what the endpoint knows.
    pub(crate) fn read(raw: Option<&str>, known: &Known) -> Result<Self, Problem> {
        let mut query = Self { size: DEFAULT_SIZE, number: 1, ..Self::default() };
        for (key, value) in url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
            query.take(&key, &value, known)?;
        }
        Ok(query)
    }

    fn take(&mut self, key: &str, value: &str, known: &Known) -> Result<(), Problem> {
        if let Some(name) = key.strip_prefix("filter[").and_then(|k| k.strip_suffix(']')) {
            one_of(name, known.filters, "filter")?;
            if name.starts_with("range-") {
                value
                    .parse::<jiff::Timestamp>()
                    .map_err(|_| Problem::invalid(format!("filter[{name}] must be an RFC 3339 time")))?;
            }
            self.filters.push((name.to_owned(), value.to_owned()));
            return Ok(());
        }
        match key {
            "page[size]" => self.size = number(key, value, LARGEST_SIZE)?,
            "page[number]" => self.number = number(key, value, usize::MAX)?,
            "sort" => {
                let (field, descending) = value.strip_prefix('-').map_or((value, false), |f| (f, true));
                one_of(field, known.sorts, "sort")?;
                self.sort = Some((field.to_owned(), descending));
            }
            "include" => list(value, known.includes, "include", &mut self.includes)?,
            "meta" => list(value, known.metas, "meta", &mut self.metas)?,
            // The websocket's single-use token travels in the query too.
            "token" => {}
            _ => {
                return Err(Problem::invalid(format!("`{key}` is not a parameter of this endpoint")));
            }
        }
        Ok(())
    }

    /// The value of a filter.
    pub(crate) fn filter(&self, name: &str) -> Option<&str> {
        self.filters.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// A comma list of states, each of which must be a known word.
    pub(crate) fn states(&self, words: &[&str]) -> Result<Option<Vec<&str>>, Problem> {
        let Some(value) = self.filter("state") else {
            return Ok(None);
        };
        let states: Vec<&str> = value.split(',').collect();
        for state in &states {
            one_of(state, words, "filter[state]")?;
        }
        Ok(Some(states))
    }

    /// A time filter.
    pub(crate) fn moment(&self, name: &str) -> Option<jiff::Timestamp> {
        self.filter(name).and_then(|v| v.parse().ok())
    }

    /// Returns whether the time lies within `filter[range-start]` and `filter[range-end]`.
    pub(crate) fn in_range(&self, at: jiff::Timestamp) -> bool {
        self.moment("range-start").is_none_or(|start| at >= start)
            && self.moment("range-end").is_none_or(|end| at <= end)
    }

    /// Returns whether a search term, if any, is in one of the values.
    pub(crate) fn found_in(&self, values: &[&str]) -> bool {
        self.filter("search").is_none_or(|term| {
            let term = term.to_lowercase();
            values.iter().any(|v| v.to_lowercase().contains(&term))
        })
    }

    /// Returns whether a part was asked for by `include`.
    pub(crate) fn includes(&self, name: &str) -> bool {
        self.includes.iter().any(|i| i == name)
    }

    /// Returns whether a part was asked for by `meta`.
    pub(crate) fn meta(&self, name: &str) -> bool {
        self.metas.iter().any(|m| m == name)
    }

    /// Cuts the page out of the rows.
    pub(crate) fn page<T>(&self, rows: impl Iterator<Item = T>) -> Vec<T> {
        crate::faces::page(rows, self.number, self.size)
    }
}

fn list(value: &str, known: &[&str], what: &str, into: &mut Vec<String>) -> Result<(), Problem> {
    for part in value.split(',').filter(|p| !p.is_empty()) {
        one_of(part, known, what)?;
        into.push(part.to_owned());
    }
    Ok(())
}

fn one_of(word: &str, known: &[&str], what: &str) -> Result<(), Problem> {
    if known.contains(&word) {
        return Ok(());
    }
    Err(Problem::invalid(format!("`{word}` is not a value of {what} here; known are: {}", known.join(", "))))
}

fn number(key: &str, value: &str, most: usize) -> Result<usize, Problem> {
    match value.parse() {
        Ok(n) if (1..=most).contains(&n) => Ok(n),
        _ => Err(Problem::invalid(format!("{key} must be a whole number from 1 to {most}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: Known = Known {
        filters: &["state", "range-start"],
        sorts: &["id"],
        includes: &["servers"],
        metas: &["node"],
    };

    #[test]
    fn it_reads_what_the_document_shows() {
        let raw = "page[size]=50&page%5Bnumber%5D=3&filter[state]=running,stopped&sort=-id&include=servers&meta=node";
        let query = Query::read(Some(raw), &KNOWN).expect("all documented");
        assert_eq!((query.size, query.number), (50, 3));
        assert_eq!(query.sort, Some(("id".to_owned(), true)));
        assert!(query.includes("servers") && query.meta("node"));
        assert_eq!(query.states(&["running", "stopped"]).expect("known"), Some(vec!["running", "stopped"]));
        assert!(query.states(&["running"]).is_err(), "an unknown state must be refused");
    }

    #[test]
    fn it_refuses_what_is_not_documented() {
        for raw in [
            "page[size]=0",
            "page[size]=x",
            "page[size]=1001",
            "page[number]=0",
            "filter[nope]=1",
            "sort=hue",
            "include=cats",
            "meta=cats",
            "limit=5",
            "filter[range-start]=yesterday",
        ] {
            assert!(Query::read(Some(raw), &KNOWN).is_err(), "{raw} was accepted");
        }
    }
}
