//! Sign-in, signing and verifying tokens, and the cost of authenticating the caller.

use std::time::Instant;

use auth::DashboardOrigin;
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

use crate::client::ApiClient;
use crate::service::{self, FunctionBench, PASSWORD, admin};
use crate::usage;
use crate::{MeasureError, events, process};

const SIGN_INS: u32 = 100;
const ROUNDS: usize = 5;
const TOKENS: u32 = 2000;
const CALLS: u32 = 2000;
const EMAIL: &str = "ida@clinic.example";

/// Confirms a person who can sign in.
async fn confirm_person(
    running: &Emulator,
    clinic: &service::BenchClinic,
) -> Result<(), MeasureError> {
    let client = ApiClient::new(&running.url);
    let invited = client.json(clinic.invite(&admin(EMAIL))).await?;
    let body = json!({ "token": clinic.token(running, &invited)?, "password": PASSWORD });
    client.send(client.accept_call(&body).await?).await?;
    Ok(())
}

fn sign_in_body() -> Value {
    json!({ "email": EMAIL, "password": PASSWORD })
}

/// Measures the CPU time of a sign-in by the release binary, and how many one core does per second.
async fn measure_sign_ins() -> Result<String, MeasureError> {
    let bench = FunctionBench::new().await?;
    confirm_person(&bench.running, &bench.clinic).await?;
    let mut function = bench.start("session").await?;
    function.wait_for_startup().await?;
    let pid = function.pid()?;
    let mut rounds = Vec::new();
    for round in 0..=ROUNDS {
        let before = process::read_cpu_time(pid)?;
        for _ in 0..SIGN_INS {
            function.send(events::post("/v1/session", None, &sign_in_body()))?;
            let (response, _) = function.wait_for_response().await?;
            events::check_status(&response, 200)?;
        }
        let used = process::read_cpu_time(pid)?.saturating_sub(before);
        // The first round is the warm-up.
        if round > 0 {
            rounds.push(millis(used) / f64::from(SIGN_INS));
        }
    }
    function.stop().await?;
    bench.running.stop().await;
    let cpu = median(rounds);
    let mut table = Table::new("Sign-in", ["", "CPU ms", "a second, on one core"]);
    table.row(["sign-in".to_owned(), format!("{cpu:.2}"), format!("{:.0}", 1000.0 / cpu)]);
    Ok(table.with(&format!(
        "Release binary of `session` under a small Runtime API, including argon2id (19 MiB, 2, 1). Median of {ROUNDS} \
         rounds of {SIGN_INS}."
    )))
}

/// Measures sign-in, tokens and authentication of the caller.
pub(crate) async fn measure() -> Result<String, MeasureError> {
    Ok(format!(
        "{}\n{}\n{}",
        measure_sign_ins().await?,
        measure_tokens().await?,
        measure_callers().await?
    ))
}

async fn measure_tokens() -> Result<String, MeasureError> {
    let running = service::start(Options::default()).await?;
    let context = &running.context;
    let expected =
        ExpectedToken { typ: "at+jwt", issuer: running.keys.issuer(), audience: "bench" };
    let claims = json!({
        "iss": expected.issuer, "aud": expected.audience, "sub": "usr_0192a5d0ac96774bbcceb302099a8057",
        "clinic": "01890a5d-ac96-774b-bcce-b302099a8057", "level": "member", "canManageStudies": true,
        "iat": context.now().seconds(), "exp": context.now().seconds() + 900,
    });
    let mut table =
        Table::new("Signing and verifying tokens", ["algorithm", "sign µs", "verify µs"]);
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
    Ok(table.with(&format!(
        "Measured through `auth::jwt`, including claims and JSON. Means of {TOKENS}."
    )))
}

#[derive(Clone, FromRef)]
struct BenchDeps {
    context: Context,
    dashboard: DashboardOrigin,
}

/// Compares the same route without authentication, with a session and with an API key.
async fn measure_callers() -> Result<String, MeasureError> {
    let options = Options { faults: true, ..Options::default() };
    let running = service::start(options).await?;
    let clinic = service::create_clinic(&running).await?;
    confirm_person(&running, &clinic).await?;
    let client = ApiClient::new(&running.url);
    let session = client.sign_in(&sign_in_body()).await?;
    let key = ("authorization", format!("Bearer {}", clinic.key));
    let router = Router::new()
        .route("/nobody", get(async || "ok"))
        .route("/caller", get(async |_: Caller<ReadUsers>| "ok"))
        .with_state(BenchDeps {
            context: running.context.clone(),
            dashboard: DashboardOrigin::of(&running.url)?,
        });
    let nobody = time_calls(&router, "/nobody", &("x-nobody", String::new())).await?;
    let faults = running.faults.clone().ok_or("no faults")?;
    let columns = ["caller", "µs more", "reads", "RCU"];
    let mut table = Table::new("Authenticating the caller", columns);
    for (name, credential) in [("session", &("cookie", session)), ("API key", &key)] {
        // The first calls record the use of the key and open connections.
        time_calls(&router, "/caller", credential).await?;
        let ((), cost) = usage::measure(&faults, call_once(&router, "/caller", credential)).await?;
        let time = time_calls(&router, "/caller", credential).await?;
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
        "A router called in the process, compared with the same route without authentication. Means of {CALLS}. Reading \
         the key is a request to the embedded database over HTTP."
    )))
}

async fn call_once(
    router: &Router,
    path: &str,
    credential: &(&'static str, String),
) -> Result<(), MeasureError> {
    let request = Request::get(path).header(credential.0, &credential.1);
    let answer = router.clone().oneshot(request.body(Body::empty())?).await?;
    if answer.status().is_success() {
        Ok(())
    } else {
        Err(format!("{path}: {}", answer.status()).into())
    }
}

/// Measures the mean time of a call in milliseconds.
async fn time_calls(
    router: &Router,
    path: &str,
    credential: &(&'static str, String),
) -> Result<f64, MeasureError> {
    let start = Instant::now();
    for _ in 0..CALLS {
        call_once(router, path, credential).await?;
    }
    Ok(millis(start.elapsed()) / f64::from(CALLS))
}
