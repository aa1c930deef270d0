"""Checks a template without AWS: python infra/checks/template.py infra/template.yaml"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cfnlint.api import ManualArgs, lint
from samtranslator.model.exceptions import InvalidDocumentException

from model import REGION, expand, load
from rules import RULES, find_problems

ROOT = Path(__file__).resolve().parents[2]


def start_sam_validate(path: Path, home: str) -> subprocess.Popen:
    """Starts `sam validate` in the background, because it takes half of the time of all checks."""
    # The recent date keeps sam from looking for a newer version.
    Path(home, "metadata.json").write_text(json.dumps({"lastVersionCheck": time.time(), "telemetryEnabled": False}))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.Popen(
        [Path(sys.executable).with_name("sam"), "validate", "--lint", "--region", REGION, "--template", path.resolve()],
        cwd=ROOT,  # where .cfnlintrc.yaml is
        env=kept | {"SAM_CLI_TELEMETRY": "0", "__SAM_CLI_APP_DIR": home},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def lint_expanded(template: dict) -> list[str]:
    """Finds what the SAM source hides, such as a GetAtt without a target or an IAM action that does not exist."""
    matches = lint(json.dumps(template), config=ManualArgs(regions=[REGION]))
    return [f"{'/'.join(map(str, match.path or []))}: {match.rule.id} {match.message}" for match in matches]


def check(source: dict) -> list[str]:
    """Expands the template, lints it and applies every rule."""
    try:
        template = expand(source)
    except InvalidDocumentException as error:
        return [f"SAM: {cause.message}" for cause in error.causes]
    named = [f"{name}: {problem}" for name, problems in find_problems(template).items() for problem in problems]
    return lint_expanded(template) + named


def main(path: Path) -> int:
    with tempfile.TemporaryDirectory() as home:
        sam = start_sam_validate(path, home)
        problems = check(load(path))
        report, _ = sam.communicate()
    if sam.returncode:
        problems.insert(0, f"sam validate:\n{report.rstrip()}")
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print(f"{path}: passed sam validate, cfn-lint and {len(RULES)} rules")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
