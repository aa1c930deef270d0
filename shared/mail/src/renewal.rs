//! The email that asks for a new invitation after the first one expired.

use askama::Template;
use domain::person::email::Email;

use crate::message::{Message, RenderError, one_line};

/// Tells an owner or admin that a person asked for a new invitation.
#[derive(Clone, Debug)]
pub struct RenewalEmail {
    /// The clinic's name.
    pub clinic_name: String,
    /// First and last name of the person who asked.
    pub person_name: String,
    /// Where the recipient signs in.
    pub dashboard_url: String,
}

/// The values of both templates. Each is a single line.
struct Facts<'a> {
    heading: String,
    button: &'static str,
    link: &'a str,
    clinic: String,
    person: String,
    to: &'a str,
}

#[derive(Template)]
#[template(path = "renewal.html")]
struct Html<'a> {
    mail: &'a Facts<'a>,
}

#[derive(Template)]
#[template(path = "renewal.txt")]
struct Text<'a> {
    mail: &'a Facts<'a>,
}

impl RenewalEmail {
    /// Renders the email. It has no Reply-To because nothing proves that the person owns the invited
    /// address.
    pub fn render(&self, to: &Email) -> Result<Message, RenderError> {
        let person = one_line(&self.person_name);
        let mail = Facts {
            heading: format!("{person} asked for a new invitation"),
            button: "Open the dashboard",
            link: &self.dashboard_url,
            clinic: one_line(&self.clinic_name),
            person,
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
