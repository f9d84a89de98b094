"""What stands on every tab: title, tabs, asides, projects, the unforeseen."""

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
        "Files, models and conversations lie in one folder on this machine. Nothing is sent unless you order it.",
    ),
}

PROJECT = "Project"
NEW_PROJECT = "New project"
NEW_PROJECT_NAME = "Name of the new project"
CREATE = "Create project"

UNEXPECTED = (
    "Something went wrong that the studio did not foresee.",
    "Nothing was lost. Try again; if it happens again, send the file {log} to whoever looks after this studio.",
)
