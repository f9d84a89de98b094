"""`studio estimate FILE`: what a training would take of this machine, without training. It tries a few steps and keeps
nothing of them."""

from argparse import Namespace
from typing import Any

from studio.cli import following
from studio.cli.commands.train import brought, settings, wanted
from studio.cli.context import Command, Context
from studio.jobs.sentences import duration
from studio.session.values import Readiness


def run(context: Context, given: Namespace) -> int:
    with context.session() as session:
        project, dataset = brought(context, session, given)
        chosen = wanted(given)
        plan = session.runs.plan(project.id, dataset.id, **chosen)
        if plan.ready:
            following.follow(context, session, session.runs.rehearse(project.id, dataset.id, **chosen))
            plan = session.runs.plan(project.id, dataset.id, **chosen)
    context.document(document(plan))
    for reason in plan.reasons:
        context.warn(reason)
    tried = plan.rehearsal
    if not context.json and plan.rehearsed:
        _print(context, plan, document(plan))
    return following.verdict(context, tried) if tried is not None and plan.ready else 0 if plan.ready else 1


def document(plan: Readiness) -> dict[str, Any]:
    """The `estimate` document: measured where a try was made, else reckoned; None for what is not known."""
    reckoned, tried = plan.estimate, plan.rehearsed or {}
    return {
        "memory_bytes": tried.get("memory_bytes") or (reckoned.memory_bytes if reckoned else None),
        "seconds": tried.get("seconds") or (reckoned.seconds if reckoned else None),
        "disk_bytes": tried.get("disk_bytes") or (reckoned.disk_bytes if reckoned else None),
        # it runs on a machine of one's own
        "cost": 0.0,
        "ready": plan.ready,
        "reasons": plan.reasons,
        "model": plan.model,
        "method": plan.method,
        "steps": tried.get("steps"),
        "parameters": reckoned.parameters if reckoned else None,
        "trainable_parameters": reckoned.trainable_parameters if reckoned else None,
    }


def _print(context: Context, plan: Readiness, values: dict[str, Any]) -> None:
    context.say(
        f"About {duration(values['seconds'])}, {values['memory_bytes'] / 1e9:.1f} GB of memory, "
        f"{values['disk_bytes'] / 1e6:,.0f} MB of the disk; {values['steps']:,} steps of {plan.method} on {plan.model}"
    )
    longest = plan.search_times * values["seconds"]
    context.say(f"With --search at most about {duration(longest)}")


COMMAND = Command("estimate", "say what a training would take, without training", settings, run)
