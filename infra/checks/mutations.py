"""Ways to break the template, for the tests of its rules."""

from collections.abc import Callable
from typing import Any

Change = Callable[[dict], Any]
"""Changes the template, or a part of it."""

TABLE = {"Fn::GetAtt": ["AccessTable", "Arn"]}


def set_property(resource: str, path: str, value: Any) -> Change:
    """Sets a property. `/` separates the keys, because attributes and actions contain dots."""

    def change(source: dict) -> None:
        node, last = find_property(source, resource, path)
        node[last] = value

    return change


def remove_property(resource: str, path: str) -> Change:
    def change(source: dict) -> None:
        node, last = find_property(source, resource, path)
        del node[last]

    return change


def set_attribute(resource: str, name: str, value: Any) -> Change:
    return lambda source: source["Resources"][resource].update({name: value})


def remove_resource(resource: str) -> Change:
    return lambda source: source["Resources"].pop(resource)


def remove_from_parameter(parameter: str, key: str) -> Change:
    return lambda source: source["Parameters"][parameter].pop(key)


def change_route_settings(change: Change) -> Change:
    return lambda source: change(source["Resources"]["ApiStage"]["Properties"]["RouteSettings"])


def allow(role: str, *actions: str, partition: str = "", resource: Any = None) -> Change:
    """Adds a statement to a role. It covers every partition unless one is named."""
    bound = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [partition]}, "Null": {"dynamodb:LeadingKeys": "false"}}
    condition = bound if partition else {}
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource or TABLE, "Condition": condition}
    return lambda source: find_statements(source, role).append(statement)


def change_statement(owner: str, action: str, change: Change) -> Change:
    """Changes the statement with this action in a role or policy."""
    return lambda source: change(next(one for one in find_statements(source, owner) if action in one["Action"]))


def find_statements(source: dict, owner: str) -> list[dict]:
    values = source["Resources"][owner]["Properties"]
    return (values["Policies"][0] if "Policies" in values else values)["PolicyDocument"]["Statement"]


def find_property(source: dict, resource: str, path: str) -> tuple[Any, Any]:
    """Returns the mapping or list that holds the property, and its key there."""
    node = source["Resources"][resource]["Properties"]
    *parents, last = [int(key) if key.isdigit() else key for key in path.split("/")]
    for key in parents:
        node = node[key]
    return node, last
