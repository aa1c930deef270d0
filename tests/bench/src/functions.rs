//! The functions' release binaries: size, start, memory, and `invite` beside the floor.

use emulator::{Emulator, Options};

use crate::cold::{self, Start};
use crate::runtime_api::Function;
use crate::service::{self, Clinic};
use crate::warm::{self, Warm};
use crate::{Error, process, sessions};
use bench::{Table, bounded, median};

const FUNCTIONS: [&str; 9] = [
    "invite",
    "confirm",
    "list",
    "users",
    "session",
    "temporary-access",
    "mailer",
    "npi-verifier",
    "provision",
];
const FLOOR: &str = "floor";
/// The largest that a function's binary may be.
const MAX_MEGABYTES: f64 = 8.0;
const MAX_COLD: f64 = 1.5;
const MAX_WARM: f64 = 2.0;

/// What the measurements of functions work on.
pub(crate) struct Bench {
    pub(crate) running: Emulator,
    pub(crate) clinic: Clinic,
}

/// Two tables: every function, and `invite` beside the floor.
pub(crate) async fn measure() -> Result<String, Error> {
    let running = service::start(Options::default()).await?;
    let clinic = service::clinic(&running).await?;
    let bench = Bench { running, clinic };
    let all = bench.all().await?;
    let (cold, cold_floor) = cold::beside("invite", FLOOR, &bench).await?;
    let (warm, warm_floor) = warm::beside("invite", FLOOR, &bench).await?;
    let signed_in = sessions::signed_in(&bench).await?;
    bench.running.stop().await;
    let both = beside([&cold, &cold_floor], [&warm, &warm_floor]);
    Ok(format!("{all}\n{both}\n{signed_in}"))
}

impl Bench {
    /// Settings for every function, those that need fewer included.
    fn settings(&self) -> Vec<(&'static str, String)> {
        let Emulator { url, table, .. } = &self.running;
        vec![
            ("AWS_ENDPOINT_URL_DYNAMODB", self.running.dynamodb_url.clone()),
            ("AWS_ENDPOINT_URL_SESV2", url.clone()),
            ("TABLE_NAME", table.clone()),
            ("TOKEN_ISSUER", url.clone()),
            ("ROOT_KEY", self.running.root_key().to_owned()),
            ("SIGNING_KEYS", self.running.signing_keys().to_owned()),
            ("RESET_URL_BASE", format!("{url}/reset")),
            ("VIEWER_URL_BASE", format!("{url}/viewer")),
            ("ACCEPT_URL_BASE", format!("{url}/accept")),
            ("DASHBOARD_URL", format!("{url}/")),
            ("MAIL_FROM", "no-reply@autoscribe.example".to_owned()),
            ("NPPES_BASE_URL", format!("{url}/api/")),
            ("BREACHED_PASSWORDS_URL", format!("{url}/range/")),
        ]
    }

    pub(crate) async fn start(&self, name: &str) -> Result<Function, Error> {
        Function::start(name, &self.settings()).await
    }

    async fn all(&self) -> Result<String, Error> {
        let columns =
            ["function", "binary MB", "at most 8", "to its first `next` ms", "resident MB"];
        let mut table = Table::new("Functions", columns);
        for name in FUNCTIONS {
            let size = process::megabytes(&process::binary(name)?)?;
            let starts = cold::starts(name, self).await?;
            table.row([
                format!("`{name}`"),
                format!("{size:.2}"),
                bounded(size, MAX_MEGABYTES).to_owned(),
                format!("{:.2}", median(starts.iter().map(|start| start.next))),
                format!("{:.1}", median(starts.iter().map(|start| start.resident))),
            ]);
        }
        Ok(table.with(&format!(
            "Release profile, {}. Medians of {} starts of the process.",
            std::env::consts::ARCH,
            cold::RUNS,
        )))
    }
}

fn beside(cold: [&[Start]; 2], warm: [&Warm; 2]) -> String {
    let mut table = Table::new(
        "Cold and warm: `invite` beside the floor",
        ["", "invite", "floor", "ratio", "target"],
    );
    let cold = |of: fn(&Start) -> f64| cold.map(|starts| median(starts.iter().map(of)));
    let rows = [
        ("process start to first `next`, ms", cold(|start| start.next), None),
        ("process start to end of first invite, ms", cold(|start| start.answer), Some(MAX_COLD)),
        ("CPU until then, ms", cold(|start| start.cpu), None),
        ("resident after the first invite, MB", cold(|start| start.resident), None),
        ("resident after 1,000 more, MB", warm.map(|warm| warm.resident), None),
        ("CPU of a warm invite, ms", warm.map(|warm| warm.cpu), Some(MAX_WARM)),
    ];
    for (name, [ours, floor], target) in rows {
        let ratio = ours / floor;
        let target = target
            .map_or_else(String::new, |most| format!("at most {most}: {}", bounded(ratio, most)));
        table.row([
            name.to_owned(),
            format!("{ours:.2}"),
            format!("{floor:.2}"),
            format!("{ratio:.2}"),
            target,
        ]);
    }
    table.with(&format!(
        "Release binaries under a small Runtime API, the database in the bench's process, plain HTTP. Cold: medians of \
         {} runs in turn. Warm: median of {} rounds of {} invites in turn. The floor (`tests/bench/src/bin/floor.rs`) \
         writes items of the same size in one transaction, and reads, authenticates and checks nothing: 1 database \
         call to invite's 2.",
        cold::RUNS,
        warm::ROUNDS,
        warm::INVITES,
    ))
}
