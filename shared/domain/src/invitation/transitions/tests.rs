use super::super::InvitationStatus;
use super::*;
use crate::ids::UserId;
use crate::npi::tests::registered;
use crate::person::profile::tests::{name, profile};
use proptest::prelude::*;

const DAY: Duration = Duration::from_hours(24);
const CALLER: Inviter = Inviter::Operator;

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(1_795_512_600_000).unwrap().plus(Duration::from_secs(seconds))
}

fn pending_invitation() -> PendingInvitation {
    NewInvitation {
        id: InvitationId::from_bytes([1; 16]),
        clinic: ClinicId::from_bytes([2; 16]),
        email: Email::parse("ada@clinic.example").unwrap(),
        profile: profile(),
        invited_by: Inviter::Operator,
        open_for: 7 * DAY,
        fingerprint: Fingerprint::of(&[b"caller", b"body"]),
    }
    .create(at(0))
}

#[derive(Clone, Copy, Debug)]
enum InvitationCommand {
    Accept,
    Reject,
    Revoke,
    Resend,
    Edit,
    RequestNew,
    Attest,
    RecheckNpi,
}

fn commands() -> impl Strategy<Value = Vec<(InvitationCommand, u64)>> {
    use InvitationCommand::*;
    let one = prop_oneof![
        Just(Accept),
        Just(Reject),
        Just(Revoke),
        Just(Resend),
        Just(Edit),
        Just(RequestNew),
        Just(Attest),
        Just(RecheckNpi)
    ];
    proptest::collection::vec((one, 0_u64..300_000), 0..40)
}

/// Applies one command. Returns `None` if the state forbids it.
fn run(
    invitation: Invitation,
    command: InvitationCommand,
    now: Timestamp,
) -> Option<(Invitation, u64)> {
    let pending = invitation.pending().ok()?;
    let decided: InvitationTransition<Invitation> = match command {
        InvitationCommand::Revoke => pending.revoke(now).map(Into::into),
        InvitationCommand::Resend => {
            pending.resend(CALLER, now, 7 * DAY, None).ok()?.map(Into::into)
        }
        InvitationCommand::Accept => {
            pending.check_expiry(now).ok()?.accept(None, 0, now).map(|a| a.invitation.into())
        }
        InvitationCommand::Reject => {
            pending.check_expiry(now).ok()?.reject(None, now).map(Into::into)
        }
        InvitationCommand::Edit => {
            pending.check_expiry(now).ok()?.edit(profile(), Inviter::Operator, now).map(Into::into)
        }
        InvitationCommand::Attest => {
            let by = Attester::User(UserId::from_bytes([9; 16]));
            pending.check_expiry(now).ok()?.attest(by, now).ok()?.map(Into::into)
        }
        InvitationCommand::RecheckNpi => {
            let answer = registered(&["OBI"]);
            pending.check_expiry(now).ok()?.recheck_npi(&answer, now)?.map(Into::into)
        }
        InvitationCommand::RequestNew => pending.request_new(now)?.map(Into::into),
    };
    Some((decided.next, decided.expected_version))
}

proptest! {
    #[test]
    fn no_sequence_of_commands_reaches_an_illegal_state(commands in commands()) {
        let mut invitation: Invitation = pending_invitation().into();
        let mut now = at(0);
        let (mut accepted, mut expiry) = (0, invitation.details().expiry);
        for (command, pause) in commands {
            now = now.plus(Duration::from_secs(pause));
            let before = invitation.clone();
            let Some((next, expected)) = run(invitation.clone(), command, now) else { continue };
            prop_assert_eq!(before.status(), InvitationStatus::Sent, "only a pending invitation changes");
            prop_assert_eq!(expected, before.details().version);
            prop_assert_eq!(next.details().version, expected + 1, "every change raises the version");
            prop_assert_eq!(&next.details().email, &before.details().email);
            prop_assert_eq!(next.details().created_at, before.details().created_at);
            let resent = next.details().generation - before.details().generation;
            prop_assert_eq!(resent == 1, matches!(command, InvitationCommand::Resend), "only a resend makes a new link");
            match command {
                InvitationCommand::Revoke
                | InvitationCommand::Resend
                | InvitationCommand::RequestNew => {}
                _ => prop_assert!(now < expiry, "only a revoke, a resend or a request for a new link follows the expiry"),
            }
            accepted += u32::from(next.status() == InvitationStatus::Accepted);
            expiry = next.details().expiry;
            invitation = next;
        }
        prop_assert!(accepted <= 1, "accepted at most once");
    }
}

#[test]
fn the_user_has_the_id_and_permissions_of_the_invitation() {
    let decided = pending_invitation().check_expiry(at(60)).unwrap().accept(None, 0, at(60));
    let Acceptance { invitation, user } = decided.next;
    assert_eq!(user.id, invitation.details.id.user_id());
    assert_eq!(user.profile, invitation.details.profile);
    assert!(user.is_assignable());
}

#[test]
fn an_npi_that_was_ruled_out_by_acceptance_shows_and_ends_reporting() {
    let user = pending_invitation()
        .check_expiry(at(60))
        .unwrap()
        .accept(Some(&RegistryAnswer::Deactivated), 0, at(60))
        .next
        .user;
    assert_eq!(user.profile.permissions.verification_name(), "deactivated");
    assert!(!user.is_assignable());
}

#[test]
fn an_invitation_expires_at_its_time_and_not_before() {
    let week = 7 * 86_400;
    assert!(pending_invitation().check_expiry(at(week - 1)).is_ok());
    assert!(pending_invitation().check_expiry(at(week)).is_err());
    assert!(Invitation::from(pending_invitation()).is_expired(at(week)));
}

#[test]
fn a_resend_waits_a_minute_and_renews_the_link_and_the_expiry() {
    assert_eq!(
        pending_invitation().resend(CALLER, at(59), DAY, None).unwrap_err().retry_after,
        Duration::from_secs(1)
    );
    let next = pending_invitation().resend(CALLER, at(60), DAY, None).unwrap().next.details;
    assert_eq!((next.generation, next.expiry), (2, at(60).plus(DAY)));
    assert_eq!(next.email_delivery, EmailDelivery::unsent());
}

#[test]
fn a_resend_repeats_for_its_caller_within_the_minute() {
    let other = Inviter::User(UserId::from_bytes([9; 16]));
    let first = pending_invitation();
    assert!(!first.is_resend_repeated(CALLER, at(1)), "the invite is no resend");
    let resent = first.resend(CALLER, at(60), DAY, None).unwrap().next;
    assert!(resent.is_resend_repeated(CALLER, at(119)));
    assert!(!resent.is_resend_repeated(CALLER, at(120)));
    assert!(!resent.is_resend_repeated(other, at(61)));
}

#[test]
fn a_new_link_can_be_requested_once_per_generation() {
    let late = at(8 * 86_400);
    let requested = pending_invitation().request_new(late).unwrap().next;
    assert_eq!(requested.clone().request_new(late), None);
    let again = requested.resend(CALLER, late, DAY, None).unwrap().next;
    assert!(!again.new_requested);
}

#[test]
fn the_same_request_within_ten_minutes_is_a_retry() {
    let invitation = Invitation::from(pending_invitation());
    let same = Fingerprint::of(&[b"caller", b"body"]);
    assert!(invitation.is_repeat(&same, at(599)));
    assert!(!invitation.is_repeat(&same, at(600)));
    for other in [[&b"other"[..], b"body"], [b"caller", b"other"], [b"callerb", b"ody"]] {
        assert!(!invitation.is_repeat(&Fingerprint::of(&other), at(1)));
    }
}

#[test]
fn an_edit_keeps_the_link_and_the_expiry() {
    let mut offered = profile();
    offered.name.first = name("Eve");
    let next = pending_invitation()
        .check_expiry(at(60))
        .unwrap()
        .edit(offered.clone(), Inviter::Operator, at(60))
        .next
        .details;
    assert_eq!((next.generation, next.expiry), (1, pending_invitation().details.expiry));
    assert_eq!(next.profile, offered);
}

#[test]
fn an_attestation_survives_a_recheck_and_passes_to_the_user() {
    let other = registered(&["OBI"]);
    let live = |pending: PendingInvitation| pending.check_expiry(at(60)).unwrap();
    let by = Attester::User(UserId::from_bytes([9; 16]));
    let changed = live(pending_invitation()).recheck_npi(&other, at(60)).unwrap();
    assert_eq!(changed.action, AuditAction::NpiVerificationChanged);
    let attested = live(changed.next).attest(by, at(60)).unwrap();
    assert_eq!(attested.action, AuditAction::NpiAttested);
    let attested = attested.next;
    assert_eq!(live(attested.clone()).recheck_npi(&other, at(60)), None);
    assert!(live(attested.clone()).attest(by, at(60)).is_err());
    assert!(live(attested).accept(None, 0, at(61)).next.user.is_assignable());
}

#[test]
fn only_a_change_of_permissions_changes_who_granted_them() {
    let editor = Inviter::User(UserId::from_bytes([9; 16]));
    let edit = |profile: Profile| {
        let live = pending_invitation().check_expiry(at(60)).unwrap();
        live.edit(profile, editor, at(60)).next.details.granted_by
    };
    let (mut renamed, mut promoted) = (profile(), profile());
    renamed.name.first = name("Eve");
    assert_eq!(edit(renamed), Inviter::Operator);
    promoted.permissions.manage_studies = !promoted.permissions.manage_studies;
    assert_eq!(edit(promoted), editor);
}

#[test]
fn a_resend_replaces_the_granter_only_if_asked_to() {
    let manager = Inviter::User(UserId::from_bytes([9; 16]));
    let resent =
        |by| pending_invitation().resend(CALLER, at(60), DAY, by).unwrap().next.details.granted_by;
    assert_eq!(resent(None), Inviter::Operator);
    assert_eq!(resent(Some(manager)), manager);
}
