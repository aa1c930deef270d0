//! How fast a receiver of webhooks learns of a change, what a dead receiver costs the others, and the capacity units
//! of a delivery.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bench::{Durations, Table, median, millis, within_bound};
use emulator::{Emulator, Options, Storage};
use serde_json::json;
use tempfile::TempDir;

use crate::MeasureError;
use crate::client::{ApiCall, ApiClient};
use crate::receiver::{DEAD, Receiver};
use crate::service::{self, BenchClinic, INVITATIONS, PASSWORD, USERS, admin, member};
use crate::usage::{self, Cost};

const ENDPOINTS: &str = "/v1/webhookEndpoints";
/// How many people are deactivated.
const PEOPLE: usize = 200;
/// The longest that a receiver may take to learn of a deactivation, in milliseconds.
const LEARNS_IN: f64 = 2000.0;
/// How many receivers a clinic has, one of them dead in every other round.
const RECEIVERS: usize = 10;
/// How many changes are made in a round.
const CHANGES: usize = 100;
const ROUNDS: usize = 5;
/// How much longer the others may take.
const SLOWER: f64 = 1.10;
/// How many changes are counted.
const COUNTED: usize = 100;

/// A clinic whose changes go to receivers.
struct WebhookBench {
    running: Emulator,
    /// On disk, because delivered records are removed from the stream there. Each one left makes writes slower.
    _directory: TempDir,
    client: ApiClient,
    receiver: Receiver,
}

/// A clinic and the session of an admin who has just sent the password.
struct ManagedClinic {
    clinic: BenchClinic,
    session: String,
}

/// Measures webhooks.
pub(crate) async fn measure() -> Result<String, MeasureError> {
    let learned = measure_deactivations().await?;
    let slowed = measure_dead_receiver().await?;
    let cost = measure_cost().await?;
    Ok(format!("{learned}\n{slowed}\n{cost}"))
}

/// Measures the time from the request that deactivates a person until the receiver has the event.
async fn measure_deactivations() -> Result<String, MeasureError> {
    let mut bench = WebhookBench::start().await?;
    let ManagedClinic { clinic, .. } = bench.create_clinic(&["live".to_owned()]).await?;
    let mut people = Vec::new();
    for n in 0..PEOPLE {
        let person = member(&format!("leaver-{n}@clinic.example"));
        let user = bench.client.json(clinic.invite(&person)).await?;
        let token = clinic.token(&bench.running, &user)?;
        bench.client.send(bench.client.accept_call(&json!({ "token": token })).await?).await?;
        people.push(user["userId"].as_str().unwrap_or_default().to_owned());
    }
    bench.settle().await?;
    let mut times = Durations::default();
    for user in &people {
        let start = Instant::now();
        let call = clinic.post(format!("{USERS}/revoke-access"), &json!({ "userId": user }));
        bench.client.send(call).await?;
        loop {
            let got = bench.receiver.next().await?;
            if got.event["type"] == "user.deactivated" && got.event["data"]["userId"] == **user {
                times.add(got.at - start);
                break;
            }
        }
    }
    bench.running.stop().await;
    let mut table =
        Table::new("A deactivation, until its receiver knows", ["", "p50 ms", "p99 ms", "target"]);
    table.row([
        format!("{PEOPLE} people, one after another"),
        format!("{:.0}", times.p50()),
        format!("{:.0}", times.p99()),
        format!("p99 at most {LEARNS_IN:.0}: {}", within_bound(times.p99(), LEARNS_IN)),
    ]);
    Ok(table.with(
        "From the request to the receiver, through the stream, `events`, the stream again, the queue and `webhooks`. \
         On AWS a stream and a queue add their polling, which is not measured here.",
    ))
}

/// Measures changes with receivers that all answer, and with one of them dead, alternately in new clinics.
async fn measure_dead_receiver() -> Result<String, MeasureError> {
    let live = |count| (0..count).map(|n| format!("live-{n}")).collect::<Vec<_>>();
    let with_dead: Vec<_> = live(RECEIVERS - 1).into_iter().chain([DEAD.to_owned()]).collect();
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..=ROUNDS {
        for (paths, times) in [live(RECEIVERS), with_dead.clone()].iter().zip(&mut times) {
            let mut bench = WebhookBench::start().await?;
            let ManagedClinic { clinic, .. } = bench.create_clinic(paths).await?;
            let took = bench.time_round(&clinic).await?;
            bench.running.stop().await;
            // The first round is the warm-up.
            if round > 0 {
                times.push(millis(took));
            }
        }
    }
    let [all, one_dead] = times.map(median);
    let mut table =
        Table::new("A dead receiver beside others", ["receivers", "until nine have all, ms"]);
    table.row(["10 live".to_owned(), format!("{all:.0}")]);
    table.row(["9 live, 1 dead".to_owned(), format!("{one_dead:.0}")]);
    let ratio = one_dead / all;
    Ok(table.with(&format!(
        "{CHANGES} changes, each sent to 10 receivers. Medians of {ROUNDS} rounds in new clinics, alternating. The dead \
         receiver takes connections and never answers. Ratio {ratio:.2} (at most {SLOWER:.2}: {}).",
        within_bound(ratio, SLOWER),
    )))
}

/// Measures the units of a delivery: changes with a receiver, without the same changes without one.
async fn measure_cost() -> Result<String, MeasureError> {
    let alone = count_changes(&[]).await?;
    let with_receiver = count_changes(&["live".to_owned()]).await?;
    let cost = with_receiver.minus(&alone);
    // The invite, its email and the changes.
    let deliveries = f64::from(u32::try_from(COUNTED)? + 3);
    let mut table = Table::new("Capacity units of a delivery", ["", "RCU", "WCU"]);
    let figures = [cost.read, cost.write].map(|units| format!("{:.1}", units / deliveries));
    table.row(["a delivery that succeeds at once".to_owned()].into_iter().chain(figures));
    Ok(table.with(&format!("Means of {deliveries} deliveries.")))
}

async fn count_changes(paths: &[String]) -> Result<Cost, MeasureError> {
    let mut bench = WebhookBench::start().await?;
    let ManagedClinic { clinic, .. } = bench.create_clinic(paths).await?;
    let faults = bench.running.faults.clone().ok_or("no faults")?;
    let work = async {
        bench.change(&clinic, COUNTED).await?;
        bench.settle().await
    };
    let ((), cost) = usage::measure(&faults, work).await?;
    bench.running.stop().await;
    Ok(cost)
}

impl WebhookBench {
    async fn start() -> Result<Self, MeasureError> {
        let directory = tempfile::tempdir()?;
        let storage = Storage::Directory(directory.path().to_owned());
        let options = Options { storage, faults: true, append_events: true, ..Options::default() };
        let running = service::start_with_mailer(options).await?;
        let client = ApiClient::new(&running.url);
        Ok(Self { running, _directory: directory, client, receiver: Receiver::start().await? })
    }

    /// Creates a clinic with these receivers.
    async fn create_clinic(&mut self, paths: &[String]) -> Result<ManagedClinic, MeasureError> {
        let clinic = service::create_clinic(&self.running).await?;
        // Each clinic has an admin of its own, because an account has one password.
        let address = format!("ida-{}@clinic.example", clinic.id);
        let invited = self.client.json(clinic.invite(&admin(&address))).await?;
        let body = json!({ "token": clinic.token(&self.running, &invited)?, "password": PASSWORD });
        self.client.send(self.client.accept_call(&body).await?).await?;
        let credentials = json!({ "email": address, "password": PASSWORD });
        let session = self.client.sign_in(&credentials).await?;
        let managed = ManagedClinic { clinic, session };
        let confirm = ApiCall::post("/v1/session/confirm", &json!({ "password": PASSWORD }));
        self.client.send(managed.as_manager(confirm)).await?;
        self.settle().await?;
        for path in paths {
            let url = format!("{}/{path}", self.receiver.url);
            let create = ApiCall::post(ENDPOINTS, &json!({ "url": url, "description": path }));
            self.client.send(managed.as_manager(create)).await?;
        }
        self.wait_until_active(&managed, paths.len()).await?;
        self.settle().await?;
        Ok(managed)
    }

    async fn wait_until_active(
        &self,
        managed: &ManagedClinic,
        count: usize,
    ) -> Result<(), MeasureError> {
        let until = Instant::now() + Duration::from_mins(1);
        while Instant::now() < until {
            let list = self.client.json(managed.as_manager(ApiCall::get(ENDPOINTS))).await?;
            let all = list["webhookEndpoints"].as_array().ok_or("no list")?;
            if all.iter().filter(|one| one["status"] == "active").count() == count {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err("an endpoint stays pending".into())
    }

    /// Waits until every change so far has its events and deliveries.
    async fn settle(&mut self) -> Result<(), MeasureError> {
        for _ in 0..4 {
            self.running.wait_until_delivered().await?;
            self.running.wait_for_queue().await;
        }
        self.receiver.forget();
        Ok(())
    }

    /// Changes an invitation again and again. Returns how long it takes until nine receivers have every change.
    async fn time_round(&mut self, clinic: &BenchClinic) -> Result<Duration, MeasureError> {
        let start = Instant::now();
        self.change(clinic, CHANGES).await?;
        let mut received: BTreeMap<String, usize> = BTreeMap::new();
        loop {
            let got = self.receiver.next().await?;
            if got.event["type"] != "invitation.edited" {
                continue;
            }
            *received.entry(got.path).or_default() += 1;
            if received.values().filter(|count| **count >= CHANGES).count() >= RECEIVERS - 1 {
                return Ok(got.at - start);
            }
        }
    }

    /// Invites a person and changes the invitation, one change after another.
    async fn change(&self, clinic: &BenchClinic, count: usize) -> Result<(), MeasureError> {
        let person = member("changed@clinic.example");
        let invited = self.client.json(clinic.invite(&person)).await?;
        let id = invited["invitationId"].as_str().unwrap_or_default();
        for n in 0..count {
            let name = json!({ "firstName": format!("Grace {}", "e".repeat(n % 20 + 1)) });
            let edit = clinic.post(format!("{INVITATIONS}/{id}"), &name).into_patch();
            self.client.send(edit).await?;
        }
        Ok(())
    }
}

impl ManagedClinic {
    fn as_manager(&self, call: ApiCall) -> ApiCall {
        call.with_session(&self.session).in_clinic(self.clinic.id)
    }
}
