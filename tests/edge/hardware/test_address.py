"""No password of a camera's address is ever shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.hardware.address import masked


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("rtsp://admin:secret@10.0.0.5:554/live", "rtsp://10.0.0.5:554"),
        ("rtsp://admin:p@ss@10.0.0.5/live", "rtsp://10.0.0.5"),
        ("rtsp://admin:pa/ss@10.0.0.5/live", "rtsp://***"),
        ("rtsp://admin:pa?s@10.0.0.5/live", "rtsp://***"),
        ("rtsp://admin:12/34@10.0.0.5/live", "rtsp://***"),
        ("http://camera.local/video?user=a&pwd=secret", "http://camera.local"),
        ("rtsp://10.0.0.5/user=admin_password=secret_channel=1", "rtsp://10.0.0.5"),
        ("rtsp://admin:secret@[fe80::1]:554/live", "rtsp://[fe80::1]:554"),
        ("rtsp://admin:secret@10.0.0.5:many/live", "rtsp://***"),
        ("rtsp://", "rtsp://***"),
        ("/dev/video0", "/dev/video0"),
    ],
)
def test_only_scheme_host_and_port_are_shown(address: str, shown: str) -> None:
    """Cameras take passwords before the host, in the query and in the path."""
    assert masked(address) == shown


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_whatever_the_password_none_of_it_is_shown(tail: str) -> None:
    """Also not where it holds the characters that divide an address, unescaped."""
    password = f"s3cr3t{tail}s3cr3t"

    assert "s3cr3t" not in masked(f"rtsp://user:{password}@host.example:554/live")
