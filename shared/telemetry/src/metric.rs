//! Metrics without a call: each request or event writes one line of its log in `CloudWatch`'s Embedded Metric Format,
//! and `CloudWatch` reads the metrics from it.
//!
//! Dimensions are the function and the pattern of the route. Every value of a dimension is a metric that costs money and
//! that everyone with access to metrics sees, so ids, addresses and paths are never dimensions.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::{METER, millis};

/// The most values of one metric in a line. `CloudWatch` takes 100.
const MOST_VALUES: usize = 100;

/// What is counted or timed. docs/LOGGING.md says which action counts what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// A person was invited.
    Invited,
    /// An invitation was accepted.
    Accepted,
    /// SES took an email.
    Emailed,
    /// An email was given up.
    EmailFailed,
    /// Milliseconds from the change that queued an email until SES took it.
    CommitToEmail,
    /// The recipient's server took an email.
    Delivered,
    /// The recipient's server refused an email for good.
    Bounced,
    /// The recipient marked an email as spam.
    Complained,
    /// A person's NPI became `pending`.
    NpiPending,
    /// A person's NPI became `verified`.
    NpiVerified,
    /// A person's NPI became `name_mismatch`.
    NpiNameMismatch,
    /// A person's NPI became `not_found`.
    NpiNotFound,
    /// A person's NPI became `deactivated`.
    NpiDeactivated,
    /// A password was wrong.
    FailedSignIns,
    /// A limit refused a password, or a request for a password email.
    LockedSignIns,
    /// An API key or session was unknown or ended.
    RefusedCredentials,
    /// A caller lacked permission.
    RefusedPermissions,
    /// A link to temporary access was opened.
    LinksOpened,
    /// A link to temporary access did not open, or its view was not renewed.
    LinksRefused,
    /// An audit record was changed or removed.
    AuditChanged,
    /// Milliseconds since the start of the oldest hour whose audit is not sealed.
    SealAge,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Self; 21] = [
        Self::Invited,
        Self::Accepted,
        Self::Emailed,
        Self::EmailFailed,
        Self::CommitToEmail,
        Self::Delivered,
        Self::Bounced,
        Self::Complained,
        Self::NpiPending,
        Self::NpiVerified,
        Self::NpiNameMismatch,
        Self::NpiNotFound,
        Self::NpiDeactivated,
        Self::FailedSignIns,
        Self::LockedSignIns,
        Self::RefusedCredentials,
        Self::RefusedPermissions,
        Self::LinksOpened,
        Self::LinksRefused,
        Self::AuditChanged,
        Self::SealAge,
    ];

    /// The name in `CloudWatch`, which is the name of the variant.
    fn name(self) -> String {
        format!("{self:?}")
    }

    const fn unit(self) -> &'static str {
        match self {
            Self::CommitToEmail | Self::SealAge => MILLISECONDS,
            _ => COUNT,
        }
    }
}

const COUNT: &str = "Count";
const MILLISECONDS: &str = "Milliseconds";

/// Counts one for the current request or event.
pub fn count(metric: Metric) {
    let _ = METER.try_with(|meter| meter.lock().metrics.count(metric));
}

/// Adds a time to the current request or event.
pub fn time(metric: Metric, duration: Duration) {
    let _ = METER.try_with(|meter| meter.lock().metrics.add_value(metric, millis(duration)));
}

/// The metrics of one request or event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetricValues(BTreeMap<Metric, Vec<u64>>);

impl MetricValues {
    /// Counts one.
    pub fn count(&mut self, metric: Metric) {
        for count in self.0.entry(metric).or_insert_with(|| vec![0]) {
            *count += 1;
        }
    }

    fn add_value(&mut self, metric: Metric, value: u64) {
        let values = self.0.entry(metric).or_default();
        if values.len() < MOST_VALUES {
            values.push(value);
        }
    }
}

/// Where the lines of this process say that they come from.
#[derive(Clone, Debug)]
pub struct MetricSource {
    /// The namespace of the metrics: the name of the stack.
    pub namespace: String,
    /// The name of the Lambda function.
    pub function: String,
    /// Milliseconds since 1970.
    pub now: fn() -> i64,
}

static SOURCE: OnceLock<MetricSource> = OnceLock::new();

/// Starts to write metrics. Until then, and in a process that never calls this, none are written.
pub fn start(source: MetricSource) {
    // An error means that another call came first.
    let _ = SOURCE.set(source);
}

/// The line of one request or event.
#[derive(Clone, Debug)]
pub struct MetricLine<'a> {
    /// The method and the pattern of the path, or nothing for an event.
    pub route: Option<&'a str>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Whether it was the first of its process.
    pub cold: bool,
    /// What it counted.
    pub values: &'a MetricValues,
}

impl MetricLine<'_> {
    /// Writes the line to stdout, if metrics were started.
    pub fn write(&self) {
        if let Some(source) = SOURCE.get() {
            let line = format!("{}\n", self.to_json(source));
            // One write, so that no other line ends up in this one. A lost metric is no reason to fail a request.
            let _ = std::io::stdout().lock().write_all(line.as_bytes());
        }
    }

    fn to_json(&self, source: &MetricSource) -> Value {
        let mut root = Map::new();
        root.insert("Function".to_owned(), json!(source.function));
        root.insert("Duration".to_owned(), json!(self.duration_ms));
        let mut by_function = Vec::new();
        let mut by_route = vec!["Function"];
        if let Some(route) = self.route {
            root.insert("Route".to_owned(), json!(route));
            by_route.push("Route");
        }
        if self.cold {
            root.insert("ColdStarts".to_owned(), json!(1));
            by_function.push(definition("ColdStarts", COUNT));
        }
        let mut totals = Vec::new();
        for (metric, values) in &self.values.0 {
            let name = metric.name();
            totals.push(definition(&name, metric.unit()));
            root.insert(name, json!(values));
        }
        let duration = vec![definition("Duration", MILLISECONDS)];
        let directives: Vec<Value> = [(by_route, duration), (vec!["Function"], by_function), (vec![], totals)]
            .into_iter()
            .filter(|(_, metrics)| !metrics.is_empty())
            .map(|(dimensions, metrics)| {
                json!({ "Namespace": source.namespace, "Dimensions": [dimensions], "Metrics": metrics })
            })
            .collect();
        let about = json!({ "Timestamp": (source.now)(), "CloudWatchMetrics": directives });
        root.insert("_aws".to_owned(), about);
        Value::Object(root)
    }
}

fn definition(name: &str, unit: &str) -> Value {
    json!({ "Name": name, "Unit": unit })
}

#[cfg(test)]
mod tests;
