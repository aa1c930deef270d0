//! What `infra/template.yaml` declares: the table, the routes, the streams and who consumes them,
//! and what is called on a schedule.

mod schedule;
mod yaml;

use std::collections::BTreeMap;

use axum::http::Method;
use serde::Deserialize;
use serde_json::Value;

use crate::pattern::{Filters, PatternError};
pub(crate) use schedule::Schedule;
use yaml::{plain, referenced};

/// The template that AWS is given too, so that nothing works here that is missing there.
pub(crate) const TEMPLATE: &str = include_str!("../../template.yaml");

/// What the local service takes from a template.
#[derive(Debug)]
pub(crate) struct Template {
    /// The one table.
    pub(crate) table: TableDeclaration,
    /// Every route.
    pub(crate) routes: Vec<Route>,
    /// Every stream of the table with its consumer.
    pub(crate) streams: Vec<Stream>,
    /// Every function that is called on a schedule.
    pub(crate) schedules: Vec<Schedule>,
}

/// The table as `CloudFormation` describes it.
#[derive(Debug)]
pub(crate) struct TableDeclaration {
    /// Its logical name.
    pub(crate) name: String,
    /// Keys, attributes and indexes.
    pub(crate) properties: Value,
    /// The attribute that says when an item expires.
    pub(crate) ttl: Option<String>,
}

/// A method and path, and the function that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    /// The method.
    pub(crate) method: Method,
    /// The path, parameters as `{name}`.
    pub(crate) path: String,
    /// The binary's name.
    pub(crate) function: String,
}

/// A consumer of the table's stream.
#[derive(Debug)]
pub(crate) struct Stream {
    /// The binary's name.
    pub(crate) function: String,
    /// Which records it gets.
    pub(crate) filters: Filters,
    /// How many at most at a time.
    pub(crate) batch_size: usize,
    /// Whether it says itself which records failed.
    pub(crate) reports_failures: bool,
}

/// Why a template cannot be run here.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// It is not YAML.
    #[error("template: not YAML")]
    Yaml(#[from] serde_yaml_ng::Error),
    /// It is YAML of another shape.
    #[error("template: {at}")]
    Shape {
        /// The resource.
        at: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A filter that is not understood here.
    #[error("template: {at}")]
    Pattern {
        /// The resource.
        at: String,
        /// What is wrong with it.
        source: PatternError,
    },
    /// A resource that is not there, or not of that kind.
    #[error("template: {at} leads to no {kind}")]
    Dangling {
        /// Who refers to it.
        at: String,
        /// What it should be.
        kind: &'static str,
    },
    /// Something that the local service cannot do.
    #[error("template: {at} has {what}, which the local service does not know")]
    Unknown {
        /// The resource.
        at: String,
        /// What it has.
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
struct Document {
    resources: BTreeMap<String, Resource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
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
    filter_criteria: Criteria,
    #[serde(default = "default_batch")]
    batch_size: usize,
    #[serde(default)]
    function_response_types: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Criteria {
    filters: Vec<Filter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    pattern: String,
}

/// What Lambda takes when the mapping does not say.
fn default_batch() -> usize {
    100
}

impl Template {
    /// Reads a template.
    pub(crate) fn parse(text: &str) -> Result<Self, TemplateError> {
        let json = plain(serde_yaml_ng::from_str(text)?);
        let document: Document = shaped("the document", json)?;
        let table = document.table()?;
        let streams = document
            .of_kind(MAPPING)
            .map(|(name, properties)| document.stream(name, properties, &table.name))
            .collect::<Result<_, _>>()?;
        let routes = document
            .of_kind(ROUTE)
            .map(|(name, properties)| document.route(name, properties))
            .collect::<Result<_, _>>()?;
        let schedules = document
            .of_kind(schedule::RULE)
            .map(|(name, properties)| document.schedule(name, properties))
            .collect::<Result<_, _>>()?;
        Ok(Self { table, routes, streams, schedules })
    }
}

impl Document {
    fn of_kind(&self, kind: &'static str) -> impl Iterator<Item = (&String, &Value)> {
        self.resources
            .iter()
            .filter(move |(_, resource)| resource.r#type == kind)
            .map(|(name, resource)| (name, &resource.properties))
    }

    fn table(&self) -> Result<TableDeclaration, TemplateError> {
        let mut tables = self.of_kind(TABLE);
        let (Some((name, properties)), None) = (tables.next(), tables.next()) else {
            return Err(dangling("the document", "single table"));
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
        let route: RouteProperties = shaped(name, properties.clone())?;
        let integration = self.resolve(name, &route.target, INTEGRATION, "integration")?;
        let unknown =
            || TemplateError::Unknown { at: name.to_owned(), what: route.route_key.clone() };
        let (method, path) = route.route_key.split_once(' ').ok_or_else(unknown)?;
        let method: Method = method.parse().map_err(|_| unknown())?;
        if !path.starts_with('/') || path.contains('+') {
            return Err(unknown());
        }
        Ok(Route {
            method,
            path: path.to_owned(),
            function: self.function(name, &integration["IntegrationUri"])?,
        })
    }

    fn stream(&self, name: &str, properties: &Value, table: &str) -> Result<Stream, TemplateError> {
        let mapping: MappingProperties = shaped(name, properties.clone())?;
        if referenced(&mapping.event_source_arn) != Some(table) {
            return Err(dangling(name, "stream of the table"));
        }
        if mapping.starting_position != "TRIM_HORIZON" {
            return Err(TemplateError::Unknown {
                at: name.to_owned(),
                what: mapping.starting_position,
            });
        }
        let patterns = mapping.filter_criteria.filters.iter();
        let filters = Filters::parse(patterns.map(|filter| filter.pattern.as_str()));
        Ok(Stream {
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

    /// The binary that a function is made of: the last part of its `CodeUri`.
    fn function(&self, at: &str, reference: &Value) -> Result<String, TemplateError> {
        let properties = self.resolve(at, reference, FUNCTION, "function")?;
        let binary = properties["CodeUri"].as_str().and_then(|uri| uri.rsplit('/').next());
        binary.map(str::to_owned).ok_or_else(|| dangling(at, "function with a CodeUri"))
    }

    fn resolve(
        &self,
        at: &str,
        reference: &Value,
        kind: &str,
        called: &'static str,
    ) -> Result<&Value, TemplateError> {
        referenced(reference)
            .and_then(|name| self.resources.get(name))
            .filter(|resource| resource.r#type == kind)
            .map(|resource| &resource.properties)
            .ok_or_else(|| dangling(at, called))
    }
}

fn shaped<T: serde::de::DeserializeOwned>(at: &str, json: Value) -> Result<T, TemplateError> {
    serde_json::from_value(json)
        .map_err(|source| TemplateError::Shape { at: at.to_owned(), source })
}

fn dangling(at: &str, kind: &'static str) -> TemplateError {
    TemplateError::Dangling { at: at.to_owned(), kind }
}

#[cfg(test)]
mod tests;
