"""Words of the Method tab."""

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
METHOD_RADIO = "How it learns"
RECOMMENDED = "Recommended for your {rows} examples"
BADGE = "Recommended"
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
