//! Temporary access: links, redeeming, renewing and introspecting, and what each asks of the
//! database.

use std::time::Duration;

use bench::{Table, bounded};
use domain::ids::StudyId;
use domain::time::Clock as _;
use emulator::npi_registry::FIXTURES;
use emulator::{Emulator, Options};
use runtime::{OsEntropy, SystemClock};
use serde_json::{Value, json};

use crate::Error;
use crate::client::{Call, Client};
use crate::load::{self, Load};
use crate::service::{self, Clinic, radiologist};
use crate::usage;

/// A user may have this many open; every reader gets as many.
const EACH: usize = 90;
const LIMIT: Duration = Duration::from_secs(30);
const LOADS: [usize; 2] = [1, 16];
/// Write units that a link with an assignment may cost at most.
const ISSUE_WCU: f64 = 8.0;
/// Read units that a renewal may cost at most.
const RENEW_RCU: f64 = 1.5;

struct Bench {
    running: Emulator,
    clinic: Clinic,
    readers: Vec<String>,
}

/// Requests a second and times of a request, and capacity units.
pub(crate) async fn measure() -> Result<String, Error> {
    Ok(format!("{}\n{}", loads().await?, capacity().await?))
}

async fn loads() -> Result<String, Error> {
    let columns = ["request", "key", "at once", "requests/s", "p50 ms", "p99 ms"];
    let mut table = Table::new("Temporary access", columns);
    for algorithm in ["ES256", "EdDSA"] {
        for at_once in LOADS {
            let bench = Bench::start(algorithm, false).await?;
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
            let links = bench.load(bench.links(), at_once).await?;
            row("reroute-url", &links);
            let views = bench.load(redeeming(&links)?, at_once).await?;
            row("redeem", &views);
            row("renew", &bench.load(renewing(&views)?, at_once).await?);
            let introspecting = bench.introspecting(&views)?;
            row("introspect", &bench.load(introspecting, at_once).await?);
            bench.running.stop().await;
        }
    }
    Ok(table.with(&format!(
        "Each link for a study of its own, {EACH} for each of {} readers; over HTTP as above.",
        readers().count(),
    )))
}

async fn capacity() -> Result<String, Error> {
    let bench = Bench::start("ES256", true).await?;
    let client = Client::new(&bench.running.url);
    let faults = bench.running.faults.clone().ok_or("no faults")?;
    let columns = ["operation", "RCU", "WCU", "calls"];
    let mut table = Table::new("Capacity units of temporary access", columns);
    let mut cost = async |name: &str, call: Call| -> Result<_, Error> {
        let (answer, cost) = usage::of(&faults, client.json(call)).await?;
        table.row(cost.cells(name));
        Ok((answer, cost))
    };
    let dictation = bench.link(&bench.readers[0], &study());
    let (link, issued) = cost("reroute-url", dictation).await?;
    let viewing = json!({ "studyId": study(), "userId": bench.readers[0] });
    let path = "/v1/autoScribe/studies/viewer-only-reroute-url";
    cost("viewer-only-reroute-url", bench.clinic.post(path, &viewing)).await?;
    let session = json!({ "retrievalId": "retrieval-1" });
    let path = "/v1/autoScribe/ephemeral-sessions";
    cost("ephemeral-sessions", bench.clinic.post(path, &session)).await?;
    let (view, _) = cost("redeem", redeem(&link)?).await?;
    // The first of an instance reads the published keys, as it does every five minutes.
    client.json(renew(&view)?).await?;
    let (_, renewed) = cost("renew", renew(&view)?).await?;
    cost("introspect", bench.introspect(&view)?).await?;
    let list = format!("/v1/access?userId={}", bench.readers[0]);
    cost("list of a user", bench.clinic.get(list)).await?;
    let end = json!({ "accessId": link["accessId"] });
    cost("revoke", bench.clinic.post("/v1/access/revoke", &end)).await?;
    bench.running.stop().await;
    Ok(table.with(&format!(
        "A call by an API key reads that key, 1 RCU. reroute-url costs {:.0} WCU (at most {ISSUE_WCU:.0}: {}), renew {:.1} \
         RCU (at most {RENEW_RCU}: {}).",
        issued.write,
        bounded(issued.write, ISSUE_WCU),
        renewed.read,
        bounded(renewed.read, RENEW_RCU),
    )))
}

/// Whom the registry verifies: NPI and surname.
fn readers() -> impl Iterator<Item = (&'static str, &'static str)> {
    let verified = FIXTURES.iter().filter(|f| f.outcome == "verified");
    verified.map(|fixture| (fixture.number, fixture.surname))
}

fn study() -> String {
    StudyId::new(SystemClock.now(), &OsEntropy).to_string()
}

impl Bench {
    async fn start(algorithm: &str, faults: bool) -> Result<Self, Error> {
        let options = Options {
            signing_keys: Some(format!("{algorithm}:{}", "s".repeat(43))),
            faults,
            ..Options::default()
        };
        let running = service::start(options).await?;
        let clinic = service::clinic(&running).await?;
        let client = Client::new(&running.url);
        let mut confirmed = Vec::new();
        for (npi, surname) in readers() {
            let mut person = radiologist(&format!("{npi}@clinic.example"));
            (person["npiNumber"], person["lastName"]) = (json!(npi), json!(surname));
            let invited = client.json(clinic.invite(&person)).await?;
            let body = json!({ "token": clinic.token(&running, &invited)? });
            client.send(Call::post("/v1/invitation/accept", &body)).await?;
            confirmed.push(text(&invited, "userId")?);
        }
        Ok(Self { running, clinic, readers: confirmed })
    }

    async fn load(&self, calls: Vec<Call>, at_once: usize) -> Result<Load, Error> {
        load::run(&self.running.url, calls, at_once, LIMIT).await
    }

    fn link(&self, reader: &str, study: &str) -> Call {
        let body = json!({ "assignedToUserId": reader, "studyId": study });
        let path = "/v1/autoScribe/studies/reroute-url";
        self.clinic.post(path, &body)
    }

    fn links(&self) -> Vec<Call> {
        let of = |_| self.readers.iter().map(|reader| self.link(reader, &study()));
        (0..EACH).flat_map(of).collect()
    }

    fn introspecting(&self, views: &Load) -> Result<Vec<Call>, Error> {
        let views = views.answers.iter();
        views.map(|view| self.introspect(&serde_json::from_str(view)?)).collect()
    }

    fn introspect(&self, view: &Value) -> Result<Call, Error> {
        let body = json!({ "token": text(view, "viewToken")? });
        Ok(self.clinic.post("/v1/access/introspect", &body))
    }
}

fn redeeming(links: &Load) -> Result<Vec<Call>, Error> {
    let links = links.answers.iter();
    links.map(|link| redeem(&serde_json::from_str(link)?)).collect()
}

fn redeem(link: &Value) -> Result<Call, Error> {
    let url = text(link, "url")?;
    let (_, token) = url.split_once("#token=").ok_or("no token")?;
    Ok(Call::post("/v1/access/redeem", &json!({ "token": token })))
}

fn renewing(views: &Load) -> Result<Vec<Call>, Error> {
    let views = views.answers.iter();
    views.map(|view| renew(&serde_json::from_str(view)?)).collect()
}

fn renew(view: &Value) -> Result<Call, Error> {
    let token = text(view, "viewToken")?;
    Ok(Call::post("/v1/access/renew", &json!({})).with_key(&token))
}

fn text(answer: &Value, member: &str) -> Result<String, Error> {
    let text = answer[member].as_str();
    Ok(text.ok_or_else(|| format!("no {member}: {answer}"))?.to_owned())
}
