//! Schedules: each `AWS::Events::Rule` with a rate.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::{TemplateDocument, TemplateError, dangling_reference, from_json};

pub(super) const RULE: &str = "AWS::Events::Rule";

/// A function that is called at intervals.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Schedule {
    /// The binary's name.
    pub(crate) function: String,
    /// The time between two calls.
    pub(crate) interval: Duration,
    /// What it is called with, if the rule says so.
    pub(crate) input: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RuleProperties {
    #[serde(default)]
    schedule_expression: String,
    #[serde(flatten)]
    targets: RuleTargets,
}

/// What a rule calls.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RuleTargets {
    pub(super) targets: Vec<RuleTarget>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RuleTarget {
    pub(super) arn: Value,
    #[serde(default)]
    pub(super) input: Option<String>,
}

impl TemplateDocument {
    pub(super) fn schedule(
        &self,
        name: &str,
        properties: &Value,
    ) -> Result<Schedule, TemplateError> {
        let rule: RuleProperties = from_json(name, properties.clone())?;
        let interval =
            rate(&rule.schedule_expression).ok_or_else(|| TemplateError::Unsupported {
                at: name.to_owned(),
                what: format!("the schedule {:?}", rule.schedule_expression),
            })?;
        let [target] = rule.targets.targets.as_slice() else {
            return Err(dangling_reference(name, "single function"));
        };
        let function = self.function(name, &target.arn)?;
        let input = target.input.as_deref().map(serde_json::from_str).transpose();
        let input = input.map_err(|source| TemplateError::Shape { at: name.to_owned(), source })?;
        Ok(Schedule { function, interval, input })
    }
}

/// Parses `rate(5 minutes)`.
fn rate(expression: &str) -> Option<Duration> {
    let inner = expression.strip_prefix("rate(")?.strip_suffix(')')?;
    let (count, unit) = inner.split_once(' ')?;
    let minutes = match unit {
        "minute" | "minutes" => 1,
        "hour" | "hours" => 60,
        "day" | "days" => 24 * 60,
        _ => return None,
    };
    let count: u64 = count.parse().ok().filter(|count| *count > 0)?;
    Some(Duration::from_mins(count.checked_mul(minutes)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rates_are_parsed() {
        for (text, minutes) in [
            ("rate(1 minute)", Some(1)),
            ("rate(5 minutes)", Some(5)),
            ("rate(2 hours)", Some(120)),
            ("rate(1 day)", Some(1440)),
            ("rate(0 minutes)", None),
            ("rate(five minutes)", None),
            ("rate(5 weeks)", None),
            ("cron(0 3 * * ? *)", None),
            ("", None),
        ] {
            assert_eq!(rate(text), minutes.map(Duration::from_mins), "{text}");
        }
    }
}
