# SPDX-License-Identifier: BSD-3-Clause
"""Let classes of other packages join a dispatch when one of them is first met."""

from importlib import import_module


def join_on_use(function, joining, kind):
    """Register a class, or a base of it, if it is met for the first time.

    Nothing of other packages is imported for those who do not use them.

    Parameters
    ----------
    function : callable
        Made by `functools.singledispatch`.
    joining : dict of str to str
        From ``"package.Class"`` to ``"module:function"``, what to register for it.
    kind : type
        Class of an estimator.

    Returns
    -------
    joined : bool
        Whether anything was registered.
    """
    for base in kind.__mro__:
        name = f"{base.__module__.partition('.')[0]}.{base.__qualname__}"
        if name in joining and base not in function.registry:
            module, _, implementation = joining[name].partition(":")
            function.register(base, getattr(import_module(module), implementation))
            return True
    return False
