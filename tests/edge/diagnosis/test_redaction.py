"""The net under a bundle: what is known by its words, whatever stands around it."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from edge.diagnosis.bundle.redaction import KNOWN, Redactor

NAMES = st.text(st.characters(categories=("L", "M", "N", "P", "S")), min_size=3, max_size=20)
AROUND = st.sampled_from(["", " ", "(", ", ", "\n", '"', "/"])


@given(name=NAMES, before=AROUND, after=AROUND)
def test_a_known_word_is_nowhere(name: str, before: str, after: str) -> None:
    """Between any signs, in any alphabet, as it is written."""
    found = Redactor(words=[name]).known(f"seen:{before}{name}{after} today")

    assert name not in found.replace(KNOWN, "") or name in f"seen:{before}{after} today"


def test_case_does_not_matter_and_other_words_do() -> None:
    """A word within another is another; the whole name goes before its parts."""
    redactor = Redactor(words=["Ada Lovelace", "Ada", "Lovelace"])

    assert redactor.known("ADA LOVELACE, ada, Adapter, lovelaces") == (
        f"{KNOWN}, {KNOWN}, Adapter, lovelaces"
    )


def test_this_devices_keys_in_every_form() -> None:
    """As digits or base64, long or short."""
    key = bytes(range(200, 232))
    redactor = Redactor(secrets=[key])

    assert key.hex() not in redactor.known(f"key {key.hex()}")
    assert redactor.known("nothing") == "nothing"


def test_whose_home_it_is() -> None:
    """A folder of a user is named after somebody; root is nobody."""
    assert Redactor(home=Path("/home/ada")).known("/home/ada/data") == "~/data"
    assert Redactor(home=Path("/root")).known("/root/data") == "/root/data"


def test_values_as_json_knows_them() -> None:
    """Names of fields, too; numbers and truths stay."""
    redactor = Redactor(words=["Lovelace"])

    assert redactor.value({"Lovelace": [1, True, None, ("of Lovelace",)]}) == {
        KNOWN: [1, True, None, [f"of {KNOWN}"]]
    }
