"""The rule which licences go with ours."""

from __future__ import annotations

import pytest
from compatible import Terms, terms_of
from hypothesis import given
from hypothesis import strategies as st

LICENCES = ("MIT", "LGPL-2.1-or-later", "GPL-3.0-or-later", "LicenseRef-Research-Only")


@pytest.mark.parametrize(
    ("expression", "terms"),
    [
        ("MIT", Terms.FREE),
        ("MPL-2.0 AND MIT", Terms.UNCHANGED),
        ("Apache-2.0 OR GPL-2.0-only", Terms.FREE),
        ("MIT OR Apache-2.0 AND GPL-3.0-only", Terms.FREE),
        ("(MIT OR Apache-2.0) AND GPL-3.0-only", Terms.TOOL),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", Terms.FREE),
        ("GPL-3.0-or-later WITH Classpath-exception-2.0", Terms.UNKNOWN),
        ("CC-BY-NC-4.0", Terms.UNKNOWN),
        ("MIT AND CC-BY-NC-4.0", Terms.UNKNOWN),
    ],
)
def test_an_expression_is_as_good_as_its_choice_and_as_bad_as_its_parts(
    expression: str, terms: Terms
) -> None:
    """AND binds tighter than OR; an exception counts only where it is known."""
    assert terms_of(expression) is terms


@given(st.lists(st.sampled_from(LICENCES), min_size=1, max_size=5))
def test_all_of_them_is_the_worst_and_any_of_them_the_best(names: list[str]) -> None:
    """In any order, and within any number of brackets."""
    each = [terms_of(name) for name in names]

    assert terms_of(" AND ".join(names)) == max(each)
    assert terms_of(" OR ".join(f"(({name}))" for name in names)) == min(each)


@pytest.mark.parametrize(
    "text", ["", "MIT AND", "(MIT", "MIT)", "MIT MIT", "OR MIT", "MIT License", "AND", "()"]
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    """Rather than read as something harmless."""
    with pytest.raises(ValueError, match=r"SPDX|bracket|should stand"):
        terms_of(text)
