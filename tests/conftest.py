"""Every test is sealed off from the machine; and the repositories that tests start from.

Each kind of repository is made once a process, and copied for each test that asks for it.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite("tests.support")  # before it is imported: asserts there explain, too

from tests.support.clone import Clone
from tests.support.clones import cloned, copied
from tests.support.histories import PlainRepo, a_task, genesis
from tests.support.project import Project
from tests.support.proven import begin
from tests.support.signers import HAVE, Gpg, Key, ssh_key
from tests.support.team import Team
from tests.support.templates import After, Templates

# 50 are as many as `stress/noticing.py` tries where it asks what tests notice
for profile, examples in (("brief", 50), ("long", 300)):
    settings.register_profile(
        profile,
        deadline=None,
        derandomize=True,
        max_examples=examples,
        # `sealed` applies to a test once, and no example looks at what it sets
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )

MEMORY = Path("/dev/shm")
"""Linux's file system in memory: copying a repository takes a third of the time there, and git and
tk, which make durable what they answer for, wait for no disk."""


def pytest_configure(config: pytest.Config) -> None:
    """Try as many examples as the tests asked for have time for; make the temporary folders in memory
    if there is room, and if hooks may run there. All begin in one time zone, also in this process.
    """
    os.environ["TZ"] = "UTC"
    time.tzset()
    settings.load_profile("brief" if config.option.markexpr == "not long" else "long")
    if os.access(MEMORY, os.W_OK):
        found = os.statvfs(MEMORY)
        room = found.f_bavail * found.f_frsize > 4 << 30
        if room and not found.f_flag & os.ST_NOEXEC:
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_finish() -> None:
    """Some tests collect garbage, to see what is left: they need not look at all that is loaded."""
    gc.collect()
    gc.freeze()


IDENTITY = """\
[user]
    name = Test Person
    email = test@example.org
[init]
    defaultBranch = main
[commit]
    gpgSign = false
[gc]
    auto = 0
[maintenance]
    auto = false
[receive]
    autogc = false
[protocol "file"]
    allow = always
[tk]
    hooks = false
"""
"""Most tests need no hooks: `tests/cli/test_joining.py` has what commands say of a clone without.
Nothing is tidied up: each commit would start two processes more.
"""


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tests' home folders; pytest would look at all of them to number one more."""
    made = tmp_path_factory.mktemp("homes")
    # what repositories begin with: without git's samples of hooks, a copy is made in half the time
    for name in ("hooks", "info"):
        (made / "template" / name).mkdir(parents=True)
    return made


@pytest.fixture(autouse=True)
def sealed(homes: Path, templates: Templates, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's git, terminal or tk settings reaches a test."""
    home = Path(tempfile.mkdtemp(dir=homes))
    config = home / "gitconfig"
    config.write_text(IDENTITY)
    for name in list(os.environ):
        if name.startswith(("GIT_", "TK_")) or name in ("EMAIL", "EDITOR", "VISUAL", "NO_COLOR"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(homes / "template"))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TZ", "UTC")
    templates.environment = dict(os.environ)


@pytest.fixture
def repo_path(tmp_path: Path) -> Path:
    """An empty folder for a repository."""
    path = tmp_path / "repo"
    path.mkdir()
    return path


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """The repositories that others are copied from: making one takes ten processes."""
    return Templates(tmp_path_factory.mktemp("templates"))


@pytest.fixture
def bare_git(tmp_path: Path) -> Project:
    """A repository without a commit, and without a ledger."""
    return Project.create(tmp_path / "repo")


@pytest.fixture
def _project(templates: Templates) -> Path:
    """What `project` is copied from."""
    return templates.of(_begin_project)


def _begin_project(template: Path) -> None:
    made = Project.create(template)
    made.write("code.txt", "one\n")
    made.git("add", "code.txt")
    made.git("commit", "-q", "-m", "code")
    made.ok("init", "--no-hooks")
    lines = (f'{{"op": "new", "id": "{one}", "title": "Task {one}"}}\n' for one in "abcd")
    made.ok("batch", stdin="".join(lines))


@pytest.fixture
def project(_project: Path, tmp_path: Path) -> Project:
    """A repository with some code and a ledger of four tasks, a to d, in todo; no hooks."""
    return Project.copy(_project, tmp_path / "repo")


@pytest.fixture
def demo_ledger(templates: Templates) -> Path:
    """The ledger of `docs/demo_ledger.py`, which has fixed dates; not to be changed."""
    from docs.demo_ledger import build

    return templates.of(build)


@pytest.fixture
def project_after(_project: Path, templates: Templates, tmp_path: Path) -> After[Project]:
    """Makes the project in which something was done; that is done once for all tests."""

    def begin(template: Path) -> Project:
        return Project.copy(_project, template)

    return lambda do: Project.copy(templates.after(do, begin), tmp_path / "repo")


@pytest.fixture
def hooked(project_after: After[Project]) -> Project:
    """The project with tk's hooks."""
    return project_after(_with_hooks)


def _with_hooks(project: Project) -> None:
    project.ok("hooks", "install")


@pytest.fixture
def clones(_project: Path, templates: Templates, tmp_path: Path) -> list[Project]:
    """Two clones of one bare repository, which decides about claims."""

    def make(template: Path) -> None:
        cloned(Project.copy(_project, template / "repo"), template, 2)

    template = templates.of(make)
    shutil.copytree(template / "server.git", tmp_path / "server.git")
    return [copied(template / name, tmp_path / name) for name in ("clone-0", "clone-1")]


@pytest.fixture
def fresh(templates: Templates, tmp_path: Path) -> Callable[[str], Clone]:
    """Makes one more clone with a server of its own."""
    pair = Clone(templates.of(Clone.create))
    return lambda name: pair.copy(tmp_path / name)


@pytest.fixture
def clone(fresh: Callable[[str], Clone]) -> Clone:
    """A clone with hooks, and its server with hooks."""
    return fresh("pair")


@pytest.fixture
def clone_after(templates: Templates, tmp_path: Path) -> After[Clone]:
    """Makes a clone in which something was done; that is done once for all tests."""

    def begin(template: Path) -> Clone:
        return Clone(templates.of(Clone.create)).copy(template)

    return lambda do: Clone(templates.after(do, begin)).copy(tmp_path / "after")


@pytest.fixture
def _team(templates: Templates) -> Path:
    """What `team` is copied from."""
    return templates.of(Team.create)


@pytest.fixture
def team(_team: Path, tmp_path: Path) -> Team:
    """A server whose ledger has the tasks a to d, in todo."""
    shutil.copytree(_team, tmp_path / "team", symlinks=True)
    return Team(tmp_path / "team")


@pytest.fixture
def _member(_team: Path, team: Team, templates: Templates) -> Callable[[str], Project]:
    """Makes a member who joins before anything is pushed."""

    def make(template: Path) -> None:
        made = Team(_team).member(template.name)
        copied(made.path, template)
        shutil.rmtree(made.path)

    return lambda name: copied(templates.of(make, name), team.folder / name)


@pytest.fixture
def ada(_member: Callable[[str], Project]) -> Project:
    return _member("ada")


@pytest.fixture
def bob(_member: Callable[[str], Project]) -> Project:
    return _member("bob")


@pytest.fixture(scope="session")
def ssh_keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Key]:
    """A key of ssh each for ann, bob and mallory; and for anyone else."""
    if not HAVE["ssh-keygen"]:
        pytest.skip("ssh-keygen makes the keys")
    folder = tmp_path_factory.mktemp("keys")
    return {name: ssh_key(folder, name) for name in ("ann", "bob", "mallory", "new")}


@pytest.fixture(scope="session")
def gpg() -> Iterator[Gpg]:
    """A gpg with a home of its own."""
    if not HAVE["gpg"]:
        pytest.skip("gpg makes the keys")
    home = tempfile.mkdtemp(prefix="tk")
    made = Gpg(Path(home))
    yield made
    made.close()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def proven(
    clone_after: After[Clone],
    ssh_keys: dict[str, Key],
) -> Clone:
    """A clone and its server, whose policy says `proof: signature`: see `tests.support.proven`."""

    def signing(clone: Clone) -> None:
        begin(clone, ssh_keys)

    return clone_after(signing)


@pytest.fixture
def plain_repo(tmp_path: Path) -> PlainRepo:
    """An empty repository, for histories made by plain git."""
    return PlainRepo(tmp_path / "repo")


@pytest.fixture
def begun(plain_repo: PlainRepo) -> PlainRepo:
    """A ledger with the open tasks a and b; the checkout shows them."""
    plain_repo.fast_import([(genesis(), ()), ({"a": a_task("a"), "b": a_task("b")}, (1,))])
    plain_repo.git("reset", "-q", "--hard")
    return plain_repo
