//! The email that tells a clinic's owners and admins that a person's NPI is no longer verified.

use askama::Template;
use domain::person::email::Email;

use crate::message::{Message, RenderError, one_line};

/// Why the registry doesn't confirm an NPI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NpiProblem {
    /// CMS deactivated the NPI.
    Deactivated,
    /// The NPI doesn't belong to a person.
    NotFound,
    /// The NPI belongs to a person with another last name.
    OtherSurname,
}

impl NpiProblem {
    /// Continues the sentence "The NPPES registry".
    fn finding(self) -> &'static str {
        match self {
            Self::Deactivated => "says that CMS deactivated this number",
            Self::NotFound => "doesn't list this number for a person",
            Self::OtherSurname => "lists this number under a different last name",
        }
    }

    /// How to fix it.
    fn remedy(self) -> &'static str {
        match self {
            Self::Deactivated => {
                "If they have another NPI, enter that one. If CMS reactivates this one, AutoScribe will notice within a month."
            }
            Self::NotFound => "Check the number with them, and correct it if it's wrong.",
            Self::OtherSurname => {
                "Check the name and the number with them, and correct any mistake. If both are right and you know this person, attest that the number is theirs."
            }
        }
    }
}

/// Tells an owner or admin that a person cannot create reports because the NPI is not verified.
#[derive(Clone, Debug)]
pub struct NpiNotVerifiedEmail {
    /// The clinic's name.
    pub clinic_name: String,
    /// First and last name of the person.
    pub person_name: String,
    /// Why the NPI is not verified.
    pub problem: NpiProblem,
    /// Where the recipient changes the person's permissions and NPI.
    pub dashboard_url: String,
}

/// The values of both templates. Each is a single line.
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

impl NpiNotVerifiedEmail {
    /// Renders the email. It leaves out the NPI itself.
    pub fn render(&self, to: &Email) -> Result<Message, RenderError> {
        let person = one_line(&self.person_name);
        let mail = Facts {
            heading: format!("{person} cannot create reports"),
            button: "Open the dashboard",
            link: &self.dashboard_url,
            clinic: one_line(&self.clinic_name),
            person,
            finding: self.problem.finding(),
            remedy: self.problem.remedy(),
            to: to.as_typed(),
        };
        let html = Html { mail: &mail }.render()?;
        let text = Text { mail: &mail }.render()?;
        Ok(Message {
            clinic: Some(self.clinic_name.clone()),
            to: to.clone(),
            reply_to: None,
            subject: mail.heading,
            html,
            text,
        })
    }
}
