//! Notices that an audit record was changed or removed. The service only ever adds one.

use aws_lambda_events::event::dynamodb::EventRecord;
use store::{RawItem, Store};
use telemetry::Metric;

/// Reports a change or removal of an audit record. Returns whether the stream record is one.
pub(crate) fn report(record: &EventRecord) -> bool {
    let keys = RawItem::from(record.change.keys.clone());
    if record.event_name == "INSERT" || !Store::is_audit_key(&keys) {
        return false;
    }
    let sequence = record.change.sequence_number.as_deref();
    let part = |name: &str| keys.get(name).and_then(|value| value.as_s().ok());
    let (partition, id) = (part("PK"), part("SK"));
    // Without contents: they are in the sealed segment and in the backups.
    tracing::error!(change = record.event_name, partition, id, sequence, "audit record changed");
    telemetry::metric::count(Metric::AuditChanged);
    true
}
