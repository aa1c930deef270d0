//! Concurrent requests for views. A link opens once, and an ended view stays ended.

use std::collections::BTreeMap;

use domain::ids::StudyId;
use domain::study::StudyRef;
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{App, REDEEM, RENEW, REROUTE, REVOKE, TestResponse, VIEWER_ONLY, study};

fn statuses(answers: &[TestResponse]) -> BTreeMap<u16, usize> {
    let mut counts = BTreeMap::new();
    for answer in answers {
        *counts.entry(answer.status.as_u16()).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_64_concurrent_redeems_opens_a_view() {
    let app = App::start().await;
    let link = app.issue_link(&app.confirm_reader().await).await;
    let redeem = |_| {
        let (viewer, body) = (app.as_invitee(), json!({ "token": link.token }));
        async move { viewer.post(REDEEM, &body).await }
    };
    let answers = (0..64).map(redeem).collect::<JoinSet<_>>().join_all().await;
    assert_eq!(statuses(&answers), BTreeMap::from([(200, 1), (404, 63)]));
    assert_eq!(app.list_audit_records("access.redeemed").await.len(), 1);
    assert_eq!(app.list_refusals().await, ["used".to_owned()].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_view_survives_a_revoke_during_redeem() {
    for _ in 0..8 {
        let app = App::start().await;
        let link = app.issue_link(&app.confirm_reader().await).await;
        let (viewer, token) = (app.as_invitee(), json!({ "token": link.token }));
        let (pacs, end) = (app.as_pacs(), json!({ "accessId": link.access_id }));
        let redeem = tokio::spawn(async move { viewer.post(REDEEM, &token).await });
        let revoke = tokio::spawn(async move { pacs.post(REVOKE, &end).await });
        let (redeemed, revoked) = (redeem.await.unwrap(), revoke.await.unwrap());
        revoked.expect(200);
        if redeemed.status == 200 {
            app.assert_view_ended(&redeemed.str("viewToken")).await;
        } else {
            redeemed.expect_problem(404, "token_invalid");
        }
        assert_eq!(app.list_audit_records("access.revoked").await.len(), 1);
        app.redeem(&link.token).await.expect_problem(404, "token_invalid");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_view_is_renewed_after_access_is_revoked() {
    for _ in 0..4 {
        let app = App::start().await;
        let reader = app.confirm_reader().await;
        let view = app.open_view(&reader).await;
        let renew = |_| {
            let viewer = app.as_holder_of(&view);
            async move { viewer.post(RENEW, &json!({})).await }
        };
        let renewing = (0..16).map(renew).collect::<JoinSet<_>>();
        let (pacs, gone) = (app.as_pacs(), json!({ "userId": reader }));
        let path = "/v1/autoScribe/users/revoke-access";
        let revoke = tokio::spawn(async move { pacs.post(path, &gone).await });
        let answers = renewing.join_all().await;
        revoke.await.unwrap().expect(200);
        for answer in &answers {
            match answer.status.as_u16() {
                200 => app.assert_view_ended(&answer.str("viewToken")).await,
                _ => drop(answer.expect_problem(401, "view_ended")),
            }
        }
        app.assert_view_ended(&view).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_links_exceed_the_limit_by_fewer_than_run_at_once() {
    const CALLERS: u32 = 8;
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    app.write_links(&reader, 290).await;
    let body = |n: u32| json!({ "userId": reader, "studyId": study(n) });
    let issue = |caller: u32| {
        let (pacs, bodies) =
            (app.as_pacs(), (0..10).map(|n| body(2 + caller * 10 + n)).collect::<Vec<_>>());
        async move {
            let mut answers = Vec::new();
            for body in &bodies {
                answers.push(pacs.post(VIEWER_ONLY, body).await);
            }
            answers
        }
    };
    let answers = (0..CALLERS).map(issue).collect::<JoinSet<_>>().join_all().await;
    let answers: Vec<TestResponse> = answers.into_iter().flatten().collect();
    let issued = statuses(&answers)[&200];
    assert!((10..10 + CALLERS as usize).contains(&issued), "{issued} links more than 290");
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.expect_problem(409, "too_many_open");
    }
    app.as_pacs().post(VIEWER_ONLY, &body(1000)).await.expect_problem(409, "too_many_open");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_links_for_one_study_assign_one_reader() {
    let app = App::start().await;
    let readers = [app.confirm_reader().await, app.confirm_second_reader().await];
    let issue = |n: usize| {
        let body = json!({ "assignedToUserId": readers[n % 2], "studyId": study(1) });
        let pacs = app.as_pacs();
        async move { pacs.post(REROUTE, &body).await }
    };
    let answers = (0..16).map(issue).collect::<JoinSet<_>>().join_all().await;
    let counted = statuses(&answers);
    let issued = counted.get(&200).copied().unwrap_or_default();
    assert_eq!(issued + counted.get(&409).copied().unwrap_or_default(), 16);
    assert!(issued >= 2, "{counted:?}");
    assert_eq!(app.list_audit_records("access.issued").await.len(), issued);
    let lost = answers.iter().filter(|answer| answer.status == 409);
    for answer in lost {
        answer.expect_problem(409, "conflict");
    }
    let what = StudyRef::Id(StudyId::parse(&study(1)).unwrap());
    let assigned = app.store().load_assignment(app.clinic(), &what).await.unwrap();
    let assigned = assigned.expect("an assignment");
    assert!(readers.contains(&assigned.reader.to_string()));
    // A link for the reader who already has the study does not write the assignment again.
    assert!((1..=issued as u64).contains(&assigned.version));
}
