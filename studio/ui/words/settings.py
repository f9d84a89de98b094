"""Words of the Settings tab."""

LEAVES_TITLE = "What leaves this machine"
LEAVES_LINE = (
    "By itself, nothing: the page loads nothing from elsewhere. Only what you ask for goes out: a data set or a base "
    "model is fetched from the Hub by its name, and with Hosted your examples go to the provider you named, after you "
    "said yes to the price."
)
FOLDERS_TITLE = "Where things are"
ABOUT_TITLE = "About"
CHECKS_TITLE = "Health of this installation"
