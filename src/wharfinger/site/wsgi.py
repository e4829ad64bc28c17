"""The door for the web server."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wharfinger.site.settings")

application = get_wsgi_application()

# What was loaded so far lives as long as the process: looking through it for garbage again and again is in vain.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
