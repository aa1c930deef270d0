//! Creates the declared table in the embedded database.

use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::actions::describe_table::DescribeTableRequest;
use dynoxide::actions::update_time_to_live::{TimeToLiveSpecification, UpdateTimeToLiveRequest};
use dynoxide::{Database, DynoxideError};
use serde_json::{Map, Value, json};

use crate::template::TableDeclaration;

/// Why the table cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The database refuses the declaration.
    #[error("the table of the template cannot be created")]
    Database(#[from] DynoxideError),
    /// The declaration is not that of a table.
    #[error("the table of the template cannot be read")]
    Declaration(#[from] serde_json::Error),
    /// The table on disk was created from another declaration.
    #[error("the table on disk has another {0} than the template")]
    Differs(&'static str),
}

impl TableDeclaration {
    /// Creates the table, or checks that the existing table matches. Returns the ARN of its stream.
    pub(crate) fn create_or_check(&self, database: &Database) -> Result<String, TableError> {
        let described = match self.describe(database) {
            Ok(described) => described,
            Err(DynoxideError::ResourceNotFoundException(_)) => {
                database.create_table(self.create_request()?)?;
                self.enable_ttl(database)?;
                self.describe(database)?
            }
            Err(error) => return Err(error.into()),
        };
        self.compare(&described)?;
        Ok(described["LatestStreamArn"].as_str().unwrap_or_default().to_owned())
    }

    fn describe(&self, database: &Database) -> Result<Value, DynoxideError> {
        let request = DescribeTableRequest { table_name: self.name.clone() };
        let response = database.describe_table(request)?;
        serde_json::to_value(response.table)
            .map_err(|error| DynoxideError::InternalServerError(error.to_string()))
    }

    /// `CloudFormation` and the API use the same properties, except for streams: in
    /// `CloudFormation` a declared stream is always on.
    fn create_request(&self) -> Result<CreateTableRequest, serde_json::Error> {
        let mut request = Map::from_iter([("TableName".to_owned(), json!(self.name))]);
        for name in ["KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "BillingMode"] {
            if let Some(value) = self.properties.get(name) {
                request.insert(name.to_owned(), value.clone());
            }
        }
        if let Some(view) = self.properties["StreamSpecification"].get("StreamViewType") {
            let stream = json!({ "StreamEnabled": true, "StreamViewType": view });
            request.insert("StreamSpecification".to_owned(), stream);
        }
        serde_json::from_value(request.into())
    }

    fn enable_ttl(&self, database: &Database) -> Result<(), DynoxideError> {
        let Some(attribute) = &self.ttl else {
            return Ok(());
        };
        database
            .update_time_to_live(UpdateTimeToLiveRequest {
                table_name: self.name.clone(),
                time_to_live_specification: TimeToLiveSpecification {
                    attribute_name: attribute.clone(),
                    enabled: true,
                },
            })
            .map(|_| ())
    }

    fn compare(&self, described: &Value) -> Result<(), TableError> {
        let declared = &self.properties;
        if described["KeySchema"] != declared["KeySchema"] {
            return Err(TableError::Differs("key"));
        }
        if indexes(described) != indexes(declared) {
            return Err(TableError::Differs("index"));
        }
        let view = "StreamViewType";
        if described["StreamSpecification"][view] != declared["StreamSpecification"][view] {
            return Err(TableError::Differs("stream"));
        }
        Ok(())
    }
}

fn indexes(table: &Value) -> Vec<(&Value, &Value)> {
    let all = table["GlobalSecondaryIndexes"].as_array();
    let mut keys: Vec<_> =
        all.into_iter().flatten().map(|index| (&index["IndexName"], &index["KeySchema"])).collect();
    keys.sort_by_key(|(name, _)| name.as_str());
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::{TEMPLATE, Template};

    fn declared_table() -> TableDeclaration {
        Template::parse(TEMPLATE).unwrap().table
    }

    #[test]
    fn the_table_matches_the_template_on_every_start() {
        let database = Database::memory().unwrap();
        let stream = declared_table().create_or_check(&database).unwrap();
        assert!(stream.contains("/stream/"), "{stream}");
        assert_eq!(declared_table().create_or_check(&database).unwrap(), stream);
        let described = declared_table().describe(&database).unwrap();
        assert_eq!(described["GlobalSecondaryIndexes"][0]["IndexName"], "GSI1");
        let ttl = database
            .describe_time_to_live(
                serde_json::from_value(json!({ "TableName": "AccessTable" })).unwrap(),
            )
            .unwrap();
        let ttl = serde_json::to_value(ttl).unwrap();
        assert_eq!(ttl["TimeToLiveDescription"]["AttributeName"], "ttl");
    }

    #[test]
    fn a_table_on_disk_with_another_declaration_is_refused() {
        let database = Database::memory().unwrap();
        declared_table().create_or_check(&database).unwrap();
        let mut other = declared_table();
        other.properties["GlobalSecondaryIndexes"] = Value::Null;
        let error = other.create_or_check(&database).unwrap_err();
        assert!(matches!(error, TableError::Differs("index")), "{error}");
    }
}
