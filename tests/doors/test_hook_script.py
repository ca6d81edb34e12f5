"""What hook.sh decides by itself, for speed, is what Python decides: both are given the same inputs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.project import Project
from tkledger.agents.worktrees import branch_of
from tkledger.core import policy_fields, ref_names
from tkledger.core.charges import bills, unreadable
from tkledger.core.field import is_id
from tkledger.core.layout import FOLDER, POLICY_PATH, path_of
from tkledger.core.policy import DEFAULT
from tkledger.core.trailers import PREFIX, STEP
from tkledger.doors import gate, hooks, script
from tkledger.doors.validated import ValidatedTips
from tkledger.files.codec import dump_policy
from tkledger.files.look_alikes import looks_like_folder
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger
from tkledger.local.processes import started
from tkledger.local.store import JUDGED, PASSED, TASK, VALIDATED
from tkledger.local.verdicts import note_judged

_FUNCTION = re.compile(r"^\w+\(\) \{.*?^\}$", re.MULTILINE | re.DOTALL)

FEW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
"""Each example starts processes."""

NOBODY = "0" * 40


def sh(
    folder: Path, code: str, *arguments: str, stdin: str = "", env: dict[str, str] | None = None
) -> list[str]:
    """What ``code`` prints, line by line, after the functions of the hook script.

    folder: the git folder; the current one is that which holds it
    """
    functions = "\n".join(_FUNCTION.findall(script.hook("pre-commit")))
    prelude = f'folder=$1 own="$1/tk/{JUDGED}"; shift\n'
    done = subprocess.run(
        ["sh", "-c", f"{functions}\n{prelude}{code}", "sh", str(folder), *arguments],
        cwd=folder.parent,
        input=stdin.encode(errors="surrogateescape"),
        capture_output=True,
        env={**os.environ, **(env or {})},
    )
    assert not done.stderr, done.stderr
    return done.stdout.decode(errors="surrogateescape").splitlines()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A git folder without a repository, which is enough for most of the script's functions."""
    made = tmp_path / "checkout/.git"
    (made / "tk").mkdir(parents=True)
    return made


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A ledger with three commits and no hooks."""
    made = Project.create(tmp_path / "project")
    made.ok("init", "--no-hooks")
    for id in ("a", "b", "c"):
        made.ok("new", id, "--id", id)
    return made


# -- the words that are written in -----------------------------------------------------------


@pytest.mark.parametrize("name", [*script.CLIENT, *script.SERVER])
def test_a_script_is_one_of_sh_with_no_word_left_out(name: str) -> None:
    text = script.hook(name, "/opt/it's/python", "/opt/lib")
    assert not re.findall(r"@[A-Z_]+@", text)
    assert subprocess.run(["sh", "-n"], input=text.encode()).returncode == 0


def test_the_source_of_the_script_repeats_no_word() -> None:
    source = (Path(script.__file__).parent / "hook.sh").read_text()
    for word, value in script.words().items():
        assert f"@{word}@" in source
        assert value.isalpha() or value not in source, word
    assert not re.findall(r"/tk/[a-z]", source)


# -- messages --------------------------------------------------------------------------------

BREAKS = ("\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")
BLANKS = ("", " ", "\t", "\u00a0", "\u2003", "\x1f", "\v")
NAMES = (STEP, "Tk-Spend", "Tk-Tokens", "Tk-Tokens-In", "Tk-Cost", "tk-task", "Tk-Other", "Tk", "x")
message_lines = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(BLANKS),
    st.sampled_from(NAMES),
    st.sampled_from((": ", ":", " : ", ":\t", "= ", "")),
    st.sampled_from(("a", "12", "", "0.5 ", "-1")) | st.text(max_size=5),
) | st.text(max_size=20)
messages = st.lists(st.tuples(message_lines, st.sampled_from(BREAKS)), max_size=5).map(
    lambda rows: "".join(line + end for line, end in rows).replace("\0", "")
)


@FEW
@example([f"work\n\n{STEP}: a", f"work\v{STEP}: a\n", f"work\n\n\u00a0{STEP}: a\n", "work\n", ""])
@given(found=st.lists(messages | messages.map(str.rstrip), min_size=5, max_size=30))
def test_no_message_that_counts_is_passed_over(folder: Path, found: list[str]) -> None:
    """Nor is Python started for others."""
    for number, text in enumerate(found):
        file = folder / f"message{number}"
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
    paths = [str(folder / f"message{number}") for number in range(len(found))]
    said = sh(folder, 'for file; do has_trailer "$file" && echo yes || echo no; done', *paths)
    assert said == ["yes" if PREFIX in text else "no" for text in found]
    for text, answer in zip(found, said):
        assert answer == "yes" or not (bills(text) or list(unreadable(text)))


@FEW
@given(
    attribution=st.sampled_from(("optional", "required")),
    proof=st.sampled_from(("name", "signature")),
    protected=st.lists(st.from_regex(r"[a-z]{1,5}", fullmatch=True), max_size=3, unique=True),
    limited=st.booleans(),
    signed=st.booleans(),
)
def test_what_a_policy_asks_is_read_in_sh_as_in_python(
    folder: Path, attribution: str, proof: str, protected: list[str], limited: bool, signed: bool
) -> None:
    policy = policy_fields.changed(
        DEFAULT,
        attribution=attribution,
        proof=proof,
        protected=tuple(sorted(protected)),
        guards={"a": {"state": ["done"], "signed": signed}},
        may={"may:": {"paths": ["may:"]}} if limited else {},
    )
    path = folder.parent / POLICY_PATH
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(dump_policy(policy))
    words = script.words()
    for line, note, asked in (
        ("ATTRIBUTION", "NO_ATTRIBUTION", policy.attribution == "required"),
        ("SIGNATURES", "NO_SIGNATURES", policy.proof == "signature"),
        ("SIGNED_GUARD", "NO_SIGNED_GUARD", signed),
        ("LIMITS", "NO_LIMITS", limited),
    ):
        (folder / "tk" / words[note]).unlink(missing_ok=True)
        for _ in range(2):  # the second time by the note
            said = sh(folder, f"asks '{words[line]}' {words[note]} && echo yes || echo no")
            assert said == ["yes" if asked else "no"]


# -- the task worked on ----------------------------------------------------------------------

candidates = st.sampled_from(
    (
        "",
        "a",
        "b-1",
        "b_1",
        "config",
        "con",
        "A",
        "-a",
        "_a",
        "a.yaml",
        "../a",
        "a b",
        "\u00e4",
        "gone",
    )
)
branches = st.builds(lambda id: branch_of({}, id), candidates) | st.sampled_from(
    ("refs/heads/main", "refs/heads/tk", "refs/heads/x/tk/a", "refs/tags/tk/a")
)


@FEW
@given(told=candidates, noted=candidates, head=branches | st.just(""))
def test_the_task_worked_on_is_one(folder: Path, told: str, noted: str, head: str) -> None:
    """By the environment, else the note of `tk work`, else the name of the branch."""
    (folder.parent / FOLDER).mkdir(exist_ok=True)
    for name in ("a", "b-1", "config", "-a", "_a"):
        (folder.parent / path_of(name)).touch()
    (folder / "HEAD").write_text(f"ref: {head}\n" if head else f"{NOBODY}\n")
    (folder / "tk" / TASK).write_text(f"{noted}\n")
    of_branch = head.removeprefix(ref_names.TASK_BRANCHES)
    wanted = told or noted or ("" if of_branch == head else of_branch)
    there = is_id(wanted) and (folder.parent / path_of(wanted)).exists()
    env = {"TK_TASK": told, "GIT_CEILING_DIRECTORIES": str(folder.parent.parent)}
    assert sh(folder, 'task && echo "$id"; :', env=env) == ([wanted] if there else [])


# -- notes and verdicts ----------------------------------------------------------------------

oids = st.sampled_from([digit * 40 for digit in "abc"])
verdicts = (
    oids
    | st.lists(oids, min_size=2, max_size=3).map(" ".join)
    | oids.map(lambda oid: f"push {oid}")
)


@FEW
@given(noted=verdicts, others=st.lists(verdicts, max_size=5))
def test_a_verdict_counts_for_what_it_names_alone(
    folder: Path, noted: str, others: list[str]
) -> None:
    note_judged(SimpleNamespace(git_dir=str(folder)), noted)  # type: ignore[arg-type]
    asked = [noted, *others]
    said = sh(folder, 'for one; do judged "$one" && echo yes || echo no; done', *asked)
    assert said == ["yes" if one == noted else "no" for one in asked]


@pytest.mark.parametrize("text", ["", "\n", "a", "b\na\n", "a b\n", "aa\n", " \n", "\xff\n", None])
def test_a_verdict_that_is_odd_counts_for_nothing(folder: Path, text: str | None) -> None:
    path = folder / "tk" / JUDGED
    if text is None:
        path.mkdir()
    else:
        path.write_bytes(text.encode("latin-1"))
    assert sh(folder, "judged a && echo yes || echo no") == ["no"]


def test_a_note_names_the_git_that_asked(folder: Path) -> None:
    code = (
        "import sys; from types import SimpleNamespace as S; from tkledger.local import verdicts;"
        "verdicts.note_message_checked(S(git_dir=sys.argv[1]))"
    )
    name = script.words()["MESSAGE_CHECKED"]
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True)
    asked = f"noted {name} && echo yes || echo no"
    assert sh(folder, asked) == ["yes"]
    for odd in ("1\n", f"{os.getpid()}\n", f"{os.getpid()} 1\n", "", "\n", "used\n"):
        (folder / "tk" / name).write_text(odd)
        assert sh(folder, asked) == ["no"], odd
    assert sh(folder, f"note {name}; {asked}") == ["yes"]


def test_a_note_is_used_once(folder: Path) -> None:
    """One git can make several commits: what it noted of the first says nothing of the next."""
    name = script.words()["UNTOUCHED"]
    code = f"note {name}; for n in 1 2; do used {name} && echo yes || echo no; done; note {name}"
    assert sh(folder, f"{code}; noted {name} && echo again") == ["yes", "no", "again"]


def test_sh_and_python_name_a_process_alike(folder: Path) -> None:
    assert sh(folder, 'identify; echo "$asking"') == [f"{os.getpid()} {started(os.getpid())}"]
    assert started(os.getpid()) != started(os.getppid())
    assert started(2**30) == ""


def test_after_a_commit_no_note_of_its_git_counts(hooked: Project) -> None:
    hooked.write("code.txt", "two\n")
    hooked.git("add", "code.txt")
    hooked.git("commit", "-q", "-m", "code")
    for name in ("UNTOUCHED", "MESSAGE_CHECKED"):
        assert (hooked.path / ".git/tk" / script.words()[name]).read_text().startswith("used\n")


def test_a_message_is_searched_by_its_bytes(project: Project) -> None:
    """Not as what it becomes when git takes it from the encoding that it names to this machine's."""
    text = f"work\n\n{STEP}: a\n"
    raw = project.git("cat-file", "commit", "HEAD").partition("\n\n")[0]
    odd = f"{raw}\nencoding IBM037\n\n{text}"
    made = project.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=odd)
    plain = project.git("commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "code")
    code = 'checked=; for one; do is_new "$one" && echo yes || echo no; done'
    assert sh(project.path / ".git", code, made, plain) == ["yes", "no"]


# -- refs ------------------------------------------------------------------------------------

REFS = (
    *("HEAD", "refs/heads/main", "refs/heads/tk/a", "refs/tags/v1", "refs/remotes/origin/main"),
    *("refs/tk/claims/a", "refs/tk/inbox/ada", "refs/tk/claimsx/a", "refs/x/refs/tk/claims/a"),
)
names = st.sampled_from(REFS) | st.from_regex(r"refs/[a-z]{1,6}/[a-z./-]{1,6}", fullmatch=True)
moves = st.lists(st.tuples(oids | st.just(NOBODY), names), min_size=1, max_size=7)


@FEW
@given(pushed=moves, noted=oids)
def test_a_push_was_checked_if_it_is_of_the_commit_noted(
    folder: Path, pushed: list[tuple[str, str]], noted: str
) -> None:
    note_judged(SimpleNamespace(git_dir=str(folder)), f"push {noted}")  # type: ignore[arg-type]
    lines = "\n".join(f":/a b c {oid} {ref} {NOBODY}" for oid, ref in pushed)
    judged = {oid for oid, ref in pushed if not ref.startswith(ref_names.SHARED)}
    said = sh(folder, "read_input; synced && echo yes || echo no", stdin=lines + "\n")
    assert said == ["yes" if judged == {noted} else "no"]


@FEW
@given(moved=moves, detached=st.booleans(), symbolic=st.booleans())
def test_sh_looks_at_the_refs_that_python_judges(
    folder: Path, moved: list[tuple[str, str]], detached: bool, symbolic: bool
) -> None:
    (folder / "HEAD").write_text(f"{'a' * 40}\n" if detached else "ref: refs/heads/main\n")
    if symbolic:
        moved = [("ref:refs/heads/x", "refs/heads/y"), *moved]
    lines = "".join(f"{NOBODY} {new} {ref}\n" for new, ref in moved)
    code = 'is_new() { echo "$1"; return 1; }; read_input; all_known'
    ledger: Any = SimpleNamespace(repo=SimpleNamespace(is_detached=detached))
    judged: list[str] = []

    def arriving(_: object, tips: Iterable[str]) -> tuple[()]:
        judged.extend(tips)
        return ()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gate, "arriving", arriving)
        tuple(hooks.HOOKS["reference-transaction"](ledger, ["prepared"], lines.encode()))
    assert set(sh(folder, code, stdin=lines)) == set(judged)


# -- what belongs to the ledger --------------------------------------------------------------

file_names = st.text(
    st.sampled_from(".tasksTASKS~1: \\\u0430\u200b\u017f\u2024\u212a\uff54\x01") | st.characters(),
    min_size=1,
    max_size=9,
).filter(lambda name: not set(name) & set("/\0") and name.lower() not in (".", "..", ".git"))


@FEW
@given(found=st.lists(file_names, max_size=30))
def test_sh_sees_every_name_that_looks_like_the_folder(project: Project, found: list[str]) -> None:
    alike = [".Tasks", "tasks~1", ".tasks.", ".task\u017f", ".tasks:x", "TASKS~12", "\uff0etasks"]
    plain = ["code", "tasks", "src", "a.tasks", "my~tasks"]
    wanted, rows = [], []
    for name in dict.fromkeys([*found, *alike, *plain]):
        with_file = f"{name}/x".encode("utf-8", "surrogatepass")
        rows.append(b"100644 " + b"a" * 40 + b"\t" + with_file + b"\0")
        if name == FOLDER or looks_like_folder(name):
            wanted.append(with_file)
    git_folder = project.path / ".git"
    env = {"GIT_INDEX_FILE": str(project.path.parent / "index")}
    for setting in ("core.protectHFS", "core.protectNTFS"):
        project.git("config", setting, "false")
    subprocess.run(
        ["git", "update-index", "-z", "--index-info"],
        cwd=project.path, input=b"".join(rows), env={**os.environ, **env}, check=True,
        capture_output=True,
    )  # fmt: skip
    said = "\n".join(sh(git_folder, "ledger ls-files -z | tr '\\0' '\\n'", env=env))
    seen = set(said.encode("utf-8", "surrogateescape").split(b"\n"))
    (project.path.parent / "index").unlink()
    assert not set(wanted) - seen
    assert not {f"{name}/x".encode() for name in plain} & seen


STAGED = (
    *("code.txt", "src/.tasks/x", "tasks/x", "\u00fcber", FOLDER.upper(), f"{FOLDER}x"),
    *(path_of("a"), path_of("z"), f"{FOLDER}/other", "tasks~1"),
)


@FEW
@given(paths=st.sets(st.sampled_from(STAGED), max_size=3), large=st.booleans())
def test_a_commit_that_sh_lets_pass_changes_no_task(
    project: Project, paths: set[str], large: bool
) -> None:
    git_folder = project.path / ".git"
    note = git_folder / "tk" / script.words()["LARGE"]
    note.touch() if large else note.unlink(missing_ok=True)
    project.git("read-tree", "HEAD")
    blob = project.git("rev-parse", f"HEAD:{path_of('b')}")
    for path in paths:
        project.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
    ledger = Ledger(Repo(str(project.path)))
    same = ledger.in_tree(project.git("write-tree")).entries == ledger.head().entries
    python = project.path.parent / "python"
    python.write_text("#!/bin/sh\nexit 7\n")
    python.chmod(0o755)
    hook = git_folder / "pre-commit"
    hook.write_text(script.hook("pre-commit", str(python)))
    status = subprocess.run(["sh", str(hook)], cwd=project.path, capture_output=True).returncode
    assert status == 7 or same
    assert status == 0 or any(
        p.lower().startswith((".t", "tasks~")) or not p.isascii() for p in paths
    )


def test_a_turn_that_cannot_be_waited_for_ends_no_hook(project: Project) -> None:
    """As in a repository of several users, of whom another made the file."""
    python = project.write("python", "#!/bin/sh\nexit 7\n")
    python.chmod(0o755)
    hook = project.write("hook", script.hook("pre-receive", str(python)))
    (project.path / ".git/tk/turn").unlink(missing_ok=True)
    (project.path / ".git/tk/turn").mkdir(parents=True)
    done = subprocess.run(
        ["sh", str(hook)],
        cwd=project.path / ".git",
        input=f"{project.head()} {project.head()} refs/heads/main\n",
        env={**os.environ, "GIT_DIR": "."},
        text=True,
    )
    assert done.returncode == 7, "Python is asked"


# -- validated tips --------------------------------------------------------------------------


@FEW
@given(data=st.data())
def test_sh_replaces_a_validated_tip_as_python_does(project: Project, data: st.DataObject) -> None:
    """Or leaves it to Python, and the file as it was."""
    commits = project.git("rev-list", "HEAD").split()
    side = project.git("commit-tree", "HEAD^{tree}", "-m", "side")
    some = st.sampled_from([*commits, side])
    before = data.draw(st.lists(some, unique=True, max_size=4))
    lines = "".join(
        f"{old} {new} {ref}\n"
        for old, new, ref in data.draw(
            st.lists(
                st.tuples(
                    some | st.just(NOBODY), some | st.just(NOBODY),
                    st.sampled_from(("refs/heads/main", "refs/tk/claims/a", "refs/tags/v1")),
                ), min_size=1, max_size=2,
            )
        )
    )  # fmt: skip
    git_folder = project.path / ".git"
    file = git_folder / "tk" / VALIDATED
    file.write_text("".join(f"{oid}\n" for oid in before))
    legal = data.draw(st.lists(st.sampled_from(lines.splitlines(True)), unique=True))
    (git_folder / "tk" / PASSED).write_text("".join(legal))
    (git_folder / "tk" / script.words()["TIDIED"]).touch()
    done = sh(git_folder, "read_input; advance && echo done; :", stdin=lines) == ["done"]
    by_sh = file.read_text().split()
    file.write_text("".join(f"{oid}\n" for oid in before))
    repo = Repo(str(project.path))
    tuple(hooks.HOOKS["post-receive"](Ledger(repo), [], lines.encode()))
    assert set(by_sh) == set(ValidatedTips(repo).tips() if done else before)
    repo.close()
