"""What earlier work left is ranked by words."""

from __future__ import annotations

from tests.support.changes import a_task, done
from tkledger.core.decision import DecisionLine
from tkledger.core.recall import (
    DECISION,
    LESSON,
    MOST_WORDS,
    TASK,
    TRIED,
    Memory,
    Search,
    memories,
    subject_of,
    words_of,
)

DECIDED = DecisionLine("bob", "Which parser?", "our own", "it is fast")


def ranked(words: str, *found: Memory, least: int = 1) -> list[str]:
    lines = [(one.task, f"{one.text} {one.about}") for one in found]
    search = Search(words_of(words), lines, lambda: 10)
    return [one.text for one in search.ranked(found, least)]


def test_words_are_in_small_letters_each_once_and_bounded() -> None:
    assert words_of("Parse the -e FILE's Größe, parse: a_b [x]*") == (
        *("parse", "the", "e", "file", "s", "größe", "a_b", "x"),
    )
    assert words_of(" \n--.. ") == ()
    assert len(words_of(" ".join(map(str, range(99))))) == MOST_WORDS
    assert len(words_of("x" * 999)[0]) == 64


def test_a_subject_is_without_common_words() -> None:
    assert subject_of("What to do with the config of X", ("ui",)) == ("config", "ui")


def test_a_task_leaves_its_lists_and_itself_once_it_has_ended() -> None:
    lists = {"lessons": ["l"], "tried": ["t"], "decisions": [DECIDED.text]}
    kinds = [(LESSON, "l"), (TRIED, "t"), (DECISION, "Which parser? our own, because it is fast")]
    assert [(one.kind, one.text) for one in memories(a_task(**lists))] == kinds
    ended = [(one.kind, one.text) for one in memories(done("a", title="T", **lists))]
    assert ended == [*kinds, (TASK, "T")]
    gone = a_task(state="cancelled", resolution="mistake")
    assert [*memories(gone)] == []


def test_the_rarer_word_the_shorter_text_and_what_is_to_be_remembered_come_first() -> None:
    common = [Memory(LESSON, f"t{n}", "", f"config {n}") for n in range(5)]
    rare = Memory(LESSON, "r", "", "parser")
    assert ranked("config parser", *common, rare)[0] == "parser"
    short, long = (
        Memory(LESSON, "s", "", "a parser"),
        Memory(LESSON, "l", "", "parser " + "x " * 50),
    )
    assert ranked("parser", long, short) == [short.text, long.text]
    task, lesson = Memory(TASK, "a", "", "parser 1"), Memory(LESSON, "b", "", "parser 2")
    assert ranked("parser", task, lesson) == ["parser 2", "parser 1"]


def test_a_word_is_found_at_the_beginning_of_another_and_in_any_case() -> None:
    one = Memory(LESSON, "a", "", "PARSERS of Größen, unparsed")
    assert ranked("parser", one) == ranked("größe", one) == [one.text]
    assert ranked("arsers", one) == ranked("sed", one) == ranked("gr", one) == []
    assert ranked("of", one) == [one.text], "a short one as a whole"
    search = Search(("parse", "parser"), [("a", "a parser")], lambda: 1)
    assert search.candidates() == ["a"]


def test_of_several_words_at_least_so_many_have_to_be_there() -> None:
    both, one = Memory(LESSON, "a", "", "config parser"), Memory(LESSON, "b", "", "parser parser")
    assert ranked("config parser", both, one, least=2) == [both.text]


def test_the_tasks_with_the_rarest_words_are_read_first() -> None:
    lines = [*((f"t{n}", "config") for n in range(9)), ("r", "parser")]
    assert Search(("config", "parser"), lines, lambda: 10).candidates()[0] == "r"
    assert Search(("config",), [], lambda: 1 / 0).candidates() == []  # type: ignore[arg-type,return-value]
