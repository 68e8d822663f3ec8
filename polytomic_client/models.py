"""The models of the version that the clients pin. This module is `polytomic_client.v2023_04_25.models` itself."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from .v2023_04_25 import models

if TYPE_CHECKING:  # at runtime, a model is imported when it is first used
    from .v2023_04_25.models import *  # noqa: F403

sys.modules[__name__] = models
