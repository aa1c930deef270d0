//! The email that tells a clinic's other managers that a person was given permission to create reports.

use askama::Template;
use domain::person::email::Email;

use crate::message::{Message, RenderError, one_line};

/// Tells an owner or admin who may now create reports, who gave the permission, and whose NPI it is.
#[derive(Clone, Debug)]
pub struct ReportingGrantedEmail {
    /// The clinic's name.
    pub clinic_name: String,
    /// First and last name of the person.
    pub person_name: String,
    /// The person's address.
    pub person_email: Email,
    /// What the NPI registry calls the holder of the number. `None` if it has not answered.
    pub registry_name: Option<String>,
    /// First and last name of the owner or admin who gave the permission.
    pub granter_name: String,
    /// Where the recipient removes the permission.
    pub dashboard_url: String,
}

/// The values of both templates. Each is a single line.
struct Facts<'a> {
    heading: String,
    button: &'static str,
    link: &'a str,
    clinic: String,
    person: String,
    address: &'a str,
    granter: String,
    registry: String,
    to: &'a str,
}

#[derive(Template)]
#[template(path = "reporting.html")]
struct Html<'a> {
    mail: &'a Facts<'a>,
}

#[derive(Template)]
#[template(path = "reporting.txt")]
struct Text<'a> {
    mail: &'a Facts<'a>,
}

impl ReportingGrantedEmail {
    /// Renders the email. It leaves out the NPI itself.
    pub fn render(&self, to: &Email) -> Result<Message, RenderError> {
        let person = one_line(&self.person_name);
        let registry = match &self.registry_name {
            Some(name) => format!(
                "lists this NPI under the name {}. Check that this is the same person",
                one_line(name)
            ),
            None => "hasn't said yet who this NPI belongs to".to_owned(),
        };
        let mail = Facts {
            heading: format!("{person} has permission to create reports"),
            button: "Open the dashboard",
            link: &self.dashboard_url,
            clinic: one_line(&self.clinic_name),
            person,
            address: self.person_email.as_typed(),
            granter: one_line(&self.granter_name),
            registry,
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
