"""Words of the Method tab."""

NEED_DATA = "First give the studio some examples. Then this page proposes a base model and a method for them."
GO_DATA = "Go to Data"
MODEL_TITLE = "Base model"
MODEL_LINE = "The base model is the one you start from. It already knows language; your examples teach it the task."
MODEL_RADIO = "Start from"
MODEL_FOLDER = "A model folder on this machine"
FOLDER_LABEL = "Folder"
FOLDER_INFO = (
    "A folder with config.json, a tokenizer and .safetensors weights. Press Enter and the studio looks into it; it is "
    "only read, never changed."
)
METHOD_TITLE = "Method"
METHOD_RADIO = "How it learns"
RECOMMENDED = "Recommended for your {rows} examples"
BADGE = "Recommended"
EACH_VALUE = "Every single value, and why"
SPLIT_VALUE = "Held out"
NO_LIMIT = "what the model reads"
PROPOSAL = "{method} on {model}, {strength}."
FOLLOW = "Use what is recommended"
KINDS = {"decoder": "writes text", "encoder": "reads texts and tells their labels"}
STRENGTH_LABEL = "Strength"
STRENGTH_INFO = "How hard the model is pushed towards your examples."
STRENGTHS = {
    "gentle": ("Gentle", "a light touch, keeps most of what the base model knew"),
    "balanced": ("Balanced", "the right start for most tasks"),
    "strong": ("Strong", "for tasks far from everyday text; may memorise"),
}
ADVANCED = "Advanced: every option"
ADVANCED_LINE = "Your examples and the strength set these. Change one only when you have a reason."
RANGE = "{low} to {high}{unit}"
READY_TITLE = "Before you start"
START = "Start training"
START_READY = "Ready: {rows} examples, {epochs} epochs."
CHAT_HOLDS = "The chat holds the model in memory. It is closed when the training starts."

MODEL_TUNED = "Tuned here: {name}"
MORE_MODELS = "More base models, from the Hugging Face Hub"
MORE_MODELS_LINE = (
    "These are larger, know more, and take longer. One is fetched once and then stays on this machine; nothing of "
    "yours is sent. Only weights, settings and word lists come, never programs."
)
SHELF_SEARCH = "Search the Hub"
SHELF_SEARCH_INFO = "Words such as a language or a name, or owner/name of a model. Empty: what we propose."
SHELF_SEARCH_BUTTON = "Search"
SHELF_SEARCHING = "Asking the Hub."
SHELF_FOUND = "{count} found on the Hub for “{text}”, the most used first."
SHELF_NOTHING = "The Hub has no model with safe weights for “{text}”."
SHELF_USE = "Use it"
SHELF_USED = "In use"
SHELF_FETCH = "Fetch it, {size}"
SHELF_REMOVE = "Delete from this machine"
SHELF_HERE = "on this machine"
SHELF_SIZE = "{size} weights"
SHELF_CONTEXT = "reads {context} tokens (pieces of words) at once"
SHELF_LICENCE = "Licence: {licence}"
SHELF_TERMS = "Licence: {licence}; its terms have to be accepted on its page first"
SHELF_FITS = {
    "fits": "Fits: its weights take {least}, and {free} of memory are free.",
    "tight": "Tight: in half precision or 4 bits its weights take {least}, and {free} of memory are free.",
    "too large": "Too large for this machine: it takes {least} at least, and {free} of memory are free.",
}
SHELF_SIZE_UNKNOWN = "size not stated"
SHELF_DOWNLOADS = "{count} downloads in the last month"
SHELF_TOKEN = "Token of the Hub"
SHELF_TOKEN_INFO = (
    "For models with terms alone: accept the terms on the model's page, then make a token under Settings, Access "
    "Tokens. It is kept in this studio's memory and sent to the Hub alone."
)
SHELF_TOKEN_USE = "Use this token"
SHELF_TOKEN_THERE = "There is a token for the Hub. It is never shown again."
SHELF_JOIN = "Join it with its base model"
SHELF_ON_ITS_WAY_LINE = "This goes on in the background; you can close the page. The model is looked at before use."
SHELF_FAILED_LINE = "It did not work out. What there was of it is deleted."
SHELF_CANCEL = "Cancel"
SHELF_DISMISS = "Put away"

BEFORE_TITLE = "What it takes"
BEFORE_WAITS = "This is reckoned as soon as everything above can be used."
BEFORE_TIME = "Time"
BEFORE_MEMORY = "Memory at its peak"
BEFORE_DISK = "Disk"
BEFORE_MONEY = "Money"
NO_MONEY = "none, it runs on this machine"
BEFORE_WEIGHTS = "Weights that are trained"
ABOUT = "about {amount}"
OF_FREE = "{wanted} of {free} free"
TRY = "Try some steps"
FIND_LABEL = "Find the best values for me"
FIND_INFO = "Tries several learning rates, lengths and sizes in one run and keeps the best. You can stop it any time."
FIND_TIME = "Time of the search, at most"
READY_ROWS = "{rows} examples to learn from, {held} to steer by"
READY_MODEL = "A base model that can be used"
READY_OPTIONS = "Every option within its bounds"
READY_ROOM = "The machine is free and has room"
YES = "Ready:"
NO = "Not ready:"
SEEN_TITLE = "Try some steps first: the time, and what the model sees"
SEEN_BEFORE = (
    "About half a minute of training that is thrown away. It measures the time, and shows the first examples with what "
    "is learned and what is cut away."
)
SEEN_LINE = "The first examples of the first step, with the marks of the model's chat template around them."
SEEN_HOW = {"learned": "learned", "cut": "cut away, because the example is too long"}
SEEN_SIDES = ("Better answer: ", "Worse answer: ")
COMPARED_HOPE = "With your examples:"
COMPARED_TIME = "Time here"
MEASURED = "{amount}, measured"
LONGER = "{share} % more time"
QUICKER = "{share} % less time"
MORE_MEMORY = "{share} % more memory"
LESS_MEMORY = "{share} % less memory"
AND = " and "
BESIDE = "It takes about {what} than what is recommended."
BESIDE_SAME = "It takes about as much time and memory as what is recommended."
COMPARED_MEMORY = "Memory here"
COMPARED_WEIGHTS = "Trained weights"
COMPARED_FILE = "To take away"
COMPARED_NOT = "Not for this:"
