"""Checks that the pages of docs name only files, headings, tests and log lines that exist."""

import re
from pathlib import Path

import prose

PAGES = {path: source for path, source in prose.read_files() if path.endswith(".md")}
PAGES[prose.RULES] = (prose.ROOT / prose.RULES).read_text(encoding="utf-8")
THREATS, TESTS, LOGGING = "docs/SECURITY.md", "docs/THREAT-TESTS.md", "docs/LOGGING.md"


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


def test_every_test_of_a_threat_exists() -> None:
    sources = [source for path, source in prose.read_files() if Path(path).suffix in {".rs", ".py"}]
    defined = set(re.findall(r"\b(?:fn|def) (\w+)", "\n".join(sources)))
    named = re.findall(r"`([a-z]\w*_\w+)`", PAGES[TESTS].split("\n## ", 1)[1])
    assert named and [name for name in named if name not in defined] == []


def test_every_threat_has_its_tests() -> None:
    threats = PAGES[THREATS].split("\n## Threats\n")[1].split("\n## ")[0]
    rows = PAGES[TESTS].split("\n## ", 1)[1]
    assert first_column(threats) == first_column(rows) != []


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
