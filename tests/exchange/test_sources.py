"""Files of other trackers are read within bounds."""

import os
from pathlib import Path

import pytest

from tkledger.exchange import sources
from tkledger.exchange.foreign import BadSource, leaves
from tkledger.exchange.sources import files_in, json_lines, json_of, text_of


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("[" * 200_000, "too deep"),
        ("[" * 66 + "]" * 66 + "", "more than 64 deep"),
        ('{"a": NaN}', "NaN is not a number of JSON"),
        ("{", "not JSON"),
        ("1" * 5000, "not JSON"),
    ],
)
def test_json_that_is_none_is_refused_with_its_place(text: str, fact: str) -> None:
    with pytest.raises(BadSource, match=fact) as refused:
        json_of(text, "there")
    assert refused.value.where == "there"


def test_json_as_deep_as_allowed_is_read() -> None:
    depth = sources.DEEPEST
    assert json_of("[" * depth + "1" + "]" * depth, "there")


def test_lines_end_with_a_newline_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "some.jsonl"
    file.write_bytes(b'\xef\xbb\xbf{"a": "x\xe2\x80\xa8y"}\n\n\r\n[1]\n')
    assert [*json_lines(file)] == [
        (f"{file}, line 1", {"a": "x\u2028y"}),
        (f"{file}, line 4", [1]),
    ]


def test_what_is_not_a_plain_text_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"ab\xe9")
    (tmp_path / "large").write_bytes(b"x" * 11)
    for name, fact in {
        "latin": "it is not UTF-8, at byte 2",
        "large": "it is larger than 10 bytes",
        "none": "No such file or directory",
        "": "it is not a file",
    }.items():
        with pytest.raises(BadSource, match=fact):
            text_of(tmp_path / name, largest=10)


def test_files_of_a_folder_come_in_order_and_links_are_passed_over(tmp_path: Path) -> None:
    for name in ("b/2.md", "a.md", "b/1.md", "b/x.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "link.md").symlink_to(tmp_path / "a.md")
    (tmp_path / "circle").symlink_to(tmp_path)
    found = [path.relative_to(tmp_path).as_posix() for path in files_in(tmp_path, ".md")]
    assert found == ["a.md", "b/1.md", "b/2.md"]


def test_a_folder_is_read_as_deep_and_as_full_as_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in ("a/1.md", "a/b/2.md"):
        (tmp_path / name).write_text("12345")
    for bound, value in (("DEEPEST", 1), ("MOST_FILES", 1), ("LARGEST", 9)):
        with monkeypatch.context() as bounds:
            bounds.setattr(sources, bound, value)
            with pytest.raises(BadSource):
                files_in(tmp_path, ".md")
    assert len(files_in(tmp_path, ".md")) == 2


def test_values_are_counted_singly() -> None:
    assert leaves({"a": [1, "", None, False], "b": {"c": {}, "d": "x"}, "e": 0}) == 4


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(BadSource, match="it is not a file"):
        text_of(pipe)
