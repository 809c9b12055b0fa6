"""Whom an address stands for."""

from ipaddress import IPv6Address, IPv6Network, ip_address


def subscriber_of(address: str) -> str:
    """Give what one subscriber calls from: an IPv4 address, or the /64 network that an IPv6 address lies in."""
    try:
        read = ip_address(address)
    except ValueError:
        return address
    return str(IPv6Network((int(read), 64), strict=False)) if isinstance(read, IPv6Address) else address
