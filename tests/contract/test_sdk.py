"""AutoScribe's official SDK, unchanged, against the service."""

import re
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


def test_invite_returns_the_future_user(users) -> None:
    wanted = person(middle_name="B.", suffix1="MD", phone_number="+1 415 555 0132")
    user = users.invite(**wanted)
    assert user.user_id.startswith("usr_")
    assert (user.email, user.first_name, user.middle_name) == (wanted["email"], "Grace", "B.")
    assert (user.phone_number, user.level, user.invited_source) == ("+14155550132", "member", "api")
    assert user.created_at.utcoffset().total_seconds() == 0
    assert user.last_login_at is None


def test_a_radiologist_is_verified_and_listed_after_confirming(service: Service, users) -> None:
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


def test_lists_fetch_all_their_pages(users) -> None:
    sent = [users.invite(**person(last_name="Pager")).user_id for _ in range(7)]
    listed = [invitation.user_id for invitation in users.invitations.list(limit=3)]
    assert [user for user in listed if user in sent] == sent[::-1]
    assert len(listed) == len(set(listed))
    page = users.invitations.list(limit=3)
    assert (len(page.invitations), page.has_more) == (3, True)


def test_every_invitation_filter_works(service: Service, users) -> None:
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
    service.accept(invite_and_get_email(users))
    for query in ({"level": "member"}, {"first_name": "rac"}, {"invited_source": "api"}, {"can_create_reports": False}):
        assert list(users.list(**query)), query


def invite_and_get_email(users) -> str:
    wanted = person()
    users.invite(**wanted)
    return wanted["email"]


def test_an_invitation_can_be_read_updated_and_revoked(users) -> None:
    users.invite(**person(suffix1="Jr."))
    invitation_id = next(iter(users.invitations.list(limit=1))).invitation_id
    assert users.invitations.retrieve(invitation_id).suffix1 == "Jr."
    updated = users.invitations.update(invitation_id, first_name="Gráinne", suffix1=None, can_manage_studies=False)
    assert (updated.first_name, updated.suffix1, updated.can_manage_studies) == ("Gráinne", None, False)
    done = users.invitations.revoke(invitation_id=invitation_id)
    assert done.success and done.message
    assert users.invitations.retrieve(invitation_id).status == "revoked"


def test_a_user_can_be_updated_revoked_and_reactivated(service: Service, users) -> None:
    user = service.accept(invite_and_get_email(users))
    updated = users.update(user["userId"], first_name="Gráinne", suffix1="Jr.", can_manage_studies=False)
    assert (updated.first_name, updated.suffix1, updated.can_manage_studies) == ("Gráinne", "Jr.", False)
    assert users.update(user["userId"], suffix1=None).suffix1 is None
    assert users.revoke_access(user_id=user["userId"]).success
    assert users.reactivate(user_id=user["userId"]).success
    assert users.retrieve(user["userId"]).first_name == "Gráinne"


def test_every_user_filter_works_with_pages(service: Service, users) -> None:
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


def test_a_deactivated_user_is_409_and_an_api_key_cannot_change_an_owner(service: Service, users) -> None:
    user = service.accept(invite_and_get_email(users))
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


def test_each_error_raises_its_exception(service: Service, users) -> None:
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


def test_the_sdk_does_not_retry_a_409(recorded_sdk: tuple[Avara, list[httpx.Request]]) -> None:
    client, sent = recorded_sdk
    wanted = person()
    client.auto_scribe.users.invite(**wanted)
    sent.clear()
    with pytest.raises(avara.ConflictError):
        client.auto_scribe.users.invite(**{**wanted, "first_name": "Eve"})
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("fixed_answer", "requests"),
    [
        ((409, {"content-type": "application/problem+json"}, b"{}"), 3),
        ((409, {"content-type": "application/problem+json", "x-should-retry": "false"}, b"{}"), 1),
    ],
    indirect=["fixed_answer"],
)
def test_the_sdk_retries_a_409_without_the_should_retry_header(fixed_answer, requests: int) -> None:
    client = Avara(base_url=fixed_answer.url, api_key="ask_x", max_retries=2)
    with pytest.raises(avara.ConflictError):
        client.auto_scribe.users.invite(**person())
    assert len(fixed_answer.requests) == requests


def test_a_repeated_invite_sends_one_email(service: Service, users) -> None:
    wanted = person()
    first, second = users.invite(**wanted), users.invite(**wanted)
    assert first == second
    assert len(service.wait_for_emails(wanted["email"])) == 1


@pytest.fixture
def reader(service: Service, users) -> str:
    """A confirmed radiologist. Tests share one, because an NPI belongs to one person in a clinic."""
    found = [user.user_id for user in users.list(can_create_reports=True) if user.npi_number == "1234567893"]
    if found:
        return found[0]
    wanted = person(last_name="Hale", clinic_role="Radiologist", can_create_reports=True, npi_number="1234567893")
    users.invite(**wanted)
    return service.accept(wanted["email"])["userId"]


def open_link(service: Service, url: str) -> dict:
    """Redeems a link as the viewer does."""
    token = re.search(r"#token=([\w-]+)$", url).group(1)
    answer = httpx.post(f"{service.url}/v1/access/redeem", json={"token": token})
    answer.raise_for_status()
    return answer.json()


STUDY = "stu_" + "0a" * 16


def test_reroute_url_opens_a_view_that_can_dictate(service: Service, reader: str) -> None:
    studies = service.client().auto_scribe.studies
    link = studies.reroute_url(assigned_to_user_id=reader, study_id=STUDY, study_instance_uid="1.2.840.1")
    assert link.url.startswith(f"{service.url}/viewer/study/{STUDY}#token=")
    view = open_link(service, link.url)
    assert view["scope"] == "study:read report:write"
    assert view["study"] == {"studyId": STUDY, "studyInstanceUid": "1.2.840.1"}
    longer = studies.reroute_url(
        assigned_to_user_id=reader, study_id=STUDY, extra_body={"linkSeconds": 300, "viewSeconds": 600}
    )
    assert longer.url != link.url


def test_viewer_only_reroute_url_opens_a_read_only_view(service: Service, reader: str) -> None:
    studies = service.client().auto_scribe.studies
    for who in ({}, {"user_id": reader}):
        link = studies.viewer_only_reroute_url(study_instance_uid="1.2.840.1", **who)
        assert open_link(service, link.url)["scope"] == "study:read"


def test_an_ephemeral_session_returns_what_was_requested(service: Service) -> None:
    options = {"studyInstanceUids": ["1.2.3", "1.2.4"], "window": 1.5}
    link = service.client().auto_scribe.ephemeral_sessions.create(
        retrieval_id="order 7",
        hanging_protocol={"layout": "2x2", "viewport_assignments": ["Axial T1", None]},
        options=options,
    )
    assert "/viewer/ephemeral/order%207#token=" in link.url
    view = open_link(service, link.url)
    assert (view["retrievalId"], view["options"]) == ("order 7", options)
    assert view["hangingProtocol"] == {"layout": "2x2", "viewportAssignments": ["Axial T1", None]}


def test_each_refused_link_raises_its_exception(service: Service, users, reader: str) -> None:
    scribe = service.client().auto_scribe
    with pytest.raises(avara.NotFoundError) as unknown:
        scribe.studies.reroute_url(assigned_to_user_id="usr_" + "0" * 32, study_id=STUDY)
    assert unknown.value.body["code"] == "user_not_found"
    waiting = users.invite(**person())
    with pytest.raises(avara.ConflictError) as unconfirmed:
        scribe.studies.reroute_url(assigned_to_user_id=waiting.user_id, study_id=STUDY)
    assert unconfirmed.value.body["code"] == "invitation_not_confirmed"
    clerk = service.accept(invite_and_get_email(users))["userId"]
    with pytest.raises(avara.PermissionDeniedError) as forbidden:
        scribe.studies.reroute_url(assigned_to_user_id=clerk, study_id=STUDY)
    assert forbidden.value.body["code"] == "cannot_create_reports"
    users.revoke_access(user_id=clerk)
    with pytest.raises(avara.ConflictError) as deactivated:
        scribe.studies.viewer_only_reroute_url(user_id=clerk, study_id=STUDY)
    assert deactivated.value.body["code"] == "user_deactivated"
    with pytest.raises(avara.UnprocessableEntityError) as neither:
        scribe.studies.reroute_url(assigned_to_user_id=reader)
    assert neither.value.body["code"] == "study_required"
    with pytest.raises(avara.UnprocessableEntityError) as large:
        scribe.ephemeral_sessions.create(retrieval_id="x", options={"x": "x" * 3072})
    assert large.value.body["code"] == "options_too_large"
