//! The email that invites a person to a clinic.

use std::sync::LazyLock;

use askama::Template;
use domain::clinic::TimeZone;
use domain::person::email::Email;
use domain::time::Timestamp;
use serde::Deserialize;

use crate::link::Link;
use crate::message::{Message, RenderError, one_line};

/// What the invited person will be able to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one permission of the HTTP contract")]
pub struct Abilities {
    /// Do everything except create reports. True for an admin or owner.
    pub administer: bool,
    /// Assign tasks, create studies, edit their metadata.
    pub manage_studies: bool,
    /// Dictate and create reports.
    pub create_reports: bool,
    /// Sign in to the dashboard.
    pub dashboard: bool,
}

/// The phrases of `abilities.json`, which the pages show too.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Phrases {
    administer: &'static str,
    manage_studies: &'static str,
    create_reports: &'static str,
    dashboard: &'static str,
    nothing: &'static str,
    workplace: &'static str,
}

#[expect(clippy::expect_used, reason = "the file is part of the program, and tests read it")]
static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../abilities.json"))
        .expect("abilities.json has a phrase per ability")
});

impl Abilities {
    /// One phrase per ability. Each continues the sentence "you can".
    fn phrases(self) -> Vec<&'static str> {
        let dashboard = self.administer || self.dashboard;
        let all = [
            (self.administer, PHRASES.administer),
            (self.administer || self.manage_studies, PHRASES.manage_studies),
            (self.create_reports, PHRASES.create_reports),
            (dashboard, PHRASES.dashboard),
        ];
        let held: Vec<_> =
            all.into_iter().filter_map(|(held, phrase)| held.then_some(phrase)).collect();
        if held.is_empty() { vec![PHRASES.nothing] } else { held }
    }

    /// Where the person works if they have no dashboard access.
    fn workplace(self) -> Option<&'static str> {
        let dashboard = self.administer || self.dashboard;
        (!dashboard).then_some(PHRASES.workplace)
    }
}

/// The email that invites a person to a clinic.
#[derive(Clone, Debug)]
pub struct InvitationEmail {
    /// The clinic's name.
    pub clinic_name: String,
    /// First and last name of the inviter. `None` if a PACS or script sent the invitation.
    pub inviter: Option<String>,
    /// The invited person's first name, for the greeting.
    pub first_name: String,
    /// What they will be able to do.
    pub abilities: Abilities,
    /// Where they confirm or decline.
    pub link: Link,
    /// When the invitation expires.
    pub expires: Timestamp,
    /// The clinic's time zone.
    pub time_zone: TimeZone,
}

/// The values of both templates. Each is a single line.
struct Facts<'a> {
    heading: String,
    button: &'static str,
    link: &'a str,
    clinic: String,
    first_name: String,
    lead: String,
    abilities: Vec<&'static str>,
    workplace: Option<&'static str>,
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

impl InvitationEmail {
    /// Renders the email. Replies go to `reply_to`, the clinic's address, if it is set.
    pub fn render(&self, to: &Email, reply_to: Option<&Email>) -> Result<Message, RenderError> {
        let clinic = one_line(&self.clinic_name);
        let mail = Facts {
            heading: format!("Join {clinic} on AutoScribe"),
            button: "Open the invitation",
            link: self.link.reveal(),
            first_name: one_line(&self.first_name),
            lead: self.lead(&clinic),
            abilities: self.abilities.phrases(),
            workplace: self.abilities.workplace(),
            expires: self.expires.in_words(&self.time_zone),
            to: to.as_typed(),
            replies: reply_to.is_some(),
            clinic,
        };
        let html = Html { mail: &mail }.render()?;
        let text = Text { mail: &mail }.render()?;
        Ok(Message {
            clinic: Some(self.clinic_name.clone()),
            to: to.clone(),
            reply_to: reply_to.cloned(),
            subject: self.subject(&mail.clinic),
            html,
            text,
        })
    }

    fn subject(&self, clinic: &str) -> String {
        match &self.inviter {
            Some(inviter) => {
                format!("{} invites you to join {clinic} on AutoScribe", one_line(inviter))
            }
            None => format!("{clinic} invites you to AutoScribe"),
        }
    }

    fn lead(&self, clinic: &str) -> String {
        let subject = self.subject(clinic);
        format!("{subject}, where the clinic reads and reports its radiology studies.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Abilities = Abilities {
        administer: false,
        manage_studies: false,
        create_reports: false,
        dashboard: false,
    };

    #[test]
    fn an_admin_can_do_everything_except_create_reports() {
        let phrases = Abilities { administer: true, ..NOTHING }.phrases().join(" / ");
        assert!(phrases.contains("manage the clinic"), "{phrases}");
        assert!(phrases.contains("manage studies"), "{phrases}");
        assert!(phrases.contains("dashboard"), "{phrases}");
        assert!(!phrases.contains("reports"), "{phrases}");
    }

    #[test]
    fn a_person_without_dashboard_access_works_in_the_pacs() {
        let reader = Abilities { create_reports: true, ..NOTHING };
        assert_eq!(reader.phrases(), ["dictate and create radiology reports"]);
        assert!(reader.workplace().unwrap().contains("PACS"));
        assert_eq!(Abilities { dashboard: true, ..reader }.workplace(), None);
        assert_eq!(Abilities { administer: true, ..reader }.workplace(), None);
    }

    #[test]
    fn a_person_without_permissions_can_view_studies() {
        assert_eq!(NOTHING.phrases(), ["view the studies that your PACS opens for you"]);
    }
}
