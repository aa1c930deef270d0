"""Tests of prose.py. They build the banned words from parts, so that prose.py does not find them here."""

import pytest

import prose

RULES = (prose.ROOT / prose.RULES).read_text(encoding="utf-8")
EVERYWHERE = prose.read_banned(RULES, "everywhere")
IN_TEXT = prose.read_banned(RULES, "text")
ANY, SOME, LETTERS = "who" + "ever", "some" + "body", "ma" + "il"


def find_words(path: str, source: str) -> list[tuple[int, str]]:
    return [(found.line, found.word) for found in prose.find_banned(path, source, EVERYWHERE, IN_TEXT)]


@pytest.mark.parametrize(
    ("path", "source", "line"),
    [
        ("docs/A.md", f"# A\n\nIt is {ANY}.\n", 3),
        ("docs/A.md", f"# A\n\n```sh\n{ANY}\n```\n", 4),
        ("a.rs", f"/// First line.\n/// {ANY.upper()} asks.\n", 2),
        ("a.rs", f'let detail = "Ask {ANY} it was.";', 1),
        ("a.rs", f"fn {ANY}_asks() {{}}", 1),
        ("a.py", f"def a():\n    # {ANY}\n", 2),
        ("Makefile", f"a: ## {ANY}\n", 1),
        ("a.html", f"<p>{ANY}</p>", 1),
    ],
)
def test_a_banned_word_is_found_in_every_kind_of_text(path: str, source: str, line: int) -> None:
    assert find_words(path, source) in ([(line, ANY)], [(line, ANY.upper())])


def test_a_phrase_is_found_across_lines_of_a_comment_and_in_a_name() -> None:
    assert find_words("a.rs", "// It was in\n// " + "vain.\n") == [(1, "in // " + "vain")]
    assert find_words("a.rs", "let in_" + "vain = 0;") == [(1, "in_" + "vain")]


def test_a_word_inside_another_word_is_not_found() -> None:
    assert find_words("a.rs", "// remembered, amended, wishbone, marshalled\nlet recommend = 0;") == []


def test_a_star_stands_for_any_ending() -> None:
    assert find_words("a.py", "# behavi" + "ours") == [(1, "behavi" + "ours")]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("a.rs", f"/// Sends a {LETTERS}."),
        ("a.rs", f'let quote = \'"\'; // a {LETTERS}'),
        ("a.rs", f'tracing::warn!("{LETTERS} not sent");'),
        ("a.rs", f'let raw = r#"a "quoted" {LETTERS}"#;'),
        ("a.js", f"show('a {LETTERS}');"),
        ("a.py", f'"""Sends a {LETTERS}."""'),
        ("a.yaml", f"# a {LETTERS}"),
        ("a.html", f"<p>Your {LETTERS}</p>"),
        ("a.md", f"A {LETTERS}."),
    ],
)
def test_a_word_banned_in_text_is_found_in_text(path: str, source: str) -> None:
    assert find_words(path, source) == [(1, LETTERS)]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("a.rs", f"use {LETTERS}::Message; // `{LETTERS}` renders it"),
        ("a.rs", f'let parts = ["a", {LETTERS}, "b"];'),
        ("a.toml", f'{LETTERS}.workspace = true\nfeatures = ["a", "b"]'),
        ("a.md", f"[`{LETTERS}`](shared/{LETTERS}/lib.rs)\n\n```\n{LETTERS}\n```\n"),
        ("a.html", f'<a href="/{LETTERS}" class="{LETTERS}">{{{{ {LETTERS}.subject }}}}</a>'),
    ],
)
def test_a_word_banned_in_text_is_allowed_in_code(path: str, source: str) -> None:
    assert find_words(path, source) == []


def test_sentences_are_counted_without_code_tables_and_headings() -> None:
    page = prose.measure_page(
        "docs/A.md",
        "# A; heading\n\nOne; two. Three?\n\n- Four; five\n- Six `a; b`.\n\n| a; b |\n|---|\n\n```\nc; d\n```\n",
    )
    assert (page.sentences, page.semicolons) == (4, 2)


def test_seven_semicolons_in_a_hundred_sentences_are_the_limit() -> None:
    page = prose.Page("docs/A.md", 100, prose.SEMICOLONS_PER_100_SENTENCES)
    assert page.per_100 <= prose.SEMICOLONS_PER_100_SENTENCES < prose.Page("docs/A.md", 99, 7).per_100


@pytest.mark.parametrize("rules", ["", "```banned text\n```\n", f"```banned text\n{SOME}\n```\n"])
def test_a_missing_or_broken_list_is_an_error(rules: str) -> None:
    with pytest.raises(SystemExit):
        prose.read_banned(rules, "text")
