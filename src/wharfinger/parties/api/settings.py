"""The company's settings and the switches of the modules over HTTP."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import configuration
from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Request, Shown
from wharfinger.base.refusal import N_, NotThere
from wharfinger.ledger.door import detail, write
from wharfinger.parties.actions.settings import set_setting

router = Router(tags=["settings"])


class SettingGiven(Given):
    """What is decided."""

    value: Any = Field(examples=["EUR"])


class SettingOut(Shown):
    """A decision of the company."""

    key: str = Field(examples=["currency"])
    value: Any = Field(examples=["EUR"])


class SettingDone(SettingOut, Done):
    """A setting, and the entry that wrote it."""


class SettingsOut(Shown):
    """Every setting."""

    items: list[SettingOut]
    next: str | None = None


class ModulesGiven(Given):
    """Which modules are to be on or off."""

    procurement: bool | None = None
    rma: bool | None = None
    jobs: bool | None = None


class ModulesOut(Shown):
    """Which modules are on."""

    procurement: bool
    rma: bool
    jobs: bool


class ModulesDone(ModulesOut, Done):
    """Which modules are on, and the entry that switched them."""


def _show(key: str) -> dict[str, Any]:
    if key not in configuration.DEFAULTS:
        raise NotThere("no_such_setting", N_("There is no setting “{name}”."), name=key[:60])
    return {"key": key, "value": configuration.one(key)}


@router.get("/settings", response=SettingsOut, summary="List settings")
def settings(request: Request) -> HttpResponse:
    """Every setting with the value that holds."""
    require(request.auth, "site.settings")
    values = configuration.read(*configuration.DEFAULTS)
    return detail(
        request,
        "settings",
        {"items": [{"key": key, "value": value} for key, value in values.items()], "next": None},
    )


@router.get("/settings/{key}", response=SettingOut, summary="Read a setting")
def setting(request: Request, key: str) -> HttpResponse:
    """A setting with the value that holds."""
    require(request.auth, "site.settings")
    return detail(request, f"setting:{key}", _show(key))


@router.patch("/settings/{key}", response=SettingDone, summary="Decide a setting")
def change_setting(request: Request, key: str, body: SettingGiven) -> HttpResponse:
    """Decide a setting; it acts at once, for everyone."""
    act = partial(set_setting, actor=request.auth, name=key, value=body.value)
    return write(request, act, lambda _: _show(key), about=f"setting:{key}")


@router.get("/modules", response=ModulesOut, summary="Which modules are on")
def modules(request: Request) -> HttpResponse:
    """The modules that can be switched."""
    return detail(request, "setting:modules", configuration.one("modules"))


@router.patch("/modules", response=ModulesDone, summary="Switch modules")
def switch_modules(request: Request, body: ModulesGiven) -> HttpResponse:
    """Switch modules on or off, at once and for everyone; what is off keeps its data."""
    value = {name: on for name, on in body.model_dump(exclude_unset=True).items() if on is not None}
    act = partial(set_setting, actor=request.auth, name="modules", value=value)
    return write(request, act, lambda _: configuration.one("modules"), about="setting:modules")
