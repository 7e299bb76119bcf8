# SPDX-License-Identifier: BSD-3-Clause
"""The long table holds the annotations that the annotators would give."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from sknoisy.noise import (
    annotator_matrices,
    inject_annotator_noise,
    inject_difficulty_noise,
)

CROWD = annotator_matrices(6, 3, kind="per_class", random_state=0)
LABELS = np.array(["low", "mid", "high"])


@given(
    st.lists(st.integers(0, 2), min_size=1, max_size=40),
    st.integers(0, 6),
    st.floats(0, 3),
    st.integers(0, 99),
)
def test_the_table(codes, labels_per_item, activity, seed):
    y = LABELS[codes]
    table = inject_annotator_noise(
        y,
        CROWD,
        labels_per_item=labels_per_item,
        activity=activity,
        classes=LABELS,
        random_state=seed,
    )
    np.testing.assert_array_equal(
        table.item, np.repeat(np.arange(len(y)), labels_per_item)
    )
    pairs = set(zip(table.item.tolist(), table.worker.tolist(), strict=True))
    assert len(pairs) == len(table.item)
    assert np.all((table.worker >= 0) & (table.worker < 6))
    np.testing.assert_array_equal(table.wrong, table.label != y[table.item])
    if labels_per_item:
        assert table.noise_rate == table.wrong.mean()
    expected = CROWD[table.worker, np.array(codes)[table.item]]
    own = expected[np.arange(len(table.item)), np.array(codes)[table.item]]
    np.testing.assert_allclose(table.proba_right, own)


def test_answers_follow_the_confusion_matrices():
    y = np.arange(9000) % 3
    table = inject_annotator_noise(y, CROWD, activity=0, random_state=0)
    for w in range(6):
        for k in range(3):
            own = (table.worker == w) & (y[table.item] == k)
            shares = np.bincount(table.label[own], minlength=3) / own.sum()
            assert np.abs(shares - CROWD[w, k]).max() < 4 * 0.5 / np.sqrt(own.sum())


def test_what_never_happens():
    careful = np.array([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.3, 0.7]]])
    y = np.arange(300) % 3
    table = inject_annotator_noise(y, careful, labels_per_item=1, random_state=0)
    assert not table.wrong[y < 2].any()
    assert set(table.label[table.wrong]) == {1}


def test_activity_spreads_the_work():
    y = np.arange(2000) % 2
    crowd = annotator_matrices(10, 2, random_state=0)

    def work(activity):
        table = inject_annotator_noise(
            y, crowd, labels_per_item=1, activity=activity, random_state=0
        )
        return np.bincount(table.worker, minlength=10) / 2000

    assert np.abs(work(0) - 0.1).max() < 0.03
    weights = np.arange(1, 11) / 55
    assert np.abs(work(weights) - weights).max() < 0.04
    power = np.arange(1, 11) ** -2.0
    assert np.abs(np.sort(work(2.0)) - np.sort(power / power.sum())).max() < 0.04


def test_each_item_may_have_its_own_number_of_labels():
    numbers = np.array([0, 1, 2, 3, 4])
    table = inject_annotator_noise(
        [0, 1, 2, 0, 1], CROWD, labels_per_item=numbers, random_state=0
    )
    np.testing.assert_array_equal(np.bincount(table.item, minlength=5), numbers)


def test_difficulty_decides_with_ability():
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=6000)
    ability = np.array([2.0, 0.0, -1.0])
    easiness = np.where(np.arange(6000) < 3000, 0.2, 2.0)
    table = inject_difficulty_noise(
        y, ability, easiness=easiness, labels_per_item=3, random_state=0
    )
    for w, a in enumerate(ability):
        for first, b in ((True, 0.2), (False, 2.0)):
            rows = (table.worker == w) & ((table.item < 3000) == first)
            assert (~table.wrong[rows]).mean() == pytest.approx(expit(a * b), abs=0.04)
    np.testing.assert_allclose(
        table.proba_right, expit(ability[table.worker] * easiness[table.item])
    )
    own = table.confusion_matrices.diagonal(axis1=1, axis2=2)
    assert own[0].mean() == pytest.approx(expit([0.4, 4.0]).mean(), abs=0.02)
    np.testing.assert_allclose(table.confusion_matrices.sum(axis=2), 1)


def test_drawn_abilities_and_easiness():
    table = inject_difficulty_noise(np.arange(2000) % 2, 500, random_state=0)
    assert table.ability.mean() == pytest.approx(1, abs=0.15)
    assert table.ability.std() == pytest.approx(1, abs=0.15)
    assert np.log(table.easiness).mean() == pytest.approx(0, abs=0.1)
    assert len(table.item) == 6000


@pytest.mark.parametrize(
    ("inject", "annotators"),
    [(inject_annotator_noise, CROWD), (inject_difficulty_noise, 6)],
)
def test_same_seed_same_table(inject, annotators):
    y = np.arange(60) % 3
    first, again, other = (
        inject(y, annotators, random_state=seed) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first.label, again.label)
    np.testing.assert_array_equal(first.worker, again.worker)
    assert np.any(first.worker != other.worker)


@pytest.mark.parametrize(
    ("inject", "annotators", "options", "message"),
    [
        (inject_annotator_noise, CROWD, {"labels_per_item": 7}, "from 0 to 6"),
        (inject_annotator_noise, CROWD, {"labels_per_item": 1.5}, "whole numbers"),
        (inject_annotator_noise, CROWD, {"activity": -1}, "exponent of at least 0"),
        (inject_annotator_noise, CROWD, {"activity": [1, 2]}, "of the 6 annotators"),
        (inject_annotator_noise, CROWD[:, :2, :2], {}, "classes"),
        (inject_annotator_noise, [], {}, "confusion_matrices is empty"),
        (inject_difficulty_noise, 0, {}, "from 0 to 0"),
        (inject_difficulty_noise, 4, {"easiness": [1.0]}, "for each of the 9 items"),
        (inject_difficulty_noise, 4, {"easiness": [0.0] * 9}, "positive number"),
    ],
)
def test_bad_input_is_refused_with_the_fix(inject, annotators, options, message):
    with pytest.raises(ValueError, match=message):
        inject([0, 1, 2] * 3, annotators, **options)
