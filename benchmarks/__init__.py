# SPDX-License-Identifier: Apache-2.0
"""Times the operations that matter side by side with Nova and with the bare driver.

``python -m benchmarks`` runs every module here that has a function
``run(options: Options) -> Iterable[Comparison]``; a new benchmark is a new module.
"""
