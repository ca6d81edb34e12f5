"""A clone of a hostile repository, and a clone whose owner switches things off."""

from __future__ import annotations

import json

from stress.attacks.world import ADA, Arena, attack, task

PWNED = "import pathlib; pathlib.Path({!r}).write_text('x')\n"
ESCAPE = "\x1b]0;pwned\x07"


def taken(a: Arena, oid: str) -> None:
    """The clone stands on a hostile commit."""
    a.git("update-ref", "refs/heads/main", oid)
    a.git("reset", "-q", "--hard")


@attack
def hooks_switched_off(a: Arena) -> None:
    """Commit past the hooks in every way git has; `tk verify` and the server see it all the same."""
    name = a.clone / ".tasks" / "one.yaml"
    name.write_text(task("one", "in_progress"))
    a.legal(a.run(["git", "commit", "-qam", "begin"]))
    a.legal(a.tk("verify"))
    name.write_text(task("one", "todo"))
    a.illegal(a.run(["git", "commit", "-qnam", "back"]), "TK201")
    a.git("commit", "-qnam", "back")
    a.illegal(a.tk("verify"), "TK201")
    a.illegal(a.run(["git", "push", "origin", "main"]), "TK201")
    a.illegal(a.push("main:x"), "TK201")


@attack
def pathspec_environment(a: Arena) -> None:
    """Blind the hooks' pathspecs by the environment of the commit or the push (TK201)."""
    bad = a.move("one", "done")
    (a.clone / ".tasks" / "one.yaml").write_text(task("one", "done"))
    a.git("add", ".")
    for name in ("NOGLOB", "ICASE", "LITERAL", "GLOB"):
        env = {f"GIT_{name}_PATHSPECS": "1", "PUSHER": ADA}
        a.illegal(a.run(["git", "commit", "-qm", "jump"], env=env))
        line = ["git", "-c", "core.hooksPath=/dev/null", "push", "../server.git"]
        a.illegal(a.run([*line, f"{bad}:refs/heads/x"], env=env), "TK201")
        good = a.move("one", "in_progress")
        a.legal(a.run([*line, f"+{good}:refs/heads/good"], env=env))


@attack
def python_environment(a: Arena) -> None:
    """End the server's judge by Python's environment: PYTHONPATH, HOME, INSPECT, WARNINGS, user site."""
    evil = a.folder / "evil"
    evil.mkdir()
    for name in ("sitecustomize", "usercustomize", "tkledger", "typing", "subprocess"):
        (evil / f"{name}.py").write_text("import os\nos._exit(0)\n")
    bad, good = a.move("one", "done"), a.move("one", "in_progress")
    for variable in ("PYTHONPATH", "PYTHONUSERBASE", "PYTHONSTARTUP", "PYTHONPLATLIBDIR"):
        env = {variable: str(evil), "PYTHONOPTIMIZE": "2", "PUSHER": ADA}
        line = ["git", "-c", "core.hooksPath=/dev/null", "push", "../server.git"]
        a.illegal(a.run([*line, f"{bad}:refs/heads/x"], env=env), "TK201")
        a.legal(a.run([*line, f"+{good}:refs/heads/good"], env=env))


@attack
def git_environment(a: Arena) -> None:
    """Have `tk verify` read other objects by git's environment: grafts, replacements, configuration."""
    base, bad, good = a.tip(), a.move("one", "done"), a.move("one", "in_progress")
    child = a.commit({"x": "x\n"}, parents=[bad])
    a.git("update-ref", f"refs/evil/{bad}", good)
    (a.folder / "grafts").write_text(f"{child} {base}\n")
    configured = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "log.excludeDecoration"}
    for env in (
        {"GIT_REPLACE_REF_BASE": "refs/evil/"},
        {"GIT_GRAFT_FILE": str(a.folder / "grafts")},
        {"GIT_SHALLOW_FILE": str(a.folder / "grafts")},
        {**configured, "GIT_CONFIG_VALUE_0": "x"},
        {"GIT_TRACE": "1", "GIT_PAGER": "touch pwned", "GIT_EXTERNAL_DIFF": "true"},
        {"LC_ALL": "tr_TR.UTF-8", "LANGUAGE": "de", "TZ": "Pacific/Apia"},
        {"TK_DEBUG": "1", "TK_ACTOR": "boss@example.org"},
    ):
        a.illegal(a.tk("verify", f"{base}..{child}", env=env))
        a.legal(a.tk("verify", f"{base}..{good}", env={**env, "GIT_SHALLOW_FILE": ""}))


@attack
def modules_in_the_checkout(a: Arena) -> None:
    """Have tk, its hooks or its merge driver import a module of the repository; none of it runs."""
    mark = str(a.folder / "pwned")
    names = (
        "tkledger/__init__",
        "tkledger/__main__",
        "yaml/__init__",
        "typer",
        "git",
        "json",
        "sitecustomize",
        "filelock",
        "rich",
    )
    files = {f"{where}{name}.py": PWNED.format(mark) for name in names for where in ("", "sub/")}
    left = a.commit({**files, ".tasks/one.yaml": task("one", priority=1)})
    right = a.commit({**files, ".tasks/one.yaml": task("one", labels=["ui"])})
    taken(a, left)
    for words in (
        ["list"],
        ["doctor"],
        ["start", "two"],
        ["run", "two", "--", "true"],
        ["sync"],
        ["fmt"],
    ):
        a.tk(*words)
    a.legal(a.run(["git", "merge", "-q", "--no-edit", right]))
    a.legal(a.tk("done", "two", at=a.clone / "sub"))
    a.legal(a.tk("list"))
    if (a.folder / "pwned").exists():
        a.illegal(a.run(["true"]))


@attack
def links_out_of_the_repository(a: Arena) -> None:
    """Have tk write through links: a task, the policy, `.tasks`, `.gitattributes`; nothing outside changes."""
    outside = a.folder / "outside"
    outside.mkdir()
    for name in ("one.yaml", "config.yaml", "victim"):
        (outside / name).write_text("untouched: yes # not canonical\n")
    kept = {path: path.read_bytes() for path in outside.iterdir()}
    a.legal(a.tk("note", "two", "control"))
    link = ("120000", "../../outside/one.yaml")
    rest = [x for x in a.git("ls-tree", a.tip()).splitlines() if not x.endswith("\t.tasks")]
    folder = a.git(
        "mktree", stdin="\n".join([*rest, f"120000 blob {a.blob('../outside')}\t.tasks"]) + "\n"
    )
    for oid in (
        a.commit({".tasks/one.yaml": link, ".gitattributes": ("120000", "../outside/victim")}),
        a.commit({".tasks/config.yaml": ("120000", "../../outside/config.yaml")}),
        a.commit({}, tree=folder),
    ):
        taken(a, oid)
        for words in (
            ["fmt"],
            ["note", "one", "x"],
            ["note", "two", "x"],
            ["start", "two"],
            ["new", "n", "--id", "victim"],
            ["config", "set", "depth", "4"],
            ["init"],
            ["doctor", "--fix"],
        ):
            a.tk(*words)
    if kept != {path: path.read_bytes() for path in outside.iterdir()}:
        a.illegal(a.run(["ls", "-la", str(outside)]))


@attack
def escapes_to_the_terminal(a: Arena) -> None:
    """Write to the reader's terminal by names, subjects and authors; no control character is printed."""
    when = f"{a.seconds + 60} +0000"
    tree = a.tree({".tasks/two.yaml": task("two", "in_progress", owner=ADA)}, a.tip())
    who = f"a{ESCAPE} <b{ESCAPE}@example.org> {when}"
    raw = (
        f"tree {tree}\nparent {a.tip()}\nauthor {who}\ncommitter {who}\n\ns{ESCAPE}\u202e\u009b2J\n"
    )
    first = a.raw(raw.encode())
    bad = a.commit({f".tasks/{ESCAPE}.yaml": "x: y\n"}, parents=[first])
    a.legal(a.tk("verify"))
    taken(a, first)
    lines = [
        ["log"],
        ["log", "two"],
        ["show", "two"],
        ["list"],
        ["tree"],
        ["board"],
        ["verify"],
        ["why", "two"],
    ]
    for words in (*lines, ["verify", f"{first}..{bad}"], ["verify", f"{first}..{bad}", "--json"]):
        said = a.tk(*words).said
        if any(mark in said for mark in ("\x1b", "\x07", "\x9b", "\u202e")):
            a.illegal(a.run(["true"])._replace(said=f"{words}: {said!r}"))


@attack
def workflow_commands(a: Arena) -> None:
    """Give orders to the runner by `tk verify --format github`: line ends and `::` in names and titles."""
    a.legal(a.tk("verify", "--format", "github"))
    evil = "\n::warning::pwned"
    files = {
        f".tasks/a{evil}": "x\n",
        ".tasks/b%0A::warning::pwned": "x\n",
        ".tasks/c,line=1::pwned": "x\n",
        ".tasks/one.yaml": task("one", "done", title='"x\\n::warning::pwned"'),
        ".tasks/two.yaml": "id: two\r::warning::pwned\n",
    }
    bad = a.commit(files, f"x{evil}\r::warning::pwned\n")
    said = a.tk("verify", f"{a.tip()}..{bad}", "--format", "github")
    a.illegal(said)
    lines = said.said.replace("\r", "\n").splitlines()
    if any(line.startswith("::warning::pwned") for line in lines):
        a.illegal(said._replace(status=0))


@attack
def attributes(a: Arena) -> None:
    """Have moves commit other bytes by attributes of the repository: ident, eol, encodings, filters."""
    a.legal(a.tk("note", "two", "control"))
    a.git("config", "filter.evil.clean", "sed s/todo/done/")
    a.git("config", "filter.evil.smudge", "sed s/todo/done/")
    a.git("config", "diff.evil.textconv", "true")
    a.git("config", "diff.evil.command", "true")
    for line in (
        "* ident",
        "* eol=crlf",
        "* text=auto filter=evil",
        "* diff=evil -text",
        "* merge=union",
        "* export-subst",
    ):
        oid = a.commit(
            {".gitattributes": f"{line}\n", ".tasks/one.yaml": task("one", title='"$Id$ x"')}
        )
        taken(a, oid)
        said = a.tk("edit", "one", "--priority", "1")
        if not said.status:
            a.legal(a.tk("verify", f"{oid}..HEAD"))
            text = a.git("show", "HEAD:.tasks/one.yaml") + "\n"
            if text != task("one", title='"$Id$ x"', priority=1):
                a.illegal(said._replace(said=text))


@attack
def hidden_in_the_index(a: Arena) -> None:
    """Hide an illegal file by index bits and a second index; what is committed is what is judged (TK201)."""
    name = ".tasks/one.yaml"
    a.git("update-index", "--assume-unchanged", name)
    (a.clone / name).write_text(task("one", "done"))
    a.legal(a.run(["git", "commit", "-q", "--allow-empty", "-m", "nothing"]))
    index = {"GIT_INDEX_FILE": str(a.clone / ".git" / "second")}
    a.git("read-tree", "HEAD", env=index)
    oid = a.blob(task("one", "done"))
    a.git("update-index", "--cacheinfo", f"100644,{oid},{name}", env=index)
    a.illegal(a.run(["git", "commit", "-qm", "jump"], env=index), "TK201")
    a.illegal(a.run(["git", "commit", "-qnm", "jump"], env=index), "TK201")


@attack
def batch_input(a: Arena) -> None:
    """Crash or split a batch by odd JSON: surrogates, NUL, line separators, nesting."""
    good = json.dumps({"op": "note", "id": "two", "message": "control"})
    a.legal(a.tk("batch", "-", stdin=good.encode()))
    before = a.git("rev-parse", "HEAD")
    for text in (
        '{"op": "cancel", "id": "two", "message": "\\ud800"}',
        '{"op": "cancel", "id": "two", "message": "a\\u0000b"}',
        '{"op": "note", "id": "two", "message": "\\u001b[2J"}',
        "[" * 100_000,
        '{"op": ' * 20_000,
        '{"op": "note", "id": "two", "message": ' + "9" * 6_000 + "}",
        '{"op": "new", "title": "x\\u2028y"}',
        '{"op": "note", "id": "\\n", "message": "x"}',
        '{"op": "edit", "id": "two", "budget": "steps=NaN"}',
    ):
        answer = a.tk("batch", "-", stdin=text.encode())
        if answer.status in (0, 70) or answer.status < 0 or a.git("rev-parse", "HEAD") != before:
            a.illegal(
                answer._replace(status=0, said=f"{text[:60]}: exit {answer.status}: {answer.said}")
            )
            before = a.git("rev-parse", "HEAD")
