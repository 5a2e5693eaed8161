# SPDX-License-Identifier: Apache-2.0
"""Let setuptools read the metadata through pbr; everything else stands in setup.cfg."""

import setuptools

setuptools.setup(setup_requires=["pbr>=7.0.0"], pbr=True)
