//! The command line.

use clap::Parser;
use domain::ids::ClinicId;
use domain::time::{Day, Timestamp};
use segment::Hour;

/// Verifies the sealed audit. Ends with status 1 if it finds something, and with 2 if it could not verify.
#[derive(Debug, Parser)]
pub(crate) struct CommandLine {
    /// The bucket of the sealed audit: the output `AuditBucketName` of the stack
    #[arg(long)]
    pub(crate) bucket: String,
    /// The table: the output `TableName` of the stack
    #[arg(long)]
    pub(crate) table: String,
    /// Fingerprints of the keys to trust, separated by commas
    #[arg(long, value_delimiter = ',')]
    pub(crate) keys: Vec<String>,
    /// A key of KMS to trust: the output `AuditKeyArn` of the stack
    #[arg(long)]
    pub(crate) key: Option<String>,
    /// One clinic. Every clinic if it is missing
    #[arg(long, value_parser = clinic)]
    pub(crate) clinic: Option<ClinicId>,
    /// The first day or hour (UTC), such as 2026-11-24 or 2026-11-24T09:00:00Z
    #[arg(long, value_parser = first_hour)]
    pub(crate) from: Option<Hour>,
    /// The last day or hour (UTC)
    #[arg(long, value_parser = last_hour)]
    pub(crate) to: Option<Hour>,
    /// For how many years each object must be locked
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u64).range(1..=100))]
    pub(crate) years: u64,
}

const ADVICE: &str = "write a day or an hour, such as 2026-11-24 or 2026-11-24T09:00:00Z";

fn clinic(text: &str) -> Result<ClinicId, String> {
    ClinicId::parse(text).map_err(|_| "write the id of a clinic".to_owned())
}

fn first_hour(text: &str) -> Result<Hour, &'static str> {
    let day = Day::parse(text).map(|day| Hour::of(day.start()));
    day.or_else(|_| Timestamp::parse(text).map(Hour::of)).map_err(|_| ADVICE)
}

fn last_hour(text: &str) -> Result<Hour, &'static str> {
    let day = Day::parse(text).map(|day| Hour::of(day.end().previous_instant()));
    day.or_else(|_| Timestamp::parse(text).map(Hour::of)).map_err(|_| ADVICE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_all_of_its_hours() {
        let hour = |text: &str| Hour::parse(text).unwrap();
        assert_eq!(first_hour("2026-11-24"), Ok(hour("2026-11-24T00:00:00Z")));
        assert_eq!(last_hour("2026-11-24"), Ok(hour("2026-11-24T23:00:00Z")));
        for read in [first_hour, last_hour] {
            assert_eq!(read("2026-11-24T09:30:00Z"), Ok(hour("2026-11-24T09:00:00Z")));
            assert_eq!(read("yesterday"), Err(ADVICE));
        }
    }
}
