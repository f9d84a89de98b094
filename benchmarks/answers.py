"""Ten answers of a sample before and after training, as Markdown: `python -m benchmarks.answers NAME`.

The prompts are the first ten test rows of the split with seed 17, fixed before any training; base and tuned model
answer them, trained with the recommended settings. What is printed goes into the sample's card as it is.
"""

import argparse
import tempfile

from studio.evaluation.scorecard import Row
from studio.session import Session
from studio.settings import load

SEED, PROMPTS = 17, 10


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.answers", description=__doc__)
    parser.add_argument("sample", help="the sample's name, such as support_tickets")
    print(answers(parser.parse_args().sample))


def answers(sample: str) -> str:
    with tempfile.TemporaryDirectory() as home, Session(load(home=home)) as session:
        project = session.projects.current()
        dataset = session.datasets.add_sample(project.id, sample)
        session.datasets.split(dataset.id, seed=SEED)
        run = session.runs.start(project.id, dataset.id, options={"seed": SEED})
        session.runs.wait(run.id, lambda event: None)
        judged = session.evaluations.start(run.id)
        session.runs.wait(judged.id, lambda event: None)
        card = session.evaluations.scorecard(judged.id)
        assert card is not None, session.runs.get(judged.id).state.sentence
        run = session.runs.get(run.id)
        return "\n\n".join(
            (
                "## Ten answers before and after training",
                f"The first ten test rows of the split with seed {SEED}, fixed before any training, with nothing "
                f"edited. Model {run.model}, method {run.method}, the recommended settings. On all test rows: "
                f"{card.sentence}",
                *(_block(number, row) for number, row in enumerate(card.details[:PROMPTS], start=1)),
            )
        )


def _block(number: int, row: Row) -> str:
    """One row with its four texts; a fence keeps them as they are."""
    asked = "\n".join(f"{turn['role']}: {turn['content']}" for turn in row.prompt)
    parts = (("asked", asked), ("wanted", row.wanted), ("base", row.answers["base"]), ("tuned", row.answers["tuned"]))
    return f"### {number}\n\n````text\n" + "\n\n".join(f"[{name}]\n{text}" for name, text in parts) + "\n````"


if __name__ == "__main__":
    main()
