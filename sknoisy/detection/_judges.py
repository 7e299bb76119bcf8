# SPDX-License-Identifier: BSD-3-Clause
"""Choose judges that suit X, each with its own view of the rows."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import make_pipeline

from sknoisy.detection._averaged_boosting import AveragedBoosting
from sknoisy.detection._features import (
    fit_features,
    split_sound_classifier,
    transform_rows,
)
from sknoisy.detection._neighbors import Neighbors
from sknoisy.detection._out_of_bag import OutOfBag
from sknoisy.detection._schemes import BaseScheme, InSample, OutOfFold
from sknoisy.utils._distinct_rows import number_contents
from sknoisy.utils._rows import take_rows
from sknoisy.utils._sound_model import is_readable, sound_classifier

BUDGETS = ("low", "medium", "high")

_N_TREES = {"low": 60, "medium": 100, "high": 400}
_N_BAGS = {"low": 24, "medium": 30, "high": 60}
_N_NEIGHBORS = 30

# Strong regularisation: a linear model that cannot follow single labels.
_STRENGTH = 0.01

_MAX_CHARACTER_TERMS = 50_000

# A round of boosting grows a tree for each class. How well it predicts shows in
# half of the rounds.
_BOOSTING = {"max_iter": 50, "max_leaf_nodes": 15}
_TEST_ROUNDS = 25
_MAX_BOOSTED_CLASSES = 50


@dataclass(frozen=True)
class Judge:
    """A scheme, and the features that it judges by.

    Attributes
    ----------
    name : str
        What kind of evidence it is.
    scheme : BaseScheme
        Makes the predictions.
    transformer : transformer or None
        Fitted without a look at labels; None leaves X as it is.
    features : any container of n_samples rows, or None
        What the transformer makes of the rows that are judged.
    looks_again : bool
        Whether it judges again once all are heard.
    is_own : bool
        Whether it is the caller's estimator.
    """

    name: str
    scheme: BaseScheme
    transformer: object
    features: object
    looks_again: bool = False
    is_own: bool = False

    def see(self, rows):
        """Show the judge rows in its own way."""
        return replace(rows, X=self.features)

    def without_rows(self):
        """Forget the features, which are for the fit only."""
        return replace(self, features=None)

    def predict_proba(self, X):
        """Predict the class probabilities of new rows."""
        if self.transformer is not None:
            X = self.transformer.transform(X)
        return self.scheme.predict_proba(X)


class Committee:
    """The judges of a budget for the X at hand.

    Parameters
    ----------
    rows : LabelledRows
        The rows to judge.
    budget : {"low", "medium", "high"}
        How many judges, and how large.
    estimator : classifier or None
        Judges X as it is, beside the others or in their place.
    cv : int, splitter or iterable
        Folds of the schemes that cross-fit.
    n_jobs : int or None
        Passed to the schemes.
    seed : int
        Passed to the schemes.
    """

    def __init__(self, rows, budget, estimator, cv, n_jobs, seed):
        self._rows = rows
        self._budget = budget
        self._estimator = estimator
        self._cv = cv
        self._n_jobs = n_jobs
        self._seeded = {"n_jobs": n_jobs, "random_state": seed}

    def judges(self):
        """List the judges in the order in which they judge.

        Returns
        -------
        judges : list of Judge
            Not fitted.
        """
        if not is_readable(self._rows.X):
            return [self._own_judge()]
        judges = self._judges_of_features()
        if self._estimator is not None and self._budget != "low":
            judges.append(self._own_judge())
        return judges

    def second_looks(self, judges):
        """Let those judge again that do, with other chances.

        Parameters
        ----------
        judges : list of Judge
            All that judged once.

        Returns
        -------
        judges : list of Judge
            Not fitted.
        """
        again = [judge for judge in judges if judge.looks_again]
        seed = self._seeded["random_state"] + 1
        return [
            replace(
                judge,
                name=f"{judge.name}, again",
                scheme=clone(judge.scheme).set_params(random_state=seed),
            )
            for judge in again
        ]

    def boosting(self):
        """Let boosting judge, where X is a table.

        Returns
        -------
        judge : Judge or None
            Judges by the rounds of one fit, in sample; not fitted.
        test : Judge or None
            The same model out of fold, which tells how well it predicts.
        """
        X, n_classes = self._rows.X, len(self._rows.classes)
        if self._budget == "low" or not is_readable(X):
            return None, None
        model = sound_classifier(X, kind="boosting")
        is_boosting = isinstance(model[-1], HistGradientBoostingClassifier)
        if not is_boosting or not 1 < n_classes <= _MAX_BOOSTED_CLASSES:
            return None, None
        estimator = AveragedBoosting(
            **{**model[-1].get_params(), **_BOOSTING, "random_state": 0}
        )
        transformer, features = transform_rows(model[:-1], self._rows)
        schemes = (
            InSample(estimator),
            OutOfFold(
                clone(estimator).set_params(max_iter=_TEST_ROUNDS),
                cv=self._cv,
                **self._seeded,
            ),
        )
        return tuple(
            Judge("boosting", scheme, transformer, features) for scheme in schemes
        )

    def _own_judge(self):
        if self._estimator is None:
            raise ValueError(
                f"X is a {type(self._rows.X).__name__} whose rows are neither numbers, "
                "nor columns of a table, nor texts; give an estimator that can use "
                "them, as AutoDetector(estimator)."
            )
        scheme = OutOfFold(self._estimator, cv=self._cv, **self._seeded)
        return Judge("estimator", scheme, None, self._rows.X, is_own=True)

    def _judges_of_features(self):
        preprocessor, _, has_text = split_sound_classifier(self._rows.X)
        if isinstance(preprocessor[-1], TfidfVectorizer):
            return self._judges_of_texts()
        transformer, features = fit_features(self._rows)[:2]
        view = transformer, _without_rounding_errors(features)
        if has_text or sparse.issparse(self._rows.X):
            return self._judges_of_terms(view)
        return self._judges_of_table(view)

    def _judges_of_table(self, view):
        is_low = self._budget == "low"
        judges = [Judge("trees", self._forest(3), *view, not is_low)]
        if not is_low:
            judges.append(self._neighbors(view))
            judges.append(Judge("coarse trees", self._forest(8), *view))
            judges.append(Judge("linear", self._linear(), *view))
        if self._budget == "high":
            forest = RandomForestClassifier(_N_TREES["high"], min_samples_leaf=3)
            judges.append(
                Judge("greedy trees", OutOfBag(forest, **self._seeded), *view, True)
            )
        return judges

    def _judges_of_terms(self, view):
        """Judge by sparse features: counts of terms, their TF-IDF, and the like."""
        is_low = self._budget == "low"
        judges = [self._neighbors(view)]
        if view[1].min() >= 0:
            judges.append(Judge("bayes", self._bayes(), *view, not is_low))
        if not is_low or len(judges) == 1:
            judges.append(Judge("linear", self._linear(), *view))
        return judges

    def _judges_of_texts(self):
        texts = self._distinct_texts()
        # Of few distinct texts, even a word that is in one only must be kept.
        preprocessor = split_sound_classifier(texts)[0]
        to_documents, phrases = preprocessor[0], preprocessor[-1]
        words = clone(phrases).set_params(ngram_range=(1, 1))
        characters = clone(phrases).set_params(
            analyzer="char_wb",
            ngram_range=(2, 4),
            token_pattern=None,
            max_features=_MAX_CHARACTER_TERMS,
        )
        units = {"words": words, "phrases": phrases, "characters": characters}
        if self._budget == "low":
            units = {"words": words}
        judges = []
        for name, vectorizer in units.items():
            transformer = make_pipeline(clone(to_documents), vectorizer).fit(texts)
            features = _without_rounding_errors(transformer.transform(self._rows.X))
            judges.append(Judge(name, self._bayes(), transformer, features))
        return judges

    def _distinct_texts(self):
        """Take each text once, as a vectoriser takes no weights for its copies."""
        contents, weight = number_contents(self._rows.X), self._rows.sample_weight
        places = np.arange(len(contents))
        if weight is not None:
            places = places[weight > 0]
        first = np.unique(contents[places], return_index=True)[1]
        return take_rows(self._rows.X, places[first])

    def _forest(self, min_samples_leaf):
        forest = ExtraTreesClassifier(
            _N_TREES[self._budget], min_samples_leaf=min_samples_leaf
        )
        return OutOfBag(forest, **self._seeded)

    def _bayes(self):
        n_bags = _N_BAGS[self._budget]
        return OutOfBag(ComplementNB(), n_estimators=n_bags, **self._seeded)

    def _linear(self):
        model = LogisticRegression(C=_STRENGTH, max_iter=500)
        return OutOfFold(model, cv=self._cv, **self._seeded)

    def _neighbors(self, view):
        scheme = Neighbors(n_neighbors=_N_NEIGHBORS, n_jobs=self._n_jobs)
        return Judge("neighbours", scheme, *view)


def _without_rounding_errors(features):
    """Round scaled features, so that rows are told apart by what they hold.

    Bags and folds are dealt by content, and sums over rows in another order differ
    in the last digit: what is 0 after one may be 1e-16 after another.
    """
    if sparse.issparse(features):
        features = features.copy()
        features.data = _without_rounding_errors(features.data)
        features.eliminate_zeros()
        return features
    return np.round(features.astype(np.float64), 7)
