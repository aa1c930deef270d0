//! Every mail with a sample, so that a change to a template shows in a snapshot.

use domain::person::email::Email;
use domain::time::Timestamp;

use crate::{
    Can, Finding, Invitation, Link, Message, NpiNotVerified, PasswordReset, RenewalRequested,
};

fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

fn invitation() -> Invitation {
    Invitation {
        clinic_name: "Lakeside Imaging".into(),
        inviter: Some("Grace Okafor".into()),
        first_name: "Ada".into(),
        can: Can { administer: false, manage_studies: true, create_reports: true, dashboard: true },
        link: Link::new(format!(
            "https://app.autoscribe.example/invitation#token={}",
            "sample-".repeat(16)
        )),
        expires: Timestamp::parse("2026-12-01T09:30:00Z").unwrap(),
    }
}

fn renewal() -> RenewalRequested {
    RenewalRequested {
        clinic_name: "Lakeside Imaging".into(),
        person_name: "Ada Lovelace".into(),
        dashboard_url: "https://app.autoscribe.example/".into(),
    }
}

fn password_reset() -> PasswordReset {
    PasswordReset {
        link: Link::new("https://app.autoscribe.example/reset#token=sample"),
        expires: Timestamp::parse("2026-12-01T10:00:00Z").unwrap(),
    }
}

fn not_verified(finding: Finding) -> NpiNotVerified {
    NpiNotVerified {
        clinic_name: "Lakeside Imaging".into(),
        person_name: "Ada Lovelace".into(),
        finding,
        dashboard_url: "https://app.autoscribe.example/".into(),
    }
}

/// A name and clinic that would break a template that forgot to escape.
fn hostile() -> Invitation {
    Invitation {
        clinic_name: "\"Dr.\" O'Neil & Söhne <b>\r\nX: y".into(),
        inviter: Some("Zoë \"Z\" D'Arcy & Co".into()),
        first_name: "Renée & 'Jo' \"J\"".into(),
        link: Link::new("https://app.autoscribe.example/i?a=1&b=\"2\"#token=x"),
        ..invitation()
    }
}

/// Every sample, by the name of its snapshot.
fn samples() -> Vec<(&'static str, Message)> {
    let ada = email("Ada@Clinic.Example");
    let clinic = email("office@lakeside.example");
    let pacs_only =
        Can { administer: false, manage_studies: false, create_reports: true, dashboard: false };
    let admin =
        Can { administer: true, manage_studies: true, create_reports: false, dashboard: true };
    let from_pacs = Invitation { inviter: None, can: pacs_only, ..invitation() };
    let to_admin = Invitation { can: admin, ..invitation() };
    vec![
        ("invitation", invitation().render(&ada, Some(&clinic)).unwrap()),
        ("invitation_admin", to_admin.render(&ada, None).unwrap()),
        ("invitation_from_pacs", from_pacs.render(&ada, None).unwrap()),
        ("invitation_escaped", hostile().render(&ada, Some(&clinic)).unwrap()),
        ("renewal_requested", renewal().render(&ada).unwrap()),
        ("password_reset", password_reset().render(&ada).unwrap()),
        ("npi_deactivated", not_verified(Finding::Deactivated).render(&ada).unwrap()),
        ("npi_not_found", not_verified(Finding::NotFound).render(&ada).unwrap()),
        ("npi_other_surname", not_verified(Finding::OtherSurname).render(&ada).unwrap()),
    ]
}

fn whole(message: &Message) -> String {
    let reply_to = message.reply_to.as_ref().map_or("(none)", Email::as_typed);
    format!(
        "To: {}\nReply-To: {reply_to}\nSubject: {}\n\n=== text ===\n{}\n\n=== html ===\n{}\n",
        message.to.as_typed(),
        message.subject,
        message.text,
        message.html
    )
}

#[test]
fn every_mail_reads_as_its_snapshot() {
    for (name, message) in samples() {
        insta::assert_snapshot!(name, whole(&message));
    }
}

#[test]
fn html_escapes_what_people_typed_and_text_does_not() {
    let message = hostile().render(&email("o'neil&co@clinic.example"), None).unwrap();
    for raw in ["<b>", "\"Dr.\"", "D'Arcy", "Renée & ", "o'neil&co", "&b=\"2\""] {
        assert!(!message.html.contains(raw), "{raw}");
    }
    assert!(message.text.starts_with("Hello Renée & 'Jo' \"J\",\n"), "{}", message.text);
    assert!(message.text.contains("https://app.autoscribe.example/i?a=1&b=\"2\"#token=x\n"));
}

#[test]
fn no_name_breaks_a_line_of_subject_or_text() {
    let message = hostile().render(&email("ada@clinic.example"), None).unwrap();
    assert!(!message.subject.contains(['\r', '\n']), "{}", message.subject);
    assert!(!message.text.contains("\nX: y"), "{}", message.text);
}

#[test]
fn no_mail_loads_anything_from_outside() {
    for (name, message) in samples() {
        let html = message.html.to_lowercase();
        for outside in
            ["src=", "<img", "<script", "<link", "<iframe", "@import", "url(", "background="]
        {
            assert!(!html.contains(outside), "{name} has {outside}");
        }
    }
}

#[test]
fn every_mail_shows_its_link_as_button_and_as_text() {
    let link = invitation().link;
    let message = invitation().render(&email("ada@clinic.example"), None).unwrap();
    // Button, the same address once more, and that address as text.
    assert_eq!(message.html.matches(link.reveal()).count(), 3);
    assert_eq!(message.text.matches(link.reveal()).count(), 1);
}

#[test]
fn a_screen_reader_hears_no_layout() {
    for (name, message) in samples() {
        let tables = message.html.matches("<table").count();
        assert_eq!(message.html.matches("<table role=\"presentation\"").count(), tables, "{name}");
        assert!(message.html.contains("<html lang=\"en\""), "{name}");
        assert_eq!(message.html.matches("<h1").count(), 1, "{name}");
    }
}
