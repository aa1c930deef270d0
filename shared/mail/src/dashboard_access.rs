//! The email to a person who can now sign in to the dashboard.

use askama::Template;
use domain::clinic::TimeZone;
use domain::person::email::Email;
use domain::time::Timestamp;

use crate::link::Link;
use crate::message::{Message, RenderError, one_line};

/// Tells a person that a clinic gave them dashboard access.
#[derive(Clone, Debug)]
pub struct DashboardAccessEmail {
    /// The clinic's name.
    pub clinic_name: String,
    /// The person's first name.
    pub first_name: String,
    /// Where the person sets a first password, and until when. `None` if the account has a password.
    pub set_password: Option<(Link, Timestamp)>,
    /// The clinic's time zone.
    pub time_zone: TimeZone,
    /// The dashboard.
    pub dashboard_url: String,
}

/// The values of both templates. Each is a single line.
struct Facts<'a> {
    heading: String,
    button: &'static str,
    link: &'a str,
    clinic: String,
    first_name: String,
    expires: Option<String>,
    to: &'a str,
}

#[derive(Template)]
#[template(path = "dashboard_access.html")]
struct Html<'a> {
    mail: &'a Facts<'a>,
}

#[derive(Template)]
#[template(path = "dashboard_access.txt")]
struct Text<'a> {
    mail: &'a Facts<'a>,
}

impl DashboardAccessEmail {
    /// Renders the email.
    pub fn render(&self, to: &Email) -> Result<Message, RenderError> {
        let clinic = one_line(&self.clinic_name);
        let (button, link) = match &self.set_password {
            Some((link, _)) => ("Set your password", link.reveal()),
            None => ("Open the dashboard", self.dashboard_url.as_str()),
        };
        let mail = Facts {
            heading: format!("You can sign in to AutoScribe for {clinic}"),
            button,
            link,
            clinic,
            first_name: one_line(&self.first_name),
            expires: self
                .set_password
                .as_ref()
                .map(|(_, expires)| expires.in_words(&self.time_zone)),
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
