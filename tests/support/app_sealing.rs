//! The sealed audit of the service under test.

use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::ClinicId;
use domain::time::Clock as _;
use segment::{Chain, Finding, Hour, PublicKey, Segment, TrustedKeys, compare_with_table};
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

    /// The current hour.
    pub(crate) fn hour(&self) -> Hour {
        Hour::of(self.clock.now())
    }

    /// The segment of an hour, as the bucket has it.
    pub(crate) fn sealed(&self, clinic: ClinicId, hour: Hour) -> Option<Vec<u8>> {
        self.running.sealed.read(&hour.object_key(clinic)).unwrap()
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
            if let Some(body) = self.sealed(clinic, hour) {
                let (segment, found) = chain.verify(hour, &body);
                findings.extend(found);
                let segment: Segment = segment.unwrap();
                let hours = (hour.start(), hour.end());
                let table = self.store().read_audit_hour(clinic, hours).await.unwrap();
                findings.extend(compare_with_table(&segment, &table));
                counts.push(segment.records.len());
            } else {
                findings.extend(chain.skip(hour));
            }
            hour = hour.next();
        }
        findings.extend(chain.finish(to));
        (counts, findings)
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
