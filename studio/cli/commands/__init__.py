"""Every command, in the order of the help. A new one is one file and one line here."""

from studio.cli.commands import (
    apply,
    chat,
    check,
    doctor,
    estimate,
    evaluate,
    export,
    hosted,
    pause,
    resume,
    runs,
    serve,
    show,
    stop,
    train,
    ui,
)
from studio.cli.context import Command

COMMANDS: tuple[Command, ...] = (
    ui.COMMAND,
    check.COMMAND,
    estimate.COMMAND,
    train.COMMAND,
    hosted.COMMAND,
    runs.COMMAND,
    show.COMMAND,
    stop.COMMAND,
    pause.COMMAND,
    resume.COMMAND,
    evaluate.COMMAND,
    apply.COMMAND,
    chat.COMMAND,
    serve.COMMAND,
    export.COMMAND,
    doctor.COMMAND,
)
