use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use qdeck_model::ProblemKind;

impl Row for usize {
    fn key(&self) -> u64 {
        key_of(self)
    }
}

const SIZE: usize = 100;

/// Rows that could all be read.
pub(crate) fn read<T>(good: Vec<T>) -> Rows<T> {
    Rows { unreadable: Unreadable::none_of(good.len()), good }
}

/// Walks a server's `rows`, of which it gives at most `cap` a page, and returns what was read and asked.
async fn walked(rows: usize, cap: usize, rest: Rest, ahead: usize) -> (Vec<usize>, usize) {
    let asked = AtomicUsize::new(0);
    let all = PageWalk::new("GET /things", SIZE).ahead(ahead).all(|at| {
        asked.fetch_add(1, Ordering::Relaxed);
        let page: Vec<usize> = (at.offset..rows).take(cap.min(SIZE)).collect();
        std::future::ready(Ok(Page::new(read(page), rest)))
    });
    let all = all.await.unwrap().good;
    (all, asked.load(Ordering::Relaxed))
}

#[tokio::test]
async fn a_list_ends_by_one_rule() {
    let of = |rows| Rest::Total(rows);
    for (rows, cap, rest, requests) in [
        (250, SIZE, of(250), 3),
        (200, SIZE, of(200), 2),
        (250, 40, of(250), 7),        // a server with smaller pages
        (250, SIZE, Rest::Unsaid, 4), // a round number at the end
        (253, SIZE, Rest::Unsaid, 3),
        (7, SIZE, Rest::Unsaid, 1),
        (100, SIZE, Rest::Unsaid, 2),
        (0, SIZE, Rest::Unsaid, 1),
        (0, SIZE, of(0), 1),
        (3, SIZE, of(900), 2), // fewer rows than promised: an empty page ends it
    ] {
        for ahead in [1, 3] {
            let (all, asked) = walked(rows, cap, rest, ahead).await;
            assert_eq!(all, (0..rows).collect::<Vec<_>>(), "{rows} by {cap}, {rest:?}, {ahead} ahead");
            assert_eq!(asked, requests, "{rows} by {cap}, {rest:?}, {ahead} ahead");
        }
    }
    assert_eq!(walked(7, SIZE, Rest::Last, 1).await.1, 1);
}

#[tokio::test]
async fn no_more_pages_are_fetched_than_allowed() {
    let walk = PageWalk::new("GET /things", 2).at_most(2);
    let page = |at: PageAt| {
        let rows = read(vec![at.offset, at.offset + 1]);
        std::future::ready(Ok(Page::new(rows, Rest::Unsaid)))
    };
    assert_eq!(walk.all(page).await.unwrap().good, [0, 1, 2, 3]);
}

#[tokio::test]
async fn a_server_that_ignores_the_page_is_an_error_and_no_endless_list() {
    for rest in [Rest::Unsaid, Rest::Total(1000), Rest::Total(15)] {
        for ahead in [1, 3] {
            let asked = AtomicUsize::new(0);
            let all = PageWalk::new("GET /things", 10).ahead(ahead).all(|_| {
                asked.fetch_add(1, Ordering::Relaxed);
                std::future::ready(Ok(Page::new(read((0..10).collect()), rest)))
            });
            let problem = all.await.unwrap_err();
            assert_eq!(problem.kind, ProblemKind::BadAnswer);
            assert_eq!(problem.request.as_deref(), Some("GET /things"));
            assert!(problem.message.contains("page 2"), "{problem}");
            assert!(asked.load(Ordering::Relaxed) <= 1 + ahead, "{rest:?}");
        }
    }
}

#[tokio::test]
async fn a_row_that_a_new_one_pushed_to_the_next_page_is_no_error() {
    let walk = PageWalk::new("GET /things", 10);
    let all = walk.all(|at| {
        let rows: Vec<usize> = if at.number == 1 { (0..10).collect() } else { vec![9] };
        std::future::ready(Ok(Page::new(read(rows), Rest::Unsaid)))
    });
    assert_eq!(all.await.unwrap().good.len(), 11);
}

#[tokio::test]
async fn rows_that_cannot_be_read_are_counted_and_a_page_without_any_other_ends_the_walk() {
    let page = |good: std::ops::Range<usize>, rows: usize| {
        let of = good.len() + rows;
        Rows { good: good.collect(), unreadable: Unreadable { rows, of, why: Some("no id".into()) } }
    };
    let walk = || PageWalk::new("GET /things", 10);
    let all = walk().all(|at| {
        let rows = if at.number == 1 { page(0..7, 3) } else { page(7..8, 1) };
        std::future::ready(Ok(Page::new(rows, Rest::Unsaid)))
    });
    let all = all.await.unwrap();
    assert_eq!(all.good.len(), 8);
    assert_eq!(all.unreadable.to_string(), "4 of 12 rows could not be read: no id");
    let asked = AtomicUsize::new(0);
    let none = walk().all(|_| {
        asked.fetch_add(1, Ordering::Relaxed);
        std::future::ready(Ok(Page::<usize>::new(page(0..0, 10), Rest::Unsaid)))
    });
    let problem = none.await.unwrap_err();
    assert_eq!(&*problem.message, "unexpected answer: 10 of 10 rows could not be read: no id");
    assert_eq!((problem.request.as_deref(), asked.into_inner()), (Some("GET /things"), 1));
}

#[tokio::test]
async fn a_list_that_is_needed_whole_has_an_end() {
    let asked = AtomicUsize::new(0);
    let all = PageWalk::new("GET /things", 1_000).all(|at| {
        asked.fetch_add(1, Ordering::Relaxed);
        let rows: Vec<usize> = (at.offset..at.offset + 1_000).collect();
        std::future::ready(Ok(Page::new(read(rows), Rest::Total(usize::MAX))))
    });
    let problem = all.await.unwrap_err();
    assert!(problem.message.contains("more than 100000 rows"), "{problem}");
    assert_eq!(asked.load(Ordering::Relaxed), 101);
}
