# SPDX-License-Identifier: BSD-3-Clause
"""The warnings that sknoisy raises."""


class SknoisyWarning(UserWarning):
    """Base class of every warning of sknoisy."""


class RareClassWarning(SknoisyWarning):
    """A class has too few rows for its labels to be judged out of sample."""


class WeakEvidenceWarning(SknoisyWarning):
    """The evidence is too weak to act on, so nothing was done."""


class NoiseModelWarning(SknoisyWarning):
    """A noise model is degenerate or cannot be told from another one."""
