use super::*;

/// With each letter that is written in another way somewhere.
const VALUE: &str = r#"p/s&w"r\d +%é😀<x>'"#;

fn redacted(text: &str) -> String {
    redact_with(text, &[Secret::new(VALUE)]).into_owned()
}

#[test]
fn a_secret_is_found_in_every_way_that_json_writes_it() {
    let plain = serde_json::to_string(VALUE).expect("JSON");
    let twice = serde_json::to_string(&plain).expect("JSON");
    let slashes = plain.replace('/', "\\/").replace('&', "\\u0026");
    let all: String = VALUE.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat();
    let upper: String =
        VALUE.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect::<Vec<_>>().concat();
    for text in [VALUE.to_owned(), plain, twice, slashes, all, upper] {
        let shown = redacted(&format!("no {text} ok"));
        // Letters of the secret and of its escapes.
        assert!(
            shown.contains(SECRET_MASK) && !shown.contains(['s', 'w', 'x', 'u', '7']),
            "{text} became {shown}"
        );
    }
}

#[test]
fn a_secret_is_found_in_addresses_and_in_pages() {
    let percent: String = VALUE.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    let twice = percent.replace('%', "%25");
    let some = "p%2fs%26w%22r%5cd+%2B%25%C3%A9%F0%9F%98%80%3Cx%3E'";
    let page = "p&#47;s&amp;w&quot;r\\d +%é😀&lt;x&gt;&#x27;";
    for text in [percent.as_str(), &twice, some, page] {
        let shown = redacted(&format!("?a={text}&b=1"));
        assert_eq!(shown, format!("?a={SECRET_MASK}&b=1"), "{text}");
    }
}

#[test]
fn a_secret_is_found_within_base64_whatever_is_before_it() {
    let secret = Secret::new("hunter2-hunter2");
    // `printf USER:hunter2-hunter2 | base64`, and of an address in the alphabet of addresses.
    for text in [
        "aHVudGVyMi1odW50ZXIy",
        "YTpodW50ZXIyLWh1bnRlcjI=",
        "YWI6aHVudGVyMi1odW50ZXIy",
        "YWJjOmh1bnRlcjItaHVudGVyMjp4",
    ] {
        let shown = redact_with(&format!("Basic {text}\n"), std::slice::from_ref(&secret)).into_owned();
        assert_eq!(shown, format!("Basic {SECRET_MASK}\n"), "{text}");
    }
}

#[test]
fn text_without_a_secret_stays_as_it_is_and_short_values_blank_out_nothing() {
    let text = "a \\u0026 b %25 &amp; + c";
    assert!(matches!(
        redact_with(text, &[Secret::new("other"), Secret::new("a"), Secret::new("")]),
        Cow::Borrowed(_)
    ));
    assert_eq!(
        redact_with("éé key-1 é key-1", &[Secret::new("key-1")]),
        format!("éé {SECRET_MASK} é {SECRET_MASK}")
    );
}

#[test]
fn what_is_hidden_once_is_hidden_in_every_text_and_problem() {
    hide(&Secret::new("of/this&process"));
    assert_eq!(redact("it is of\\/this\\u0026process."), format!("it is {SECRET_MASK}."));
    let problem = crate::Problem::new(crate::ProblemKind::Refused, "no of/this&process here")
        .hint("not of/this&process")
        .request("GET /of%2Fthis%26process");
    let shown = problem.to_string();
    assert_eq!(shown, format!("no {SECRET_MASK} here; asked GET /{SECRET_MASK}. not {SECRET_MASK}"));
}

#[test]
fn tokens_that_come_and_go_push_no_secret_out() {
    hide(&Secret::new("lasting-secret"));
    for number in 0..MAX_TOKENS + MAX_SECRETS {
        hide_token(&Secret::new(format!("token-number-{number:04}")));
    }
    let last = format!("token-number-{:04}", MAX_TOKENS + MAX_SECRETS - 1);
    assert_eq!(redact(&format!("a lasting-secret and {last}")), format!("a {SECRET_MASK} and {SECRET_MASK}"));
    assert_eq!(redact("token-number-0000"), "token-number-0000", "it is no longer valid");
}
