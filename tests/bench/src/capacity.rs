//! Capacity units of every operation, as the database reports them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bench::{Table, bounded};
use domain::time::{Clock, Timestamp};
use emulator::{DatabaseFaults, Emulator, Options};
use runtime::SystemClock;
use serde_json::{Value, json};

use crate::Error;
use crate::client::{Call, Client};
use crate::service::{self, Clinic, INVITATIONS, PASSWORD, USERS, admin, member, radiologist};
use crate::usage::{self, Cost};

/// Write units that creating an invitation may cost at most.
const INVITE_WCU: f64 = 8.0;
/// Invitations in the clinic whose pages are read.
const LISTED: usize = 30;

/// The wall clock, moved ahead: a resend is refused within a minute of the mail before.
#[derive(Default)]
struct MovedClock(AtomicI64);

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        let now = SystemClock.now();
        let millis = now.millis() + self.0.load(Ordering::Relaxed);
        Timestamp::from_millis(millis).unwrap_or(now)
    }
}

struct Bench {
    running: Emulator,
    clinic: Clinic,
    client: Client,
    clock: Arc<MovedClock>,
    faults: DatabaseFaults,
    table: Table,
}

/// Capacity units of one call of each operation.
pub(crate) async fn measure() -> Result<String, Error> {
    let mut bench = Bench::start(false).await?;
    let (plain, with_npi) = bench.invites().await?;
    bench.answers().await?;
    bench.changes().await?;
    bench.lists().await?;
    let mailed = mailed(&plain).await?;
    bench.table.row(mailed.cells("mailer, one mail"));
    bench.running.stop().await;
    Ok(bench.table.with(&format!(
        "RCU and WCU are what DynamoDB's `ConsumedCapacity` says, here the embedded one's. \
         Creating an invitation costs {:.0} WCU (at most {INVITE_WCU:.0}: {}); one with an NPI costs {:.0}, since the \
         claim on the NPI is one more item in the transaction.",
        plain.write,
        bounded(plain.write, INVITE_WCU),
        with_npi.write,
    )))
}

/// What `mailer` does for one mail: an invite with it, without the invite's own part.
async fn mailed(invite: &Cost) -> Result<Cost, Error> {
    let bench = Bench::start(true).await?;
    let (first, person) = (member("first@clinic.example"), member("mailed@clinic.example"));
    bench.client.send(bench.clinic.invite(&first)).await?;
    let work = async {
        bench.client.send(bench.clinic.invite(&person)).await?;
        Ok(bench.running.wait_until_delivered().await?)
    };
    bench.running.wait_until_delivered().await?;
    let ((), both) = usage::of(&bench.faults, work).await?;
    bench.running.stop().await;
    Ok(both.without(invite))
}

impl Bench {
    async fn start(with_mailer: bool) -> Result<Self, Error> {
        let clock = Arc::new(MovedClock::default());
        let options = Options { faults: true, clock: clock.clone(), ..Options::default() };
        let running = if with_mailer {
            service::start_with_mailer(options).await?
        } else {
            service::start(options).await?
        };
        let faults = running.faults.clone().ok_or("no faults")?;
        Ok(Self {
            clinic: service::clinic(&running).await?,
            client: Client::new(&running.url),
            table: Table::new("Capacity units", ["operation", "RCU", "WCU", "calls"]),
            running,
            clock,
            faults,
        })
    }

    /// Sends a call and writes its cost down.
    async fn cost(&mut self, name: &str, call: Call) -> Result<(Value, Cost), Error> {
        let (answer, cost) = usage::of(&self.faults, self.client.json(call)).await?;
        self.table.row(cost.cells(name));
        Ok((answer, cost))
    }

    async fn invites(&mut self) -> Result<(Cost, Cost), Error> {
        let invite = self.clinic.invite(&member("a@clinic.example"));
        let with_npi = self.clinic.invite(&radiologist("b@clinic.example"));
        let keyed = self.clinic.invite(&member("c@clinic.example"));
        let keyed = keyed.with_idempotency_key("bench-1");
        // The first of an instance looks the clinic up, and notes that the key is used.
        self.invited(&member("z@clinic.example")).await?;
        let (_, plain) = self.cost("invite", invite.clone()).await?;
        let (_, npi) = self.cost("invite with an NPI", with_npi).await?;
        self.cost("invite with Idempotency-Key", keyed.clone()).await?;
        self.cost("the same again, same key", keyed).await?;
        self.cost("invite again without a key, recognised", invite).await?;
        Ok((plain, npi))
    }

    async fn invited(&self, person: &Value) -> Result<Value, Error> {
        self.client.json(self.clinic.invite(person)).await
    }

    /// What the person invited does.
    async fn answers(&mut self) -> Result<(), Error> {
        let member = self.invited(&member("d@clinic.example")).await?;
        let admin = self.invited(&admin("e@clinic.example")).await?;
        let other = self.invited(&service::member("f@clinic.example")).await?;
        let token = |invited| self.clinic.token(&self.running, invited);
        let (member, admin, other) = (token(&member)?, token(&admin)?, token(&other)?);
        let confirm = |what: &str, body| Call::post(format!("/v1/invitation/{what}"), &body);
        let lookup = confirm("lookup", json!({ "token": member }));
        self.cost("lookup", lookup).await?;
        let accept = confirm("accept", json!({ "token": member }));
        self.cost("accept, member", accept.clone()).await?;
        self.cost("accept again", accept).await?;
        let body = json!({ "token": admin, "password": PASSWORD });
        self.cost("accept, admin with password", confirm("accept", body)).await?;
        let reject = confirm("reject", json!({ "token": other }));
        self.cost("reject", reject).await?;
        let sign_in = json!({ "email": "e@clinic.example", "password": PASSWORD });
        let sign_in = Call::post("/v1/session", &sign_in);
        let (session, _) = self.cost("sign in", sign_in).await?;
        let access = session["accessToken"].as_str().unwrap_or_default();
        let who = Call::get("/v1/session").with_key(access);
        self.cost("who am I", who).await?;
        let forgot = json!({ "email": "e@clinic.example" });
        let forgot = Call::post("/v1/password/forgot", &forgot);
        let (_, cost) = usage::of(&self.faults, self.client.send(forgot)).await?;
        self.table.row(cost.cells("password forgot"));
        Ok(())
    }

    /// What the clinic does with invitations.
    async fn changes(&mut self) -> Result<(), Error> {
        let invited = self.invited(&member("g@clinic.example")).await?;
        let id = invited["invitationId"].as_str().unwrap_or_default();
        let path = format!("{INVITATIONS}/{id}");
        let edit = self.clinic.post(&path, &json!({ "firstName": "Greta" }));
        self.cost("edit", edit.patching()).await?;
        self.clock.0.fetch_add(120_000, Ordering::Relaxed);
        let resend = self.clinic.post(format!("{path}/resend"), &json!({}));
        self.cost("resend", resend).await?;
        let revoke = format!("{INVITATIONS}/revoke");
        let revoke = self.clinic.post(revoke, &json!({ "invitationId": id }));
        self.cost("revoke", revoke).await?;
        self.cost("read one invitation", self.clinic.get(path)).await?;
        Ok(())
    }

    async fn lists(&mut self) -> Result<(), Error> {
        for n in 0..LISTED {
            let email = format!("listed-{n}@clinic.example");
            let user = self.invited(&member(&email)).await?;
            let token = self.clinic.token(&self.running, &user)?;
            // A page of users is as full as one of invitations.
            if n % 2 == 0 {
                let accept = Call::post("/v1/invitation/accept", &json!({ "token": token }));
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
            self.cost(name, list).await?;
        }
        self.cost("list users", self.clinic.get(format!("{USERS}?limit=20"))).await?;
        Ok(())
    }
}
