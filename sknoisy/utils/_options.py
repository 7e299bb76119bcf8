# SPDX-License-Identifier: BSD-3-Clause
"""Resolve string options and parameters with errors that name the fix."""

from difflib import get_close_matches
from numbers import Integral


def check_option(name, value, options):
    """Look up a string option.

    Parameters
    ----------
    name : str
        Name of the parameter, for the error.
    value : str
        What the caller wrote.
    options : collection of str
        What may be written.

    Returns
    -------
    value : str
        The option.

    Raises
    ------
    ValueError
        If it is none of `options`; names the closest one.
    """
    if isinstance(value, str) and value in options:
        return value
    close = get_close_matches(str(value), list(options), n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    raise ValueError(
        f"{name}={value!r} is not known; it must be one of {sorted(options)}.{hint}"
    )


def check_count(name, value, least=1):
    """Check that a parameter is a whole number, and not too small.

    Parameters
    ----------
    name : str
        Name of the parameter, for the error.
    value : int
        What the caller wrote.
    least : int, default=1
        The smallest number that makes sense.
    """
    if not isinstance(value, Integral) or value < least:
        raise ValueError(f"{name}={value!r} must be a whole number above {least - 1}.")


def resolve_part(name, value, aliases, base, kind):
    """Turn an alias into an object, or check that an object is of the right kind.

    Parameters
    ----------
    name : str
        Name of the parameter, for the error.
    value : str or object
        What the caller wrote.
    aliases : dict of str to callable
        Makes the object that an alias stands for.
    base : type
        What an object must be an instance of.
    kind : str
        What such an object is called, for the error.

    Returns
    -------
    part : object
        An instance of `base`.
    """
    if isinstance(value, str):
        return aliases[check_option(name, value, aliases)]()
    if isinstance(value, base):
        return value
    hint = f" Write {value.__name__}()." if isinstance(value, type) else ""
    raise TypeError(
        f"{name} must be {kind} or one of {sorted(aliases)}; got {value!r}.{hint}"
    )
