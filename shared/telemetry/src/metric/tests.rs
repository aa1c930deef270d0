use super::*;
use crate::measure;

fn source() -> MetricSource {
    MetricSource {
        namespace: "stack".to_owned(),
        function: "stack-Invite".to_owned(),
        now: || 1_764_000_000_000,
    }
}

fn line(route: Option<&str>, cold: bool, values: &MetricValues) -> Value {
    MetricLine { route, duration_ms: 12, cold, values }.to_json(&source())
}

/// Requires what the specification of the Embedded Metric Format requires.
fn assert_valid(line: &Value) {
    let about = &line["_aws"];
    assert!(about["Timestamp"].is_i64(), "{line}");
    let directives = about["CloudWatchMetrics"].as_array().unwrap();
    assert!(!directives.is_empty(), "{line}");
    for directive in directives {
        assert!(!directive["Namespace"].as_str().unwrap().is_empty(), "{line}");
        for dimension in directive["Dimensions"].as_array().unwrap() {
            let names = dimension.as_array().unwrap();
            assert!(names.len() <= 30, "{line}");
            for name in names {
                let value = line[name.as_str().unwrap()].as_str().unwrap();
                assert!((1..=1024).contains(&value.len()), "{line}");
            }
        }
        let metrics = directive["Metrics"].as_array().unwrap();
        assert!((1..=100).contains(&metrics.len()), "{line}");
        for metric in metrics {
            assert!(
                ["Count", "Milliseconds"].contains(&metric["Unit"].as_str().unwrap()),
                "{line}"
            );
            match &line[metric["Name"].as_str().unwrap()] {
                Value::Array(values) => {
                    assert!((1..=100).contains(&values.len()), "{line}");
                    assert!(values.iter().all(Value::is_u64), "{line}");
                }
                value => assert!(value.is_u64(), "{line}"),
            }
        }
    }
}

#[test]
fn a_line_follows_the_specification() {
    let mut values = MetricValues::default();
    assert_valid(&line(Some("GET /v1/clinic"), false, &values));
    for metric in Metric::ALL {
        values.count(metric);
        for value in 0..150 {
            values.add_value(metric, value);
        }
    }
    assert_valid(&line(None, true, &values));
}

#[test]
fn only_function_and_route_are_dimensions() {
    let mut values = MetricValues::default();
    values.count(Metric::Invited);
    let line = line(Some("POST /v1/autoScribe/users"), true, &values);
    let dimensions: Vec<_> = line["_aws"]["CloudWatchMetrics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|directive| (directive["Dimensions"].clone(), directive["Metrics"][0]["Name"].clone()))
        .collect();
    let expected = [
        (json!([["Function", "Route"]]), json!("Duration")),
        (json!([["Function"]]), json!("ColdStarts")),
        (json!([[]]), json!("Invited")),
    ];
    assert_eq!(dimensions, expected);
    assert_eq!(line["Route"], "POST /v1/autoScribe/users");
    assert_eq!(line["Invited"], json!([1]));
}

#[test]
fn every_metric_is_listed_once_under_its_name() {
    let names: std::collections::BTreeSet<_> = Metric::ALL.into_iter().map(Metric::name).collect();
    assert_eq!(names.len(), Metric::ALL.len());
    assert_eq!(Metric::NpiNameMismatch.name(), "NpiNameMismatch");
    let page = include_str!("../../../../docs/LOGGING.md");
    for name in names.iter().map(String::as_str).chain(["Duration", "ColdStarts"]) {
        assert!(page.contains(&format!("\n| `{name}` |")), "docs/LOGGING.md lists no {name}");
    }
}

#[tokio::test]
async fn a_request_counts_what_it_does_and_nothing_outside() {
    count(Metric::Emailed);
    let ((), measured) = measure(async {
        count(Metric::Emailed);
        count(Metric::Emailed);
        time(Metric::CommitToEmail, Duration::from_millis(90));
        time(Metric::CommitToEmail, Duration::from_millis(120));
    })
    .await;
    let line = line(None, false, &measured.metrics);
    assert_eq!(line["Emailed"], json!([2]));
    assert_eq!(line["CommitToEmail"], json!([90, 120]));
    let ((), next) = measure(async {}).await;
    assert_eq!(next.metrics, MetricValues::default());
}
