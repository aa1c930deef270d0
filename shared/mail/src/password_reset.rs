//! The link to a new password.

use askama::Template;
use domain::person::email::Email;
use domain::time::Timestamp;

use crate::link::Link;
use crate::message::{Message, RenderError};

/// Lets a person set a new password.
#[derive(Clone, Debug)]
pub struct PasswordReset {
    /// Opens the page where the password is set.
    pub link: Link,
    /// When the link runs out.
    pub expires: Timestamp,
}

/// What both templates say.
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

impl PasswordReset {
    /// The mail to the account's owner. It has no Reply-To: an account belongs to no one clinic.
    pub fn render(&self, to: &Email) -> Result<Message, RenderError> {
        let mail = Facts {
            heading: "Set a new password",
            button: "Set a new password",
            link: self.link.reveal(),
            expires: self.expires.in_words(),
            to: to.as_typed(),
        };
        let html = Html { mail: &mail }.render()?;
        let text = Text { mail: &mail }.render()?;
        Ok(Message {
            to: to.clone(),
            reply_to: None,
            subject: "Set a new AutoScribe password".to_owned(),
            html,
            text,
        })
    }
}
