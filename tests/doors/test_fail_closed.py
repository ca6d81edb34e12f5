"""A door that cannot judge stays shut, runs nothing of the repository, and touches no other one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tkledger
from tests.support.clone import Clone, Refused, text_of
from tests.support.impostors import plant
from tkledger.core.layout import path_of
from tkledger.doors import install


def script(clone: Clone, name: str, server: bool = False) -> Path:
    return (clone.server if server else clone.path / ".git") / "hooks" / name


# -- out of order ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", install.CLIENT)
def test_a_hook_that_git_passes_over_is_told(clone: Clone, name: str) -> None:
    script(clone, name).chmod(0o644)
    answer = clone.tk("hooks", "status")
    assert answer.status == 3
    assert f"{name} " in answer.out
    assert "not executable" in answer.out
    clone.ok("hooks", "install")
    clone.ok("hooks", "status")


@pytest.mark.parametrize("name", install.SERVER)
@pytest.mark.parametrize("how", ["gone", "empty", "not executable"])
def test_a_server_that_lets_all_through_is_told(clone: Clone, name: str, how: str) -> None:
    path = script(clone, name, server=True)
    if how == "gone":
        path.unlink()
    elif how == "empty":
        path.write_text("")
    else:
        path.chmod(0o644)
    assert clone.server_tk("status").status == 3
    assert clone.server_tk("install").status == 0
    assert clone.server_tk("status").status == 0


def broken(clone: Clone, what: str, server: bool = False) -> None:
    """The hooks as they are when their python, or tk, is no longer where it was."""
    for name in install.SERVER if server else install.CLIENT:
        path = script(clone, name, server)
        text = path.read_text()
        old, new = {
            "python": (f"'{sys.executable}'", "'/nonexistent/python3'"),
            "package": ("package='", "package='/nonexistent"),
        }[what]
        assert old in text
        path.write_text(text.replace(old, new))


@pytest.mark.parametrize("what", ["python", "package"])
def test_a_client_whose_tk_is_gone_refuses_with_a_sentence(clone: Clone, what: str) -> None:
    broken(clone, what)
    before = clone.oid()
    clone.edit("a", state="in_progress")
    for options in ((), ("-n",)):
        with pytest.raises(Refused, match=r"tk: .* is gone, so .* cannot judge this\n *remedy: "):
            clone.git("commit", "-q", "-a", "-m", "x", *options)
    with pytest.raises(Refused, match="reference-transaction cannot judge this"):
        clone.git("update-ref", "refs/heads/main", clone.dangling(a={"state": "in_progress"}))
    assert clone.oid() == before


@pytest.mark.parametrize("what", ["python", "package"])
def test_code_goes_on_without_tk(clone: Clone, what: str) -> None:
    broken(clone, what)
    clone.write("code.txt", "more\n")
    clone.git("commit", "-q", "-a", "-m", "code only")
    clone.git("switch", "-q", "-c", "topic")


@pytest.mark.parametrize("what", ["python", "package"])
def test_a_server_whose_tk_is_gone_takes_nothing(clone: Clone, what: str) -> None:
    broken(clone, what, server=True)
    clone.commit(a={"state": "in_progress"})
    before = clone.arrived()
    with pytest.raises(Refused, match="pre-receive cannot judge this"):
        clone.push()
    assert clone.arrived() == before


@pytest.mark.parametrize(
    ("module", "library", "words"),
    [
        ("git/objects", "import zlib", "tk: pre-commit cannot judge this: No module named"),
        (
            "files/yaml_errors",
            "import yaml",
            "error: tk pre-commit: tk itself failed: .*No module named",
        ),
    ],
)
def test_a_library_that_is_gone_is_a_sentence(
    clone: Clone, tmp_path: Path, module: str, library: str, words: str
) -> None:
    package = tmp_path / "package"
    source = Path(tkledger.__file__).parent
    shutil.copytree(source, package / "tkledger", ignore=shutil.ignore_patterns("__pycache__"))
    file = package / f"tkledger/{module}.py"
    text = file.read_text()
    assert library in text
    file.write_text(text.replace(library, "import that_is_gone"))
    for name in install.CLIENT:
        path = script(clone, name)
        path.write_text(path.read_text().replace(str(source.parent), str(package)))
    clone.write(path_of("a"), b"{id: a}\n")
    with pytest.raises(Refused, match=words) as found:
        clone.git("commit", "-q", "-a", "-m", "x")
    assert "Traceback" not in str(found.value)


def test_a_file_that_cannot_be_read_refuses(clone: Clone) -> None:
    """git has lost an object: the door says so and stays shut."""
    clone.git("unpack-objects", "-q", stdin=pack(clone))
    clone.edit("a", parent="b")
    clone.git("add", "-A")
    oid = clone.oid("HEAD:.tasks/b.yaml")
    (clone.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    with pytest.raises(Refused, match=r"tk pre-commit: object .* missing|invalid object"):
        clone.git("commit", "-q", "-m", "x")


def pack(clone: Clone) -> bytes:
    (path,) = (clone.path / ".git/objects/pack").glob("*.pack")
    data = path.read_bytes()
    for file in path.parent.iterdir():
        file.chmod(0o644)
        file.unlink()
    return data


def test_where_git_cannot_tell_what_is_new_python_looks(clone: Clone) -> None:
    """Two settings that contradict each other: git dies of them wherever it reads a path."""
    made = clone.dangling(a={"state": "done"})
    odd = {"GIT_GLOB_PATHSPECS": "1", "GIT_NOGLOB_PATHSPECS": "1"}
    with pytest.raises(Refused, match="TK201"):
        clone.git("update-ref", "refs/heads/main", made, env=odd)


@pytest.mark.parametrize("line", ["format: 99", "law: 99"])
def test_a_ledger_too_new_refuses_and_asks_for_an_upgrade(clone: Clone, line: str) -> None:
    name = line.partition(":")[0]
    policy = clone.path / ".tasks/config.yaml"
    policy.write_text(policy.read_text().replace(f"{name}: 2", line))
    with pytest.raises(Refused, match=r"(?s)this tk knows 2.*upgrade tk"):
        clone.git("commit", "-q", "-a", "-m", "x")


def test_what_unmerged_paths_stop_stays_gits_own_matter(clone: Clone) -> None:
    clone.git("switch", "-q", "-c", "side")
    clone.commit(s={"state": "done"})
    clone.git("switch", "-q", "main")
    clone.commit(s={"state": "in_review"})
    clone.git("config", "--remove-section", "merge.tk")
    assert clone.run("merge", "-q", "side").returncode
    with pytest.raises(Refused, match="unmerged"):
        clone.git("commit", "-q", "-m", "x")


# -- nothing of the repository runs ----------------------------------------------------------


@pytest.mark.parametrize("where", ["top", "git folder", "PYTHONPATH", "HOME"])
def test_no_code_of_the_repository_is_run(
    clone: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    mark = tmp_path / "mark"
    folder = {"git folder": clone.path / ".git"}.get(where, clone.path)
    if where in ("PYTHONPATH", "HOME"):
        folder = tmp_path / "evil"
        folder.mkdir()
    plant(folder, mark)
    if where == "PYTHONPATH":
        monkeypatch.setenv("PYTHONPATH", str(folder))
        monkeypatch.setenv("PYTHONSTARTUP", str(folder / "yaml.py"))
        monkeypatch.setenv("PYTHONHOME", str(folder))
        monkeypatch.setenv("PYTHONINSPECT", "1")
    if where == "HOME":
        version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        site = folder / ".local/lib" / version / "site-packages"
        site.mkdir(parents=True)
        plant(site, mark)
        (site / "evil.pth").write_text(f"import sys; open({str(mark)!r}, 'a').write('pth')\n")
        monkeypatch.setenv("HOME", str(folder))
    clone.edit("a", state="in_progress")
    clone.git("commit", "-q", "-a", "-m", "x")
    clone.git("switch", "-q", "-c", "side")
    clone.edit("b", state="in_progress")
    clone.git("commit", "-q", "-a", "-n", "-m", "x")
    clone.git("push", "-q", "origin", "main", "side")
    clone.edit("a", state="todo")
    with pytest.raises(Refused, match="TK201"):
        clone.git("commit", "-q", "-a", "-m", "x")
    assert not mark.exists()


@pytest.mark.parametrize("settings", [{"LC_ALL": "C"}, {"LC_ALL": "tr_TR.UTF-8"}, {"TZ": "x"}])
def test_the_terminals_language_does_not_matter(clone: Clone, settings: dict[str, str]) -> None:
    clone.edit("a", title="Gr\xfc\xdfe \U0001f600", state="done")
    with pytest.raises(Refused, match="TK201"):
        clone.git("commit", "-q", "-a", "-m", "x", env=settings)


def test_settings_of_the_command_line_do_not_matter(clone: Clone) -> None:
    settings = (
        *("-c", "core.commitGraph=true", "-c", "log.follow=true", "-c", "diff.noprefix=true"),
        *("-c", "diff.ignoreSubmodules=all", "-c", "core.quotePath=true", "-c", "color.ui=always"),
        *("-c", "grep.patternType=perl", "-c", "alias.rev-list=log", "--literal-pathspecs"),
        "--no-replace-objects",
    )
    clone.edit("a", state="done")
    with pytest.raises(Refused, match="TK201"):
        clone.git(*settings, "commit", "-q", "-a", "-m", "x")
    made = clone.dangling(b={"state": "done"})
    with pytest.raises(Refused, match="TK201"):
        clone.git(*settings, "branch", "bad", made)


# -- the right repository --------------------------------------------------------------------


def seen(clone: Clone) -> tuple[str, ...]:
    files = sorted(path for path in clone.path.rglob("*") if path.is_file())
    texts = (f"{path}: {path.read_bytes()!r}" for path in files if path.name != "index")
    return (*texts, clone.git("ls-files", "-s"))


@pytest.fixture
def decoy(clone: Clone) -> Clone:
    """Another repository with the same ledger, which nothing may touch."""
    other = Clone(clone.root / "decoy")
    shutil.copytree(clone.path, other.path)
    return other


def test_hooks_stay_in_their_repository(clone: Clone, decoy: Clone) -> None:
    before = seen(decoy)
    linked = clone.root / "linked"
    clone.git("worktree", "add", "-q", "-b", "linked", str(linked))
    (clone.path / "deep/er").mkdir(parents=True)
    nested = clone.path / "nested"
    clone.git("init", "-q", str(nested))
    for cwd in (clone.path, clone.path / "deep/er", linked, linked / ".tasks"):
        top = linked if linked in (cwd, *cwd.parents) else clone.path
        text = (top / path_of("a")).read_text()
        (top / path_of("a")).write_text(text.replace("state: todo", "state: done"))
        for options in (("-a",), ("--", ":/.tasks/a.yaml")):
            with pytest.raises(Refused, match="TK201"):
                clone.git("commit", "-q", "-m", "x", *options, cwd=cwd)
        (top / path_of("a")).write_text(text)
        (top / path_of("c")).write_bytes(text_of("c", title=f"C from {cwd.name}", creator="x"))
    (nested / "x").write_text("x")
    clone.git("add", "x", cwd=nested)
    clone.git("commit", "-q", "-m", "nested", cwd=nested)
    assert seen(decoy) == before
    assert clone.git("config", "core.bare") == "false"


@pytest.mark.parametrize("cwd", ["client", "client/.tasks", "."])
def test_git_dir_and_work_tree_name_the_repository(clone: Clone, decoy: Clone, cwd: str) -> None:
    before = seen(decoy)
    clone.edit("a", state="done")
    env = {
        "GIT_DIR": str(clone.path / ".git"),
        "GIT_WORK_TREE": str(clone.path),
        "GIT_INDEX_FILE": str(clone.path / ".git/index"),
    }
    with pytest.raises(Refused, match="TK201"):
        clone.git("commit", "-q", "-a", "-m", "x", env=env, cwd=clone.root / cwd)
    clone.edit("a", state="in_progress")
    clone.git("commit", "-q", "-a", "-m", "x", env=env, cwd=clone.root / cwd)
    clone.git("push", "-q", str(clone.server), "main", env=env, cwd=clone.root / cwd)
    assert seen(decoy) == before
    assert clone.verified() == set()


def test_an_index_of_ones_own_is_the_one_that_is_judged(clone: Clone) -> None:
    env = {"GIT_INDEX_FILE": str(clone.root / "own-index")}
    clone.git("read-tree", "HEAD", env=env)
    clone.edit("a", state="done")
    clone.git("add", path_of("a"), env=env)
    with pytest.raises(Refused, match="TK201"):
        clone.git("commit", "-q", "-m", "x", env=env)
    clone.git("commit", "-q", "--allow-empty", "-m", "the usual index is as it was")


def test_a_commit_made_within_a_hook_stays_where_it_is_made(clone: Clone, tmp_path: Path) -> None:
    """tk is run by a foreign hook, with what git leaves in the environment."""
    hook = clone.path / ".git/hooks/post-commit"
    tk = f"{sys.executable} -m tkledger"
    hook.write_text(f"#!/bin/sh\n{tk} list >{tmp_path}/said 2>&1 || exit 1\n")
    hook.chmod(0o755)
    clone.commit(a={"state": "in_progress"})
    assert "a" in (tmp_path / "said").read_text()


def test_hooks_of_a_repository_without_a_ledger_let_all_pass(clone: Clone) -> None:
    plain = clone.at(clone.root / "plain")
    clone.git("init", "-q", "--template=", str(plain.path))
    done = subprocess.run(
        [sys.executable, "-m", "tkledger", "hooks", "install"], cwd=plain.path, env=os.environ
    )
    assert done.returncode == 0
    plain.write("x", "x")
    plain.git("add", "-A")
    plain.git("commit", "-q", "-m", "first")
    plain.write(".Tasks/x", "x")
    plain.git("add", "-A")
    plain.git("commit", "-q", "-m", "theirs")
    plain.git("init", "-q", "--bare", str(clone.root / "plain.git"))
    plain.git("push", "-q", str(clone.root / "plain.git"), "main")
