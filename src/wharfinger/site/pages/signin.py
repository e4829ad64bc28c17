"""Sign in, sign out, and one's own account."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from wharfinger.base import limit
from wharfinger.base.page import Form, flash, page
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.parties.actions import people

TRIES = 5
TRIES_IN_ALL = 50
PAUSE_SECONDS = 60


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Let a person in by name and password; five wrong ones in a row cost a minute."""
    onward = _safe(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.user.is_authenticated:
        return HttpResponseRedirect(onward, status=303)
    if request.method != "POST":
        return render(request, "site/signin.html", {"form": Form(), "next": onward})
    try:
        user = _proved(request, request.POST.get("username", "").strip(), request.POST.get("password", ""))
    except Refusal as refusal:
        form = Form(request.POST, refusal)
        return render(request, "site/signin.html", {"form": form, "next": onward}, status=refusal.http_code)
    login(request, user)
    return _speaking(HttpResponseRedirect(onward, status=303), user.language)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return HttpResponseRedirect(settings.LOGIN_URL, status=303)


@sensitive_post_parameters("old", "new")
@require_http_methods(["GET", "HEAD", "POST"])
@page()
def account(request: HttpRequest) -> HttpResponse:
    """One's own language and password."""
    user: Any = request.user
    form = Form({"language": user.language})
    if request.method == "POST":
        try:
            if request.POST.get("act") == "password":
                people.change_password(
                    user=user, old=request.POST.get("old", ""), new=request.POST.get("new", "")
                )
                user.refresh_from_db(fields=["password"])
                update_session_auth_hash(request, user)
                flash(request, _("Changed your password."))
            else:
                people.change_language(user=user, language=request.POST.get("language", ""))
                user.refresh_from_db(fields=["language"])
                with translation.override(user.language):
                    flash(request, _("Saved."))
            return _speaking(HttpResponseRedirect(request.path, status=303), user.language)
        except Refusal as refusal:
            form = Form({"language": user.language}, refusal)
    status = form.refusal.http_code if form.refusal else 200
    return render(request, "site/account.html", {"form": form}, status=status)


def _proved(request: HttpRequest, name: str, password: str) -> Any:
    # The address is part of the key, so that a stranger cannot lock a person out from everywhere; and an
    # address that tries one password on many names is stopped by what it tried in all.
    address = limit.address(request)
    own = limit.key("sign-in", name.casefold(), address)
    limits = {own: TRIES, limit.key("sign-in", "", address): TRIES_IN_ALL}
    if limit.reached(limits):
        raise BadInput("too_many_tries", N_("Too many wrong passwords. Wait a minute, then try again."))
    user = authenticate(request, username=name, password=password)
    if user is None:
        for one in limits:
            limit.count(one, PAUSE_SECONDS)
        raise BadInput(
            "wrong_password", N_("Name and password do not belong together. Upper and lower case count.")
        )
    limit.forget(own)
    return user


def _speaking(response: HttpResponse, language: str) -> HttpResponse:
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=31536000, samesite="Lax")
    return response


def _safe(request: HttpRequest, to: str) -> str:
    safe = url_has_allowed_host_and_scheme(to, {request.get_host()}, require_https=request.is_secure())
    return to if to and safe else settings.LOGIN_REDIRECT_URL
