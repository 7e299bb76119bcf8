# SPDX-License-Identifier: BSD-3-Clause
"""Train any skorch net robustly, as a classifier of scikit-learn."""

from contextlib import contextmanager

import numpy as np
import torch
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from sknoisy.neural._engine import Engine
from sknoisy.neural._evidence import Evidence
from sknoisy.neural._held_out import find_train_split, with_early_stopping
from sknoisy.neural._nets import check_net, initialized_nets, ready_net
from sknoisy.neural._network import Network, uncompiled
from sknoisy.neural._row_knowledge import check_knowledge
from sknoisy.neural._rows import to_device
from sknoisy.neural._run import BatchPlan, Run, predict_rows
from sknoisy.neural._training_data import TrainingData
from sknoisy.neural.methods._table import resolve_method
from sknoisy.utils._cross_fit import seed_from
from sknoisy.utils._fresh_fit import fresh_fit
from sknoisy.utils._labelled_rows import check_labelled_rows
from sknoisy.utils._options import check_option

_DTYPES = ("float32", "keep")

# How the types of columns of pandas and polars begin that hold no numbers.
_OF_TEXT = ("object", "str", "cat", "enum")

_TEXT_GIVEN = (
    "{}\nNetworks take numbers. Put what makes numbers of text or categories before "
    "the classifier, as in make_pipeline(TfidfVectorizer(), RobustNetClassifier()) or "
    "make_pipeline(OneHotEncoder(), RobustNetClassifier())."
)


class RobustNetClassifier(ClassifierMixin, BaseEstimator):
    """Train a neural network so that wrong labels do little harm.

    Takes any `skorch.NeuralNetClassifier` and trains clones of it, by a loop of its
    own: rows live on the device, and what belongs to a row, its weight, its target and
    what the method remembers of it, goes with it into every batch. Optimizer, learning
    rate, batch size, epochs, device and callbacks are those of the net.

    Unlike the net it takes labels of any kind, sample weights and numbers of any
    precision, and it holds out no rows unless it is told to.

    Parameters
    ----------
    estimator : NeuralNetClassifier, default=None
        Cloned, never changed. A module that has the parameters `n_features` or
        `n_classes` is told them, unless the net sets them. None takes ``ready_net()``,
        or ``ready_net("embedding_bag")`` for sparse X, with smaller batches for fewer
        than 1024 rows.
    method : str or method, default="elr"
        How the network is trained. "ce" is plain training; "elr" is
        `sknoisy.neural.methods.EarlyLearningRegularization`. The other names are
        "adele", "co_teaching", "consistency", "cross_split", "divide_mix",
        "dynamic_bootstrapping", "emlc", "forward", "ill", "l2rw", "late_stopping",
        "meta_weight_net", "saf", "sam", "self_taught", "sop", "t_revision", "tram" and
        "volminnet". An object of `sknoisy.neural.methods` has parameters of its own.
    train_split : float, callable or "net", default=None
        Rows that are held out for the callbacks, such as early stopping. None trains
        on all rows, although skorch by itself holds out a fifth. A number is the share
        of each class that is held out, at most 0.5; "net" does what the net says;
        otherwise a `skorch.dataset.ValidSplit`.
    early_stopping : bool or NoiseCorrectedScoring, default=False
        Whether to stop after five epochs in which the rows that `train_split` holds
        out were predicted no better, and to go back to the best epoch. True judges by
        ``NoiseCorrectedScoring()``, accuracy corrected for the noise in their labels.
    dtype : {"float32", "keep"}, default="float32"
        What the module is given. "keep" hands whole numbers over as such, as modules
        need that begin with an embedding of tokens.
    amp : bool, default=False
        Whether the module computes in bfloat16, which takes half the memory and on
        recent devices less time. Losses are computed in single precision.
    device : str, default=None
        Such as "cuda". None is that of the net.
    random_state : int, RandomState instance or None, default=None
        Draws the first weights, the batches and whatever else is random. None always
        draws the same. On the CPU the same fit twice gives the same network.

    Attributes
    ----------
    net_ : NeuralNetClassifier
        The trained net, or the first of several. Its labels are the places of the
        labels in `classes_`.
    nets_ : list of NeuralNetClassifier
        All trained nets.
    method_ : method
        What they were trained by.
    label_quality_ : ndarray of shape (n_samples,)
        In [0, 1], higher is more trustworthy: how far the method believed each given
        label in the end. NaN for rows that it was not trained on. Only there where
        the method has an opinion.
    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        ``P(given = j | true = i)`` at ``[i, j]``, classes sorted. Only there where the
        method has one.
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, where X has string names.

    See Also
    --------
    sknoisy.NoiseRobustClassifier : Does with any classifier what needs no gradients.
    sknoisy.neural.methods.BaseMethod : What to write for a method of your own.
    NoiseCorrectedScoring : What early stopping judges epochs by.

    Notes
    -----
    A net that overrides `train_step` or `fit_loop` is trained by the loop of this class
    nevertheless; one that overrides `get_loss` is heard by "ce" alone. Optimizers that
    need a closure, such as LBFGS, cannot be used.

    Rows of weight zero are left out. A weight of two acts as two rows do in the mean
    over an epoch; the batches are others.

    Each callback of the net is told of every batch and epoch, once for each network.
    Those that score predictions see the places of the labels, not the labels, and of
    rows that are held out what several networks predict together. When a callback of
    one network stops the training, it ends for all of them. Early stopping goes back
    to the networks of the best epoch; what a method keeps beside them, such as the
    matrix of "volminnet" or the memory of "elr", is that of the last one.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy.neural import RobustNetClassifier, ready_net
    >>> from sknoisy.noise import inject_symmetric_noise
    >>> X, y = load_digits(return_X_y=True)
    >>> y_noisy = inject_symmetric_noise(y[:500], 0.4, random_state=0).y
    >>> net = ready_net(max_epochs=30, module__hidden=(128,))
    >>> robust, plain = [
    ...     RobustNetClassifier(net, method=method).fit(X[:500], y_noisy)
    ...     for method in ("elr", "ce")
    ... ]
    >>> bool(robust.score(X[500:], y[500:]) > plain.score(X[500:], y[500:]) + 0.05)
    True
    """

    def __init__(
        self,
        estimator=None,
        *,
        method="elr",
        train_split=None,
        early_stopping=False,
        dtype="float32",
        amp=False,
        device=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.method = method
        self.train_split = train_split
        self.early_stopping = early_stopping
        self.dtype = dtype
        self.amp = amp
        self.device = device
        self.random_state = random_state

    def fit(
        self,
        X,
        y,
        sample_weight=None,
        trusted=None,
        soft_targets=None,
        label_evidence=None,
        privileged=None,
    ):
        """Train the network.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            Numbers. With a net of your own, also of more than two dimensions.
        y : array-like of shape (n_samples,)
            Given labels of any kind.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row.
        trusted : array-like of shape (n_samples,), dtype=bool, default=None
            Rows whose label has been verified.
        soft_targets : array-like of shape (n_samples, n_classes), default=None
            What to train on in place of the labels: the weight of each class, in the
            order of the sorted labels.
        label_evidence : array-like of shape (n_samples, n_classes), default=None
            Log-likelihood of what was observed of each row, for each true class: zeros
            for an unlabelled row, minus infinity for classes that are ruled out, NaN
            for rows of which the label alone is known. For methods such as
            `sknoisy.neural.methods.ImpreciseLabelLearning`.
        privileged : array-like of shape (n_samples, n_columns), default=None
            Numbers that are known of the training rows alone, such as how long
            labelling took. For methods such as `sknoisy.neural.methods.TRAM`.

        Returns
        -------
        self : RobustNetClassifier
            The fitted classifier.
        """
        knowledge = {"label_evidence": label_evidence, "privileged": privileged}
        return self._fit_and_look(X, y, sample_weight, trusted, soft_targets, knowledge)

    def _fit_and_look(
        self,
        X,
        y,
        sample_weight=None,
        trusted=None,
        soft_targets=None,
        knowledge=None,
        look=None,
    ):
        """Fit, and call `look` with the run after each epoch."""
        with fresh_fit(self):
            rows = check_labelled_rows(self, X, y, sample_weight, trusted=trusted)
            self._fit(rows, soft_targets, knowledge or {}, look)
        return self

    def _fit(self, rows, soft_targets, knowledge, look):
        method = resolve_method(self.method)
        check_option("dtype", self.dtype, _DTYPES)
        X = self._read(rows.X)
        per_row = check_knowledge(method, rows, **knowledge)
        if soft_targets is not None:
            per_row["targets"] = _check_targets(soft_targets, rows)
        net = with_early_stopping(
            self._net_for(X), self.early_stopping, self.train_split
        )
        method.check(net)
        seed = seed_from(self.random_state)
        split = find_train_split(self.train_split, net, seed)
        self.classes_ = rows.classes
        device = net.device if self.device is None else self.device
        with seeded(device, seed):
            sizes = {"n_features": X.shape[1], "n_classes": len(rows.classes)}
            nets = initialized_nets(net, method.n_networks, sizes, self.device)
            run, data, kept = _make_run(nets, X, rows, split, self.amp, seed)
            for name, values in per_row.items():
                setattr(run, name, _tensor(values[kept], run))
            Engine(run, method, data, look).train()
            quality = method.label_quality(run)
            attributes = method.fitted_attributes(run)
        self.nets_ = nets
        self.net_ = nets[0]
        self.method_ = method
        vars(self).update(attributes)
        if quality is not None:
            self.label_quality_ = np.full(len(rows), np.nan)
            self.label_quality_[kept] = quality.double().cpu().numpy()

    def predict_proba(self, X):
        """Predict class probabilities.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            Rows to predict.

        Returns
        -------
        pred_proba : ndarray of shape (n_samples, n_classes)
            Columns in the order of `classes_`.
        """
        check_is_fitted(self)
        X = self._read(X)
        logits = []
        for net in self.nets_:
            rows = to_device(X, net.device)
            logits.append(predict_rows(Network(net, self.amp), rows).cpu().double())
        return self.method_.combine(logits).numpy()

    def predict(self, X):
        """Predict labels.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            Rows to predict.

        Returns
        -------
        y_pred : ndarray of shape (n_samples,)
            The most probable label of each row.
        """
        best = self.predict_proba(X).argmax(axis=1)
        return self.classes_[best]

    def _read(self, X):
        """Check rows and bring them to the precision of the module."""
        try:
            X = validate_data(
                self,
                X,
                reset=False,
                accept_sparse="csr",
                dtype=np.float32 if self.dtype == "float32" else "numeric",
                allow_nd=self.estimator is not None,
            )
        except ValueError as error:
            if _holds_text(X):
                raise ValueError(_TEXT_GIVEN.format(error)) from error
            raise
        if self.dtype == "keep":
            X = X.astype(np.float32 if X.dtype.kind == "f" else np.int64, copy=False)
        return X

    def _net_for(self, X):
        if self.estimator is not None:
            return check_net(self.estimator)
        network = "embedding_bag" if sparse.issparse(X) else "tabular"
        return ready_net(network, batch_size=int(np.clip(X.shape[0] // 16, 8, 64)))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


@contextmanager
def seeded(device, seed):
    """Seed the generators of torch, and put them back afterwards.

    Parameters
    ----------
    device : str
        Where the training takes place.
    seed : int
        Of the generators of the CPU and of that device.
    """
    kind = torch.device(device).type
    accelerators = [] if kind == "cpu" else range(torch.accelerator.device_count())
    device_type = "cuda" if kind == "cpu" else kind
    with torch.random.fork_rng(accelerators, device_type=device_type):
        torch.default_generator.manual_seed(seed)
        if kind != "cpu":
            torch.get_device_module(kind).manual_seed_all(seed)
        yield


def _holds_text(X):
    if hasattr(X, "dtypes"):
        return any(str(each).lower().startswith(_OF_TEXT) for each in X.dtypes)
    return not sparse.issparse(X) and np.asarray(X).dtype.kind in "UOS"


def _make_run(nets, X, rows, split, amp, seed):
    """Return the run, what callbacks see of it, and which rows are trained on."""
    device = torch.device(nets[0].device)
    kept = np.arange(len(rows))
    if rows.sample_weight is not None:
        kept = np.flatnonzero(rows.sample_weight)
    codes = rows.codes.astype(np.int64)
    data = TrainingData(nets[0], _take(X, kept), codes[kept], split)
    kept = kept[data.train_index]
    X, codes, n_classes = _take(X, kept), codes[kept], len(rows.classes)
    run = Run(
        rows=to_device(X, device),
        codes=torch.as_tensor(codes, device=device),
        n_classes=n_classes,
        networks=[Network(net, amp) for net in nets],
        generator=torch.Generator(device).manual_seed(seed),
        batches=BatchPlan(nets[0]),
    )
    weight = None if rows.sample_weight is None else rows.sample_weight[kept]
    if weight is not None:
        run.weight = _tensor(weight / weight.mean(), run)
    trusted = None if rows.trusted is None else rows.trusted[kept]
    if trusted is not None:
        run.trusted = torch.as_tensor(trusted, device=device)
    run.evidence = Evidence(X, codes, n_classes, weight, trusted, seed)
    for net in nets:
        net.check_data(X, codes)
        _fit_scales(net.module_, run)
    return run, data, kept


def _fit_scales(module, run):
    module = uncompiled(module)
    if hasattr(module, "fit_scales") and hasattr(run.rows, "moments"):
        module.fit_scales(*run.rows.moments(run.weight))


def _tensor(values, run):
    return torch.as_tensor(values, dtype=torch.float32, device=run.device)


def _take(X, index):
    return X if len(index) == X.shape[0] else X[index]


def _check_targets(targets, rows):
    targets = np.asarray(targets, dtype=np.float64)
    shape = len(rows), len(rows.classes)
    if targets.shape != shape:
        raise ValueError(
            f"soft_targets has shape {targets.shape}, but X has {shape[0]} rows and y "
            f"{shape[1]} classes; give one number for each."
        )
    if not np.isfinite(targets).all() or (targets < 0).any():
        raise ValueError("soft_targets must be finite and not negative.")
    return targets
