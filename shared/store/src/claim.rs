//! Claims on addresses and NPIs, and the due dates of registry lookups.

use domain::claim::{Claim, Holder};
use domain::clinic::Clinic;
use domain::ids::{ClinicId, InvitationId};
use domain::npi::Npi;
use domain::npi::due::NextLookup;
use domain::person::email::Email;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::item::{RawItem, number, text};
use crate::key::Key;
use crate::page::readable;
use crate::transaction::Precondition;
use crate::write::{ItemWrite, WriteOutcome};
use crate::{CommitOutcome, Part, Store, StoreError, Transaction, attr, key};

#[derive(Serialize, Deserialize)]
struct ClaimItem {
    /// `free`, `invitation` or `user`.
    #[serde(rename = "ho")]
    holder: String,
    #[serde(rename = "id", default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(rename = "un", default, skip_serializing_if = "Option::is_none")]
    until: Option<i64>,
    #[serde(rename = "hi")]
    history: Vec<String>,
    /// The index keys of an NPI that has a due date. Addresses have none.
    #[serde(rename = "GSI1PK", default, skip_serializing_if = "Option::is_none")]
    due_partition: Option<String>,
    #[serde(rename = "GSI1SK", default, skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
    /// Failed lookups since the last answer.
    #[serde(rename = "tr", default, skip_serializing_if = "Option::is_none")]
    failures: Option<u32>,
    #[serde(rename = "v")]
    version: u64,
}

impl From<&Claim> for ClaimItem {
    fn from(claim: &Claim) -> Self {
        let (holder, id, until) = match claim.holder {
            Holder::Free => ("free", None, None),
            Holder::Invitation { id, until } => ("invitation", Some(id), Some(until)),
            Holder::User(id) => ("user", Some(id), None),
        };
        Self {
            holder: holder.to_owned(),
            id: id.map(|id| id.to_string()),
            until: until.map(Timestamp::millis),
            history: claim.history.iter().map(ToString::to_string).collect(),
            due_partition: claim.due.map(|_| key::NPI_DUE.to_owned()),
            due_at: claim.due.map(|due| due.at.to_string()),
            failures: claim.due.map(|due| due.failures),
            version: claim.version,
        }
    }
}

/// A clinic with the claims on an address and an NPI in it.
#[derive(Clone, Debug)]
pub struct ClinicClaims {
    /// The clinic.
    pub clinic: Clinic,
    /// The claim on the address.
    pub email: Claim,
    /// The claim on the NPI. Unclaimed if no NPI was given.
    pub npi: Claim,
}

impl Store {
    /// Loads the clinic and its claims on this address and NPI. Returns `None` if the clinic does not
    /// exist.
    pub async fn load_claims(
        &self,
        clinic: ClinicId,
        email: &Email,
        npi: Option<Npi>,
    ) -> Result<Option<ClinicClaims>, StoreError> {
        let mut keys = vec![key::clinic(clinic), key::email_claim(clinic, email)];
        keys.extend(npi.map(|npi| key::npi_claim(clinic, npi)));
        let mut found = self.get_all(&keys).await?.into_iter();
        let Some(clinic) = found.next().flatten() else {
            return Ok(None);
        };
        Ok(Some(ClinicClaims {
            clinic: self.decode_clinic(&clinic)?,
            email: self.decode_claim(found.next().flatten())?,
            npi: self.decode_claim(found.next().flatten())?,
        }))
    }

    /// Loads the claim on an address in the clinic.
    pub async fn load_email_claim(
        &self,
        clinic: ClinicId,
        email: &Email,
    ) -> Result<Claim, StoreError> {
        self.decode_claim(self.get(&key::email_claim(clinic, email)).await?)
    }

    /// Loads the claim on an NPI in the clinic.
    pub async fn load_npi_claim(&self, clinic: ClinicId, npi: Npi) -> Result<Claim, StoreError> {
        self.decode_claim(self.get(&key::npi_claim(clinic, npi)).await?)
    }

    /// Lists up to `limit` NPIs that are due at `now`, oldest due date first. The index lags behind the
    /// table, so check the due date on the claim before a lookup.
    pub async fn list_due_npis(
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
        // A corrupt key must not keep the other numbers waiting.
        readable(answer.items().iter().map(|item| {
            let key = Key::of(item);
            key::parse_npi_claim(&key).ok_or_else(|| self.corrupt(&key, attr::SK))
        }))
    }

    /// Writes the due date of an NPI's claim if the stored version is the previous one. The holder stays
    /// the same, so there is no audit record.
    pub async fn write_npi_due_date(
        &self,
        clinic: ClinicId,
        npi: Npi,
        claim: &Claim,
    ) -> Result<CommitOutcome, StoreError> {
        let key = key::npi_claim(clinic, npi);
        let write = ItemWrite::put(self.encode(key, &ClaimItem::from(claim))?)
            .when(&format!("{} = :expected", attr::VERSION))
            .value(":expected", number(claim.version.saturating_sub(1)));
        Ok(match self.write(write).await? {
            WriteOutcome::Written(_) => CommitOutcome::Committed,
            WriteOutcome::Unmet(_) => CommitOutcome::Conflict(vec![Part::NpiClaim]),
        })
    }

    fn decode_claim(&self, item: Option<RawItem>) -> Result<Claim, StoreError> {
        let Some(raw) = item else {
            return Ok(Claim::unclaimed());
        };
        let item: ClaimItem = self.decode(&raw)?;
        let corrupt = |field: &str| self.corrupt(&Key::of(&raw), field);
        let id = |text: &str| InvitationId::parse(text).map_err(|_| corrupt("id"));
        let holder = match (item.holder.as_str(), item.id.as_deref(), item.until) {
            ("free", _, _) => Holder::Free,
            ("invitation", Some(holding), Some(until)) => Holder::Invitation {
                id: id(holding)?,
                until: Timestamp::from_millis(until).map_err(|_| corrupt("un"))?,
            },
            ("user", Some(holding), _) => Holder::User(id(holding)?),
            _ => return Err(corrupt("ho")),
        };
        let history = item.history.iter().map(|text| id(text)).collect::<Result<_, _>>()?;
        let due = item.due_at.as_deref().map(|at| {
            Ok(NextLookup {
                at: Timestamp::parse(at).map_err(|_| corrupt("GSI1SK"))?,
                failures: item.failures.ok_or_else(|| corrupt("tr"))?,
            })
        });
        Ok(Claim { holder, history, due: due.transpose()?, version: item.version })
    }
}

impl Transaction {
    /// Writes the claim on an address if the stored version is the previous one.
    pub fn put_email_claim(
        &mut self,
        clinic: ClinicId,
        email: &Email,
        claim: &Claim,
    ) -> Result<(), StoreError> {
        self.put_claim(Part::EmailClaim, key::email_claim(clinic, email), claim)
    }

    /// Writes the claim on an NPI if the stored version is the previous one.
    pub fn put_npi_claim(
        &mut self,
        clinic: ClinicId,
        npi: Npi,
        claim: &Claim,
    ) -> Result<(), StoreError> {
        self.put_claim(Part::NpiClaim, key::npi_claim(clinic, npi), claim)
    }

    fn put_claim(&mut self, role: Part, key: Key, claim: &Claim) -> Result<(), StoreError> {
        let before = claim.version.saturating_sub(1);
        let expect = if before == 0 { Precondition::Absent } else { Precondition::Version(before) };
        self.put(role, key, &ClaimItem::from(claim), None, &expect)
    }
}
