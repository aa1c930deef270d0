//! `POST /v1/autoScribe/studies/reroute-url`.

use std::time::Duration;

use domain::credentials::api_key::Scope;
use domain::ids::StudyId;
use domain::study::StudyRef;
use domain::time::Timestamp;
use serde_json::{Value, json};

use crate::support::{
    App, REROUTE, VIEWER_ONLY, ViewerLink, admin, claims, member, radiologist, study, with,
};

fn body(user: &str) -> Value {
    json!({ "assignedToUserId": user, "studyId": study(1) })
}

#[tokio::test]
async fn a_link_opens_the_viewer_with_its_token_in_the_fragment() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let answer = app.as_pacs().post(REROUTE, &body(&reader)).await;
    let link = ViewerLink::from_response(&answer);
    let expected = format!("{}/viewer/study/{}#token=", app.base, study(1));
    assert!(link.url.starts_with(&expected), "{}", link.url);
    assert_eq!(link.token.len(), 87);
    assert!(link.access_id.starts_with("acc_"));
    assert_eq!(answer.headers["cache-control"], "no-store");
    let ends = Timestamp::parse(&answer.str("expiresAt")).unwrap();
    let left = ends.since(domain::time::Clock::now(app.clock.as_ref()));
    assert!(Duration::from_secs(55) < left && left <= Duration::from_mins(1));
    let records = app.list_audit_records("access.issued").await;
    let text = |name: &str| records[0][name].as_s().unwrap().clone();
    assert_eq!(text("ac"), format!("key:{}", app.api_key_id));
    assert_eq!(text("ob"), link.access_id);
    assert_eq!((text("us"), text("si")), (reader, study(1)));
    assert_eq!(text("de"), "dictation");
    let uid = json!({ "assignedToUserId": text("us"), "studyInstanceUid": "1.2.840.1" });
    let by_uid = ViewerLink::from_response(&app.as_pacs().post(REROUTE, &uid).await);
    assert!(by_uid.url.contains("/study/1.2.840.1#token="));
}

#[tokio::test]
async fn a_study_is_assigned_to_the_reader_named_last() {
    let app = App::start().await;
    let (ada, ken) = (app.confirm_reader().await, app.confirm_second_reader().await);
    let what = StudyRef::Id(StudyId::parse(&study(1)).unwrap());
    let assigned = async || {
        let found = app.store().load_assignment(app.clinic(), &what).await.unwrap();
        found.map(|assignment| (assignment.reader.to_string(), assignment.version))
    };
    assert_eq!(assigned().await, None);
    app.issue_link(&ada).await;
    app.issue_link(&ada).await;
    assert_eq!(assigned().await, Some((ada, 1)));
    app.issue_link(&ken).await;
    assert_eq!(assigned().await, Some((ken, 2)));
}

#[tokio::test]
async fn an_unknown_user_or_another_clinics_user_is_404() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let stranger = format!("usr_{}", "0".repeat(32));
    let answer = app.as_pacs().post(REROUTE, &body(&stranger)).await;
    answer.expect_problem(404, "user_not_found");
    let elsewhere = app.create_other_clinic().await;
    let answer = elsewhere.post(REROUTE, &body(&reader)).await;
    answer.expect_problem(404, "user_not_found");
}

#[tokio::test]
async fn an_unconfirmed_person_is_409_until_the_invitation_is_revoked() {
    let app = App::start().await;
    let invited = app.as_pacs().invite(&radiologist("ada@clinic.example")).await;
    let user = invited.str("userId");
    let answer = app.as_pacs().post(REROUTE, &body(&user)).await;
    let problem = answer.expect_problem(409, "invitation_not_confirmed");
    assert_eq!(problem["invitationId"], invited.str("invitationId"));
    app.clock.advance(Duration::from_hours(24 * 8));
    let answer = app.as_pacs().post(REROUTE, &body(&user)).await;
    answer.expect_problem(409, "invitation_not_confirmed");
    let revoke = json!({ "userId": user });
    let path = "/v1/autoScribe/users/invitations/revoke";
    app.as_pacs().post(path, &revoke).await.expect(200);
    let answer = app.as_pacs().post(REROUTE, &body(&user)).await;
    answer.expect_problem(404, "user_not_found");
}

#[tokio::test]
async fn a_deactivated_user_is_409_and_one_who_cannot_report_is_403() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let clerk = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let answer = app.as_pacs().post(REROUTE, &body(clerk["userId"].as_str().unwrap())).await;
    answer.expect_problem(403, "cannot_create_reports");
    let boss =
        app.invite_and_confirm(&admin("boss@clinic.example"), Some("lantern-gravel-otter")).await;
    let answer = app.as_pacs().post(REROUTE, &body(boss["userId"].as_str().unwrap())).await;
    answer.expect_problem(403, "cannot_create_reports");
    let other_name = json!({ "lastName": "Doyle", "npiNumber": "2000000051" });
    let mismatch = with(radiologist("doyle@clinic.example"), other_name);
    let mismatch = app.invite_and_confirm(&mismatch, None).await;
    let answer = app.as_pacs().post(REROUTE, &body(mismatch["userId"].as_str().unwrap())).await;
    answer.expect_problem(403, "cannot_create_reports");
    let gone = json!({ "userId": reader });
    let path = "/v1/autoScribe/users/revoke-access";
    app.as_pacs().post(path, &gone).await.expect(200);
    let answer = app.as_pacs().post(REROUTE, &body(&reader)).await;
    answer.expect_problem(409, "user_deactivated");
    assert_eq!(app.list_audit_records("access.issued").await.len(), 0);
}

#[tokio::test]
async fn all_invalid_fields_of_a_link_are_reported_at_once() {
    let app = App::start().await;
    let invalid = json!({
        "assignedToUserId": "ada", "studyId": "7", "studyInstanceUid": "1.02", "linkSeconds": 14,
        "viewSeconds": "long", "mode": "dictation",
    });
    let answer = app.as_pacs().post(REROUTE, &invalid).await;
    answer.expect_problem(422, "fields_invalid");
    let expected = [
        ("assignedToUserId", "id_invalid"),
        ("studyId", "id_invalid"),
        ("studyInstanceUid", "study_instance_uid_invalid"),
        ("linkSeconds", "link_seconds_range"),
        ("viewSeconds", "wrong_type"),
        ("mode", "unknown_field"),
    ];
    assert_eq!(answer.field_errors(), expected.map(|(f, c)| (f.to_owned(), c.to_owned())));
    let nobody = json!({ "studyId": study(1) });
    let answer = app.as_pacs().post(REROUTE, &nobody).await;
    answer.expect_problem(422, "required");
}

#[tokio::test]
async fn a_study_key_is_required_and_a_uid_must_be_a_dicom_uid() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let none = json!({ "assignedToUserId": reader });
    let answer = app.as_pacs().post(REROUTE, &none).await;
    answer.expect_problem(422, "study_required");
    let longest = format!("1.{}", "9".repeat(62));
    for (uid, good) in [
        ("1.2.840.10008.5.1.4.1.1.2", true),
        ("0.0", true),
        (longest.as_str(), true),
        (&format!("{longest}9"), false),
        ("1.02", false),
        ("1..2", false),
        ("1.2.", false),
        ("1.2a", false),
        ("../1", false),
    ] {
        let body = json!({ "assignedToUserId": reader, "studyInstanceUid": uid });
        let answer = app.as_pacs().post(REROUTE, &body).await;
        if good {
            answer.expect(200);
        } else {
            answer.expect_problem(422, "study_instance_uid_invalid");
        }
    }
}

#[tokio::test]
async fn link_seconds_and_view_seconds_have_limits() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    for (field, code, good, bad) in [
        ("linkSeconds", "link_seconds_range", [15, 300], [14, 301]),
        ("viewSeconds", "view_seconds_range", [300, 43200], [299, 43201]),
    ] {
        for seconds in good {
            let wanted = with(body(&reader), json!({ field: seconds }));
            app.as_pacs().post(REROUTE, &wanted).await.expect(200);
        }
        for seconds in bad.into_iter().chain([0, 10_000_000_000_u64]) {
            let wanted = with(body(&reader), json!({ field: seconds }));
            app.as_pacs().post(REROUTE, &wanted).await.expect_problem(422, code);
        }
        for wrong in [json!(-1), json!(60.5), json!("60"), json!(true)] {
            let wanted = with(body(&reader), json!({ field: wrong }));
            let answer = app.as_pacs().post(REROUTE, &wanted).await;
            answer.expect_problem(422, "wrong_type");
        }
    }
    let short = with(body(&reader), json!({ "linkSeconds": 15 }));
    let link = ViewerLink::from_response(&app.as_pacs().post(REROUTE, &short).await);
    app.clock.advance(Duration::from_secs(16));
    app.redeem(&link.token).await.expect_problem(404, "token_invalid");
}

#[tokio::test]
async fn a_dashboard_user_who_manages_studies_can_issue_links_to_themselves() {
    let app = App::start().await;
    let reads = json!({"canManageStudies": true, "hasDashboardAccess": true});
    let studies = app.confirm_and_sign_in(&with(radiologist("ada@clinic.example"), reads)).await;
    let link = app.issue_link_as(&studies.client, &studies.user_id).await;
    let token = app.open_link(&link).await;
    assert_eq!(claims(&token)["client_id"], studies.user_id);
    assert_eq!(claims(&token)["sub"], studies.user_id);
    let path = format!("/v1/autoScribe/users/{}", studies.user_id);
    let change = json!({ "canManageStudies": false });
    app.as_pacs().patch(&path, &change).await.expect(200);
    app.assert_view_ended(&token).await;
}

#[tokio::test]
async fn a_user_has_at_most_300_open_accesses() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    app.write_links(&reader, 299).await;
    let link = app.issue_link(&reader).await;
    let other = with(body(&reader), json!({ "studyId": study(2) }));
    let answer = app.as_pacs().post(REROUTE, &other).await;
    let problem = answer.expect_problem(409, "too_many_open");
    assert_eq!(problem["userId"], reader);
    let ended = json!({ "accessId": link.access_id });
    app.end_access(&ended).await.expect(200);
    app.issue_link(&reader).await;
    app.as_pacs().post(REROUTE, &other).await.expect_problem(409, "too_many_open");
    let again = app.issue_link(&reader).await;
    app.open_link(&again).await;
    app.clock.advance(Duration::from_mins(1));
    app.issue_link(&reader).await;
}

#[tokio::test]
async fn a_new_link_replaces_an_unopened_one_for_the_same_reader_and_study_from_the_same_issuer() {
    let app = App::start().await;
    let (ada, ken) = (app.confirm_reader().await, app.confirm_second_reader().await);
    let (here, other) =
        (app.as_pacs(), app.create_pacs(&[Scope::AccessIssue, Scope::AccessDictate]).await);
    let read = |user: &str| json!({ "userId": user, "studyId": study(1) });
    let by_uid = json!({ "assignedToUserId": ada, "studyInstanceUid": "1.2.840.1" });
    let longer = with(body(&ada), json!({ "linkSeconds": 300, "viewSeconds": 43200 }));
    let cases = [
        (&here, REROUTE, body(&ada), true),
        (&here, REROUTE, longer, true),
        (&here, REROUTE, with(body(&ada), json!({ "studyId": study(2) })), false),
        (&here, REROUTE, by_uid, false),
        (&here, REROUTE, body(&ken), false),
        (&here, VIEWER_ONLY, read(&ada), false),
        (&other, REROUTE, body(&ada), false),
    ];
    for (caller, path, new, replaced) in cases {
        let first = app.issue_link(&ada).await;
        let second = ViewerLink::from_response(&caller.post(path, &new).await);
        let status = if replaced { 404 } else { 200 };
        assert_eq!(app.redeem(&first.token).await.status, status, "{path} {new}");
        app.open_link(&second).await;
    }
    let ended = app.list_audit_records("access.revoked").await;
    assert_eq!(ended.len(), 2, "the audit shows the replaced links");
}

#[tokio::test]
async fn a_new_link_leaves_an_open_view_and_a_link_without_a_reader() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let view = app.open_view(&reader).await;
    app.issue_link(&reader).await;
    assert_eq!(app.introspect(&view).await["active"], true);
    let nobody = json!({ "studyId": study(1) });
    let first = ViewerLink::from_response(&app.as_pacs().post(VIEWER_ONLY, &nobody).await);
    app.as_pacs().post(VIEWER_ONLY, &nobody).await.expect(200);
    app.open_link(&first).await;
}

#[tokio::test]
async fn three_hundred_studies_in_a_shift_open_and_the_same_study_opens_again() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let view = |n: u32| with(body(&reader), json!({ "studyId": study(n), "viewSeconds": 28800 }));
    for n in 0..300 {
        let link = ViewerLink::from_response(&app.as_pacs().post(REROUTE, &view(n)).await);
        if n % 10 == 0 {
            app.open_link(&link).await;
        }
    }
    let answer = app.as_pacs().post(REROUTE, &view(299)).await;
    app.open_link(&ViewerLink::from_response(&answer)).await;
}

#[tokio::test]
async fn an_idempotency_key_stores_no_link() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let key = ("idempotency-key", "one");
    let first = app.as_pacs().post_with(REROUTE, &body(&reader), key).await;
    let again = app.as_pacs().post_with(REROUTE, &body(&reader), key).await;
    let (first, again) = (ViewerLink::from_response(&first), ViewerLink::from_response(&again));
    assert_ne!(first.token, again.token);
    app.redeem(&first.token).await.expect_problem(404, "token_invalid");
    app.open_link(&again).await;
    let other = with(body(&reader), json!({ "studyId": study(2) }));
    let answer = app.as_pacs().post_with(REROUTE, &other, key).await;
    answer.expect(200);
    for item in app.load_items().await {
        assert!(!format!("{item:?}").contains(&first.token), "a token in the table");
    }
}
