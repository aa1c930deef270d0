//! The minimal invite on this stack, for comparison with `invite`. It has the same client and writes the
//! same items in one transaction. It authenticates no one, reads nothing and checks no field, so never deploy it.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use lambda_http::{Body, Error, Request, Response, service_fn};
use serde_json::{Value, json};

/// Has the length of the digests in the items of `invite`.
const DIGEST: &str = "0123456789012345678901234567890123456789012";
const CLINIC: &str = "01234567-89ab-7def-8123-456789abcdef";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    #[expect(clippy::disallowed_methods, reason = "uses none of the service's code")]
    let table = std::env::var("TABLE_NAME")?;
    let aws = runtime::Aws::from_environment();
    let client = Client::new(aws.config());
    lambda_http::run(service_fn(|request| invite(&client, &table, request))).await
}

async fn invite(client: &Client, table: &str, request: Request) -> Result<Response<Body>, Error> {
    let person: Value = serde_json::from_slice(request.body())?;
    #[expect(clippy::disallowed_methods, reason = "uses none of the service's code")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let id = format!("{:032x}", now.as_nanos());
    let mut transaction = client.transact_write_items();
    for item in items(&person, &id, now.as_millis()) {
        let put = Put::builder()
            .table_name(table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(PK)")
            .build()?;
        transaction = transaction.transact_items(TransactWriteItem::builder().put(put).build());
    }
    transaction.send().await?;
    let answer = json!({ "userId": format!("usr_{id}"), "invitationId": format!("inv_{id}") });
    let response = Response::builder().status(201).header("content-type", "application/json");
    Ok(response.body(answer.to_string().into())?)
}

type FloorItem = HashMap<String, AttributeValue>;

fn item<const N: usize>(attributes: [(&str, AttributeValue); N]) -> FloorItem {
    attributes.map(|(name, value)| (name.to_owned(), value)).into()
}

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn items(person: &Value, id: &str, now: u128) -> [FloorItem; 3] {
    let clinic = || text(format!("CLINIC#{CLINIC}"));
    let invitation = format!("inv_{id}");
    let time = || AttributeValue::N(now.to_string());
    let one = || AttributeValue::N("1".to_owned());
    let email = person["email"].as_str().unwrap_or_default();
    let by = format!("key:{CLINIC}");
    let audit = item([
        ("PK", text(format!("AUDIT#{CLINIC}#2026-11"))),
        ("SK", text(format!("evt_{id}"))),
        ("at", time()),
        ("ac", text(&by)),
        ("an", text("invitation.created")),
        ("ob", text(&invitation)),
        ("af", AttributeValue::M(permissions(person).into())),
        ("ip", text("192.0.2.7")),
    ]);
    let claim = item([
        ("PK", clinic()),
        ("SK", text(format!("EMAIL#{email}"))),
        ("ho", text("invitation")),
        ("id", text(&invitation)),
        ("un", time()),
        ("hi", AttributeValue::L(vec![text(&invitation)])),
        ("v", one()),
    ]);
    let invited = item([
        ("PK", clinic()),
        ("SK", text(format!("INV#{invitation}"))),
        ("GSI1PK", text(format!("CLINIC#{CLINIC}#INV#sent"))),
        ("GSI1SK", text(&invitation)),
        ("id", text(&invitation)),
        ("ci", text(CLINIC)),
        ("st", text("sent")),
        ("em", text(email)),
        ("p", AttributeValue::M(profile(person))),
        ("by", text(by)),
        ("ca", time()),
        ("ua", time()),
        ("ex", time()),
        ("qa", time()),
        ("ge", one()),
        ("dl", text("queued")),
        ("fp", text(DIGEST)),
        ("v", one()),
    ]);
    [audit, invited, claim]
}

fn profile(person: &Value) -> FloorItem {
    let names = [("fn", "firstName"), ("ln", "lastName"), ("ro", "clinicRole")];
    let mut profile = FloorItem::from(permissions(person));
    profile.extend(names.map(|(name, member)| (name.to_owned(), word(person, member))));
    profile
}

fn permissions(person: &Value) -> [(String, AttributeValue); 4] {
    let flag = |member: &str| AttributeValue::Bool(person[member].as_bool().unwrap_or_default());
    [
        ("lv", word(person, "level")),
        ("da", flag("hasDashboardAccess")),
        ("ms", flag("canManageStudies")),
        ("cr", flag("canCreateReports")),
    ]
    .map(|(name, value)| (name.to_owned(), value))
}

fn word(person: &Value, member: &str) -> AttributeValue {
    text(person[member].as_str().unwrap_or_default())
}
