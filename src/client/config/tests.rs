//! Settings that Java's clients accept or refuse, in their words: each line was tried on the constructors of
//! Apache Kafka 4.3.1 (`testdata/java.txt`).

use super::*;

/// The exceptions from the outermost in, as `class: text <- class: text`.
fn show(error: &ClientError) -> String {
    let mut out = error.to_string();
    let mut cause = error.cause();
    while let Some(inner) = cause {
        out = format!("{out} <- {inner}");
        cause = inner.cause();
    }
    out
}

fn construct(kind: &str, properties: &Properties) -> Option<String> {
    let error = match &kind[..1] {
        "p" => ProducerConfig::parse(properties).err(),
        "c" => ConsumerConfig::parse(properties).err(),
        _ => AdminConfig::parse(properties).err(),
    };
    error.as_ref().map(show)
}

#[test]
fn settings_are_checked_as_java_checks_them() {
    let mut checked = 0;
    for line in include_str!("testdata/java.txt")
        .lines()
        .filter(|l| !l.starts_with('#'))
    {
        let (call, expected) = line.split_once(" => ").expect("a call and its result");
        let (kind, settings) = call.split_once(' ').expect("a client and its settings");
        let settings: Vec<&str> = settings
            .trim_start_matches('[')
            .trim_end_matches(']')
            .splitn(64, ", ")
            .collect();
        let mut properties = Properties::new();
        if !kind.ends_with('0') {
            properties.insert("bootstrap.servers".into(), "localhost:1".into());
        }
        for pair in settings.chunks_exact(2) {
            properties.insert(pair[0].into(), pair[1].into());
        }
        let actual = construct(kind, &properties).unwrap_or_else(|| "ok".into());
        assert_eq!(actual, expected, "{line}");
        checked += 1;
    }
    assert_eq!(checked, 84);
}

#[test]
fn durations_are_read_as_java_reads_them() {
    use consumer::parse_iso_duration_ms as parse;
    for (text, ms) in [
        ("P1D", Some(86_400_000)),
        ("PT1H30M", Some(5_400_000)),
        ("P2DT3H4M5.678S", Some(183_845_678)),
        ("pt20s", Some(20_000)),
        ("-PT1S", Some(-1000)),
        ("PT-1S", Some(-1000)),
        ("P", None),
        ("PT", None),
        ("1D", None),
        ("P1H", None),
        ("PT1M1H", None),
    ] {
        assert_eq!(parse(text), ms, "{text}");
    }
}
