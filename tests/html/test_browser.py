"""The page in a browser: found, folded and opened by keys; read by all; and nothing of the repository is run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.html.conftest import data_of
from tests.support.browser import Page
from tests.support.project import Project
from tkledger.views.words import NO_ACTOR, NO_ONE

Open = Callable[..., Page]
Data = dict[str, Any]
VIEWS = ("tree", "list", "board", "graph", "log", "stats")


@pytest.fixture(autouse=True)
def quiet(opened: Open) -> Iterator[None]:
    """Whatever a test does, the page asks for nothing, and has nothing to complain about."""
    yield
    from tests.html import conftest

    for page in conftest.OPEN:
        assert page.asked == []
        assert page.complaints == []


def texts(page: Page, selector: str) -> list[str]:
    """What elements say, in their order on the screen."""
    found: list[str] = page.run(
        f"[...document.querySelectorAll({json.dumps(selector)})]"
        ".map((one) => (one.innerText ?? one.textContent).trim())"
    )
    return found


def titles(page: Page) -> list[str]:
    return texts(page, "#main .title")


def current(page: Page) -> str:
    """The title of the row that keys are at, as a screen reader is told."""
    found: str = page.run(
        "document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))"
        ".querySelector('.title').innerText"
    )
    return found


def detail(page: Page) -> str:
    """What the panel of a task says; nothing if it is closed."""
    found: str = page.run(
        "(({hidden, innerText}) => (hidden ? '' : innerText))(document.getElementById('detail'))"
    )
    return found


def count(page: Page) -> str:
    return texts(page, "#count")[0]


# -- search ----


def test_search_is_a_key_away(opened: Open, shop_page: Path) -> None:
    page = opened(shop_page)
    assert count(page) == "23 open tasks"
    page.press("/")
    page.type("CARD numb")
    assert titles(page) == ["Open the new shop", "Keep it running", "Keep no card numbers in logs"]
    assert texts(page, ".row:not(.above) .title mark") == ["card", "numb"]
    assert count(page) == "1 of 23 open tasks"
    page.press("2")
    assert page.run("document.getElementById('words').value") == "CARD numb2", "it is typed"
    page.press("Backspace", "Enter")
    assert "Open the new shop" in detail(page), "the first row"
    page.press("Escape")
    assert detail(page) == ""
    page.press("Escape")
    assert page.run("document.getElementById('words').value") == ""
    assert count(page) == "23 open tasks"


def test_a_list_is_ranked_and_shows_the_line_that_matches(opened: Open, shop_page: Path) -> None:
    page = opened(shop_page, "#list")
    page.press("/")
    page.type("index")
    assert titles(page) == []
    assert count(page) == "0 of 23 open tasksand 1 ended"
    page.click("#count button")
    assert titles(page) == ["Index names and descriptions"]
    page.press("/", "Escape")
    page.type("customer phone")
    found = dict(zip(titles(page), texts(page, "#main .snippet")))
    assert found["Keep no card numbers in logs"] == "Seen by a customer on the phone."
    assert len(found) == 5
    page.run("document.getElementById('order').value = 'title'")
    page.run("document.getElementById('order').dispatchEvent(new Event('change'))")
    assert titles(page) == sorted(titles(page), key=str.lower)


def test_what_is_chosen_narrows_each_view(opened: Open, shop_page: Path, shop_data: Data) -> None:
    page = opened(shop_page, "#board")
    assert count(page) == "42 tasks"
    page.run("document.querySelector('select[name=label]').value = 'safety'")
    page.run("document.querySelector('select[name=label]').dispatchEvent(new Event('change'))")
    own = {one["id"] for one in shop_data["tasks"] if "safety" in one.get("labels", [])}
    assert count(page) == f"{len(own)} of 42 tasks"
    page.press("5")
    entries = sum(one[1] in own for one in shop_data["log"]["entries"])
    assert count(page) == f"{entries} of {len(shop_data['log']['entries'])} events"
    page.press("1")
    above = ["Open the new shop", "Keep it running"]
    assert texts(page, ".row.above .title") == above, "what leads to those that match"
    assert titles(page)[1:3] == ["Sign in", "End all sessions at once"]
    page.click("#clear")
    assert count(page) == "23 open tasks"


# -- the tree ----


def test_the_tree_is_folded_and_walked_by_keys(opened: Open, shop_page: Path) -> None:
    page = opened(shop_page, "#tree")
    page.run("document.querySelector('[role=tree]').focus()")
    assert current(page) == "Open the new shop"
    whole = len(titles(page))
    page.press("j", "ArrowDown", "k")
    assert current(page) == "Sign in"
    page.press("ArrowLeft")
    row = "#main [aria-selected=true]"
    assert page.run(f"document.querySelector('{row}').getAttribute('aria-expanded')") == "false"
    assert len(titles(page)) == whole - 1
    page.press("j")
    assert current(page) == "Take payments"
    page.press("k", "ArrowRight", "ArrowRight")
    assert current(page) == "End all sessions at once"
    page.press("ArrowLeft")
    assert current(page) == "Sign in"
    page.press("End")
    assert current(page) == titles(page)[-1]
    page.press("Home", "Enter")
    assert "Parts 1 of 8 done" in detail(page)
    assert page.run("document.activeElement.tagName") == "H2", "the panel has the focus"
    page.press("j")
    assert "Sign in" in detail(page), "the panel follows"
    page.press("Escape")
    assert detail(page) == ""
    assert current(page) == "Sign in", "the focus is back"


def test_levels_and_places_are_told(opened: Open, shop_page: Path) -> None:
    page = opened(shop_page, "#tree")
    found = page.run(
        "[...document.querySelectorAll('[role=treeitem]')].slice(0, 3).map((one) =>"
        " ['level', 'posinset', 'setsize', 'expanded'].map((name) => one.getAttribute(`aria-${name}`)))"
    )
    assert found == [["1", "1", "1", "true"], ["2", "1", "7", "true"], ["3", "1", "1", None]]


def test_a_click_folds_or_opens(opened: Open, shop_page: Path) -> None:
    page = opened(shop_page, "#tree")
    page.click(".row .fold")
    assert titles(page) == ["Open the new shop"]
    assert detail(page) == ""
    page.click(".row .title")
    assert "Parts 1 of 8 done" in detail(page)
    page.click("#detail a")
    assert page.run("location.hash") == "#tree/account"
    assert "Sign in" in detail(page)


# -- the other views ----


def test_the_board_is_walked_by_keys(opened: Open, shop_page: Path) -> None:
    page = opened(shop_page)
    page.press("3")
    heads = texts(page, ".column h2")
    assert [head.split("\n")[0].split(" ", 1)[1] for head in heads] == [
        *("backlog", "todo", "in progress", "in review", "blocked", "done", "cancelled")
    ]
    assert current(page) == "Answer what people ask most"
    page.press("ArrowRight", "ArrowDown")
    assert current(page) == "Back up every night, and try the backup"
    page.press("ArrowRight", "ArrowRight")
    assert current(page) == "Load pictures when they come into sight"
    page.press("Enter")
    assert "in review" in detail(page)
    assert texts(page, ".current .card[aria-selected=true] .title") == [
        "Load pictures when they come into sight"
    ]


def test_the_graph_is_walked_by_keys(opened: Open, shop_page: Path, shop_data: Data) -> None:
    page = opened(shop_page)
    page.press("4")
    spots = page.run(
        "Object.fromEntries([...document.querySelectorAll('.box')].map((one) => [one.dataset.id,"
        " [one.querySelector('rect').getAttribute('x'), one.querySelector('rect').getAttribute('y')]]))"
    )
    assert spots == {
        key: [str(20 + 290 * column), str(20 + 60 * row)]
        for key, (column, row) in shop_data["graph"]["cells"].items()
    }
    assert len(texts(page, ".box.critical")) == len(shop_data["graph"]["critical"])
    first = page.run("document.activeElement.dataset.id")
    page.press("ArrowRight", "j", "Enter")
    second = page.run("location.hash").split("/")[1]
    here, there = shop_data["graph"]["cells"][first], shop_data["graph"]["cells"][second]
    assert (there[0] - here[0], there[1] > here[1]) == (1, True)
    assert second in detail(page)
    page.press("Escape")
    assert page.run("document.activeElement.dataset.id") == second
    page.open(shop_page, "#graph/invoice")
    near = page.run("[...document.querySelectorAll('.box')].map((one) => one.dataset.id)")
    assert sorted(near) == ["invoice", "pay", "receipt"], "what it waits for, and its whole"


def test_log_and_statistics_say_what_the_data_says(
    opened: Open, shop_page: Path, shop_data: Data
) -> None:
    page = opened(shop_page)
    page.press("5")
    assert count(page) == f"{len(shop_data['log']['entries'])} events"
    rows = texts(page, ".row")
    assert "2026-04-08" in rows[0]
    assert shop_data["log"]["entries"][0][1] in rows[0]
    page.press("Enter")
    assert shop_data["log"]["entries"][0][1] in detail(page)
    page.press("Escape", "6")
    tiles = dict(zip(texts(page, ".tile > :first-child"), texts(page, ".tile b")))
    numbers = shop_data["stats"]
    assert tiles["Open"] == "23"
    assert tiles["Done"] == str(numbers["states"]["done"])
    assert tiles["All done, 85 %"] == numbers["forecast"]["p85"]["date"]
    bars = page.run(
        "[...document.querySelectorAll('rect.f-done')].map((one) => Number(one.getAttribute('height')))"
    )
    done = [week["done"] for week in numbers["weeks"]]
    assert [height == 0 for height in bars] == [number == 0 for number in done]
    assert bars.index(max(bars)) == done.index(max(done))
    page.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    for row, week in zip(texts(page, ".chart details tbody tr"), reversed(numbers["weeks"])):
        assert row.split("\t")[:3] == [week["week"], str(week["created"]), str(week["done"])]


def test_keys_of_one_letter_can_be_switched_off(opened: Open, shop_page: Path) -> None:
    page = opened(shop_page)
    page.press("?")
    assert page.run("document.getElementById('keys').open")
    assert "next one" in texts(page, "#keys")[0]
    page.click("#keys input")
    page.press("Escape", "3")
    assert not page.run("document.getElementById('keys').open")
    assert page.run("location.hash") == "#tree"
    page.press("ArrowDown")
    page.click("#help")
    page.click("#keys input")
    page.press("Escape", "3")
    assert page.run("location.hash") == "#board"


def test_an_address_leads_to_a_task(opened: Open, shop_page: Path) -> None:
    page = opened(shop_page, "#board/fraud")
    assert "Stop a card that is tried too often" in detail(page)
    page.run("location.hash = '#log'")
    page.settle()
    assert detail(page) == ""
    page.open(shop_page, "#nowhere/nothing")
    assert page.run("document.querySelector('[aria-current]').innerText") == "Tree"
    page.open(shop_page, "#tree/vat")
    assert current_row(page) == "", "it has ended, and open ones are shown"
    page.click("#detail .tools button")
    assert current_row(page) == "Add VAT for every country of the union"


def current_row(page: Page) -> str:
    return "".join(
        title for title in texts(page, "#main [aria-selected=true] .title") if "VAT" in title
    )


# -- light and dark, wide and narrow, without a mouse ----

AUDIT = (Path(__file__).parent / "audit.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [400, 1280])
def test_everything_has_a_name_and_contrast(
    opened: Open, shop_page: Path, width: int, dark: bool
) -> None:
    page = opened(shop_page, width=width, height=800, dark=dark, still=True)
    for view in VIEWS:
        page.open(shop_page, f"#{view}")
        assert page.run(AUDIT) == [], view
        assert page.run("document.documentElement.scrollWidth") <= width, view
    page.open(shop_page, "#list/card")
    assert page.run(AUDIT) == [], "with a task"
    page.press("?")
    assert page.run(AUDIT) == [], "with help"
    assert page.run("document.documentElement.dataset.theme") == ("dark" if dark else "light")


def test_the_audit_finds_what_is_wrong(opened: Open, shop_page: Path) -> None:
    page = opened(shop_page)
    page.run(
        "(() => { const one = document.createElement('button'); document.querySelector('header').append(one);"
        " document.getElementById('count').style.color = '#999999';"
        " document.getElementById('words').removeAttribute('placeholder');"
        " document.querySelector('label[for=words]').remove();"
        " document.querySelector('main').id = 'words'; })()"
    )
    found = " ".join(page.run(AUDIT))
    for words in ("has no name: <button", "contrast 2.", "has no name: <input", "twice: words"):
        assert words in found
    page.open(shop_page)  # Chromium may complain of it, too


@pytest.mark.parametrize("width", [320, 600, 800, 1100, 1920])
def test_nothing_is_wider_than_the_window(opened: Open, shop_page: Path, width: int) -> None:
    page = opened(shop_page, width=width, height=700)
    for view in VIEWS:
        page.open(shop_page, f"#{view}/card")
        assert page.run("document.documentElement.scrollWidth") <= width, view
        page.press("Escape")
        assert page.run("document.documentElement.scrollWidth") <= width, view
        main = page.run("document.getElementById('main').getBoundingClientRect().height")
        assert main > 300, "there is room for what is shown"


def test_rows_keep_their_titles_beside_a_task(opened: Open, shop_page: Path) -> None:
    page = opened(shop_page, width=820, height=800)
    room = "Math.min(...[...document.querySelectorAll('.row .grow')].map((one) => one.clientWidth))"
    for view in ("tree", "list", "log"):
        page.open(shop_page, f"#{view}")
        assert page.run(room) > 250, view
        page.press("Enter")
        assert page.run(room) > 250, f"{view}, with a task beside it"
        assert page.run(AUDIT) == [], view


def test_colours_are_those_of_the_system_until_they_are_chosen(
    opened: Open, shop_page: Path
) -> None:
    page = opened(shop_page, dark=True)
    look = "getComputedStyle(document.body).backgroundColor"
    dark = page.run(look)
    page.size(1280, 800, dark=False)
    light = page.run(look)
    assert (light, dark) == ("rgb(255, 255, 255)", "rgb(16, 21, 26)")
    page.press("t", "t")
    assert page.run(look) == dark
    page.open(shop_page)
    assert page.run(look) == dark, "it is remembered"
    page.press("t")
    assert page.run(look) == light


def test_all_is_reached_without_a_mouse(opened: Open, shop_page: Path) -> None:
    page = opened(shop_page)
    reached = []
    for _ in range(18):
        page.press("Tab")
        shown = page.run(
            "(() => { const one = document.activeElement, style = getComputedStyle(one);"
            " return [one.id || one.name || one.dataset.view || one.getAttribute('role') || one.tagName,"
            " style.outlineStyle !== 'none' || one.tagName === 'BODY']; })()"
        )
        assert shown[1], f"{shown[0]} shows that it has the focus"
        reached.append(shown[0])
    wanted = [
        "skip",
        "words",
        "theme",
        "help",
        *VIEWS,
        "state",
        "owner",
        "type",
        "label",
        "priority",
        "tree",
    ]
    assert reached[: len(wanted)] == wanted
    page.press("/", "Tab")
    page.open(shop_page)
    page.press("Tab", "Enter")
    assert page.run("document.activeElement.getAttribute('role')") == "tree", "past the head"


def test_nothing_moves_for_those_who_want_it_still(opened: Open, shop_page: Path) -> None:
    page = opened(shop_page, still=True)
    moving = (
        "[...document.querySelectorAll('*')].filter((one) => { const style = getComputedStyle(one);"
        " return style.animationName !== 'none' || parseFloat(style.transitionDuration) > 0"
        " || style.scrollBehavior === 'smooth'; }).length"
    )
    assert page.run(moving) == 0
    page.size(1280, 800)
    assert page.run(moving) > 0, "else this shows nothing"


def test_on_a_phone_a_task_covers_the_rest(opened: Open, shop_page: Path) -> None:
    page = opened(shop_page, "#tree", width=400, height=800)
    page.click(".row .title")
    box = page.run(
        "(({x, y, width, height}) => [x, y, width, height])"
        "(document.getElementById('detail').getBoundingClientRect())"
    )
    assert box == [0, 0, 400, 800]
    assert page.run("document.getElementById('main').inert"), "keys do not reach what is covered"
    page.click("#close")
    assert not page.run("document.getElementById('main').inert")


# -- what a repository says is shown, not run ----

EVIL = (
    "</script><script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 1'>",
    '" onfocus="window.hacked = 1" autofocus x="',
    "<!--<script>",
    "{{constructor.constructor('window.hacked = 1')()}}",
    "${window.hacked = 1}",
    "a \u2028b\u2029c \u202eexe.gnp\u202c \u2066d",
    "javascript:window.hacked=1",
)


def test_hostile_text_of_a_ledger_is_shown(opened: Open, project: Project, tmp_path: Path) -> None:
    for number, text in enumerate(EVIL):
        words = (f"evil{number}", "--label", "x", "-m", text, "--as", text.replace("\u2028", ""))
        answer = project.tk("new", text, "--id", *words)
        assert answer.status in (0, 1, 2), answer.said
    project.ok("note", "a", EVIL[0], "--as", "<b>eve</b>")
    project.ok("start", "a", "--as", EVIL[1])
    project.ok("page", "-o", str(tmp_path), "--title", EVIL[0])
    assert len(data_of(tmp_path / "index.html")["tasks"]) > 8
    unhurt(opened(tmp_path / "index.html"))


def test_hostile_text_in_every_place_is_shown(opened: Open, shop_data: Data) -> None:
    for number, one in enumerate(shop_data["tasks"]):
        evil = EVIL[number % len(EVIL)]
        one.update(title=evil, owner=evil, type=evil, labels=[evil], due=evil, waits=evil)
        one.update(pr=evil, links=[*EVIL], facts=[[evil, evil]], texts=[[evil, [evil, evil]]])
    for entry in shop_data["log"]["entries"]:
        entry[3], entry[5], entry[6] = EVIL[1], EVIL[0], EVIL[0]
    shop_data["log"]["people"] = [EVIL[0] for _ in shop_data["log"]["people"]]
    shop_data["stats"]["ended"] = [{"actor": EVIL[1], "done": 1}]
    shop_data["stats"]["spent"] = {"model": [{"model": EVIL[1], "tokens": 1}]}
    shop_data["stats"]["weeks"][0]["begin"] = EVIL[1]
    unhurt(opened({**shop_data, "title": EVIL[0]}))


def unhurt(page: Page) -> None:
    """Walk all views and tasks; nothing was run, and nothing became an element."""
    assert EVIL[0] in texts(page, "h1")[0]
    for key in "123456":
        page.press(key)
        for _ in range(8):
            page.press("Enter", "Escape", "j")
    page.press("2", "Enter")
    assert page.run("window.hacked") is None
    assert page.run("document.scripts.length") == 2
    assert (
        page.run(
            "document.querySelectorAll('img, iframe, object, embed, base, link, form:not(dialog form)').length"
        )
        == 0
    )
    inline = (
        "[...document.querySelectorAll('*')].flatMap((one) => one.getAttributeNames())"
        ".filter((one) => one.startsWith('on'))"
    )
    assert page.run(inline) == []
    assert not any(set(text) & set("\u2028\u2029\u202e\u2066") for text in texts(page, "body"))


def test_only_addresses_of_the_web_are_links(opened: Open, shop_data: Data) -> None:
    links = [
        *(
            "javascript:alert(1)",
            " javascript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
        ),
        *("vbscript:x", "file:///etc/passwd", "//example.org/x", "https:", "http://[", "HTTPS:x:y"),
        *(
            "https://example.org/a?b=c&d",
            'http://example.org/"onclick="x',
            "blob:https://example.org/1",
        ),
    ]
    shop_data["tasks"][0].update(links=links, pr="javascript:alert(2)")
    page = opened(shop_data, f"#list/{shop_data['tasks'][0]['id']}")
    found = page.run(
        "[...document.querySelectorAll('#detail dd a:not([href^=\"#\"])')]"
        ".map((one) => [one.protocol, one.rel, one.innerText])"
    )
    rel = "noopener noreferrer external"
    assert [one[:2] for one in found] == [["https:", rel], ["http:", rel]]
    assert found[0][2] == "https://example.org/a?b=c&d"
    said = detail(page)
    assert all(link.strip().split("\n")[0] in said for link in links), "the others are text"


REACH = """
(async () => {
  const broken = [];
  addEventListener("securitypolicyviolation", (event) => broken.push(event.effectiveDirective));
  const script = document.createElement("script");
  try { script.text = "window.hacked = 1"; } catch { broken.push("type"); }
  document.body.append(script);
  const image = new Image();
  image.src = "http://127.0.0.1:9/x.png";
  const style = document.createElement("style");
  style.textContent = "body { color: red }";
  document.head.append(style);
  try { document.body.innerHTML = "<b>"; } catch { broken.push("markup"); }
  try { window.setTimeout("window.hacked = 1"); } catch { broken.push("timer"); }
  const asked = await fetch("http://127.0.0.1:9/").then(() => true, () => false);
  await new Promise((done) => setTimeout(done, 50));
  return [asked, window.hacked === undefined, [...new Set(broken)].sort()];
})()
"""


def test_the_policy_keeps_a_script_that_got_in_from_all(opened: Open, shop_page: Path) -> None:
    page = opened(shop_page)
    asked, unhurt, broken = page.run(REACH)
    assert not asked
    assert unhurt
    assert {"connect-src", "img-src", "style-src-elem", "markup", "timer", "type"} <= set(broken)
    assert page.asked == [], "nothing left for the network"
    assert page.complaints != [], "which is told on the console, as it should be"
    page.browser.events.clear()


# -- words ----


def test_what_has_no_owner_is_called_as_in_a_terminal(opened: Open, shop_data: Data) -> None:
    one = next(one for one in shop_data["tasks"] if not one.get("owner"))
    ended = [{"actor": "", "done": 3}]
    page = opened(
        {**shop_data, "stats": {**shop_data["stats"], "ended": ended}}, f"#list/{one['id']}"
    )
    assert "no owner" in detail(page)
    (option,) = [
        text for text in texts(page, "[name=owner] option") if text.startswith(NO_ONE["owner"])
    ]
    page.run(
        "(({options}, words) => { const all = [...options]; all.find((one) => one.text === words).selected = true;"
        f" }})(document.querySelector('[name=owner]'), {json.dumps(option)})"
    )
    page.run("document.querySelector('[name=owner]').dispatchEvent(new Event('change'))")
    assert set(texts(page, "#main .row .w-owner")) == {NO_ONE["owner"]}
    page.press("6")
    assert NO_ACTOR in texts(page, "#main")[0]


# -- many tasks ----


def test_ten_thousand_tasks_are_a_few_rows(opened: Open, shop_data: Data) -> None:
    some = shop_data["tasks"]
    tasks = []
    for number in range(10_000):
        one = dict(some[number % len(some)], id=f"t{number}", title=f"Task {number} of many")
        one["parent"] = f"t{number // 8}" if number else ""
        one["needs"] = []
        tasks.append(one)
    entries = [
        [1_775_000_000 - n, f"t{n}", 0, "new", ["", "todo"], "0" * 10, ""] for n in range(4_000)
    ]
    log = {**shop_data["log"], "entries": entries}
    page = opened(
        {
            **shop_data,
            "tasks": tasks,
            "log": log,
            "graph": {**shop_data["graph"], "cells": {}, "links": []},
        }
    )
    for key, of in zip("1235", (1, 10_000, 10_000, 4_000)):
        page.press(key)
        assert page.run("document.querySelectorAll('#main [data-index]').length") <= 300
        assert page.run("document.querySelectorAll('*').length") < 6_000
        assert of == 1 or f"{of:,}" in count(page) or "open tasks" in count(page)
    page.press("2")
    page.run("document.querySelector('select[name=state]').value = 'all'")
    page.run("document.querySelector('select[name=state]').dispatchEvent(new Event('change'))")
    page.run("document.querySelector('#main .rows').focus()")
    page.press("End")
    assert page.run("document.activeElement.getAttribute('aria-activedescendant')").endswith(
        "-9999"
    )
    assert current(page).startswith("Task ")
    page.press("/")
    page.type("task 9999")
    page.press("Enter")
    assert "Task 9999 of many" in detail(page)
    assert count(page) == "1 of 10,000 tasks"
