"""`python -m wharfinger` is the same as the command `wharfinger`."""

import sys

from wharfinger.site.cli import main

sys.exit(main())
