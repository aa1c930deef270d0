//! Reads `infra/template.yaml`: the table, the routes, the consumers of its stream, the schedules and
//! the rules for events.

mod event_rule;
mod queue;
mod schedule;
mod yaml;

use std::collections::BTreeMap;

use axum::http::Method;
use serde::Deserialize;
use serde_json::Value;

use crate::event_filter::{EventFilters, FilterPatternError};
pub(crate) use event_rule::EventRule;
pub(crate) use queue::QueueMapping;
pub(crate) use schedule::Schedule;
use yaml::{resource_name, to_json};

/// The template that is deployed to AWS. What is missing there is missing here.
pub(crate) const TEMPLATE: &str = include_str!("../../template.yaml");

/// What the emulator needs from a template.
#[derive(Debug)]
pub(crate) struct Template {
    /// The one table.
    pub(crate) table: TableDeclaration,
    /// Every route.
    pub(crate) routes: Vec<Route>,
    /// Every consumer of the table's stream.
    pub(crate) streams: Vec<StreamMapping>,
    /// Every consumer of a queue.
    pub(crate) queues: Vec<QueueMapping>,
    /// Every schedule.
    pub(crate) schedules: Vec<Schedule>,
    /// Every function that events of `EventBridge` call.
    pub(crate) event_rules: Vec<EventRule>,
}

/// The table as `CloudFormation` describes it.
#[derive(Debug)]
pub(crate) struct TableDeclaration {
    /// Its logical name.
    pub(crate) name: String,
    /// Keys, attributes and indexes.
    pub(crate) properties: Value,
    /// The attribute with the expiry of an item.
    pub(crate) ttl: Option<String>,
}

/// A method and path with their function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    /// The method.
    pub(crate) method: Method,
    /// The path, with parameters as `{name}`.
    pub(crate) path: String,
    /// The binary's name.
    pub(crate) function: String,
}

/// A consumer of the table's stream.
#[derive(Debug)]
pub(crate) struct StreamMapping {
    /// The binary's name.
    pub(crate) function: String,
    /// The records that it gets.
    pub(crate) filters: EventFilters,
    /// The most records in a batch.
    pub(crate) batch_size: usize,
    /// Whether it answers which records failed.
    pub(crate) reports_failures: bool,
}

/// Why the emulator cannot run a template.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The text is not YAML.
    #[error("template: invalid YAML")]
    Yaml(#[from] serde_yaml_ng::Error),
    /// A resource has unexpected properties.
    #[error("template: {at} cannot be read")]
    Shape {
        /// The resource.
        at: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A filter pattern cannot be read.
    #[error("template: {at} cannot be read")]
    Pattern {
        /// The resource.
        at: String,
        /// What is wrong with it.
        source: FilterPatternError,
    },
    /// A reference to a resource that is missing or of another kind.
    #[error("template: {at} refers to no {kind}")]
    Dangling {
        /// The resource with the reference.
        at: String,
        /// The expected kind.
        kind: &'static str,
    },
    /// A feature that the emulator lacks.
    #[error("template: {at} has {what}, which the emulator does not support")]
    Unsupported {
        /// The resource.
        at: String,
        /// The feature.
        what: String,
    },
}

const FUNCTION: &str = "AWS::Serverless::Function";
const INTEGRATION: &str = "AWS::ApiGatewayV2::Integration";
const MAPPING: &str = "AWS::Lambda::EventSourceMapping";
const ROUTE: &str = "AWS::ApiGatewayV2::Route";
const TABLE: &str = "AWS::DynamoDB::Table";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TemplateDocument {
    resources: BTreeMap<String, TemplateResource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TemplateResource {
    r#type: String,
    #[serde(default)]
    properties: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RouteProperties {
    route_key: String,
    target: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MappingProperties {
    function_name: Value,
    event_source_arn: Value,
    starting_position: String,
    #[serde(default)]
    filter_criteria: FilterCriteria,
    #[serde(default = "default_batch_size")]
    batch_size: usize,
    #[serde(default)]
    function_response_types: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FilterCriteria {
    filters: Vec<FilterProperties>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FilterProperties {
    pattern: String,
}

/// Lambda's default.
fn default_batch_size() -> usize {
    100
}

impl Template {
    /// Parses a template.
    pub(crate) fn parse(text: &str) -> Result<Self, TemplateError> {
        let json = to_json(serde_yaml_ng::from_str(text)?);
        let document: TemplateDocument = from_json("the document", json)?;
        let table = document.table()?;
        let (of_queues, of_streams): (Vec<_>, Vec<_>) =
            document.of_kind(MAPPING).partition(|(_, properties)| document.is_of_queue(properties));
        let queues = of_queues
            .into_iter()
            .map(|(name, properties)| document.queue(name, properties))
            .collect::<Result<_, _>>()?;
        let streams = of_streams
            .into_iter()
            .map(|(name, properties)| document.stream(name, properties, &table.name))
            .collect::<Result<_, _>>()?;
        let routes = document
            .of_kind(ROUTE)
            .map(|(name, properties)| document.route(name, properties))
            .collect::<Result<_, _>>()?;
        let (on_events, on_schedule): (Vec<_>, Vec<_>) = document
            .of_kind(schedule::RULE)
            .partition(|(_, properties)| properties.get("EventPattern").is_some());
        let schedules = on_schedule
            .into_iter()
            .map(|(name, properties)| document.schedule(name, properties))
            .collect::<Result<_, _>>()?;
        let event_rules = on_events
            .into_iter()
            .map(|(name, properties)| document.event_rule(name, properties))
            .collect::<Result<_, _>>()?;
        Ok(Self { table, routes, streams, queues, schedules, event_rules })
    }
}

impl TemplateDocument {
    fn of_kind(&self, kind: &'static str) -> impl Iterator<Item = (&String, &Value)> {
        self.resources
            .iter()
            .filter(move |(_, resource)| resource.r#type == kind)
            .map(|(name, resource)| (name, &resource.properties))
    }

    fn table(&self) -> Result<TableDeclaration, TemplateError> {
        let mut tables = self.of_kind(TABLE);
        let (Some((name, properties)), None) = (tables.next(), tables.next()) else {
            return Err(dangling_reference("the document", "single table"));
        };
        let ttl = &properties["TimeToLiveSpecification"];
        Ok(TableDeclaration {
            name: name.clone(),
            properties: properties.clone(),
            ttl: (ttl["Enabled"] == true)
                .then(|| ttl["AttributeName"].as_str().map(str::to_owned))
                .flatten(),
        })
    }

    fn route(&self, name: &str, properties: &Value) -> Result<Route, TemplateError> {
        let route: RouteProperties = from_json(name, properties.clone())?;
        let integration = self.resolve(name, &route.target, INTEGRATION, "integration")?;
        let unsupported =
            || TemplateError::Unsupported { at: name.to_owned(), what: route.route_key.clone() };
        let (method, path) = route.route_key.split_once(' ').ok_or_else(unsupported)?;
        let method: Method = method.parse().map_err(|_| unsupported())?;
        if !path.starts_with('/') || path.contains('+') {
            return Err(unsupported());
        }
        Ok(Route {
            method,
            path: path.to_owned(),
            function: self.function(name, &integration["IntegrationUri"])?,
        })
    }

    fn stream(
        &self,
        name: &str,
        properties: &Value,
        table: &str,
    ) -> Result<StreamMapping, TemplateError> {
        let mapping: MappingProperties = from_json(name, properties.clone())?;
        if resource_name(&mapping.event_source_arn) != Some(table) {
            return Err(dangling_reference(name, "stream of the table"));
        }
        if mapping.starting_position != "TRIM_HORIZON" {
            return Err(TemplateError::Unsupported {
                at: name.to_owned(),
                what: mapping.starting_position,
            });
        }
        let patterns = mapping.filter_criteria.filters.iter();
        let filters = EventFilters::parse(patterns.map(|filter| filter.pattern.as_str()));
        Ok(StreamMapping {
            function: self.function(name, &mapping.function_name)?,
            filters: filters
                .map_err(|source| TemplateError::Pattern { at: name.to_owned(), source })?,
            batch_size: mapping.batch_size,
            reports_failures: mapping
                .function_response_types
                .iter()
                .any(|kind| kind == "ReportBatchItemFailures"),
        })
    }

    /// The binary of a function: the last part of its `CodeUri`.
    fn function(&self, at: &str, reference: &Value) -> Result<String, TemplateError> {
        let properties = self.resolve(at, reference, FUNCTION, "function")?;
        let binary = properties["CodeUri"].as_str().and_then(|uri| uri.rsplit('/').next());
        binary.map(str::to_owned).ok_or_else(|| dangling_reference(at, "function with a CodeUri"))
    }

    fn resolve(
        &self,
        at: &str,
        reference: &Value,
        kind: &str,
        kind_name: &'static str,
    ) -> Result<&Value, TemplateError> {
        resource_name(reference)
            .and_then(|name| self.resources.get(name))
            .filter(|resource| resource.r#type == kind)
            .map(|resource| &resource.properties)
            .ok_or_else(|| dangling_reference(at, kind_name))
    }
}

fn from_json<T: serde::de::DeserializeOwned>(at: &str, json: Value) -> Result<T, TemplateError> {
    serde_json::from_value(json)
        .map_err(|source| TemplateError::Shape { at: at.to_owned(), source })
}

fn dangling_reference(at: &str, kind: &'static str) -> TemplateError {
    TemplateError::Dangling { at: at.to_owned(), kind }
}

#[cfg(test)]
mod tests;
