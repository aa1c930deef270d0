//! Concurrent requests. One succeeds and the others are refused or see its result.

use std::collections::BTreeMap;

const ACCEPT: &str = "/v1/invitation/accept";

use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{
    App, BrowserSession, PASSWORD, TestResponse, admin, cookie_in, dashboard_member, link_in,
    member, radiologist, with,
};

/// Sends all requests at once and collects the answers.
async fn send_at_once<F: Future<Output = TestResponse> + Send + 'static>(
    requests: impl Iterator<Item = F>,
) -> Vec<TestResponse> {
    requests.collect::<JoinSet<_>>().join_all().await
}

fn statuses(answers: &[TestResponse]) -> BTreeMap<u16, usize> {
    let mut counts = BTreeMap::new();
    for answer in answers {
        *counts.entry(answer.status.as_u16()).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_32_different_invites_of_one_address_succeeds() {
    let app = App::start().await;
    let invite = |n: usize| {
        let (pacs, person) = (
            app.as_pacs(),
            with(member("grace@clinic.example"), json!({"suffix1": format!("No {n}")})),
        );
        async move { pacs.invite(&person).await }
    };
    let answers = send_at_once((0..32).map(invite)).await;
    assert_eq!(statuses(&answers), BTreeMap::from([(201, 1), (409, 31)]));
    assert_eq!(app.list_invitations("?email=grace@clinic.example").await.len(), 1);
    app.wait_for_emails("grace@clinic.example", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_concurrent_invites_get_one_answer_and_send_one_email() {
    let app = App::start().await;
    let invite = |_| {
        let pacs = app.as_pacs();
        async move { pacs.invite(&member("grace@clinic.example")).await }
    };
    let answers = send_at_once((0..32).map(invite)).await;
    assert_eq!(statuses(&answers), BTreeMap::from([(201, 32)]));
    assert!(answers.windows(2).all(|two| two[0].json() == two[1].json()));
    app.wait_for_emails("grace@clinic.example", 1).await;
    app.wait_until_delivered().await;
    assert_eq!(app.sent_emails("grace@clinic.example").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_npi_invited_32_times_at_once_has_one_holder() {
    let app = App::start().await;
    let invite = |n: usize| {
        let pacs = app.as_pacs();
        async move { pacs.invite(&radiologist(&format!("p{n}@clinic.example"))).await }
    };
    let answers = send_at_once((0..32).map(invite)).await;
    assert_eq!(statuses(&answers), BTreeMap::from([(201, 1), (409, 31)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_accepts_create_one_account_and_one_user() {
    let app = App::start().await;
    let person =
        with(member("boss@clinic.example"), json!({"level": "admin", "hasDashboardAccess": true}));
    let body = json!({"token": app.invite_and_get_token(&person).await, "password": "lantern-gravel-otter"});
    let body = app.as_invitee().with_terms(&body).await;
    let accept = |_| {
        let (invitee, body) = (app.as_invitee(), body.clone());
        async move { invitee.post(ACCEPT, &body).await }
    };
    let answers = send_at_once((0..32).map(accept)).await;
    // More than ten concurrent passwords for one address are throttled, even correct ones.
    let (seen, throttled): (Vec<_>, Vec<_>) = answers.iter().partition(|a| a.status == 200);
    assert!(!seen.is_empty() && throttled.iter().all(|a| a.status == 429));
    let user = |answer: &TestResponse| answer.json()["userId"].clone();
    assert!(seen.windows(2).all(|two| user(two[0]) == user(two[1])));
    assert_eq!(app.count_managers().await, 1, "counted once");
    assert_eq!(app.list_audit_records("invitation.accepted").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_accepts_without_a_password_return_one_user() {
    let app = App::start().await;
    let token = app.invite_and_get_token(&radiologist("ada@clinic.example")).await;
    let body = app.as_invitee().with_terms(&json!({"token": token})).await;
    let accept = |_| {
        let (invitee, body) = (app.as_invitee(), body.clone());
        async move { invitee.post(ACCEPT, &body).await }
    };
    let answers = send_at_once((0..32).map(accept)).await;
    assert_eq!(statuses(&answers), BTreeMap::from([(200, 32)]));
    assert!(answers.windows(2).all(|two| two[0].json() == two[1].json()));
    assert_eq!(app.list_audit_records("invitation.accepted").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn either_accept_or_revoke_succeeds() {
    for _ in 0..8 {
        let app = App::start().await;
        let invited = app.as_pacs().invite(&member("grace@clinic.example")).await;
        let id = invited.str("invitationId");
        let invitee = app.as_invitee();
        let body = invitee.with_terms(&json!({"token": app.token(&id, 1)})).await;
        let (pacs, revoke) = (app.as_pacs(), json!({"invitationId": id}));
        let accept = tokio::spawn(async move { invitee.post(ACCEPT, &body).await });
        let revoke = tokio::spawn(async move {
            pacs.post("/v1/autoScribe/users/invitations/revoke", &revoke).await
        });
        let (accepted, revoked) = (accept.await.unwrap(), revoke.await.unwrap());
        let users = app.as_pacs().get("/v1/autoScribe/users").await.expect(200)["users"]
            .as_array()
            .map(Vec::len);
        match app.read_invitation(&id).await["status"].as_str() {
            Some("accepted") => {
                accepted.expect(200);
                revoked.expect_problem(409, "invitation_accepted");
                assert_eq!(users, Some(1));
            }
            Some("revoked") => {
                accepted.expect_problem(404, "token_invalid");
                revoked.expect(200);
                assert_eq!(users, Some(0));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_concurrent_change_of_an_invitation_is_lost() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    app.wait_for_emails("grace@clinic.example", 1).await;
    let fields = ["firstName", "lastName", "middleName", "suffix1", "suffix2"];
    let change = |field: &'static str| {
        let (pacs, path) = (app.as_pacs(), format!("/v1/autoScribe/users/invitations/{id}"));
        async move { pacs.patch(&path, &json!({field: "Changed"})).await }
    };
    let answers = send_at_once(fields.into_iter().map(change)).await;
    let kept = answers.iter().filter(|a| a.status == 200).count();
    assert!(answers.iter().all(|a| a.status == 200 || a.json()["code"] == "conflict"));
    let invitation = app.read_invitation(&id).await;
    let changed = fields.iter().filter(|field| invitation[**field] == "Changed").count();
    assert_eq!(changed, kept, "every 200 is stored");
    assert_eq!(app.list_audit_records("invitation.edited").await.len(), kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn either_accept_or_resend_succeeds() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    app.clock.advance(std::time::Duration::from_mins(2));
    let invitee = app.as_invitee();
    let body = invitee.with_terms(&json!({"token": app.token(&id, 1)})).await;
    let (pacs, path) = (app.as_pacs(), format!("/v1/autoScribe/users/invitations/{id}/resend"));
    let accept = tokio::spawn(async move { invitee.post(ACCEPT, &body).await });
    let resend = tokio::spawn(async move { pacs.post(&path, &json!({})).await });
    let (accepted, resent) =
        (accept.await.unwrap().status.as_u16(), resend.await.unwrap().status.as_u16());
    let status = app.read_invitation(&id).await["status"].clone();
    let expected = if accepted == 200 { ("accepted", 409) } else { ("sent", 200) };
    assert_eq!((status.as_str().unwrap(), resent), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_admins_demoted_at_once_stays_admin() {
    for _ in 0..6 {
        let app = App::start().await;
        let mut users = Vec::new();
        for address in ["a@clinic.example", "b@clinic.example"] {
            let admin = json!({"level": "admin", "hasDashboardAccess": true});
            let person = with(member(address), admin);
            users.push(app.invite_and_confirm(&person, Some("lantern-gravel-otter")).await);
        }
        let demote = |user: serde_json::Value| {
            let pacs = app.as_pacs();
            let path = format!("/v1/autoScribe/users/{}", user["userId"].as_str().unwrap());
            async move { pacs.patch(&path, &json!({"level": "member"})).await }
        };
        let answers = send_at_once(users.into_iter().map(demote)).await;
        assert_eq!(statuses(&answers), BTreeMap::from([(200, 1), (409, 1)]));
        let refused = answers.iter().find(|answer| answer.status == 409).unwrap();
        refused.expect_problem(409, "last_admin");
        assert_eq!(app.count_managers().await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_admins_who_demote_each_other_stays_admin() {
    for _ in 0..4 {
        let app = App::start().await;
        let a = app.confirm_and_sign_in(&admin("a@clinic.example")).await;
        let b = app.confirm_and_sign_in(&admin("b@clinic.example")).await;
        let demote = |actor: &BrowserSession, target: &BrowserSession| {
            let path = format!("/v1/autoScribe/users/{}", target.user_id);
            let actor = actor.client.clone();
            async move { actor.patch(&path, &json!({"level": "member"})).await }
        };
        let answers = send_at_once([demote(&a, &b), demote(&b, &a)].into_iter()).await;
        let refused: Vec<_> = answers.iter().filter(|answer| answer.status != 200).collect();
        assert_eq!(refused.len(), 1, "{:?}", statuses(&answers));
        // A request that begins after the other one committed comes from a member.
        match refused[0].status.as_u16() {
            403 => refused[0].expect_problem(403, "forbidden"),
            _ => refused[0].expect_problem(409, "last_admin"),
        };
        assert_eq!(app.count_managers().await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_opened_during_a_password_reset_ends_with_it() {
    for _ in 0..6 {
        let app = App::start().await;
        app.invite_and_confirm(&dashboard_member("grace@clinic.example"), Some(PASSWORD)).await;
        app.wait_until_delivered().await;
        let before = app.sent_emails("grace@clinic.example").len();
        let forgot = json!({"email": "grace@clinic.example"});
        app.as_invitee().post("/v1/password/forgot", &forgot).await.expect(202);
        let emails = app.wait_for_emails("grace@clinic.example", before + 1).await;
        let link = link_in(emails.last().unwrap());
        let token = link.split_once("#token=").unwrap().1.to_owned();
        let (nobody, body) =
            (app.as_invitee(), json!({"token": token, "password": "violet-anchor-pumice"}));
        let reset = tokio::spawn(async move { nobody.post("/v1/password/reset", &body).await });
        let (nobody, body) =
            (app.as_invitee(), json!({"email": "grace@clinic.example", "password": PASSWORD}));
        let sign_in = tokio::spawn(async move { nobody.post("/v1/session", &body).await });
        let (reset, signed_in) = (reset.await.unwrap(), sign_in.await.unwrap());
        reset.expect(200);
        match cookie_in(&signed_in) {
            Some(_) => {
                let session = app.session_from(&signed_in);
                session.client.get("/v1/session").await.expect_problem(401, "unauthenticated")
            }
            None => signed_in.expect_problem(401, "credentials_wrong"),
        };
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn either_accept_or_a_change_of_its_terms_succeeds() {
    for _ in 0..8 {
        let app = App::start().await;
        let id = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
        let invitee = app.as_invitee();
        let body = invitee.with_terms(&json!({"token": app.token(&id, 1)})).await;
        let (pacs, path) = (app.as_pacs(), format!("/v1/autoScribe/users/invitations/{id}"));
        let accept = tokio::spawn(async move { invitee.post(ACCEPT, &body).await });
        let change =
            tokio::spawn(
                async move { pacs.patch(&path, &json!({"canManageStudies": false})).await },
            );
        let (accepted, changed) = (accept.await.unwrap(), change.await.unwrap());
        if changed.status == 200 {
            accepted.expect_problem(409, "terms_changed");
        } else {
            changed.expect_problem(409, "invitation_accepted");
            assert_eq!(accepted.expect(200)["canManageStudies"], true);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_deactivation_or_demotion_twice_at_once_is_never_a_last_admin() {
    let app = App::start().await;
    app.confirm_owner().await;
    let pacs = app.as_pacs();
    for round in 0..20 {
        let boss = admin(&format!("boss{round}@clinic.example"));
        let boss = app.invite_and_confirm(&boss, Some(PASSWORD)).await;
        let path = format!("/v1/autoScribe/users/{}", boss["userId"].as_str().unwrap());
        let (demote, gone) = (json!({"level": "member"}), json!({"userId": boss["userId"]}));
        let demoted = tokio::join!(pacs.patch(&path, &demote), pacs.patch(&path, &demote));
        let promote = json!({"level": "admin", "hasDashboardAccess": true});
        pacs.patch(&path, &promote).await.expect(200);
        let revoke = "/v1/autoScribe/users/revoke-access";
        let ended = tokio::join!(pacs.post(revoke, &gone), pacs.post(revoke, &gone));
        for answer in [demoted.0, demoted.1, ended.0, ended.1] {
            answer.expect(200);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_change_of_password_sent_twice_at_once_is_done_once() {
    let app = App::start().await;
    let email = "ada@clinic.example";
    let mut session = app.confirm_and_sign_in(&dashboard_member(email)).await;
    let mut current = PASSWORD.to_owned();
    for round in 0..5 {
        let next = format!("cobalt-meadow-lantern-{round}");
        let body = json!({"currentPassword": current, "newPassword": next});
        let change = || {
            let (client, body) = (session.client.clone(), body.clone());
            async move { client.post("/v1/password/change", &body).await }
        };
        let answers = send_at_once([change(), change()].into_iter()).await;
        assert_eq!(statuses(&answers), BTreeMap::from([(200, 2)]), "{round}");
        assert_eq!(app.list_audit_records("password.changed").await.len(), round + 1);
        current = next;
        app.clock.advance(std::time::Duration::from_mins(20));
        let sign_in = json!({"email": email, "password": current});
        session = app.session_from(&app.as_invitee().post("/v1/session", &sign_in).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_transfer_sent_twice_at_once_is_done_once() {
    for _ in 0..5 {
        let app = App::start().await;
        let owner = app.confirm_and_sign_in_owner().await;
        let next = app.invite_and_confirm(&admin("boss@clinic.example"), Some(PASSWORD)).await;
        let transfer = || {
            let (client, body) = (owner.client.clone(), json!({"userId": next["userId"]}));
            async move { client.post("/v1/clinic/transfer-ownership", &body).await }
        };
        let answers = send_at_once([transfer(), transfer()].into_iter()).await;
        assert_eq!(statuses(&answers), BTreeMap::from([(200, 2)]));
    }
}
