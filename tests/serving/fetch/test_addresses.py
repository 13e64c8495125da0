"""Which addresses may be connected to."""

import pytest

from deepimage.serving.fetch.addresses import PRIVATE, may_connect

PUBLIC = ("8.8.8.8", "1.1.1.1", "2606:4700::1111", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808")
OWN = ("127.0.0.1", "127.8.9.1", "10.0.0.1", "172.31.0.1", "192.168.1.1", "::1", "fd12::1", "::ffff:10.0.0.1")
NEVER = (
    "0.0.0.0",
    "0.1.2.3",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.0.9",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::7f00:1",  # IPv4-compatible
    "::8.8.8.8",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",  # IPv4-translated
    "64:ff9b::7f00:1",  # NAT64
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",  # NAT64 of a network's own
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",  # Teredo
    "2001:db8::1",
    "2002:7f00:1::",  # 6to4
    "2002:a9fe:a9fe::1",
    "2606:4700::5efe:7f00:1",  # ISATAP
    "2606:4700::200:5efe:a00:1",
    "3fff::1",
    "5f00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "",
    "localhost",
    "2130706433",
)


@pytest.mark.parametrize("address", PUBLIC)
def test_anyone_s(address: str) -> None:
    assert may_connect(address)
    assert may_connect(address, PRIVATE)


@pytest.mark.parametrize("address", OWN)
def test_one_s_own_is_opened_knowingly(address: str) -> None:
    assert not may_connect(address)
    assert may_connect(address, PRIVATE)


@pytest.mark.parametrize("address", NEVER)
def test_never(address: str) -> None:
    assert not may_connect(address)
    assert not may_connect(address, PRIVATE)
