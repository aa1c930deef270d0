"""The web ACL of infra/waf.yaml."""

from collections.abc import Iterator

from model import dig, join_names, properties
from rules import Problems, waf_rule

# What a route takes from one network address in five minutes: guesses and emails must stay few, views must not fail.
LIMITS = {
    "/v1/session": range(50, 201),
    "/v1/password/forgot": range(10, 51),
    "/v1/invitation/lookup": range(50, 201),
    "/v1/invitation/accept": range(20, 101),
    "/v1/access/redeem": range(500, 2001),
    "/v1/access/renew": range(2000, 10001),
}
COMMON = "AWSManagedRulesCommonRuleSet"
# Rules of the common set that would block the product's own requests.
ONLY_COUNTED = {"SizeRestrictions_BODY", "NoUserAgent_HEADER", "GenericRFI_BODY", "GenericLFI_BODY", "CrossSiteScripting_BODY"}
DECODED = ["URL_DECODE", "NORMALIZE_PATH"]


@waf_rule
def web_acl_is_for_the_distribution(template: dict) -> Problems:
    acl = properties(template, "WebAcl")
    if acl.get("Scope") != "CLOUDFRONT" or acl.get("DefaultAction") != {"Allow": {}}:
        yield "WebAcl must have the scope CLOUDFRONT and allow what no rule blocks"
    if dig(template, "Outputs", "WebAclArn", "Value") != {"Fn::GetAtt": ["WebAcl", "Arn"]}:
        yield "the output WebAclArn must be the ARN of WebAcl"


@waf_rule
def guarded_routes_have_a_rate_per_address(template: dict) -> Problems:
    found = {}
    for name, rate in rates(template):
        method, path = (one["ByteMatchStatement"] for one in dig(rate, "ScopeDownStatement", "AndStatement", "Statements"))
        found[path["SearchString"]] = rate["Limit"]
        if rate.get("AggregateKeyType") != "IP" or rate.get("EvaluationWindowSec") != 300:
            yield f"{name} must count five minutes of each address"
        if method["SearchString"] != "POST" or method["FieldToMatch"] != {"Method": {}}:
            yield f"{name} must count POST only"
        transformations = [one["Type"] for one in path["TextTransformations"]]
        if path["FieldToMatch"] != {"UriPath": {}} or path["PositionalConstraint"] != "EXACTLY" or transformations != DECODED:
            yield f"{name} must match the whole path, decoded"
    if set(found) != set(LIMITS):
        yield f"the routes with a rate must be {join_names(LIMITS)}, found {join_names(found)}"
    for path, limit in found.items():
        if path in LIMITS and limit not in LIMITS[path]:
            yield f"the rate of {path} must be from {LIMITS[path][0]} to {LIMITS[path][-1]}, found {limit}"


@waf_rule
def blocked_callers_learn_when_to_retry(template: dict) -> Problems:
    bodies = properties(template, "WebAcl").get("CustomResponseBodies", {})
    for one in rules(template):
        if dig(one, "Statement", "RateBasedStatement"):
            answer = dig(one, "Action", "Block", "CustomResponse") or {}
            headers = {header["Name"]: header["Value"] for header in answer.get("ResponseHeaders", [])}
            if answer.get("ResponseCode") != 429 or headers.get("Retry-After") != "300":
                yield f"{one['Name']} must answer 429 with Retry-After"
            if dig(bodies, answer.get("CustomResponseBodyKey", ""), "ContentType") != "APPLICATION_JSON":
                yield f"{one['Name']} must answer JSON"


@waf_rule
def common_rules_let_our_requests_pass(template: dict) -> Problems:
    groups = [dig(one, "Statement", "ManagedRuleGroupStatement") for one in rules(template)]
    common = next((one for one in groups if one and one["Name"] == COMMON), None)
    if common is None:
        yield f"WebAcl must have {COMMON}"
        return
    counted = {one["Name"] for one in common.get("RuleActionOverrides", []) if one["ActionToUse"] == {"Count": {}}}
    if counted != ONLY_COUNTED:
        yield f"{COMMON} must only count {join_names(ONLY_COUNTED)}, found {join_names(counted)}"
    if any(one.get("OverrideAction", {"None": {}}) != {"None": {}} for one in rules(template)):
        yield f"{COMMON} must block"


@waf_rule
def no_request_is_sampled_or_logged(template: dict) -> Problems:
    acl = properties(template, "WebAcl")
    for name, one in [("WebAcl", acl), *((one["Name"], one) for one in rules(template))]:
        if dig(one, "VisibilityConfig", "SampledRequestsEnabled") is not False:
            yield f"{name} must not sample requests, because a sample holds cookies and authorization headers"
        if dig(one, "VisibilityConfig", "CloudWatchMetricsEnabled") is not True:
            yield f"{name} must have metrics"
    if any(one["Type"] == "AWS::WAFv2::LoggingConfiguration" for one in template["Resources"].values()):
        yield "WebAcl must have no log, because a log holds cookies, authorization headers and queries"


def rules(template: dict) -> list[dict]:
    return properties(template, "WebAcl").get("Rules", [])


def rates(template: dict) -> Iterator[tuple[str, dict]]:
    for one in rules(template):
        rate = dig(one, "Statement", "RateBasedStatement")
        if rate:
            yield one["Name"], rate
