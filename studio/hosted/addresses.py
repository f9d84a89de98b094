"""Where a key may be sent: which addresses are accepted, and a connection that goes nowhere else.

https only, but for this machine itself. Where the studio serves others, no address inside the network is reached: the
name is looked up once, every answer is judged, and the connection is made to the address that was judged.
"""

import ipaddress
import socket
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from studio.errors import UsageError

if TYPE_CHECKING:
    import httpx2

_LOOPBACK_NAMES = ("localhost", "ip6-localhost")


def checked(address: str, private: bool) -> str:
    """The address without blanks and a slash at its end; UsageError, naming the field, for one that no key is sent to.

    private: whether addresses inside this network may be used (a studio for one person); it reads names alone, and
    looks nothing up.
    """
    address = address.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in ("http", "https") or (port is not None and not 0 < port < 65536):
        raise _wrong(f"{address[:80] or 'Nothing'} is no address of a service.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise _wrong("The address holds more than a place: a name, a password or a question.")
    literal = _literal(host)
    loopback = host in _LOOPBACK_NAMES or (literal is not None and literal.is_loopback)
    if parts.scheme == "http" and not loopback:
        raise _wrong("The address begins with http, so the key and your examples could be read on the way.")
    if not private and (loopback or (literal is not None and not _public(literal))):
        raise _wrong("The address lies inside this network, where a shared studio sends nothing.")
    return address


def is_loopback(address: str) -> bool:
    """Whether the address names this very machine."""
    host = urlsplit(address).hostname or ""
    literal = _literal(host)
    return host in _LOOPBACK_NAMES or (literal is not None and literal.is_loopback)


def origin(address: str) -> tuple[str, str, int]:
    """Scheme, host and port: what a key is bound to."""
    parts = urlsplit(address)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or (443 if parts.scheme == "https" else 80)


def http_client(address: str, key: str, private: bool, timeout: float) -> "httpx2.Client":
    """A client that sends `key`, and nothing from the environment, to the origin of `address` alone.

    Redirects are not followed. A proxy of the environment is used on a machine of one's own, never where the studio
    serves others, for a proxy would look the name up itself.
    """
    import httpx2

    def only_there(request: httpx2.Request) -> None:
        if origin(str(request.url)) != origin(address):
            raise httpx2.UnsupportedProtocol("the key stays with its own address", request=request)
        for name in list(request.headers):
            if name.lower() not in _SENT:
                del request.headers[name]
        request.headers["Authorization"] = f"Bearer {key}"

    trusting = private and not is_loopback(address)
    return httpx2.Client(
        transport=None if private else _guarded(),
        trust_env=trusting,
        follow_redirects=False,
        timeout=httpx2.Timeout(timeout, connect=min(timeout, 15.0)),
        event_hooks={"request": [only_there]},
    )


_SENT = (
    *("host", "connection", "user-agent", "accept", "accept-encoding", "idempotency-key"),
    *("content-type", "content-length", "transfer-encoding"),
)


def _guarded() -> "httpx2.HTTPTransport":
    import httpcore2
    import httpx2

    class Judging(httpcore2.SyncBackend):
        def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> Any:
            return super().connect_tcp(_judged(host, port), port, *args, **options)

    transport = httpx2.HTTPTransport(trust_env=False)
    # The transport has no parameter for how connections are made; a test pins that this place is the right one.
    context = httpx2.create_ssl_context(trust_env=False)
    transport._pool = httpcore2.ConnectionPool(ssl_context=context, network_backend=Judging())
    return transport


def _judged(host: str, port: int) -> str:
    """An address of `host` to connect to; ConnectError when one of its addresses lies inside the network."""
    import httpcore2

    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except OSError as error:
        raise httpcore2.ConnectError(str(error)) from error
    if not found or not all(map(_public, _literals(found))):
        raise httpcore2.ConnectError("the name leads into this network")
    return min(found, key=lambda text: ":" in text)


def _literals(texts: Iterable[str]) -> list["ipaddress.IPv4Address | ipaddress.IPv6Address"]:
    return [ipaddress.ip_address(text.partition("%")[0]) for text in texts]


def _literal(host: str) -> "ipaddress.IPv4Address | ipaddress.IPv6Address | None":
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        # Forms that systems read as an address too: 127.1, 2130706433, 0x7f.1
        return ipaddress.ip_address(socket.inet_ntoa(socket.inet_aton(host)))
    except (OSError, UnicodeError):
        return None


def _public(address: "ipaddress.IPv4Address | ipaddress.IPv6Address") -> bool:
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_global and not (mapped or address).is_multicast


def _wrong(happened: str) -> UsageError:
    return UsageError(happened, "Use one that begins with https, as the provider names it.", field="address")
