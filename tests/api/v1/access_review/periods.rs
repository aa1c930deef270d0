//! What a person could do when, and who granted it.

use serde_json::{Value, json};

use super::{
    BOSS, USERS, boss, each, find_person, hours, pass_hours, person, review, start, today,
};
use crate::support::{App, PASSWORD, admin, dashboard_member, member, radiologist, with};

const NPI: &str = "1234567893";
const DEACTIVATED: &str = "2000000077";
const OTHER_SURNAME: &str = "2000000051";

fn path(user: &Value) -> String {
    format!("{USERS}/{}", user["userId"].as_str().unwrap())
}

async fn boss_id(app: &App) -> Value {
    let page = app.as_pacs().get(&format!("{USERS}?email={BOSS}")).await.expect(200);
    page["users"][0]["userId"].clone()
}

#[tokio::test]
async fn permissions_that_change_twice_in_a_day_are_three_periods_with_their_granters() {
    let app = start().await;
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    app.clock.advance_to_full_day();
    pass_hours(&app, 8);
    let off = json!({ "canManageStudies": false });
    boss(&app).await.patch(&path(&user), &off).await.expect(200);
    pass_hours(&app, 2);
    let scribe = json!({ "clinicRole": "Scribe" });
    app.as_pacs().patch(&path(&user), &scribe).await.expect(200);
    // A name grants nothing, and neither does a repeat.
    app.as_pacs().patch(&path(&user), &json!({ "lastName": "Okafor" })).await.expect(200);
    app.as_pacs().patch(&path(&user), &scribe).await.expect(200);
    pass_hours(&app, 3);
    let found = review(&app, "").await;
    let grace = person(&found, &user["userId"]);
    assert_eq!(hours(grace), [("00", "08"), ("08", "10"), ("10", "13")]);
    assert_eq!(each(grace, "canManageStudies"), [true, false, false]);
    let front = "Front Desk Operator";
    assert_eq!(each(grace, "clinicRole"), [front, front, "Scribe"]);
    let (pacs, by) = (json!(format!("key:{}", app.api_key_id)), boss_id(&app).await);
    assert_eq!(each(grace, "grantedBy"), [&pacs, &by, &pacs]);
    assert_eq!(each(grace, "grantedByName")[1], "Grace Lind");
    let granted: Vec<_> = each(grace, "grantedAt");
    assert_eq!(granted[1..], each(grace, "from")[1..]);
    assert!(granted[0].as_str().unwrap() < found["from"].as_str().unwrap(), "the day before");
    assert_eq!((&grace["lastName"], &grace["status"]), (&json!("Okafor"), &json!("active")));
    assert_eq!(each(grace, "until")[2], &found["until"]);
}

#[tokio::test]
async fn a_promotion_and_a_demotion_show_the_level_in_between() {
    let app = start().await;
    let user =
        app.invite_and_confirm(&dashboard_member("grace@clinic.example"), Some(PASSWORD)).await;
    for (hour, level) in [(3, "admin"), (5, "member")] {
        pass_hours(&app, hour);
        boss(&app).await.patch(&path(&user), &json!({ "level": level })).await.expect(200);
    }
    pass_hours(&app, 1);
    let found = review(&app, "").await;
    let grace = person(&found, &user["userId"]);
    assert_eq!(hours(grace), [("00", "03"), ("03", "08"), ("08", "09")]);
    assert_eq!(each(grace, "level"), ["member", "admin", "member"]);
}

#[tokio::test]
async fn a_person_counts_only_while_active() {
    let app = start().await;
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let body = json!({ "userId": user["userId"] });
    for change in ["revoke-access", "reactivate", "revoke-access", "release"] {
        pass_hours(&app, 2);
        let done = boss(&app).await.post(&format!("{USERS}/{change}"), &body).await;
        done.expect(200);
    }
    let found = review(&app, "").await;
    let grace = person(&found, &user["userId"]);
    assert_eq!(hours(grace), [("00", "02"), ("04", "06")]);
    let (pacs, by) = (json!(format!("key:{}", app.api_key_id)), boss_id(&app).await);
    assert_eq!(each(grace, "grantedBy"), [&pacs, &by], "who reactivates answers for it");
    assert_eq!(grace["status"], "released");
    let day = today(&app);
    app.clock.advance_to_full_day();
    assert_eq!(find_person(&review(&app, "").await, &user["userId"]), None);
    let before = review(&app, &format!("?at={day}")).await;
    assert_eq!(hours(person(&before, &user["userId"])), [("00", "02"), ("04", "06")]);
}

#[tokio::test]
async fn the_registry_changes_a_verification_but_not_the_granter() {
    let app = start().await;
    let ada = app.invite_and_confirm(&radiologist("ada@clinic.example"), None).await;
    app.clock.advance(std::time::Duration::from_hours(30 * 24 + 5));
    app.registry.answer_as(NPI, DEACTIVATED);
    assert_eq!(app.run_verifier().await.changed, 1);
    pass_hours(&app, 1);
    let found = review(&app, "").await;
    let ada = person(&found, &ada["userId"]);
    assert_eq!(each(ada, "npiVerification"), ["verified", "deactivated"]);
    assert_eq!(each(ada, "canCreateReports"), [true, true]);
    let pacs = json!(format!("key:{}", app.api_key_id));
    assert_eq!(each(ada, "grantedBy"), [&pacs, &pacs]);
    assert_eq!(each(ada, "grantedAt")[0], each(ada, "grantedAt")[1]);
}

#[tokio::test]
async fn an_attestation_is_a_grant() {
    let app = start().await;
    let other = json!({ "npiNumber": OTHER_SURNAME });
    let person_sent = with(radiologist("eve@clinic.example"), other);
    let eve = app.invite_and_confirm(&person_sent, None).await;
    assert_eq!(eve["npiVerification"], "name_mismatch");
    pass_hours(&app, 4);
    let attest = format!("{}/attest-npi", path(&eve));
    boss(&app).await.post(&attest, &json!({})).await.expect(200);
    pass_hours(&app, 1);
    let found = review(&app, "").await;
    let eve = person(&found, &eve["userId"]);
    assert_eq!(each(eve, "npiVerification"), ["name_mismatch", "verified"]);
    let by = boss_id(&app).await;
    assert_eq!((each(eve, "grantedBy")[1], each(eve, "npiAttestedBy")[1]), (&by, &by));
    assert_eq!(each(eve, "npiAttestedBy")[0], &Value::Null);
}

#[tokio::test]
async fn a_transfer_of_ownership_shows_on_both_sides() {
    let app = App::start().await;
    app.clock.advance_to_full_day();
    let owner = app.confirm_and_sign_in_owner().await;
    let ada = app.invite_and_confirm(&admin("ada@clinic.example"), Some(PASSWORD)).await;
    let body = json!({ "userId": ada["userId"] });
    owner.client.post("/v1/clinic/transfer-ownership", &body).await.expect(200);
    app.invite_and_confirm(&admin(BOSS), Some(PASSWORD)).await;
    let found = review(&app, "").await;
    let former = json!(owner.user_id);
    for (user, levels) in [(&ada["userId"], ["admin", "owner"]), (&former, ["owner", "admin"])] {
        let one = person(&found, user);
        assert_eq!(each(one, "level"), levels);
        assert_eq!(each(one, "grantedBy")[1], &former);
    }
    let first = person(&found, &former);
    assert_eq!(each(first, "grantedBy")[0], "operator", "who provisioned the clinic");
    assert_eq!(each(first, "grantedByName")[0], &Value::Null);
}

#[tokio::test]
async fn an_accepted_invitation_is_granted_by_who_last_set_its_permissions() {
    let app = start().await;
    let invited = app.as_pacs().invite(&member("grace@clinic.example")).await;
    let id = invited.str("invitationId");
    let edit = json!({ "canManageStudies": false });
    boss(&app).await.patch(&format!("{USERS}/invitations/{id}"), &edit).await.expect(200);
    pass_hours(&app, 6);
    let user = app.as_invitee().accept(&json!({ "token": app.token(&id, 1) })).await.expect(200);
    pass_hours(&app, 1);
    let found = review(&app, "").await;
    let grace = person(&found, &user["userId"]);
    assert_eq!(hours(grace), [("06", "07")], "before, they could do nothing");
    assert_eq!(each(grace, "grantedBy"), [&boss_id(&app).await]);
}
