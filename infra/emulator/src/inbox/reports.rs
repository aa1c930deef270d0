//! What SES reports about a captured email. The recipient decides, as with the mailbox simulator of SES
//! ("Using the mailbox simulator" in the SES developer guide), but in any domain.

use domain::entropy::{Entropy, random};
use serde_json::{Value, json};

use super::CapturedEmail;

/// The events of SES about this email, in the order in which SES usually sends them.
pub(crate) fn reports_on(email: &CapturedEmail, entropy: &dyn Entropy) -> Vec<Value> {
    let to = email.to().first().copied().unwrap_or_default();
    let mailbox = to.split(['@', '+']).next().unwrap_or_default();
    let delivery = || ("Delivery", json!({ "delivery": { "recipients": [to] } }));
    let bounce = |kind: &str, sub_type: &str, recipient: Value| {
        let recipients = [with_address(recipient, to)];
        let bounce = json!({ "bounceType": kind, "bounceSubType": sub_type, "bouncedRecipients": recipients });
        ("Bounce", json!({ "bounce": bounce }))
    };
    let then = match mailbox {
        "bounce" => {
            let code = format!("smtp; 550 5.1.1 <{to}> user unknown");
            let failed = json!({ "action": "failed", "status": "5.1.1", "diagnosticCode": code });
            vec![bounce("Permanent", "General", failed)]
        }
        "suppressionlist" => vec![bounce("Permanent", "OnAccountSuppressionList", json!({}))],
        "ooto" => vec![delivery(), bounce("Transient", "General", json!({}))],
        "complaint" => {
            let complaint = json!({ "complainedRecipients": [{ "emailAddress": to }], "complaintFeedbackType": "abuse" });
            vec![delivery(), ("Complaint", json!({ "complaint": complaint }))]
        }
        _ => vec![delivery()],
    };
    let all = std::iter::once(("Send", json!({ "send": {} }))).chain(then);
    all.map(|(kind, detail)| {
        let id: u128 = u128::from_be_bytes(random(entropy));
        let mut event = ses_event(email, kind, &detail);
        event["id"] = format!("{id:032x}").into();
        event
    })
    .collect()
}

fn with_address(mut recipient: Value, address: &str) -> Value {
    recipient["emailAddress"] = address.into();
    recipient
}

/// An event about a captured email, as `EventBridge` delivers it. `kind` is its `eventType`, and `detail` has
/// what only this kind has.
pub fn ses_event(email: &CapturedEmail, kind: &str, detail: &Value) -> Value {
    let detail_type = match kind {
        "Send" => "Email Sent",
        "Delivery" => "Email Delivered",
        "DeliveryDelay" => "Email Delivery Delayed",
        "Bounce" => "Email Bounced",
        "Complaint" => "Email Complaint Received",
        "Reject" => "Email Rejected",
        _ => "Email Rendering Failed",
    };
    let mut tags = json!({ "ses:configuration-set": [email.request["ConfigurationSetName"]] });
    for tag in email.request["EmailTags"].as_array().into_iter().flatten() {
        tags[tag["Name"].as_str().unwrap_or_default()] = json!([tag["Value"]]);
    }
    let mail = json!({
        "timestamp": email.received_at,
        "source": email.from(),
        "messageId": email.id,
        "destination": email.to(),
        "tags": tags,
    });
    let mut body = detail.clone();
    body["eventType"] = kind.into();
    body["mail"] = mail;
    json!({
        "version": "0",
        "id": "0",
        "detail-type": detail_type,
        "source": "aws.ses",
        "account": "000000000000",
        "time": email.received_at,
        "region": crate::aws::REGION,
        "resources": [],
        "detail": body,
    })
}
