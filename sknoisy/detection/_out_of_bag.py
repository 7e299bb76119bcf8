# SPDX-License-Identifier: BSD-3-Clause
"""Out-of-bag evidence: each row is judged by the members that did not see it."""

import warnings

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB
from sklearn.utils import check_random_state
from sklearn.utils.parallel import Parallel, delayed

from sknoisy.detection._bags import (
    bag_rows,
    bagged_members,
    draw_bags,
    has_bags,
    rows_out_of_bag,
    single_member,
)
from sknoisy.detection._features import split_sound_classifier
from sknoisy.detection._schemes import SCHEMES, BaseScheme, Member
from sknoisy.exceptions import WeakEvidenceWarning
from sknoisy.utils._cross_fit import class_outputs, seed_from
from sknoisy.utils._encoding import encode
from sknoisy.utils._rows import take_rows
from sknoisy.utils._weights import fit_weighted

# A row is out of a bag with a chance of 37 %: of 30 bags, eleven judge it.
_N_BAGS = 30
_N_TREES = 200


class OutOfBag(BaseScheme):
    """Bagging: each row is judged by the members that did not draw it.

    A forest or a `BaggingClassifier` is fitted once, and each row gets the mean
    probabilities of its members that have not seen it. Any other classifier is
    fitted on bags of rows drawn with replacement, class by class, and each fit is
    a member of its own for the aggregate.

    Parameters
    ----------
    estimator : classifier, default=None
        Any classifier. An ensemble for which `bagged_members` knows the bags is
        fitted once, with ``bootstrap=True``. None is a forest of extremely
        randomized trees with at least 3 rows a leaf, also inside a wrapper; it
        sees numeric arrays as they are and other X through a preprocessing that
        suits its columns. Of texts, None bags complement naive Bayes on their
        TF-IDF, and of frames with texts among other columns, a logistic
        regression.
    n_estimators : int, default=None
        Number of bags. None keeps that of an ensemble, and draws 30 bags for
        other estimators and 200 for the default forest.
    n_jobs : int, default=None
        Members fitted at the same time, through joblib; None keeps that of an
        ensemble.
    random_state : int, RandomState instance or None, default=None
        Chooses the bags; None always chooses the same. An ensemble keeps a seed of
        its own; other estimators get a new one for each bag, as in
        `BaggingClassifier`.

    Attributes
    ----------
    estimators_ : list of classifiers
        The fitted ensemble alone, or the fitted model of each bag.
    classes_ : ndarray of shape (n_classes,)
        Label of each column.

    Warns
    -----
    WeakEvidenceWarning
        If no member can judge some rows: they are in every bag, or the only rows
        of their class. Their labels count as right.

    Notes
    -----
    Exact copies of a row never judge it, nor do rows of its group; copies with
    the same label enter the fits as one row of their joint weight. Only in a table
    of few categories, where rows repeat more than five times on average, copies
    are rows of their own. Rows are fitted in the order of their content, so that
    permuting them permutes the result. An ensemble draws single rows, of which
    few would be out of bag with a whole group, and may draw heavy rows into nearly
    every bag: where there are groups, or a row of more than twice the mean weight,
    its members are fitted one by one, on bags drawn here; those of a
    `BaggingClassifier` then see all features. A pipeline is bagged as a whole,
    whatever its last step.

    References
    ----------
    Breiman. Out-of-bag estimation. Technical report, University of California,
    Berkeley, 1996.

    Geurts, Ernst and Wehenkel. Extremely randomized trees. Machine Learning 63,
    2006.

    Rennie, Shih, Teevan and Karger. Tackling the poor assumptions of naive Bayes
    text classifiers. ICML 2003.

    Sabzevari, Martinez-Munoz and Suarez. A two-stage ensemble method for the
    detection of class-label noise. Neurocomputing 275, 2018.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detection import LabelDetector, OutOfBag
    >>> X, y = load_iris(return_X_y=True)
    >>> y[0] = 2
    >>> detector = LabelDetector(OutOfBag(n_estimators=50)).fit(X, y)
    >>> int(detector.label_quality_.argmin()), int(detector.suggested_labels_[0])
    (0, 0)
    """

    def __init__(
        self, estimator=None, *, n_estimators=None, n_jobs=None, random_state=None
    ):
        self.estimator = estimator
        self.n_estimators = n_estimators
        self.n_jobs = n_jobs
        self.random_state = random_state

    def members(self, rows):
        if self.n_estimators is not None and self.n_estimators < 1:
            raise ValueError(f"n_estimators={self.n_estimators} must be at least 1.")
        bag = bag_rows(rows)
        self.classes_, self.calibrator_ = rows.classes, None
        self.preprocessor_, estimator = self._choose(rows.X)
        X = rows.X
        if self.preprocessor_ is not None:
            self.preprocessor_.fit(take_rows(X, bag.positions))
            X = self.preprocessor_.transform(X)
        is_ensemble = has_bags(estimator)
        if is_ensemble and rows.groups is None and not _has_heavy_rows(bag.weight):
            parts = self._ensemble_parts(estimator, X, rows, bag)
        else:
            parts = self._bag_parts(estimator, X, rows, bag)
        if is_ensemble or not hasattr(estimator, "predict_proba"):
            yield self._mean_member(parts, rows)
        else:
            yield from _each_member(parts, rows)

    def _choose(self, X):
        """Return a preprocessing that uses no labels, or None, and what to bag."""
        if self.estimator is not None:
            return None, self.estimator
        forest = ExtraTreesClassifier(_N_TREES, min_samples_leaf=3)
        if _is_numeric(X):
            return None, forest
        preprocessor, linear, has_text = split_sound_classifier(X)
        if isinstance(preprocessor[-1], TfidfVectorizer):
            return preprocessor, ComplementNB()
        return preprocessor, linear if has_text else forest

    def _ensemble_parts(self, ensemble, X, rows, bag):
        """Fit an ensemble once; yield what each member says of whom it may judge."""
        fitted = fit_weighted(
            self._own_bags(ensemble),
            take_rows(X, bag.positions),
            rows.y[bag.positions],
            _scaled(bag.weight),
        )
        self.estimators_ = [fitted]
        columns = encode(fitted.classes_, rows.classes)
        for drawn, predict in bagged_members(fitted, X):
            judged = rows_out_of_bag(bag, bag.positions[drawn], rows.codes)
            outputs = np.zeros((len(judged), len(rows.classes)))
            if len(judged):
                outputs[:, columns] = predict(judged)
            yield judged, outputs

    def _own_bags(self, ensemble):
        params = {"bootstrap": True}
        if self.n_estimators is not None:
            params["n_estimators"] = self.n_estimators
        if self.n_jobs is not None:
            params["n_jobs"] = self.n_jobs
        if ensemble.random_state is None:
            params["random_state"] = seed_from(self.random_state)
        return clone(ensemble).set_params(**params)

    def _bag_parts(self, estimator, X, rows, bag):
        """Fit on bags drawn here; yield what each fit says of whom it may judge."""
        member, n_bags = single_member(estimator), self.n_estimators
        if n_bags is None:
            n_bags = _N_BAGS if member is estimator else estimator.n_estimators
        rng = check_random_state(seed_from(self.random_state))
        fits = Parallel(n_jobs=self.n_jobs, return_as="generator")(
            delayed(_fit_bag)(_reseed(member, rng), X, rows, bag, times)
            for times in draw_bags(bag, rows.codes, n_bags, rng)
        )
        self.estimators_ = []
        for model, judged, outputs in fits:
            self.estimators_.append(model)
            yield judged, outputs
        if not self.estimators_:
            raise ValueError(
                f"None of the n_estimators={n_bags} bags holds two classes, so nothing "
                "can be fitted; give more groups, or raise n_estimators."
            )

    def _mean_member(self, parts, rows):
        """Average over the parts; decision values become probabilities after it."""
        total = np.zeros((len(rows), len(rows.classes)))
        times = np.zeros(len(rows), dtype=np.intp)
        for judged, outputs in parts:
            total[judged] += outputs
            times[judged] += 1
        total /= np.maximum(times, 1)[:, np.newaxis]
        unjudged = np.flatnonzero(times == 0)
        if not all(hasattr(model, "predict_proba") for model in self.estimators_):
            judged = np.flatnonzero(times)
            weight = rows.sample_weight
            self.calibrator_ = LogisticRegression(max_iter=1000).fit(
                total[judged],
                rows.codes[judged],
                sample_weight=None if weight is None else weight[judged],
            )
            total = self._calibrate(total)
        total[unjudged] = _own_labels(unjudged, rows)
        return Member(total)

    def _calibrate(self, outputs):
        if self.calibrator_ is None:
            return outputs
        pred_proba = np.zeros_like(outputs)
        columns = self.calibrator_.classes_
        pred_proba[:, columns] = self.calibrator_.predict_proba(outputs)
        return pred_proba

    def predict_proba(self, X):
        if self.preprocessor_ is not None:
            X = self.preprocessor_.transform(X)
        models = self.estimators_
        outputs = sum(class_outputs(model, X, self.classes_) for model in models)
        return self._calibrate(outputs / len(models))

    def _use_default(self, estimator):
        """Keep the forest: thirty fits of the wrapper's estimator cost too much."""


def _is_numeric(X):
    if sparse.issparse(X):
        return True
    if hasattr(X, "columns"):
        return False
    try:
        array = np.asarray(X)
    except ValueError:
        return False
    return array.ndim == 2 and array.dtype.kind in "biuf"


def _has_heavy_rows(weight):
    """Tell whether an ensemble that draws by weight leaves some rows out too seldom.

    A row of w times the mean weight stays out of a bag with probability exp(-w).
    """
    return weight is not None and weight.max() > 2.0 * weight.mean()


def _scaled(weight):
    """Scale weights to a mean of 1: the size of a bag may depend on their sum."""
    if weight is None or np.ptp(weight) == 0:
        return None
    return weight / weight.mean()


def _reseed(estimator, rng):
    """Clone an estimator whose every random state is drawn from `rng`."""
    estimator = clone(estimator)
    names = [
        name
        for name in sorted(estimator.get_params(deep=True))
        if name == "random_state" or name.endswith("__random_state")
    ]
    return estimator.set_params(
        **{name: rng.randint(np.iinfo(np.int32).max) for name in names}
    )


def _fit_bag(estimator, X, rows, bag, times):
    drawn = np.flatnonzero(times)
    in_bag = bag.positions[drawn]
    weight = times[drawn].astype(np.float64)
    if bag.weight is not None:
        weight *= bag.weight[drawn]
    model = fit_weighted(estimator, take_rows(X, in_bag), rows.y[in_bag], weight)
    judged = rows_out_of_bag(bag, in_bag, rows.codes)
    outputs = np.zeros((0, len(rows.classes)))
    if len(judged):
        outputs = class_outputs(model, take_rows(X, judged), rows.classes)
    return model, judged, outputs


def _each_member(parts, rows):
    """Yield each part as a member, and one for the rows that none has judged."""
    is_judged = np.zeros(len(rows), dtype=bool)
    for judged, outputs in parts:
        is_judged[judged] = True
        yield Member(outputs, judged)
    if not is_judged.all():
        unjudged = np.flatnonzero(~is_judged)
        yield Member(_own_labels(unjudged, rows), unjudged)


def _own_labels(unjudged, rows):
    """Put all probability on the given labels of rows that nobody has judged."""
    if len(unjudged):
        warnings.warn(
            f"No member can judge {len(unjudged)} of {len(rows)} rows: they, their "
            "copies or their group are in every bag, or hold the only rows of their "
            "class. Their labels count as right; raise n_estimators, or give rare "
            "classes more rows.",
            WeakEvidenceWarning,
            stacklevel=2,
        )
    return np.eye(len(rows.classes))[rows.codes[unjudged]]


SCHEMES["out_of_bag"] = OutOfBag
