"""What a camera's address may show in a log: never the password that it usually holds."""

from __future__ import annotations

from urllib.parse import urlsplit


def is_address(source: str) -> bool:
    """Tell whether *source* is the address of a network camera."""
    return "://" in source


def masked(source: str) -> str:
    """Return *source* without anything that may be a secret.

    Of an address only scheme, host and port are kept: cameras take passwords before the host, in
    the query, and some in the path. Where an unescaped password makes the host uncertain, the
    host is dropped too.
    """
    if not is_address(source):
        return source
    scheme, _, rest = source.partition("://")
    try:
        parts = urlsplit(source)
        port = parts.port
    except ValueError:
        return f"{scheme}://***"
    if "@" in rest.removeprefix(parts.netloc) or not parts.hostname:
        return f"{scheme}://***"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{scheme}://{host}" if port is None else f"{scheme}://{host}:{port}"
