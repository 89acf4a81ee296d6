"""Which hosts and addresses may be called on somebody else's word."""

from ipaddress import IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.errors import ConfigError
from omnilink.plugin.addresses import matches_host, may_call, read_address, read_host, read_networks

REFUSED = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.255",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1",
    "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255",
    "240.0.0.1", "255.255.255.255", "168.63.129.16", "100.100.100.200",
    "::", "::1", "::127.0.0.1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::10.0.0.1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::10.0.0.1", "64:ff9b:1::8.8.8.8", "100::1", "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:10::1", "2001:20::1", "2001:db8::1", "2002:0a00:0001::1", "2002:7f00:0001::", "2002:808:808::1", "3fff::1",
    "5f00::1", "fc00::1", "fd00:ec2::254", "fdff::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "4000::1",
]  # fmt: skip
ALLOWED = [
    "8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.255.255", "172.32.0.1", "192.0.1.1",
    "198.17.255.255", "223.255.255.255", "2600:1f18::1", "2a00:1450:4003:80a::200e",
    "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_public_is_refused(text):
    assert not may_call(read_address(text))


@pytest.mark.parametrize("text", ALLOWED)
def test_what_is_public_is_allowed(text):
    assert may_call(read_address(text))


@given(st.integers(0, 2**32 - 1).map(ip_address))
def test_never_more_than_python_calls_global(address):
    if may_call(address):
        assert address.is_global
        assert not address.is_multicast
    assert may_call(ip_address(f"::ffff:{address}")) == may_call(address)
    assert may_call(ip_address(f"64:ff9b::{address}")) == may_call(address)


@given(st.integers(0, 2**128 - 1).map(IPv6Address))
def test_no_other_ipv6_than_global_unicast(address):
    if may_call(address):
        assert address in ip_network("2000::/3") or address.ipv4_mapped or address in ip_network("64:ff9b::/96")


@pytest.mark.parametrize(
    ("text", "networks", "allowed"),
    [
        ("10.1.2.3", ["10.1.0.0/16"], True),
        ("10.2.2.3", ["10.1.0.0/16"], False),
        ("::ffff:10.1.2.3", ["10.1.0.0/16"], True),
        ("127.0.0.1", ["127.0.0.0/8"], True),
        ("fd12::1", ["fd12::/64"], True),
        ("fd13::1", ["fd12::/64"], False),
        ("169.254.169.254", ["169.254.169.254/32"], False),
        ("fd00:ec2::254", ["fc00::/7"], False),
        ("100.100.100.200", ["100.64.0.0/10"], False),
        ("100.64.0.9", ["100.64.0.0/10"], True),
        ("fe80::1", ["fe80::/10"], False),
        ("224.0.0.1", ["224.0.0.0/8"], False),
        ("8.8.8.8", ["10.0.0.0/8"], True),
    ],
)
def test_private_networks_are_allowed_by_block_and_never_those_of_cloud_metadata(text, networks, allowed):
    assert may_call(read_address(text), read_networks(networks)) is allowed


@pytest.mark.parametrize("text", ["0.0.0.0/0", "10.0.0.0/7", "2000::/3", "10.0.0.1/8", "ten", "", "10.0.0.0/33"])
def test_a_network_that_is_none_or_too_wide_is_told(text):
    with pytest.raises(ConfigError):
        read_networks([text])


@pytest.mark.parametrize(
    ("host", "read"),
    [
        ("Media.Town.Example", "media.town.example"),
        ("town.example.", "town.example"),
        ("españa.example", "xn--espaa-rta.example"),
        ("ＴＯＷＮ.example", "town.example"),
        ("town。example", "town.example"),
        ("a_b.example", "a_b.example"),
        ("8.8.8.8", "8.8.8.8"),
        ("2001:DB8::1", "2001:db8::1"),
        ("::ffff:10.0.0.1", "::ffff:a00:1"),
        ("localhost", "localhost"),
        ("127.1", None),
        ("127.0.1", None),
        ("0x7f000001", None),
        ("0x7f.0.0.1", None),
        ("2130706433", None),
        ("017700000001", None),
        ("0177.0.0.1", None),
        ("127.0.0.0x1", None),
        ("127.0.0.1.", "127.0.0.1"),
        ("①②⑦.⓪.⓪.①", "127.0.0.1"),
        ("127.0.0.01", None),
        ("1.2.3.4.5", None),
        ("256.1.1.1", None),
        ("", None),
        (".", None),
        ("..", None),
        ("a..b", None),
        ("-a.example", None),
        ("a-.example", None),
        ("a b.example", None),
        ("a/b", None),
        ("a%2eb", None),
        ("a\x00b", None),
        ("x" * 64 + ".example", None),
        ("a." * 127 + "example", None),
        ("::g", None),
    ],
)
def test_hosts_are_read_one_way(host, read):
    assert read_host(host) == read


@given(st.text(max_size=30))
def test_any_text_is_read_and_what_is_read_reads_as_itself(text):
    once = read_host(text)
    assert once is None or read_host(once) == once


@pytest.mark.parametrize(
    ("host", "suffix", "expected"),
    [
        ("town.example", "town.example", True),
        ("api.town.example", "town.example", True),
        ("xtown.example", "town.example", False),
        ("town.example.evil.example", "town.example", False),
        ("town.example", "api.town.example", False),
        ("1.10.0.0", "10.0.0", False),
    ],
)
def test_a_suffix_matches_on_the_borders_of_labels(host, suffix, expected):
    assert matches_host(host, suffix) is expected
