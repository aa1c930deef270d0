"""The template without what the AWS emulator of the deployment test cannot run."""

from model import ALARM, dig

# Each is checked by a rule instead.
UNKNOWN_TYPES = {"AWS::Backup::BackupSelection"}


def leave_out_unsupported(source: dict) -> set[str]:
    """Removes these resources and returns their names. The emulator has no alarms on several metrics and no CodeDeploy."""
    # The emulator gives SAM no parameters, so SAM sees only defaults.
    source["Parameters"]["GradualDeployment"]["Default"] = "false"
    names = {
        name
        for name, resource in source["Resources"].items()
        if resource["Type"] in UNKNOWN_TYPES
        or (resource["Type"] == ALARM and dig(resource, "Properties", "Metrics"))
    }
    for name in names:
        del source["Resources"][name]
    return names
