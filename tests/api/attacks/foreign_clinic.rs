//! A genuine view token of one clinic is tried in another.

use serde_json::{Value, json};

use crate::support::{App, INTROSPECT, TestClient, VIEWER_ONLY, ViewerLink, claims, with};

const STUDY: &str = "1.2.840.113619.2.1";

/// Opens the study read-only for the clinic of this PACS. Returns the view token.
async fn open_study(app: &App, pacs: &TestClient) -> String {
    let study = json!({ "studyInstanceUid": STUDY });
    app.open_link(&ViewerLink::from_response(&pacs.post(VIEWER_ONLY, &study).await)).await
}

async fn introspect(pacs: &TestClient, token: &str) -> Value {
    pacs.post(INTROSPECT, &json!({ "token": token })).await.expect(200)
}

#[tokio::test]
async fn a_genuine_token_of_one_clinic_is_inactive_for_another_clinics_key() {
    let app = App::start().await;
    let (ours, theirs) = (app.as_pacs(), app.create_other_clinic().await);
    let (our_view, their_view) = (open_study(&app, &ours).await, open_study(&app, &theirs).await);
    let inactive = json!({ "active": false });
    for (pacs, own, foreign) in [(&ours, &our_view, &their_view), (&theirs, &their_view, &our_view)]
    {
        assert_eq!(claims(own)["study"], claims(foreign)["study"], "both name the same study");
        assert_eq!(introspect(pacs, own).await["active"], true);
        assert_eq!(introspect(pacs, foreign).await, inactive);
    }
}

#[tokio::test]
async fn the_audience_of_a_token_names_its_clinic() {
    let app = App::start().await;
    let theirs = app.create_other_clinic().await;
    let our_claims = claims(&open_study(&app, &app.as_pacs()).await);
    let their_claims = claims(&open_study(&app, &theirs).await);
    assert_eq!(our_claims["aud"], format!("autoscribe-viewer/{}", app.clinic_id));
    for of in [&our_claims, &their_claims] {
        let clinic = of["clinic"].as_str().unwrap();
        assert_eq!(of["aud"], format!("autoscribe-viewer/{clinic}"));
    }
    assert_ne!(our_claims["aud"], their_claims["aud"]);
}

#[tokio::test]
async fn a_token_with_the_audience_or_the_clinic_of_another_clinic_opens_nothing() {
    let app = App::start().await;
    let theirs = app.create_other_clinic().await;
    let (ours, their_view) = (app.as_pacs(), open_study(&app, &theirs).await);
    let our_claims = claims(&open_study(&app, &ours).await);
    let their_claims = claims(&their_view);
    let signer = app.signer();
    for changes in [
        json!({ "aud": their_claims["aud"] }),
        json!({ "clinic": their_claims["clinic"] }),
        json!({ "aud": their_claims["aud"], "clinic": their_claims["clinic"] }),
        json!({ "aud": "autoscribe-viewer" }),
        json!({ "aud": "autoscribe-viewer/" }),
    ] {
        let token = signer.sign("at+jwt", &with(our_claims.clone(), changes.clone())).unwrap();
        for pacs in [&ours, &theirs] {
            let answer = introspect(pacs, &token).await;
            assert_eq!(answer, json!({ "active": false }), "{changes}");
        }
        app.renew(&token).await.expect_problem(401, "view_ended");
    }
}
