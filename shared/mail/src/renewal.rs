//! The request for a new invitation, after the first has expired.

use askama::Template;
use domain::person::email::Email;

use crate::message::{Message, RenderError, one_line};

/// Tells the inviter that a person opened an expired invitation and asks for a new one.
#[derive(Clone, Debug)]
pub struct RenewalRequested {
    /// The clinic's name.
    pub clinic_name: String,
    /// First and last name of the person who asks.
    pub person_name: String,
    /// Where the inviter signs in.
    pub dashboard_url: String,
}

/// What both templates say, each text on one line.
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

impl RenewalRequested {
    /// The mail to the inviter. It has no Reply-To: the person asking is not known to own the
    /// address that an answer would go to.
    pub fn render(&self, to: &Email) -> Result<Message, RenderError> {
        let person = one_line(&self.person_name);
        let mail = Facts {
            heading: format!("{person} asks for a new invitation"),
            button: "Open the dashboard",
            link: &self.dashboard_url,
            clinic: one_line(&self.clinic_name),
            person,
            to: to.as_typed(),
        };
        let html = Html { mail: &mail }.render()?;
        let text = Text { mail: &mail }.render()?;
        Ok(Message { to: to.clone(), reply_to: None, subject: mail.heading, html, text })
    }
}
