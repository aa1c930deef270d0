//! Invite bodies.

use serde_json::{Value, json};

/// A member without an NPI and without dashboard access.
pub(crate) fn member(email: &str) -> Value {
    json!({
        "email": email, "firstName": "Grace", "lastName": "Lind", "clinicRole": "Front Desk Operator", "level": "member",
        "canManageStudies": true, "canCreateReports": false, "hasDashboardAccess": false,
    })
}

/// A radiologist that the local registry verifies.
pub(crate) fn radiologist(email: &str) -> Value {
    with(
        member(email),
        json!({
            "firstName": "Ada", "lastName": "Hale", "clinicRole": "Radiologist", "canCreateReports": true,
            "npiNumber": "1234567893",
        }),
    )
}

/// An admin, with dashboard access.
pub(crate) fn admin(email: &str) -> Value {
    with(member(email), json!({"level": "admin", "hasDashboardAccess": true}))
}

/// A member with dashboard access.
pub(crate) fn dashboard_member(email: &str) -> Value {
    with(member(email), json!({"hasDashboardAccess": true}))
}

/// The password of every test person.
pub(crate) const PASSWORD: &str = "lantern-gravel-otter";

/// `base` with the fields of `changes` added or replaced.
pub(crate) fn with(mut base: Value, changes: Value) -> Value {
    let (Value::Object(into), Value::Object(from)) = (&mut base, changes) else {
        panic!("objects")
    };
    into.extend(from);
    base
}
