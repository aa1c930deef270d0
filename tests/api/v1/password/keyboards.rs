//! Passwords that another keyboard types with other code points.

use serde_json::json;

use crate::support::{App, dashboard_member};

/// How two keyboards type the same password.
const SAME: [[&str; 2]; 7] = [
    ["caf\u{e9} lantern gravel", "cafe\u{301} lantern gravel"],
    ["ti\u{1ebf}ng lantern gravel", "tie\u{302}\u{301}ng lantern gravel"],
    ["lantern\u{a0}gravel otter", "lantern gravel otter"],
    ["ｌａｎｔｅｒｎ gravel otter", "lantern gravel otter"],
    ["\u{212b}ngstrom lantern gravel", "\u{c5}ngstrom lantern gravel"],
    ["q\u{323}\u{307} lantern gravel", "q\u{307}\u{323} lantern gravel"],
    [
        "\u{d55c}\u{ae00} lantern gravel",
        "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af} lantern gravel",
    ],
];

#[tokio::test]
async fn every_route_reads_a_password_from_any_keyboard() {
    let app = App::start().await;
    for (n, [one, two]) in SAME.into_iter().enumerate() {
        let email = format!("p{n}@clinic.example");
        app.invite_and_confirm(&dashboard_member(&email), Some(one)).await;
        let answer = app.sign_in(&email, two).await;
        answer.expect(200);
        let client = app.session_from(&answer).client;
        let confirm = json!({ "password": two });
        client.post("/v1/session/confirm", &confirm).await.expect(200);
        let change = json!({ "currentPassword": two, "newPassword": format!("{two} pumice") });
        client.post("/v1/password/change", &change).await.expect(200);
        app.sign_in(&email, &format!("{one} pumice")).await.expect(200);
        app.reset_password(&email, two).await;
        app.sign_in(&email, one).await.expect(200);
        // Another clinic's invitation takes the account's own password.
        let other = app.create_other_clinic().await;
        let invited = other.invite(&dashboard_member(&email)).await;
        let token = app.token_in(&other, &invited).await;
        let accept = json!({ "token": token, "password": one });
        app.as_invitee().accept(&accept).await.expect(200);
    }
}
