//! The invitation: who invites to what, and the link that opens it.

use askama::Template;
use domain::person::email::Email;
use domain::time::Timestamp;

use crate::link::Link;
use crate::message::{Message, RenderError, one_line};

/// What the person will be able to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one permission of the HTTP contract")]
pub struct Can {
    /// An admin or the owner: may do everything but create reports.
    pub administer: bool,
    /// Assign tasks, create studies, edit their metadata.
    pub manage_studies: bool,
    /// Dictate and create reports.
    pub create_reports: bool,
    /// Sign in to the dashboard.
    pub dashboard: bool,
}

impl Can {
    /// One entry for each ability, each continuing "you can".
    fn abilities(self) -> Vec<&'static str> {
        let dashboard = self.administer || self.dashboard;
        let all = [
            (
                self.administer,
                "manage the clinic: invite people, change their permissions, manage its API keys",
            ),
            (
                self.administer || self.manage_studies,
                "manage studies: assign tasks, create studies, edit their metadata",
            ),
            (self.create_reports, "dictate and create radiology reports"),
            (dashboard, "sign in to the AutoScribe dashboard"),
        ];
        let held: Vec<_> =
            all.into_iter().filter_map(|(held, words)| held.then_some(words)).collect();
        if held.is_empty() { vec!["view the studies that your PACS opens for you"] } else { held }
    }

    /// Where the person works, when it is not the dashboard.
    fn place(self) -> Option<&'static str> {
        let dashboard = self.administer || self.dashboard;
        (!dashboard).then_some(
            "You will work inside your PACS; there is no separate sign-in to a dashboard.",
        )
    }
}

/// Invites a person to a clinic.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The clinic's name.
    pub clinic_name: String,
    /// First and last name of the inviter; `None` when a PACS or script invited.
    pub inviter: Option<String>,
    /// The invitee's first name, for the greeting.
    pub first_name: String,
    /// What the invitee will be able to do.
    pub can: Can,
    /// Where the invitee confirms or declines.
    pub link: Link,
    /// Until when the link confirms.
    pub expires: Timestamp,
}

/// What both templates say, each text on one line.
struct Facts<'a> {
    heading: String,
    button: &'static str,
    link: &'a str,
    clinic: String,
    first_name: String,
    lead: String,
    abilities: Vec<&'static str>,
    place: Option<&'static str>,
    expires: String,
    to: &'a str,
    replies: bool,
}

#[derive(Template)]
#[template(path = "invitation.html")]
struct Html<'a> {
    mail: &'a Facts<'a>,
}

#[derive(Template)]
#[template(path = "invitation.txt")]
struct Text<'a> {
    mail: &'a Facts<'a>,
}

impl Invitation {
    /// The mail to the invitee; answers go to `reply_to`, the clinic's address, when it is set.
    pub fn render(&self, to: &Email, reply_to: Option<&Email>) -> Result<Message, RenderError> {
        let clinic = one_line(&self.clinic_name);
        let mail = Facts {
            heading: format!("Join {clinic} on AutoScribe"),
            button: "Open the invitation",
            link: self.link.reveal(),
            first_name: one_line(&self.first_name),
            lead: self.lead(&clinic),
            abilities: self.can.abilities(),
            place: self.can.place(),
            expires: self.expires.in_words(),
            to: to.as_typed(),
            replies: reply_to.is_some(),
            clinic,
        };
        let html = Html { mail: &mail }.render()?;
        let text = Text { mail: &mail }.render()?;
        Ok(Message {
            to: to.clone(),
            reply_to: reply_to.cloned(),
            subject: format!("{} invites you to AutoScribe", mail.clinic),
            html,
            text,
        })
    }

    fn lead(&self, clinic: &str) -> String {
        let who = match &self.inviter {
            Some(inviter) => format!("{} of {clinic}", one_line(inviter)),
            None => clinic.to_owned(),
        };
        format!(
            "{who} invites you to AutoScribe, where the clinic reads and reports its radiology studies."
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Can =
        Can { administer: false, manage_studies: false, create_reports: false, dashboard: false };

    #[test]
    fn an_admin_may_do_everything_but_create_reports() {
        let words = Can { administer: true, ..NOTHING }.abilities().join("; ");
        assert!(words.contains("manage the clinic"), "{words}");
        assert!(words.contains("manage studies"), "{words}");
        assert!(words.contains("dashboard"), "{words}");
        assert!(!words.contains("reports"), "{words}");
    }

    #[test]
    fn without_the_dashboard_the_place_is_the_pacs() {
        let reader = Can { create_reports: true, ..NOTHING };
        assert_eq!(reader.abilities(), ["dictate and create radiology reports"]);
        assert!(reader.place().unwrap().contains("PACS"));
        assert_eq!(Can { dashboard: true, ..reader }.place(), None);
        assert_eq!(Can { administer: true, ..reader }.place(), None);
    }

    #[test]
    fn nobody_is_invited_to_nothing() {
        assert_eq!(NOTHING.abilities(), ["view the studies that your PACS opens for you"]);
    }
}
