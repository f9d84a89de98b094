"""What is learnt when: the phases of the starter's pretraining, each with its context, mixture and learning rate.

The first phase ends in a decay of its own (it is what version 1 was), the second starts from there with a new warm-up
and short contexts, which are cheaper; the third brings the long context and the instructions in while the rate falls.
"""

from dataclasses import dataclass

DIALOGUE, BUSINESS, HANDBOOKS = "dialogue_by_sa_cdla.txt.xz", "modern_by.txt.xz", "modern_by_sa.txt.xz"
GOVERNMENT, STORIES, NOVELS = "usgov_public_domain.txt.xz", "stories_by.txt.xz", "novels_public_domain.txt.xz"
INSTRUCTIONS = "instructions"

TOKENS_A_STEP = 4096
OPENING_STEPS = 2320
WARMUP, DECAY = 0.02, 0.30


@dataclass(frozen=True)
class Phase:
    """context: tokens a row. shares: part -> share of the tokens, adding up to 1."""

    name: str
    context: int
    shares: dict[str, float]

    @property
    def rows(self) -> int:
        return TOKENS_A_STEP // self.context


# Service chats lead: of the mixes tried they transferred best to short business texts.
OPENING = Phase(
    "opening",
    512,
    {DIALOGUE: 0.42, BUSINESS: 0.26, HANDBOOKS: 0.12, GOVERNMENT: 0.12, STORIES: 0.02, NOVELS: 0.06},
)
MAIN = Phase(
    "main",
    256,
    {DIALOGUE: 0.30, BUSINESS: 0.38, HANDBOOKS: 0.14, GOVERNMENT: 0.10, STORIES: 0.01, NOVELS: 0.07},
)
FINISH = Phase(
    "finish",
    512,
    {
        DIALOGUE: 0.20,
        BUSINESS: 0.22,
        HANDBOOKS: 0.08,
        GOVERNMENT: 0.06,
        STORIES: 0.01,
        NOVELS: 0.03,
        INSTRUCTIONS: 0.40,
    },
)


def phase_at(step: int, steps: int) -> Phase:
    """The phase that step (from 0) of a run of `steps` belongs to."""
    if step < OPENING_STEPS:
        return OPENING
    return FINISH if _progress(step, steps) >= 1 - DECAY else MAIN


def rate_factor(step: int, steps: int) -> float:
    """Share of the full learning rate: in each of the two cycles warm-up, flat, then linear to zero."""
    done = (step + 1) / OPENING_STEPS if step < OPENING_STEPS else _progress(step + 1, steps)
    if done < WARMUP:
        return done / WARMUP
    return min(1.0, max(0.0, (1 - done) / DECAY))


def _progress(step: int, steps: int) -> float:
    return (step - OPENING_STEPS) / max(1, steps - OPENING_STEPS)
