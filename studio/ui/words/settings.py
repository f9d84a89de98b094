"""Words of the Settings tab."""

LEAVES_TITLE = "What leaves this machine"
LEAVES_LINE = (
    "By itself, nothing: the page loads nothing from elsewhere. Only what you ask for goes out: a data set or a base "
    "model is fetched from the Hub by its name, and with Hosted your examples go to the provider you named, after you "
    "said yes to the price. The numbers of a training go to Weights & Biases where that is switched on with a key."
)
TRACKING_TITLE = "Where trainings are shown as well"
TRACKING_OFF = (
    "Nowhere else. Whoever starts the studio can have the numbers of each training mirrored to Weights & Biases, "
    "Trackio or TensorBoard: set STUDIO_TRACKING, as docs/tracking.md says."
)
TRACKING_ON = "{names}, in the project {project}. Numbers and options go there, never an example or an answer."
TRACKERS = {
    "wandb": "Weights & Biases (sent there when it has a key, else kept in the home folder)",
    "trackio": "Trackio (kept in the home folder)",
    "tensorboard": "TensorBoard (kept in the home folder)",
}
FOLDERS_TITLE = "Where things are"
ABOUT_TITLE = "About"
CHECKS_TITLE = "Health of this installation"
