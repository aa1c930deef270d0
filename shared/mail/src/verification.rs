//! The news that a person's NPI is not verified, to those who run the clinic.

use askama::Template;
use domain::person::email::Email;

use crate::message::{Message, RenderError, one_line};

/// What the registry says of the number now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// CMS deactivated it.
    Deactivated,
    /// It is no person's.
    NotFound,
    /// It is a person's of another surname.
    OtherSurname,
}

impl Finding {
    /// Continues "The NPPES registry".
    fn words(self) -> &'static str {
        match self {
            Self::Deactivated => "says that CMS deactivated the number",
            Self::NotFound => "does not list the number as a person's",
            Self::OtherSurname => "lists the number under another surname",
        }
    }

    /// What mends it.
    fn remedy(self) -> &'static str {
        match self {
            Self::Deactivated => {
                "If they have another NPI, enter that one. If CMS activates this one again, AutoScribe notices within a month."
            }
            Self::NotFound => "Check the number with them, and correct it if it was mistyped.",
            Self::OtherSurname => {
                "Check name and number with them, and correct what is wrong. If both are right and you know the person, attest that the number is theirs."
            }
        }
    }
}

/// Tells an owner or admin that a person cannot create reports, since the NPI is not verified.
#[derive(Clone, Debug)]
pub struct NpiNotVerified {
    /// The clinic's name.
    pub clinic_name: String,
    /// First and last name of the person.
    pub person_name: String,
    /// What the registry says.
    pub finding: Finding,
    /// Where the person's permissions and NPI are changed.
    pub dashboard_url: String,
}

/// What both templates say, each text on one line.
struct Facts<'a> {
    heading: String,
    button: &'static str,
    link: &'a str,
    clinic: String,
    person: String,
    finding: &'static str,
    remedy: &'static str,
    to: &'a str,
}

#[derive(Template)]
#[template(path = "verification.html")]
struct Html<'a> {
    mail: &'a Facts<'a>,
}

#[derive(Template)]
#[template(path = "verification.txt")]
struct Text<'a> {
    mail: &'a Facts<'a>,
}

impl NpiNotVerified {
    /// The mail to an owner or admin. The number itself stays out of it.
    pub fn render(&self, to: &Email) -> Result<Message, RenderError> {
        let person = one_line(&self.person_name);
        let mail = Facts {
            heading: format!("{person} cannot create reports"),
            button: "Open the dashboard",
            link: &self.dashboard_url,
            clinic: one_line(&self.clinic_name),
            person,
            finding: self.finding.words(),
            remedy: self.finding.remedy(),
            to: to.as_typed(),
        };
        let html = Html { mail: &mail }.render()?;
        let text = Text { mail: &mail }.render()?;
        Ok(Message { to: to.clone(), reply_to: None, subject: mail.heading, html, text })
    }
}
