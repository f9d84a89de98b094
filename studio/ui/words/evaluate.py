"""Words of the Evaluate tab."""

NEED_TRAINED = "There is no tuned model yet. Train one; then base and tuned model can be compared here."
GO_TRAIN = "Go to Train"
COMPARE = "Compare on held-out examples"
COMPARE_AGAIN = "Compare again"
COMPARE_LINE = (
    "Base and tuned model answer the same {rows} test examples. These were kept away from training and are opened "
    "only here, to judge. Simple rivals that need no model answer them too: if one is as good, tuning was not needed."
)
COMPARE_NONE = (
    "There are too few examples to hold a test part back. Base and tuned model answer the {rows} validation examples, "
    "and the verdict will be “cannot tell”."
)
VERDICTS = {"better": "Better", "worse": "Worse", "cannot tell": "Cannot tell"}
STALE = "This verdict is about an earlier state."
STALE_DO = "Compare again to see how it stands now."
ROW_GROUPS = {
    "got better": "Got better",
    "got worse": "Got worse",
    "still wrong": "Still wrong",
    "right before and after": "Right before and after",
    "about the same": "About the same",
}
ROW_ALL = "All rows"
ROWS_TITLE = "Row by row"
ROWS_LINE = (
    "What the tuned model has too much is underlined, what it lacks of the wanted answer is struck through. Choose "
    "what to see."
)
ROWS_GROUP = "Rows that"
ROWS_SEARCH = "Search in questions and answers"
ROWS_BESIDE = "Beside the tuned model"
ROWS_NONE = "No row is like that."
ROWS_PICKED = "Only rows where {wanted} is wanted and {told} was told."
ROWS_OTHER = "something else"
ROWS_EVERY = "Show all rows again"
ROW_WANTED = "Wanted"
ROW_PROMPT = "Question"
NUMBERS_TITLE = "In numbers"
NUMBERS_SEE = "See every measure of everybody"
TO_CHAT = "Talk to both models"
EVALUATE_FOOT_RUNNING = "Comparing. You can close this page meanwhile."
EVALUATE_FOOT_READY = "Ready to compare."
EVALUATE_FOOT_DONE = "Verdict: {verdict}."
EVALUATE_FOOT_STOPPED = "Not finished. What was answered is kept, and is not asked again."
STOP_COMPARE = "Stop comparing"

METRIC = "Measure"
NO_ANSWER = "(no answer)"
INTERVAL_NOTE = (
    "In brackets: the range in which the true figure lies with 95 % certainty, judged on {rows} examples. Loss is how "
    "surprised the model is by the wanted answer, and perplexity is the same on another scale; lower is better, as for "
    "refusals and the error of certainty. The others are shares; higher is better."
)
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
MATRIX_TITLE = "Wanted against told"
MATRIX_LINE = "Each row is a wanted answer, each column what the tuned model said. Click a number to see its rows."
MATRIX_WANTED = "Wanted"

WHO_TITLE = "Everybody on the same rows"
WHO_HEAD = ("Who", "Score", "Tuned model against it", "Words* per answer", "Seconds per answer", "1,000 answers cost")
WHO_NOTE = (
    "* counted in tokens, the pieces of words a model reads and writes. Seconds are of this machine, many answers at "
    "once."
)
WHO_COUNTS = "better on {wins}, worse on {losses}, same on {ties}"
WHO_FREE = "nothing"
WHO_UNKNOWN = "not known"
WHO_SHOW = "Show as bars"
SLICES_TITLE = "By kinds of rows"
SLICES_LINE = "Whole answers right, with the range of 95 % certainty. Small groups say little."
SLICES_HEAD = ("Rows", "Examples", "Base", "Tuned")
SLICES_BY = {"label": "Wanted: {name}", "length": "Questions of {name}"}
FORGOT_TITLE = "Did it forget?"
FORGOT_HEAD = ("General question", "Base", "Tuned")
FORGOT_SEE = "See the answers"
JUDGE_TITLE = "What the judge says"
JUDGE_LINE = (
    "{model} read both answers to {rows} rows, in both orders: it prefers the tuned model in {wins}, the base model in "
    "{losses}, neither in {ties} (of these, in {swayed} it went by the order alone)."
)
TAKE_TITLE = "Take it away"
TAKE_LINE = "The report is one file that opens in any browser, without this studio and without a network."
TAKE_REPORT = "Report (HTML)"
TAKE_ROWS = "Rows (CSV)"
TAKE_NUMBERS = "Everything (JSON)"

MORE_TITLE = "Compare with more"
MORE_PROMPT_TITLE = "The base model with a prompt"
MORE_PROMPT_LINE = "Try this before paying for a training: instructions in your words, and examples it is shown."
MORE_INSTRUCTIONS = "Instructions"
MORE_INSTRUCTIONS_HINT = "Say what is wanted, as to a new colleague. Leave it empty to leave this out."
MORE_SHOTS = "Training examples in the prompt"
MORE_RUNS = "Other tuned runs"
MORE_MEASURE = "What decides"
MORE_MEASURE_AUTO = "What suits the answers"
MORE_REMOTE_TITLE = "A model elsewhere"
MORE_REMOTE_LINE = (
    "Any address that speaks the OpenAI protocol. Your test examples are sent there, and its owner may charge for it."
)
MORE_ADDRESS = "Address, up to /v1"
MORE_MODEL = "Model"
MORE_KEY = "Key"
MORE_READ = "US dollars per million tokens read"
MORE_WRITTEN = "US dollars per million tokens written"
MORE_JUDGE_TITLE = "A language model as the judge"
MORE_JUDGE_LINE = (
    "For free text that no measure does justice to. It reads each pair of answers in both orders; when it changes its "
    "mind with the order, the pair is a tie. It is asked at the same address, with the same key."
)
MORE_JUDGE_MODEL = "Model that judges"
MORE_RUBRIC = "What it judges by"
MORE_PRICE = "What will the judge cost?"
MORE_PRICE_SAID = "Judging takes about {read} tokens read and {written} written{price}."
MORE_PRICE_FOR = ", about {amount}"
MORE_PRICE_UNKNOWN = "; give its prices above to see the amount"

APPLY_TITLE = "Answer a file"
APPLY_LINE = (
    "New inputs in, the same table with answers out: CSV, Excel or JSON lines. Of a classifier each label comes with "
    "its probability."
)
APPLY_FILE = "Drop a table here"
APPLY_COLUMN = "Column with the input"
APPLY_TURNS = "the chat turns of each row"
APPLY_WHO = "Who answers"
APPLY_START = "Answer this file"
APPLY_FOUND = "{name}: {rows} rows. It begins with: {first}"
APPLY_GET = "Download the table with the answers"
APPLY_STOP = "Stop"
APPLY_OTHER = "Choose another file"
APPLY_ON = "Go on"
APPLY_WHOS = {
    "tuned": "The tuned model",
    "base": "The base model",
    "prompted": "The base model with a prompt",
    "remote": "A model elsewhere",
}
APPLY_PROMPT_LINE = "It is told this before each row. Write instructions, show it training examples, or both."
APPLY_REMOTE_LINE = (
    "Any address that speaks the OpenAI protocol. Your rows are sent there, and its owner may charge for it."
)
APPLY_PRICE = (
    "This takes about {read} tokens read and {written} written{price}. Nothing is sent yet: press {button} again to "
    "start."
)
APPLY_PRICE_UNKNOWN = "; what that costs is not known here"
