"""The repositories that tests start from are the same whichever test asks first."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.templates import Templates


def begun(path: Path) -> None:
    path.write_text(os.environ.get("TK_ACTOR", "no one"))


def elsewhere() -> Callable[[Path], object]:
    def begun(path: Path) -> None:
        path.write_text("elsewhere")

    return begun


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
    assert made.of(begun).read_text() == "no one"
    assert os.environ["TK_ACTOR"] == "ada"


def test_functions_of_one_name_make_a_template_each(tmp_path: Path) -> None:
    made = Templates(tmp_path)
    assert made.of(begun).read_text() == "no one"
    assert made.of(elsewhere()).read_text() == "elsewhere"
    assert made.of(begun).read_text() == "no one"


def test_half_a_template_is_not_kept(tmp_path: Path) -> None:
    made = Templates(tmp_path)
    for _ in range(2):
        with pytest.raises(KeyError, match="half"):
            made.of(fails)
