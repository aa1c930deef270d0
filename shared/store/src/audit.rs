//! Audit records: append only, one partition for each clinic and month.

use domain::audit::{Actor, AuditRecord, Object};
use serde::Serialize;

use crate::profile::PermissionsItem;
use crate::tx::If;
use crate::{Role, StoreError, Transaction, key};

#[derive(Serialize)]
struct AuditItem {
    at: i64,
    #[serde(rename = "ac")]
    actor: String,
    #[serde(rename = "an")]
    action: &'static str,
    #[serde(rename = "ob")]
    object: String,
    #[serde(rename = "be", skip_serializing_if = "Option::is_none")]
    before: Option<PermissionsItem>,
    #[serde(rename = "af", skip_serializing_if = "Option::is_none")]
    after: Option<PermissionsItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
}

impl Transaction {
    /// Adds an audit record.
    pub fn audit(&mut self, record: &AuditRecord) -> Result<(), StoreError> {
        let actor = match record.actor {
            Actor::User(id) => id.to_string(),
            Actor::ApiKey(id) => format!("key:{id}"),
            Actor::Invitee(id) => id.to_string(),
            Actor::Operator => "operator".to_owned(),
            Actor::System => "system".to_owned(),
        };
        let object = match record.object {
            Object::Clinic(id) => format!("clinic:{id}"),
            Object::ApiKey(id) => format!("key:{id}"),
            Object::Invitation(id) => id.to_string(),
            Object::User(id) => id.to_string(),
        };
        let item = AuditItem {
            at: record.at.millis(),
            actor,
            action: record.action.as_str(),
            object,
            before: record.before.as_ref().map(Into::into),
            after: record.after.as_ref().map(Into::into),
            ip: record.ip.clone(),
        };
        self.put(
            Role::Audit,
            key::audit(record.clinic, record.at, record.id),
            &item,
            None,
            &If::New,
        )
    }
}
