"""The HTTP API: routes, throttling, CORS, access log."""

import re

from expanded import ROUTE, as_list, listed, of_type, properties, target
from rules import Problems, rule

LIMITS = ("ThrottlingRateLimit", "ThrottlingBurstLimit")
# Whoever is not signed in yet may call these, or each call mails somebody.
GUARDED = re.compile(
    r"POST /v1/(invitation/.+|session(/.+)?|password/.+|access/(redeem|renew)|autoScribe/users(/batch|/.+/resend)?)"
)
LOGGED = {
    "requestTime", "requestId", "routeKey", "status", "responseLatency", "responseLength", "error.responseType",
    "integration.requestId", "integration.status", "integration.latency",
}  # fmt: skip


@rule
def stage_throttles_by_default(template: dict) -> Problems:
    default = properties(template, "ApiStage").get("DefaultRouteSettings", {})
    for limit in LIMITS:
        if not 0 < default.get(limit, 0) <= 1000:
            yield f"the default {limit} must be set, and to something that the table bears"


@rule
def stage_throttles_guarded_routes_harder(template: dict) -> Problems:
    stage = properties(template, "ApiStage")
    default, settings = stage.get("DefaultRouteSettings", {}), stage.get("RouteSettings", {})
    for key in filter(GUARDED.fullmatch, route_keys(template)):
        for limit in LIMITS:
            if not 0 < settings.get(key, {}).get(limit, 0) < default.get(limit, 0):
                yield f"{key} must have a {limit} below the default"


@rule
def throttled_routes_exist_before_the_stage(template: dict) -> Problems:
    stage = template["Resources"].get("ApiStage", {})
    settings = set(stage.get("Properties", {}).get("RouteSettings", {}))
    names = {route["RouteKey"]: name for name, route in of_type(template, ROUTE).items()}
    for key in settings - set(names):
        yield f"there are settings for {key}, which is no route"
    waited_for = set(as_list(stage.get("DependsOn")))
    missing = {names[key] for key in settings & set(names)} - waited_for
    if missing:
        yield f"ApiStage must depend on {listed(missing)}"


@rule
def access_log_holds_no_personal_data(template: dict) -> Problems:
    log = properties(template, "ApiStage").get("AccessLogSettings", {})
    if target(log.get("DestinationArn")) != "ApiLogs.Arn":
        yield "the access log must go to ApiLogs"
    logged = set(re.findall(r"\$context\.([A-Za-z.]+)", log.get("Format", "")))
    if "routeKey" not in logged:
        yield "the access log must name the route"
    if logged - LOGGED:
        yield f"the access log must not hold {listed(logged - LOGGED)}"


@rule
def cors_names_its_origins(template: dict) -> Problems:
    origins = properties(template, "Api").get("CorsConfiguration", {}).get("AllowOrigins")
    if target(origins) != "CorsOrigins":
        yield f"allowed origins must be the parameter CorsOrigins, found {origins}"
    pattern = template["Parameters"].get("CorsOrigins", {}).get("AllowedPattern", ".*")
    for origin in ("*", "https://*", "https://*.example", "null", "http://dashboard.example"):
        if re.fullmatch(pattern, origin):
            yield f"the parameter CorsOrigins must refuse {origin}"


@rule
def every_route_reaches_a_function(template: dict) -> Problems:
    integrations = of_type(template, "AWS::ApiGatewayV2::Integration")
    functions = of_type(template, "AWS::Lambda::Function")
    invocable = {target(permission.get("FunctionName")) for permission in gateway_permissions(template)}
    for route in of_type(template, ROUTE).values():
        key = route["RouteKey"]
        integration = integrations.get(target(route.get("Target")).removeprefix("integrations/${").removesuffix("}"))
        if integration is None:
            yield f"{key} has no integration"
            continue
        if integration.get("IntegrationType") != "AWS_PROXY" or integration.get("PayloadFormatVersion") != "2.0":
            yield f"the integration of {key} must be AWS_PROXY with payload 2.0"
        function = target(integration.get("IntegrationUri")).removesuffix(".Arn")
        if function not in functions:
            yield f"{key} leads to {function}, which is no function"
        elif function not in invocable:
            yield f"{key} leads to {function}, which the API may not invoke"


@rule
def only_this_api_invokes_functions(template: dict) -> Problems:
    schedules = {f"{name}.Arn" for name in of_type(template, "AWS::Events::Rule")}
    for permission in of_type(template, "AWS::Lambda::Permission").values():
        principal, source = permission.get("Principal"), target(permission.get("SourceArn"))
        by_api = principal == "apigateway.amazonaws.com" and ":${Api}/" in source
        # The other way in is a schedule of this template.
        if not by_api and not (principal == "events.amazonaws.com" and source in schedules):
            yield f"{target(permission.get('FunctionName'))} may be invoked by others than this API"


@rule
def every_route_is_there_once(template: dict) -> Problems:
    keys = route_keys(template)
    for key in {key for key in keys if keys.count(key) > 1}:
        yield f"{key} is declared more than once"


def route_keys(template: dict) -> list[str]:
    return [route["RouteKey"] for route in of_type(template, ROUTE).values()]


def gateway_permissions(template: dict) -> list[dict]:
    permissions = of_type(template, "AWS::Lambda::Permission").values()
    return [
        one
        for one in permissions
        if one.get("Action") == "lambda:InvokeFunction" and one.get("Principal") == "apigateway.amazonaws.com"
    ]
