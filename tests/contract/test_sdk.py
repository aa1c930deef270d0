"""AutoScribe's official SDK against the service, unchanged."""

import uuid

import avara
import httpx
import pytest
from avara import Avara

from conftest import Service


def person(**changes: object) -> dict:
    return {
        "email": f"{uuid.uuid4().hex}@clinic.example",
        "first_name": "Grace",
        "last_name": "Lind",
        "clinic_role": "Front Desk Operator",
        "level": "member",
        "can_manage_studies": True,
        "can_create_reports": False,
        "has_dashboard_access": False,
        **changes,
    }


@pytest.fixture
def users(service: Service):
    return service.client().auto_scribe.users


def test_invite_answers_the_user_to_be(users) -> None:
    wanted = person(middle_name="B.", suffix1="MD", phone_number="+1 415 555 0132")
    user = users.invite(**wanted)
    assert user.user_id.startswith("usr_")
    assert (user.email, user.first_name, user.middle_name) == (wanted["email"], "Grace", "B.")
    assert (user.phone_number, user.level, user.invited_source) == ("14155550132", "member", "api")
    assert user.created_at.utcoffset().total_seconds() == 0
    assert user.last_login_at is None


def test_a_radiologist_is_verified_confirms_and_is_listed(service: Service, users) -> None:
    wanted = person(
        last_name="Hale", clinic_role="Radiologist", can_create_reports=True, npi_number="1234567893"
    )
    invited = users.invite(**wanted)
    assert invited.npi_number == "1234567893"
    service.accept(wanted["email"])
    found = list(users.list(email=wanted["email"].upper()))
    assert [user.user_id for user in found] == [invited.user_id]
    assert users.retrieve(invited.user_id).can_create_reports is True
    assert invited.user_id in [user.user_id for user in users.list(can_create_reports=True, last_name="hal")]


def test_lists_follow_their_pages_by_themselves(users) -> None:
    sent = [users.invite(**person(last_name="Pager")).user_id for _ in range(7)]
    listed = [invitation.user_id for invitation in users.invitations.list(limit=3)]
    assert [user for user in listed if user in sent] == sent[::-1]
    assert len(listed) == len(set(listed))
    page = users.invitations.list(limit=3)
    assert (len(page.invitations), page.has_more) == (3, True)


def test_every_filter_of_the_sdk(service: Service, users) -> None:
    wanted = person()
    user = users.invite(**wanted)
    mine = users.invitations.list(user_id=user.user_id)
    assert [invitation.email for invitation in mine.invitations] == [wanted["email"]]
    today = mine.invitations[0].created_at.date().isoformat()
    users.invitations.revoke(user_id=user.user_id)
    filters = {"status": ["revoked", "rejected"], "expired": "not-expired", "start_date": today, "end_date": today}
    ids = [invitation.user_id for invitation in users.invitations.list(**filters, limit=100)]
    assert user.user_id in ids
    assert not list(users.invitations.list(user_id=user.user_id, status=["sent", "accepted"]))
    service.accept(invite_and_email(users))
    for query in ({"level": "member"}, {"first_name": "rac"}, {"invited_source": "api"}, {"can_create_reports": False}):
        assert list(users.list(**query)), query


def invite_and_email(users) -> str:
    wanted = person()
    users.invite(**wanted)
    return wanted["email"]


def test_retrieve_update_and_revoke_an_invitation(users) -> None:
    users.invite(**person(suffix1="Jr."))
    invitation_id = next(iter(users.invitations.list(limit=1))).invitation_id
    assert users.invitations.retrieve(invitation_id).suffix1 == "Jr."
    updated = users.invitations.update(invitation_id, first_name="Gráinne", suffix1=None, can_manage_studies=False)
    assert (updated.first_name, updated.suffix1, updated.can_manage_studies) == ("Gráinne", None, False)
    done = users.invitations.revoke(invitation_id=invitation_id)
    assert done.success and done.message
    assert users.invitations.retrieve(invitation_id).status == "revoked"


def test_update_revoke_access_and_reactivate_a_user(service: Service, users) -> None:
    user = service.accept(invite_and_email(users))
    updated = users.update(user["userId"], first_name="Gráinne", suffix1="Jr.", can_manage_studies=False)
    assert (updated.first_name, updated.suffix1, updated.can_manage_studies) == ("Gráinne", "Jr.", False)
    assert users.update(user["userId"], suffix1=None).suffix1 is None
    assert users.revoke_access(user_id=user["userId"]).success
    assert users.reactivate(user_id=user["userId"]).success
    assert users.retrieve(user["userId"]).first_name == "Gráinne"


def test_every_filter_of_users_and_their_pages(service: Service, users) -> None:
    sent = [users.invite(**person(last_name="Zeta")) for _ in range(3)]
    for user in sent:
        service.accept(user.email)
    mine = {"last_name": "zeta", "limit": 2}
    assert [user.user_id for user in users.list(**mine)] == [user.user_id for user in sent][::-1]
    for query, found in [
        ({"level": "member"}, 3), ({"level": "admin"}, 0), ({"first_name": "GRA"}, 3), ({"invited_source": "api"}, 3),
        ({"invited_source": "dashboard"}, 0), ({"can_create_reports": True}, 0), ({"email": sent[0].email.upper()}, 1),
    ]:  # fmt: skip
        assert len(list(users.list(**{**mine, **query}))) == found, query


def test_revoked_access_shows_and_an_api_key_changes_no_owner(service: Service, users) -> None:
    user = service.accept(invite_and_email(users))
    users.revoke_access(user_id=user["userId"])
    with pytest.raises(avara.ConflictError) as deactivated:
        users.update(user["userId"], first_name="Eve")
    assert deactivated.value.body["code"] == "user_deactivated"
    with pytest.raises(avara.ConflictError) as again:
        users.invite(**person(email=user["email"]))
    assert again.value.body["code"] == "user_deactivated"
    users.reactivate(user_id=user["userId"])
    owner = next(iter(users.list(level="owner")))
    with pytest.raises(avara.PermissionDeniedError):
        users.update(owner.user_id, level="member")
    with pytest.raises(avara.PermissionDeniedError):
        users.revoke_access(user_id=owner.user_id)


def test_each_class_of_error(service: Service, users) -> None:
    with pytest.raises(avara.UnprocessableEntityError) as refused:
        users.invite(**person(email="nobody", npi_number="1234567890"))
    faults = {(fault["field"], fault["code"]) for fault in refused.value.body["errors"]}
    assert faults == {("email", "email_invalid"), ("npiNumber", "npi_invalid")}
    with pytest.raises(avara.AuthenticationError):
        Avara(base_url=service.url, api_key="ask_wrong").auto_scribe.users.list()
    with pytest.raises(avara.NotFoundError):
        users.retrieve("usr_" + "0" * 32)
    with pytest.raises(avara.BadRequestError):
        users.invitations.list(start_date="yesterday")
    wanted = person()
    users.invite(**wanted)
    with pytest.raises(avara.ConflictError) as taken:
        users.invite(**{**wanted, "first_name": "Eve"})
    assert taken.value.body["code"] == "already_invited"
    with pytest.raises(avara.APIConnectionError):
        Avara(base_url="http://127.0.0.1:9", api_key=service.key, max_retries=0).auto_scribe.users.list()


def test_a_409_is_sent_once(counted: tuple[Avara, list[httpx.Request]]) -> None:
    client, sent = counted
    wanted = person()
    client.auto_scribe.users.invite(**wanted)
    sent.clear()
    with pytest.raises(avara.ConflictError):
        client.auto_scribe.users.invite(**{**wanted, "first_name": "Eve"})
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("canned", "requests"),
    [
        ((409, {"content-type": "application/problem+json"}, b"{}"), 3),
        ((409, {"content-type": "application/problem+json", "x-should-retry": "false"}, b"{}"), 1),
    ],
    indirect=["canned"],
)
def test_without_our_header_the_sdk_would_repeat_a_409(canned, requests: int) -> None:
    client = Avara(base_url=canned.url, api_key="ask_x", max_retries=2)
    with pytest.raises(avara.ConflictError):
        client.auto_scribe.users.invite(**person())
    assert len(canned.requests) == requests


def test_a_repeat_by_the_sdk_mails_once(service: Service, users) -> None:
    wanted = person()
    first, second = users.invite(**wanted), users.invite(**wanted)
    assert first == second
    assert len(service.mails(wanted["email"])) == 1
