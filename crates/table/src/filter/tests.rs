use proptest::prelude::*;

use super::*;
use qdeck_model::{
    Address, ContainerLink, ContextName, Fact, Instance, Kind, Lifecycle, Resource, ResourceId, State,
    Timestamp,
};

fn instance(name: &str, lifecycle: Lifecycle) -> Resource {
    let context = ContextName::new("prod-eu");
    let container = ResourceId::new(&context, Kind::Container, "c0ffee");
    Resource::Instance(Instance {
        container: Some(ContainerLink { id: container, name: Some("shop".into()) }.into()),
        size: Some("g1-standard-2".into()),
        location: Some("Genève".into()),
        host: Some("host-7".into()),
        addresses: Box::new([Address { value: "10.0.0.4".into(), public: false }]),
        labels: Box::new([("env".into(), "prod".into())]),
        created: Some(Timestamp::now().before(Duration::from_secs(3600))),
        facts: [Fact { name: "ready_state", value: "hibernate".into() }].into(),
        ..Instance::new(
            ResourceId::scoped(&context, Kind::Instance, "c0ffee", "5ab1e0f00d"),
            name,
            State::new(lifecycle, if lifecycle == Lifecycle::Running { "ACTIVE" } else { lifecycle.word() }),
        )
    })
}

fn matches(text: &str, resource: &Resource) -> bool {
    let row = Row { resource, platform: "cycle", now: Timestamp::now(), count: None };
    Filter::parse(text, &["ready_state"]).unwrap().matches(&mut Matcher::default(), &row)
}

#[test]
fn every_form_of_term_matches_what_it_says() {
    let web = instance("web-12", Lifecycle::Running);
    for yes in [
        "",
        "web",
        "wb12",
        "!zzz",
        "state:running",
        "state:active",
        "state:failed,run",
        "!state:failed",
        "ctx:prod",
        "context:eu platform:cycle",
        "label:env",
        "label:env=prod",
        "label:env=test,prod",
        "re:/^web-\\d+$/",
        "/web-1[0-9]/",
        "name:/^web/",
        "\"eb-1\"",
        "genève",
        "age:<2h",
        "age:>30m",
        "5ab1e",
        "id:f00d",
        "container:shop",
        "addr:10.0.0",
        "10.0.0.4",
        "ready_state:hib",
        "web state:running !label:env=test",
    ] {
        assert!(matches(yes, &web), "{yes:?} should match");
    }
    for no in [
        "state:failed",
        "!web",
        "ctx:test",
        "label:env=test",
        "label:team",
        "re:/^eb/",
        "\"web 12\"",
        "age:>2h",
        "5a b1e zz",
        "gpu:a100",
        "web state:failed",
        "Web",
    ] {
        assert!(!matches(no, &web), "{no:?} should not match");
    }
}

#[test]
fn mistakes_name_their_place() {
    for (text, at, words) in [
        ("web colour:red", 4, "no column is called colour"),
        ("state:", 6, "state: wants a value"),
        ("state:failed,", 13, "wants a value"),
        ("re:/web", 3, "does not end"),
        ("re:web", 3, "between slashes"),
        ("name:/(/", 6, "not a regular expression"),
        ("web !", 4, "right after it"),
        ("age:10m", 4, "wants < or >"),
        ("age:<10y", 7, "wants < or >"),
        ("label:", 6, "wants a label"),
        ("label:env=", 10, "leave the = out"),
        ("\"open", 0, "does not end"),
        ("\"a\"b", 3, "put a space"),
    ] {
        let error = Filter::parse(text, &[]).unwrap_err();
        assert_eq!(error.at, at, "{text:?}: {error}");
        assert!(error.message.contains(words), "{text:?}: {error}");
    }
}

#[test]
fn letters_match_in_any_composition_and_a_capital_makes_a_term_exact() {
    let (composed, decomposed) =
        (instance("caf\u{e9}-Nord", Lifecycle::Running), instance("cafe\u{301}-Nord", Lifecycle::Running));
    for resource in [&composed, &decomposed] {
        for yes in [
            "caf\u{e9}",
            "cafe\u{301}",
            "\"af\u{e9}-n\"",
            "\"afe\u{301}-n\"",
            "name:caf\u{e9}",
            "name:cafe\u{301}",
            "re:/caf\u{e9}/",
            "re:/cafe\u{301}/",
            "nord",
            "Nord",
            "\"Nord\"",
            "name:Nord",
            "state:ACTIVE",
            "label:env=prod",
        ] {
            assert!(matches(yes, resource), "{yes:?} should match {}", resource.name());
        }
        for no in
            ["NORD", "nOrd", "\"NORD\"", "name:NORD", "state:Active", "state:failed,RUN", "label:env=Prod"]
        {
            assert!(!matches(no, resource), "{no:?} should not match {}", resource.name());
        }
    }
}

#[test]
fn highlights_are_what_matched() {
    let mut matcher = Matcher::default();
    let mut found = Vec::new();
    let filter = Filter::parse("web re:/\\d+/ !zzz", &[]).unwrap();
    filter.highlights(&mut matcher, "web-12", &mut found);
    assert_eq!(found, [0..3, 4..6]);
    Filter::parse("nève", &[]).unwrap().highlights(&mut matcher, "Genève", &mut found);
    assert_eq!(found.iter().map(|range| &"Genève"[range.clone()]).collect::<String>(), "nève");
}

#[test]
fn typing_on_narrows_and_editing_does_not() {
    let narrows =
        |new: &str, old: &str| Filter::parse(new, &[]).unwrap().narrows(&Filter::parse(old, &[]).unwrap());
    assert!(narrows("we", ""));
    assert!(narrows("webs", "web"));
    assert!(narrows("web state:run", "web"));
    assert!(narrows("state:runn", "state:run"));
    assert!(!narrows("web", "webs"));
    assert!(!narrows("web", "we"), "ids are looked at from three letters on");
    assert!(!narrows("!webs", "!web"));
    assert!(!narrows("state:run,fail", "state:run"));
    assert!(!narrows("shop", "web"));
}

proptest! {
    #[test]
    fn any_text_parses_or_says_where(text in "\\PC{0,60}") {
        match Filter::parse(&text, &[]) {
            Ok(filter) => prop_assert_eq!(Filter::parse(&filter.to_string(), &[]).unwrap(), filter),
            Err(error) => prop_assert!(text.is_char_boundary(error.at)),
        }
    }

    #[test]
    fn filters_round_trip(terms in prop::collection::vec(
        "(!?)(web[a-z]{0,3}|state:(failed|run,stop)|re:/a\\.[bc]+/|name:/x/,y|\"two words\"|label:a=b,c|label:k|age:[<>][0-9]{1,4}[smhdw])", 0..5,
    )) {
        let text = terms.join(" ");
        let filter = Filter::parse(&text, &[]).unwrap();
        prop_assert_eq!(filter.to_string(), text);
    }

    #[test]
    fn narrowing_never_loses_a_match(old in "[a-z0-9:!, ]{0,12}", more in "[a-z0-9:, ]{1,6}", name in "[a-z0-9-]{1,12}") {
        let (Ok(before), Ok(after)) = (Filter::parse(&old, &[]), Filter::parse(&format!("{old}{more}"), &[])) else {
            return Ok(());
        };
        if after.narrows(&before) {
            let resource = instance(&name, Lifecycle::Running);
            let row = Row { resource: &resource, platform: "cycle", now: Timestamp::now(), count: None };
            let mut matcher = Matcher::default();
            prop_assert!(!after.matches(&mut matcher, &row) || before.matches(&mut matcher, &row));
        }
    }
}

#[test]
fn a_column_of_another_kind_is_refused_where_all_rows_are_of_one() {
    let refusal = |kind, text| Filter::parse_for(kind, text, &[]).err().map(|error| error.to_string());
    let live = |word: &str| Some(format!("{word}: the load of instances is live and cannot be filtered"));
    for (text, word) in [("memory:>1", "memory"), ("web mem:>1", "mem"), ("cpu:>0", "cpu")] {
        assert_eq!(refusal(Kind::Instance, text), live(word), "{text}");
    }
    assert_eq!(refusal(Kind::Instance, "price:<2"), Some("price: is no column of instances".to_owned()));
    assert_eq!(refusal(Kind::Container, "cpu:>0 memory:>1"), None);
    assert_eq!(refusal(Kind::GpuModel, "memory:>40"), None);
    assert_eq!(refusal(Kind::GpuModel, "image:nginx"), Some("image: is no column of GPU models".to_owned()));
    assert!(Filter::parse("price:<2 image:nginx", &[]).is_ok(), "rows of several kinds");
    let words = words_of(Kind::Instance);
    assert!(words.contains(&"image") && words.contains(&"age") && !words.contains(&"price"), "{words:?}");
}
