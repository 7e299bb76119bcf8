# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression, Ridge

from sknoisy.utils._options import check_count, check_option, resolve_part

ALIASES = {"logistic": LogisticRegression}


def resolve(value):
    return resolve_part("model", value, ALIASES, LogisticRegression, "a model")


def test_an_option_that_exists_is_returned():
    assert check_option("kind", "drop", ("keep", "drop")) == "drop"


@pytest.mark.parametrize("value", ["Drop", "dropp", "rdop"])
def test_an_option_nearly_right_is_corrected(value):
    with pytest.raises(ValueError, match=r"one of \['drop', 'keep'\].*mean 'drop'\?"):
        check_option("kind", value, ("keep", "drop"))


@pytest.mark.parametrize("value", [3, None, "zzz"])
def test_an_option_far_off_is_refused_without_a_guess(value):
    with pytest.raises(ValueError, match=r"kind=.* must be one of.*\]\.$"):
        check_option("kind", value, ("keep", "drop"))


def test_an_alias_makes_a_new_part_each_time():
    assert isinstance(resolve("logistic"), LogisticRegression)
    assert resolve("logistic") is not resolve("logistic")


def test_a_part_is_returned_as_it_is():
    part = LogisticRegression()
    assert resolve(part) is part


def test_an_alias_nearly_right_is_corrected():
    with pytest.raises(ValueError, match="model='logistik' is not known.*'logistic'"):
        resolve("logistik")


@pytest.mark.parametrize("value", [Ridge(), 3, None, BaseEstimator])
def test_a_part_of_another_kind_is_refused(value):
    with pytest.raises(
        TypeError, match=r"model must be a model or one of \['logistic'"
    ):
        resolve(value)


def test_a_class_in_place_of_an_object_is_told_to_be_called():
    with pytest.raises(TypeError, match=r"Write LogisticRegression\(\)\.$"):
        resolve(LogisticRegression)


@pytest.mark.parametrize("value", [1, 2.0, "3", None])
def test_a_count_is_a_whole_number_and_not_too_small(value):
    with pytest.raises(ValueError, match=r"size=.* must be a whole number above 1\.$"):
        check_count("size", value, 2)


def test_a_count_of_any_integer_type_will_do():
    check_count("size", np.int64(2), 2)
