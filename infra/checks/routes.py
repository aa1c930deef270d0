"""Keeps the router table of `cargo lambda watch` in Cargo.toml what infra/template.yaml declares.

python infra/checks/routes.py --check    exits 1 and shows the difference
python infra/checks/routes.py --write    rewrites the block between the markers, or appends it
"""

import argparse
import difflib
import sys
from pathlib import Path

from expanded import ROUTE, load, of_type, properties, target

ROOT = Path(__file__).resolve().parents[2]
BEGIN = "# routes: begin (from infra/template.yaml, make routes)"
END = "# routes: end"


def routes(source: dict) -> dict[str, dict[str, str]]:
    """Binary by method by path."""
    table: dict[str, dict[str, str]] = {}
    for route in of_type(source, ROUTE).values():
        method, path = route["RouteKey"].split(" ")
        integration = target(route["Target"]).removeprefix("integrations/${").removesuffix("}")
        function = target(properties(source, integration)["IntegrationUri"]).removesuffix(".Arn")
        binary = properties(source, function)["CodeUri"].rpartition("/")[2]
        table.setdefault(path, {})[method] = binary
    return table


def block(table: dict[str, dict[str, str]]) -> str:
    lines = [BEGIN, "[workspace.metadata.lambda.watch.router]"]
    for path, methods in sorted(table.items()):
        entries = [f'{{ method = "{method}", function = "{binary}" }}' for method, binary in sorted(methods.items())]
        lines.append(f'"{path}" = [ {", ".join(entries)} ]')
    return "\n".join([*lines, END]) + "\n"


def updated(manifest: str, wanted: str) -> str:
    if BEGIN not in manifest:
        return manifest.rstrip("\n") + "\n\n" + wanted
    before, _, rest = manifest.partition(BEGIN)
    _, end, after = rest.partition(END + "\n")
    if not end:
        raise ValueError(f"Cargo.toml has {BEGIN!r} without {END!r}")
    return before + wanted + after


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--check", action="store_true")
    mode.add_argument("--write", action="store_true")
    parser.add_argument("--template", type=Path, default=ROOT / "infra/template.yaml")
    parser.add_argument("--manifest", type=Path, default=ROOT / "Cargo.toml")
    options = parser.parse_args(arguments)

    manifest = options.manifest.read_text()
    wanted = updated(manifest, block(routes(load(options.template))))
    if options.write and wanted != manifest:
        # In one step, so that a cargo that reads it meanwhile sees a whole file.
        draft = options.manifest.with_suffix(".toml.draft")
        draft.write_text(wanted)
        draft.replace(options.manifest)
    if options.check and wanted != manifest:
        difference = difflib.unified_diff(
            manifest.splitlines(), wanted.splitlines(), "Cargo.toml", "infra/template.yaml", lineterm=""
        )
        print("\n".join(difference), "\nrun: make routes", sep="\n", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
