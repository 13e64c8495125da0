"""Which addresses are anyone's, and which are somebody's own. `ipaddress.is_global` alone lets too many through."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

_UNICAST_6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")  # how a network that has only IPv6 reaches the rest: as good as what is in it
_SPECIAL = tuple(
    ip_network(text)
    for text in (
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "2001::/23",  # Teredo, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
)
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # upper half of an interface identifier that has an IPv4 address in its lower half

PRIVATE = tuple(
    ip_network(text) for text in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)
"""What `urls.private` opens: one's own machine and networks, but nothing link-local, where clouds keep credentials."""
_CREDENTIALS = IPv6Address("fd00:ec2::254")  # the one such service that is not link-local


def may_connect(address: str, allowed: tuple[Network, ...] = ()) -> bool:
    """Whether `address` is global unicast, or lies in one of `allowed`; what is no address is neither."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    plain = _unmapped(parsed)
    return is_public(plain) or (plain != _CREDENTIALS and any(plain in network for network in allowed))


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Global unicast. IPv6 that tunnels to IPv4 is refused whatever it holds, except NAT64, which is looked into."""
    if any(address in network for network in _SPECIAL):
        return False
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast and not address.is_reserved
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
    return address in _UNICAST_6 and (int(address) >> 32) & 0xFFFF_FFFF not in _ISATAP


def _unmapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """::ffff:a.b.c.d connects to a.b.c.d."""
    return getattr(address, "ipv4_mapped", None) or address
