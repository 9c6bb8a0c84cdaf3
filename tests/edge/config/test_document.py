"""Settings that are written as TOML read back the same, whatever is in their texts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import settings as trials
from hypothesis import strategies as st

from edge.config import RekognitionSettings, Settings, SiteSettings, load_settings, settings_as_toml

TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
FOLDERS = st.text("abc ü\"\\😀\x7f'", min_size=1, max_size=10).map(lambda name: Path("/srv") / name)


def read_back(settings: Settings) -> Settings:
    """Return what is read from the file that *settings* are written to."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ostiary.toml"
        path.write_text(settings_as_toml(settings), encoding="utf-8")
        return load_settings(path, environment={}, system=True)


@trials(deadline=None)
@given(
    name=TEXTS,
    buckets=st.dictionaries(st.from_regex(r"[0-9A-Za-z.\-_]{3,20}", fullmatch=True), FOLDERS),
    cameras=st.dictionaries(
        st.from_regex(r"[a-zA-Z0-9_.\-]{1,20}", fullmatch=True),
        TEXTS.map(lambda text: f"rtsp://{text}"),
    ),
)
def test_what_is_written_reads_back(
    name: str, buckets: dict[str, Path], cameras: dict[str, str]
) -> None:
    """Quotes, backslashes, control characters and emoji in a password; dots in a bucket's name."""
    settings = replace(
        Settings(),
        site=SiteSettings(name=name),
        rekognition=RekognitionSettings(buckets=buckets, cameras=cameras),
    )

    assert read_back(settings) == settings
