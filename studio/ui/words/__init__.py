"""The page's own words, a file per tab, so that a second language can stand beside them.

Sentences of checks, options and errors live with their rule. Names in braces are filled by the tab that shows them.
"""

from studio.ui.words.chat import *  # noqa: F403
from studio.ui.words.data import *  # noqa: F403
from studio.ui.words.demonstration import *  # noqa: F403
from studio.ui.words.evaluate import *  # noqa: F403
from studio.ui.words.frame import *  # noqa: F403
from studio.ui.words.history import *  # noqa: F403
from studio.ui.words.hosted import *  # noqa: F403
from studio.ui.words.method import *  # noqa: F403
from studio.ui.words.settings import *  # noqa: F403
from studio.ui.words.train import *  # noqa: F403
