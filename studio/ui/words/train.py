"""Words of the Train tab and the live curve."""

NEED_RUN = "Nothing has been trained yet. Choose a method and start; the curve appears here."
GO_METHOD = "Go to Method"
RESUME = "Go on"
PAUSE = "Pause"
STOP = "Stop and keep"
FORWARD = "One place forward"
CANCEL = "Cancel"
CANCEL_SURE = "Nothing of this run would be kept. Stop and keep leaves you what it has learned so far."
CANCEL_YES = "Cancel and discard"
CANCEL_NO = "Leave it running"
TO_EVALUATE = "Compare on held-out examples"
TRAIN_FOOT = {
    "running": "You can close this page: the training goes on, and the page shows it when you return.",
    "finished": "Training is done. Next: did it help?",
    "paused": "Paused. It goes on exactly where it stood; the machine is free meanwhile.",
    "cancelled": "This run was cancelled. Change the settings and start again.",
    "halted": "This run did not come to its end. It can go on where it stood.",
    "stopped": "Stopped, and what was learned is kept. Next: did it help?",
    "failed": "This run did not finish. Change the settings and start again.",
    "alone": "The job goes on at its provider. Follow it again to see it to its end.",
}
CURVE = {
    "training": "training examples",
    "validation": "validation examples (not learned from)",
    "base": "base model before tuning",
    "best": "best point: the state you get",
    "x": "step",
    "y": "loss (lower is better)",
    "steps": "Step",
    "speed": "Speed",
    "memory": "Memory",
    "trained": "Trained weights",
    "happened": "What happened",
    "waiting": "The curve starts with the first step.",
    "checked": "Step {step}: loss on validation examples {loss}.",
    "checked_best": "Step {step}: loss on validation examples {loss}, the best so far.",
    "told": "Step {step}: {right} of {of} validation examples told right, macro F1 {f1} %, loss {loss}.",
    "told_best": (
        "Step {step}: {right} of {of} validation examples told right, macro F1 {f1} %, loss {loss}, the best so far."
    ),
    "parted": (
        "Step {step}: in {right} of {of} validation pairs the better answer gained, margin {margin}, loss {loss}."
    ),
    "parted_best": (
        "Step {step}: in {right} of {of} validation pairs the better answer gained, margin {margin}, loss {loss}, the "
        "best so far."
    ),
    "told_share": "validation examples told right",
    "parted_share": "validation pairs whose better answer gained on the worse (reward accuracy)",
    "margin": "reward margin",
    "percent": "percent",
    "trial": "Trial {trial} of {of}: {values}",
    "values": {"learning_rate": "learning rate", "rank": "LoRA rank", "alpha": "LoRA alpha", "epochs": "epochs"},
    "answers": "What it answers as it learns",
    "asked": "Asked: ",
    "wanted": "Wanted: ",
    "says": "At step {step}: ",
    "says_base": "Before training: ",
    "silent": "nothing",
    "earlier": "Earlier answers",
    "offline": "The studio does not answer. The training itself goes on; this page tries again by itself.",
    "details": "Details",
    "progress": "Progress",
}
