# SPDX-License-Identifier: BSD-3-Clause
import pytest

from sknoisy.cli._text_table import display_width, lay_out, printable, shorten


def test_columns_are_aligned():
    lines = lay_out(["row", "text"], [["7", "a"], ["1000", "b"]], numeric={0})
    assert lines.splitlines() == [" row  text", "   7  a", "1000  b"]


@pytest.mark.parametrize("letter", ["x", "雨", "é", "e\u0301"])
def test_no_line_is_wider_than_asked(letter):
    lines = lay_out(["row", "text"], [["7", letter * 100]], width=40).splitlines()
    assert 38 <= display_width(lines[1]) <= 40
    assert lines[1].endswith("...")


def test_a_text_that_fits_is_not_cut():
    assert shorten("exactly", 7) == "exactly"
    assert shorten("exactly so", 9) == "exactl..."


def test_terminal_codes_lose_their_power():
    assert printable("a\x1b[31m\n\tb\r") == "a [31m b"
