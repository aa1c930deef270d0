"""Keeps the router table of `cargo lambda watch` in Cargo.toml equal to the routes of infra/template.yaml.

python infra/checks/routes.py --check    shows the difference and exits with 1
python infra/checks/routes.py --write    rewrites the block between the markers, or appends it
"""

import argparse
import difflib
import sys
from pathlib import Path

from model import ROUTE, binary_of, function_of, integration_of, load, properties, resources_of_type

ROOT = Path(__file__).resolve().parents[2]
BEGIN = "# routes: begin (from infra/template.yaml, make routes)"
END = "# routes: end"


def routes(source: dict) -> dict[str, dict[str, str]]:
    """Returns the binary for each method of each path."""
    table: dict[str, dict[str, str]] = {}
    for route in resources_of_type(source, ROUTE).values():
        method, path = route["RouteKey"].split(" ")
        function = function_of(properties(source, integration_of(route)))
        table.setdefault(path, {})[method] = binary_of(properties(source, function)["CodeUri"])
    return table


def block(table: dict[str, dict[str, str]]) -> str:
    lines = [BEGIN, "[workspace.metadata.lambda.watch.router]"]
    for path, methods in sorted(table.items()):
        entries = [f'{{ method = "{method}", function = "{binary}" }}' for method, binary in sorted(methods.items())]
        lines.append(f'"{path}" = [ {", ".join(entries)} ]')
    return "\n".join([*lines, END]) + "\n"


def replace_block(manifest: str, new: str) -> str:
    if BEGIN not in manifest:
        return manifest.rstrip("\n") + "\n\n" + new
    before, _, rest = manifest.partition(BEGIN)
    _, end, after = rest.partition(END + "\n")
    if not end:
        raise ValueError(f"Cargo.toml has {BEGIN!r} without {END!r}")
    return before + new + after


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--check", action="store_true")
    mode.add_argument("--write", action="store_true")
    parser.add_argument("--template", type=Path, default=ROOT / "infra/template.yaml")
    parser.add_argument("--manifest", type=Path, default=ROOT / "Cargo.toml")
    options = parser.parse_args(arguments)

    found = options.manifest.read_text()
    expected = replace_block(found, block(routes(load(options.template))))
    if found == expected:
        return 0
    if options.write:
        # Replaces the file in one step, so that cargo never reads half of it.
        draft = options.manifest.with_suffix(".toml.draft")
        draft.write_text(expected)
        draft.replace(options.manifest)
        return 0
    lines = found.splitlines(), expected.splitlines()
    difference = difflib.unified_diff(*lines, "Cargo.toml", "infra/template.yaml", lineterm="")
    print("\n".join(difference), "\nrun: make routes", sep="\n", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
