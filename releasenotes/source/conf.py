# SPDX-License-Identifier: Apache-2.0
"""How Sphinx builds the release notes."""

project = "nova-api-db release notes"
author = "nova-api-db maintainers"
copyright = author
# The notes span all releases.
release = version = ""

extensions = ["openstackdocstheme", "reno.sphinxext"]
master_doc = "index"

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
