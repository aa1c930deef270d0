"""The event feed: the stream's second reader, its filters and its role."""

import re

from conftest import Clinic, member

from cloud import Caller, Stack, wait_for


def feed(reader: Caller) -> list[dict]:
    events, after, more = [], "0", True
    while more:
        page = reader.expect(200, "GET", f"/v1/events?limit=100&after={after}")
        events += page["events"]
        after, more = page["cursor"], page["hasMore"]
    return events


def test_an_invite_and_its_email_appear_in_the_feed(clinic: Clinic, stack: Stack):
    invited = clinic.pacs.expect(201, "POST", "/v1/autoScribe/users", member("feed@lakeside.example"))

    def appeared() -> list[str] | None:
        about = [one for one in feed(clinic.pacs) if one["data"].get("invitationId") == invited["invitationId"]]
        types = [one["type"] for one in about]
        return types if "invitation.delivery_changed" in types else None

    assert wait_for(appeared, "event of the email") == ["invitation.created", "invitation.delivery_changed"]
    events = feed(clinic.owner)
    assert len({one["id"] for one in events}) == len(events)
    assert all(re.fullmatch(r"whe_[0-9a-f]{32}", one["id"]) for one in events)
    assert "feed@" not in str(events) and "Lind" not in str(events)


def test_the_operator_starts_the_feeds_again(clinic: Clinic, stack: Stack):
    def appeared() -> str | None:
        page = clinic.pacs.expect(200, "GET", "/v1/events?limit=1")
        return page["cursor"] if page["events"] else None

    cursor = wait_for(appeared, "first event")
    clinic.pacs.expect(200, "GET", f"/v1/events?after={cursor}")
    assert stack.invoke("Provision", {"restartFeeds": True})["restartedFeeds"] >= 1
    assert clinic.pacs.expect(410, "GET", f"/v1/events?after={cursor}")["code"] == "feed_restarted"
    assert feed(clinic.pacs)


def test_the_schedule_may_look_for_what_ended(clinic: Clinic, stack: Stack):
    answer = stack.invoke("Events", {"detail-type": "Scheduled Event"})
    assert answer == {"batchItemFailures": []}


def test_a_review_has_what_the_stream_kept(clinic: Clinic, stack: Stack):
    """events writes the partitions that only list reads."""

    def review() -> dict | None:
        answer = clinic.owner.send("GET", "/v1/accessReview?limit=1000")
        assert answer.status in (200, 503), answer.text
        return answer.json if answer.status == 200 else None

    page = wait_for(review, "a review that is complete")
    assert page["people"] and page["apiKeys"], page
    owners = [one for one in page["people"] if one["periods"][-1]["level"] == "owner"]
    assert [one["lastSignInOn"] for one in owners] == [page["at"]], page
    audited = stack.invoke("Events", {"keepReview": {"clinicId": clinic.id, "from": "2020-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z"}})
    assert audited["kept"] >= 3, audited
