"""Where lines are on the web."""

from django.urls import path

from wharfinger.demand import adding, arranging, entry, options, pages

app_name = "demand"
urlpatterns = [
    path("lines/about/", entry.about, name="about"),
    path("lines/<int:line>/", pages.line, name="line"),
    path("lines/<int:line>/take/", options.take, name="take"),
    path("lines/<int:line>/remove/", pages.remove, name="remove"),
    path("documents/<int:sheet>/lines/", adding.add, name="add"),
    path("documents/<int:sheet>/groups/", arranging.arrange, name="arrange"),
]
