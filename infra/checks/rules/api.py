"""The HTTP API: routes, throttling, CORS, access log."""

import re

from model import (
    FUNCTION, PERMISSION, ROUTE, SCHEDULE, as_list, function_called, function_of, integration_of, join_names, properties,
    reference, resources_of_type,
)  # fmt: skip
from rules import Problems, rule

LIMITS = ("ThrottlingRateLimit", "ThrottlingBurstLimit")
# Routes that need no authentication, or send an email per call.
GUARDED = re.compile(
    r"POST /v1/(invitation/.+|session(/.+)?|password/.+|access/(redeem|renew)|autoScribe/users(/batch|/.+/resend)?)"
)
CALLED_BY_VIEWERS = {"/v1/access/redeem", "/v1/access/renew", "/.well-known/jwks.json"}
LOGGED = {
    "requestTime", "requestId", "routeKey", "status", "responseLatency", "responseLength", "error.responseType",
    "integration.requestId", "integration.status", "integration.latency",
}  # fmt: skip


@rule
def stage_throttles_by_default(template: dict) -> Problems:
    default = properties(template, "ApiStage").get("DefaultRouteSettings", {})
    for limit in LIMITS:
        if not 0 < default.get(limit, 0) <= 2000:
            yield f"the default {limit} must be from 1 to 2000, which bounds the cost of a flood"


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
    settings = set(properties(template, "ApiStage").get("RouteSettings", {}))
    names = {route["RouteKey"]: name for name, route in resources_of_type(template, ROUTE).items()}
    for key in settings - set(names):
        yield f"RouteSettings has {key}, which is not a route"
    awaited = set(as_list(template["Resources"].get("ApiStage", {}).get("DependsOn")))
    missing = {names[key] for key in settings & set(names)} - awaited
    if missing:
        yield f"ApiStage must depend on {join_names(missing)}"


@rule
def access_log_holds_no_personal_data(template: dict) -> Problems:
    log = properties(template, "ApiStage").get("AccessLogSettings", {})
    if reference(log.get("DestinationArn")) != "ApiLogs.Arn":
        yield "the access log must go to ApiLogs"
    logged = set(re.findall(r"\$context\.([A-Za-z.]+)", log.get("Format", "")))
    if "routeKey" not in logged:
        yield "the access log must hold the route"
    if logged - LOGGED:
        yield f"the access log must not hold {join_names(logged - LOGGED)}"


@rule
def only_viewers_have_cors(template: dict) -> Problems:
    if "CorsConfiguration" in properties(template, "Api"):
        yield "the API must have no CorsConfiguration: temporary-access answers for the routes of viewers"
    preflights = {
        route["RouteKey"].split(" ")[1]
        for route in resources_of_type(template, ROUTE).values()
        if route["RouteKey"].startswith("OPTIONS ")
    }
    if preflights != CALLED_BY_VIEWERS:
        yield f"OPTIONS must be the routes of viewers, found {join_names(preflights)}"
    pattern = template["Parameters"].get("ViewerOrigins", {}).get("AllowedPattern", ".*")
    for origin in ("*", "https://*", "https://*.example", "null", "http://dashboard.example"):
        if re.fullmatch(pattern, origin):
            yield f"the parameter ViewerOrigins must refuse {origin}"


@rule
def every_route_reaches_a_function(template: dict) -> Problems:
    integrations = resources_of_type(template, "AWS::ApiGatewayV2::Integration")
    functions = resources_of_type(template, FUNCTION)
    invocable = {
        function_called(permission.get("FunctionName"))
        for permission in resources_of_type(template, PERMISSION).values()
        if permission.get("Action") == "lambda:InvokeFunction"
        and permission.get("Principal") == "apigateway.amazonaws.com"
    }
    for route in resources_of_type(template, ROUTE).values():
        key, integration = route["RouteKey"], integrations.get(integration_of(route))
        if integration is None:
            yield f"{key} has no integration"
            continue
        if integration.get("IntegrationType") != "AWS_PROXY" or integration.get("PayloadFormatVersion") != "2.0":
            yield f"the integration of {key} must be AWS_PROXY with payload 2.0"
        function = function_of(integration)
        if function not in functions:
            yield f"{key} leads to {function}, which is not a function"
        elif function not in invocable:
            yield f"{key} leads to {function}, which the API may not invoke"


@rule
def only_this_api_invokes_functions(template: dict) -> Problems:
    schedules = {f"{name}.Arn" for name in resources_of_type(template, SCHEDULE)}
    for permission in resources_of_type(template, PERMISSION).values():
        principal, source = permission.get("Principal"), reference(permission.get("SourceArn"))
        by_api = principal == "apigateway.amazonaws.com" and ":${Api}/" in source
        by_schedule = principal == "events.amazonaws.com" and source in schedules
        if not by_api and not by_schedule:
            function = reference(permission.get("FunctionName"))
            yield f"only this API and the schedules of this template may invoke {function}"


@rule
def every_route_is_declared_once(template: dict) -> Problems:
    keys = route_keys(template)
    for key in {key for key in keys if keys.count(key) > 1}:
        yield f"{key} is declared more than once"


def route_keys(template: dict) -> list[str]:
    return [route["RouteKey"] for route in resources_of_type(template, ROUTE).values()]
