//! Functions that are called at intervals: `AWS::Events::Rule` with a rate.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::{Document, TemplateError, dangling, shaped};

pub(super) const RULE: &str = "AWS::Events::Rule";

/// A function that is called at intervals.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Schedule {
    /// The binary's name.
    pub(crate) function: String,
    /// From one call to the next.
    pub(crate) every: Duration,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RuleProperties {
    #[serde(default)]
    schedule_expression: String,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Target {
    arn: Value,
}

impl Document {
    pub(super) fn schedule(
        &self,
        name: &str,
        properties: &Value,
    ) -> Result<Schedule, TemplateError> {
        let rule: RuleProperties = shaped(name, properties.clone())?;
        let every = rate(&rule.schedule_expression).ok_or_else(|| TemplateError::Unknown {
            at: name.to_owned(),
            what: format!("the schedule {:?}", rule.schedule_expression),
        })?;
        let [target] = rule.targets.as_slice() else {
            return Err(dangling(name, "single function"));
        };
        let function = self.function(name, &target.arn)?;
        Ok(Schedule { function, every })
    }
}

/// `rate(5 minutes)`.
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
    fn rates_are_read_and_nothing_else_is() {
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
