//! Views that are bound to a key with DPoP (RFC 9449).

use domain::time::{Clock as _, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    App, INTROSPECT, ProofKey, REDEEM, RENEW, REROUTE, TestResponse, ViewerLink, claims,
    proof_claims, study, with, with_token,
};

/// A viewer with its own key, and a view that is bound to the key.
struct Viewer {
    app: App,
    key: ProofKey,
    token: String,
}

impl Viewer {
    async fn start(key: ProofKey) -> Self {
        let app = App::start().await;
        let link = app.issue_link(&app.confirm_reader().await).await;
        let proof = key.sign(&redeem_claims(&app, "first"));
        let answer = redeem(&app, &link, &proof).await;
        assert_eq!(answer.expect(200)["tokenType"], "DPoP");
        let token = answer.str("viewToken");
        Self { app, key, token }
    }

    /// The claims of a valid proof for a renewal.
    fn renew_claims(&self, id: &str) -> Value {
        let (url, now) = (format!("{}{RENEW}", self.app.base), self.app.clock.now());
        with_token(proof_claims(id, &url, now.seconds()), &self.token)
    }

    async fn renew(&self, proof: Option<&str>) -> TestResponse {
        let request = self.app.as_invitee().request(Method::POST, RENEW);
        let request = request.header("authorization", format!("DPoP {}", self.token));
        TestResponse::fetch(match proof {
            Some(proof) => request.header("dpop", proof),
            None => request,
        })
        .await
    }

    async fn introspect(&self, proof: Option<&str>) -> Value {
        let request = self.app.as_pacs().request(Method::POST, INTROSPECT);
        let request = request.json(&json!({ "token": self.token }));
        let answer = TestResponse::fetch(match proof {
            Some(proof) => request.header("dpop", proof),
            None => request,
        })
        .await;
        answer.expect(200)
    }
}

fn redeem_claims(app: &App, id: &str) -> Value {
    let url = format!("{}{REDEEM}", app.base);
    proof_claims(id, &url, app.clock.now().seconds())
}

async fn redeem(app: &App, link: &ViewerLink, proof: &str) -> TestResponse {
    let body = json!({ "token": link.token });
    app.as_invitee().post_with(REDEEM, &body, ("dpop", proof)).await
}

#[tokio::test]
async fn a_view_opened_with_a_proof_is_bound_to_its_key() {
    for key in [ProofKey::es256("viewer"), ProofKey::ed25519("viewer")] {
        let viewer = Viewer::start(key).await;
        let bound = claims(&viewer.token)["cnf"]["jkt"].clone();
        assert_eq!(bound.as_str().map(str::len), Some(43));
        let proof = viewer.key.sign(&viewer.renew_claims("a"));
        let renewed = viewer.renew(Some(&proof)).await;
        assert_eq!(renewed.expect(200)["tokenType"], "DPoP");
        assert_eq!(claims(&renewed.str("viewToken"))["cnf"]["jkt"], bound);
        let proof = viewer.key.sign(&viewer.renew_claims("b"));
        let introspected = viewer.introspect(Some(&proof)).await;
        assert_eq!(
            (&introspected["cnf"]["jkt"], &introspected["token_type"]),
            (&bound, &json!("DPoP"))
        );
    }
}

#[tokio::test]
async fn a_long_view_needs_a_proof_at_redeem() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let (key, started) = (ProofKey::es256("viewer"), app.clock.now());
    let lasts = |view: &Value| {
        let end = Timestamp::parse(view["viewExpiresAt"].as_str().unwrap()).unwrap();
        end.since(started).as_secs() / 60
    };
    let eight_hours = json!({
        "assignedToUserId": reader, "studyId": study(1), "viewSeconds": 28_800,
    });
    let issue =
        async || ViewerLink::from_response(&app.as_pacs().post(REROUTE, &eight_hours).await);
    let bound = redeem(&app, &issue().await, &key.sign(&redeem_claims(&app, "a"))).await;
    let bound = bound.expect(200);
    let unbound = app.redeem(&issue().await.token).await.expect(200);
    assert_eq!((lasts(&bound), lasts(&unbound)), (8 * 60, 60));
    let renewed = app.renew(unbound["viewToken"].as_str().unwrap()).await;
    assert_eq!(renewed.expect(200)["viewExpiresAt"], unbound["viewExpiresAt"]);
}

#[tokio::test]
async fn a_bound_view_is_not_renewed_without_a_proof_by_its_key() {
    let viewer = Viewer::start(ProofKey::es256("viewer")).await;
    let missing = viewer.renew(None).await;
    missing.expect_problem(401, "dpop_proof_invalid");
    assert!(missing.headers["www-authenticate"].to_str().unwrap().starts_with("DPoP"));
    let other = ProofKey::es256("other").sign(&viewer.renew_claims("a"));
    viewer.renew(Some(&other)).await.expect_problem(401, "dpop_proof_invalid");
    // A bound token is refused under the Bearer scheme, even with a valid proof.
    let proof = viewer.key.sign(&viewer.renew_claims("b"));
    let request = viewer.app.as_holder_of(&viewer.token).request(Method::POST, RENEW);
    let bearer = TestResponse::fetch(request.header("dpop", proof)).await;
    bearer.expect_problem(401, "dpop_proof_invalid");
    assert_eq!(viewer.app.list_refusals().await, ["proof_invalid".to_owned()].into());
}

#[tokio::test]
async fn a_proof_is_valid_for_one_request_one_token_and_one_minute() {
    let viewer = Viewer::start(ProofKey::es256("viewer")).await;
    let good = viewer.renew_claims("a");
    let now = viewer.app.clock.now().seconds();
    let base = &viewer.app.base;
    for (about, changes) in [
        ("method", json!({ "htm": "GET" })),
        ("method's case", json!({ "htm": "post" })),
        ("URL", json!({ "htu": format!("{base}{REDEEM}") })),
        ("host", json!({ "htu": format!("https://evil.example{RENEW}") })),
        ("stale", json!({ "iat": now - 62 })),
        ("early", json!({ "iat": now + 120 })),
        ("token", json!({ "ath": "x" })),
        ("no token", json!({ "ath": null })),
        ("no id", json!({ "jti": null })),
        ("empty id", json!({ "jti": "" })),
        ("long id", json!({ "jti": "x".repeat(257) })),
    ] {
        let proof = viewer.key.sign(&with(good.clone(), changes));
        let answer = viewer.renew(Some(&proof)).await;
        assert_eq!(answer.status, 401, "{about}");
        answer.expect_problem(401, "dpop_proof_invalid");
    }
    for (id, changes) in [
        ("late", json!({ "iat": now - 45 })),
        ("early", json!({ "iat": now + 60 })),
        ("query", json!({ "htu": format!("{base}{RENEW}?a=b#c") })),
    ] {
        let claims = with(with(good.clone(), changes), json!({ "jti": id }));
        viewer.renew(Some(&viewer.key.sign(&claims))).await.expect(200);
    }
}

#[tokio::test]
async fn a_replayed_proof_is_refused_on_renew_and_introspect() {
    let viewer = Viewer::start(ProofKey::es256("viewer")).await;
    let proof = viewer.key.sign(&viewer.renew_claims("a"));
    viewer.renew(Some(&proof)).await.expect(200);
    viewer.renew(Some(&proof)).await.expect_problem(401, "dpop_proof_invalid");
    assert_eq!(viewer.introspect(Some(&proof)).await, json!({ "active": false }));
    let same_id = ProofKey::es256("other").sign(&redeem_claims(&viewer.app, "a"));
    let link = viewer.app.issue_link(claims(&viewer.token)["sub"].as_str().unwrap()).await;
    redeem(&viewer.app, &link, &same_id).await.expect(200);
}

#[tokio::test]
async fn introspection_of_a_bound_token_needs_its_proof() {
    let viewer = Viewer::start(ProofKey::es256("viewer")).await;
    let inactive = json!({ "active": false });
    assert_eq!(viewer.introspect(None).await, inactive);
    assert_eq!(viewer.introspect(Some("x")).await, inactive);
    let other = ProofKey::es256("other").sign(&viewer.renew_claims("a"));
    assert_eq!(viewer.introspect(Some(&other)).await, inactive);
    let (url, now) = ("https://images.example/studies/1", viewer.app.clock.now());
    let elsewhere = with_token(proof_claims("b", url, now.seconds()), &viewer.token);
    let stale = with(elsewhere.clone(), json!({ "iat": now.seconds() - 62 }));
    assert_eq!(viewer.introspect(Some(&viewer.key.sign(&stale))).await, inactive);
    let proof = viewer.key.sign(&elsewhere);
    assert_eq!(viewer.introspect(Some(&proof)).await["active"], true);
    assert_eq!(viewer.introspect(Some(&proof)).await, inactive, "a replay");
}

#[tokio::test]
async fn an_invalid_proof_does_not_use_up_the_link() {
    let app = App::start().await;
    let link = app.issue_link(&app.confirm_reader().await).await;
    let key = ProofKey::es256("viewer");
    let good = redeem_claims(&app, "a");
    let now = app.clock.now().seconds();
    let private = with(key.jwk.clone(), json!({ "d": "AAAA" }));
    let other_key = ProofKey::es256("other").jwk;
    let symmetric = json!({ "kty": "oct", "k": "AAAA" });
    let mut invalid = vec![
        "x".to_owned(),
        String::new(),
        link.token.clone(),
        key.sign_with("JWT", &key.jwk, &good),
        key.sign_with("dpop+jwt", &private, &good),
        key.sign_with("dpop+jwt", &other_key, &good),
        key.sign_with("dpop+jwt", &symmetric, &good),
    ];
    for changes in [
        json!({ "htm": "GET" }),
        json!({ "htu": format!("{}{RENEW}", app.base) }),
        json!({ "iat": now - 62 }),
        json!({ "iat": now + 120 }),
    ] {
        invalid.push(key.sign(&with(good.clone(), changes)));
    }
    for proof in &invalid {
        let answer = redeem(&app, &link, proof).await;
        answer.expect_problem(400, "dpop_proof_invalid");
    }
    let unknown = ViewerLink { token: "x".to_owned(), ..link.clone() };
    let answer = redeem(&app, &unknown, &key.sign(&good)).await;
    answer.expect_problem(404, "token_invalid");
    redeem(&app, &link, &key.sign(&good)).await.expect(200);
    let again = app.issue_link(&app.confirm_second_reader().await).await;
    let replayed = redeem(&app, &again, &key.sign(&good)).await;
    replayed.expect_problem(400, "dpop_proof_invalid");
    assert!(app.list_refusals().await.contains("proof_invalid"));
    app.redeem(&again.token).await.expect(200);
}
