use super::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn an_object_survives_its_text(bytes in any::<[u8; 16]>()) {
        let user = UserId::from_bytes(bytes);
        let invitation = InvitationId::from_bytes(bytes);
        let key = ApiKeyId::from_bytes(bytes);
        let clinic = AuditObject::Clinic(ClinicId::from_bytes(bytes));
        let session = AuditObject::Session(SessionId::from_bytes(bytes));
        let notice = AuditObject::Notice(NoticeId::from_bytes(bytes));
        let keys = AuditObject::Keys(KeySet::ALL[usize::from(bytes[0]) % KeySet::ALL.len()]);
        let webhook = AuditObject::Webhook(WebhookId::from_bytes(bytes));
        let others = [notice, keys, webhook, AuditObject::ApiKey(key), AuditObject::Invitation(invitation), AuditObject::User(user)];
        for object in [clinic, session].into_iter().chain(others) {
            prop_assert_eq!(AuditObject::parse(&object.to_string()), Some(object));
        }
    }

    #[test]
    fn reading_never_panics(text in any::<String>()) {
        let _ = (AuditObject::parse(&text), AuditAction::parse(&text, Some(&text)));
    }
}

#[test]
fn a_search_for_a_user_also_finds_their_invitation_and_accesses() {
    let (ada, grace) = (UserId::from_bytes([1; 16]), UserId::from_bytes([2; 16]));
    let asked = AuditObject::User(ada);
    let access = |user| AuditObject::Access {
        id: AccessId::from_bytes([3; 16]),
        user,
        study: None,
        mode: None,
    };
    assert!(AuditObject::User(ada).concerns(&asked));
    assert!(AuditObject::Invitation(ada.invitation_id()).concerns(&asked));
    assert!(access(Some(ada)).concerns(&asked));
    assert!(access(Some(ada)).concerns(&access(None)), "an access is found by its id");
    for other in [
        AuditObject::User(grace),
        AuditObject::Invitation(grace.invitation_id()),
        access(Some(grace)),
        access(None),
    ] {
        assert!(!other.concerns(&asked));
    }
    assert!(!AuditObject::User(ada).concerns(&AuditObject::Invitation(ada.invitation_id())));
}

#[test]
fn every_action_survives_its_name() {
    let refused = AccessRefusal::ALL.map(AuditAction::AccessRefused);
    let changed = KeyChange::ALL.map(AuditAction::KeysChanged);
    for action in AuditAction::ALL.into_iter().chain(refused).chain(changed) {
        assert_eq!(AuditAction::parse(action.as_str(), action.detail()), Some(action));
        assert!(AuditAction::is_name(action.as_str()));
    }
    assert!(!AuditAction::is_name("access"));
}
