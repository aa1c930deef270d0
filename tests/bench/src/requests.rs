//! Invite and accept over HTTP, with the whole service, its database and the load generator on one machine.

use std::time::Duration;

use bench::Table;
use emulator::{Emulator, Options};
use serde_json::{Value, json};

use crate::MeasureError;
use crate::client::ApiClient;
use crate::load::{self, Load};
use crate::service::{self, BenchClinic, PASSWORD, admin, member};

/// How many requests of each kind are sent.
const REQUESTS: usize = 3000;
/// The same for requests that hash a password, which take longer.
const HASHING: usize = 250;
const WARM_UP: usize = 200;
const LIMIT: Duration = Duration::from_secs(15);
const LOADS: [usize; 2] = [1, 8];

/// A service with its own database for each load. The embedded database keeps every transaction for ten minutes
/// and searches all of them at each new one.
struct RequestBench {
    running: Emulator,
    clinic: BenchClinic,
}

/// Measures requests per second and request times.
pub(crate) async fn measure() -> Result<String, MeasureError> {
    let columns = ["request", "at once", "requests/s", "p50 ms", "p99 ms"];
    let mut table = Table::new("Requests", columns);
    for at_once in LOADS {
        let bench = RequestBench::start().await?;
        let load = bench.invite_people(member, REQUESTS, at_once).await?;
        bench.add_row(&mut table, "invite", at_once, &load).await;
    }
    let accept = "accept, no password";
    for at_once in LOADS {
        let bench = RequestBench::start().await?;
        let invited = bench.invite_people(member, REQUESTS, 8).await?;
        let load = bench.accept_invitations(&invited, None, at_once).await?;
        bench.add_row(&mut table, accept, at_once, &load).await;
    }
    let accept = "accept, password hashed with argon2id";
    for at_once in LOADS {
        let bench = RequestBench::start().await?;
        let invited = bench.invite_people(admin, HASHING, 8).await?;
        let load = bench.accept_invitations(&invited, Some(PASSWORD), at_once).await?;
        bench.add_row(&mut table, accept, at_once, &load).await;
    }
    Ok(table.with(
        "The whole service in one process, without emails. The routers, the embedded database behind its own HTTP \
         endpoint, and the load generator share the CPUs of this machine.",
    ))
}

impl RequestBench {
    async fn start() -> Result<Self, MeasureError> {
        let running = service::start(Options::default()).await?;
        let clinic = service::create_clinic(&running).await?;
        let bench = Self { running, clinic };
        // The warm-up opens connections and fills caches.
        let warm_up =
            (0..WARM_UP).map(|n| bench.clinic.invite(&member(&format!("{n}@warm.example"))));
        load::run(&bench.running.url, warm_up.collect(), 8, LIMIT).await?;
        Ok(bench)
    }

    /// Invites `count` people.
    async fn invite_people(
        &self,
        person: fn(&str) -> Value,
        count: usize,
        at_once: usize,
    ) -> Result<Load, MeasureError> {
        let email = |n| format!("person-{n}@clinic.example");
        let calls = (0..count).map(|n| self.clinic.invite(&person(&email(n))));
        load::run(&self.running.url, calls.collect(), at_once, LIMIT).await
    }

    async fn accept_invitations(
        &self,
        invited: &Load,
        password: Option<&str>,
        at_once: usize,
    ) -> Result<Load, MeasureError> {
        let (client, mut calls) = (ApiClient::new(&self.running.url), Vec::new());
        for answer in &invited.answers {
            let user: Value = serde_json::from_str(answer)?;
            let mut body = json!({ "token": self.clinic.token(&self.running, &user)? });
            if let Some(password) = password {
                body["password"] = json!(password);
            }
            calls.push(client.accept_call(&body).await?);
        }
        load::run(&self.running.url, calls, at_once, LIMIT).await
    }

    async fn add_row(self, table: &mut Table, name: &str, at_once: usize, load: &Load) {
        self.running.stop().await;
        table.row([
            name.to_owned(),
            at_once.to_string(),
            format!("{:.0}", load.per_second()),
            format!("{:.2}", load.times.p50()),
            format!("{:.2}", load.times.p99()),
        ]);
    }
}
