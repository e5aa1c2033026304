from datetime import UTC, datetime, timedelta

import pytest

from mailgate.message import trail

TOP = (
    "from mx.example.net (mx.example.net [192.0.2.1]) by mail.example.com (Postfix) with ESMTPS"
    " id ABC for <pomoc@example.com>; Fri, 20 Nov 2026 10:01:00 +0100"
)
FIRST = "from laptop by mx.example.net with ESMTPSA id DEF; Fri, 20 Nov 2026 10:00:00 +0100"


def test_the_way_is_told_from_its_beginning() -> None:
    """The lowest field is the first hop; times are UTC, delays between hops."""
    hops = trail.hops([("Received", TOP), ("X", "y"), ("received", FIRST)])
    assert [(hop.number, hop.sender.split()[0], hop.protocol) for hop in hops] == [
        (1, "laptop", "ESMTPSA"),
        (2, "mx.example.net", "ESMTPS"),
    ]
    assert hops[1].recipient == "pomoc@example.com"
    assert hops[1].at == datetime(2026, 11, 20, 9, 1, tzinfo=UTC)
    assert hops[1].delay == timedelta(minutes=1)


@pytest.mark.parametrize("value", ["", "((((", "from " * 5000, "\ud800", "by x; never", ";;;"])
def test_a_field_that_says_nothing_is_still_a_hop(value: str) -> None:
    """Damaged fields give a hop with nothing in it, and no error."""
    assert len(trail.hops([("Received", value)])) == 1


def test_a_long_way_is_cut() -> None:
    """30 hops are shown; no field, no hops."""
    assert len(trail.hops([("Received", TOP)] * 200)) == trail.MAX_HOPS
    assert trail.hops([]) == ()


def test_a_parser_that_fails_shows_no_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the foreign parser raises, the way is not shown, and nothing else happens."""

    def broken(_: object) -> object:
        raise ValueError("foreign")

    monkeypatch.setattr("mailparser.utils.receiveds_parsing", broken)
    assert trail.hops([("Received", TOP)]) == ()
