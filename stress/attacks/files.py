"""What lies at `.tasks`, or looks as if it did, and YAML that two readers read in two ways."""

from __future__ import annotations

from stress.attacks.world import CONFIG, Arena, attack, task

ONE = ".tasks/one.yaml"
BEGUN = task("one", "in_progress")


def each(a: Arena, variants: dict[str, str | bytes], *codes: str) -> None:
    """Every text is refused as the file of a task; the plain one passes."""
    a.control(a.commit({ONE: BEGUN}))
    a.cheat(a.commit({ONE: next(iter(variants.values()))}), *codes)
    for text in [*variants.values()][1:]:
        a.illegal(a.push(f"{a.commit({ONE: text})}:refs/heads/cheat"), *codes)


@attack
def anchors_and_merge_keys(a: Arena) -> None:
    """Fields that only some readers see, by anchors, aliases, merge keys and tags (TK101)."""
    head = "id: one\ntitle: One\nstate: in_progress\n"
    variants: dict[str, str | bytes] = {
        "anchor": head + "owner: &a ada\ncreator: *a\n",
        "merge": head + "x:\n  a: &m\n    b: c\n  <<: *m\n",
        "merge key alone": head + "<<:\n  state: done\n",
        "tag": head.replace("One", "!!str One"),
        "own tag": head + "x: !!python/object/apply:os.system ['touch pwned']\n",
        "directive": "%YAML 1.1\n---\n" + head,
    }
    each(a, variants, "TK101", "TK108", "TK103")


@attack
def same_key_twice(a: Arena) -> None:
    """Begin the task for one reader and leave it for another: a key twice, or quoted (TK101, TK108)."""
    variants: dict[str, str | bytes] = {
        "twice": BEGUN + "state: todo\n",
        "quoted": BEGUN.replace("state:", '"state":'),
        "escaped": BEGUN + '"st\\u0061te": todo\n',
        "complex": BEGUN + "? state\n: done\n",
        "flow": "{id: one, title: One, state: in_progress}\n",
        "second document": BEGUN + "---\nstate: todo\n",
        "end marker": BEGUN + "...\n",
    }
    each(a, variants, "TK101", "TK108", "TK103")


@attack
def odd_bytes(a: Arena) -> None:
    """Line ends and marks that readers treat differently: BOM, CR, NEL, LS, UTF-16, NUL (TK101, TK108)."""
    raw = BEGUN.encode()
    variants: dict[str, str | bytes] = {
        "bom": b"\xef\xbb\xbf" + raw,
        "crlf": raw.replace(b"\n", b"\r\n"),
        "nel": raw.replace(b"One\n", "One\u0085owner: x\n".encode()),
        "ls": raw.replace(b"One\n", "One\u2028owner: x\n".encode()),
        "utf-16": BEGUN.encode("utf-16"),
        "nul": raw.replace(b"One", b"O\0e"),
        "no end": raw.rstrip(),
        "overlong": raw.replace(b"One", b"O\xc0\xaee"),
        "surrogate": raw.replace(b"One", b"O\xed\xa0\x80e"),
        "bidi": raw.replace(b"One", "O\u202ee".encode()),
    }
    each(a, variants, "TK101", "TK108", "TK104")


@attack
def odd_values(a: Arena) -> None:
    """Numbers and words in a second spelling, or beyond what every reader keeps exact."""
    add = {
        "octal": "priority: 01\n",
        "plus": "priority: +1\n",
        "hex": "priority: 0x1\n",
        "float": "priority: 1.0\n",
        "underscore": "priority: 1_0\n",
        "arabic": "priority: \u0661\n",
        "default written": "attempt: 01\n",
        "yes": "x:\n  a: yes\n",
        "null": "owner: null\n",
        "tilde": "owner: ~\n",
        "empty": "owner:\n",
        "2^53": "budget:\n  steps: 9007199254740992\n",
        "deep": "x:\n  a:\n    b:\n      c:\n        d: e\n",
        "text for a map": "budget: none\n",
    }
    variants: dict[str, str | bytes] = {name: BEGUN + text for name, text in add.items()}
    each(a, variants, "TK101", "TK108", "TK104")


@attack
def too_large(a: Arena) -> None:
    """A file of which a reader takes the first part only (TK109), also of 40 MB."""
    text = task("one", "in_progress", description="d" * 60_000)
    a.control(a.commit({ONE: text}))
    for size in (66_000, 40_000_000):
        big = task("one", "in_progress", description="d" * size)
        a.cheat(a.commit({ONE: big}), "TK109")


@attack
def nesting(a: Arena) -> None:
    """Crash the reader by nesting: a crash must not open the door."""
    variants: dict[str, str | bytes] = {
        "flow": BEGUN + "x: " + "[" * 32_000 + "\n",
        "blocks": BEGUN + "x:\n  - " + "- " * 30_000 + "a\n",
        "keys": BEGUN + "x:\n  " + "? " * 30_000 + "\n",
    }
    each(a, variants, "TK101", "TK108", "TK104")


@attack
def modes(a: Arena) -> None:
    """A task that is a link, a submodule, executable or group-writable is no plain file (TK107)."""
    a.control(a.commit({ONE: BEGUN}))
    a.cheat(a.commit({ONE: ("120000", "../elsewhere")}), "TK107")
    a.cheat(a.commit({ONE: ("160000", a.tip())}), "TK107")
    a.cheat(a.commit({ONE: ("100755", BEGUN)}), "TK107")
    a.cheat(a.commit({CONFIG: ("120000", "one.yaml")}, actor="boss@example.org"), "TK107", "TK6")


@attack
def group_writable(a: Arena) -> None:
    """Hide a jump in a file of mode 100664, which every git takes for 100644, as its checkouts are (TK201)."""
    tip = a.tip()
    names = a.git("ls-tree", f"{tip}:.tasks").splitlines()
    rest = [x for x in a.git("ls-tree", tip).splitlines() if not x.endswith("\t.tasks")]

    def written(text: str, mode: str, *parents: str) -> str:
        raw = b""
        for line in names:
            kind, oid = line.split()[0], line.split()[2]
            name = line.split("\t")[1]
            if name == "one.yaml":
                kind, oid = mode, a.blob(text)
            raw += f"{kind} {name}\0".encode() + bytes.fromhex(oid)
        tasks = a.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=raw)
        listing = "\n".join([*rest, f"040000 tree {tasks}\t.tasks"]) + "\n"
        return a.commit({}, tree=a.git("mktree", stdin=listing), parents=parents or [tip])

    done = task("one", "done")
    for mode in ("100664", "100600", "0100644"):
        a.illegal(a.push(f"{written(done, mode)}:refs/heads/cheat"), "TK201", "fsck")
    odd = written(BEGUN, "100664")
    a.control(odd)
    a.cheat(written(task("one", "todo"), "100644", odd), "TK201")
    a.cheat(written(task("one", "todo"), "100664", odd), "TK201")


@attack
def twice_in_one_tree(a: Arena) -> None:
    """A tree with two entries of one name: which of them is the file? Refused, by git or by tk."""
    good, bad = a.blob(task("one", "in_progress")), a.blob(task("one", "done"))
    entry = b"100644 one.yaml\0"
    config = bytes.fromhex(a.git("rev-parse", f"{a.tip()}:{CONFIG}"))
    raw = b"100644 config.yaml\0" + config
    raw += entry + bytes.fromhex(good) + entry + bytes.fromhex(bad)
    a.control(a.commit({ONE: BEGUN}))
    tasks = a.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=raw)
    top = f"040000 tree {tasks}\t.tasks\n"
    a.git("config", "receive.fsckObjects", "false", at=a.server)
    a.illegal(a.push(f"{a.commit({}, tree=a.git('mktree', stdin=top))}:refs/heads/cheat"))


@attack
def twins_of_the_folder(a: Arena) -> None:
    """A second `.tasks` for some file system or eye: case, letters, invisible signs, NTFS names (TK106)."""
    a.control(a.commit({"sub/.tasks/one.yaml": BEGUN, "tasks/one.yaml": BEGUN, "TASKS": "x\n"}))
    names = (".Tasks", ".ta\u200dsks", ".task\u0455", ".tasks\u00ad", "TASKS~1", "tasks~2")
    for name in (*names, ".tasks ", ".tasks.", ".ta\u017fks", ".\uff54asks", ".tasks\u200f"):
        said = a.push(f"{a.commit({f'{name}/one.yaml': task('one', 'done')})}:refs/heads/cheat")
        a.illegal(said, "TK106")


@attack
def ntfs_streams(a: Arena) -> None:
    """`.tasks::$INDEX_ALLOCATION` and `.tasks:x` are `.tasks` on NTFS (TK106)."""
    a.control(a.commit({"a:b": "x\n"}))
    for name in (".tasks::$INDEX_ALLOCATION", ".tasks:$DATA", ".tasks . "):
        said = a.push(f"{a.commit({f'{name}/one.yaml': task('one', 'done')})}:refs/heads/cheat")
        a.illegal(said, "TK106")


@attack
def twins_of_a_task(a: Arena) -> None:
    """A second file for one id on some file system: case, form of letters, trailing dots (TK105, TK106)."""
    a.control(a.commit({".tasks/one-1.yaml": task("one-1")}))
    for name in ("One.yaml", "one.YAML", "one.yaml.", "one.yaml ", "\uff4fne.yaml", "con.yaml"):
        a.illegal(a.push(f"{a.commit({f'.tasks/{name}': BEGUN})}:refs/heads/cheat"), "TK1")


@attack
def stray(a: Arena) -> None:
    """What is not read is not judged: attributes, folders and other files inside `.tasks` (TK110)."""
    a.control(a.commit({"docs/.gitattributes": "* -text\n"}))
    for name in (".gitattributes", ".gitignore", "archive/one.yaml", "one.yaml.new", "README.md"):
        a.illegal(
            a.push(f"{a.commit({f'.tasks/{name}': BEGUN})}:refs/heads/cheat"), "TK110", "TK107"
        )


@attack
def folder_as_submodule(a: Arena) -> None:
    """Replace `.tasks` by a submodule, a link or a file (TK107)."""
    a.control(a.commit({"vendor": ("160000", a.tip())}))
    rest = [x for x in a.git("ls-tree", a.tip()).splitlines() if not x.endswith("\t.tasks")]
    blob = a.blob("elsewhere")
    for kind in (f"160000 commit {a.tip()}", f"120000 blob {blob}", f"100644 blob {blob}"):
        tree = a.git("mktree", stdin="\n".join([*rest, f"{kind}\t.tasks"]) + "\n")
        a.cheat(a.commit({}, tree=tree), "TK107", "TK601", "TK204")


@attack
def one_bad_of_two_thousand(a: Arena) -> None:
    """Hide one illegal birth among two thousand tasks in one commit (TK202); a minute is the most."""
    files = {f".tasks/m{n}.yaml": task(f"m{n}") for n in range(2_000)}
    blobs = [a.blob(files[".tasks/m0.yaml"]), a.blob(task("m0", "done"))]
    lines = [f"100644 blob {blobs[0]}\tm0.yaml"]
    stream = b""
    for mark, text in enumerate(files.values(), 1):
        stream += b"blob\nmark :%d\ndata %d\n%s\n" % (mark, len(text), text.encode())
    marks = a.folder / "marks"
    a.git("fast-import", "--quiet", f"--export-marks={marks}", stdin=stream)
    oids = dict(line.split() for line in marks.read_text().splitlines())
    lines = [f"100644 blob {oids[f':{n + 1}']}\tm{n}.yaml" for n in range(2_000)]
    old = a.git("ls-tree", f"{a.tip()}:.tasks").splitlines()
    rest = [x for x in a.git("ls-tree", a.tip()).splitlines() if not x.endswith("\t.tasks")]
    for first, judge in ((blobs[0], a.control), (blobs[1], lambda oid: a.cheat(oid, "TK202"))):
        lines[0] = f"100644 blob {first}\tm0.yaml"
        tasks = a.git("mktree", stdin="\n".join([*old, *lines]) + "\n")
        listing = "\n".join([*rest, f"040000 tree {tasks}\t.tasks"]) + "\n"
        judge(a.commit({}, tree=a.git("mktree", stdin=listing)))
