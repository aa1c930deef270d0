//! Verifies the sealed audit: signatures, chains, versions, and that the table has the same records.
//! `verify-audit --help` lists the options.

mod bucket;
mod clinic;
mod keys;
mod lock;
mod month;
mod options;
mod period;
mod places;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use domain::ids::ClinicId;
use domain::time::Clock as _;
use runtime::SystemClock;
use store::{Store, StoreError};

use crate::bucket::{Bucket, BucketError};
use crate::clinic::{ClinicCheck, ClinicResult};
use crate::keys::{NoKeys, trust};
use crate::lock::Years;
use crate::options::CommandLine;
use crate::period::Period;
use crate::places::check_places;

/// Why the audit could not be verified.
#[derive(Debug, thiserror::Error)]
enum VerifyError {
    #[error(transparent)]
    Bucket(#[from] BucketError),
    #[error("the table: {0}")]
    Table(#[from] StoreError),
    #[error(transparent)]
    Keys(#[from] NoKeys),
    #[error("FROM must not be after TO, or after the last hour that must be sealed by now")]
    EmptyPeriod,
    #[error("neither the table nor the bucket knows the clinic {0}")]
    UnknownClinic(ClinicId),
    #[error("the bucket has no segment of the period")]
    NoSegment,
}

impl VerifyError {
    /// Whether this says something about the audit, and not that it could not be read.
    fn is_finding(&self) -> bool {
        matches!(
            self,
            Self::Bucket(BucketError::Object(..)) | Self::Table(StoreError::Corrupt { .. })
        )
    }
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
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "The audit was not verified. {error}.");
            ExitCode::from(2)
        }
    }
}

/// Returns the number of findings.
async fn verify(line: CommandLine) -> Result<usize, VerifyError> {
    let config = aws_config::load_from_env().await;
    let bucket = Bucket::connect(&config, line.bucket.clone(), Years(line.years));
    let store = Store::new(&aws_sdk_dynamodb::Client::new(&config), line.table.clone());
    let period = Period::new(line.from, line.to, SystemClock.now());
    let period = period.ok_or(VerifyError::EmptyPeriod)?;
    let (keys, source) = trust(&config, &bucket, &line).await?;
    let mut summary = Summary::default();
    let (sealed, found) = check_places(&bucket).await?;
    for sentence in found {
        summary.report(&sentence);
    }
    let mut clinics = list_clinics(sealed, &store).await?;
    if let Some(clinic) = line.clinic {
        if !clinics.contains(&clinic) {
            return Err(VerifyError::UnknownClinic(clinic));
        }
        clinics = vec![clinic];
    }
    for clinic in clinics {
        let check = ClinicCheck { bucket: &bucket, store: &store, keys: &keys, clinic };
        let mut result = ClinicResult::default();
        let done = check.run(&period, &mut result).await;
        summary.clinics += 1;
        summary.segments += result.segments;
        summary.records += result.records;
        for finding in &result.findings {
            summary.report(finding);
        }
        done?;
    }
    // Without any segment, nothing was verified.
    if summary.segments == 0 && summary.findings == 0 {
        return Err(VerifyError::NoSegment);
    }
    summary.print(&format!("{period}, with {source}"));
    Ok(summary.findings)
}

/// Every clinic of the table and of the bucket, and the operator.
async fn list_clinics(sealed: Vec<ClinicId>, store: &Store) -> Result<Vec<ClinicId>, VerifyError> {
    let mut clinics = store.list_clinics().await?;
    clinics.extend(sealed);
    clinics.push(ClinicId::OPERATOR);
    clinics.sort_unstable();
    clinics.dedup();
    Ok(clinics)
}

fn printable(character: char) -> char {
    if character.is_control() { '\u{fffd}' } else { character }
}

impl Summary {
    fn report(&mut self, finding: &str) {
        self.findings += 1;
        // Names of objects and records can have line breaks, and a finding is one line.
        let line: String = finding.chars().map(printable).collect();
        let _ = writeln!(std::io::stdout(), "{line}");
    }

    fn print(&self, how: &str) {
        let Self { clinics, segments, records, findings } = self;
        let _ = writeln!(
            std::io::stdout(),
            "{findings} findings in {segments} segments with {records} records of {clinics} clinics, {how}."
        );
    }
}
