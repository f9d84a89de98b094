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
DATA_UNREAD = "The studio does not know yet what the columns are."
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
NO_SHAPE = "no known shape"
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
DATA_NONE = "No data yet: drop a file or take the sample."
DATA_TOO_FEW = "{usable} usable examples: training needs at least 4."
