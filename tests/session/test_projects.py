"""Projects: the current one, names, choices that survive, owners apart from each other."""

import pytest

from studio.errors import NotFoundError, UsageError
from studio.session import Session
from studio.settings import Settings


def test_the_first_project_is_made_once(session: Session) -> None:
    first = session.projects.current()
    assert first.name == "My first project"
    assert session.projects.current() == first
    assert session.projects.list() == [first]
    assert first.created.utcoffset() is not None


def test_the_last_opened_project_is_the_current_one(session: Session, settings: Settings) -> None:
    first = session.projects.current()
    second = session.projects.create("  Second   project ")
    assert second.name == "Second project"
    assert session.projects.current() == second
    assert session.projects.open(first.id) == first
    with Session(settings) as another:
        assert another.projects.current() == first


def test_rename_and_delete(session: Session) -> None:
    project = session.projects.create("A")
    assert session.projects.rename(project.id, "B").name == "B"
    session.projects.delete(project.id)
    assert session.projects.list() == []
    with pytest.raises(NotFoundError, match="There is no project"):
        session.projects.open(project.id)


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_unusable_names_are_refused(session: Session, name: str) -> None:
    with pytest.raises(UsageError):
        session.projects.create(name)


def test_choices_survive_a_new_session_and_merge(session: Session, settings: Settings) -> None:
    project = session.projects.current()
    session.projects.remember(project.id, tab="data", options={"rank": 8})
    session.projects.remember(project.id, tab="method", run="r1")
    session.projects.remember(project.id, run=None)
    with Session(settings) as another:
        assert another.projects.choices(project.id) == {"tab": "method", "options": {"rank": 8}}


def test_owners_do_not_see_each_other(session: Session, settings: Settings) -> None:
    mine = session.projects.current()
    with Session(settings, owner="ada") as hers:
        assert hers.projects.list() == []
        for act in (
            lambda: hers.projects.open(mine.id),
            lambda: hers.projects.rename(mine.id, "Hers"),
            lambda: hers.projects.remember(mine.id, tab="chat"),
            lambda: hers.projects.choices(mine.id),
            lambda: hers.projects.delete(mine.id),
        ):
            with pytest.raises(NotFoundError):
                act()
        assert hers.projects.current().id != mine.id
    assert session.projects.list() == [mine]
