//! Rules for events: each `AWS::Events::Rule` with a pattern.

use serde_json::Value;

use super::schedule::RuleTargets;
use super::yaml::resource_name;
use super::{TemplateDocument, TemplateError, dangling_reference, from_json};
use crate::event_filter::EventFilters;

/// A function that is called with matching events.
#[derive(Debug)]
pub(crate) struct EventRule {
    /// The binary's name.
    pub(crate) function: String,
    /// The events that it gets.
    pub(crate) filters: EventFilters,
}

impl TemplateDocument {
    pub(super) fn event_rule(
        &self,
        name: &str,
        properties: &Value,
    ) -> Result<EventRule, TemplateError> {
        let rule: RuleTargets = from_json(name, properties.clone())?;
        let pattern = resolve_names(properties["EventPattern"].clone()).to_string();
        let filters = EventFilters::parse([pattern.as_str()].into_iter())
            .map_err(|source| TemplateError::Pattern { at: name.to_owned(), source })?;
        let [target] = rule.targets.as_slice() else {
            return Err(dangling_reference(name, "single function"));
        };
        Ok(EventRule { function: self.function(name, &target.arn)?, filters })
    }
}

/// Replaces references with the logical names of their resources, which are the names in the emulator.
fn resolve_names(value: Value) -> Value {
    if let Some(name) = resource_name(&value).filter(|_| value.get("Ref").is_some()) {
        return name.into();
    }
    match value {
        Value::Array(items) => items.into_iter().map(resolve_names).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name, resolve_names(value))).collect()
        }
        other => other,
    }
}
