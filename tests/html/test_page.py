"""`tk page`: what is in the file, the same bytes of the same commit, and that it replaces nothing foreign."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
from html import unescape
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.html.conftest import data_of
from tests.support.project import Project
from tkledger.core.layout import path_of
from tkledger.core.page_limits import ENTRIES, LINKED
from tkledger.core.task import task
from tkledger.errors import Exit
from tkledger.files import codec
from tkledger.html.document import SCRIPTS, document, is_written_here
from tkledger.html.room import ROOM, cut, fair_share, size
from tkledger.verbs.manual import PAGES

Data = dict[str, Any]


def test_the_same_commit_gives_the_same_bytes(
    shop: Project, shop_page: Path, tmp_path: Path
) -> None:
    first = shop_page.read_bytes()
    clone = Project(tmp_path / "clone")
    shop.git("clone", "-q", str(shop.path), str(clone.path))
    clone.git("branch", "other")
    clone.ok("start", "logs", "--as", "zoe")  # in progress here, and claimed
    clone.ok("page", "-o", str(tmp_path / "site"), "--title", "The shop", "--at", "HEAD~1")
    assert (tmp_path / "site/index.html").read_bytes() == first
    clone.ok("page", "-o", str(tmp_path / "site"), "--title", "The shop")
    assert (tmp_path / "site/index.html").read_bytes() != first


def test_it_has_what_the_views_have(shop: Project, shop_data: Data) -> None:
    listed = {one["id"]: one for one in shop.ok("list", "--all", "--json").json["tasks"]}
    tasks = {one["id"]: one for one in shop_data["tasks"]}
    assert tasks.keys() == listed.keys()
    for key, one in tasks.items():
        assert (one["title"], one["state"]) == (listed[key]["title"], listed[key]["state"])
        assert one.get("needs", []) == listed[key].get("depends_on", [])
        assert one.get("parent") == listed[key].get("parent")
    entries = shop.ok("log", "--json").json["entries"]
    told = [(one[1], one[3]) for one in shop_data["log"]["entries"]]
    assert told == [(one["task"], one["event"]) for one in reversed(entries)]
    assert not shop_data["log"]["cut"]
    graph = shop.ok("graph", "--json").json
    assert [*shop_data["graph"]["cells"]] != []
    assert shop_data["graph"]["cells"].keys() == {one["id"] for one in graph["tasks"]}
    assert shop_data["graph"]["critical"] == graph["critical_path"]
    numbers = shop.ok("stats", "--at", "HEAD", "--json").json
    for name in ("begin", "end", "states", "weeks", "lead", "cycle", "in_state", "forecast"):
        assert shop_data["stats"][name] == numbers[name], name
    ended = [one.get("done", 0) for one in shop_data["stats"]["ended"]]
    assert ended == sorted(ended, reverse=True)
    assert sum(ended) == numbers["states"]["done"]


def test_boxes_are_where_the_picture_has_them(shop: Project, shop_data: Data) -> None:
    drawn = shop.ok("graph", "--format", "svg").out
    for key, (column, row) in shop_data["graph"]["cells"].items():
        box = f'<g><title>{key}: [^<]*</title><rect x="{20 + 290 * column}" y="{20 + 60 * row}"'
        assert re.search(box, drawn), key


def test_texts_are_as_tk_show_has_them(shop: Project, shop_data: Data) -> None:
    for key, name in (("merge-cart", "criteria"), ("card", "notes")):
        ((told, entries),) = next(one for one in shop_data["tasks"] if one["id"] == key)["texts"]
        assert told == name
        shown = shop.ok("show", key).out
        assert all(entry in shown for entry in entries)
    bug = next(one for one in shop_data["tasks"] if one["id"] == "logs")
    assert bug["texts"][0] == [
        "description",
        ["Seen by a customer on the phone.\n\n1. open the shop\n2. keep no card numbers in logs"],
    ]


def test_filters_choose_tasks_log_and_graph(shop: Project, tmp_path: Path) -> None:
    shop.ok("page", "-o", str(tmp_path / "site"), "--label", "ops", "--limit", "4")
    found = data_of(tmp_path / "site/index.html")
    assert found["filtered"]
    assert len(found["tasks"]) == 4
    assert all("ops" in one["labels"] for one in found["tasks"])
    ops = {one["id"] for one in shop.ok("list", "--label", "ops", "--json").json["tasks"]}
    assert {one[1] for one in found["log"]["entries"]} == ops
    assert set(found["graph"]["cells"]) < ops
    assert found["stats"]["tasks"] == len(ops)


def test_an_earlier_ledger_is_shown_as_it_was(shop: Project, tmp_path: Path) -> None:
    answer = shop.ok("page", "-o", str(tmp_path / "site"), "--at", "2026-03-10", "--json").json
    found = data_of(tmp_path / "site/index.html")
    assert answer == {
        "schema": "tk/1",
        "file": str(tmp_path / "site/index.html"),
        "commit": found["commit"],
        "tasks": len(found["tasks"]),
        "bytes": (tmp_path / "site/index.html").stat().st_size,
    }
    assert 0 < answer["tasks"] < 42
    assert found["at"] < 1_773_187_200  # the end of that day


def test_it_prints_the_path(shop: Project, tmp_path: Path) -> None:
    answer = shop.ok("page", "-o", str(tmp_path / "a b"), "--state", "todo")
    assert answer.out == f"{tmp_path}/a b/index.html\n"
    assert re.fullmatch(r"\d tasks, [\d,]+ bytes\n", answer.err)


def test_a_dry_run_writes_nothing(shop: Project, tmp_path: Path) -> None:
    answer = shop.ok("page", "-o", str(tmp_path / "site"), "--dry-run")
    assert answer.err.startswith("would be: 42 tasks, ")
    assert not (tmp_path / "site").exists()


def test_an_empty_ledger_has_a_page(bare_git: Project, tmp_path: Path) -> None:
    missing = bare_git.tk("page", "-o", str(tmp_path / "site"))
    assert missing.status is Exit.UNUSABLE
    assert not (tmp_path / "site").exists()
    bare_git.ok("init", "--no-hooks")
    bare_git.ok("page", "-o", str(tmp_path / "site"))
    found = data_of(tmp_path / "site/index.html")
    assert found["tasks"] == found["log"]["entries"] == []


# -- what is there already ----------------------------------------------------------------------


def _foreign(place: Path) -> None:
    place.write_text("<h1>mine</h1>")


def _empty(place: Path) -> None:
    place.write_bytes(b"")


def _folder(place: Path) -> None:
    place.mkdir()


def _link(place: Path) -> None:
    (place.parent / "page.html").write_bytes(document("Tasks", {}))
    place.symlink_to("page.html")


def _nowhere(place: Path) -> None:
    place.symlink_to("nowhere")


def _changed(place: Path) -> None:
    place.write_bytes(document("Tasks", {}).replace(b"Skip", b"Step"))


def _there(folder: Path) -> dict[str, tuple[int, int, int]]:
    """The files in a folder, each with what changes if it is written or replaced; not when it was read."""
    found = {path.name: path.lstat() for path in folder.iterdir()}
    return {name: (one.st_ino, one.st_size, one.st_mtime_ns) for name, one in found.items()}


@pytest.mark.parametrize("make", [_foreign, _empty, _folder, _link, _nowhere, _changed])
@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_what_it_did_not_write_is_not_replaced(
    project: Project, tmp_path: Path, make: Any, more: list[str]
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    make(site / "index.html")
    before = _there(site)
    answer = project.tk("page", "-o", str(site), *more)
    assert answer.status is Exit.USAGE
    assert "was not written by tk page, or was changed since" in answer.err
    assert _there(site) == before
    remedy = answer.err.partition("remedy: tk ")[2].split()
    project.ok(*remedy)
    assert (tmp_path / "site-page/index.html").exists()


def test_its_own_page_is_replaced_whole(project: Project, tmp_path: Path) -> None:
    site = tmp_path / "site"
    project.ok("page", "-o", str(site))
    first = site / "index.html"
    inode = first.stat().st_ino
    with first.open("rb") as reader:
        project.ok("start", "a")
        project.ok("page", "-o", str(site))
        assert first.stat().st_ino != inode, "a new file is put in its place"
        assert is_written_here(reader.read()), "who has the old one open reads it to its end"
    assert is_written_here(first.read_bytes())
    assert [path.name for path in site.iterdir()] == ["index.html"]


def test_a_file_is_not_a_folder(project: Project, tmp_path: Path) -> None:
    (tmp_path / "site").write_text("mine")
    answer = project.tk("page", "-o", str(tmp_path / "site"))
    assert (answer.status, (tmp_path / "site").read_text()) == (Exit.USAGE, "mine")
    assert "is not a folder" in answer.err


def test_nothing_is_written_into_a_ledger(project: Project) -> None:
    for place in (".tasks", ".tasks/site", ".TASKS"):
        answer = project.tk("page", "-o", str(project.path / place))
        assert answer.status is Exit.USAGE
        assert "is in a ledger, where nothing but tasks may lie" in answer.err
    assert project.git("status", "--porcelain") == ""


def test_nothing_is_written_into_git_s_own_folder(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = project.worktree("beside")
    apart, bare = tmp_path / "apart", tmp_path / "bare.git"
    project.git(
        "clone", "-q", f"--separate-git-dir={apart}", str(project.path), str(tmp_path / "c")
    )
    project.git("clone", "-q", "--bare", str(project.path), str(bare))
    own = Path(beside.git("rev-parse", "--absolute-git-dir").strip())
    (tmp_path / "link").symlink_to(project.path / ".git")
    git = project.path / ".git"
    for place in (
        git,
        git / "tk/site",
        own,
        apart / "a/b",
        bare,
        bare / "web",
        tmp_path / "link/x",
    ):
        for more in ([], ["--dry-run"]):
            answer = project.tk("page", "-o", str(place), *more)
            assert answer.status is Exit.USAGE
            assert f"{place} is in git's own folder" in answer.err
            assert "remedy: tk page -o FOLDER\n" in answer.err
        assert not (place / "index.html").exists()
    monkeypatch.chdir(tmp_path)
    project.ok("page", "-o", "FOLDER")
    assert is_written_here((tmp_path / "FOLDER/index.html").read_bytes())


def test_the_texts_have_the_limits_that_a_page_keeps() -> None:
    guide = Path(__file__).parents[2] / "docs" / "page.md"
    wanted = f"newest {ENTRIES:,} entries of the log and {LINKED:,} linked tasks"
    assert wanted in PAGES["page"].text
    assert f"{wanted}, and {ROOM // 1000} KB" in guide.read_text(encoding="utf-8")


def test_a_page_is_told_from_what_was_changed() -> None:
    page = document("Tasks", {"tasks": []})
    assert is_written_here(page)
    for other in (b"", page[:-1], page + b"\n", page.replace(b"Tasks", b"Tosks"), page * 2):
        assert not is_written_here(other)


def test_a_text_that_looks_like_a_place_to_fill_in_stays_a_text() -> None:
    title = "[[DATA]][[SCRIPT]]"
    page = document(title, {"tasks": [{"title": "[[SCRIPT]]"}]}).decode()
    data = page.partition('id="data">')[2].partition("</script>")[0]
    assert json.loads(data) == {"title": title, "tasks": [{"title": "[[SCRIPT]]"}]}
    assert f"<title>{title}</title>" in page
    assert page.count('"use strict";') == 1


# -- what may run -------------------------------------------------------------------------------

HOSTILE = (
    "</script><script>hacked = 1</script>",
    "<!--<script>",
    "]]>\u2028\u2029&lt;b&gt;",
    "\" onmouseover='hacked = 1'",
    "\u202egnp.exe\u2066",
    "[[SCRIPT]] [[STYLE]]",
)


def _page(text: str) -> str:
    return document(text, {"tasks": [{"id": text, "title": text}], text: text}).decode()


@pytest.mark.parametrize("text", HOSTILE)
def test_data_does_not_leave_its_block(text: str) -> None:
    page, plain = _page(text), _page("plain")
    for sign in ("<script", "</script", "<!--", "-->", "<style", "<b", "hacked"):
        there = page.replace("&lt;", "").count(sign)
        wanted = plain.count(sign) + (page.count("hacked") if sign == "hacked" else 0)
        assert there == wanted, sign
    assert not set("\u2028\u2029\u202e\u2066") & set(page)


@given(st.recursive(st.text() | st.integers() | st.none(), lambda inner: st.lists(inner)))
def test_any_data_is_read_back(value: Any) -> None:
    import json

    page = document("x", {"value": value}).decode()
    _, _, rest = page.partition('id="data">')
    found = json.loads(rest.partition("</script>")[0])["value"]
    assert json.dumps(found, ensure_ascii=False) == json.dumps(_visible(value), ensure_ascii=False)


def _visible(value: Any) -> Any:
    from tkledger.report import visible

    if isinstance(value, list):
        return [*map(_visible, value)]
    return visible(value) if isinstance(value, str) else value


def test_the_policy_names_the_script_and_the_style_by_their_hashes(shop_page: Path) -> None:
    page = shop_page.read_text(encoding="utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    rules = dict(one.strip().split(" ", 1) for one in unescape(policy[1]).split(";"))
    assert rules.pop("default-src") == rules.pop("base-uri") == rules.pop("form-action") == "'none'"
    for name, tag in (("script-src", "script"), ("style-src", "style")):
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        found = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert rules.pop(name) == f"'sha256-{found}'"
    assert rules == {"require-trusted-types-for": "'script'", "trusted-types": "'none'"}
    for tag in ("link", "img", "iframe", "base", "object", "form", 'meta http-equiv="refresh'):
        assert f"<{tag}" not in page.replace("<linked", "")


def test_the_script_makes_no_markup_of_text_and_asks_nothing() -> None:
    parts = files("tkledger.html").joinpath("script")
    assert {part.name for part in parts.iterdir()} == {f"{name}.js" for name in SCRIPTS}
    for name in SCRIPTS:
        text = parts.joinpath(f"{name}.js").read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 400, name
        for word in (
            *(
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
                "Function(",
            ),
            *(
                "fetch(",
                "XMLHttpRequest",
                "WebSocket",
                "EventSource",
                "sendBeacon",
                "import(",
                "Worker(",
            ),
            *("srcdoc", "console.", "debugger", "TODO"),
        ):
            assert word not in text, (name, word)


def test_git_is_not_started_for_each_task(
    shop: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, wrapper = tmp_path / "started", tmp_path / "bin/git"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\necho git >>"{log}"\nexec "{shutil.which("git")}" "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{wrapper.parent}{os.pathsep}{os.environ['PATH']}")
    answer = shop.process("page", "-o", str(tmp_path / "site"))
    assert answer.status == 0, answer.said
    assert 0 < len(log.read_text().splitlines()) <= 12, "of 42 tasks and 118 commits"


# -- how large ----------------------------------------------------------------------------------

PARTS = st.lists(
    st.tuples(st.sampled_from(["description", "notes"]), st.lists(st.text(max_size=30)))
)


@given(st.lists(st.integers(0, 1_000)), st.integers(0, 20_000))
def test_shares_fill_the_room(sizes: list[int], room: int) -> None:
    share = fair_share(sizes, room)
    taken = sum(min(one, share) for one in sizes)
    assert taken <= room
    if taken < sum(sizes):
        assert sum(min(one, share + 1) for one in sizes) > room, "no larger share fits"


@given(PARTS, st.integers(0, 200))
def test_what_is_cut_says_so(parts: list[tuple[str, list[str]]], most: int) -> None:
    found = cut(parts, most)
    assert size(found.parts) <= most + len("…".encode())
    assert found.is_cut == (size(parts) > most)
    if found.is_cut:
        assert found.parts[-1][1][-1].endswith("…")
    else:
        assert found.parts == parts


def test_long_texts_share_what_room_there_is(project: Project, tmp_path: Path) -> None:
    for number in range(25):
        text = "\n".join(["words and words " * 60 + "end"] * 50)
        fields = {"id": f"long-{number}", "title": "Long", "state": "todo", "description": text}
        project.write(path_of(fields["id"]), codec.dump_task(task(fields)).decode())
    project.git("add", ".tasks")
    project.git("commit", "-qm", "long")
    project.ok("page", "-o", str(tmp_path))
    found = data_of(tmp_path / "index.html")
    long = [one for one in found["tasks"] if one["id"].startswith("long")]
    assert {one["cut"] for one in long} == {True}
    assert {len(one["texts"][0][1][0]) for one in long} == {36_001}
    assert "cut" not in found["tasks"][0]
    assert os.path.getsize(tmp_path / "index.html") < 1_000_000


@pytest.mark.long
def test_a_page_of_1500_tasks_has_less_than_two_megabytes(tmp_path: Path) -> None:
    from bench.lively import build_lively

    build_lively(tmp_path / "repo", 1_500, 40, 1_780_000_000)
    Project(tmp_path / "repo").ok("page", "-o", str(tmp_path))
    found = data_of(tmp_path / "index.html")
    assert len(found["tasks"]) == 1_500
    assert len(found["log"]["entries"]) == 4_000
    assert os.path.getsize(tmp_path / "index.html") < 2_000_000
