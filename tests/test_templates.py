"""The repositories that tests start from are the same whichever test asks first."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.templates import Templates


def begun(path: Path) -> None:
    path.write_text(os.environ.get("TK_ACTOR", "no one"))


def begun_otherwise(path: Path) -> None:
    path.write_text("otherwise")


def fails(path: Path) -> None:
    path.mkdir()
    (path / "half").touch()
    raise KeyError("half")


def test_a_template_holds_nothing_of_the_test_that_asks_first(
    tmp_path: Path, templates: Templates, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Templates(tmp_path)
    made.environment = templates.environment
    monkeypatch.setenv("TK_ACTOR", "ada")
    assert made.of("one", begun).read_text() == "no one"
    assert os.environ["TK_ACTOR"] == "ada"


def test_a_name_that_two_functions_make_is_refused(tmp_path: Path) -> None:
    made = Templates(tmp_path)
    assert made.of("one", begun) == made.of("one", begun)
    with pytest.raises(AssertionError, match="'one' is made by another function, too"):
        made.of("one", begun_otherwise)


def test_half_a_template_is_not_kept(tmp_path: Path) -> None:
    made = Templates(tmp_path)
    for _ in range(2):
        with pytest.raises(KeyError, match="half"):
            made.of("one", fails)
    assert not (tmp_path / "one").exists()
