//! The email with a link to set a new password.

use askama::Template;
use domain::clinic::TimeZone;
use domain::person::email::Email;
use domain::time::Timestamp;

use crate::link::Link;
use crate::message::{Message, RenderError};

/// The email with a link to set a new password.
#[derive(Clone, Debug)]
pub struct PasswordResetEmail {
    /// Opens the page where the person sets the password.
    pub link: Link,
    /// When the link expires.
    pub expires: Timestamp,
}

/// The values of both templates.
struct Facts<'a> {
    heading: &'static str,
    button: &'static str,
    link: &'a str,
    expires: String,
    to: &'a str,
}

#[derive(Template)]
#[template(path = "password_reset.html")]
struct Html<'a> {
    mail: &'a Facts<'a>,
}

#[derive(Template)]
#[template(path = "password_reset.txt")]
struct Text<'a> {
    mail: &'a Facts<'a>,
}

impl PasswordResetEmail {
    /// Renders the email. It has no Reply-To, no clinic's name and no clinic's time zone, because an account isn't tied
    /// to one clinic.
    pub fn render(&self, to: &Email) -> Result<Message, RenderError> {
        let mail = Facts {
            heading: "Reset your password",
            button: "Set a new password",
            link: self.link.reveal(),
            expires: self.expires.in_words(&TimeZone::default()),
            to: to.as_typed(),
        };
        let html = Html { mail: &mail }.render()?;
        let text = Text { mail: &mail }.render()?;
        Ok(Message {
            clinic: None,
            to: to.clone(),
            reply_to: None,
            subject: "Reset your AutoScribe password".to_owned(),
            html,
            text,
        })
    }
}
