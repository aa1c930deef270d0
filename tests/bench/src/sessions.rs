//! Sessions: signing in, signing and verifying tokens, and what knowing the caller costs a request.

use std::time::Instant;

use auth::PublishedKeys;
use auth::caller::{Caller, ReadUsers};
use auth::jwt::{ExpectedToken, SigningKeys};
use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, Request};
use axum::routing::get;
use bench::{Table, median, millis};
use changes::Context;
use emulator::{Emulator, Options};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::client::{Call, Client};
use crate::functions::Bench;
use crate::service::{self, PASSWORD, admin};
use crate::usage;
use crate::{Error, events, process};

const SIGN_INS: u32 = 100;
const ROUNDS: usize = 5;
const TOKENS: u32 = 2000;
const CALLS: u32 = 2000;
const EMAIL: &str = "ida@clinic.example";

/// Somebody who can sign in.
async fn confirmed(running: &Emulator, clinic: &service::Clinic) -> Result<(), Error> {
    let client = Client::new(&running.url);
    let invited = client.json(clinic.invite(&admin(EMAIL))).await?;
    let body = json!({ "token": clinic.token(running, &invited)?, "password": PASSWORD });
    client.send(Call::post("/v1/invitation/accept", &body)).await?;
    Ok(())
}

fn password() -> Value {
    json!({ "email": EMAIL, "password": PASSWORD })
}

/// CPU of a sign-in by the release binary, and how many fit into a second of one core.
async fn sign_ins() -> Result<String, Error> {
    let bench = Bench::new().await?;
    confirmed(&bench.running, &bench.clinic).await?;
    let mut function = bench.start("session").await?;
    function.startup_time().await?;
    let pid = function.pid()?;
    let mut rounds = Vec::new();
    for round in 0..=ROUNDS {
        let before = process::cpu(pid)?;
        for _ in 0..SIGN_INS {
            function.send(events::post("/v1/session", None, &password()))?;
            let (response, _) = function.response().await?;
            events::check_status(&response, 200)?;
        }
        let used = process::cpu(pid)?.saturating_sub(before);
        // The first round is the warm-up.
        if round > 0 {
            rounds.push(millis(used) / f64::from(SIGN_INS));
        }
    }
    function.stop().await?;
    bench.running.stop().await;
    let cpu = median(rounds);
    let mut table = Table::new("Signing in", ["", "CPU ms", "a second, on one core"]);
    table.row(["sign-in".to_owned(), format!("{cpu:.2}"), format!("{:.0}", 1000.0 / cpu)]);
    Ok(table.with(&format!(
        "The release binary of `session` under a small Runtime API, argon2id (19 MiB, 2, 1) included. Median of {ROUNDS} \
         rounds of {SIGN_INS}."
    )))
}

/// Signing in, tokens, and what knowing the caller costs.
pub(crate) async fn measure() -> Result<String, Error> {
    Ok(format!("{}\n{}\n{}", sign_ins().await?, tokens().await?, callers().await?))
}

async fn tokens() -> Result<String, Error> {
    let running = service::start(Options::default()).await?;
    let context = &running.context;
    let expected =
        ExpectedToken { typ: "at+jwt", issuer: running.keys.issuer(), audience: "bench" };
    let claims = json!({
        "iss": expected.issuer, "aud": expected.audience, "sub": "usr_0192a5d0ac96774bbcceb302099a8057",
        "clinic": "01890a5d-ac96-774b-bcce-b302099a8057", "level": "member", "canManageStudies": true,
        "iat": context.now().seconds(), "exp": context.now().seconds() + 900,
    });
    let mut table = Table::new("Tokens", ["algorithm", "sign µs", "verify µs"]);
    for algorithm in ["ES256", "EdDSA"] {
        let secret = format!("{algorithm}:{}", "s".repeat(43));
        let keys = SigningKeys::from_secret(&secret)?;
        let public = keys.public();
        context.store.publish_keys(&public).await?;
        running.keys.load().await?;
        let signer = keys.signer(&public)?;
        let start = Instant::now();
        let mut token = String::new();
        for _ in 0..TOKENS {
            token = signer.sign(expected.typ, &claims)?;
        }
        let signing = start.elapsed();
        let start = Instant::now();
        for _ in 0..TOKENS {
            let _: Value = running.keys.verify(&token, expected).await?;
        }
        let each = |time| format!("{:.0}", millis(time) * 1000.0 / f64::from(TOKENS));
        table.row([algorithm.to_owned(), each(signing), each(start.elapsed())]);
    }
    running.stop().await;
    Ok(table.with(&format!("As `auth::jwt` does it, claims and JSON included; means of {TOKENS}.")))
}

#[derive(Clone, FromRef)]
struct Deps {
    context: Context,
    keys: PublishedKeys,
}

/// The same answer to nobody, to a session and to a key.
async fn callers() -> Result<String, Error> {
    let options = Options { faults: true, ..Options::default() };
    let running = service::start(options).await?;
    let clinic = service::clinic(&running).await?;
    confirmed(&running, &clinic).await?;
    let client = Client::new(&running.url);
    let session = client.json(Call::post("/v1/session", &password())).await?;
    let session = session["accessToken"].as_str().unwrap_or_default();
    let router = Router::new()
        .route("/nobody", get(async || "ok"))
        .route("/caller", get(async |_: Caller<ReadUsers>| "ok"))
        .with_state(Deps { context: running.context.clone(), keys: running.keys.clone() });
    let nobody = timed(&router, "/nobody", "").await?;
    let faults = running.faults.clone().ok_or("no faults")?;
    let columns = ["caller", "µs more", "reads", "RCU"];
    let mut table = Table::new("Knowing the caller", columns);
    for (name, credential) in [("session", session), ("API key", &clinic.key)] {
        // The first calls note the key's use and open connections.
        timed(&router, "/caller", credential).await?;
        let ((), cost) = usage::of(&faults, once(&router, "/caller", credential)).await?;
        let time = timed(&router, "/caller", credential).await?;
        let reads: u64 = cost.calls.iter().map(|(_, calls)| calls).sum();
        table.row([
            name.to_owned(),
            format!("{:.0}", (time - nobody) * 1000.0),
            reads.to_string(),
            format!("{:.1}", cost.read),
        ]);
    }
    running.stop().await;
    Ok(table.with(&format!(
        "A router called in the process, against the same route that asks for no caller; means of {CALLS}. The key's read \
         is one of the embedded database over HTTP."
    )))
}

async fn once(router: &Router, path: &str, credential: &str) -> Result<(), Error> {
    let request = Request::get(path).header("authorization", format!("Bearer {credential}"));
    let answer = router.clone().oneshot(request.body(Body::empty())?).await?;
    if answer.status().is_success() {
        Ok(())
    } else {
        Err(format!("{path}: {}", answer.status()).into())
    }
}

/// Milliseconds of one call.
async fn timed(router: &Router, path: &str, credential: &str) -> Result<f64, Error> {
    let start = Instant::now();
    for _ in 0..CALLS {
        once(router, path, credential).await?;
    }
    Ok(millis(start.elapsed()) / f64::from(CALLS))
}
