"""What the template promises, one named rule per promise.

A rule takes the expanded template and yields a sentence for each way in which the promise is broken.
"""

from collections.abc import Callable, Iterator

Problems = Iterator[str]
Rule = Callable[[dict], Problems]

RULES: dict[str, Rule] = {}


def rule(function: Rule) -> Rule:
    RULES[function.__name__] = function
    return function


def broken(template: dict) -> dict[str, list[str]]:
    """The problems of each rule that does not hold."""
    found = {name: list(check(template)) for name, check in RULES.items()}
    return {name: problems for name, problems in found.items() if problems}


from rules import api, functions, mail, permissions, table  # noqa: E402, F401  (importing registers the rules)
