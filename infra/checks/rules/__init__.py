"""The rules of the template. A rule's name is the claim that it checks.

A rule reads the expanded template and yields one sentence for each problem.
"""

from collections.abc import Callable, Iterator

Problems = Iterator[str]
Rule = Callable[[dict], Problems]

# The rules of template.yaml, and those of waf.yaml.
RULES: dict[str, Rule] = {}
WAF_RULES: dict[str, Rule] = {}


def rule(function: Rule) -> Rule:
    """Registers a rule under its name."""
    RULES[function.__name__] = function
    return function


def waf_rule(function: Rule) -> Rule:
    """Registers a rule of the web ACL under its name."""
    WAF_RULES[function.__name__] = function
    return function


def find_problems(template: dict, rules: dict[str, Rule] = RULES) -> dict[str, list[str]]:
    """Returns the problems of each rule that fails."""
    found = {name: list(check(template)) for name, check in rules.items()}
    return {name: problems for name, problems in found.items() if problems}


from rules import api, events, functions, mail, operations, permissions, public_url, sealing, table, waf, webhooks  # noqa: E402, F401  (importing registers the rules)
