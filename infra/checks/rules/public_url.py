"""The one public URL: CloudFront, the pages in S3, and the API behind it."""

import re

from model import as_list, dig, integration_of, function_of, join_names, properties, reference, resources_of_type, ROUTE  # fmt: skip
from rules import Problems, rule

# Policies that AWS manages.
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST_HEADER = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
API_PATHS = {"/v1/*", "/.well-known/*"}
METHODS = {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"}
# The errors that CloudFront caches by default.
ERRORS = {400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}
SECRET = "{{{{resolve:secretsmanager:${{OriginSecret}}:SecretString:{}::${{OriginSecretVersion}}}}}}"
PUBLIC_URL = ["HasPublicDomain", "https://${PublicDomain}", "https://${Distribution.DomainName}"]
SELF_ONLY = {
    "default-src": ["'none'"], "script-src": ["'self'"], "style-src": ["'self'"], "img-src": ["'self'"],
    "font-src": ["'self'"], "connect-src": ["'self'"], "manifest-src": ["'self'"], "base-uri": ["'none'"],
    "form-action": ["'none'"], "frame-ancestors": ["'none'"],
    "require-trusted-types-for": ["'script'"], "trusted-types": ["'none'"],
}  # fmt: skip
YEAR = 365 * 24 * 3600


def distribution(template: dict) -> dict:
    return properties(template, "Distribution").get("DistributionConfig", {})


def api_behaviors(template: dict) -> list[dict]:
    return [one for one in distribution(template).get("CacheBehaviors", []) if one.get("TargetOriginId") == "api"]


def routed_functions(template: dict) -> set[str]:
    routes = resources_of_type(template, ROUTE).values()
    return {function_of(properties(template, integration_of(route))) for route in routes}


@rule
def the_api_answers_only_cloudfront(template: dict) -> Problems:
    current, following = SECRET.format("current"), SECRET.format("next")
    for name in sorted(routed_functions(template)):
        accepted = reference(dig(properties(template, name), "Environment", "Variables", "ORIGIN_SECRETS"))
        if accepted != f"{current} {following}":
            yield f"{name} must accept the current and the next secret of OriginSecret, found {accepted}"
    for origin in distribution(template).get("Origins", []):
        sent = {one["HeaderName"]: reference(one["HeaderValue"]) for one in origin.get("OriginCustomHeaders", [])}
        expected = {"autoscribe-origin-secret": current} if origin["Id"] == "api" else {}
        if sent != expected:
            yield f"CloudFront must send the origin {origin['Id']} {expected}, found {sent}"


@rule
def the_viewers_address_comes_from_cloudfront(template: dict) -> Problems:
    for behavior in api_behaviors(template):
        functions = {one["EventType"]: reference(one["FunctionARN"]) for one in behavior.get("FunctionAssociations", [])}
        if functions != {"viewer-request": "NameViewer.FunctionARN"}:
            yield f"{behavior['PathPattern']} must run NameViewer before the request leaves, found {functions}"
    code = properties(template, "NameViewer").get("FunctionCode", "")
    if not re.search(r'headers\["autoscribe-viewer-address"\] = \{ value: event\.viewer\.ip \}', code):
        yield "NameViewer must replace autoscribe-viewer-address with the viewer's address"
    for name, function in resources_of_type(template, "AWS::CloudFront::Function").items():
        if function.get("AutoPublish") is not True:
            yield f"{name} must be published"


@rule
def every_api_path_leads_to_the_api_uncached(template: dict) -> Problems:
    behaviors = api_behaviors(template)
    paths = {one["PathPattern"] for one in behaviors}
    if paths != API_PATHS:
        yield f"the API must have {join_names(API_PATHS)}, found {join_names(paths)}"
    for behavior in behaviors:
        path = behavior["PathPattern"]
        if behavior.get("CachePolicyId") != CACHING_DISABLED:
            yield f"{path} must not be cached"
        if behavior.get("OriginRequestPolicyId") != ALL_VIEWER_EXCEPT_HOST_HEADER:
            yield f"{path} must pass everything but Host, which is the API's own"
        if behavior.get("ViewerProtocolPolicy") != "https-only":
            yield f"{path} must refuse http: a redirect comes after the token was sent"
        if set(behavior.get("AllowedMethods", [])) != METHODS:
            yield f"{path} must allow every method"
    uncached = {
        one["ErrorCode"] for one in distribution(template).get("CustomErrorResponses", [])
        if one.get("ErrorCachingMinTTL") == 0 and "ResponsePagePath" not in one
    }  # fmt: skip
    if uncached != ERRORS:
        yield f"errors must not be cached, missing {sorted(ERRORS - uncached)}"
    for route in resources_of_type(template, ROUTE).values():
        path = route["RouteKey"].split(" ")[1]
        if not any(path.startswith(pattern.removesuffix("*")) for pattern in API_PATHS):
            yield f"{path} cannot be reached through CloudFront"


@rule
def cloudfront_keeps_no_log(template: dict) -> Problems:
    # Queries hold email addresses, and standard logs hold the query.
    config = distribution(template)
    logged = [one for one in (config.get("DefaultCacheBehavior", {}), *config.get("CacheBehaviors", [])) if "RealtimeLogConfigArn" in one]
    if "Logging" in config or logged:
        yield "the distribution must have no access log"


@rule
def pages_are_read_only_through_cloudfront(template: dict) -> Problems:
    block = properties(template, "Pages").get("PublicAccessBlockConfiguration", {})
    closed = {"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"}
    if {name for name, on in block.items() if on is True} != closed:
        yield f"Pages must block all public access, found {block}"
    statements = as_list(dig(properties(template, "PagesPolicy"), "PolicyDocument", "Statement"))
    for statement in statements:
        source = reference(dig(statement, "Condition", "StringEquals", "AWS:SourceArn"))
        by_cloudfront = statement.get("Principal") == {"Service": "cloudfront.amazonaws.com"}
        if statement["Effect"] == "Allow" and not (by_cloudfront and source.endswith("distribution/${Distribution}")):
            yield f"only this distribution may read Pages, found {statement.get('Sid')}"
    if not any(one["Effect"] == "Deny" and "aws:SecureTransport" in str(one.get("Condition")) for one in statements):
        yield "PagesPolicy must deny requests without TLS"
    pages = next((one for one in distribution(template).get("Origins", []) if one["Id"] == "pages"), {})
    if reference(pages.get("OriginAccessControlId")) != "PagesAccess":
        yield "the origin of the pages must use PagesAccess"


@rule
def pages_have_strict_headers(template: dict) -> Problems:
    behavior = distribution(template).get("DefaultCacheBehavior", {})
    if reference(behavior.get("ResponseHeadersPolicyId")) != "PageHeaders":
        yield "pages must be sent with PageHeaders"
    if behavior.get("ViewerProtocolPolicy") != "redirect-to-https":
        yield "pages must redirect to https"
    headers = dig(properties(template, "PageHeaders"), "ResponseHeadersPolicyConfig", "SecurityHeadersConfig") or {}
    for name, header in headers.items():
        if header.get("Override") is not True:
            yield f"{name} must replace what S3 sends"
    policy = dig(headers, "ContentSecurityPolicy", "ContentSecurityPolicy") or ""
    directives = {name: values for name, *values in (one.split() for one in policy.split(";") if one.strip())}
    if directives != SELF_ONLY:
        yield f"the content security policy must be {SELF_ONLY}, found {directives}"
    if (dig(headers, "StrictTransportSecurity", "AccessControlMaxAgeSec") or 0) < YEAR:
        yield "HSTS must last a year"
    if dig(headers, "ReferrerPolicy", "ReferrerPolicy") != "no-referrer" or "ContentTypeOptions" not in headers:
        yield "pages must send no referrer, and their types must not be guessed"


@rule
def emails_link_to_the_public_url(template: dict) -> Problems:
    for name in sorted(routed_functions(template) | {"MailerFunction"}):
        url = dig(properties(template, name), "Environment", "Variables", "PUBLIC_URL", "Fn::If") or []
        if [reference(one) for one in url] != PUBLIC_URL:
            yield f"PUBLIC_URL of {name} must be the domain, or CloudFront's name without one, found {url}"
