"""The doors: settings, urls, sign-in, API, command line."""
