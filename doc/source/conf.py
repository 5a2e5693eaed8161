# SPDX-License-Identifier: Apache-2.0
"""How Sphinx builds the documentation."""

import importlib.metadata

project = "nova-api-db"
author = "nova-api-db maintainers"
copyright = author
# The installed version, so that a build needs neither tags nor a network.
release = version = importlib.metadata.version("nova-api-db")

extensions = [
    "openstackdocstheme",
    "oslo_config.sphinxext",
    "cliff.sphinxext",
]
master_doc = "index"
exclude_patterns = ["_build"]

# The theme asks git for what is not said here.
openstackdocs_repo_name = "nova-api-db"
openstackdocs_bug_project = "nova-api-db"
openstackdocs_auto_name = False
openstackdocs_auto_version = False
openstackdocs_pdf_link = False

html_theme = "openstackdocs"
html_theme_options = {
    "analytics_tracking_code": "",
    "root_title": "nova-api-db",
    "sidebar_dropdown": "",
}
