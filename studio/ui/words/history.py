"""Words of the History tab."""

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
