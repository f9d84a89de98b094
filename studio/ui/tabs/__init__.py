"""Every tab, in the order of the page. A new tab is one file and one line here."""

from types import ModuleType

from studio.ui.tabs import chat, data, evaluate, history, method, settings, train

TABS: tuple[ModuleType, ...] = (data, method, train, evaluate, chat, history, settings)
