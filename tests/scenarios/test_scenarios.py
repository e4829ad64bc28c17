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
