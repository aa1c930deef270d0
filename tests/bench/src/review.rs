//! The access review of a large clinic, all of its pages one after another.

use std::time::{Duration, Instant};

use bench::{Durations, Table, millis, within_bound};
use domain::ids::{AuditId, InvitationId};
use domain::time::Timestamp;
use dynoxide::ImportOptions;
use emulator::{Emulator, Options};
use runtime::OsEntropy;
use serde_json::{Value, json};
use store::{AuditRange, PageRequest};

use crate::MeasureError;
use crate::client::{ApiCall, ApiClient};
use crate::service::{self, BenchClinic, PASSWORD, USERS, admin, member};

/// The people of the clinic.
const PEOPLE: usize = 10_000;
/// The changes of each person in the year, besides the acceptance.
const CHANGES: u64 = 4;
const YEAR: Duration = Duration::from_hours(365 * 24);
/// The most seconds that a whole review may take.
const BOUND: f64 = 60.0;
/// Items per write to the database.
const CHUNK: usize = 4000;
const REVIEW: &str = "/v1/accessReview";

/// Measures a whole review in each format.
pub(crate) async fn measure() -> Result<String, MeasureError> {
    let running = service::start(Options::default()).await?;
    let clinic = service::create_clinic(&running).await?;
    let client = ApiClient::new(&running.url);
    let boss = member_of(&running, &clinic, &admin("boss@clinic.example")).await?;
    let credentials = json!({ "email": boss["email"], "password": PASSWORD });
    let cookie = client.sign_in(&credentials).await?;
    fill(&running, &clinic, &client).await?;
    keep_all(&running, &clinic).await?;
    let columns = ["pages of", "format", "seconds", "at most 60", "slowest page ms", "largest MB"];
    let mut table = Table::new("A whole access review of 10,000 people", columns);
    for (limit, format) in [(100, "json"), (1000, "json"), (1000, "csv")] {
        let (took, pages, largest) = walk(&client, &cookie, limit, format).await?;
        let seconds = took.as_secs_f64();
        let slowest = pages.into_iter().max().unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "a size in megabytes")]
        let megabytes = largest as f64 / 1_000_000.0;
        table.row([
            limit.to_string(),
            format.to_owned(),
            format!("{seconds:.1}"),
            within_bound(seconds, BOUND).to_owned(),
            format!("{:.0}", millis(slowest)),
            format!("{megabytes:.2}"),
        ]);
    }
    running.stop().await;
    Ok(table.with(
        "Each person has a year with 4 changes, sign-ins on 20 days of each month, and a view that was open on the day. One page \
         after another, over HTTP as above.",
    ))
}

/// Reads a whole review. Returns how long it and each page took, and the size of the largest page.
async fn walk(
    client: &ApiClient,
    cookie: &str,
    limit: usize,
    format: &str,
) -> Result<(Duration, Durations, usize), MeasureError> {
    let (mut pages, mut largest, mut people) = (Durations::default(), 0, 0);
    let first = format!("{REVIEW}?limit={limit}&format={format}");
    let (mut next, start) = (Some(first.clone()), Instant::now());
    while let Some(path) = next.take() {
        let asked = Instant::now();
        let call = ApiCall::get(path).with_session(cookie);
        let (link, text) = client.send_for_link(call).await?;
        pages.extend([asked.elapsed()]);
        largest = largest.max(text.len());
        if format == "csv" {
            people +=
                text.matches("\r\nperson,").count() + usize::from(text.starts_with("person,"));
            next = link;
        } else {
            let page: Value = serde_json::from_str(&text)?;
            people += page["people"].as_array().map_or(0, Vec::len);
            next = page["cursor"].as_str().map(|cursor| format!("{first}&cursor={cursor}"));
        }
    }
    // The admin, and the person whose copies the others are. That one changed four times on the day.
    let changes = if format == "csv" { usize::try_from(CHANGES)? } else { 0 };
    if people != PEOPLE + 2 + changes {
        return Err(format!("{people} people in the review").into());
    }
    Ok((start.elapsed(), pages, largest))
}

/// Invites a person and accepts for them. Returns the user.
async fn member_of(
    running: &Emulator,
    clinic: &BenchClinic,
    person: &Value,
) -> Result<Value, MeasureError> {
    let client = ApiClient::new(&running.url);
    let invited = client.json(clinic.invite(person)).await?;
    let mut body = json!({ "token": clinic.token(running, &invited)? });
    if person["hasDashboardAccess"] == true {
        body["password"] = PASSWORD.into();
    }
    client.json(client.accept_call(&body).await?).await
}

/// Adds people who are copies of one real person with a year of changes and an open view.
async fn fill(
    running: &Emulator,
    clinic: &BenchClinic,
    client: &ApiClient,
) -> Result<(), MeasureError> {
    let user = member_of(running, clinic, &member("person-template@clinic.example")).await?;
    let id = user["userId"].as_str().unwrap_or_default();
    for change in 0..CHANGES {
        let body = json!({ "canManageStudies": change % 2 == 1 });
        let patch = clinic.post(format!("{USERS}/{id}"), &body).into_patch();
        client.send(patch).await?;
    }
    let link = "/v1/autoScribe/studies/viewer-only-reroute-url";
    let view = json!({ "userId": id, "studyId": format!("stu_{:032x}", 1), "viewSeconds": 3600 });
    let link = client.json(clinic.post(link, &view)).await?;
    let token = link["url"].as_str().and_then(|url| url.split_once("#token="));
    let redeem = json!({ "token": token.ok_or("no token")?.1 });
    client.send(ApiCall::post("/v1/access/redeem", &redeem)).await?;
    keep_all(running, clinic).await?;
    let now = running.context.now();
    let mut templates = query(running, &format!("CLINIC#{}", clinic.id), &format!("USER#{id}"))?;
    templates.extend(query(running, &format!("REVIEW#{}", clinic.id), id)?);
    templates.extend(query(running, &format!("VIEWED#{}#{}", clinic.id, now.day()), id)?);
    let mut items = Vec::with_capacity(CHUNK);
    for number in 0..PEOPLE {
        let accepted = now.minus(YEAR).plus(Duration::from_secs(u64::try_from(number)?));
        let copy = InvitationId::new(accepted, &OsEntropy);
        for template in &templates {
            items.push(copy_item(template, id, number, copy, accepted)?);
        }
        items.extend(days_of_use(clinic, copy, accepted)?);
        if items.len() >= CHUNK {
            import(running, std::mem::take(&mut items))?;
        }
    }
    import(running, items)
}

/// A copy of an item for another person. Records of changes are spread over the year.
fn copy_item(
    template: &Value,
    id: &str,
    number: usize,
    copy: InvitationId,
    accepted: Timestamp,
) -> Result<Value, MeasureError> {
    let hex = copy.to_string();
    let text = template
        .to_string()
        .replace(id.trim_start_matches("usr_"), hex.trim_start_matches("inv_"))
        .replace("person-template@", &format!("person-{number}@"));
    let mut item: Value = serde_json::from_str(&text)?;
    let kind = item["PK"]["S"].as_str().unwrap_or_default();
    if kind.starts_with("CLINIC#") {
        item["ca"]["N"] = accepted.millis().to_string().into();
        item["co"]["N"] = accepted.millis().to_string().into();
    } else if kind.starts_with("REVIEW#") {
        let change: u32 = item["cn"]["N"].as_str().unwrap_or_default().parse()?;
        let at = accepted.plus(YEAR / 6 * change.saturating_sub(1));
        item["at"]["N"] = at.millis().to_string().into();
        let user = copy.user_id();
        item["SK"]["S"] = format!("{user}#{}", AuditId::new(at, &OsEntropy)).into();
    }
    Ok(item)
}

/// A person's sign-ins on 20 days of each month.
fn days_of_use(
    clinic: &BenchClinic,
    person: InvitationId,
    accepted: Timestamp,
) -> Result<Vec<Value>, MeasureError> {
    let (mut items, mut month) = (Vec::new(), accepted.month_start());
    for _ in 0..13 {
        let text = month.month();
        let (year, number) = text.split_once('-').ok_or("no month")?;
        let days: Vec<String> = (1..=20).map(|day| day.to_string()).collect();
        items.push(json!({
            "PK": { "S": format!("USED#{}#{year}", clinic.id) },
            "SK": { "S": format!("{}#{number}", person.user_id()) },
            "si": { "NS": days },
        }));
        month = month.plus(Duration::from_hours(32 * 24)).month_start();
    }
    Ok(items)
}

/// Keeps every record for reviews, as `events` does.
async fn keep_all(running: &Emulator, clinic: &BenchClinic) -> Result<(), MeasureError> {
    let (store, now) = (&running.context.store, running.context.now());
    let range = AuditRange { from: now.minus(YEAR), to: now };
    let page = PageRequest::new(10_000, None);
    let records = store.list_audit_records(clinic.id, range, page, |_| true).await?.items;
    let zone = domain::clinic::TimeZone::default();
    store.keep_for_review(clinic.id, &records, &zone).await?;
    loop {
        let unkept = store.read_unkept_records(clinic.id, AuditId::floor(now)).await?;
        if let Some(mark) = unkept.mark {
            store.note_review_mark(clinic.id, mark).await?;
        }
        if !unkept.more {
            return Ok(());
        }
    }
}

/// Reads the items of a partition whose sort keys begin with a text, in DynamoDB's JSON.
fn query(running: &Emulator, partition: &str, prefix: &str) -> Result<Vec<Value>, MeasureError> {
    let request = json!({
        "TableName": running.table,
        "KeyConditionExpression": "PK = :pk AND begins_with(SK, :sk)",
        "ExpressionAttributeValues": { ":pk": { "S": partition }, ":sk": { "S": prefix } },
    });
    let answer = running.database.query(serde_json::from_value(request)?)?;
    let items = answer.items.unwrap_or_default();
    Ok(items.iter().map(serde_json::to_value).collect::<Result<_, _>>()?)
}

fn import(running: &Emulator, items: Vec<Value>) -> Result<(), MeasureError> {
    let items = items.into_iter().map(serde_json::from_value).collect::<Result<_, _>>()?;
    running.database.import_items(&running.table, items, ImportOptions::default())?;
    Ok(())
}
