"""What earlier work left to later work, ranked by words; where it is found is not known here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import log

from tkledger.core.pattern import pattern
from tkledger.core.task import Task
from tkledger.core.typing import NamedTuple

MOST_WORDS = 16
LONGEST_WORD = 64
"""How many words are searched for at most, and how many letters of each."""

LESSON, TRIED, DECISION, TASK = "lesson", "tried", "decision", "task"
_WEIGHTS = {LESSON: 1.5, TRIED: 1.5, DECISION: 1.3, TASK: 1.0}
"""What is found, and how much it counts: what was meant to be remembered counts more than what was done."""

_GROWTH, _BY_LENGTH = 1.2, 0.75
"""Of BM25: how fast repetitions of a word count less, and how much less a long text counts."""

_WHOLE = 3
"""A word with fewer letters is found as a whole word only."""

_WORD = pattern(r"\w+")
_COMMON = frozenset(
    {
        *("a", "an", "and", "are", "as", "at", "be", "but", "by", "can", "do", "for", "from"),
        *("has", "have", "if", "in", "into", "is", "it", "its", "may", "no", "not", "of", "on"),
        *(
            "or",
            "so",
            "than",
            "that",
            "the",
            "their",
            "them",
            "then",
            "they",
            "this",
            "to",
            "up",
            "was",
        ),
        *("we", "what", "when", "where", "which", "who", "why", "will", "with", "you"),
    }
)
"""English words that say nothing of a subject."""


class Memory(NamedTuple):
    """One thing that earlier work left: a lesson, what was tried, a decision, or a task that has ended.

    text: what it says; of a task its title
    about: more text by which it is found
    score: how well it fits
    """

    kind: str
    task: str
    title: str
    text: str
    about: str = ""
    score: float = 0.0


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text to search for, each once, in small letters."""
    found = (word[:LONGEST_WORD] for word in _WORD.findall(text.lower()))
    return tuple(dict.fromkeys(found))[:MOST_WORDS]


def subject_of(title: str, labels: Iterable[str]) -> tuple[str, ...]:
    """The words that say what a task is about: of its title and its labels, without the common ones."""
    text = " ".join((title, *labels)).lower()
    found = (word for word in _WORD.findall(text) if len(word) > 1 and word not in _COMMON)
    return words_of(" ".join(found))


class Search:
    """Words that are looked for, one at least, and in how many of the tasks of a ledger each of them begins a
    word.
    """

    def __init__(
        self, words: Sequence[str], lines: Iterable[tuple[str, str]], tasks: Callable[[], int]
    ) -> None:
        """``lines`` are the lines of task files that have a word, each with the id of its task; ``tasks`` is how
        many tasks there are.
        """
        forms = [word if len(word) >= _WHOLE else rf"{word}(?!\w)" for word in words]
        longest_first = "|".join(sorted(forms, key=len, reverse=True))
        self._pattern = pattern(rf"(?<!\w)(?:{longest_first})")
        self._hits: dict[str, Counter[str]] = {}
        for key, line in lines:
            for word in self._found(line):
                self._hits.setdefault(key, Counter())[word] += 1
        counts = Counter(word for hits in self._hits.values() for word in hits)
        most = tasks() if counts else 0
        self._rarity = {
            word: log(1 + (max(most - count, 0) + 0.5) / (count + 0.5))
            for word, count in counts.items()
        }

    def _found(self, text: str) -> list[str]:
        return self._pattern.findall(text.lower())

    def candidates(self) -> list[str]:
        """The ids of the tasks that have a word, those that are the most worth reading first."""

        def worth(key: str) -> float:
            return sum(self._rarity[word] * n / (n + 1) for word, n in self._hits[key].items())

        return sorted(self._hits, key=lambda key: (-worth(key), key))

    def ranked(self, memories: Iterable[Memory], least: int = 1) -> list[Memory]:
        """Those that have ``least`` of the words, the best first, with their scores."""
        hits = [(one, Counter(self._found(f"{one.text}\n{one.about}"))) for one in memories]
        lengths = [len(_WORD.findall(f"{one.text} {one.about}")) for one, _ in hits]
        mean = sum(lengths) / len(lengths) if lengths else 1.0
        found = [
            one._replace(score=_WEIGHTS[one.kind] * self._score(counts, length / mean))
            for (one, counts), length in zip(hits, lengths)
            if len(counts) >= least
        ]
        return sorted(found, key=lambda one: (-one.score, one.task, one.kind, one.text))

    def line(self, lines: Iterable[TextLine]) -> TextLine | None:
        """The line that has the most of the words, and the first of several."""
        found = [(len({*self._found(one.text)}), one) for one in lines]
        most, best = max(found, key=lambda pair: pair[0], default=(0, None))
        return best if most else None

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where the words are in a text."""
        return [one.span() for one in self._pattern.finditer(text.lower())]

    def _score(self, counts: Mapping[str, int], length: float) -> float:
        """By BM25; the length is in means."""
        damped = _GROWTH * (1 - _BY_LENGTH + _BY_LENGTH * length)
        return sum(
            self._rarity.get(word, 0.0) * n * (_GROWTH + 1) / (n + damped)
            for word, n in counts.items()
        )


def memories(task: Task) -> Iterator[Memory]:
    """What a task left: its lessons, what was tried, its decisions; and itself, if it has ended."""
    about = " ".join((task.title, task.id, *task.labels))
    for kind, texts in ((LESSON, task.lessons), (TRIED, task.tried), (DECISION, _decided(task))):
        for text in texts:
            yield Memory(kind, task.id, task.title, text, about)
    if task.ended and not task.is_mistake:
        more = "\n".join((about, task.description or "", *task.notes))
        yield Memory(TASK, task.id, task.title, task.title, more)


class TextLine(NamedTuple):
    """A line of a task, and the field that it is in."""

    field: str
    text: str


_TEXTS = ("criteria", "checklist", "lessons", "tried", "concerns")


def lines_of(task: Task) -> Iterator[TextLine]:
    """What there is to read in a task, line by line."""
    yield TextLine("title", task.title)
    yield TextLine("id", task.id)
    for name, texts in (
        *(("labels", task.labels), ("description", (task.description or "",))),
        *(("notes", task.notes), ("decisions", _decided(task))),
        *((name, getattr(task, name)) for name in _TEXTS),
    ):
        for text in texts:
            yield from (TextLine(name, line) for line in text.split("\n") if line.strip())


def whole(task: Task) -> Memory:
    """All of a task, to be found by it; its title counts twice, since it says what the task is about."""
    more = "\n".join(line.text for line in lines_of(task))
    return Memory(TASK, task.id, task.title, task.title, more)


def _decided(task: Task) -> list[str]:
    if not task.decisions:
        return []
    from tkledger.core.decision import decisions, said_in

    return [said_in(one) for one in decisions(task.decisions)]
