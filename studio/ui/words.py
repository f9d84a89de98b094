"""The page's own words, all of them, so that a second language can stand beside them.

Sentences of checks, options and errors live with their rule. Names in braces are filled by the tab that shows them.
"""

TITLE = "Finetune Studio"
TAGLINE = "Teach a language model your task, on your own machine."
TABS = {
    "data": "1 Data",
    "method": "2 Method",
    "train": "3 Train",
    "evaluate": "4 Evaluate",
    "chat": "5 Chat",
    "history": "History",
    "settings": "Settings",
}
STATUS_MARK = {"done": " ✓", "here": " ●", "ready": "", "waiting": ""}
STATUS_WORD = {"done": "done", "here": "at work", "ready": "ready", "waiting": "waiting for an earlier step"}

ASIDE = {
    "data": (
        "Why this step matters",
        "A model learns exactly what your examples show, mistakes included. A hundred clean, consistent examples teach "
        "more than a thousand careless ones. Some are held out: it never learns from them, so they can judge it.",
    ),
    "method": (
        "Why this step matters",
        "The base model is what you start from; the method is how it learns. The proposed settings suit most tasks, so "
        "you can go straight on. Strength is the one choice worth a thought.",
    ),
    "train": (
        "How to read the curve",
        "Loss is how surprised the model is by the right answer: lower is better. The line that counts is the one on "
        "validation examples, which it does not learn from. When that line turns up, it has begun to memorise, and the "
        "best point before is what you get.",
    ),
    "evaluate": (
        "Why this step matters",
        "Test examples were kept away from training and are opened only now, to judge. Base and tuned model answer the "
        "same ones. With few examples luck is large, so the verdict also says how sure it is.",
    ),
    "chat": (
        "What to look for",
        "Ask both the same thing: the difference is what tuning taught. Try inputs like your examples, then odd ones. "
        "A tuned model is good at its task and may be worse at everything else.",
    ),
    "history": (
        "What stays here",
        "Every run with its settings and its result. Opening one brings back its curve, its verdict and its chat.",
    ),
    "settings": (
        "Your data stays here",
        "Files, models and conversations lie in one folder on this machine. Nothing is sent anywhere.",
    ),
}

DROP_TITLE = "What do you have?"
DROP_LINE = (
    "A file with examples of what goes in and what should come out. One JSON object a line (JSONL): chats "
    "(messages) or pairs (prompt, completion), up to {limit} MB."
)
DROP_LABEL = "Drop your file here, or click to choose it"
SAMPLE_TITLE = "Or try a sample"
SAMPLE_BUTTON = "Use {title}"
OTHER_FILE = "Use another file"
KEEP_FILE = "Back to my file"
CHECKING = "Reading and checking your file."
STARTING = "Getting the work started."
GROUPS = {"error": "Must be mended", "warning": "Worth a look", "note": "For your information"}
GROUP_LINE = {
    "error": "These rows are left out of training until they are mended in the file.",
    "warning": "These rows are used. Look whether they are what you meant.",
    "note": "Nothing to do here.",
}
ALL_WELL = "Nothing to mend: every row can be used."
SHOW_LINES = "Show lines"
SHAPES = {"chat": "chats", "prompt_completion": "prompts with completions"}
EXAMPLES_TITLE = "Your examples, as the model reads them"
SEARCH_LABEL = "Search the examples"
SEARCH_HINT = "a word from a question or an answer"
NO_MATCH = "No example holds these words. Clear the search to see all of them."
PREVIOUS = "Previous"
NEXT = "Next"
PAGER = "{first} to {last} of {total} examples"
SPLIT_TITLE = "What is held out"
SPLIT_LINE = (
    "<b>{training}</b> to learn from, <b>{validation}</b> to steer by (validation), <b>{test}</b> held out to judge "
    "with (test)."
)
SPLIT_FEW = (
    "<b>{training}</b> to learn from, <b>{validation}</b> to steer by (validation). Below 40 examples there are too "
    "few to judge with, so the verdict will be “cannot tell”."
)
SPLIT_SLIDER = "Share held out, in percent"
SPLIT_SLIDER_INFO = "Half of it steers the training, half judges the result."
SPLIT_WHY = "Why hold examples out?"
SPLIT_BECAUSE = (
    "A model can learn its examples by heart and still fail on new ones. Validation examples show during training "
    "when that begins. Test examples are not looked at until the end, so they judge fairly. The same seed always "
    "gives the same parts, and examples with the same question never lie on two sides."
)
TO_METHOD = "Choose a method"
DATA_READY = "{usable} examples can be used."
DATA_NONE = "No data yet: drop a file or take the sample."
DATA_TOO_FEW = "{usable} usable examples: training needs at least 4."

NEED_DATA = "First give the studio some examples. Then this page proposes a base model and a method for them."
GO_DATA = "Go to Data"
MODEL_TITLE = "Base model"
MODEL_LINE = "The base model is the one you start from. It already knows language; your examples teach it the task."
MODEL_RADIO = "Start from"
MODEL_FOLDER = "A model folder on this machine"
FOLDER_LABEL = "Folder"
FOLDER_INFO = "A folder with config.json, a tokenizer and .safetensors weights. It is only read, never changed."
FOLDER_CHECK = "Look into this folder"
METHOD_TITLE = "Method"
RECOMMENDED = "Recommended for your {rows} examples"
STRENGTH_LABEL = "Strength"
STRENGTH_INFO = "How hard the model is pushed towards your examples."
STRENGTHS = {
    "gentle": ("Gentle", "a light touch, keeps most of what the base model knew"),
    "balanced": ("Balanced", "the right start for most tasks"),
    "strong": ("Strong", "for tasks far from everyday text; may memorise"),
}
ADVANCED = "Advanced: every option"
ADVANCED_LINE = "The strength sets these. Change one only when you have a reason."
RANGE = "{low} to {high}{unit}"
READY_TITLE = "Before you start"
START = "Start training"
START_READY = "Ready: {rows} examples, {epochs} epochs."
CHAT_HOLDS = "The chat holds the model in memory. It is closed when the training starts."

# Train
NEED_RUN = "Nothing has been trained yet. Choose a method and start; the curve appears here."
GO_METHOD = "Go to Method"
STOP = "Stop and keep"
TO_EVALUATE = "Compare on held-out examples"
TRAIN_FOOT = {
    "running": "You can close this page: the training goes on, and the page shows it when you return.",
    "finished": "Training is done. Next: did it help?",
    "stopped": "Stopped, and what was learned is kept. Next: did it help?",
    "failed": "This run did not finish. Change the settings and start again.",
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
    "offline": "The studio does not answer. The training itself goes on; this page tries again by itself.",
    "details": "Details",
    "progress": "Progress",
}

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

CHAT_BASE = "Base model"
CHAT_TUNED = "Tuned model"
CHAT_INPUT = "Your message"
CHAT_HINT = "Write to both models"
SEND = "Send to both"
STOP_CHAT = "Stop"
CLEAR = "Clear"
FREE = "Put the model away"
CHAT_OPTIONS = "System prompt, temperature, length"
SYSTEM_LABEL = "System prompt"
SYSTEM_INFO = "Standing instructions before the conversation. As in your examples, unless you change it."
TEMPERATURE_LABEL = "Temperature"
TEMPERATURE_INFO = "0 always gives the most likely answer; higher varies more."
LENGTH_LABEL = "Longest answer, in tokens"
LENGTH_INFO = "A token is a piece of a word, about four letters."
SUGGESTIONS = "Try one of the held-out questions"
LOADING_MODEL = "Loading the model, this takes a few seconds."
WRITING = "{who} is writing."
CHAT_READY = "Ask both the same thing."
CHAT_EMPTY = "The answer appears here."
DOWNLOAD = "Download the model (zip)"
DOWNLOAD_LINE = "The trained addition (adapter) with tokenizer and a note on how to load it."

NO_RUNS = "No runs yet. Each training appears here with its settings and its result."
HISTORY_HEAD = ("Run", "Data", "Method", "State", "Validation loss", "Verdict", "Started")
HISTORY_PICK = "Run"
OPEN_RUN = "Open this run"
RENAME = "Rename"
NEW_NAME = "New name"
DELETE = "Delete"
DELETE_ASK = "Delete this run and its model for good?"
DELETE_SURE = "Yes, delete it"
DELETE_NO = "Keep it"
NO_VERDICT = "not compared yet"

PROJECT = "Project"
NEW_PROJECT = "New project"
NEW_PROJECT_NAME = "Name of the new project"
CREATE = "Create project"

# Settings
LEAVES_TITLE = "What leaves this machine"
LEAVES_LINE = "Nothing. The studio makes no request to any other machine, and the page loads nothing from elsewhere."
FOLDERS_TITLE = "Where things are"
ABOUT_TITLE = "About"
CHECKS_TITLE = "Health of this installation"

UNEXPECTED = (
    "Something went wrong that the studio did not foresee.",
    "Nothing was lost. Try again; if it happens again, send the file {log} to whoever looks after this studio.",
)

METRIC = "Measure"
NO_ANSWER = "(no answer)"
INTERVAL_NOTE = (
    "In brackets: the range in which the true figure lies with 95 % certainty, judged on {rows} examples. Loss is how "
    "surprised the model is by the wanted answer; lower is better. The others are shares of rows; higher is better."
)
METRICS = {"loss": "Loss", "exact_match": "Whole answer right", "json_valid": "Valid JSON", "fields": "Fields right"}


def metric_title(name: str) -> str:
    """A metric's name in words; a JSON field is called by its own name."""
    return METRICS.get(name) or f"{name.removeprefix('field.')} right"
