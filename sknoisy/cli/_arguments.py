# SPDX-License-Identifier: BSD-3-Clause
"""The commands and their options."""

import argparse

from sknoisy import __version__

# The demo counts on from the seed, and NumPy takes 32 bits.
_LARGEST_SEED = 2**31

_AUDIT = """\
Rank the labels of a table by how likely each is to be right.

FILE is CSV (.csv, .tsv, also gzipped) or Parquet. A model that suits its columns
is fitted by cross-fitting, so that each label is judged by a model that has not
seen it. Three files come out:

  suspects.csv  the labels that look wrong, worst first, each with its row, the
                given and the suggested label, its quality in [0, 1], and the
                columns of FILE; row 0 is the first below the header
  cleaned.csv   FILE without the rows of suspects.csv
  summary.json  what was found, with which model and settings
"""

_DEMO = """\
See it work on handwritten digits that come with scikit-learn.

Wrong labels are planted where digits look alike. A plain classifier is compared
with sknoisy around the same classifier and with a fit on the true labels, all
judged by clean test labels. The files that `sknoisy audit` writes come out too.
"""


def make_parser():
    """Build the parser; each command sets `run`, a function of the arguments.

    Returns
    -------
    parser : ArgumentParser
        Of the whole command line.
    """
    parser = argparse.ArgumentParser(
        prog="sknoisy", description="Find wrong labels and learn well in spite of them."
    )
    parser.add_argument(
        "--version", action="version", version=f"%(prog)s {__version__}"
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_audit(commands)
    _add_demo(commands)
    return parser


def _add_audit(commands):
    audit = commands.add_parser(
        "audit",
        help="rank the suspect labels of a CSV or Parquet file",
        description=_AUDIT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    audit.add_argument("file", metavar="FILE", help="table with a header line")
    audit.add_argument(
        "--target", metavar="COLUMN", required=True, help="column of labels to judge"
    )
    audit.add_argument(
        "--text",
        metavar="COLUMN",
        help="judge by this column of text alone (default: by all columns)",
    )
    audit.add_argument(
        "--trusted",
        metavar="COLUMN",
        help="column of yes/no: labels that have been verified",
    )
    audit.add_argument(
        "--drop",
        metavar="COLUMN",
        nargs="+",
        default=[],
        action="extend",
        help="columns that the model must not see",
    )
    audit.add_argument(
        "--budget",
        metavar="N",
        type=_positive,
        help="list the N worst suspects at most (default: all)",
    )
    _add_shared(audit, out="sknoisy-audit")
    audit.add_argument(
        "--n-jobs",
        metavar="N",
        type=_n_jobs,
        help="models fitted at the same time; -1 for all cores (default: 1)",
    )
    audit.set_defaults(run=_run_audit)


def _add_demo(commands):
    demo = commands.add_parser(
        "demo",
        help="compare sknoisy with a plain fit on a bundled data set",
        description=_DEMO,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_shared(demo, out="sknoisy-demo")
    demo.set_defaults(run=_run_demo)


def _add_shared(parser, out):
    parser.add_argument(
        "--out",
        metavar="DIR",
        default=out,
        help="folder of the results (default: %(default)s)",
    )
    parser.add_argument(
        "--random-state",
        metavar="N",
        type=_seed,
        default=0,
        help="seed; the same seed gives the same results (default: %(default)s)",
    )


def _whole_number(text):
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number") from None


def _positive(text):
    number = _whole_number(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {text}")
    return number


def _n_jobs(text):
    number = _whole_number(text)
    if number == 0:
        raise argparse.ArgumentTypeError("must be 1 or more, or -1 for all cores")
    return number


def _seed(text):
    number = _whole_number(text)
    if not 0 <= number <= _LARGEST_SEED:
        raise argparse.ArgumentTypeError(f"must be in 0 ... {_LARGEST_SEED}")
    return number


# The commands are imported when they run, so that --help and mistyped options
# answer at once.


def _run_audit(arguments):
    from sknoisy.cli._audit import audit

    audit(arguments)


def _run_demo(arguments):
    from sknoisy.cli._demo import demo

    demo(arguments)
