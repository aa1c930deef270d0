//! The sealed audit of the service under test.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::ClinicId;
use domain::time::Clock as _;
use events::Sealing;
use segment::{Chain, Finding, Hour, Place, PublicKey, TrustedKeys, compare_with_table};
use serde_json::{Value, json};

use super::app::App;

impl App {
    /// Seals the audit of every hour that is over, as the schedule of `events` does.
    pub(crate) async fn seal_audit(&self) {
        self.try_seal_audit().await.unwrap();
    }

    /// The same, and returns the error.
    pub(crate) async fn try_seal_audit(&self) -> Result<(), String> {
        let done = self.try_events(&json!({ "sealAudit": true })).await;
        done.map(|_| ()).map_err(|error| emulator::chain(&error))
    }

    /// Seals in parts of so many records from now on.
    pub(crate) fn seal_in_parts_of(&mut self, most_records: usize) {
        let sealing = Sealing { most_records, ..(*self.running.events.sealing).clone() };
        self.running.events.sealing = Arc::new(sealing);
    }

    /// The current hour.
    pub(crate) fn hour(&self) -> Hour {
        Hour::of(self.clock.now())
    }

    /// The first segment of an hour, as the bucket has it.
    pub(crate) fn sealed(&self, clinic: ClinicId, hour: Hour) -> Option<Vec<u8>> {
        self.sealed_part(clinic, Place::first_of(hour))
    }

    /// The segment at a place, as the bucket has it.
    pub(crate) fn sealed_part(&self, clinic: ClinicId, place: Place) -> Option<Vec<u8>> {
        self.running.sealed.read(&place.object_key(clinic)).unwrap()
    }

    /// The segments of an hour, as the bucket has them.
    pub(crate) fn sealed_parts(&self, clinic: ClinicId, hour: Hour) -> Vec<(Place, Vec<u8>)> {
        let places =
            std::iter::successors(Some(Place::first_of(hour)), |one| Some(one.next_part()));
        places.map_while(|one| Some((one, self.sealed_part(clinic, one)?))).collect()
    }

    /// Tries to put an object into the bucket.
    pub(crate) async fn put_sealed(&self, key: &str, body: &'static [u8]) -> u16 {
        let url = format!("{}/s3/audit/{key}", self.base);
        let request = reqwest::Client::new().put(url).header("If-None-Match", "*").body(body);
        request.send().await.unwrap().status().as_u16()
    }

    /// Verifies the segments of these hours, both included, also against the table. Returns the number of records
    /// of each, and the findings.
    pub(crate) async fn verify_sealed(
        &self,
        clinic: ClinicId,
        (from, to): (Hour, Hour),
    ) -> (Vec<usize>, Vec<Finding>) {
        let keys = self.sealing_keys(clinic, to);
        let mut chain = Chain::new(clinic, &keys);
        let (mut counts, mut findings) = (Vec::new(), Vec::new());
        let mut hour = from;
        while hour <= to {
            let mut records = Vec::new();
            let parts = self.sealed_parts(clinic, hour);
            if parts.is_empty() {
                findings.extend(chain.skip(hour));
            } else {
                for (place, body) in parts {
                    let (segment, found) = chain.verify(place, &body);
                    findings.extend(found);
                    records.extend(segment.unwrap().records);
                }
                let hours = (hour.start(), hour.end());
                let table = self.store().read_audit_hour(clinic, hours).await.unwrap();
                findings.extend(compare_with_table(clinic, hour, (&records, &table)));
                counts.push(records.len());
            }
            hour = hour.next();
        }
        findings.extend(chain.finish(to));
        (counts, findings)
    }

    /// Adds items at once, which no consumer of the stream sees.
    pub(crate) fn import_items(&self, items: Vec<dynoxide::Item>) {
        let options = dynoxide::ImportOptions::default();
        self.running.database.import_items(&self.table(), items, options).unwrap();
    }

    /// Sets an attribute of an item.
    pub(crate) async fn set_attribute(&self, pk: &str, sk: &str, attribute: &str, value: &str) {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let update = self.running.client.update_item().table_name(self.table());
        let update = update.key("PK", text(pk)).key("SK", text(sk));
        let update = update.update_expression(format!("SET {attribute} = :value"));
        update.expression_attribute_values(":value", text(value)).send().await.unwrap();
    }

    /// The key that a segment names, from the bucket.
    fn sealing_keys(&self, clinic: ClinicId, hour: Hour) -> TrustedKeys {
        let mut keys = TrustedKeys::default();
        let Some(body) = self.sealed(clinic, hour) else {
            return keys;
        };
        let text = String::from_utf8(body).unwrap();
        let header = URL_SAFE_NO_PAD.decode(text.split('.').next().unwrap()).unwrap();
        let header: Value = serde_json::from_slice(&header).unwrap();
        let name = format!("keys/{}.json", header["kid"].as_str().unwrap());
        let key = self.running.sealed.read(&name).unwrap().unwrap();
        keys.add(PublicKey::from_jwk(&key).unwrap());
        keys
    }
}
