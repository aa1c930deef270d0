//! A sample of every email, so that a change to a template shows in a snapshot.

use domain::alert::AlertEvent;
use domain::clinic::TimeZone;
use domain::person::email::Email;
use domain::time::Timestamp;

use crate::{
    Abilities, AlertEmail, DashboardAccessEmail, InvitationEmail, Link, Message,
    NpiNotVerifiedEmail, NpiProblem, PasswordResetEmail, RenewalEmail, ReportingGrantedEmail,
    Sender,
};

fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

fn invitation() -> InvitationEmail {
    InvitationEmail {
        clinic_name: "Lakeside Imaging".into(),
        inviter: Some("Grace Okafor".into()),
        first_name: "Ada".into(),
        abilities: Abilities {
            administer: false,
            manage_studies: true,
            create_reports: true,
            dashboard: true,
        },
        link: Link::new(format!(
            "https://app.autoscribe.example/invitation#token={}",
            "sample-".repeat(16)
        )),
        expires: Timestamp::parse("2026-12-01T09:30:00Z").unwrap(),
        time_zone: chicago(),
    }
}

fn chicago() -> TimeZone {
    TimeZone::parse("America/Chicago").unwrap()
}

fn renewal() -> RenewalEmail {
    RenewalEmail {
        clinic_name: "Lakeside Imaging".into(),
        person_name: "Ada Lovelace".into(),
        dashboard_url: "https://app.autoscribe.example/".into(),
    }
}

fn password_reset() -> PasswordResetEmail {
    PasswordResetEmail {
        link: Link::new("https://app.autoscribe.example/reset#token=sample"),
        expires: Timestamp::parse("2026-12-01T10:00:00Z").unwrap(),
    }
}

fn dashboard_access(set_password: bool) -> DashboardAccessEmail {
    let reset = password_reset();
    DashboardAccessEmail {
        clinic_name: "Lakeside Imaging".into(),
        first_name: "Ada".into(),
        set_password: set_password.then_some((reset.link, reset.expires)),
        time_zone: chicago(),
        dashboard_url: "https://app.autoscribe.example/".into(),
    }
}

fn npi_not_verified(problem: NpiProblem) -> NpiNotVerifiedEmail {
    NpiNotVerifiedEmail {
        clinic_name: "Lakeside Imaging".into(),
        person_name: "Ada Lovelace".into(),
        problem,
        dashboard_url: "https://app.autoscribe.example/".into(),
    }
}

fn reporting_granted(registry_name: Option<&str>) -> ReportingGrantedEmail {
    ReportingGrantedEmail {
        clinic_name: "Lakeside Imaging".into(),
        person_name: "Ada Lovelace".into(),
        person_email: email("Ada@Clinic.Example"),
        registry_name: registry_name.map(ToOwned::to_owned),
        granter_name: "Grace Okafor".into(),
        dashboard_url: "https://app.autoscribe.example/".into(),
    }
}

fn alert(event: AlertEvent, object: &str, to_object: bool) -> AlertEmail {
    AlertEmail {
        clinic_name: "Lakeside Imaging".into(),
        event,
        actor_name: "Grace Okafor".into(),
        object_name: object.into(),
        to_object,
        at: Timestamp::parse("2026-12-01T09:30:00Z").unwrap(),
        time_zone: chicago(),
        dashboard_url: "https://app.autoscribe.example/".into(),
    }
}

fn disabled_webhook() -> AlertEmail {
    let disabled = alert(AlertEvent::WebhookDisabled, "Main PACS", false);
    AlertEmail { actor_name: "AutoScribe".into(), ..disabled }
}

/// Names that would break a template that doesn't escape them.
fn hostile() -> InvitationEmail {
    InvitationEmail {
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
    let pacs_only = Abilities {
        administer: false,
        manage_studies: false,
        create_reports: true,
        dashboard: false,
    };
    let admin = Abilities {
        administer: true,
        manage_studies: true,
        create_reports: false,
        dashboard: true,
    };
    let from_pacs = InvitationEmail { inviter: None, abilities: pacs_only, ..invitation() };
    let to_admin = InvitationEmail { abilities: admin, ..invitation() };
    vec![
        ("invitation", invitation().render(&ada, Some(&clinic)).unwrap()),
        ("invitation_admin", to_admin.render(&ada, None).unwrap()),
        ("invitation_from_pacs", from_pacs.render(&ada, None).unwrap()),
        ("invitation_escaped", hostile().render(&ada, Some(&clinic)).unwrap()),
        ("renewal_requested", renewal().render(&ada).unwrap()),
        ("dashboard_access", dashboard_access(true).render(&ada).unwrap()),
        ("dashboard_access_with_password", dashboard_access(false).render(&ada).unwrap()),
        ("password_reset", password_reset().render(&ada).unwrap()),
        (
            "alert_manager",
            alert(AlertEvent::ManagerAdded, "Ada Lovelace", false).render(&ada).unwrap(),
        ),
        ("alert_key", alert(AlertEvent::ApiKeyCreated, "Main PACS", false).render(&ada).unwrap()),
        (
            "alert_rotated",
            alert(AlertEvent::ApiKeyRotated, "Main PACS", false).render(&ada).unwrap(),
        ),
        ("alert_webhook", disabled_webhook().render(&ada).unwrap()),
        (
            "alert_owner",
            alert(AlertEvent::OwnershipTransferred, "Ada Lovelace", false).render(&ada).unwrap(),
        ),
        (
            "alert_own_password",
            alert(AlertEvent::PasswordChanged, "Ada Lovelace", true).render(&ada).unwrap(),
        ),
        (
            "alert_password",
            alert(AlertEvent::PasswordReset, "Ada Lovelace", false).render(&ada).unwrap(),
        ),
        ("reporting_granted", reporting_granted(Some("ADA KING")).render(&clinic).unwrap()),
        ("reporting_granted_unknown", reporting_granted(None).render(&clinic).unwrap()),
        ("npi_deactivated", npi_not_verified(NpiProblem::Deactivated).render(&ada).unwrap()),
        ("npi_not_found", npi_not_verified(NpiProblem::NotFound).render(&ada).unwrap()),
        ("npi_other_surname", npi_not_verified(NpiProblem::OtherSurname).render(&ada).unwrap()),
    ]
}

fn full_text(message: &Message) -> String {
    let reply_to = message.reply_to.as_ref().map_or("(none)", Email::as_typed);
    let from = Sender::parse("no-reply@autoscribe.example").unwrap();
    let from = from.header(message.clinic.as_deref());
    format!(
        "From: {from}\nTo: {}\nReply-To: {reply_to}\nSubject: {}\n\n=== text ===\n{}\n\n=== html ===\n{}\n",
        message.to.as_typed(),
        message.subject,
        message.text,
        message.html
    )
}

#[test]
fn every_email_matches_its_snapshot() {
    for (name, message) in samples() {
        insta::assert_snapshot!(name, full_text(&message));
    }
}

#[test]
fn html_escapes_names_and_plain_text_does_not() {
    let message = hostile().render(&email("o'neil&co@clinic.example"), None).unwrap();
    for raw in ["<b>", "\"Dr.\"", "D'Arcy", "Renée & ", "o'neil&co", "&b=\"2\""] {
        assert!(!message.html.contains(raw), "{raw}");
    }
    assert!(message.text.starts_with("Hello Renée & 'Jo' \"J\",\n"), "{}", message.text);
    assert!(message.text.contains("https://app.autoscribe.example/i?a=1&b=\"2\"#token=x\n"));
}

#[test]
fn a_name_with_a_line_break_adds_no_line() {
    let message = hostile().render(&email("ada@clinic.example"), None).unwrap();
    assert!(!message.subject.contains(['\r', '\n']), "{}", message.subject);
    assert!(!message.text.contains("\nX: y"), "{}", message.text);
}

#[test]
fn no_email_loads_external_content() {
    for (name, message) in samples() {
        let html = message.html.to_lowercase();
        for external in
            ["src=", "<img", "<script", "<link", "<iframe", "@import", "url(", "background="]
        {
            assert!(!html.contains(external), "{name} has {external}");
        }
    }
}

#[test]
fn the_html_shows_the_link_as_a_button_and_as_text() {
    let link = invitation().link;
    let message = invitation().render(&email("ada@clinic.example"), None).unwrap();
    // The button's target, the second link's target, and the second link's text.
    assert_eq!(message.html.matches(link.reveal()).count(), 3);
    assert_eq!(message.text.matches(link.reveal()).count(), 1);
}

#[test]
fn screen_readers_skip_layout_tables() {
    for (name, message) in samples() {
        let tables = message.html.matches("<table").count();
        assert_eq!(message.html.matches("<table role=\"presentation\"").count(), tables, "{name}");
        assert!(message.html.contains("<html lang=\"en\""), "{name}");
        assert_eq!(message.html.matches("<h1").count(), 1, "{name}");
    }
}
