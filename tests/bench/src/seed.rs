//! Fills large clinics by copying one real invitation and its claim in the database.

use domain::ids::InvitationId;
use domain::time::Timestamp;
use dynoxide::{Database, ImportOptions};
use emulator::Emulator;
use runtime::OsEntropy;
use serde_json::{Value, json};

use crate::MeasureError;
use crate::client::ApiClient;
use crate::service::{BenchClinic, INVITATIONS, USERS, member};

/// Items per write to the database.
const CHUNK: usize = 4000;
/// The number of revoked invitations in each clinic, and of those whose email failed.
pub(crate) const FEW: usize = 10;
/// The address of an invitation that is not at the end of the list.
pub(crate) const SOMEONE: &str = "person-50@clinic.example";

/// A database item in DynamoDB's JSON, with the values that differ in each copy.
struct ItemTemplate {
    text: String,
    id: String,
    created_at: String,
}

impl ItemTemplate {
    fn new(item: &Value, id: &str, created_at: Timestamp) -> Self {
        Self {
            text: item.to_string(),
            id: id.trim_start_matches("inv_").to_owned(),
            created_at: created_at.millis().to_string(),
        }
    }

    fn copy(&self, number: usize, id: InvitationId, at: Timestamp, total: usize) -> String {
        let id = id.to_string();
        let delivery = if number % (total / FEW) == 3 { "failed" } else { "sent" };
        self.text
            .replace(&self.id, id.trim_start_matches("inv_"))
            .replace("person-template@", &format!("person-{number}@"))
            .replace(&self.created_at, &at.millis().to_string())
            .replace(r#""queued""#, &format!("{delivery:?}"))
    }
}

/// Adds confirmed people to a clinic until it has `total`, each created a second before the last. Each one has an
/// accepted invitation.
pub(crate) async fn fill_with_people(
    running: &Emulator,
    clinic: &BenchClinic,
    total: usize,
) -> Result<(), MeasureError> {
    let client = ApiClient::new(&running.url);
    let invited = client.json(clinic.invite(&member("person-template@clinic.example"))).await?;
    let accept = json!({ "token": clinic.token(running, &invited)? });
    client.send(client.accept_call(&accept).await?).await?;
    let id = invited["invitationId"].as_str().unwrap_or_default();
    let user = invited["userId"].as_str().unwrap_or_default();
    let user = client.json(clinic.get(format!("{USERS}/{user}"))).await?;
    let created_at = Timestamp::parse(user["createdAt"].as_str().unwrap_or_default())?;
    let items = [
        load_item(running, clinic, &format!("INV#{id}"))?,
        load_item(
            running,
            clinic,
            &format!("USER#{}", user["userId"].as_str().unwrap_or_default()),
        )?,
    ];
    let templates = items.map(|item| ItemTemplate::new(&item, id, created_at));
    let mut items = Vec::with_capacity(CHUNK);
    for number in 0..total - 1 {
        let back = i64::try_from(number + 1)? * 1000;
        let at = Timestamp::from_millis(created_at.millis() - back)?;
        let id = InvitationId::new(at, &OsEntropy);
        for template in &templates {
            let item: Value = serde_json::from_str(&template.copy(number, id, at, total))?;
            items.push(serde_json::from_value(item)?);
        }
        if items.len() >= CHUNK {
            import_items(running, std::mem::take(&mut items))?;
        }
    }
    import_items(running, items)
}

/// Adds invitations to a clinic until it has `total`, each created a second before the last. [`FEW`] are revoked.
pub(crate) async fn fill(
    running: &Emulator,
    clinic: &BenchClinic,
    total: usize,
) -> Result<(), MeasureError> {
    let client = ApiClient::new(&running.url);
    let template = clinic.invite(&member("person-template@clinic.example"));
    let invited = client.json(template).await?;
    let id = invited["invitationId"].as_str().unwrap_or_default();
    let created_at = Timestamp::parse(invited["createdAt"].as_str().unwrap_or_default())?;
    let items = [
        load_item(running, clinic, &format!("INV#{id}"))?,
        load_item(running, clinic, "EMAIL#person-template@clinic.example")?,
    ];
    let templates = items.map(|item| ItemTemplate::new(&item, id, created_at));
    let (mut items, mut revoked) = (Vec::with_capacity(CHUNK), Vec::new());
    // The owner's invitation and the template count toward the total.
    for number in 0..total - 2 {
        let back = i64::try_from(number + 1)? * 1000;
        let at = Timestamp::from_millis(created_at.millis() - back)?;
        let id = InvitationId::new(at, &OsEntropy);
        for template in &templates {
            let copy = template.copy(number, id, at, total);
            let mut item: Value = serde_json::from_str(&copy)?;
            if item["dl"]["S"] == "failed" {
                item["GSI3PK"]["S"] = format!("CLINIC#{}#PROBLEM", clinic.id).into();
                item["GSI3SK"]["S"] = id.to_string().into();
            }
            items.push(serde_json::from_value(item)?);
        }
        if number % (total / FEW) == 5 {
            revoked.push(id);
        }
        if items.len() >= CHUNK {
            import_items(running, std::mem::take(&mut items))?;
        }
    }
    import_items(running, items)?;
    for id in revoked {
        let body = json!({ "invitationId": id.to_string() });
        let revoke = clinic.post(format!("{INVITATIONS}/revoke"), &body);
        client.send(revoke).await?;
    }
    Ok(())
}

fn import_items(running: &Emulator, items: Vec<dynoxide::Item>) -> Result<(), MeasureError> {
    let database: &Database = &running.database;
    database.import_items(&running.table, items, ImportOptions::default())?;
    Ok(())
}

/// Reads an item of the clinic's partition, in DynamoDB's JSON.
fn load_item(
    running: &Emulator,
    clinic: &BenchClinic,
    sort_key: &str,
) -> Result<Value, MeasureError> {
    let request = json!({
        "TableName": running.table,
        "Key": { "PK": { "S": format!("CLINIC#{}", clinic.id) }, "SK": { "S": sort_key } },
    });
    let answer = running.database.get_item(serde_json::from_value(request)?)?;
    let item = answer.item.ok_or_else(|| format!("no {sort_key}"))?;
    Ok(serde_json::to_value(item)?)
}
