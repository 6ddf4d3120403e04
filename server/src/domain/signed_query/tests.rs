use super::*;

const MAC: &str = "76137a41ffe2c465ecf5380f69f9da7416369d6805e2ba415e03ec7eb36dfbe0";

fn query(params: &str) -> SignedQuery {
    SignedQuery::parse(&format!("{params}&signature=t%3D17%2Csignature%3D{MAC}")).unwrap()
}

fn refusal(params: &str) -> Malformed {
    SignedQuery::parse(&format!("{params}&signature=t%3D17%2Csignature%3D{MAC}")).unwrap_err()
}

fn ids(query: &SignedQuery) -> Option<Vec<&str>> {
    query.locations().map(Iterator::collect)
}

fn texts(query: &SignedQuery) -> Vec<(String, String)> {
    query.candidates().map(|candidate| (candidate.form.to_string(), candidate.text)).collect()
}

#[test]
fn parameters_are_decoded_and_keep_their_order() {
    let query = query("b=1%2C+2&a=x%20y&flag&=nameless&&z=%C3%AB");
    let params: Vec<_> = query.params().collect();
    assert_eq!(params, [("b", "1, 2"), ("a", "x y"), ("flag", ""), ("", "nameless"), ("z", "ë")]);
    assert_eq!(texts(&query)[0].1, r#"{"b":"1, 2","a":"x y","flag":"","":"nameless","z":"ë"}.17"#);
}

#[test]
fn the_signature_may_stand_anywhere_and_is_not_a_parameter() {
    let query = SignedQuery::parse(&format!("a=1&signature=t=17,signature={MAC}&b=2")).unwrap();
    assert_eq!(query.t(), 17);
    assert_eq!(hex::encode(query.mac()), MAC);
    assert_eq!(query.get("signature"), None);
    assert_eq!(texts(&query), [("as received".to_owned(), r#"{"a":"1","b":"2"}.17"#.to_owned())]);
}

#[test]
fn a_query_without_other_parameters_signs_an_empty_object() {
    let query = SignedQuery::parse(&format!("signature=t=17,signature={MAC}")).unwrap();
    assert_eq!(texts(&query)[0].1, "{}.17");
}

#[test]
fn what_has_no_single_meaning_is_refused() {
    assert_eq!(refusal("a=1&a=2"), Malformed::Repeated);
    assert_eq!(refusal("a=1&%61=2"), Malformed::Repeated);
    assert_eq!(refusal("signature=t%3D1"), Malformed::Repeated);
    assert_eq!(refusal("a=%"), Malformed::PercentEncoding);
    assert_eq!(refusal("a=%2"), Malformed::PercentEncoding);
    assert_eq!(refusal("a=%zz"), Malformed::PercentEncoding);
    assert_eq!(refusal("%+1=a"), Malformed::PercentEncoding);
    assert_eq!(refusal("a=%ff"), Malformed::Utf8);
    assert_eq!(refusal("a=%ED%A0%80"), Malformed::Utf8, "a lone surrogate");
    assert_eq!(refusal("a=%C0%80"), Malformed::Utf8, "an overlong zero");
    assert_eq!(SignedQuery::parse(""), Err(Malformed::NoSignature));
    assert_eq!(SignedQuery::parse("slug=s"), Err(Malformed::NoSignature));
}

#[test]
fn size_and_number_are_bounded_exactly() {
    let named = |count: usize| (0..count).map(|number| format!("p{number}=")).collect::<Vec<_>>().join("&");
    assert_eq!(query(&named(MAX_PARAMETERS - 1)).params().count(), MAX_PARAMETERS - 1);
    assert_eq!(refusal(&named(MAX_PARAMETERS)), Malformed::TooManyParameters);

    let signature = format!("&signature=t=17,signature={MAC}");
    let filled = |length: usize| format!("a={}{signature}", "x".repeat(length - 2 - signature.len()));
    assert!(SignedQuery::parse(&filled(MAX_QUERY_BYTES)).is_ok());
    assert_eq!(SignedQuery::parse(&filled(MAX_QUERY_BYTES + 1)), Err(Malformed::TooLong));
}

#[test]
fn accessors_say_what_the_sender_meant() {
    let full = query("slug=s&organizationId=%22o1%22&memberId=m1&locations=a%2C+b+%2C%2Cc");
    assert_eq!(full.slug(), Some("s"));
    assert_eq!(full.organization_id(), Some("o1"));
    assert_eq!(full.member_id(), Some("m1"));
    assert_eq!(ids(&full).unwrap(), ["a", "b", "c"]);

    let empty = query("slug=&organizationId=&memberId=&locations=");
    assert_eq!(
        (empty.slug(), empty.organization_id(), empty.member_id(), ids(&empty)),
        (None, None, None, Some(vec![]))
    );
    assert_eq!(query("organizationId=%22%22&locations=%22%22").organization_id(), None);
    assert_eq!(ids(&query("locations=%22%22")), Some(vec![]));
    assert_eq!(ids(&query("x=1")), None);
    assert_eq!(query("organizationId=%22").organization_id(), Some("\""), "one quote is no pair");
}

#[test]
fn an_empty_member_is_tried_left_out_then_as_empty() {
    let expected = [
        ("empty memberId left out".to_owned(), r#"{"slug":"s","z":"1"}.17"#.to_owned()),
        ("as received".to_owned(), r#"{"slug":"s","memberId":"","z":"1"}.17"#.to_owned()),
    ];
    assert_eq!(texts(&query("slug=s&memberId=&z=1")), expected);
    assert_eq!(
        texts(&query("memberId=")),
        [
            ("empty memberId left out".to_owned(), "{}.17".to_owned()),
            ("as received".to_owned(), r#"{"memberId":""}.17"#.to_owned()),
        ]
    );
}

#[test]
fn a_quoted_organization_is_tried_with_and_without_quotes() {
    assert_eq!(
        texts(&query("organizationId=%22o%22")),
        [
            ("as received".to_owned(), r#"{"organizationId":"\"o\""}.17"#.to_owned()),
            ("organizationId unquoted".to_owned(), r#"{"organizationId":"o"}.17"#.to_owned()),
        ]
    );
    assert_eq!(texts(&query("organizationId=o")).len(), 1);
}

#[test]
fn several_locations_are_tried_in_the_other_form_too() {
    assert_eq!(
        texts(&query("locations=a,b")),
        [
            ("as received".to_owned(), r#"{"locations":"a,b"}.17"#.to_owned()),
            ("locations joined by comma and space".to_owned(), r#"{"locations":"a, b"}.17"#.to_owned()),
        ]
    );
    assert_eq!(
        texts(&query("locations=a,+b")),
        [
            ("as received".to_owned(), r#"{"locations":"a, b"}.17"#.to_owned()),
            ("locations joined by comma".to_owned(), r#"{"locations":"a,b"}.17"#.to_owned()),
        ]
    );
    assert_eq!(texts(&query("locations=a,b,+c")).len(), 3);
    assert_eq!(texts(&query("locations=a")).len(), 1);
    assert_eq!(texts(&query("locations=+a")).len(), 1);
}

#[test]
fn all_combinations_are_tried_once() {
    let query = query("locations=a,b,+c&organizationId=%22o%22&memberId=");
    let texts: Vec<String> = query.candidates().map(|candidate| candidate.text).collect();
    let distinct: std::collections::BTreeSet<&String> = texts.iter().collect();
    assert_eq!(texts.len(), MAX_CANDIDATES);
    assert_eq!(distinct.len(), MAX_CANDIDATES);
    assert_eq!(query.candidates().filter(|candidate| candidate.form == Form::AS_RECEIVED).count(), 1);
}

#[test]
fn freshness_counts_both_ways_and_includes_the_edge() {
    let query = query("a=1");
    for (now, fresh) in [(17, true), (77, true), (78, false), (-43, true), (-44, false), (i64::MIN, false)] {
        assert_eq!(query.is_fresh(now, 60), fresh, "{now}");
    }
    let header = SignatureHeader::parse(&format!("t=1000,signature={MAC}")).unwrap();
    for (now, within) in [(1100, true), (1101, false), (990, true), (989, false)] {
        assert_eq!(header.is_within(now, 100, 10), within, "{now}");
    }
}

#[test]
fn the_header_is_read_by_name_else_by_position() {
    let upper = MAC.to_uppercase();
    for text in [
        format!("t=17,signature={MAC}"),
        format!("signature={MAC},t=17"),
        format!(" t=17 , signature={upper} "),
        format!("v=2,t=17,extra,signature={MAC},scheme=x=y"),
        format!("17,{MAC}"),
        format!("ts=17,sig={MAC},v=2"),
        format!("t=17,sig={MAC}"),
    ] {
        let header = SignatureHeader::parse(&text).unwrap();
        assert_eq!((header.t(), hex::encode(header.mac())), (17, MAC.to_owned()), "{text}");
    }
}

#[test]
fn an_unreadable_header_says_why() {
    for (text, why) in [
        (String::new(), Malformed::NoSignature),
        ("t=17".to_owned(), Malformed::NoSignature),
        ("t=17,signature=".to_owned(), Malformed::NoSignature),
        (format!("signature={MAC}"), Malformed::NoTimestamp),
        (format!("t=,signature={MAC}"), Malformed::NoTimestamp),
        (format!("t=now,signature={MAC}"), Malformed::BadTimestamp),
        (format!("t=-17,signature={MAC}"), Malformed::BadTimestamp),
        (format!("t=+17,signature={MAC}"), Malformed::BadTimestamp),
        (format!("t=017,signature={MAC}"), Malformed::BadTimestamp),
        (format!("t=1.5,signature={MAC}"), Malformed::BadTimestamp),
        (format!("t=99999999999999999999,signature={MAC}"), Malformed::BadTimestamp),
        (format!("t=17,signature={}", &MAC[1..]), Malformed::BadMac),
        (format!("t=17,signature={MAC}00"), Malformed::BadMac),
        (format!("t=17,signature=g{}", &MAC[1..]), Malformed::BadMac),
        (format!("t=17,t=18,signature={MAC}"), Malformed::Repeated),
        (format!("t=17,signature={MAC},signature={MAC}"), Malformed::Repeated),
    ] {
        assert_eq!(SignatureHeader::parse(&text).unwrap_err(), why, "{text}");
    }
}

#[test]
fn debug_output_holds_neither_signature_nor_values() {
    let query = query("memberId=somebody");
    let header = SignatureHeader::parse(&format!("t=17,signature={MAC}")).unwrap();
    let shown = format!("{query:?} {header:?}");
    assert!(shown.contains("memberId") && shown.contains("17"), "{shown}");
    // A derived `Debug` would print the MAC as a list of numbers.
    assert!(!shown.contains("somebody") && !shown.contains(MAC) && !shown.contains("118, 19"), "{shown}");
}
