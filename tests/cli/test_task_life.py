"""A task's life as a person sees it, from new to done, and the way back that there is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tkledger.errors import Exit


def test_a_task_s_life(tk: Callable[..., object], git: Callable[..., str], repo_path: Path) -> None:
    ran: Callable[..., tuple[Exit, str, str]] = tk  # type: ignore[assignment]
    begun = "began a ledger in .tasks/; next: tk new TITLE\n"
    assert ran("init", "--no-hooks", "--prefix", "job") == (Exit.OK, begun, "")
    status, out, err = ran("new", "Parse the config file", "--type", "feature", "--priority", "1")
    task = out.strip()
    assert (status, err) == (Exit.OK, "")
    assert task.startswith("job-")
    asides = {
        "submit": f"no commit since work began names {task}: tk diff {task}\n",
        "reject": f"no reason was given (-m TEXT); to say what is missing: tk note {task} TEXT\n",
        "approve": "undo: tk undo\n",
    }
    for verb, source, target in (
        ("start", "todo", "in_progress"),
        ("submit", "in_progress", "in_review"),
        ("reject", "in_review", "in_progress"),
        ("submit", "in_progress", "in_review"),
        ("approve", "in_review", "done"),
    ):
        line = f"{task}: {source} -> {target}  Parse the config file\n"
        assert ran(verb, task) == (Exit.OK, line, asides.get(verb, ""))
        if verb == "reject":
            asides["submit"] = f"no commit since it was sent back names {task}: tk diff {task}\n"
        assert f"\nstate: {target}\n" in git("show", f"HEAD:.tasks/{task}.yaml")
        assert git("log", "-1", "--format=%s") == f"tk: {verb} {task} Parse the config file"
        assert git("log", "-1", "--format=%(trailers:key=Tk-Actor,valueonly)") == "test@example.org"
        assert git("status", "--porcelain") == ""
    before = git("for-each-ref"), git("ls-files", "-s"), git("status", "--porcelain")
    refused = (
        f"error[TK201] {task}: done -> in_progress is not a transition\n"
        f"  remedy: tk reopen {task}\n"
    )
    assert ran("start", task) == (Exit.REJECTED, "", refused)
    assert before == (git("for-each-ref"), git("ls-files", "-s"), git("status", "--porcelain"))

    file = repo_path / ".tasks" / f"{task}.yaml"
    file.write_text(file.read_text().replace("state: done", "state: in_progress"))
    git("commit", "-qam", "by hand")
    oid = git("rev-parse", "HEAD")
    status, out, err = ran("verify", "--all")
    assert (status, out) == (Exit.REJECTED, "")
    assert f"done -> in_progress is not a transition ({oid[:10]})" in err
    status, again, _ = ran("new", "--from", task, "Parse it better")
    assert status is Exit.OK
    assert f"\norigin: {task}\n" in git("show", f"HEAD:.tasks/{again.strip()}.yaml")
