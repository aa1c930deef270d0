//! Capacity units of every operation, as the database reports them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bench::{Table, within_bound};
use domain::time::{Clock, Timestamp};
use emulator::{DatabaseFaults, Emulator, Options};
use runtime::SystemClock;
use serde_json::{Value, json};

use crate::MeasureError;
use crate::client::{ApiCall, ApiClient};
use crate::service::{self, BenchClinic, INVITATIONS, PASSWORD, USERS, admin, member, radiologist};
use crate::usage::{self, Cost};

/// The most write units that creating an invitation may use.
const INVITE_WCU: f64 = 8.0;
/// The number of invitations in the clinic whose pages are read.
const LISTED: usize = 30;

/// The wall clock, with an offset. Without it, a resend would have to wait a minute.
#[derive(Default)]
struct MovedClock(AtomicI64);

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        let now = SystemClock.now();
        let millis = now.millis() + self.0.load(Ordering::Relaxed);
        Timestamp::from_millis(millis).unwrap_or(now)
    }
}

struct CapacityBench {
    running: Emulator,
    clinic: BenchClinic,
    client: ApiClient,
    clock: Arc<MovedClock>,
    faults: DatabaseFaults,
    table: Table,
}

/// Measures the capacity units of one call of each operation.
pub(crate) async fn measure() -> Result<String, MeasureError> {
    let mut bench = CapacityBench::start(Followers::Nothing).await?;
    let (plain, with_npi) = bench.measure_invites().await?;
    bench.measure_invitee_calls().await?;
    bench.measure_changes().await?;
    bench.measure_lists().await?;
    let mailed = measure_followers(Followers::Mailer).await?;
    bench.table.row(mailed.clone().minus(&plain).cells("mailer, one email"));
    let both = measure_followers(Followers::MailerAndEvents).await?;
    bench.table.row(both.minus(&mailed).cells("events, invitation created and sent"));
    bench.running.stop().await;
    Ok(bench.table.with(&format!(
        "RCU and WCU are from `ConsumedCapacity` of the embedded DynamoDB. Creating an invitation costs {:.0} WCU (at \
         most {INVITE_WCU:.0}: {}). One with an NPI costs {:.0}, because the claim on the NPI is one more item in the \
         transaction.",
        plain.write,
        within_bound(plain.write, INVITE_WCU),
        with_npi.write,
    )))
}

/// What reads the stream.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Followers {
    Nothing,
    Mailer,
    MailerAndEvents,
}

/// Measures an invite together with what the readers of the stream then do.
async fn measure_followers(followers: Followers) -> Result<Cost, MeasureError> {
    let bench = CapacityBench::start(followers).await?;
    let (first, person) = (member("first@clinic.example"), member("mailer@clinic.example"));
    bench.client.send(bench.clinic.invite(&first)).await?;
    let work = async {
        bench.client.send(bench.clinic.invite(&person)).await?;
        bench.wait_until_delivered().await
    };
    bench.wait_until_delivered().await?;
    let ((), both) = usage::measure(&bench.faults, work).await?;
    bench.running.stop().await;
    Ok(both)
}

impl CapacityBench {
    /// Waits until the readers have all changes, and those that they made themselves.
    async fn wait_until_delivered(&self) -> Result<(), MeasureError> {
        for _ in 0..3 {
            self.running.wait_until_delivered().await?;
        }
        Ok(())
    }

    async fn start(followers: Followers) -> Result<Self, MeasureError> {
        let clock = Arc::new(MovedClock::default());
        let append_events = followers == Followers::MailerAndEvents;
        let options =
            Options { faults: true, append_events, clock: clock.clone(), ..Options::default() };
        let running = match followers {
            Followers::Nothing => service::start(options).await?,
            Followers::Mailer | Followers::MailerAndEvents => {
                service::start_with_mailer(options).await?
            }
        };
        let faults = running.faults.clone().ok_or("no faults")?;
        Ok(Self {
            clinic: service::create_clinic(&running).await?,
            client: ApiClient::new(&running.url),
            table: Table::new("Capacity units", ["operation", "RCU", "WCU", "calls"]),
            running,
            clock,
            faults,
        })
    }

    /// Sends a call and adds its cost to the table.
    async fn measure_call(
        &mut self,
        name: &str,
        call: ApiCall,
    ) -> Result<(Value, Cost), MeasureError> {
        let (answer, cost) = usage::measure(&self.faults, self.client.json(call)).await?;
        self.table.row(cost.cells(name));
        Ok((answer, cost))
    }

    async fn measure_invites(&mut self) -> Result<(Cost, Cost), MeasureError> {
        let invite = self.clinic.invite(&member("a@clinic.example"));
        let with_npi = self.clinic.invite(&radiologist("b@clinic.example"));
        let keyed = self.clinic.invite(&member("c@clinic.example"));
        let keyed = keyed.with_idempotency_key("bench-1");
        // The first invite of an instance also reads the clinic and records the use of the key.
        self.invite(&member("z@clinic.example")).await?;
        let (_, plain) = self.measure_call("invite", invite.clone()).await?;
        let (_, npi) = self.measure_call("invite with an NPI", with_npi).await?;
        self.measure_call("invite with Idempotency-Key", keyed.clone()).await?;
        self.measure_call("the same again, same key", keyed).await?;
        self.measure_call("invite again without a key, recognized", invite).await?;
        Ok((plain, npi))
    }

    async fn invite(&self, person: &Value) -> Result<Value, MeasureError> {
        self.client.json(self.clinic.invite(person)).await
    }

    /// Measures the requests of an invited person.
    async fn measure_invitee_calls(&mut self) -> Result<(), MeasureError> {
        let member = self.invite(&member("d@clinic.example")).await?;
        let admin = self.invite(&admin("e@clinic.example")).await?;
        let other = self.invite(&service::member("f@clinic.example")).await?;
        let token = |invited| self.clinic.token(&self.running, invited);
        let (member, admin, other) = (token(&member)?, token(&admin)?, token(&other)?);
        let confirm = |what: &str, body| ApiCall::post(format!("/v1/invitation/{what}"), &body);
        let lookup = confirm("lookup", json!({ "token": member }));
        self.measure_call("lookup", lookup).await?;
        let accept = self.client.accept_call(&json!({ "token": member })).await?;
        self.measure_call("accept, member", accept.clone()).await?;
        self.measure_call("accept again", accept).await?;
        let body = json!({ "token": admin, "password": PASSWORD });
        let accept = self.client.accept_call(&body).await?;
        self.measure_call("accept, admin with password", accept).await?;
        let reject = confirm("reject", json!({ "token": other }));
        self.measure_call("reject", reject).await?;
        let credentials = json!({ "email": "e@clinic.example", "password": PASSWORD });
        self.measure_call("sign in", ApiCall::post("/v1/session", &credentials)).await?;
        let cookie = self.client.sign_in(&credentials).await?;
        let who = ApiCall::get("/v1/session").with_session(&cookie);
        self.measure_call("who am I", who).await?;
        let forgot = json!({ "email": "e@clinic.example" });
        let forgot = ApiCall::post("/v1/password/forgot", &forgot);
        let (_, cost) = usage::measure(&self.faults, self.client.send(forgot)).await?;
        self.table.row(cost.cells("password forgot"));
        Ok(())
    }

    /// Measures changes of an invitation.
    async fn measure_changes(&mut self) -> Result<(), MeasureError> {
        let invited = self.invite(&member("g@clinic.example")).await?;
        let id = invited["invitationId"].as_str().unwrap_or_default();
        let path = format!("{INVITATIONS}/{id}");
        let edit = self.clinic.post(&path, &json!({ "firstName": "Greta" }));
        self.measure_call("edit", edit.into_patch()).await?;
        self.clock.0.fetch_add(120_000, Ordering::Relaxed);
        let resend = self.clinic.post(format!("{path}/resend"), &json!({}));
        self.measure_call("resend", resend).await?;
        let revoke = format!("{INVITATIONS}/revoke");
        let revoke = self.clinic.post(revoke, &json!({ "invitationId": id }));
        self.measure_call("revoke", revoke).await?;
        self.measure_call("read one invitation", self.clinic.get(path)).await?;
        Ok(())
    }

    async fn measure_lists(&mut self) -> Result<(), MeasureError> {
        for n in 0..LISTED {
            let email = format!("listed-{n}@clinic.example");
            let user = self.invite(&member(&email)).await?;
            let token = self.clinic.token(&self.running, &user)?;
            // Half of the people accept, so that a page of users is read too.
            if n % 2 == 0 {
                let accept = self.client.accept_call(&json!({ "token": token })).await?;
                self.client.send(accept).await?;
            }
        }
        let today = self.clock.now().to_string();
        let today = today.get(..10).unwrap_or_default();
        for (name, query) in [
            ("list, no filter", String::new()),
            ("list, status=sent", "&status=sent".to_owned()),
            ("list, status=sent,accepted", "&status=sent,accepted".to_owned()),
            ("list, status=revoked, 1 found", "&status=revoked".to_owned()),
            ("list, expired=not-expired", "&expired=not-expired".to_owned()),
            ("list, startDate=, endDate=", format!("&startDate={today}&endDate={today}")),
            ("list, email=, 1 found", "&email=a@clinic.example".to_owned()),
            ("list, delivery=queued", "&delivery=queued".to_owned()),
            ("list, npiVerification=, 1 found", "&npiVerification=verified".to_owned()),
        ] {
            let list = self.clinic.get(format!("{INVITATIONS}?limit=20{query}"));
            self.measure_call(name, list).await?;
        }
        self.measure_call("list users", self.clinic.get(format!("{USERS}?limit=20"))).await?;
        Ok(())
    }
}
