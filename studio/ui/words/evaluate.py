"""Words of the Evaluate tab."""

NEED_TRAINED = "There is no tuned model yet. Train one; then base and tuned model can be compared here."
GO_TRAIN = "Go to Train"
COMPARE = "Compare on held-out examples"
COMPARE_AGAIN = "Compare again"
COMPARE_LINE = (
    "Base and tuned model answer the same {rows} test examples. These were kept away from training and are opened "
    "only here, to judge."
)
COMPARE_NONE = (
    "There are too few examples to hold a test part back. Base and tuned model answer the {rows} validation examples, "
    "and the verdict will be “cannot tell”."
)
VERDICTS = {"better": "Better", "worse": "Worse", "cannot tell": "Cannot tell"}
ROW_GROUPS = {"better": "Got better", "worse": "Got worse", "wrong": "Still wrong", "right": "Right before and after"}
ROWS_TITLE = "Row by row"
ROW_HEAD = ("Prompt", "Wanted", "Base", "Tuned")
NUMBERS_TITLE = "In numbers"
TO_CHAT = "Talk to both models"
EVALUATE_FOOT_RUNNING = "Comparing. You can close this page meanwhile."
EVALUATE_FOOT_READY = "Ready to compare."
EVALUATE_FOOT_DONE = "Verdict: {verdict}."
STOP_COMPARE = "Stop comparing"

METRIC = "Measure"
NO_ANSWER = "(no answer)"
INTERVAL_NOTE = (
    "In brackets: the range in which the true figure lies with 95 % certainty, judged on {rows} examples. Loss is how "
    "surprised the model is by the wanted answer; lower is better. The others are shares of rows; higher is better."
)
METRICS = {
    "loss": "Loss",
    "exact_match": "Whole answer right",
    "json_valid": "Valid JSON",
    "fields": "Fields right",
    "accuracy": "Labels right",
    "macro_f1": "All labels alike (macro F1)",
}
GUESS = "Always “{label}”"
GUESS_NOTE = (
    "An untuned classifier knows no labels. In its place stands the guess that needs no model: always the most "
    "frequent label, {label}."
)
LABELS_TITLE = "Label by label"
LABELS_NOTE = (
    "Found: of the examples with this label, the share the tuned model told. Right when told: of the examples it gave "
    "this label, the share that have it. F1 is the balance of both."
)
LABELS_HEAD = ("Label", "Examples", "Found", "Right when told", "F1")
TAKEN_TITLE = "Taken for one another"
TAKEN_HEAD = ("Label", "Told instead", "Examples")


def metric_title(name: str) -> str:
    """A metric's name in words; a JSON field is called by its own name."""
    return METRICS.get(name) or f"{name.removeprefix('field.')} right"
