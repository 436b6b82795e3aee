"""Which expectations DuckDB can run, and on which columns; the docs' table is this one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ANY: Final = "any"
NUMBER: Final = "numbers"
TEXT: Final = "texts, categories, dates"
TABLE: Final = "the table"
ALIKE: Final = "any; the values of the set are of the column's kind"

BY_SQL: Final[Mapping[str, str]] = {
    "expect_column_distinct_values_to_be_in_set": ALIKE,
    "expect_column_distinct_values_to_contain_set": ALIKE,
    "expect_column_distinct_values_to_equal_set": ALIKE,
    "expect_column_kl_divergence_to_be_less_than": "categories, against values and weights",
    "expect_column_max_to_be_between": NUMBER,
    "expect_column_mean_to_be_between": NUMBER,
    "expect_column_median_to_be_between": NUMBER,
    "expect_column_min_to_be_between": NUMBER,
    "expect_column_most_common_value_to_be_in_set": ANY,
    "expect_column_pair_values_a_to_be_greater_than_b": "two columns of one kind",
    "expect_column_pair_values_to_be_equal": "two columns of one kind",
    "expect_column_proportion_of_non_null_values_to_be_between": ANY,
    "expect_column_proportion_of_unique_values_to_be_between": ANY,
    "expect_column_quantile_values_to_be_between": "numbers, without allow_relative_error",
    "expect_column_stdev_to_be_between": NUMBER,
    "expect_column_sum_to_be_between": NUMBER,
    "expect_column_to_exist": TABLE,
    "expect_column_unique_value_count_to_be_between": ANY,
    "expect_column_value_lengths_to_be_between": TEXT,
    "expect_column_value_lengths_to_equal": TEXT,
    "expect_column_value_z_scores_to_be_less_than": NUMBER,
    "expect_column_values_to_be_between": NUMBER,
    "expect_column_values_to_be_in_set": ALIKE,
    "expect_column_values_to_be_null": ANY,
    "expect_column_values_to_be_unique": ANY,
    "expect_column_values_to_match_regex": TEXT,
    "expect_column_values_to_match_regex_list": TEXT,
    "expect_column_values_to_not_be_in_set": ALIKE,
    "expect_column_values_to_not_be_null": ANY,
    "expect_column_values_to_not_match_regex": TEXT,
    "expect_column_values_to_not_match_regex_list": TEXT,
    "expect_compound_columns_to_be_unique": ANY,
    "expect_multicolumn_sum_to_equal": NUMBER,
    "expect_select_column_values_to_be_unique_within_record": "columns of one kind",
    "expect_table_column_count_to_be_between": TABLE,
    "expect_table_column_count_to_equal": TABLE,
    "expect_table_columns_to_match_ordered_list": TABLE,
    "expect_table_columns_to_match_set": TABLE,
    "expect_table_row_count_to_be_between": TABLE,
    "expect_table_row_count_to_equal": TABLE,
}
"""Expectation -> the columns on which DuckDB can run it. None with a `row_condition`."""


class Unsupported(Exception):
    """DuckDB cannot give a metric that means exactly what the library's own engine means."""
