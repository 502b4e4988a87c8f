"""python -m bridge: the command `scim-bridge`."""

import sys

from bridge.cli.main import main

sys.exit(main())
