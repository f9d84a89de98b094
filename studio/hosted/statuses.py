"""Where a job at a provider stands, in words; and what to do about the faults that providers name by a code."""

SENTENCES = {
    "validating": "{place} is checking the files.",
    "queued": "Waiting in the queue of {place}.",
    "running": "{place} is tuning the model.",
    "paused": "Paused at {place}.",
    "unknown": "{place} calls the job's state “{said}”, a word this studio does not know. It goes on watching.",
    "succeeded": "{place} has finished the job.",
    "failed": "{place} could not finish the job.",
    "cancelled": "Somebody cancelled the job at {place} itself.",
}
ASKED = "Cancelled at {place}, as you asked."
TOO_DEAR = "Cancelled at {place}, because it would have cost more than your limit of {cap}."
LATER = (
    "The loss on validation examples was lowest at step {step}, but {place} gives the state of the last step. "
    "A checkpoint near the lowest can be tried in the chat."
)
REMEDIES = {
    "invalid_n_examples": "Add examples, then start again.",
    "invalid_training_file": "Mend the lines it names, then start again.",
    "invalid_validation_file": "Mend the lines it names, then start again.",
    "unsafe_file": "Take out the examples that break its rules of use, then start again.",
}
