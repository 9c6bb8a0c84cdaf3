"""Print the commented settings file: ``python -m edge.config > firmware_config/ostiary.toml``."""

import sys

from edge.config.document import commented_toml

sys.stdout.write(commented_toml())
