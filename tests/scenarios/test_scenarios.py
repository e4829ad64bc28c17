"""Every story, through the actions and through the API."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.doors import ActionsDoor, ApiDoor
from tests.scenarios.teller import Teller
from tests.world import World, world

STORIES = sorted(Path(__file__).parent.glob("*.txt"))
DOORS: dict[str, type[ActionsDoor] | type[ApiDoor]] = {"actions": ActionsDoor, "api": ApiDoor}


@pytest.mark.django_db
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_story(story: Path, door: str) -> None:
    company: World = world()
    Teller(company, DOORS[door](company)).tell(story.read_text())


def test_there_are_stories() -> None:
    assert len(STORIES) >= 10


def test_a_word_of_the_stories_means_one_thing() -> None:
    """A word of one layer does not hide that of another, nor what one part of a door does what another's does."""
    words = [name for layer in Teller.__mro__ for name in vars(layer) if name.startswith("say_")]
    assert sorted({word for word in words if words.count(word) > 1}) == []
    for door in DOORS.values():
        does = [name for part in door.__mro__ for name in vars(part) if not name.startswith("_")]
        assert sorted({name for name in does if does.count(name) > 1}) == []
