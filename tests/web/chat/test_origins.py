"""Whose page may talk to us, from where somebody asks, and how much they may say."""

import pytest

from omnilink.web.chat.origins import client_address, is_allowed, origin_of
from omnilink.web.chat.rates import Rates

OURS, SITE = "https://chat.town.example", "https://www.town.example"


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (SITE, True), (SITE + ":443", True), (SITE.upper(), True), (OURS, True), (None, True),
        ("http://www.town.example", False), (SITE + ":8443", False), (SITE + ".evil.example", False),
        ("https://evil.example/?" + SITE, False), ("https://www.town.example@evil.example", False), ("null", False),
        ("", False), ("https://", False), ("file://x", False), ("https://[::1", False), ("http://localhost", False),
    ],
)  # fmt: skip
def test_an_origin_is_allowed_whole_or_not_at_all(origin, allowed):
    assert is_allowed(origin, [SITE], OURS + "/omni") is allowed


@pytest.mark.parametrize(("origin", "allowed"), [
    ("http://127.0.0.1:8080", True), ("http://localhost:3000", True), ("http://[::1]:80", True),
    ("http://localhost.evil.example", False), ("http://192.168.0.7", False),
])  # fmt: skip
def test_without_a_public_url_pages_of_this_machine_may(origin, allowed):
    assert is_allowed(origin, [], "") is allowed


def test_an_origin_is_written_as_browsers_write_it():
    assert origin_of("https://chat.town.example:443/omni/?x#y") == OURS
    assert origin_of("http://[2001:db8::1]:81/") == "http://[2001:db8::1]:81"
    assert origin_of("chat.town.example") is None


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("198.51.100.7", "", "198.51.100.7"),
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),  # not a proxy of ours: its word is not taken
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "1.2.3.4, 203.0.113.9, 10.0.0.2", "203.0.113.9"),  # what stands before it anybody can write
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.9", "10.0.0.9"),
        ("2001:db8:1:2:3::7", "", "2001:db8:1:2::/64"),
        ("", "203.0.113.9", ""),
    ],
)
def test_the_address_is_the_last_one_a_trusted_proxy_saw(peer, forwarded, address):
    assert client_address(peer, {"x-forwarded-for": forwarded}, ["10.0.0.0/8"]) == address


def test_a_bucket_fills_with_time_and_tells_how_long_it_takes():
    now = [0.0]
    rates = Rates(lambda: now[0])

    def take(cost=1.0):
        return rates.take("ana", per_minute=60, burst=3, cost=cost)

    assert [take(), take(), take()] == [0.0, 0.0, 0.0]
    assert take() == pytest.approx(1.0)
    now[0] = 0.5
    assert take() == pytest.approx(0.5)  # who asks in vain does not wait longer for it
    now[0] = 1.0
    assert take() == 0.0
    now[0] = 1000.0
    assert take(cost=99) == 0.0  # more than it ever holds takes all of it
    assert take() == pytest.approx(1.0)


def test_strangers_cannot_fill_the_memory_with_buckets():
    rates = Rates(lambda: 0.0, most=10)
    for n in range(1000):
        rates.take(n, per_minute=1, burst=1)
    assert len(rates._buckets) == 10
