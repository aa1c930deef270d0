//! Temporary access: requests per second and capacity units of links, redeem, renew and introspect.

use std::time::Duration;

use bench::{Table, within_bound};
use domain::ids::StudyId;
use domain::time::Clock as _;
use emulator::npi_registry::FIXTURES;
use emulator::{Emulator, Options};
use runtime::{OsEntropy, SystemClock};
use serde_json::{Value, json};

use crate::MeasureError;
use crate::client::{ApiCall, ApiClient};
use crate::load::{self, Load};
use crate::service::{self, BenchClinic, radiologist};
use crate::usage;

/// The open views of each reader, which are limited.
const EACH: usize = 90;
const LIMIT: Duration = Duration::from_secs(30);
const LOADS: [usize; 2] = [1, 16];
/// The most write units that a link with an assignment may use.
const ISSUE_WCU: f64 = 8.0;
/// The most read units that a renewal may use.
const RENEW_RCU: f64 = 1.5;

struct AccessBench {
    running: Emulator,
    clinic: BenchClinic,
    readers: Vec<String>,
}

/// Measures requests per second, request times and capacity units.
pub(crate) async fn measure() -> Result<String, MeasureError> {
    Ok(format!("{}\n{}", measure_loads().await?, measure_capacity().await?))
}

async fn measure_loads() -> Result<String, MeasureError> {
    let columns = ["request", "key", "at once", "requests/s", "p50 ms", "p99 ms"];
    let mut table = Table::new("Temporary access", columns);
    for algorithm in ["ES256", "EdDSA"] {
        for at_once in LOADS {
            let bench = AccessBench::start(algorithm, false).await?;
            let mut row = |name: &str, load: &Load| {
                table.row([
                    name.to_owned(),
                    algorithm.to_owned(),
                    at_once.to_string(),
                    format!("{:.0}", load.per_second()),
                    format!("{:.2}", load.times.p50()),
                    format!("{:.2}", load.times.p99()),
                ]);
            };
            let links = bench.run_load(bench.link_calls(), at_once).await?;
            row("reroute-url", &links);
            let views = bench.run_load(redeem_calls(&links)?, at_once).await?;
            row("redeem", &views);
            row("renew", &bench.run_load(renew_calls(&views)?, at_once).await?);
            let calls = bench.introspect_calls(&views)?;
            row("introspect", &bench.run_load(calls, at_once).await?);
            bench.running.stop().await;
        }
    }
    Ok(table.with(&format!(
        "Each link is for a different study, with {EACH} links for each of {} readers. Over HTTP as above.",
        readers().count(),
    )))
}

async fn measure_capacity() -> Result<String, MeasureError> {
    let bench = AccessBench::start("ES256", true).await?;
    let client = ApiClient::new(&bench.running.url);
    let faults = bench.running.faults.clone().ok_or("no faults")?;
    let columns = ["operation", "RCU", "WCU", "calls"];
    let mut table = Table::new("Capacity units of temporary access", columns);
    let mut cost = async |name: &str, call: ApiCall| -> Result<_, MeasureError> {
        let (answer, cost) = usage::measure(&faults, client.json(call)).await?;
        table.row(cost.cells(name));
        Ok((answer, cost))
    };
    let dictation = bench.link_call(&bench.readers[0], &study());
    let (link, issued) = cost("reroute-url", dictation).await?;
    let viewing = json!({ "studyId": study(), "userId": bench.readers[0] });
    let path = "/v1/autoScribe/studies/viewer-only-reroute-url";
    cost("viewer-only-reroute-url", bench.clinic.post(path, &viewing)).await?;
    let session = json!({ "retrievalId": "retrieval-1" });
    let path = "/v1/autoScribe/ephemeral-sessions";
    cost("ephemeral-sessions", bench.clinic.post(path, &session)).await?;
    let (view, _) = cost("redeem", redeem_call(&link)?).await?;
    // The first renewal of an instance also reads the published keys.
    client.json(renew_call(&view)?).await?;
    let (_, renewed) = cost("renew", renew_call(&view)?).await?;
    cost("introspect", bench.introspect_call(&view)?).await?;
    let list = format!("/v1/access?userId={}", bench.readers[0]);
    cost("list of a user", bench.clinic.get(list)).await?;
    let end = json!({ "accessId": link["accessId"] });
    cost("revoke", bench.clinic.post("/v1/access/revoke", &end)).await?;
    bench.running.stop().await;
    Ok(table.with(&format!(
        "Each call by an API key reads that key for 1 RCU. reroute-url costs {:.0} WCU (at most {ISSUE_WCU:.0}: {}). renew \
         costs {:.1} RCU (at most {RENEW_RCU}: {}).",
        issued.write,
        within_bound(issued.write, ISSUE_WCU),
        renewed.read,
        within_bound(renewed.read, RENEW_RCU),
    )))
}

/// NPI and surname of each person that the registry verifies.
fn readers() -> impl Iterator<Item = (&'static str, &'static str)> {
    let verified = FIXTURES.iter().filter(|f| f.outcome == "verified");
    verified.map(|fixture| (fixture.number, fixture.surname))
}

fn study() -> String {
    StudyId::new(SystemClock.now(), &OsEntropy).to_string()
}

impl AccessBench {
    async fn start(algorithm: &str, faults: bool) -> Result<Self, MeasureError> {
        let options = Options {
            signing_keys: Some(format!("{algorithm}:{}", "s".repeat(43))),
            faults,
            ..Options::default()
        };
        let running = service::start(options).await?;
        let clinic = service::create_clinic(&running).await?;
        let client = ApiClient::new(&running.url);
        let mut confirmed = Vec::new();
        for (npi, surname) in readers() {
            let mut person = radiologist(&format!("{npi}@clinic.example"));
            (person["npiNumber"], person["lastName"]) = (json!(npi), json!(surname));
            let invited = client.json(clinic.invite(&person)).await?;
            let body = json!({ "token": clinic.token(&running, &invited)? });
            client.send(client.accept_call(&body).await?).await?;
            confirmed.push(text(&invited, "userId")?);
        }
        Ok(Self { running, clinic, readers: confirmed })
    }

    async fn run_load(&self, calls: Vec<ApiCall>, at_once: usize) -> Result<Load, MeasureError> {
        load::run(&self.running.url, calls, at_once, LIMIT).await
    }

    fn link_call(&self, reader: &str, study: &str) -> ApiCall {
        let body = json!({ "assignedToUserId": reader, "studyId": study });
        let path = "/v1/autoScribe/studies/reroute-url";
        self.clinic.post(path, &body)
    }

    fn link_calls(&self) -> Vec<ApiCall> {
        let of = |_| self.readers.iter().map(|reader| self.link_call(reader, &study()));
        (0..EACH).flat_map(of).collect()
    }

    fn introspect_calls(&self, views: &Load) -> Result<Vec<ApiCall>, MeasureError> {
        let views = views.answers.iter();
        views.map(|view| self.introspect_call(&serde_json::from_str(view)?)).collect()
    }

    fn introspect_call(&self, view: &Value) -> Result<ApiCall, MeasureError> {
        let body = json!({ "token": text(view, "viewToken")? });
        Ok(self.clinic.post("/v1/access/introspect", &body))
    }
}

fn redeem_calls(links: &Load) -> Result<Vec<ApiCall>, MeasureError> {
    let links = links.answers.iter();
    links.map(|link| redeem_call(&serde_json::from_str(link)?)).collect()
}

fn redeem_call(link: &Value) -> Result<ApiCall, MeasureError> {
    let url = text(link, "url")?;
    let (_, token) = url.split_once("#token=").ok_or("no token")?;
    Ok(ApiCall::post("/v1/access/redeem", &json!({ "token": token })))
}

fn renew_calls(views: &Load) -> Result<Vec<ApiCall>, MeasureError> {
    let views = views.answers.iter();
    views.map(|view| renew_call(&serde_json::from_str(view)?)).collect()
}

fn renew_call(view: &Value) -> Result<ApiCall, MeasureError> {
    let token = text(view, "viewToken")?;
    Ok(ApiCall::post("/v1/access/renew", &json!({})).with_key(&token))
}

fn text(answer: &Value, member: &str) -> Result<String, MeasureError> {
    let text = answer[member].as_str();
    Ok(text.ok_or_else(|| format!("no {member}: {answer}"))?.to_owned())
}
