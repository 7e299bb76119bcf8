# SPDX-License-Identifier: BSD-3-Clause
"""What every test shares."""

from hypothesis import settings

# A slow machine is not a wrong answer, and a failure must come back on the next run.
settings.register_profile("sknoisy", deadline=None, derandomize=True)
settings.register_profile("few", settings.get_profile("sknoisy"), max_examples=20)
settings.load_profile("sknoisy")
