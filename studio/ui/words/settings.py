"""Words of the Settings tab."""

LEAVES_TITLE = "What leaves this machine"
LEAVES_LINE = "Nothing. The studio makes no request to any other machine, and the page loads nothing from elsewhere."
FOLDERS_TITLE = "Where things are"
ABOUT_TITLE = "About"
CHECKS_TITLE = "Health of this installation"
