# SPDX-License-Identifier: Apache-2.0
"""What holds the library to its promises."""
