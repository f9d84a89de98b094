"""What a library says as it is imported, and what is worth hearing of it."""

import logging

from studio.models import loading


def test_a_warning_that_means_nothing_is_silenced_and_no_other(caplog):
    loading.unworried()
    logger = logging.getLogger("bitsandbytes.backends.cpu.ops")
    logger.warning("Failed to load CPU gemm_4bit_forward from kernels-community: %s.", "No module named 'kernels'")
    logger.warning("Something else is wrong.")
    assert caplog.messages == ["Something else is wrong."]
