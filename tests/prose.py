"""Checks the English of the repository against docs/WRITING.md, which holds the banned words.

    python3 tests/prose.py             lists the findings: file:line: word: what to write instead
    python3 tests/prose.py shared      lists only the findings below these paths
    python3 tests/prose.py --count     counts them per page and per folder
"""

import argparse
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RULES = "docs/WRITING.md"
SEMICOLONS_PER_100_SENTENCES = 7

PAGES = {".md"}
CODE = {".rs", ".py", ".js", ".mjs", ".ts", ".tsx", ".css", ".sh", ".yaml", ".yml", ".toml"}
EMAILS = {".html", ".txt", ".snap"}
# These quote the banned words, or are not ours to change.
EXEMPT = {RULES, "LICENSE", "Cargo.lock", "dashboard/src/api/schema.d.ts"}
# Word lists, pinned requirements, and headings of spreadsheets hold no sentences of ours.
NO_PROSE = re.compile(r"/words/|dashboard/.*/(importFields|table|import)(\.test)?\.ts$|requirements\.txt$|clinic-roles\.txt$")

# Names and messages of AWS and of libraries, and a field of the API.
ALLOWED = re.compile(r"is_cancelled|Transaction cancelled, please refer|\"t[o]ld\"|`t[o]ld`|answer\.t[o]ld|\{ t[o]ld: ")

# Comments and strings are matched from left to right, so that a quote in a comment does not open a string.
SLASH_COMMENT = r"(?<![:\w])//[^\n]*|/\*.*?\*/"
HASH_COMMENT = r"(?:^|(?<=\s))#[^\n]*"
STRING = r'"(?:[^"\\]|\\.)*"'
TOKENS = {
    ".rs": [SLASH_COMMENT, r"b?'\\?[\"']'", r'r(#+)".*?"\1', STRING],
    ".js": [SLASH_COMMENT, STRING, r"'(?:[^'\\\n]|\\.)*'", r"`(?:[^`\\]|\\.)*`"],
    ".css": [r"/\*.*?\*/"],
    ".py": [HASH_COMMENT, r'""".*?"""', STRING, r"'(?:[^'\\\n]|\\.)*'"],
}
TOKENS |= {suffix: TOKENS[".js"] for suffix in (".mjs", ".ts", ".tsx")}
CODE_SPAN = r"`[^`\n]+`"
BETWEEN_WORDS = r"(?:[\s_-]|//[/!]?|#)+"


@dataclass(frozen=True)
class Banned:
    """The words of one list as one pattern. Its group n has the advice n - 1."""

    pattern: re.Pattern[str]
    advice: list[str]

    def find(self, text: str) -> Iterator[tuple[int, str, str]]:
        for match in self.pattern.finditer(text):
            yield match.start(), " ".join(match[0].split()), self.advice[match.lastindex - 1]


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    word: str
    instead: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.word}: {self.instead}"


@dataclass(frozen=True)
class Page:
    path: str
    sentences: int
    semicolons: int

    @property
    def per_100(self) -> float:
        return 100 * self.semicolons / max(self.sentences, 1)


def read_banned(rules: str, kind: str) -> Banned:
    """Reads the words of one fenced block of WRITING.md. Exits if the block is missing, empty or broken."""
    block = re.search(rf"^```banned {kind}\n(.*?)^```$", rules, re.MULTILINE | re.DOTALL)
    if not block or not block[1].strip():
        raise SystemExit(f"{RULES}: no block of words banned {kind}")
    words, advice = [], []
    for line in block[1].strip().splitlines():
        left, equals, instead = line.partition(" = ")
        if not equals:
            raise SystemExit(f"{RULES}: write 'word, word = what to write', not '{line}'")
        for word in left.split(","):
            ending = "[a-z]*" if word.strip().endswith("*") else ""
            parts = [re.escape(part) for part in word.strip().rstrip("*").split()]
            words.append(f"({BETWEEN_WORDS.join(parts)}{ending})")
            advice.append(instead)
    return Banned(re.compile(rf"(?<![A-Za-z])(?:{'|'.join(words)})(?![A-Za-z])", re.IGNORECASE), advice)


def blank(match: re.Match[str]) -> str:
    """Replaces a match with spaces and keeps its line breaks, so that line numbers stay right."""
    return re.sub(r"[^\n]", " ", match[0])


def text_of(path: str, source: str) -> str:
    """Keeps what people read as text: pages, emails, comments and messages in code. Blanks the rest."""
    suffix = Path(path).suffix
    if suffix in PAGES:
        source = re.sub(r"^```.*?^```", blank, source, flags=re.MULTILINE | re.DOTALL)
        source = re.sub(CODE_SPAN, blank, source)
        return re.sub(r"\]\([^)]*\)", blank, source)
    if suffix in EMAILS:
        source = re.sub(r"\A---\n.*?\n---$", blank, source, flags=re.MULTILINE | re.DOTALL)
        source = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", blank, source, flags=re.DOTALL)
        source = re.sub(r"<(style|script)\b.*?</\1>", blank, source, flags=re.DOTALL)
        return re.sub(r"</?[a-zA-Z!][^<>]*>|https?://\S+|[\w.+-]+@[\w.-]+|&[a-z]+;", blank, source)
    kept = [" " if character != "\n" else "\n" for character in source]
    tokens = "|".join(TOKENS.get(suffix, [HASH_COMMENT, STRING]))
    for match in re.finditer(tokens, source, re.MULTILINE | re.DOTALL):
        # A string without a space is a key, a path or a name, not a message.
        if " " in match[0]:
            code = rf"{CODE_SPAN}|\{{[^}}\n]*\}}|https?://\S+|[\w.+-]+@[\w.-]+"
            kept[match.start() : match.end()] = re.sub(code, blank, match[0])
    return "".join(kept)


def find_banned(path: str, source: str, everywhere: Banned, in_text: Banned) -> Iterator[Finding]:
    found = [*everywhere.find(ALLOWED.sub(blank, source)), *in_text.find(text_of(path, source))]
    for start, word, instead in sorted(found):
        yield Finding(path, source.count("\n", 0, start) + 1, word, instead)


def measure_page(path: str, source: str) -> Page:
    """Counts sentences and semicolons without code, tables and headings. A list item counts as at least one sentence."""
    source = re.sub(r"^```.*?^```", "", source, flags=re.MULTILINE | re.DOTALL)
    source = re.sub(CODE_SPAN, "code", source)
    source = re.sub(r"\]\([^)]*\)|&[a-z]+;", "]", source)
    lines = [line for line in source.splitlines() if not re.match(r"\s*(\||#|<|!\[)", line)]
    blocks = re.split(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.)\s)", "\n".join(lines))
    blocks = [re.sub(r"^\s*(?:[-*]|\d+\.)\s+", "", block).strip() for block in blocks]
    sentences = sum(max(1, len(re.findall(r"[.!?](?=[)\"*\]]*(?:\s|$))", block))) for block in blocks if block)
    return Page(path, sentences, sum(block.count(";") for block in blocks))


def read_files() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()
    for path in sorted(set(listed)):
        file = ROOT / path
        known = file.suffix in PAGES | CODE | EMAILS or file.name == "Makefile"
        if known and path not in EXEMPT and not NO_PROSE.search(path) and file.is_file():
            yield path, file.read_text(encoding="utf-8")


def area_of(path: str) -> str:
    parts = Path(path).parts
    if parts[0] in {"shared", "functions", "infra", "tests"} and len(parts) > 2:
        return "/".join(parts[:2])
    return parts[0] if len(parts) > 1 else "(root)"


def print_counts(pages: list[Page], findings: list[Finding]) -> None:
    print(f"{'semicolons per 100 sentences':<44} {'per 100':>8} {'semicolons':>11} {'sentences':>10}")
    for page in pages:
        print(f"{page.path:<44} {page.per_100:>8.1f} {page.semicolons:>11} {page.sentences:>10}")
    print(f"\n{'banned words':<44} {'count':>8}")
    for area, count in sorted(Counter(area_of(finding.path) for finding in findings).items()):
        print(f"{area:<44} {count:>8}")
    print(f"{'all':<44} {len(findings):>8}\n")
    for word, count in Counter(finding.word.lower() for finding in findings).most_common():
        print(f"{word:<44} {count:>8}")


def main() -> int:
    parser = argparse.ArgumentParser(description=f"Checks the English against {RULES}.")
    parser.add_argument("paths", nargs="*", help="check only files below these paths")
    parser.add_argument("--count", action="store_true", help="print the counts and exit with 0")
    options = parser.parse_args()

    rules = (ROOT / RULES).read_text(encoding="utf-8")
    everywhere, in_text = read_banned(rules, "everywhere"), read_banned(rules, "text")
    files = [(RULES, rules), *read_files()]
    if options.paths:
        files = [(path, source) for path, source in files if path.startswith(tuple(options.paths))]
    pages = [measure_page(path, source) for path, source in files if path.endswith(".md")]
    findings = [
        finding
        for path, source in files if path != RULES
        for finding in find_banned(path, source, everywhere, in_text)
    ]
    if options.count:
        print_counts(pages, findings)
        return 0
    for finding in findings:
        print(finding)
    crowded = [page for page in pages if page.per_100 > SEMICOLONS_PER_100_SENTENCES]
    for page in crowded:
        print(f"{page.path}: {page.semicolons} semicolons in {page.sentences} sentences: write periods")
    return 1 if findings or crowded else 0


if __name__ == "__main__":
    sys.exit(main())
