//! Invites to start from.

use serde_json::{Value, json};

/// A member without an NPI or the dashboard.
pub(crate) fn member(email: &str) -> Value {
    json!({
        "email": email, "firstName": "Grace", "lastName": "Lind", "clinicRole": "Front Desk Operator", "level": "member",
        "canManageStudies": true, "canCreateReports": false, "hasDashboardAccess": false,
    })
}

/// A radiologist whom the local registry verifies.
pub(crate) fn radiologist(email: &str) -> Value {
    with(
        member(email),
        json!({
            "firstName": "Ada", "lastName": "Hale", "clinicRole": "Radiologist", "canCreateReports": true,
            "npiNumber": "1234567893",
        }),
    )
}

/// An admin, who has the dashboard.
pub(crate) fn admin(email: &str) -> Value {
    with(member(email), json!({"level": "admin", "hasDashboardAccess": true}))
}

/// A member with the dashboard.
pub(crate) fn dashboard_member(email: &str) -> Value {
    with(member(email), json!({"hasDashboardAccess": true}))
}

/// The password of everybody here.
pub(crate) const PASSWORD: &str = "lantern-gravel-otter";

/// `base` with the members of `changes` put over it.
pub(crate) fn with(mut base: Value, changes: Value) -> Value {
    let (Value::Object(into), Value::Object(from)) = (&mut base, changes) else {
        panic!("objects")
    };
    into.extend(from);
    base
}
