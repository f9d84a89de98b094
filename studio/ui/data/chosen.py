"""What the Data tab knows of the model that is chosen on the Method tab: which it is, and which rows it would cut."""

from studio.errors import StudioError
from studio.models import ModelInfo
from studio.session.values import Dataset
from studio.ui.page import Page, Standing


def model_of(page: Page, standing: Standing) -> ModelInfo | None:
    """The model chosen on the Method tab; None where it cannot be used, which that tab says."""
    chosen = standing.choices.get("model") or "recommended"
    try:
        return page.session.models.inspect(standing.choices.get("folder") or "" if chosen == "folder" else chosen)
    except StudioError:
        return None


def seen(page: Page, standing: Standing) -> Dataset | None:
    """The data set with the rows that this model would cut among its findings."""
    dataset = standing.dataset
    if dataset is None or not dataset.version:
        return dataset
    return page.session.datasets.seen_by(dataset.id, model_of(page, standing))
