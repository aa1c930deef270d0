//! The binaries while their secrets are rotated in Secrets Manager.

use std::time::Duration;

use domain::credentials::key_set::KeySet;
use serde_json::json;
use tests::runtime_api::EventOutcome;

use super::{http_event, http_response, next_outcome, settings, start_function};
use crate::support::{self, App, SecretsManager};

/// The settings of functions on AWS, where each secret is in Secrets Manager.
fn settings_on_aws(app: &App, secrets: &SecretsManager) -> Vec<(&'static str, String)> {
    let mut all = settings(app);
    for set in KeySet::ALL {
        let (plain, arn) = provision::secret_settings(set);
        let text = all.iter().find(|(name, _)| *name == plain).unwrap().1.clone();
        secrets.put(set, &text);
        all.retain(|(name, _)| *name != plain);
        all.push((arn, set.as_str().to_owned()));
    }
    all.push(("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets.url.clone()));
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_without_published_keys_starts_and_picks_them_up() {
    let app = App::start().await;
    let secrets = SecretsManager::start().await;
    let settings = settings_on_aws(&app, &secrets);
    let body =
        json!({ "assignedToUserId": app.confirm_reader().await, "studyId": support::study(1) });
    let link = http_event("POST", support::REROUTE, Some(&app.key), &body.to_string());
    secrets.put(KeySet::SigningKeys, &"u".repeat(50));
    app.unpublish_keys().await;
    let mut access = start_function("temporary-access", &settings, vec![link.clone()]).await;
    let (status, problem) = http_response(next_outcome(&mut access).await);
    assert_eq!((status, &problem["code"]), (503, &json!("unavailable")));
    let publish = json!({ "publishKeys": true }).to_string();
    let mut provision = start_function("provision", &settings, vec![publish]).await;
    let EventOutcome::Response(published) = next_outcome(&mut provision).await else {
        panic!("an error")
    };
    assert_eq!(published["publishedKeys"].as_array().map(Vec::len), Some(1));
    // The same process, once it may read the published keys again.
    tokio::time::sleep(Duration::from_secs(6)).await;
    access.send(link).unwrap();
    let (status, answer) = http_response(next_outcome(&mut access).await);
    assert_eq!(status, 200, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_function_reads_a_rotated_secret_and_survives_an_outage_of_secrets_manager() {
    let app = App::start().await;
    let secrets = SecretsManager::start().await;
    let settings = settings_on_aws(&app, &secrets);
    let body =
        json!({ "assignedToUserId": app.confirm_reader().await, "studyId": support::study(1) });
    let link = http_event("POST", support::REROUTE, Some(&app.key), &body.to_string());
    secrets.put(KeySet::SigningKeys, &"u".repeat(50));
    let mut access = start_function("temporary-access", &settings, vec![link.clone()]).await;
    assert_eq!(http_response(next_outcome(&mut access).await).0, 503, "not published");
    secrets.set_down(true);
    tokio::time::sleep(Duration::from_secs(6)).await;
    access.send(link.clone()).unwrap();
    assert_eq!(http_response(next_outcome(&mut access).await).0, 503, "no other keys yet");
    secrets.set_down(false);
    secrets.put(KeySet::SigningKeys, &app.signing_keys());
    tokio::time::sleep(Duration::from_secs(6)).await;
    access.send(link).unwrap();
    let (status, answer) = http_response(next_outcome(&mut access).await);
    assert_eq!(status, 200, "{answer}");
}
