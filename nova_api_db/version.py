# SPDX-License-Identifier: Apache-2.0
"""The version of the installed package; it lives in the package's metadata, written from git."""

import importlib.metadata


def version_string() -> str:
    """Return the installed version, such as ``0.1.0`` or ``0.1.0.dev12``."""
    return importlib.metadata.version("nova-api-db")
