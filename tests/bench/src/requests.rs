//! Invite and accept over HTTP: the whole service, its database and the load generator on this
//! machine.

use std::time::Duration;

use bench::Table;
use emulator::{Emulator, Options};
use serde_json::{Value, json};

use crate::Error;
use crate::client::Call;
use crate::load::{self, Load};
use crate::service::{self, Clinic, PASSWORD, admin, member};

/// Of each kind of request; those that hash a password take longer.
const REQUESTS: usize = 3000;
const HASHING: usize = 250;
const WARM_UP: usize = 200;
const LIMIT: Duration = Duration::from_secs(15);
const LOADS: [usize; 2] = [1, 8];

/// A service of its own for each load: the embedded database remembers every transaction for ten
/// minutes, and looks through them at each new one.
struct Bench {
    running: Emulator,
    clinic: Clinic,
}

/// Requests a second and times of a request.
pub(crate) async fn measure() -> Result<String, Error> {
    let columns = ["request", "at once", "requests/s", "p50 ms", "p99 ms"];
    let mut table = Table::new("Requests", columns);
    for at_once in LOADS {
        let bench = Bench::start().await?;
        let load = bench.invited(member, REQUESTS, at_once).await?;
        bench.row(&mut table, "invite", at_once, &load).await;
    }
    let accept = "accept, no password";
    for at_once in LOADS {
        let bench = Bench::start().await?;
        let invited = bench.invited(member, REQUESTS, 8).await?;
        let load = bench.accepted(&invited, None, at_once).await?;
        bench.row(&mut table, accept, at_once, &load).await;
    }
    let accept = "accept, password hashed with argon2id";
    for at_once in LOADS {
        let bench = Bench::start().await?;
        let invited = bench.invited(admin, HASHING, 8).await?;
        let load = bench.accepted(&invited, Some(PASSWORD), at_once).await?;
        bench.row(&mut table, accept, at_once, &load).await;
    }
    Ok(table.with(
        "The whole service in one process, mails apart: the routers, the embedded database behind an HTTP endpoint of \
         its own, and the load generator share this machine's CPUs.",
    ))
}

impl Bench {
    async fn start() -> Result<Self, Error> {
        let running = service::start(Options::default()).await?;
        let clinic = service::clinic(&running).await?;
        let bench = Self { running, clinic };
        // Opens connections and fills caches.
        let warm_up =
            (0..WARM_UP).map(|n| bench.clinic.invite(&member(&format!("{n}@warm.example"))));
        load::run(&bench.running.url, warm_up.collect(), 8, LIMIT).await?;
        Ok(bench)
    }

    /// Invites `count` people.
    async fn invited(
        &self,
        person: fn(&str) -> Value,
        count: usize,
        at_once: usize,
    ) -> Result<Load, Error> {
        let email = |n| format!("person-{n}@clinic.example");
        let calls = (0..count).map(|n| self.clinic.invite(&person(&email(n))));
        load::run(&self.running.url, calls.collect(), at_once, LIMIT).await
    }

    async fn accepted(
        &self,
        invited: &Load,
        password: Option<&str>,
        at_once: usize,
    ) -> Result<Load, Error> {
        let mut calls = Vec::new();
        for answer in &invited.answers {
            let user: Value = serde_json::from_str(answer)?;
            let mut body = json!({ "token": self.clinic.token(&self.running, &user)? });
            if let Some(password) = password {
                body["password"] = json!(password);
            }
            calls.push(Call::post("/v1/invitation/accept", &body));
        }
        load::run(&self.running.url, calls, at_once, LIMIT).await
    }

    async fn row(self, table: &mut Table, name: &str, at_once: usize, load: &Load) {
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
