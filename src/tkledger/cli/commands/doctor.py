"""``tk doctor``: is everything in place, and are the doors really shut?"""

from __future__ import annotations

from tkledger.doors import doctor as ward
from tkledger.errors import Exit
from tkledger.git.repo import Repo
from tkledger.report import print_json, visible, without_empty


def doctor(fix: bool = False, path: str = ".", as_json: bool = False) -> int:
    """Examine this repository; prove, by trying, that each hook refuses what it must."""
    repo = Repo(path)
    findings = list(ward.examine(repo))
    fixed = [one for one in findings if fix and not one.good and one.fix is not None]
    for one in fixed:
        assert one.fix is not None
        one.fix()
    if fixed:
        findings = list(ward.examine(Repo(path)))
    bad = [one for one in findings if not one.good]
    if as_json:
        print_json(findings=[_json(one) for one in findings], fixed=[one.what for one in fixed])
        return Exit.UNUSABLE if bad else Exit.OK
    for one in findings:
        print(visible(f"{'ok ' if one.good else 'BAD'}  {one.what}: {one.message}"))
        if not one.good:
            print(visible(f"       remedy: {one.remedy}"))
    if fixed:
        print(visible(f"fixed: {', '.join(one.what for one in fixed)}"))
    if any(one.fix for one in bad) and not fix:
        print("some of this is put right by: tk doctor --fix")
    return Exit.UNUSABLE if bad else Exit.OK


def _json(one: ward.Finding) -> dict[str, object]:
    remedy = "" if one.good else one.remedy
    return without_empty(
        {"what": one.what, "good": one.good, "message": one.message, "remedy": remedy}
    )
