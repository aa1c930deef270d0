//! Verifies the sealed audit: signatures, chains, versions, and that the table has the same records.
//! `verify-audit --help` lists the options.

mod bucket;
mod clinic;
mod keys;
mod options;
mod period;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use domain::ids::ClinicId;
use domain::time::Clock as _;
use runtime::SystemClock;
use store::{Store, StoreError};

use crate::bucket::{Bucket, BucketError};
use crate::clinic::ClinicCheck;
use crate::keys::{NoKeys, trust};
use crate::options::CommandLine;
use crate::period::Period;

/// Why the audit could not be verified.
#[derive(Debug, thiserror::Error)]
enum VerifyError {
    #[error(transparent)]
    Bucket(#[from] BucketError),
    #[error("the table: {0}")]
    Table(#[from] StoreError),
    #[error(transparent)]
    Keys(#[from] NoKeys),
}

/// What was verified.
#[derive(Default)]
struct Summary {
    clinics: usize,
    segments: usize,
    records: usize,
    findings: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match verify(CommandLine::parse()).await {
        Ok(summary) if summary.findings == 0 => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "The audit was not verified. {error}.");
            ExitCode::from(2)
        }
    }
}

async fn verify(line: CommandLine) -> Result<Summary, VerifyError> {
    let config = aws_config::load_from_env().await;
    let bucket = Bucket::connect(&config, line.bucket.clone());
    let store = Store::new(&aws_sdk_dynamodb::Client::new(&config), line.table.clone());
    let (keys, source) = trust(&config, &bucket, &line).await?;
    let period = Period::new(line.from, line.to, SystemClock.now());
    let mut summary = Summary::default();
    for sentence in bucket.check_other_objects().await? {
        summary.report(&sentence);
    }
    let clinics = match line.clinic {
        Some(clinic) => vec![clinic],
        None => list_clinics(&bucket, &store).await?,
    };
    for clinic in clinics {
        let check = ClinicCheck { bucket: &bucket, store: &store, keys: &keys, clinic };
        let result = check.run(&period).await?;
        summary.clinics += 1;
        summary.segments += result.segments;
        summary.records += result.records;
        for finding in &result.findings {
            summary.report(finding);
        }
    }
    summary.print(&format!("{period}, with {source}"));
    Ok(summary)
}

/// Every clinic of the table and of the bucket, and the operator.
async fn list_clinics(bucket: &Bucket, store: &Store) -> Result<Vec<ClinicId>, VerifyError> {
    let mut clinics = store.list_clinics().await?;
    clinics.extend(bucket.list_clinics().await?);
    clinics.push(ClinicId::OPERATOR);
    clinics.sort_unstable();
    clinics.dedup();
    Ok(clinics)
}

impl Summary {
    fn report(&mut self, finding: &str) {
        self.findings += 1;
        let _ = writeln!(std::io::stdout(), "{finding}");
    }

    fn print(&self, how: &str) {
        let Self { clinics, segments, records, findings } = self;
        let _ = writeln!(
            std::io::stdout(),
            "{findings} findings in {segments} segments with {records} records of {clinics} clinics, {how}."
        );
    }
}
