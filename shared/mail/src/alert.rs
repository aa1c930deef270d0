//! The security alert: the email about a new owner or admin, API key or password, or a disabled webhook.

use askama::Template;
use domain::alert::AlertEvent;
use domain::clinic::TimeZone;
use domain::person::email::Email;
use domain::time::Timestamp;

use crate::message::{Message, RenderError, one_line};

/// Tells owners and the person concerned about a change, so that they notice one that they didn't make.
#[derive(Clone, Debug)]
pub struct AlertEmail {
    /// The clinic's name.
    pub clinic_name: String,
    /// What happened.
    pub event: AlertEvent,
    /// Who did it: a person's name, or a phrase such as `The operator of AutoScribe`.
    pub actor_name: String,
    /// What it happened to: a person's name, or the description of an API key or a webhook.
    pub object_name: String,
    /// Whether the recipient is the person it happened to.
    pub to_object: bool,
    /// When it happened.
    pub at: Timestamp,
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
    summary: String,
    remedy: String,
    at: String,
    to: &'a str,
}

#[derive(Template)]
#[template(path = "alert.html")]
struct Html<'a> {
    mail: &'a Facts<'a>,
}

#[derive(Template)]
#[template(path = "alert.txt")]
struct Text<'a> {
    mail: &'a Facts<'a>,
}

impl AlertEmail {
    /// Renders the email.
    pub fn render(&self, to: &Email) -> Result<Message, RenderError> {
        let [heading, summary, remedy] = self.words();
        let mail = Facts {
            heading: one_line(&heading),
            button: "Open the dashboard",
            link: &self.dashboard_url,
            summary: one_line(&summary),
            remedy: one_line(&remedy),
            at: self.at.in_words(&self.time_zone),
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

    /// The heading, what happened, and what to do about it.
    fn words(&self) -> [String; 3] {
        let (clinic, actor, object) = (&self.clinic_name, &self.actor_name, &self.object_name);
        let revoke = format!(
            "If you didn't expect this, open the dashboard and revoke the API key \u{201c}{object}\u{201d}. Then check who else has access."
        );
        match (self.event, self.to_object) {
            (AlertEvent::ManagerAdded, true) => [
                format!("{object} now manages {clinic}"),
                format!(
                    "{actor} made you an owner or admin of {clinic}. Owners and admins invite people, change permissions and create API keys."
                ),
                format!("If you didn't expect this, ask an owner of {clinic}."),
            ],
            (AlertEvent::ManagerAdded, false) => [
                format!("{object} now manages {clinic}"),
                format!(
                    "{actor} made {object} an owner or admin of {clinic}. Owners and admins invite people, change permissions and create API keys."
                ),
                format!(
                    "If you didn't expect this, open the dashboard, choose Users, and deactivate {object}."
                ),
            ],
            (AlertEvent::ApiKeyCreated, _) => [
                format!("New API key for {clinic}"),
                format!(
                    "{actor} created the API key \u{201c}{object}\u{201d}. A program with this key can act for {clinic}."
                ),
                revoke,
            ],
            (AlertEvent::ApiKeyRotated, _) => [
                format!("New secret for an API key of {clinic}"),
                format!("{actor} created a new secret for the API key \u{201c}{object}\u{201d}."),
                revoke,
            ],
            (AlertEvent::WebhookDisabled, _) => [
                format!("A webhook of {clinic} gets no more events"),
                format!(
                    "{actor} stopped sending events to the webhook \u{201c}{object}\u{201d}, because its receiver failed for days or asked for no more."
                ),
                "Repair the receiver. Then open the dashboard, enable the webhook again, and send it the events that it missed. Events are kept for 30 days.".to_owned(),
            ],
            (AlertEvent::OwnershipTransferred, true) => [
                format!("{object} is now an owner of {clinic}"),
                format!("{actor} transferred ownership of {clinic} to you, and is now an admin."),
                format!(
                    "If you didn't expect this, talk to {actor} and the other owners and admins of {clinic} now."
                ),
            ],
            (AlertEvent::OwnershipTransferred, false) => [
                format!("{object} is now an owner of {clinic}"),
                format!(
                    "{actor} transferred ownership of {clinic} to {object}, and is now an admin."
                ),
                format!(
                    "If you didn't expect this, talk to {object} and the other owners and admins of {clinic} now."
                ),
            ],
            (AlertEvent::PasswordChanged | AlertEvent::PasswordReset, true) => [
                "Your AutoScribe password was changed".to_owned(),
                format!(
                    "{} All other browsers and devices were signed out.",
                    self.password_summary("your")
                ),
                "If you didn't do this, choose \u{201c}Forgot password\u{201d} on the sign-in page now. Then tell an owner or admin of your clinic.".to_owned(),
            ],
            (AlertEvent::PasswordChanged | AlertEvent::PasswordReset, false) => [
                format!("The AutoScribe password of {object} was changed"),
                format!(
                    "{} {object} manages {clinic}.",
                    self.password_summary(&format!("{object}'s"))
                ),
                format!(
                    "If {object} didn't do this, open the dashboard, choose Users, and deactivate {object}."
                ),
            ],
        }
    }

    fn password_summary(&self, possessive: &str) -> String {
        if self.event == AlertEvent::PasswordReset {
            format!("An emailed link was used to set a new password for {possessive} account.")
        } else {
            format!(
                "A new password was set for {possessive} account from a browser that was signed in."
            )
        }
    }
}
