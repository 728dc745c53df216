"""``python -m nnsight_graphwidget``: the command line."""

import sys

from .cli import main

sys.exit(main())
