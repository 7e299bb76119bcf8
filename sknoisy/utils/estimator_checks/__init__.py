# SPDX-License-Identifier: BSD-3-Clause
"""Checks for anyone who writes a detector, a cleaner or a noise-robust estimator."""

from sknoisy.utils.estimator_checks._cleaners import (
    check_cleaner_acts_in_fit_alone,
    check_cleaner_has_one_way_to_act,
    check_sample_indices_match_rows,
    check_weights_multiply_sample_weight,
)
from sknoisy.utils.estimator_checks._conduct import (
    check_failed_fit_leaves_no_trace,
    check_fitted_attributes,
    check_global_random_state_is_left_alone,
    check_params_stay_unchanged,
)
from sknoisy.utils.estimator_checks._containers import (
    check_container_types_are_kept,
    check_missing_values_pass_through,
    check_pandas_passes_through,
    check_polars_passes_through,
    check_sparse_passes_through,
    check_text_passes_through,
)
from sknoisy.utils.estimator_checks._evidence import (
    check_flipped_labels_are_told_apart,
    check_planted_errors_rank_lowest,
    check_rare_class_survives,
    check_suspects_are_worse,
    check_trusted_rows_are_left_alone,
)
from sknoisy.utils.estimator_checks._robust import (
    check_is_classifier_or_regressor,
    check_predict_is_unaffected_by_cleaning,
    check_score_leaves_no_row_out,
)
from sknoisy.utils.estimator_checks._sameness import (
    check_clone_of_fitted_equals_fresh,
    check_integer_weights_equal_repeated_rows,
    check_labels_of_any_kind,
    check_permuted_rows_give_permuted_scores,
    check_refit_does_not_leak,
    check_zero_weight_equals_absent_row,
)
from sknoisy.utils.estimator_checks._suite import (
    check_estimator,
    checks_for,
    parametrize_with_checks,
)

__all__ = [
    "check_cleaner_acts_in_fit_alone",
    "check_cleaner_has_one_way_to_act",
    "check_clone_of_fitted_equals_fresh",
    "check_container_types_are_kept",
    "check_estimator",
    "check_failed_fit_leaves_no_trace",
    "check_fitted_attributes",
    "check_flipped_labels_are_told_apart",
    "check_global_random_state_is_left_alone",
    "check_integer_weights_equal_repeated_rows",
    "check_is_classifier_or_regressor",
    "check_labels_of_any_kind",
    "check_missing_values_pass_through",
    "check_pandas_passes_through",
    "check_params_stay_unchanged",
    "check_permuted_rows_give_permuted_scores",
    "check_planted_errors_rank_lowest",
    "check_polars_passes_through",
    "check_predict_is_unaffected_by_cleaning",
    "check_rare_class_survives",
    "check_refit_does_not_leak",
    "check_sample_indices_match_rows",
    "check_score_leaves_no_row_out",
    "check_sparse_passes_through",
    "check_suspects_are_worse",
    "check_text_passes_through",
    "check_trusted_rows_are_left_alone",
    "check_weights_multiply_sample_weight",
    "check_zero_weight_equals_absent_row",
    "checks_for",
    "parametrize_with_checks",
]
