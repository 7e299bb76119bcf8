# SPDX-License-Identifier: BSD-3-Clause
"""Settings of the documentation site. Nothing here needs the network."""

import re

from docutils import nodes

import sknoisy

project = "sknoisy"
author = "The sknoisy developers"
copyright = "2026, The sknoisy developers"
version = release = sknoisy.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build"]
templates_path = ["_templates"]
default_role = "literal"

autosummary_generate = True
numpydoc_show_class_members = False
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

sphinx_gallery_conf = {
    "abort_on_example_error": True,
    "download_all_examples": False,
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "plot_gallery": True,
    "show_memory": False,
    "show_signature": False,
}

html_theme = "pydata_sphinx_theme"
html_title = "sknoisy"
html_static_path = ["_static"]
html_show_sourcelink = False
html_theme_options = {
    "navbar_end": ["theme-switcher"],
    "navbar_persistent": ["search-button"],
    "show_prev_next": False,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
}
html_sidebars = {"getting_started": [], "rooms": [], "changelog": []}

INHERITED_FROM_SKLEARN = re.compile(
    r"get_params|set_params|get_metadata_routing|set_output|set_\w+_request"
)
PAGES_OF_SKLEARN = {
    "metadata_routing": "https://scikit-learn.org/stable/metadata_routing.html",
    "accuracy_score": "https://scikit-learn.org/stable/modules/model_evaluation.html",
}
TYPE_LINE = re.compile(r"\s*\w+ : ")
FITTED_NAME = re.compile(r"(?<![`\w])(\w*[a-z]_)(?![`\w])")


def skip_inherited(app, what, name, obj, skip, options):
    """Leave out what every scikit-learn estimator has; its own site explains it."""
    return True if INHERITED_FROM_SKLEARN.fullmatch(name) else None


def quote_fitted_names(app, what, name, obj, options, lines):
    """Keep ``shape (n_features_in_,)`` from being read as a link."""
    for i, line in enumerate(lines):
        if start := TYPE_LINE.match(line):
            end = start.end()
            lines[i] = line[:end] + FITTED_NAME.sub(r"`\1`", line[end:])


def link_short_names(app, env, node, contnode):
    """Resolve names that are given without their room, as ``sknoisy.CleanThenFit``."""
    if node.get("refdomain") != "py":
        return None
    python = env.get_domain("py")
    ending = "." + node["reftarget"].removeprefix("sknoisy.")
    found = [name for name in python.objects if name.endswith(ending)]
    if len(found) != 1:
        return None
    kind, page = node["reftype"], node["refdoc"]
    return python.resolve_xref(env, page, app.builder, kind, *found, node, contnode)


def link_to_sklearn(app, env, node, contnode):
    """Resolve what docstrings inherited from scikit-learn refer to."""
    page = PAGES_OF_SKLEARN.get(node["reftarget"])
    return page and nodes.reference("", contnode.astext(), refuri=page)


def setup(app):
    """Register what the settings above cannot say."""
    app.connect("autodoc-skip-member", skip_inherited)
    # Before numpydoc, which acts at 500.
    app.connect("autodoc-process-docstring", quote_fitted_names, priority=400)
    app.connect("missing-reference", link_short_names)
    app.connect("missing-reference", link_to_sklearn)
