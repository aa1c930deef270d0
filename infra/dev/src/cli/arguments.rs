//! What stands behind the binary's name.

use provision::Request;

/// How to use the binary.
pub(crate) const USAGE: &str = "\
dev [dev]                   the whole service on this machine
dev --lambda   URL          the same, its functions under `cargo lambda watch` at URL
dev provision OPTIONS       a clinic, its owner's invitation and a first API key
    --clinic NAME  --owner-email ADDRESS  --owner-first-name NAME  --owner-last-name NAME
    [--reply-to ADDRESS]  [--invitation-days 1..30]  [--embed-origin https://PACS]...

PORT (8080) and DYNAMODB_PORT (8000) say where it listens, RESET=1 forgets the data in .local
";

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Command {
    /// Run the service.
    Dev {
        /// Where its functions run, when not here.
        lambda: Option<String>,
    },
    /// Make a clinic.
    Provision(Request),
    /// Show [`USAGE`].
    Help,
}

/// The arguments make no command.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArgumentError {
    /// An option without its value.
    #[error("{0} needs a value")]
    NoValue(String),
    /// A value that it cannot be.
    #[error("{0} cannot be {1}")]
    Wrong(&'static str, String),
    /// A missing option.
    #[error("{0} is missing; `dev --help` shows all")]
    Missing(&'static str),
    /// Something that is none of the options.
    #[error("{0} is not known; `dev --help` shows what is")]
    Unknown(String),
}

impl Command {
    /// Reads the arguments behind the binary's name.
    pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, ArgumentError> {
        let mut arguments = arguments.peekable();
        match arguments.peek().map(String::as_str) {
            Some("provision") => {
                arguments.next();
                return Self::provision(arguments);
            }
            Some("dev") => {
                arguments.next();
            }
            _ => {}
        }
        let mut lambda = None;
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--lambda" => lambda = Some(value(argument, &mut arguments)?),
                "--help" | "-h" | "help" => return Ok(Self::Help),
                _ => return Err(ArgumentError::Unknown(argument)),
            }
        }
        Ok(Self::Dev { lambda })
    }

    fn provision(mut arguments: impl Iterator<Item = String>) -> Result<Self, ArgumentError> {
        let [mut clinic, mut email, mut first, mut last, mut reply_to] = [const { None }; 5];
        let mut invitation_days = None;
        let mut embed_origins = Vec::new();
        while let Some(argument) = arguments.next() {
            let slot = match argument.as_str() {
                "--clinic" => &mut clinic,
                "--owner-email" => &mut email,
                "--owner-first-name" => &mut first,
                "--owner-last-name" => &mut last,
                "--reply-to" => &mut reply_to,
                "--invitation-days" => {
                    let text = value(argument, &mut arguments)?;
                    let days = text.parse();
                    invitation_days =
                        Some(days.map_err(|_| ArgumentError::Wrong("--invitation-days", text))?);
                    continue;
                }
                "--embed-origin" => {
                    embed_origins.push(value(argument, &mut arguments)?);
                    continue;
                }
                "--help" | "-h" => return Ok(Self::Help),
                _ => return Err(ArgumentError::Unknown(argument)),
            };
            *slot = Some(value(argument, &mut arguments)?);
        }
        Ok(Self::Provision(Request {
            clinic_name: clinic.ok_or(ArgumentError::Missing("--clinic"))?,
            reply_to,
            invitation_days,
            owner_email: email.ok_or(ArgumentError::Missing("--owner-email"))?,
            owner_first_name: first.ok_or(ArgumentError::Missing("--owner-first-name"))?,
            owner_last_name: last.ok_or(ArgumentError::Missing("--owner-last-name"))?,
            embed_origins: Some(embed_origins),
        }))
    }
}

fn value(
    name: String,
    arguments: &mut impl Iterator<Item = String>,
) -> Result<String, ArgumentError> {
    arguments.next().ok_or(ArgumentError::NoValue(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command, ArgumentError> {
        Command::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn commands_are_read() {
        assert!(matches!(parse(""), Ok(Command::Dev { lambda: None })));
        assert!(matches!(parse("dev"), Ok(Command::Dev { lambda: None })));
        assert!(matches!(parse("--lambda http://x"), Ok(Command::Dev { lambda: Some(_) })));
        assert!(matches!(parse("--help"), Ok(Command::Help)));
        let whole = "provision --clinic A --owner-email a@b.example --owner-first-name B --owner-last-name C --invitation-days 3 --embed-origin https://a.example --embed-origin https://b.example";
        let Ok(Command::Provision(request)) = parse(whole) else {
            panic!("{whole}");
        };
        assert_eq!((request.clinic_name.as_str(), request.invitation_days), ("A", Some(3)));
        let origins = ["https://a.example", "https://b.example"];
        assert_eq!(request.embed_origins, Some(origins.map(str::to_owned).into()));
    }

    #[test]
    fn mistakes_are_named() {
        for (line, says) in [
            ("--lamda x", "--lamda is not known"),
            ("--lambda", "--lambda needs a value"),
            ("provision --clinic A", "--owner-email is missing"),
            ("provision --invitation-days many", "cannot be many"),
        ] {
            let error = parse(line).unwrap_err().to_string();
            assert!(error.contains(says), "{line}: {error}");
        }
    }
}
