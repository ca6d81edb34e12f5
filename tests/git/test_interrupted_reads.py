"""An interruption while an object is read leaves nothing of it for who reads next."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.project import Project
from tkledger.git import cat_file
from tkledger.git.repo import Repo


@pytest.mark.parametrize("where", ["header", "data", "second"])
def test_the_next_read_gets_its_own_object(
    where: str, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = Repo(str(project.path))
    names = [f"HEAD:.tasks/{task}.yaml" for task in "abcd"]
    wanted = [*repo.read_many(names)]
    real: Callable[..., object] = cat_file._answer
    calls = [0]

    def interrupted(stream: object, limit: int | None) -> object:
        calls[0] += 1
        if where == "second" and calls[0] < 2:
            return real(stream, limit)
        if where == "data":
            stream.readline()  # type: ignore[attr-defined]
        raise KeyboardInterrupt

    monkeypatch.setattr(cat_file, "_answer", interrupted)
    with pytest.raises(KeyboardInterrupt):
        [*repo.read_many(names)]
    monkeypatch.undo()
    assert [*repo.read_many(names[2:])] == wanted[2:]
    found = repo.read("HEAD:.tasks/a.yaml")
    assert found == wanted[0]
    repo.close()
