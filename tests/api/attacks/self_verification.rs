//! A manager tries to verify an NPI that is not theirs, and so to report in its holder's name.
//!
//! `2000000051` belongs to a stranger, Winterbottom. The manager's name is Lind.

use domain::credentials::api_key::{KeyMaker, Scope};
use domain::ids::UserId;
use serde_json::{Value, json};

use crate::support::{App, BrowserSession, PASSWORD, TestClient, admin, radiologist, with};

const STRANGERS: &str = "2000000051";
const STRANGER: &str = "Winterbottom";

/// A manager who attacks, and the path of their own user.
async fn start() -> (App, BrowserSession, String) {
    let app = App::start().await;
    let mallory = app.confirm_and_sign_in(&admin("mallory@clinic.example")).await;
    let path = format!("/v1/autoScribe/users/{}", mallory.user_id);
    (app, mallory, path)
}

async fn patch(client: &TestClient, path: &str, changes: Value) -> Value {
    client.patch(path, &changes).await.expect(200)
}

/// Requires that the user is still unable to report, and that the registry's name is shown.
fn expect_mismatch(user: &Value) {
    assert_eq!(user["npiVerification"], "name_mismatch", "{user}");
    assert_eq!(user["assignable"], false);
    assert_eq!(user["npiRegistryName"]["lastName"], "WINTERBOTTOM");
}

fn take_npi() -> Value {
    json!({ "npiNumber": STRANGERS, "canCreateReports": true })
}

#[tokio::test]
async fn an_admin_takes_a_strangers_npi_and_then_her_surname() {
    let (_app, mallory, path) = start().await;
    expect_mismatch(&patch(&mallory.client, &path, take_npi()).await);
    for surname in [STRANGER, "WINTERBOTTOM", "Lind", STRANGER] {
        expect_mismatch(&patch(&mallory.client, &path, json!({ "lastName": surname })).await);
    }
    let attest = mallory.client.post(&format!("{path}/attest-npi"), &json!({})).await;
    attest.expect_problem(409, "cannot_attest_self");
}

#[tokio::test]
async fn an_admin_takes_a_strangers_npi_and_surname_through_an_api_key_they_made() {
    let (app, mallory, path) = start().await;
    let maker = KeyMaker::User(UserId::parse(&mallory.user_id).unwrap());
    let scopes = [Scope::UsersRead, Scope::UsersWrite, Scope::AdminsWrite];
    let own_key = app.create_pacs_of(maker, &scopes).await;
    expect_mismatch(&patch(&own_key, &path, take_npi()).await);
    for surname in [STRANGER, "Lind", STRANGER] {
        expect_mismatch(&patch(&own_key, &path, json!({ "lastName": surname })).await);
        expect_mismatch(&patch(&mallory.client, &path, json!({ "lastName": surname })).await);
    }
    // A key that someone else made vouches for the surname that it sets.
    let other_key = app.create_pacs(&scopes).await;
    patch(&other_key, &path, json!({ "lastName": "Lind" })).await;
    let vouched = patch(&other_key, &path, json!({ "lastName": STRANGER })).await;
    assert_eq!(vouched["npiVerification"], "verified");
}

#[tokio::test]
async fn an_admin_takes_the_surname_first_and_then_the_npi() {
    let (app, mallory, path) = start().await;
    patch(&mallory.client, &path, json!({ "lastName": STRANGER })).await;
    expect_mismatch(&patch(&mallory.client, &path, take_npi()).await);
    // Putting the NPI back makes no difference.
    patch(&mallory.client, &path, json!({ "npiNumber": null, "canCreateReports": false })).await;
    expect_mismatch(&patch(&mallory.client, &path, take_npi()).await);
    // Nor does the background check.
    app.clock.advance(std::time::Duration::from_hours(31 * 24));
    app.run_verifier().await;
    expect_mismatch(&app.as_pacs().get(&path).await.expect(200));
}

#[tokio::test]
async fn an_admin_changes_npi_and_surname_in_one_request() {
    let (_app, mallory, path) = start().await;
    let both = with(take_npi(), json!({ "lastName": STRANGER }));
    expect_mismatch(&patch(&mallory.client, &path, both).await);
}

#[tokio::test]
async fn an_admin_changes_their_surname_while_the_registry_is_silent() {
    let (app, mallory, path) = start().await;
    app.set_registry_down(true);
    let pending = patch(&mallory.client, &path, take_npi()).await;
    assert_eq!(pending["npiVerification"], "pending");
    let renamed = patch(&mallory.client, &path, json!({ "lastName": STRANGER })).await;
    assert_eq!(renamed["npiVerification"], "name_mismatch");
    patch(&mallory.client, &path, json!({ "npiNumber": null, "canCreateReports": false })).await;
    let pending = patch(&mallory.client, &path, take_npi()).await;
    assert_eq!(pending["npiVerification"], "pending");
    app.set_registry_down(false);
    app.clock.advance(std::time::Duration::from_mins(5));
    assert_eq!(app.run_verifier().await.changed, 1);
    expect_mismatch(&app.as_pacs().get(&path).await.expect(200));
}

#[tokio::test]
async fn an_attested_person_takes_another_surname() {
    let (app, mallory, path) = start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    expect_mismatch(&patch(&mallory.client, &path, take_npi()).await);
    let attest = format!("{path}/attest-npi");
    let attested = boss.client.post(&attest, &json!({})).await.expect(200);
    assert_eq!(attested["npiVerification"], "verified");
    // A spelling that matches the attested name changes nothing.
    let respelled = patch(&mallory.client, &path, json!({ "lastName": "LÍND" })).await;
    assert_eq!(respelled["npiVerification"], "verified");
    expect_mismatch(&patch(&mallory.client, &path, json!({ "lastName": STRANGER })).await);
    expect_mismatch(&patch(&mallory.client, &path, json!({ "lastName": "Lind" })).await);
    boss.client.post(&attest, &json!({})).await.expect(200);
}

#[tokio::test]
async fn spellings_that_match_lead_step_by_step_to_another_surname() {
    let app = App::start().await;
    let person = with(
        radiologist("conor@clinic.example"),
        json!({ "lastName": "Müller", "npiNumber": "2000000051", "level": "admin", "hasDashboardAccess": true }),
    );
    let conor = app.confirm_and_sign_in(&person).await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let path = format!("/v1/autoScribe/users/{}", conor.user_id);
    patch(&boss.client, &path, json!({ "lastName": "Mueller" })).await;
    boss.client.post(&format!("{path}/attest-npi"), &json!({})).await.expect(200);
    let umlaut = patch(&conor.client, &path, json!({ "lastName": "Müller" })).await;
    assert_eq!(umlaut["npiVerification"], "verified", "it matches the attested Mueller");
    expect_mismatch(&patch(&conor.client, &path, json!({ "lastName": "Muller" })).await);
}

#[tokio::test]
async fn a_verified_person_adds_a_strangers_npi_instead_of_their_own() {
    let app = App::start().await;
    let person = with(
        radiologist("hale@clinic.example"),
        json!({ "level": "admin", "hasDashboardAccess": true }),
    );
    let hale = app.confirm_and_sign_in(&person).await;
    let path = format!("/v1/autoScribe/users/{}", hale.user_id);
    let before = hale.client.get(&path).await.expect(200);
    assert_eq!(before["npiVerification"], "verified");
    expect_mismatch(&patch(&hale.client, &path, json!({ "npiNumber": STRANGERS })).await);
    expect_mismatch(&patch(&hale.client, &path, json!({ "lastName": STRANGER })).await);
    // Their own name and number are verified as before.
    let back = json!({ "lastName": "Hale", "npiNumber": "1234567893" });
    let own = patch(&hale.client, &path, back).await;
    assert_eq!(own["npiVerification"], "verified");
}

#[tokio::test]
async fn only_another_manager_verifies_a_new_surname() {
    let (app, mallory, path) = start().await;
    expect_mismatch(&patch(&mallory.client, &path, take_npi()).await);
    patch(&mallory.client, &path, json!({ "lastName": STRANGER })).await;
    // The PACS sends what it read. That is no new surname, so it vouches for nothing.
    expect_mismatch(&patch(&app.as_pacs(), &path, json!({ "lastName": STRANGER })).await);
    app.invite_and_confirm(&admin("boss@clinic.example"), Some(PASSWORD)).await;
    let boss = app.open_session("boss@clinic.example").await;
    patch(&boss.client, &path, json!({ "lastName": "Lind" })).await;
    let vouched = patch(&boss.client, &path, json!({ "lastName": STRANGER })).await;
    assert_eq!(vouched["npiVerification"], "verified");
}
