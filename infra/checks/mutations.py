"""Ways to break the template, for the tests of its rules."""

from collections.abc import Callable
from typing import Any

Mutation = Callable[[dict], Any]
TABLE = {"Fn::GetAtt": ["AccessTable", "Arn"]}


def put(resource: str, path: str, value: Any) -> Mutation:
    """Sets a property; `/` separates the keys, since attributes and actions have dots."""

    def mutate(source: dict) -> None:
        node, last = parent(source, resource, path)
        node[last] = value

    return mutate


def drop(resource: str, path: str) -> Mutation:
    def mutate(source: dict) -> None:
        node, last = parent(source, resource, path)
        del node[last]

    return mutate


def without(resource: str) -> Mutation:
    return lambda source: source["Resources"].pop(resource)


def attribute(resource: str, name: str, value: Any) -> Mutation:
    return lambda source: source["Resources"][resource].update({name: value})


def stage(change: Callable[[dict], Any]) -> Mutation:
    return lambda source: change(source["Resources"]["ApiStage"]["Properties"])


def allow(role: str, *actions: str, resource: Any = None, **conditions: Any) -> Mutation:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource or TABLE, "Condition": conditions}
    return lambda source: statements(source, role).append(statement)


def restate(owner: str, action: str, change: Callable[[dict], Any]) -> Mutation:
    """Changes the statement of a role or policy that holds the action."""
    return lambda source: change(next(one for one in statements(source, owner) if action in one["Action"]))


def statements(source: dict, owner: str) -> list[dict]:
    values = source["Resources"][owner]["Properties"]
    return (values["Policies"][0] if "Policies" in values else values)["PolicyDocument"]["Statement"]


def parent(source: dict, resource: str, path: str) -> tuple[Any, Any]:
    node = source["Resources"][resource]["Properties"]
    *parents, last = [int(key) if key.isdigit() else key for key in path.split("/")]
    for key in parents:
        node = node[key]
    return node, last
