"""Lines in messages: what charges whom, and in what letters."""

from __future__ import annotations

from stress.attacks.world import ADA, BOSS, Arena, attack, task


def used_up(a: Arena) -> str:
    """Attribution is required, and the limited task has used all of its two steps."""
    a.law(attribution="required")
    return a.main(a.work("capped", a.work("capped")))


def in_encoding(a: Arena, name: str, message: bytes, extra: bytes = b"") -> str:
    """A commit of code whose header names an encoding."""
    a.seconds += 60
    who = f"ada <{ADA}> {a.seconds} +0000"
    tree = a.tree({f"e{a.seconds}": "x\n"}, a.tip())
    head = f"tree {tree}\nparent {a.tip()}\nauthor {who}\ncommitter {who}\n".encode()
    encoding = f"encoding {name}\n".encode() if name else b""
    return a.raw(head + encoding + extra + b"\n" + message)


@attack
def odd_lines(a: Arena) -> None:
    """Name the used-up task so that only some readers see it: charged (TK401), or no task named (TK706)."""
    used_up(a)
    a.control(a.work("busy"))
    for line in (
        "Tk-Task: capped\r",
        "Tk-Task:\tcapped",
        "Tk-Task:capped",
        "Tk-Task : capped",
        "tk-task: capped",
        "TK-TASK: capped",
        "Tk-Task:\n capped",
        "Tk-Task: capped # no",
        "Tk-Task: capped, busy",
        "Tk-Task:\u00a0capped",
        "Tk-Task: capped\u200b",
        "x\u2028Tk-Task: capped",
        "x\vTk-Task: capped",
        "x\rTk-Task: capped",
        "\ufeffTk-Task: capped",
        "> Tk-Task: capped",
        "Tk-Task: CAPPED",
        "Tk-Task: capp",
    ):
        oid = a.work("", message=f"work\n\n{line}\n")
        a.illegal(a.push(f"{oid}:refs/heads/x"), "TK401", "TK706")


@attack
def indented(a: Arena) -> None:
    """An indented line charges (TK401), so it names the task of the work as well."""
    used_up(a)
    oid = a.work("", message="work\n\n  Tk-Task: capped\n")
    a.illegal(a.push(f"{oid}:refs/heads/x"), "TK401")
    a.control(a.work("", message="work\n\n  Tk-Task: busy\n"))


@attack
def no_blank_line(a: Arena) -> None:
    """Name the used-up task in the subject, without a last newline, or after a scissors line (TK401)."""
    used_up(a)
    a.control(a.work("", message="Tk-Task: busy"))
    cut = "# ------------------------ >8 ------------------------"
    for text in ("Tk-Task: capped", "w\n\nTk-Task: capped", f"w\n\n{cut}\nTk-Task: capped\n"):
        oid = a.work("", message=text)
        a.illegal(a.push(f"{oid}:refs/heads/x"), "TK401")


@attack
def encodings(a: Arena) -> None:
    """Hide the charge by the header `encoding`: EBCDIC, UTF-16, UTF-7, one that does not exist."""
    used_up(a)
    honest = "caf\u00e9\n\nTk-Task: busy\n"
    a.control(in_encoding(a, "ISO-8859-1", honest.encode("latin-1")))
    text = "work\n\nTk-Task: capped\n"
    for name, codec in (
        ("IBM037", "cp037"),
        ("UTF-7", "utf-7"),
        ("x-none", "ascii"),
        ("ISO-8859-1", "ascii"),
        ("ROT13", "ascii"),
        ("hex", "ascii"),
        ("UTF-8\x0b", "ascii"),
    ):
        oid = in_encoding(a, name, text.encode(codec))
        a.illegal(a.push(f"{oid}:refs/heads/x"), "TK401", "TK706")


@attack
def headers(a: Arena) -> None:
    """Name a task in a header of the commit, a signature or a merged tag, not in its message (TK706)."""
    used_up(a)
    a.control(in_encoding(a, "", b"work\n\nTk-Task: busy\n", b"note Tk-Task: none\n"))
    for extra in (
        b"Tk-Task: busy\n",
        b"note\n Tk-Task: busy\n",
        b"gpgsig -----BEGIN\n \n Tk-Task: busy\n -----END\n",
        b"mergetag object 0\n type commit\n \n Tk-Task: busy\n",
    ):
        oid = in_encoding(a, "", b"work\n", extra)
        a.illegal(a.push(f"{oid}:refs/heads/x"), "TK706")


@attack
def nul_in_the_message(a: Arena) -> None:
    """End the message for some readers by a NUL before the charge; refused, by git or by tk."""
    used_up(a)
    a.control(in_encoding(a, "", b"work\n\nTk-Task: busy\n"))
    a.git("config", "receive.fsckObjects", "false", at=a.server)
    oid = in_encoding(a, "", b"work\n\nTk-Task: busy\n\0\nTk-Task: capped\n")
    a.illegal(a.push(f"{oid}:refs/heads/x"))
    oid = in_encoding(a, "", b"work\n\n\0Tk-Task: busy\n")
    a.illegal(a.push(f"{oid}:refs/heads/x"), "TK706", "nul", "NUL")


@attack
def charged_by_a_title(a: Arena) -> None:
    """Use up somebody's tokens by a subject that some readers split into lines; it charges nothing."""
    name = ".tasks/busy.yaml"
    a.main(
        a.commit({name: task("busy", "in_progress", owner=ADA, creator=ADA, budget={"tokens": 9})})
    )
    charge = "Tk-Task: busy{0}Tk-Spend: busy{0}Tk-Tokens: 99"
    for mark in ("\u2028", "\u2029", "\x85", "\v", "\f", "\x1c", "\r"):
        text = charge.format(mark)
        oid = a.commit({"x": f"{mark}\n"}, f"x{mark}{text}\n")
        a.main(oid)
    a.control(a.work("busy"))
    over = a.work("", message="w\n\nTk-Task: busy\nTk-Tokens: 99\n")
    a.illegal(a.push(f"{over}:refs/heads/x"), "TK401")


@attack
def very_many_lines(a: Arena) -> None:
    """Exhaust the server by a message with 300,000 charges; a minute is the most."""
    a.control(a.work("", message="w\n\n" + "Tk-Task: busy\n" * 20))
    text = "".join(f"Tk-Task: t{n}\n" for n in range(300_000))
    oid = a.work("", message=f"w\n\n{text}")
    pushed = a.push(f"{oid}:refs/heads/x")
    if not pushed.status:
        a.git("fetch", "-q", "origin", "x:x")
        a.legal(a.tk("budget", "busy"))
    else:
        a.illegal(pushed, "TK")


@attack
def actor_by_odd_line(a: Arena) -> None:
    """Raise a limit under a name with the role that the check of the pusher reads differently (TK705)."""
    text = task("capped", "in_progress", owner=ADA, budget={"steps": 9})
    files = {".tasks/capped.yaml": text}
    good = a.commit(files, f"m\n\nTk-Reason: r\nTk-Actor: {BOSS}\n")
    a.control(good, BOSS)
    for line in (
        f"Tk-Actor: {BOSS}",
        f"Tk-Actor:{BOSS}",
        f"Tk-Actor: {BOSS}\r",
        f"Tk-Actor:\t{BOSS}",
        f"Tk-Actor: {BOSS}\n\nTk-Actor: {ADA}",
        f"Tk-Actor: {ADA}\n\nTk-Actor: {BOSS}",
        f"Tk-Actor: {ADA}\x0bTk-Actor: {BOSS}",
        f"  Tk-Actor: {BOSS}",
        f"Tk-Actor:\n  {BOSS}",
    ):
        oid = a.commit(files, f"m\n\nTk-Reason: r\n{line}\n")
        a.illegal(a.push(f"{oid}:refs/heads/x"), "TK705", "TK501")


@attack
def author_headers(a: Arena) -> None:
    """Be two people by author and committer, or by angle brackets in a name (TK705, TK501, or git)."""
    text = task("capped", "in_progress", owner=ADA, budget={"steps": 9})
    tree = a.tree({".tasks/capped.yaml": text}, a.tip())
    when = f"{a.seconds + 60} +0000"
    names = (("boss", BOSS), ("ada", ADA), (f"x <{BOSS}>", ADA), ("", BOSS))
    for author, email in names:
        for committer in (ADA, BOSS):
            who = f"author {author} <{email}> {when}\ncommitter c <{committer}> {when}"
            raw = f"tree {tree}\nparent {a.tip()}\n{who}\n\nm\n\nTk-Reason: r\n"
            a.illegal(a.push(f"{a.raw(raw.encode())}:refs/heads/x"))
    who = f"author boss <{BOSS}> {when}\ncommitter boss <{BOSS}> {when}"
    raw = f"tree {tree}\nparent {a.tip()}\n{who}\n\nm\n\nTk-Reason: r\n"
    a.control(a.raw(raw.encode()), BOSS)
