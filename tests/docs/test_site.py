"""The documents as a site: all are shown, a broken link is an error, and no page fetches from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
SITE = ROOT / "site"

_FETCHED = re.compile(
    r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=\"?(?:https?:)?//", re.IGNORECASE
)
"""A tag with which a browser fetches from another host."""


class _Loader(yaml.SafeLoader):
    """Reads the settings without what they name in Python."""


_Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)


def settings() -> dict[str, Any]:
    found = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), _Loader)
    assert isinstance(found, dict)
    return found


def shown() -> list[str]:
    """The pages of the navigation, in its order."""
    found: list[str] = []
    for section in settings()["nav"]:
        ((_, pages),) = section.items()
        found += [next(iter(one.values())) if isinstance(one, dict) else one for one in pages]
    return found


def test_every_page_is_in_the_navigation_or_named_as_left_out() -> None:
    assert settings()["not_in_nav"].split() == [
        "/docs/decisions/0*.md"
    ]  # decisions/README.md lists them
    pages = [*SITE.glob("*.md"), *(SITE / "docs").glob("*.md"), SITE / "docs/decisions/README.md"]
    assert sorted(shown()) == sorted(path.relative_to(SITE).as_posix() for path in pages)


def test_all_that_lies_in_the_site_is_that_of_the_repository() -> None:
    links = {path.name: path.readlink().as_posix() for path in SITE.iterdir() if path.is_symlink()}
    assert links == {name: f"../{name}" for name in links}
    assert {path.name for path in SITE.iterdir()} - {*links} == {"narrow.css"}


def built(folder: Path, page: str) -> subprocess.CompletedProcess[str]:
    """What comes of a site of two pages by the settings of this one, into ``out``."""
    pages = folder / "pages"
    pages.mkdir()
    (pages / "narrow.css").write_bytes((SITE / "narrow.css").read_bytes())
    (pages / "README.md").write_text(f"# Start\n\n{page}\n")
    (pages / "other.md").write_text("# Other\n\n## TK201 two (or more) -- words\n")
    (folder / "mkdocs.yml").write_text(
        f"INHERIT: {ROOT / 'mkdocs.yml'}\ndocs_dir: pages\nsite_dir: out\nnav: [README.md, other.md]\n"
    )
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", folder / "mkdocs.yml"]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={"NO_MKDOCS_2_WARNING": "1"}
    )


def test_a_link_that_leads_nowhere_is_an_error(tmp_path: Path) -> None:
    links = ("nowhere.md", "other.md#nowhere", "../src/x.py", "/other")
    done = built(tmp_path, " ".join(f"[a]({link})" for link in links))
    assert done.returncode != 0
    for link in links:
        assert f"'{link}'" in done.stdout + done.stderr, link


def test_a_page_has_the_anchors_of_a_host_and_fetches_from_no_other(tmp_path: Path) -> None:
    done = built(tmp_path, "[a](other.md#tk201-two-or-more----words)\n\n```mermaid\na --> b\n```")
    assert done.returncode == 0, done.stderr
    out = tmp_path / "out"
    pages = [path.read_text(encoding="utf-8") for path in out.rglob("*.html")]
    assert len(pages) == 3
    for text in pages:
        assert "search" in text
        assert _FETCHED.search(text) is None
        assert 'class="mermaid"' not in text  # the theme would fetch what draws it
    styles = [path.read_text(encoding="utf-8") for path in out.rglob("*.css")]
    assert styles
    assert not [one for one in styles if re.search(r"@import|url\(\"?(?:https?:)?//", one)]
    assert (out / "search" / "search_index.json").is_file()


def test_no_document_shows_a_picture_of_another_host() -> None:
    for name in shown():
        text = (SITE / name).read_text(encoding="utf-8")
        assert not re.search(r"!\[[^\]]*\]\((?:https?:)?//", text), name
        assert _FETCHED.search(text) is None, name
