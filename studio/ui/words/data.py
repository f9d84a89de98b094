"""Words of the Data tab."""

DROP_TITLE = "What do you have?"
DROP_LINE = (
    "A file with examples of what goes in and what should come out: a table (CSV, Excel, Parquet), one JSON object a "
    "line (JSONL), or plain text. Several files together become one data set. Up to {limit} MB."
)
DROP_LABEL = "Drop your file here, or click to choose it"
SAMPLE_TITLE = "Or try a sample"
SAMPLE_BUTTON = "Use it"
SAMPLE_CALLED = "Use the sample {title}"
HUB_TITLE = "Or fetch one from the Hub"
HUB_LINE = (
    "The Hugging Face Hub is a public library of data sets. The studio asks it for this one data set, and for nothing "
    "else; your own data stays here."
)
HUB_LABEL = "Name of the data set"
HUB_HINT = "owner/name"
HUB_BUTTON = "Fetch it"
FETCHING = "Asking the Hub for this data set."
PREPARING = "Bringing in {name}"
PREPARING_AGAIN = "Changing {name}"
PREPARING_LINE = "This file is large, so it is read aside. You can close this page meanwhile; the work goes on."
PREPARING_FAILED = "This did not work. Nothing of it is kept."
CANCEL = "Cancel"
DISMISS = "Put this away"
DATA_PREPARING = "The file is being read."
DATA_EMPTY = "There is nothing to learn from in this file."
DATA_UNREAD = "The studio does not know yet what the columns are."
OTHER_FILE = "Use another file"
KEEP_FILE = "Back to my file"
CHECKING = "Reading and checking your file."
STARTING = "Getting the work started."
GROUPS = {"error": "Must be mended", "warning": "Worth a look", "note": "For your information"}
GROUP_LINE = {
    "error": "These rows are left out of training until they are mended.",
    "warning": "These rows are used. Look whether they are what you meant.",
    "note": "Nothing to do here.",
}
ALL_WELL = "Nothing to mend: every row can be used."
SHOW_LINES = "Show lines"
SHOW_ROWS = "Show these examples"
ANEW = "Write it anew"
MORE_KINDS_OF = "Show {count} more kinds"
MORE_LINES = "and {count} more"
SAFE_LINE = "{kinds} can be mended at once, without losing a row that could be used."
SAFE_BUTTON = "Mend all that is safe"
LIKE_LINE = "You mended {name} before. The same steps can be taken here."
LIKE_BUTTON = "Mend it the same way as last time"
MEND = "Mend"
NOT_NOW = "Not now"
MENDING = "Mending. Your file itself is not touched."
PREVIEW_HERE = "Here"
PREVIEW_COUNT = "{where} it {does}."
PREVIEW_FIRST = "{where} it {does}; these are the first."
PREVIEW_CHANGES = "changes {rows}"
PREVIEW_REMOVES = "removes {rows}"
PREVIEW_LARGE = "The file is large, so its first {rows} rows were tried. Among them"
PREVIEW_NOTHING = "{where} it would change nothing."
GOES = "this row goes"
LAST_STEP = "Last step:"
UNDO = "Undo"
HISTORY_TITLE = "All steps so far"
AWAY_TITLE = "Take the rows with you"
AWAY_LINE = "The rows as they are used now, with every repair and change."
AWAY_SHAPE = "Shape"
AWAY_KIND = "Kind of file"
AWAY_BUTTON = "Download"
AWAY_WAITING = "Writing the file."
AWAY_OFFLINE = "The studio does not answer. Try again in a moment."
ENDINGS = {"jsonl": "JSON lines (.jsonl)", "csv": "Table (.csv)"}
LEFT_OUT = "Download the {rows} left out, with the reasons"
SHAPES = {
    "chat": "chats",
    "prompt_completion": "prompts with completions",
    "instruction": "instructions with answers",
    "sharegpt": "conversations",
    "text_label": "texts with labels",
    "preference": "pairs of answers",
    "raw_text": "plain text",
}
NO_SHAPE = "columns not chosen yet"
COLUMNS_TITLE = "Not read as you meant? Say what the columns are"
COLUMNS_UNREAD = "What do the columns hold?"
COLUMNS_LINE = "Choose which column is what; below you see at once how the first examples would be read."
COLUMNS_SHAPE = "What are the rows?"
SHAPE_CHOICES = {
    "chat": "Something is said, something is answered (chat)",
    "prompt_completion": "A prompt with its completion",
    "instruction": "An instruction, perhaps with an input, and its answer",
    "sharegpt": "Whole conversations in one column (ShareGPT)",
    "text_label": "A text with its label",
    "preference": "A question with a better and a worse answer",
    "raw_text": "Plain text to continue",
}
NO_COLUMN = "(none)"
OPTIONAL = "(may stay empty)"
CONSTANT = "Or the same words before every example (system prompt)"
CONSTANT_INFO = "Used when no column is chosen for it."
COLUMNS_APPLY = "Read the file like this"
COLUMNS_EMPTY = "Choose a column, and the first examples appear here."
COLUMNS_PREVIEW = "How the first examples would be read"
READING_COLUMNS = "Reading the file anew."
NO_SHAPE_CHOSEN = ("It is not said yet what the rows are.", "Choose it in the first field.")
EXAMPLES_TITLE = "Your examples, as the model reads them"
SEARCH_LABEL = "Search the examples"
SEARCH_HINT = "a word from a question or an answer"
FILTER_LABEL = "Show"
FILTER_ALL = "All examples"
ROW_NAME = "Example {number}"
LINE = "Line {line}"
ADDED = "Added by hand"
EDIT = "Edit"
DELETE_ROW = "Delete"
ADD_ROW = "Add an example"
NEW_ROW = "New example"
SAVE = "Save"
LEAVE = "Leave it as it was"
SAVE_NOTE = "Your file is not touched; every change can be undone."
SAVING = "Making the change."
ROW_GONE = ("This example is not there any more.", "Look at the list again.")
LABELS = "Label"
TEXT = "Text"
PREFERRED = "Preferred answer"
REJECTED = "Rejected answer"
NOT_TRAINED = "not learned from"
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
SPLIT_MORE = "More ways to divide"
SPLIT_STRATIFY = "Keep the labels in the same proportion in every part"
SPLIT_NEAR = "Keep examples that are nearly the same on one side"
SPLIT_COLUMN = "Divide by a column"
SPLIT_COLUMN_INFO = (
    "Where the column says train, validation or test, the examples go there. Else all examples with the same value "
    "stay on one side: the same customer, say."
)
SPLIT_FILES = "{name} is"
SPLIT_FILES_AUTO = "divided by the studio"
PARTS = {"training": "to learn from", "validation": "to steer by", "test": "held out to judge with"}
SPLIT_AGAIN = "Divide like this"
DIVIDING = "Dividing the examples."
LEAK = "1 held-out example says nearly the same as one to learn from. The verdict would flatter the model."
LEAKS = (
    "{count} held-out examples say the same, or nearly the same, as some to learn from. The verdict would flatter the "
    "model."
)
COMPARE_LINE = "The file is large, and nobody looked yet whether held-out examples are also among those to learn from."
COMPARE_BUTTON = "Compare them"
LEAKS_BUTTON = "Keep such examples on one side"
SEED = "Seed"
SEED_INFO = "The same number always draws the same examples."
FINGERPRINT = "Fingerprint of this division"
SPLIT_WHY = "Why hold examples out?"
SPLIT_BECAUSE = (
    "A model can learn its examples by heart and still fail on new ones. Validation examples show during training "
    "when that begins. Test examples are not looked at until the end, so they judge fairly. The same seed always "
    "gives the same parts, and examples with the same question never lie on two sides."
)
TO_METHOD = "Choose a method"
DATA_READY = "{usable} examples can be used."
DATA_NONE = "No data yet: drop a file or take a sample."
DATA_TOO_FEW = "{usable} usable examples: training needs at least 4."

PICTURES_TITLE = "What is in it"
PICTURES = {
    "lengths": "Lengths",
    "labels": "Labels",
    "first_words": "How answers begin",
    "languages": "Languages",
    "roles": "Turns",
}
PICTURE_LABEL = "Picture"
LENGTHS_LINE = "{rows} examples, {tokens} tokens in all. A token is a piece of a word, about four letters."
LENGTHS_CHARACTERS = (
    "{rows} examples. Half of the prompts are shorter than {prompt} characters, half of the answers than {answer}."
)
FITS = "All fit into the {context} tokens that this model reads at once."
CUT = "{count} are longer than the {context} tokens that this model reads at once, and would be cut."
CUT_ONE = "1 is longer than the {context} tokens that this model reads at once, and would be cut."
COUNT_LINE = (
    "The file is large, so the tokens of the model {model} are counted when you ask for it. Only then is it known "
    "which examples it would cut."
)
COUNT_BUTTON = "Count with this model"
AXIS = {"tokens": "tokens in an example", "characters": "characters in an example"}
EXAMPLES_AXIS = "examples"
TURNS_AXIS = "turns"
CONTEXT_LIMIT = "what the model reads at once"
MORE_KINDS = "The {shown} most frequent of {all}."
ADVICE_TITLE = "Is tuning the right tool?"
GOAL_LABEL = "What do you want of the model?"
GOAL_NONE = "I have not decided"
CHOICES = {
    "tune": "Tuning",
    "prompt": "A good prompt",
    "retrieve": "Looking facts up",
    "more data": "More data",
}
