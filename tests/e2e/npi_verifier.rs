//! Repeated lookups in the registry: after a failed lookup, and every month.

use std::time::Duration;

use domain::claim::Holder;
use domain::time::Clock as _;
use npi_verifier::{RunLimits, RunSummary};
use serde_json::{Value, json};

use crate::support::{App, member, radiologist, text_of, with};

const NPI: &str = "1234567893";
const DEACTIVATED: &str = "2000000077";
const UNKNOWN: &str = "2000000085";
const OTHER_SURNAME: &str = "2000000051";
const SOON: Duration = Duration::from_mins(5);
const MONTH: Duration = Duration::from_hours(30 * 24);

/// The result of a run.
fn run(changed: u32, unchanged: u32, unanswered: u32) -> RunSummary {
    RunSummary { changed, unchanged, unanswered, skipped: 0 }
}

async fn read_user(app: &App, id: &Value) -> Value {
    let path = format!("/v1/autoScribe/users/{}", id.as_str().unwrap());
    app.as_pacs().get(&path).await.expect(200)
}

/// Invites a person while the registry is down, so that their NPI is `pending`.
async fn invite_while_down(app: &App, person: &Value) -> String {
    app.set_registry_down(true);
    let invited = app.as_pacs().invite(person).await;
    assert_eq!(invited.expect(201)["npiVerification"], "pending");
    app.set_registry_down(false);
    invited.str("invitationId")
}

/// Confirms a radiologist with a verified NPI, and moves the clock to its next due date.
async fn confirm_and_make_due(app: &App) -> Value {
    let ada = app.invite_and_confirm(&radiologist("ada@clinic.example"), None).await;
    assert_eq!(ada["assignable"], true);
    app.clock.advance(MONTH);
    ada
}

#[tokio::test]
async fn a_pending_npi_is_verified_when_the_registry_is_back() {
    let app = App::start().await;
    let id = invite_while_down(&app, &radiologist("ada@clinic.example")).await;
    assert_eq!(app.run_verifier().await, RunSummary::default(), "not due yet");
    app.clock.advance(SOON);
    assert_eq!(app.run_verifier().await, run(1, 0, 0));
    assert_eq!(app.read_invitation(&id).await["npiVerification"], "verified");
    let audited = app.list_audit_records("npi.verification_changed").await;
    let text = |name: &str| audited[0][name].as_s().unwrap();
    assert_eq!((audited.len(), text("ac"), text("ob")), (1, &"system".into(), &id));
    let state = |name: &str| audited[0][name].as_m().unwrap()["nv"].as_s().unwrap().clone();
    assert_eq!((state("be"), state("af")), ("pending".into(), "verified".into()));
    assert_eq!(app.run_verifier().await, RunSummary::default(), "not due for a month");
    app.clock.advance(MONTH);
    assert_eq!(
        app.run_verifier().await,
        RunSummary { skipped: 1, ..RunSummary::default() },
        "the invitation has expired"
    );
    assert_eq!(app.count_due_npis().await, 0);
}

#[tokio::test]
async fn a_pending_user_can_report_after_the_registry_answers() {
    let app = App::start().await;
    app.set_registry_down(true);
    let ada = app.invite_and_confirm(&radiologist("ada@clinic.example"), None).await;
    assert_eq!(ada["assignable"], false);
    app.set_registry_down(false);
    app.clock.advance(SOON);
    assert_eq!(app.run_verifier().await, run(1, 0, 0));
    let after = read_user(&app, &ada["userId"]).await;
    assert_eq!(
        (&after["npiVerification"], &after["assignable"]),
        (&json!("verified"), &json!(true))
    );
}

#[tokio::test]
async fn an_outage_of_the_registry_doubles_the_delays_and_changes_no_verification() {
    let app = App::start().await;
    let ada = confirm_and_make_due(&app).await;
    app.set_registry_down(true);
    for minutes in [5, 10, 20, 40, 80, 160, 320, 360, 360] {
        assert_eq!(app.run_verifier().await, run(0, 0, 1));
        let ahead = app.load_npi_claim(NPI).await.due.unwrap().at;
        let delay = ahead.since(app.clock.now());
        assert_eq!(delay.as_secs().div_ceil(60), minutes);
        assert_eq!(
            app.run_verifier().await,
            RunSummary::default(),
            "not due before the delay ends"
        );
        app.clock.advance(Duration::from_mins(minutes));
    }
    assert_eq!(
        read_user(&app, &ada["userId"]).await["assignable"],
        true,
        "an outage must not end reporting"
    );
    app.set_registry_down(false);
    assert_eq!(app.run_verifier().await, run(0, 1, 0));
    let due = app.load_npi_claim(NPI).await.due.unwrap();
    assert_eq!(
        (due.failures, due.at.since(app.clock.now()) > MONTH.saturating_sub(SOON)),
        (0, true)
    );
    assert!(app.list_audit_records("npi.verification_changed").await.is_empty());
}

#[tokio::test]
async fn a_run_ends_early_when_the_registry_does_not_answer() {
    let app = App::start().await;
    for (n, npi) in App::unknown_npis(5).iter().enumerate() {
        let person = radiologist(&format!("p{n}@clinic.example"));
        invite_while_down(&app, &with(person, json!({ "npiNumber": npi }))).await;
    }
    app.clock.advance(SOON);
    app.set_registry_down(true);
    assert_eq!(app.run_verifier().await, run(0, 0, 3));
    assert_eq!(app.run_verifier().await, run(0, 0, 2), "the rest was still due");
}

#[tokio::test]
async fn a_deactivated_npi_ends_reporting_and_emails_owners_and_admins_once() {
    let app = App::start().await;
    app.confirm_owner().await;
    let admin =
        with(member("boss@clinic.example"), json!({"level": "admin", "hasDashboardAccess": true}));
    app.invite_and_confirm(&admin, Some("lantern-gravel-otter")).await;
    let ada = confirm_and_make_due(&app).await;
    app.registry.answer_as(NPI, DEACTIVATED);
    assert_eq!(app.run_verifier().await, run(1, 0, 0));
    let after = read_user(&app, &ada["userId"]).await;
    assert_eq!(
        (&after["npiVerification"], &after["assignable"], &after["canCreateReports"]),
        (&json!("deactivated"), &json!(false), &json!(true))
    );
    app.clock.advance(MONTH);
    assert_eq!(app.run_verifier().await, run(0, 1, 0));
    app.wait_until_delivered().await;
    let about_npi = |address: &str| {
        let mut emails = app.sent_emails(address);
        emails.retain(|email| text_of(email).contains("Ada Hale cannot create reports"));
        emails
    };
    for address in ["owner@riverside.example", "boss@clinic.example"] {
        let emails = about_npi(address);
        assert_eq!(emails.len(), 1, "{address}");
        assert!(text_of(&emails[0]).contains("CMS deactivated"), "{address}");
        assert!(!emails[0].to_string().contains(NPI), "the email must not contain the NPI");
    }
    assert_eq!(about_npi("ada@clinic.example"), Vec::<Value>::new());
    app.registry.answer_as(NPI, NPI);
    app.clock.advance(MONTH);
    assert_eq!(app.run_verifier().await, run(1, 0, 0), "CMS reactivated it");
}

#[tokio::test]
async fn an_unknown_or_mismatched_npi_ends_reporting() {
    for (other, state, asked_again) in
        [(UNKNOWN, "not_found", 1), (OTHER_SURNAME, "name_mismatch", 0)]
    {
        let app = App::start().await;
        app.confirm_owner().await;
        let ada = confirm_and_make_due(&app).await;
        app.registry.answer_as(NPI, other);
        assert_eq!(app.run_verifier().await, run(1, 0, 0));
        let after = read_user(&app, &ada["userId"]).await;
        assert_eq!(
            (&after["npiVerification"], &after["assignable"]),
            (&json!(state), &json!(false))
        );
        assert_eq!(app.wait_for_emails("owner@riverside.example", 2).await.len(), 2);
        assert_eq!(app.count_due_npis().await, asked_again, "{state}");
    }
}

#[tokio::test]
async fn an_outdated_email_about_an_npi_is_not_sent() {
    let app = App::start_without_mailer().await;
    app.confirm_owner().await;
    confirm_and_make_due(&app).await;
    app.registry.answer_as(NPI, DEACTIVATED);
    app.run_verifier().await;
    app.registry.answer_as(NPI, NPI);
    app.clock.advance(MONTH);
    assert_eq!(app.run_verifier().await, run(1, 0, 0));
    app.call_mailer(&app.stream_event()).await;
    // The invitation is not emailed either, because it was accepted first.
    assert!(app.sent_emails("owner@riverside.example").is_empty());
}

#[tokio::test]
async fn a_deactivated_users_npi_is_checked_without_an_email() {
    let app = App::start().await;
    app.confirm_owner().await;
    let ada = confirm_and_make_due(&app).await;
    app.as_pacs()
        .post("/v1/autoScribe/users/revoke-access", &json!({"userId": ada["userId"]}))
        .await
        .expect(200);
    app.registry.answer_as(NPI, DEACTIVATED);
    assert_eq!(app.run_verifier().await, run(1, 0, 0));
    app.wait_until_delivered().await;
    assert_eq!(app.sent_emails("owner@riverside.example").len(), 1, "only the invitation");
    assert_eq!(read_user(&app, &ada["userId"]).await["npiVerification"], "deactivated");
}

#[tokio::test]
async fn a_run_is_bounded_and_the_next_run_continues() {
    let app = App::start().await;
    for (n, npi) in App::unknown_npis(5).iter().enumerate() {
        let person = radiologist(&format!("p{n}@clinic.example"));
        invite_while_down(&app, &with(person, json!({ "npiNumber": npi }))).await;
    }
    app.clock.advance(SOON);
    let before = app.registry.request_count();
    let few = RunLimits { numbers: 2, ..RunLimits::default() };
    for expected in [run(2, 0, 0), run(2, 0, 0), run(1, 0, 0), RunSummary::default()] {
        assert_eq!(app.run_verifier_within(few).await, expected);
    }
    assert_eq!(app.registry.request_count() - before, 5, "each NPI is looked up once");
    let no_time = RunLimits { time: Duration::ZERO, ..RunLimits::default() };
    app.clock.advance(MONTH);
    assert_eq!(app.run_verifier_within(no_time).await, RunSummary::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_runs_look_each_npi_up_once() {
    let app = App::start().await;
    app.confirm_owner().await;
    confirm_and_make_due(&app).await;
    let before = app.registry.request_count();
    app.registry.answer_as(NPI, DEACTIVATED);
    let (a, b, c, d) = tokio::join!(
        app.run_verifier(),
        app.run_verifier(),
        app.run_verifier(),
        app.run_verifier()
    );
    let changed: u32 = [a, b, c, d].iter().map(|run| run.changed).sum();
    assert_eq!((changed, app.registry.request_count() - before), (1, 1));
    assert_eq!(app.list_audit_records("npi.verification_changed").await.len(), 1);
    app.wait_until_delivered().await;
    assert_eq!(app.sent_emails("owner@riverside.example").len(), 2, "emailed once");
}

#[tokio::test]
async fn an_npi_reserved_by_a_failed_run_is_looked_up_later() {
    let app = App::start_with_faults_without_mailer().await;
    let id = invite_while_down(&app, &radiologist("ada@clinic.example")).await;
    app.clock.advance(SOON);
    app.fail_database("TransactWriteItems", emulator::DatabaseFault::Internal);
    let failed = app.try_run_verifier().await.unwrap_err();
    assert!(failed.to_string().contains("unavailable"), "{failed}");
    app.heal_database();
    assert_eq!(
        app.run_verifier().await,
        RunSummary::default(),
        "not due, because the failed run moved the due date"
    );
    app.clock.advance(SOON);
    assert_eq!(app.run_verifier().await, run(1, 0, 0));
    assert_eq!(app.read_invitation(&id).await["npiVerification"], "verified");
}

#[tokio::test]
async fn a_corrupt_item_fails_the_run_and_no_other_lookup() {
    let app = App::start().await;
    let bad = invite_while_down(&app, &radiologist("ada@clinic.example")).await;
    let npi = &App::unknown_npis(1)[0];
    let eve = with(radiologist("eve@clinic.example"), json!({ "npiNumber": npi }));
    let good = invite_while_down(&app, &eve).await;
    app.corrupt_invitation(&bad).await;
    app.clock.advance(SOON);
    let failed = app.try_run_verifier().await.unwrap_err().to_string();
    assert!(failed.starts_with("1 NPI checks were skipped"), "{failed}");
    assert_eq!(app.read_invitation(&good).await["npiVerification"], "not_found");
}

#[tokio::test]
async fn a_revoked_invitation_is_removed_from_the_index() {
    let app = App::start().await;
    let id = invite_while_down(&app, &radiologist("ada@clinic.example")).await;
    assert_eq!(app.count_due_npis().await, 1);
    app.as_pacs()
        .post("/v1/autoScribe/users/invitations/revoke", &json!({ "invitationId": id }))
        .await
        .expect(200);
    assert_eq!(app.count_due_npis().await, 0);
    assert_eq!(app.load_npi_claim(NPI).await.holder, Holder::Free);
    app.clock.advance(SOON);
    let before = app.registry.request_count();
    assert_eq!(app.run_verifier().await, RunSummary::default());
    assert_eq!(app.registry.request_count(), before);
}

#[tokio::test]
async fn an_expired_invitation_is_not_looked_up_until_it_is_resent() {
    let app = App::start().await;
    let id = invite_while_down(&app, &radiologist("ada@clinic.example")).await;
    app.clock.advance(MONTH);
    let before = app.registry.request_count();
    let skipped = RunSummary { skipped: 1, ..RunSummary::default() };
    assert_eq!(app.run_verifier().await, skipped);
    assert_eq!((app.registry.request_count(), app.count_due_npis().await), (before, 0));
    let path = format!("/v1/autoScribe/users/invitations/{id}/resend");
    app.as_pacs().post(&path, &json!({})).await.expect(200);
    app.clock.advance(SOON);
    assert_eq!(app.run_verifier().await, run(1, 0, 0));
    assert_eq!(app.read_invitation(&id).await["npiVerification"], "verified");
}

#[tokio::test]
async fn an_edit_moves_or_clears_the_due_date_of_its_npi() {
    let app = App::start().await;
    let ada = app.invite_and_confirm(&radiologist("ada@clinic.example"), None).await;
    let path = format!("/v1/autoScribe/users/{}", ada["userId"].as_str().unwrap());
    app.set_registry_down(true);
    let renamed = app.as_pacs().patch(&path, &json!({"lastName": "Brandt"})).await;
    assert_eq!(renamed.expect(200)["npiVerification"], "pending");
    let due = app.load_npi_claim(NPI).await.due.unwrap();
    assert!(due.at.since(app.clock.now()) <= SOON, "due soon, not next month");
    app.set_registry_down(false);
    let moved = json!({"npiNumber": "2000000036"});
    let moved = app.as_pacs().patch(&path, &moved).await;
    assert_eq!(moved.expect(200)["npiVerification"], "verified");
    assert_eq!(app.load_npi_claim(NPI).await.due, None);
    assert_eq!(app.count_due_npis().await, 1);
    let cleared = json!({"npiNumber": null, "canCreateReports": false});
    app.as_pacs().patch(&path, &cleared).await.expect(200);
    assert_eq!(app.count_due_npis().await, 0);
}
