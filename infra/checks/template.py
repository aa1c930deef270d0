"""Checks templates without AWS: python infra/checks/template.py infra/template.yaml infra/waf.yaml"""

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
from rules import RULES, WAF_RULES, Rule, find_problems

ROOT = Path(__file__).resolve().parents[2]
RULES_OF = {"template.yaml": RULES, "waf.yaml": WAF_RULES}


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


def check(source: dict, rules: dict[str, Rule] = RULES) -> list[str]:
    """Expands the template, lints it and applies the rules."""
    try:
        template = expand(source)
    except InvalidDocumentException as error:
        return [f"SAM: {cause.message}" for cause in error.causes]
    named = [f"{name}: {problem}" for name, problems in find_problems(template, rules).items() for problem in problems]
    return lint_expanded(template) + named


def main(path: Path) -> int:
    rules = RULES_OF[path.name]
    with tempfile.TemporaryDirectory() as home:
        sam = start_sam_validate(path, home)
        problems = check(load(path), rules)
        report, _ = sam.communicate()
    if sam.returncode:
        problems.insert(0, f"sam validate:\n{report.rstrip()}")
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print(f"{path}: passed sam validate, cfn-lint and {len(rules)} rules")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(max(main(Path(path)) for path in sys.argv[1:]))
