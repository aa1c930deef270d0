//! NPIs that the registry is to be asked about again, of every clinic.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use domain::claim::Claim;
use domain::ids::ClinicId;
use domain::npi::Npi;
use domain::time::Timestamp;

use crate::claim::ClaimItem;
use crate::item::{number, text};
use crate::key::Key;
use crate::{Committed, Role, Store, StoreError, attr, key};

impl Store {
    /// The claims on NPIs that are due at `now`, the longest due first, at most `limit`. The index
    /// lags behind the table: what a claim itself says decides.
    pub async fn npis_due(
        &self,
        now: Timestamp,
        limit: u16,
    ) -> Result<Vec<(ClinicId, Npi)>, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(attr::GSI1)
            .key_condition_expression(format!(
                "{} = :due AND {} <= :now",
                attr::GSI1PK,
                attr::GSI1SK
            ))
            .expression_attribute_values(":due", text(key::NPI_DUE))
            .expression_attribute_values(":now", text(now.to_string()))
            .limit(i32::from(limit))
            .send()
            .await
            .map_err(|e| StoreError::from_sdk(&e))?;
        let found = answer.items().iter().map(Key::of);
        found
            .map(|key| key::claimed_npi(&key).ok_or_else(|| self.corrupt(&key, attr::SK)))
            .collect()
    }

    /// Writes a claim whose holder stays as it is, supposing the version before. It is no state
    /// change and leaves no audit record.
    pub async fn ask_npi_later(
        &self,
        clinic: ClinicId,
        npi: Npi,
        claim: &Claim,
    ) -> Result<Committed, StoreError> {
        let key = key::npi_claim(clinic, npi);
        let written = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(self.encode(key, &ClaimItem::from(claim))?))
            .condition_expression(format!("{} = :expected", attr::VERSION))
            .expression_attribute_values(":expected", number(claim.version.saturating_sub(1)))
            .send()
            .await;
        match written {
            Ok(_) => Ok(Committed::Yes),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => {
                    Ok(Committed::Lost(vec![Role::NpiClaim]))
                }
                _ => Err(StoreError::from_sdk(&error)),
            },
        }
    }
}
