"""Behind a proxy that is named, a request comes from whom the proxy says: the address, and whether it was https."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

EVERYBODY = "*"
"""Stands for every address, where nothing but the proxy can reach the process."""

Network = IPv4Network | IPv6Network
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class BehindProxies:
    """A WSGI app as it is seen through proxies. What others than these say of themselves is not believed."""

    def __init__(self, app: Wsgi, proxies: Sequence[str]) -> None:
        """Believe `proxies`: addresses, networks such as `172.16.0.0/12`, or `*`."""
        self._app = app
        self._everybody = EVERYBODY in proxies
        self._networks = [ip_network(proxy) for proxy in proxies if proxy != EVERYBODY]

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Pass a request on."""
        if self._believes(str(environ.get("REMOTE_ADDR", ""))):
            environ = {**environ, **self._said(environ)}
        return self._app(environ, start_response)

    def _said(self, environ: Mapping[str, Any]) -> dict[str, str]:
        said = {}
        if named := [part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]:
            # Each proxy adds who came to it at the end; the last one that is no proxy of ours is the caller.
            said["REMOTE_ADDR"] = next((it for it in reversed(named) if not self._is_proxy(it)), named[0])
        if (scheme := environ.get("HTTP_X_FORWARDED_PROTO")) in {"http", "https"}:
            said["wsgi.url_scheme"] = scheme
        return said

    def _believes(self, address: str) -> bool:
        return self._everybody or self._is_proxy(address)

    def _is_proxy(self, address: str) -> bool:
        try:
            read = ip_address(address)
        except ValueError:
            return False
        return any(read in network for network in self._networks)
