"""Checks that the pages of docs name only files, headings, tests and log lines that exist."""

import re
from pathlib import Path

import prose

PAGES = {path: source for path, source in prose.read_files() if path.endswith(".md")}
PAGES[prose.RULES] = (prose.ROOT / prose.RULES).read_text(encoding="utf-8")
EVENTS = "docs/EVENTS.md"
THREATS, TESTS, LOGGING, ASVS = "docs/SECURITY.md", "docs/THREAT-TESTS.md", "docs/LOGGING.md", "docs/ASVS.md"
# How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has. In each section those of level 3 come last.
REQUIREMENTS = {
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2,
    "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3,
}  # fmt: skip


def without_code(source: str) -> str:
    return re.sub(r"^```.*?^```", "", source, flags=re.MULTILINE | re.DOTALL)


def anchors(source: str) -> set[str]:
    """The anchors that GitHub gives to headings."""
    headings = re.findall(r"^#+ (.+)$", without_code(source), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def first_column(source: str) -> list[str]:
    return [row[1] for row in re.finditer(r"^\| ((?!threat |-).+?) \|", source, re.MULTILINE)]


def test_every_link_points_to_a_file_and_a_heading() -> None:
    broken = []
    for path, source in PAGES.items():
        for target in re.findall(r"\]\(([^)\s]+)\)", without_code(source)):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            file = (prose.ROOT / path).parent / name if name else prose.ROOT / path
            if not file.exists():
                broken.append(f"{path}: {target}")
            elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text(encoding="utf-8")):
                broken.append(f"{path}: {target}: no such heading")
    assert not broken, "\n".join(broken)


def defined_functions() -> set[str]:
    sources = [source for path, source in prose.read_files() if Path(path).suffix in {".rs", ".py"}]
    return set(re.findall(r"\b(?:fn|def) (\w+)", "\n".join(sources)))


def test_every_test_of_a_threat_exists() -> None:
    named = re.findall(r"`([a-z]\w*_\w+)`", PAGES[TESTS].split("\n## ", 1)[1])
    assert named and [name for name in named if name not in defined_functions()] == []


def asvs_rows() -> list[list[str]]:
    rows = re.findall(r"^\| (\d.*) \|$", PAGES[ASVS], re.MULTILINE)
    return [row.split(" | ") for row in rows]


def test_every_requirement_of_asvs_has_one_state() -> None:
    expected = [f"{section}.{n}" for section, last in REQUIREMENTS.items() for n in range(1, last + 1)]
    assert [row[0] for row in asvs_rows()] == expected
    assert {row[1] for row in asvs_rows()} == {"1", "2"}
    assert {row[3] for row in asvs_rows()} == {"met", "not met", "does not apply"}


def test_every_requirement_of_asvs_that_is_met_names_its_proof() -> None:
    defined = defined_functions()
    for number, _, _, state, how in asvs_rows():
        named = [name for name in re.findall(r"`([a-z]\w*_\w+)`", how) if name != "request_id"]
        assert [name for name in named if name not in defined] == [], number
        described = "](" in how or number in {"7.1.2", "16.2.2"}
        assert state != "met" or named or described, number


def test_every_threat_has_its_tests() -> None:
    threats = PAGES[THREATS].split("\n## Threats\n")[1].split("\n## ")[0]
    rows = PAGES[TESTS].split("\n## ", 1)[1]
    assert first_column(threats) == first_column(rows) != []


def test_the_receivers_in_events_are_excerpts_of_the_example() -> None:
    example = prose.ROOT / "examples" / "webhook-receiver"
    for language, path in (("python", "python/receiver.py"), ("typescript", "typescript/receiver.ts")):
        blocks = re.findall(rf"^```{language}\n(.*?)^```$", PAGES[EVENTS], re.MULTILINE | re.DOTALL)
        # tests/contract/test_events_page.py runs the reader of the feed.
        blocks = [block for block in blocks if "def follow(" not in block]
        source = (example / path).read_text(encoding="utf-8")
        assert len(blocks) == 1 and f"\n{blocks[0]}" in source, language


def log_messages(source: str) -> set[str]:
    """The last string of each log call. The strings before it are fields."""
    arguments = r'(?:[^()"]|"[^"]*")*'
    for _ in range(3):  # calls within calls
        arguments = rf'(?:[^()"]|"[^"]*"|\({arguments}\))*'
    calls = re.findall(rf"tracing::(?:info|warn|error)!\(({arguments})\)", source)
    return {re.findall(r'"([^"]*)"', call)[-1] for call in calls}


def test_every_log_line_is_described() -> None:
    sources = [
        source for path, source in prose.read_files() if re.fullmatch(r"(functions|shared)/.*\.rs", path)
    ]
    logged = set().union(*map(log_messages, sources))
    described = set(re.findall(r"^(?:\| |Each request ends with one line )`([^`]+)`", PAGES[LOGGING], re.MULTILINE))
    # The other rows without a space describe fields.
    described = {line for line in described if " " in line or line == "answered"}
    assert sorted(logged ^ described) == []
