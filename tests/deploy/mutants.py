"""Breaks the template in one way after another, and says whether tests/deploy and infra/checks notice.

python tests/deploy/mutants.py [NAME ...]
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = (ROOT / "infra/template.yaml").read_text()
# What to replace, and with what.
MUTANTS: dict[str, tuple[str, str]] = {
    "no ConditionCheckItem": ("                  - dynamodb:ConditionCheckItem\n", ""),
    "stream filter on another field": ('"NewImage":{"dl":', '"NewImage":{"delivery":'),
    "no policy for the signing keys": ("!Ref AccessLinkKeysPolicy, !Ref SigningKeysPolicy]", "!Ref AccessLinkKeysPolicy]"),
    "misspelled route": ('RouteKey: "POST /v1/invitation/lookup"', 'RouteKey: "POST /v1/invitations/lookup"'),
    "route to another function": ('{<<: *to-list, RouteKey: "GET /v1/access"}', '{<<: *to-confirm, RouteKey: "GET /v1/access"}'),
    "no index": ('[!GetAtt AccessTable.Arn, !Sub "${AccessTable.Arn}/index/GSI1"]', "[!GetAtt AccessTable.Arn]"),
    "no setting": ("          VIEWER_URL_BASE: !Ref ViewerUrlBase\n", ""),
    "other partition": ('"ACCOUNT#*", "IP#*"', '"IP#*"'),
    "no kms:Decrypt": ("            Action: [kms:Decrypt, kms:DescribeKey]\n", "            Action: kms:DescribeKey\n"),
    "API may not invoke": ("  ListPermission:            {Type: *permission, Properties: {<<: *from-api, FunctionName: !Ref ListFunction.Alias}}\n", ""),
    "audit can be changed": ("            Action: [dynamodb:UpdateItem, dynamodb:DeleteItem]\n", "            Action: dynamodb:DeleteItem\n"),
    "no secret header": ("              - HeaderName: autoscribe-origin-secret\n", "              - HeaderName: autoscribe-secret\n"),
    "check of CloudFront off": ("            ORIGIN_SECRETS: !Sub >-\n", '            ORIGIN_SECRETS: "off"\n            OTHER: !Sub >-\n'),
    "viewer's address not passed on": ('request.headers["autoscribe-viewer-address"]', 'request.headers["autoscribe-viewer"]'),
    "page not found": ("(accept|reset|sign-in)?", "(confirm|reset|sign-in)?"),
    "no headers for pages": ("          ResponseHeadersPolicyId: !Ref PageHeaders\n", ""),
    "pages not signed": ("            OriginAccessControlId: !Ref PagesAccess\n", ""),
    "links to the API": ("PUBLIC_URL: *public-url\n", "PUBLIC_URL: !GetAtt Api.ApiEndpoint\n"),
    "API cached": ("4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "658327ea-f89d-4fab-a63d-7e88639e58f6"),
    "stream calls no alias": ("      FunctionName: !Ref MailerFunction.Alias\n      EventSourceArn", "      FunctionName: !Ref MailerFunction\n      EventSourceArn"),
    "settings stay unpublished": ("AutoPublishCodeSha256: unreleased", "AutoPublishCodeSha256: released"),
    "not traced": ("    Tracing: Active\n", ""),
    "no alias permission": ("FunctionName: !Ref SessionFunction.Alias}}", "FunctionName: !Ref SessionFunction}}"),
    "no metrics": (", METRIC_NAMESPACE: !Ref AWS::StackName}}", "}}"),
    "alarm on no metric": ("      MetricName: CommitToEmail\n", "      MetricName: CommitToMail\n"),
    "backups off": ("      LockConfiguration: {MinRetentionDays: 35}\n", ""),
    "table without its key": ("    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n    Properties:\n      Description: Encrypts the table", "    DeletionPolicy: RetainExceptOnCreate\n    UpdateReplacePolicy: Retain\n    Properties:\n      Description: Encrypts the table"),
    "no key set": ("          - {<<: *api-behavior, PathPattern: /.well-known/*}\n", ""),
}


def notices(command: list, **environment: str) -> bool:
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode != 0


def main(names: list[str]) -> int:
    missed, deployed, began = [], 0, time.time()
    for name in names or MUTANTS:
        before, after = MUTANTS[name]
        if before not in SOURCE:
            raise SystemExit(f"{name}: the template no longer holds {before!r}")
        with tempfile.TemporaryDirectory() as home:
            path = Path(home, "template.yaml")
            path.write_text(SOURCE.replace(before, after))
            by_deploy = notices([sys.executable, "-m", "pytest", "-qx", "tests/deploy"], TEMPLATE=str(path))
            by_rules = notices([".venv/infra/bin/python", "infra/checks/template.py", path])
        deployed += by_deploy
        if not by_deploy and not by_rules:
            missed.append(name)
        print(f"{name}: deploy {'notices' if by_deploy else '-'}, rules {'notice' if by_rules else '-'}", flush=True)
    total = len(names or MUTANTS)
    print(f"{deployed} of {total} noticed by tests/deploy, {total - len(missed)} in all, {time.time() - began:.0f} s")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
