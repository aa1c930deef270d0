//! The command line.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{Args, Parser, Subcommand};

/// Runs AutoScribe Access on this machine: the API, an inbox, pages and an example PACS.
#[derive(Debug, Parser)]
#[command(name = "dev", args_conflicts_with_subcommands = true)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub(crate) command: Option<DevCommand>,
    #[command(flatten)]
    pub(crate) serve: ServeOptions,
    /// Log levels
    #[arg(long, env = "RUST_LOG", global = true, value_name = "LEVELS")]
    // Each failed condition is a warning of the database, and failed conditions are normal.
    #[arg(default_value = "info,dynoxide=error")]
    pub(crate) log: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DevCommand {
    /// Create a clinic with its owner's invitation and a first API key
    Provision(ProvisionOptions),
}

/// How the service runs.
#[derive(Debug, Args)]
pub(crate) struct ServeOptions {
    /// Port of the API and the pages
    #[arg(long, env = "PORT", default_value_t = 8080)]
    pub(crate) port: u16,
    /// Port of the DynamoDB endpoint
    #[arg(long, env = "DYNAMODB_PORT", default_value_t = 8000, value_name = "PORT")]
    pub(crate) dynamodb_port: u16,
    /// Delete the data of earlier runs first
    #[arg(long, env = "RESET", value_parser = FalseyValueParser::new())]
    pub(crate) reset: bool,
    /// Directory of the built pages
    #[arg(long, default_value = "dashboard/dist", value_name = "DIRECTORY")]
    pub(crate) pages: PathBuf,
    /// Send requests to the functions under `cargo lambda watch` at this URL
    #[arg(long, value_name = "URL")]
    pub(crate) lambda: Option<String>,
}

/// The new clinic.
#[derive(Debug, Args)]
pub(crate) struct ProvisionOptions {
    /// Name of the clinic
    #[arg(long, value_name = "NAME")]
    clinic: String,
    /// Email address of the owner
    #[arg(long, value_name = "ADDRESS")]
    owner_email: String,
    /// First name of the owner
    #[arg(long, value_name = "NAME")]
    owner_first_name: String,
    /// Last name of the owner
    #[arg(long, value_name = "NAME")]
    owner_last_name: String,
    /// Address for replies to the clinic's emails
    #[arg(long, value_name = "ADDRESS")]
    reply_to: Option<String>,
    /// Days until an invitation expires, 1 to 30 [default: 7]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u8).range(1..=30))]
    invitation_days: Option<u8>,
    /// Origin of a page that may embed views, such as `https://pacs.example`. Repeat it for more
    #[arg(long = "embed-origin", value_name = "ORIGIN")]
    embed_origins: Vec<String>,
    /// What the first API key may do, such as `users:write`. Repeat it for more [default: everything]
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
}

impl From<ProvisionOptions> for provision::ClinicRequest {
    fn from(options: ProvisionOptions) -> Self {
        Self {
            clinic_name: options.clinic,
            reply_to: options.reply_to,
            invitation_days: options.invitation_days,
            owner_email: options.owner_email,
            owner_first_name: options.owner_first_name,
            owner_last_name: options.owner_last_name,
            embed_origins: Some(options.embed_origins),
            scopes: (!options.scopes.is_empty()).then_some(options.scopes),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn parse(line: &str) -> Result<CommandLine, clap::Error> {
        CommandLine::try_parse_from(std::iter::once("dev").chain(line.split_whitespace()))
    }

    #[test]
    fn the_service_runs_unless_there_is_a_command() {
        let line = parse("--port 81 --dynamodb-port 82 --reset --lambda http://x").unwrap();
        let ServeOptions { port, dynamodb_port, reset, lambda, pages } = line.serve;
        assert!(line.command.is_none() && reset);
        assert_eq!((port, dynamodb_port, lambda.as_deref()), (81, 82, Some("http://x")));
        assert_eq!(pages, Path::new("dashboard/dist"));
    }

    #[test]
    fn provision_takes_several_origins() {
        let line = "provision --clinic A --owner-email a@b.example --owner-first-name B --owner-last-name C --invitation-days 3 --embed-origin https://a.example --embed-origin https://b.example";
        let Some(DevCommand::Provision(options)) = parse(line).unwrap().command else {
            panic!("{line}");
        };
        let request = provision::ClinicRequest::from(options);
        assert_eq!((request.clinic_name.as_str(), request.invitation_days), ("A", Some(3)));
        let origins = ["https://a.example", "https://b.example"];
        assert_eq!(request.embed_origins, Some(origins.map(str::to_owned).into()));
    }

    #[test]
    fn an_error_names_the_invalid_argument() {
        for (line, message) in [
            ("--lamda x", "unexpected argument '--lamda'"),
            ("--lambda", "a value is required for '--lambda <URL>'"),
            ("--port high", "invalid value 'high' for '--port <PORT>'"),
            ("provision --clinic A", "--owner-email <ADDRESS>"),
            ("provision --invitation-days 31", "31 is not in 1..=30"),
        ] {
            let error = parse(line).unwrap_err().to_string();
            assert!(error.contains(message), "{line}: {error}");
        }
    }
}
