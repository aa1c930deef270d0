//! The operator's commands: keys, stuck emails, a wrong address, corrupt items.

use std::time::Duration;

use domain::credentials::key_set::KeySet;
use domain::credentials::keyring::{Keyring, TokenKey, WebhookSecrets};
use serde_json::{Value, json};

use crate::support::{App, SecretsManager, WEBHOOKS, WebhookReceiver, admin, member};

const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

/// Runs a command that must be refused. Returns why.
async fn refusal(app: &App, command: &Value) -> String {
    app.provision(command).await.unwrap_err().to_string()
}

/// The audit records of an action, as `actor object detail`, oldest first.
async fn records(app: &App, partition: &str, action: &str) -> Vec<String> {
    let mut found = app.list_audit_records(action).await;
    found.retain(|item| item["PK"].as_s().unwrap().starts_with(&format!("AUDIT#{partition}#")));
    found.sort_by_key(|item| item["SK"].as_s().unwrap().clone());
    let text = |item: &store::RawItem, name| {
        item.get(name).map_or(String::new(), |value| value.as_s().unwrap().clone())
    };
    let line = |item: &store::RawItem| ["ac", "ob", "de"].map(|name| text(item, name)).join(" ");
    found.iter().map(line).collect()
}

/// A stack's secrets, on the clock of the service.
async fn start_secrets(app: &App) -> SecretsManager {
    let secrets = SecretsManager::start_with_clock(app.clock.clone()).await;
    secrets.put(KeySet::SigningKeys, &app.signing_keys());
    secrets.put(KeySet::InvitationLinkKeys, &"i".repeat(64));
    secrets
}

#[tokio::test]
async fn signing_keys_are_rotated_in_three_steps_and_each_is_recorded() {
    let app = App::start().await;
    let secrets = start_secrets(&app).await;
    let rotate = json!({ "rotateKeys": "SigningKeys" });
    let mut published = Vec::new();
    for (step, pause) in [("added", 3600), ("in_use", 24 * 3600), ("finished", 0)] {
        let answer = app.provision_with(&secrets, &rotate).await.unwrap();
        assert_eq!((&answer["keys"], &answer["step"]), (&json!("SigningKeys"), &json!(step)));
        let (keys, text) = (&answer["publishedKeys"], secrets.text(KeySet::SigningKeys));
        published.push(keys.as_array().unwrap().clone());
        let derived = auth::jwt::SigningKeys::from_secret(&text).unwrap().public();
        assert_eq!(*keys, json!(derived.iter().map(|key| &key.kid).collect::<Vec<_>>()));
        if pause > 0 {
            app.clock.advance(Duration::from_secs(pause - 60));
            let early = app.provision_with(&secrets, &rotate).await.unwrap_err().to_string();
            // To the minute, because the clock goes on.
            let due = &answer["nextStepAfter"].as_str().unwrap()[..15];
            assert!(early.contains(&format!("Run the command again after {due}")), "{early}");
            app.clock.advance(Duration::from_secs(61));
        }
    }
    let [added, in_use, finished] = &published[..] else { panic!("{published:?}") };
    assert_eq!((&added[0], &added[1]), (&in_use[1], &in_use[0]), "the new key comes first");
    assert_eq!(*finished, [added[1].clone()], "only the new key is left");
    let expected =
        ["added", "in_use", "finished"].map(|step| format!("operator keys:SigningKeys {step}"));
    assert_eq!(records(&app, NOBODY, "keys.changed").await, expected);
}

/// The receiver of such a webhook would get nothing any more.
#[tokio::test]
async fn the_key_that_a_webhook_signs_with_does_not_end() {
    let app = App::start().await;
    let secrets = start_secrets(&app).await;
    secrets.put(KeySet::WebhookKeys, &format!("2:{} 1:{}", "n".repeat(43), "o".repeat(43)));
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client;
    let receiver = WebhookReceiver::start().await;
    let id = app.create_webhook(&boss, &receiver).await["webhookEndpointId"].clone();
    app.clock.advance(Duration::from_hours(91 * 24));
    let rotate = json!({ "rotateKeys": "WebhookKeys" });
    let refused = async || {
        let error = app.provision_with(&secrets, &rotate).await.unwrap_err().to_string();
        assert!(error.contains(&format!("Webhooks of {} sign", app.clinic_id)), "{error}");
        assert!(secrets.text(KeySet::WebhookKeys).contains(" 1:"), "the old key is there");
    };
    refused().await;
    let key = |kid| TokenKey { kid, secret: vec![kid; 43] };
    app.replace_webhook_keys(&Keyring::<WebhookSecrets>::new(key(2), vec![key(1)]));
    let boss = app.open_session("boss@clinic.example").await.client;
    let path = format!("{WEBHOOKS}/{}/rotate", id.as_str().unwrap());
    boss.post(&path, &json!({ "overlapHours": 1 })).await.expect(200);
    // The receiver may still verify with the older secret.
    refused().await;
    app.clock.advance(Duration::from_mins(61));
    let answer = app.provision_with(&secrets, &rotate).await.unwrap();
    assert_eq!(answer["step"], "finished");
}

#[tokio::test]
async fn a_rotation_that_ended_before_it_published_is_completed() {
    let app = App::start().await;
    let secrets = start_secrets(&app).await;
    let both = format!("1:{} 2:{}", app.signing_keys(), "n".repeat(43));
    secrets.put(KeySet::SigningKeys, &both);
    let rotate = json!({ "rotateKeys": "SigningKeys" });
    app.provision_with(&secrets, &rotate).await.unwrap_err();
    assert_eq!(app.store().read_public_keys().await.unwrap().len(), 2);
}

#[tokio::test]
async fn leaked_keys_are_replaced_by_one_command_that_shows_no_secret() {
    let app = App::start().await;
    let secrets = start_secrets(&app).await;
    let leaked = app.store().read_public_keys().await.unwrap();
    for (set, old) in
        [(KeySet::SigningKeys, app.signing_keys()), (KeySet::InvitationLinkKeys, "i".repeat(64))]
    {
        let command = json!({ "replaceLeakedKeys": set.as_str() });
        let answer = app.provision_with(&secrets, &command).await.unwrap();
        let text = secrets.text(set);
        assert!(text.starts_with("2:") && !text.contains(&old), "only the new key");
        assert!(!answer.to_string().contains(&text[2..]), "the answer shows no secret");
        assert_eq!(answer["step"], "replaced");
        assert!(!app.dump_table().await.contains(&text[2..]));
    }
    let now = app.store().read_public_keys().await.unwrap();
    assert!(now.len() == 1 && !leaked.contains(&now[0]), "the leaked key is not published");
    let unknown = json!({ "replaceLeakedKeys": "Keys" });
    let refused = app.provision_with(&secrets, &unknown).await.unwrap_err().to_string();
    assert!(refused.starts_with("replaceLeakedKeys: "), "{refused}");
    let local = refusal(&app, &json!({ "replaceLeakedKeys": "SigningKeys" })).await;
    assert!(local.contains("in a setting of this machine"), "{local}");
}

#[tokio::test]
async fn of_two_rotations_at_once_one_is_refused() {
    let app = App::start().await;
    let secrets = start_secrets(&app).await;
    let command = json!({ "rotateKeys": "InvitationLinkKeys" });
    let (one, other) = tokio::join!(
        app.provision_with(&secrets, &command),
        app.provision_with(&secrets, &command)
    );
    let refused = one.err().or(other.err()).expect("one is refused").to_string();
    assert!(refused.contains("changed at the same time") || refused.contains("again after"));
    assert_eq!(secrets.text(KeySet::InvitationLinkKeys).split(' ').count(), 2);
}

#[tokio::test]
async fn a_stuck_email_is_queued_again_and_sent_once() {
    let app = App::start_without_mailer().await;
    let id = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    let command = json!({ "requeueEmail": { "clinicId": app.clinic_id, "invitationId": id } });
    let answer = app.provision(&command).await.unwrap();
    assert_eq!(answer, json!({ "requeued": id }));
    app.call_mailer(&app.stream_event()).await;
    assert_eq!(app.load_delivery(&id).await, "sent");
    assert_eq!(app.sent_emails("grace@clinic.example").len(), 1);
    assert_eq!(records(&app, &app.clinic_id, "email.requeued").await, [format!("operator {id} ")]);
    let missing = json!({ "requeueEmail": { "noticeId": format!("mail_{:032x}", 7) } });
    assert!(refusal(&app, &missing).await.contains("no such email"));
}

#[tokio::test]
async fn an_email_that_was_sent_is_not_queued_again() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    app.wait_for_delivery(&id, "sent").await;
    let command = json!({ "requeueEmail": { "clinicId": app.clinic_id, "invitationId": id } });
    assert!(refusal(&app, &command).await.starts_with("nothing changed."));
    app.wait_until_delivered().await;
    assert_eq!(app.sent_emails("grace@clinic.example").len(), 1);
    let queued = app.as_pacs().invite(&member("ada@clinic.example")).await.str("invitationId");
    app.wait_for_delivery(&queued, "sent").await;
    let revoke = json!({ "invitationId": queued });
    app.as_pacs().post("/v1/autoScribe/users/invitations/revoke", &revoke).await.expect(200);
    let command = json!({ "requeueEmail": { "clinicId": app.clinic_id, "invitationId": queued } });
    assert!(refusal(&app, &command).await.contains("only of a pending invitation"));
}

#[tokio::test]
async fn a_wrong_address_of_an_owner_is_corrected_in_one_transaction() {
    let app = App::start().await;
    app.wait_until_delivered().await;
    let wrong = app.list_invitations("?status=sent").await[0].clone();
    let id = wrong["invitationId"].as_str().unwrap();
    let command = |id: &str, email: &str| json!({ "correctOwnerEmail": { "clinicId": app.clinic_id, "invitationId": id, "email": email } });
    let same = refusal(&app, &command(id, "Owner@riverside.example")).await;
    assert!(same.contains("resend it"), "{same}");
    let taken = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    let refused = refusal(&app, &command(id, "grace@clinic.example")).await;
    assert!(refused.contains("has this address"), "{refused}");
    let member = refusal(&app, &command(&taken, "owner@right.example")).await;
    assert!(member.contains("not an owner's"), "{member}");
    let answer = app.provision(&command(id, "owner@right.example")).await.unwrap();
    let new = answer["invitationId"].as_str().unwrap();
    app.wait_for_emails("owner@right.example", 1).await;
    let (old, corrected) = (app.read_invitation(id).await, app.read_invitation(new).await);
    assert_eq!((&old["status"], &corrected["level"]), (&json!("revoked"), &json!("owner")));
    assert_eq!(corrected["lastName"], wrong["lastName"]);
    let old_link = json!({ "token": app.token(id, 1) });
    app.as_invitee()
        .post("/v1/invitation/lookup", &old_link)
        .await
        .expect_problem(404, "token_invalid");
    assert_eq!(records(&app, &app.clinic_id, "invitation.revoked").await.len(), 1);
    let again = refusal(&app, &command(id, "owner@third.example")).await;
    assert!(again.contains("the invitation is revoked"), "{again}");
}

#[tokio::test]
async fn a_marked_item_raises_no_alarm_and_is_repaired_from_a_copy() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    app.wait_for_delivery(&id, "sent").await;
    let mark = |item: &str| json!({ "markCorrupt": { "clinicId": app.clinic_id, "item": item } });
    let command = mark(&format!("INV#{id}"));
    assert!(refusal(&app, &command).await.contains("can be read"));
    let copy = app.find_item(&format!("INV#{id}")).await;
    app.corrupt_invitation(&id).await;
    assert_eq!(app.provision(&command).await.unwrap(), json!({ "marked": id }));
    assert!(refusal(&app, &command).await.contains("marked already"));
    let marked = app.find_item(&format!("INV#{id}")).await;
    assert!(!marked.keys().any(|name| name.starts_with("GSI")), "{marked:?}");
    let page = app.as_pacs().get("/v1/autoScribe/users/invitations").await.expect(200);
    assert_eq!(page["skipped"], 1);
    assert_eq!(records(&app, &app.clinic_id, "item.marked").await, [format!("operator {id} ")]);
    let error = app.store().load_invitation(app.clinic(), App::invitation_id(&id)).await;
    let why = error.unwrap_err().to_string();
    assert!(why.starts_with("marked corrupt item"), "the alarm looks for another text: {why}");
    app.put_item(copy).await;
    app.read_invitation(&id).await;
    for wrong in ["EMAIL#redacted", "INV#x", "CLINIC"] {
        assert!(refusal(&app, &mark(wrong)).await.starts_with("item: "), "{wrong}");
    }
    let missing = mark(&format!("USER#usr_{:032x}", 7));
    assert!(refusal(&app, &missing).await.contains("no such item"));
}
