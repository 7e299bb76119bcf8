# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknoisy.detection import _filters
from sknoisy.detection._filters import (
    FILTERS,
    filter_codes,
    find_label_issues,
    num_label_issues,
    survey_labels,
)
from sknoisy.noise._confident_joint import confident_joint
from sknoisy.utils import _predictions
from tests.noise.test_confident_joint import PROBA_A, Y_A, make_noisy, make_problem_b

PRUNE = ("prune_by_noise_rate", "prune_by_class", "both")

BY_NOISE_RATE = {1, 3, 4, 6, 8, 10, 14, 17, 19, 21, 27, 28, 30, 32, 34, 37, 38, 41}
BY_NOISE_RATE |= {43, 45, 47, 48, 51, 52, 54, 56, 58}


def make_votes(n_samples, n_classes, seed, votes):
    """Noisy labels; where `votes` is given, the probabilities are shares of it."""
    y, proba = make_noisy(n_samples, n_classes, seed, noise=0.4)
    if votes is not None:
        proba = np.random.default_rng(seed).multinomial(votes, proba) / votes
    return y, proba


def flagged(y, proba, **params):
    return set(np.flatnonzero(find_label_issues(y, proba, **params)).tolist())


@pytest.mark.parametrize("filter_by", FILTERS)
def test_three_classes_by_hand(filter_by):
    assert flagged(Y_A, PROBA_A, filter_by=filter_by) == {2, 6, 10}


@pytest.mark.parametrize(
    ("filter_by", "expected"),
    [
        ("prune_by_noise_rate", BY_NOISE_RATE),
        ("prune_by_class", BY_NOISE_RATE - {51} | {23, 25}),
        ("both", BY_NOISE_RATE - {51}),
        ("confident_learning", BY_NOISE_RATE - {10, 52} | {24}),
    ],
)
def test_four_classes_with_collisions(filter_by, expected):
    assert flagged(*make_problem_b(), filter_by=filter_by) == expected


@pytest.mark.parametrize(
    ("filter_by", "count"),
    [
        ("predicted_neq_given", 31),
        ("low_normalized_margin", 26),
        ("low_self_confidence", 26),
    ],
)
def test_number_flagged_among_four_classes(filter_by, count):
    assert len(flagged(*make_problem_b(), filter_by=filter_by)) == count


def test_half_of_the_noise():
    assert flagged(*make_problem_b(), frac_noise=0.5) == {
        3, 4, 14, 17, 27, 30, 32, 41, 43, 45, 48, 58,
    }  # fmt: skip


def test_number_of_issues():
    y, proba = make_problem_b()
    assert num_label_issues(y, proba) == 26
    assert num_label_issues(y, proba, method="off_diagonal_calibrated") == 28
    assert num_label_issues(Y_A, PROBA_A) == 3
    assert num_label_issues(y, proba, sample_weight=np.full(60, 0.25)) == 6.5


@pytest.mark.parametrize("n_classes", [2, 3, 4, 10, 40])
@pytest.mark.parametrize("noise", [0.05, 0.4])
@pytest.mark.parametrize("filter_by", FILTERS)
def test_agrees_with_cleanlab(n_classes, noise, filter_by):
    theirs = pytest.importorskip("cleanlab.filter")
    for seed in range(3):
        y, proba = make_noisy(900, n_classes, seed, noise)
        np.testing.assert_array_equal(
            find_label_issues(y, proba, filter_by=filter_by),
            theirs.find_label_issues(y, proba, filter_by=filter_by, n_jobs=1),
        )


@pytest.mark.parametrize("filter_by", PRUNE)
@pytest.mark.parametrize(
    ("frac_noise", "min_samples"), [(0.3, 1), (1.0, 20), (0.71, 35), (1.0, 0)]
)
def test_parameters_agree_with_cleanlab(filter_by, frac_noise, min_samples):
    theirs = pytest.importorskip("cleanlab.filter")
    y, proba = make_noisy(300, 5, noise=0.3)
    joint = confident_joint(y, proba, calibrate=False)
    for given_joint in (None, 2 * joint, 3 * np.ones((5, 5), dtype=int)):
        expected = theirs.find_label_issues(
            y,
            proba,
            filter_by=filter_by,
            frac_noise=frac_noise,
            min_examples_per_class=min_samples,
            confident_joint=given_joint,
            n_jobs=1,
        )
        ours = find_label_issues(
            y,
            proba,
            filter_by=filter_by,
            frac_noise=frac_noise,
            min_samples_per_class=min_samples,
            confident_joint=given_joint,
        )
        np.testing.assert_array_equal(ours, expected)


def test_counts_beyond_the_disputed_rows_rank_the_others_too():
    # Class 1 claims more rows of class 0 than there are disputed rows it leads
    # in: row 3, disputed for the sake of class 2, is the third by its margin.
    proba = np.array(
        [
            [0.20, 0.75, 0.05],
            [0.50, 0.45, 0.05],
            [0.80, 0.10, 0.10],
            [0.30, 0.20, 0.50],
            [0.90, 0.05, 0.05],
            [0.05, 0.90, 0.05],
            [0.05, 0.05, 0.90],
        ]
    )
    y = [0, 0, 0, 0, 0, 1, 2]
    counts = np.array([[4, 0, 0], [0, 1, 0], [0, 0, 1]])
    expected = {1: {0}, 2: {0}, 3: {0, 3}}
    for wanted, rows in expected.items():
        counts[0, 1] = wanted
        assert flagged(y, proba, confident_joint=counts) == rows
        assert flagged(y, proba, confident_joint=counts, sample_weight=[1] * 7) == rows


@pytest.mark.parametrize("filter_by", FILTERS)
@given(
    seed=st.integers(0, 10**6),
    n_classes=st.integers(2, 5),
    n_samples=st.integers(12, 80),
    votes=st.sampled_from([None, 5, 20]),
)
def test_weights_repeat_rows_and_zero_leaves_them_out(
    filter_by, seed, n_classes, n_samples, votes
):
    y, proba = make_votes(n_samples, n_classes, seed, votes)
    weight = np.random.default_rng(seed).integers(0, 4, n_samples)
    weight[:n_classes] += 1
    repeated = np.repeat(np.arange(n_samples), weight)
    expected = find_label_issues(y[repeated], proba[repeated], filter_by=filter_by)
    mask = find_label_issues(y, proba, filter_by=filter_by, sample_weight=weight)
    np.testing.assert_array_equal(mask[repeated], expected)


@pytest.mark.parametrize("filter_by", FILTERS)
@given(
    seed=st.integers(0, 10**6),
    n_classes=st.integers(2, 5),
    votes=st.sampled_from([None, 5, 20]),
)
def test_row_order_does_not_matter(filter_by, seed, n_classes, votes):
    y, proba = make_votes(60, n_classes, seed, votes)
    order = np.random.default_rng(seed).permutation(60)
    mask = find_label_issues(y, proba, filter_by=filter_by)
    shuffled = find_label_issues(y[order], proba[order], filter_by=filter_by)
    np.testing.assert_array_equal(shuffled, mask[order])


@pytest.mark.parametrize("filter_by", FILTERS)
@given(seed=st.integers(0, 10**6), n_classes=st.integers(2, 5), ties=st.booleans())
def test_renaming_labels_does_not_matter(filter_by, seed, n_classes, ties):
    # Two classes can tie without a third class being preferred to a fourth.
    y, proba = make_votes(60, n_classes, seed, 10 if ties and n_classes == 2 else None)
    order = np.random.default_rng(seed).permutation(n_classes)
    names = np.array(list("pqrst"))[:n_classes]
    # Given counts, because rounding settles equal remainders by column.
    joint = confident_joint(y, proba)
    mask = find_label_issues(y, proba, filter_by=filter_by, confident_joint=joint)
    renamed = find_label_issues(
        names[y],
        proba[:, order],
        filter_by=filter_by,
        classes=names[order],
        confident_joint=joint[np.ix_(order, order)],
    )
    np.testing.assert_array_equal(renamed, mask)


@pytest.mark.parametrize("filter_by", FILTERS)
@pytest.mark.parametrize("n_classes", [2, 3, 7])
def test_names_layout_and_blocks_do_not_matter(
    monkeypatch, tmp_path, filter_by, n_classes
):
    y, proba = make_noisy(400, n_classes, noise=0.4)
    proba = proba.astype(np.float32)
    mask = find_label_issues(y, proba, filter_by=filter_by)
    assert mask.any()
    names = np.array(list("tuvwxyz"))
    np.save(tmp_path / "proba.npy", proba)
    mapped = np.load(tmp_path / "proba.npy", mmap_mode="r")
    monkeypatch.setattr(_predictions, "_BLOCK_ROWS", 13)
    monkeypatch.setattr(_filters, "_MARGIN_ELEMENTS", 50)
    monkeypatch.setattr(_filters, "_FEW_ROWS", 20)
    for labels, array in [
        (y, np.asfortranarray(proba)),
        (y, proba.astype(np.float64)),
        (y.astype(np.uint8), mapped),
        (list(names[y]), proba.tolist()),
    ]:
        np.testing.assert_array_equal(
            find_label_issues(labels, array, filter_by=filter_by), mask
        )


@pytest.mark.parametrize("filter_by", FILTERS)
def test_a_class_without_rows_and_one_with_a_single_row(filter_by):
    y, proba = make_noisy(80, 4, noise=0.4)
    kept = (y != 3) & ((y != 2) | (np.cumsum(y == 2) <= 1))
    y, proba = y[kept], proba[kept]
    mask = find_label_issues(y, proba, filter_by=filter_by, classes=range(4))
    assert mask.any()
    if filter_by in PRUNE:
        assert not mask[y == 2].any()


@pytest.mark.parametrize("filter_by", PRUNE)
def test_every_class_keeps_its_rows(filter_by):
    y, proba = make_noisy(200, 4, noise=0.9)
    mask = find_label_issues(y, proba, filter_by=filter_by, min_samples_per_class=30)
    assert mask.any()
    if filter_by != "prune_by_noise_rate":
        assert (np.bincount(y[~mask]) >= 30).all()


@pytest.mark.parametrize("filter_by", PRUNE)
def test_small_classes_are_left_alone(filter_by):
    y, proba = make_noisy(60, 3, noise=0.9)
    sizes = np.bincount(y)
    mask = find_label_issues(
        y, proba, filter_by=filter_by, min_samples_per_class=sizes.max()
    )
    assert not mask.any()


@pytest.mark.parametrize("filter_by", FILTERS)
def test_certain_and_right_predictions_flag_nothing(filter_by):
    y = np.arange(12) % 3
    assert not find_label_issues(y, np.eye(3)[y], filter_by=filter_by).any()


@pytest.mark.parametrize("filter_by", FILTERS)
def test_uninformative_predictions_flag_nothing(filter_by):
    y = np.arange(12) % 3
    assert not find_label_issues(y, np.full((12, 3), 1 / 3), filter_by=filter_by).any()


def test_tied_rows_stand_or_fall_together():
    # The joint wants one of the two equal rows; half of the block fits.
    sure = [[0.9, 0.1]] * 6 + [[0.1, 0.9]] * 6
    tied = [[0.3, 0.7]] * 2
    y = [0] * 6 + [1] * 6 + [0] * 2
    counts = np.array([[7, 1], [0, 6]])
    assert flagged(y, sure + tied, confident_joint=counts) == {12, 13}
    y, tied = y + [0], [[0.3, 0.7]] * 3
    assert flagged(y, sure + tied, confident_joint=counts) == set()


@pytest.mark.parametrize("filter_by", ["low_self_confidence", "low_normalized_margin"])
def test_number_to_flag(filter_by):
    y, proba = make_problem_b()
    for wanted in (0, 1, 17, 60):
        rows = flagged(y, proba, filter_by=filter_by, num_issues=wanted)
        assert len(rows) == wanted


@pytest.mark.parametrize("filter_by", FILTERS)
def test_a_survey_serves_every_filter(filter_by):
    y, proba = make_noisy(300, 4)
    survey = survey_labels(y, proba)
    before = survey.disputed.copy()
    mask = filter_codes(y, proba, survey, filter_by)
    np.testing.assert_array_equal(
        mask, find_label_issues(y, proba, filter_by=filter_by)
    )
    np.testing.assert_array_equal(survey.disputed, before)


@pytest.mark.parametrize(
    ("params", "match"),
    [
        ({"filter_by": "prune_by_clas"}, "Did you mean 'prune_by_class'"),
        ({"frac_noise": 0}, r"frac_noise=0 must lie in \(0, 1\]"),
        ({"frac_noise": 1.5}, r"frac_noise=1.5 must lie"),
        ({"min_samples_per_class": -1}, "at least 0"),
        ({"num_issues": 3}, "num_issues=None"),
        ({"num_issues": -1, "filter_by": "low_self_confidence"}, "at least 0"),
        ({"confident_joint": np.ones((2, 2))}, r"pass shape \(3, 3\)"),
        ({"confident_joint": -np.ones((3, 3))}, "negative"),
        ({"confident_joint": np.eye(3) / 3}, "not proportions"),
        ({"classes": [0, 1, 3]}, "not among classes: 2"),
        ({"sample_weight": [1.0]}, "one per"),
    ],
)
def test_errors_name_the_fix(params, match):
    with pytest.raises(ValueError, match=match):
        find_label_issues(Y_A, PROBA_A, **params)


@pytest.mark.parametrize("bad", [np.nan, -0.5, 7.0, np.inf, -np.inf])
def test_rows_that_are_no_probabilities(bad):
    proba = PROBA_A.copy()
    proba[5, 1] = bad
    with pytest.raises(ValueError, match="row 5"):
        find_label_issues(Y_A, proba)


def test_unknown_way_to_count():
    with pytest.raises(ValueError, match="Did you mean 'off_diagonal'"):
        num_label_issues(Y_A, PROBA_A, method="offdiagonal")
