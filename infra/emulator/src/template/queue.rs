//! Consumers of queues: each `AWS::Lambda::EventSourceMapping` of an `AWS::SQS::Queue`.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::yaml::resource_name;
use super::{TemplateDocument, TemplateError, from_json};

const QUEUE: &str = "AWS::SQS::Queue";

/// A function that gets the messages of a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct QueueMapping {
    /// The logical name of the queue.
    pub(crate) queue: String,
    /// The binary's name.
    pub(crate) function: String,
    /// How many messages the function gets at once.
    pub(crate) batch_size: usize,
    /// How many calls run at the same time.
    pub(crate) concurrency: usize,
    /// When a message comes again whose function failed.
    pub(crate) visibility: Duration,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MappingProperties {
    function_name: Value,
    event_source_arn: Value,
    batch_size: usize,
    scaling_config: ScalingConfig,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ScalingConfig {
    maximum_concurrency: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct QueueProperties {
    visibility_timeout: u64,
}

impl TemplateDocument {
    /// Whether a mapping is of a queue.
    pub(super) fn is_of_queue(&self, properties: &Value) -> bool {
        let source = resource_name(&properties["EventSourceArn"]);
        let resource = source.and_then(|name| self.resources.get(name));
        resource.is_some_and(|resource| resource.r#type == QUEUE)
    }

    pub(super) fn queue(
        &self,
        name: &str,
        properties: &Value,
    ) -> Result<QueueMapping, TemplateError> {
        let mapping: MappingProperties = from_json(name, properties.clone())?;
        let queue = self.resolve(name, &mapping.event_source_arn, QUEUE, "queue")?;
        let queue: QueueProperties = from_json(name, queue.clone())?;
        Ok(QueueMapping {
            queue: resource_name(&mapping.event_source_arn).unwrap_or_default().to_owned(),
            function: self.function(name, &mapping.function_name)?,
            batch_size: mapping.batch_size,
            concurrency: mapping.scaling_config.maximum_concurrency,
            visibility: Duration::from_secs(queue.visibility_timeout),
        })
    }
}
