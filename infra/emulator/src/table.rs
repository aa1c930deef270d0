//! The table in the embedded database, made from its declaration.

use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::actions::describe_table::DescribeTableRequest;
use dynoxide::actions::update_time_to_live::{TimeToLiveSpecification, UpdateTimeToLiveRequest};
use dynoxide::{Database, DynoxideError};
use serde_json::{Map, Value, json};

use crate::template::TableDeclaration;

/// Why there is no table.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The database refuses it.
    #[error("the table of the template")]
    Database(#[from] DynoxideError),
    /// The declaration is no table.
    #[error("the table of the template")]
    Declaration(#[from] serde_json::Error),
    /// The data on disk is of a table that was declared otherwise.
    #[error("the table on disk has another {0} than the template declares; RESET=1 starts afresh")]
    Differs(&'static str),
}

impl TableDeclaration {
    /// Makes the table, or checks that the one there is the one declared; returns its stream's ARN.
    pub(crate) fn create(&self, database: &Database) -> Result<String, TableError> {
        let described = match self.describe(database) {
            Ok(described) => described,
            Err(DynoxideError::ResourceNotFoundException(_)) => {
                database.create_table(self.request()?)?;
                self.expire_items(database)?;
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

    /// `CloudFormation` spells the properties as the API does, with one exception: there a stream
    /// is on when it is declared.
    fn request(&self) -> Result<CreateTableRequest, serde_json::Error> {
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

    fn expire_items(&self, database: &Database) -> Result<(), DynoxideError> {
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
        let (there, wanted) = (indexes(described), indexes(declared));
        if there != wanted {
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

    fn declared() -> TableDeclaration {
        Template::parse(TEMPLATE).unwrap().table
    }

    #[test]
    fn the_table_is_what_the_template_declares_and_stays_so() {
        let database = Database::memory().unwrap();
        let stream = declared().create(&database).unwrap();
        assert!(stream.contains("/stream/"), "{stream}");
        assert_eq!(declared().create(&database).unwrap(), stream);
        let described = declared().describe(&database).unwrap();
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
    fn a_table_on_disk_that_was_declared_otherwise_is_not_used() {
        let database = Database::memory().unwrap();
        declared().create(&database).unwrap();
        let mut other = declared();
        other.properties["GlobalSecondaryIndexes"] = Value::Null;
        let error = other.create(&database).unwrap_err();
        assert!(matches!(error, TableError::Differs("index")), "{error}");
    }
}
